#ifndef PR_GITHUB_CLIENT_H
#define PR_GITHUB_CLIENT_H

/*
 * Calls of GitHub's REST API, one after another over one kept-alive connection: tried again where
 * that is safe, and later where GitHub asks for it (its limits of rate). Asynchronous.
 */

#include "base/err.h"
#include "base/loop.h"

#include <jansson.h>
#include <stdbool.h>

struct pr_github_client;

/* Where, as whom and until when. Borrowed by pr_github_client_new only. */
struct pr_github_access {
	const char *api;   /* address, with the path of GitHub Enterprise; PR_EINVAL unless http */
	const char *token; /* is registered as a secret */
	const char *ca_file; /* NULL: net/tls.h chooses */
	int64_t deadline_us; /* of the loop's clock: no attempt starts after it */
};

/* Connects to nothing yet. PR_EINVAL: the address, or a token that no header can carry. Caller
 * frees. */
int pr_github_client_new(struct pr_loop *loop, const struct pr_github_access *access,
	struct pr_github_client **ret_client, struct pr_err *err);

/* Ends the call without its callback. NULL is allowed. */
void pr_github_client_free(struct pr_github_client *client);

/* What is asked. Strings are borrowed until the callback. */
struct pr_github_request {
	const char *method;
	const char *path; /* below the API's address: "/repos/o/r/git/trees", encoded */
	const char *body; /* JSON text; NULL: none */
	size_t body_len;
	bool once; /* GitHub must not do it twice: a call that it may have acted upon is not tried
		      again. What makes objects of git may be: they are named by their content */
};

/* What came of it. Borrowed by the callback. */
struct pr_github_answer {
	enum pr_code code; /* PR_OK: status below 300, and JSON */
	long status;       /* 0: no answer */
	json_t *body;      /* NULL: no JSON */
	bool doubtful;     /* a failure after which GitHub may have acted */
	char words[200];   /* GitHub's own, one line, redacted; "": none */
	char message[400]; /* for a human, when code is not PR_OK: what happened, without remedy */
};

typedef void pr_github_client_fn(void *arg, const struct pr_github_answer *answer);

/*
 * Starts a call; none may be under way. `fn` comes once, never from within this function, and may
 * send the next one or free the client.
 */
int pr_github_client_send(struct pr_github_client *client, const struct pr_github_request *request,
	pr_github_client_fn *fn, void *arg, struct pr_err *err);

#endif
