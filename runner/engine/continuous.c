#include "engine/continuous.h"

#include "base/log.h"
#include "base/number.h"

/* About 31 years: longer waits are as good as endless. */
#define LONGEST_S 1e9

static void continuous_check(void *arg);

static void on_over(void *arg)
{
	struct pr_continuous *continuous = arg;

	pr_info("Continuous steady state hypothesis terminated");
	continuous->core = NULL;
	continuous->fn(continuous->arg);
}

static void continuous_end(struct pr_continuous *continuous)
{
	pr_timer_stop(&continuous->timer);
	continuous->stopping = true;
	pr_task_post(continuous->core->loop, &continuous->task, on_over, continuous);
}

static void continuous_wait(struct pr_continuous *continuous)
{
	double seconds = continuous->core->strategies.frequency;
	int64_t us = (int64_t)((seconds < LONGEST_S ? seconds : LONGEST_S) * 1e6);

	if (pr_timer_start(
		    continuous->core->loop, &continuous->timer, us, continuous_check, continuous))
		continuous_end(continuous);
}

/* Only with fail-fast does a miss change the outcome; it stops the method before its next activity.
 */
static void continuous_fail_fast(struct pr_continuous *continuous)
{
	double percent = (double)continuous->missed / (double)continuous->checks * 100;
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	pr_number_add(&text, percent);
	pr_info("Terminating immediately the experiment after %s%% hypothesis deviated",
		pr_buf_str(&text));
	if (!pr_core_is_stopping(continuous->core))
		pr_core_set_status(continuous->core, "failed");
	continuous_end(continuous);
}

static void continuous_count(struct pr_continuous *continuous)
{
	const struct pr_hypothesis *hypothesis = &continuous->hypothesis;

	continuous->checks++;
	if (hypothesis->end != PR_HYPOTHESIS_MET)
		continuous->missed++;
	pr_ask_tell(continuous->core, &(struct pr_hook_event){
					      .point = PR_HOOK_CONTINUOUS,
					      .phase = PR_PHASE_DURING,
					      .state = hypothesis->state,
				      });
}

static void on_hypothesis(void *arg)
{
	struct pr_continuous *continuous = arg;
	const struct pr_hypothesis *hypothesis = &continuous->hypothesis;

	if (hypothesis->end == PR_HYPOTHESIS_CRASHED) {
		pr_critical("%s", hypothesis->error.msg);
		pr_core_set_status(continuous->core, "aborted");
	}
	if (hypothesis->end == PR_HYPOTHESIS_CRASHED ||
		hypothesis->end == PR_HYPOTHESIS_INTERRUPTED) {
		continuous_end(continuous);
		return;
	}
	continuous_count(continuous);
	if (hypothesis->end != PR_HYPOTHESIS_MET && continuous->core->strategies.fail_fast)
		continuous_fail_fast(continuous);
	else if (continuous->stopping)
		continuous_end(continuous);
	else
		continuous_wait(continuous);
}

static void continuous_check(void *arg)
{
	struct pr_continuous *continuous = arg;

	if (pr_core_is_stopping(continuous->core))
		continuous_end(continuous);
	else
		pr_hypothesis_start(&continuous->hypothesis, continuous->core, PR_PHASE_DURING,
			on_hypothesis, continuous);
}

void pr_continuous_start(
	struct pr_continuous *continuous, struct pr_core *core, pr_continuous_fn *fn, void *arg)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	*continuous = (struct pr_continuous){.core = core, .fn = fn, .arg = arg};
	pr_number_add(&text, core->strategies.frequency);
	pr_info("Executing the steady-state hypothesis continuously every %s seconds",
		pr_buf_str(&text));
	continuous_check(continuous);
}

void pr_continuous_stop(struct pr_continuous *continuous)
{
	if (!continuous->core || continuous->stopping)
		return;
	continuous->stopping = true;
	if (!pr_hypothesis_active(&continuous->hypothesis))
		continuous_end(continuous);
}

void pr_continuous_interrupt(struct pr_continuous *continuous)
{
	if (!continuous->core)
		return;
	pr_continuous_stop(continuous);
	pr_hypothesis_interrupt(&continuous->hypothesis);
}

bool pr_continuous_active(const struct pr_continuous *continuous)
{
	return continuous->core != NULL;
}

void pr_continuous_release(struct pr_continuous *continuous)
{
	pr_timer_stop(&continuous->timer);
	pr_task_cancel(&continuous->task);
	pr_hypothesis_release(&continuous->hypothesis);
	continuous->core = NULL;
}
