#ifndef PR_CONTROL_SLACK_CLIENT_H
#define PR_CONTROL_SLACK_CLIENT_H

/*
 * Calls of Slack's Web API, beside the run. PLAN_RUNNER_SLACK_URL replaces https://slack.com/api
 * (for tests, and for gateways). Registered secrets are replaced in all that is sent.
 */

#include "base/buf.h"
#include "base/err.h"
#include "base/loop.h"

#include <jansson.h>

struct pr_slack_client;
struct pr_slack_call;

/* How the arguments of a method go; each method takes one or two of them only. */
enum pr_slack_form { PR_SLACK_JSON, PR_SLACK_POST, PR_SLACK_GET };

struct pr_slack_request {
	const char *method; /* "chat.postMessage" */
	enum pr_slack_form form;
	const json_t *arguments; /* an object; texts, and in JSON anything; NULL: see content */
	/* Instead of a method: these bytes are posted to that address, without the token. */
	const char *url;
	const struct pr_buf *content;
	int64_t until_us; /* of the loop's clock: 429 and 503 are tried again until then */
};

/*
 * `answer` is what Slack said with "ok": true, or {} of an upload; NULL: it failed, for the reason
 * in `error`, `refused` by Slack itself. Both borrowed.
 */
typedef void pr_slack_fn(void *arg, const json_t *answer, const char *error, bool refused);

/* The token is registered as a secret. Caller frees, after its calls. */
int pr_slack_client_new(struct pr_loop *loop, const char *token, const char *ca_file,
	struct pr_slack_client **ret_client, struct pr_err *err);

/* Frees it. NULL is allowed. */
void pr_slack_client_free(struct pr_slack_client *client);

/* Starts a call; `fn` comes once, later. Caller frees the call, in the callback or before it. */
int pr_slack_call_start(struct pr_slack_client *client, const struct pr_slack_request *request,
	pr_slack_fn *fn, void *arg, struct pr_slack_call **ret_call, struct pr_err *err);

/* Ends it without a callback, or frees a finished one. NULL is allowed. */
void pr_slack_call_free(struct pr_slack_call *call);

#endif
