#ifndef PR_KUBE_CLIENT_H
#define PR_KUBE_CLIENT_H

/*
 * Calls to the API server of Kubernetes over one kept-alive connection, tried again where that is
 * safe. What the server refuses is told in its own words: every failure there is a Status object.
 */

#include "base/err.h"
#include "base/loop.h"
#include "kube/cluster.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pr_kube_client;
struct pr_kube_call;

/* Connects to nothing yet. `cluster` is borrowed and must outlive the client. Caller frees. */
int pr_kube_client_new(struct pr_loop *loop, const struct pr_kube_cluster *cluster,
	struct pr_kube_client **ret_client, struct pr_err *err);

/* Ends all calls without callbacks. NULL is allowed. */
void pr_kube_client_free(struct pr_kube_client *client);

/* Takes a piece of an answer as it comes. Non-zero ends the call, which then counts as answered. */
typedef int pr_kube_stream_fn(void *arg, const char *bytes, size_t n);

struct pr_kube_request {
	const char *method;
	const char *path;         /* with its query, encoded: "/api/v1/namespaces/x/pods?limit=5" */
	const char *content_type; /* NULL: application/json */
	const json_t *body;       /* NULL: none */
	bool repeatable;          /* may be sent again after a failure of any kind */
	pr_kube_stream_fn
		*stream; /* NULL: the answer is collected; else what has status 200 comes here */
	void *stream_arg;
	int64_t silence_ms; /* longest silence; 0: the client's */
};

/* What came of a call. Borrowed by the callback. */
struct pr_kube_answer {
	enum pr_code code;  /* PR_OK: status below 300 */
	long status;        /* 0: there was no answer */
	const json_t *body; /* NULL when it is no JSON, and of what was streamed */
	const char *
		reason; /* of the Status: "NotFound", "AlreadyExists", "Conflict"; "" without one */
	char message[600]; /* for a human, when code is not PR_OK */
};

typedef void pr_kube_fn(void *arg, const struct pr_kube_answer *answer);

/*
 * Starts a call; `fn` comes once, never from within this function. The call is freed after `fn` has
 * returned, or by pr_kube_cancel before; `fn` must free neither the call nor the client.
 */
int pr_kube_send(struct pr_kube_client *client, const struct pr_kube_request *request,
	pr_kube_fn *fn, void *arg, struct pr_kube_call **ret_call, struct pr_err *err);

/* Ends a running call without its callback. NULL is allowed. */
void pr_kube_cancel(struct pr_kube_call *call);

/* What a command that does one thing after another needs of an answer. */
struct pr_kube_result {
	long status;
	json_t *body;    /* owned; NULL when it is no JSON */
	char reason[64]; /* of the Status, "" without one */
};

/*
 * The same call, waited for: runs the loop until it is answered. PR_ENOTFOUND, PR_EAUTH and the
 * like for what the server refuses, PR_ENET when it is not there, PR_ECANCELED when the loop was
 * stopped by others; `result` (released by the caller) is filled as far as it came.
 */
int pr_kube_call(struct pr_kube_client *client, const struct pr_kube_request *request,
	struct pr_kube_result *result, struct pr_err *err);

/* Waits as a call is waited for: PR_ECANCELED when the loop was stopped by others. */
int pr_kube_pause(struct pr_kube_client *client, int64_t us, struct pr_err *err);

/* Frees the contents. */
void pr_kube_result_release(struct pr_kube_result *result);

/* PR_AUTO(kube_result) */
static inline void pr_auto_kube_result(struct pr_kube_result *result)
{
	pr_kube_result_release(result);
}

#endif
