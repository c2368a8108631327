#include "cli/execution.h"

#include "base/text.h"

#include <signal.h>
#include <string.h>

static const struct {
	int signo;
	enum pr_interrupt_kind kind;
} kinds[] = {
	{SIGINT, PR_INTERRUPT_SIGINT},
	{SIGTERM, PR_INTERRUPT_SIGTERM},
	{SIGUSR1, PR_INTERRUPT_USR1},
	{SIGUSR2, PR_INTERRUPT_USR2},
};

static enum pr_interrupt_kind kind_of(const struct pr_signals *signals, int signo)
{
	if (signo == SIGTERM && signals->term_skips_rollbacks)
		return PR_INTERRUPT_USR2;
	for (size_t i = 0; i < PR_LEN(kinds); i++)
		if (kinds[i].signo == signo)
			return kinds[i].kind;
	return PR_INTERRUPT_SIGTERM;
}

static void on_signal(void *arg, int signo)
{
	struct pr_signals *signals = arg;

	if (signals->run) {
		if (signals->heard)
			signals->heard(signals->arg);
		pr_run_interrupt(signals->run, kind_of(signals, signo), NULL);
		return;
	}
	if (!signals->received)
		signals->received = signo;
	pr_loop_stop(signals->loop);
}

int pr_signals_watch(struct pr_signals *signals, struct pr_loop *loop, struct pr_err *err)
{
	signals->loop = loop;
	for (size_t i = 0; i < PR_LEN(kinds); i++)
		if (pr_loop_on_signal(loop, kinds[i].signo, on_signal, signals, err))
			return PR_EIO;
	return 0;
}

struct finish {
	struct pr_loop *loop;
	struct pr_execution *execution;
	bool done;
};

static void on_finished(void *arg, const struct pr_run_result *result)
{
	struct finish *finish = arg;
	struct pr_execution *execution = finish->execution;

	execution->crashed = result->status == NULL;
	execution->deviated = result->deviated;
	execution->journal = json_incref(result->journal);
	if (result->status)
		strncat(execution->status, result->status, sizeof execution->status - 1);
	if (result->error)
		execution->error = *result->error;
	finish->done = true;
	pr_loop_stop(finish->loop);
}

int pr_execution_run(struct pr_signals *signals, const struct pr_run_options *options,
	struct pr_execution *execution, struct pr_err *err)
{
	struct finish finish = {.loop = signals->loop, .execution = execution};
	int rc;

	*execution = (struct pr_execution){.crashed = true};
	rc = pr_run_new(signals->loop, options, &signals->run, err);
	if (!rc)
		rc = pr_run_start(signals->run, on_finished, &finish, err);
	while (!rc && !finish.done)
		rc = pr_loop_run(signals->loop, err);
	pr_run_free(pr_steal(signals->run));
	return rc;
}

void pr_execution_release(struct pr_execution *execution)
{
	json_decref(execution->journal);
	*execution = (struct pr_execution){0};
}
