#ifndef PR_CONTROL_SLACK_CAPTURE_H
#define PR_CONTROL_SLACK_CAPTURE_H

/*
 * What was said in a Slack channel during the run, for the execution's page of the platform
 * (docs/protocol.md 4.4, capture): the channel's messages, their threads and who wrote them.
 * Bounded in calls and in time: what was not reached by then is left out.
 */

#include "control/slack_client.h"

struct pr_slack_capture;

struct pr_slack_capture_request {
	const char *channel; /* its name, with or without '#' */
	int64_t since_us;    /* wall clock: the start of the run */
	int64_t until_us;    /* loop's clock: what is found by then is the result */
	json_int_t limit;    /* messages of one answer; 0: the usual number */
};

/* {"channels": […], "users": {…}}, borrowed: as much of it as was found. */
typedef void pr_slack_capture_fn(void *arg, json_t *found);

/* Starts; `fn` comes once, later. The client must outlive it. Caller frees, also in the callback.
 */
int pr_slack_capture_start(struct pr_loop *loop, struct pr_slack_client *client,
	const struct pr_slack_capture_request *request, pr_slack_capture_fn *fn, void *arg,
	struct pr_slack_capture **ret_capture, struct pr_err *err);

/* Ends it now, with what was found so far: `fn` comes from within this call. */
void pr_slack_capture_stop(struct pr_slack_capture *capture);

/* Frees it without a callback. NULL is allowed. */
void pr_slack_capture_free(struct pr_slack_capture *capture);

#endif
