#include "activity/native_modules.h"
#include "activity/pauses.h"
#include "base/log.h"
#include "codec/pyvalue.h"

#include <math.h>

#define US_PER_S 1000000
#define PAUSE_MAX_S 1e9

struct pause {
	struct pr_pause waiting;
	struct pr_timer timer;
};

static void on_resume(void *arg)
{
	struct pr_native_call *call = arg;
	struct pause *pause = call->state;

	pr_timer_stop(&pause->timer);
	pr_native_return(call, json_null());
}

static void on_time(void *arg)
{
	struct pr_native_call *call = arg;
	struct pause *pause = call->state;

	pr_pause_leave(&pause->waiting);
	pr_info("Resuming execution...");
	pr_native_return(call, json_null());
}

static void pause_release(struct pr_native_call *call)
{
	struct pause *pause = call->state;

	pr_timer_stop(&pause->timer);
	pr_pause_leave(&pause->waiting);
}

static void tell(const json_t *duration)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	pr_value_str(duration, &text);
	if (pr_value_truthy(duration))
		pr_info("Pausing activity for %ss or until the execution is resumed",
			pr_buf_str(&text));
	else
		pr_info("Pausing activity until the execution is resumed");
}

/* Event.wait(duration or None): what is false has no end but the user's. */
static int pause_start(struct pr_native_call *call, struct pr_err *err)
{
	struct pause *pause = call->state;
	const json_t *duration = pr_native_get(call, "duration");
	double seconds = pr_native_number(call, "duration");

	tell(duration);
	if (pr_value_truthy(duration) && !json_is_number(duration) && !json_is_true(duration))
		return pr_fail(err, PR_EINVAL,
			"TypeError: the duration of a pause must be a number of seconds, not text");
	pause->waiting = (struct pr_pause){.wake = on_resume, .arg = call};
	if (call->env.pauses)
		pr_pauses_enter(call->env.pauses, &pause->waiting);
	if (!pr_value_truthy(duration))
		return 0;
	seconds = fmin(fmax(seconds, 0), PAUSE_MAX_S);
	if (pr_timer_start(
		    call->env.loop, &pause->timer, (int64_t)(seconds * US_PER_S), on_time, call))
		return pr_fail_nomem(err);
	return 0;
}

static const struct pr_native_parameter parameters[] = {
	{"duration", PR_NATIVE_NUMBER | PR_NATIVE_TEXT | PR_NATIVE_NULL, "0"},
	{"username", PR_NATIVE_ANY, "\"\""},
	{"user_id", PR_NATIVE_ANY, "\"\""},
};

static const struct pr_native_function functions[] = {
	{.name = "pause_execution",
		.parameters = parameters,
		.parameter_count = PR_LEN(parameters),
		.start = pause_start,
		.release = pause_release,
		.state_size = sizeof(struct pause)},
};

const struct pr_native_module pr_native_pauses = {.name = "chaosreliably.activities.pauses",
	.functions = functions,
	.function_count = PR_LEN(functions)};
