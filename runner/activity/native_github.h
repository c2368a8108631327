#ifndef PR_ACTIVITY_NATIVE_GITHUB_H
#define PR_ACTIVITY_NATIVE_GITHUB_H

/*
 * Calls of GitHub's REST API for the built-in functions (docs/protocol.md 6.1): the token of
 * GITHUB_TOKEN or of the secrets, the address of GITHUB_API_URL or api.github.com, answers as JSON.
 */

#include "activity/native.h"
#include "activity/native_fetch.h"
#include "base/buf.h"

/* Called with an answer below 400; what fails is raised. */
typedef int pr_github_fn(struct pr_native_call *call, json_t *answer, struct pr_err *err);

/* Begins the state of every function of GitHub. */
struct pr_github {
	struct pr_native_fetch fetch;
	const char *token; /* borrowed from the environment or the call's arguments */
	pr_github_fn *then;
	char failure[256]; /* what is raised when the answer is 400 or more */
};

/* Sets the token, which is registered as a secret. PR_EINVAL without one. */
int pr_github_init(struct pr_native_call *call, struct pr_err *err);

/* Sends a request for what follows the address of the API ("/repos/o/r"); `then` gets the answer,
 * `failure` begins the message otherwise. */
int pr_github_send(struct pr_native_call *call, const char *method, const struct pr_buf *path,
	pr_github_fn *then, struct pr_err *err);

/* Adds "/repos/<owner>/<name>" of the argument `repo`, which may be an address of GitHub's. */
void pr_github_add_repo(const struct pr_native_call *call, struct pr_buf *path);

/* Adds "?name=value", or with '&' where there is one already, encoded; nothing for NULL. */
void pr_github_add_query(struct pr_buf *path, const char *name, const char *value);

/* The parameters that the lists of workflow runs have in common. */
void pr_github_add_run_filter(const struct pr_native_call *call, struct pr_buf *path);

/* The start of the argument `window`, in microseconds since 1970. */
int pr_github_window(const struct pr_native_call *call, int64_t *ret_wall_us, struct pr_err *err);

/* Adds "created=>2026-11-20" for such a start. */
void pr_github_add_created(struct pr_buf *path, int64_t start_us);

/* `release` of every function of GitHub. */
void pr_github_release(struct pr_native_call *call);

#endif
