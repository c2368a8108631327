#include "cli/time_limit.h"

#include "base/log.h"
#include "base/text.h"

#define US_PER_MS INT64_C(1000)
#define MS_PER_S 1000.0
#define LONGEST_MS (INT64_C(365) * 24 * 3600 * 1000)

static int64_t undo_ms(const struct pr_time_limit *limit)
{
	return limit->ms > PR_TIME_LIMIT_UNDO_MS ? limit->ms : PR_TIME_LIMIT_UNDO_MS;
}

static void interrupt(const struct pr_time_limit *limit, const char *reason)
{
	if (*limit->run)
		pr_run_interrupt(*limit->run, PR_INTERRUPT_TIMEOUT, reason);
}

static void on_undo_over(void *arg)
{
	const struct pr_time_limit *limit = arg;
	char reason[128];

	pr_text_print(reason, sizeof reason,
		"The rollbacks are not over %g s after the time limit: they are ended",
		(double)undo_ms(limit) / MS_PER_S);
	interrupt(limit, reason);
}

static void on_over(void *arg)
{
	struct pr_time_limit *limit = arg;
	char reason[128];

	pr_text_print(reason, sizeof reason, "The time limit of %g s is over",
		(double)limit->ms / MS_PER_S);
	if (pr_timer_start(
		    limit->loop, &limit->timer, undo_ms(limit) * US_PER_MS, on_undo_over, limit))
		pr_warn("There is no memory to limit the time of the rollbacks");
	if (limit->undoing)
		pr_warn("%s: the rollbacks go on, for %g s at most", reason,
			(double)undo_ms(limit) / MS_PER_S);
	else
		interrupt(limit, reason);
}

int pr_time_limit_start(struct pr_time_limit *limit, struct pr_loop *loop,
	struct pr_run *const *run, int64_t ms, struct pr_err *err)
{
	*limit = (struct pr_time_limit){.loop = loop, .run = run, .ms = ms};
	if (pr_timer_start(loop, &limit->timer, ms * US_PER_MS, on_over, limit))
		return pr_fail_nomem(err);
	return 0;
}

static void on_event(void *self, const struct pr_hook_event *event, struct pr_hook_ticket *ticket,
	struct pr_hook_answer *answer)
{
	struct pr_time_limit *limit = self;

	(void)ticket;
	(void)answer;
	if (event->point == PR_HOOK_BEFORE_ROLLBACKS)
		limit->undoing = true;
	else if (event->point == PR_HOOK_AFTER_EXPERIMENT)
		pr_timer_stop(&limit->timer);
}

struct pr_hook pr_time_limit_hook(struct pr_time_limit *limit)
{
	return (struct pr_hook){.name = "time limit", .on = on_event, .self = limit};
}

void pr_time_limit_release(struct pr_time_limit *limit)
{
	pr_timer_stop(&limit->timer);
}

int pr_time_limit_read(const char *text, int64_t *ret_ms, struct pr_err *err)
{
	int64_t ms = 0;

	if (text && (pr_text_duration_ms(text, &ms, NULL) || ms == 0 || ms > LONGEST_MS))
		return pr_fail(err, PR_EUSAGE,
			"Invalid value for '--timeout': '%s' is not a time of at most a year, as "
			"90, 90s, 15m or 1.5h",
			text);
	*ret_ms = ms;
	return 0;
}
