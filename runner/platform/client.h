#ifndef PR_PLATFORM_CLIENT_H
#define PR_PLATFORM_CLIENT_H

/*
 * The platform's REST API (docs/protocol.md 2): calls with the bearer token, over one kept-alive
 * connection, tried again where that is safe (docs/design.md, decision 4). Everything is
 * asynchronous.
 */

#include "base/err.h"
#include "base/loop.h"
#include "net/retry.h"
#include "platform/service.h"

#include <jansson.h>

struct pr_platform;
struct pr_platform_call;

/*
 * Connects to nothing yet. `service` is copied. Without an organisation in it paths are below the
 * list of all: "" is the list, "/<id>/" one of them. Caller frees.
 */
int pr_platform_new(struct pr_loop *loop, const struct pr_service *service,
	struct pr_platform **ret_platform, struct pr_err *err);

/* Ends all calls without callbacks. NULL is allowed. */
void pr_platform_free(struct pr_platform *platform);

struct pr_platform_request {
	const char *method;
	const char *path; /* below the organisation: "/plans/<id>"; copied */
	const char *body; /* JSON text, NULL: none; copied */
	char *own_body;   /* or this, from malloc: it becomes the call's, also when none starts */
	size_t body_len;
	enum pr_retry_kind retry;
	int64_t deadline_us; /* of the loop's clock: no attempt starts after it; 0: one attempt */
};

/* What came of a call. Borrowed by the callback. */
struct pr_platform_answer {
	enum pr_code code; /* PR_OK: status below 300; of what changes something, with JSON */
	long status;       /* 0: there was no answer */
	json_t *body;      /* parsed; NULL when it is no JSON */
	const char *text;  /* as it came */
	size_t text_len;
	const char *content_type; /* NULL: none */
	bool ambiguous;           /* a failure after which the platform may have acted */
	char message[300];        /* for a human, when code is not PR_OK */
};

typedef void pr_platform_fn(void *arg, const struct pr_platform_answer *answer);

/*
 * Starts a call; `fn` comes once, never from within this function. The call is freed after `fn` has
 * returned, or by pr_platform_cancel before; `fn` must free neither the call nor the platform.
 */
int pr_platform_send(struct pr_platform *platform, const struct pr_platform_request *request,
	pr_platform_fn *fn, void *arg, struct pr_platform_call **ret_call, struct pr_err *err);

/* Ends a running call without its callback. NULL is allowed. */
void pr_platform_cancel(struct pr_platform_call *call);

/* The loop that the calls run on. Borrowed. */
struct pr_loop *pr_platform_loop(const struct pr_platform *platform);

/* The address of a path, as calls use it. Caller frees. */
char *pr_platform_url(const struct pr_platform *platform, const char *path) PR_MUST_CHECK;

#endif
