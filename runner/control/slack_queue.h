#ifndef PR_CONTROL_SLACK_QUEUE_H
#define PR_CONTROL_SLACK_QUEUE_H

/*
 * Messages for one Slack channel, sent in their order and beside the run (docs/protocol.md 4.4):
 * the first one begins a thread, the others answer in it or change it. What waits is bounded, and
 * after a few failures, or once Slack refuses the first message, the rest is given up; that is
 * logged once and changes nothing.
 */

#include "control/slack_client.h"

struct pr_slack_queue;

struct pr_slack_message {
	const char *text;
	json_t *attachments; /* borrowed; for a message that begins the thread or changes it */
	bool changes;        /* it takes the place of the first one */
	/* Uploaded as state.yaml, with the text as its comment; NULL: nothing is. */
	const json_t *state;
};

/* Everything is borrowed and must outlive it, except the channel. Caller frees. */
int pr_slack_queue_new(struct pr_loop *loop, struct pr_slack_client *client, const char *channel,
	struct pr_slack_queue **ret_queue, struct pr_err *err);

/* Puts a message at the end; everything in it is copied. */
void pr_slack_queue_add(struct pr_slack_queue *queue, const struct pr_slack_message *message);

/* Nothing is added any more: what waits is sent until `deadline_us` of the loop's clock. */
void pr_slack_queue_finish(struct pr_slack_queue *queue, int64_t deadline_us);

/* Calls `fn` once, later, when everything is sent or given up; false, without a call, when it is.
 */
bool pr_slack_queue_wait(struct pr_slack_queue *queue, pr_loop_fn *fn, void *arg);

/* Ends what is under way, without a callback. NULL is allowed. */
void pr_slack_queue_free(struct pr_slack_queue *queue);

#endif
