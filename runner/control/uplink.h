#ifndef PR_CONTROL_UPLINK_H
#define PR_CONTROL_UPLINK_H

/*
 * What is sent while a run goes on: the state, then the journal as it grows, latest-wins and one
 * call in flight (docs/design.md, decision 4). Failures are logged and change nothing; a state is
 * sent again until the platform has it, since users see it.
 */

#include "base/buf.h"
#include "platform/client.h"

#include <stdbool.h>

struct pr_uplink {
	struct pr_loop *loop;
	struct pr_platform *platform;
	const struct pr_buf *log; /* NULL: none is sent */
	const char *plan;
	char *state_path; /* owned */
	char *results_path;
	json_t *state;         /* to be sent before any results; owned */
	json_t *said;          /* the state in flight; owned */
	unsigned refusals;     /* of the present state */
	struct pr_timer again; /* until it is sent again */
	pr_loop_fn *taken;     /* the platform has the latest state; NULL: nobody asks */
	void *taken_arg;
	json_t *journal; /* borrowed */
	struct pr_platform_call *call;
	struct pr_timer timer; /* for what was skipped */
	bool dirty;
	uint64_t sent_bytes;
	size_t last_size;
	size_t last_entries;
	int64_t last_sent_us;
	pr_loop_fn *drained; /* called when nothing is in flight any more, once asked for */
	void *arg;
};

/* Starts with the body of the state `running` (taken). Release in any case. */
int pr_uplink_start(struct pr_uplink *uplink, const char *experiment, const char *execution,
	json_t *running, struct pr_err *err);

/*
 * Sends this state (taken; NULL: want of memory) before any further results, in place of one that
 * has not been sent.
 */
void pr_uplink_say(struct pr_uplink *uplink, json_t *state);

/* The journal has changed. */
void pr_uplink_touch(struct pr_uplink *uplink);

/*
 * Sends nothing more and calls `fn` when the call in flight has ended, `patience_us` later at the
 * latest; at once when there is none.
 */
void pr_uplink_drain(struct pr_uplink *uplink, int64_t patience_us, pr_loop_fn *fn, void *arg);

/* Ends what is under way and frees the contents. */
void pr_uplink_release(struct pr_uplink *uplink);

#endif
