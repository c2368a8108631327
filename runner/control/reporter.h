#ifndef PR_CONTROL_REPORTER_H
#define PR_CONTROL_REPORTER_H

/*
 * Reports a run to the platform (docs/protocol.md 2.9, 2.10): the execution before anything is
 * touched, results while it runs, the closing calls when the journal is final. Native code in place
 * of the control module chaosreliably.controls.experiment. A hook of the engine.
 *
 * Only the creation of the execution can stop a run (docs/design.md, decision 3). Intermediate
 * uploads are asynchronous and latest-wins, one in flight (decision 4). At the end: journal, spool,
 * network (decision 5).
 */

#include "base/buf.h"
#include "engine/hooks.h"
#include "platform/client.h"
#include "platform/plan.h"

struct pr_reporter;

/* Asks for the end of the run: docs/protocol.md 2.10, `terminate`. */
typedef void pr_reporter_terminate_fn(void *arg, bool skip_rollbacks);

/* Everything is borrowed and must outlive the reporter. */
struct pr_reporter_options {
	struct pr_platform *platform;
	const struct pr_service *service;
	const struct pr_plan *plan;
	const struct pr_buf *log; /* the log so far; NULL: none is sent */
	int64_t deadline_ms;      /* for the closing calls, from the end of the run */
	int64_t poll_ms;          /* between looks at the user's state */
	pr_reporter_terminate_fn *terminate;
	void *arg;
};

/* Caller frees. */
int pr_reporter_new(struct pr_loop *loop, const struct pr_reporter_options *options,
	struct pr_reporter **ret_reporter, struct pr_err *err);

/* Ends what is under way. NULL is allowed. */
void pr_reporter_free(struct pr_reporter *reporter);

/* The hook to give to the run; valid as long as the reporter. */
struct pr_hook pr_reporter_hook(struct pr_reporter *reporter);

/*
 * From `until_us` of the loop's clock on whoever stopped the run may kill it: the closing calls,
 * under way or still to come, are given up by then, one second being theirs in any case, and one
 * more for what is on its way. The first call counts.
 */
void pr_reporter_hasten(struct pr_reporter *reporter, int64_t until_us);

/* Where the execution can be seen; NULL when there is none. Borrowed. */
const char *pr_reporter_execution_url(const struct pr_reporter *reporter);

/* Why no execution could be created; NULL when it was. Borrowed. */
const char *pr_reporter_refusal(const struct pr_reporter *reporter);

/* Why the platform does not have the final results, and where they are; NULL when it has. Borrowed.
 */
const char *pr_reporter_undelivered(const struct pr_reporter *reporter);

#endif
