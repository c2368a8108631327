#include "cli/execution.h"

#include "base/text.h"
#include "cli/progress.h"
#include "cli/time_limit.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define WATCHER_MAX 2
#define HOOK_MAX (WATCHER_MAX + 6)

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

/* Whoever reads our log may go away in the middle, and a file may come to its limit (ulimit -f):
 * the experiment goes on, and so do its rollbacks. Programs that we start get the default again
 * (base/child.h). */
static void outlive_failing_writes(void)
{
	struct sigaction action = {.sa_handler = SIG_IGN};

	sigaction(SIGPIPE, &action, NULL);
	sigaction(SIGXFSZ, &action, NULL);
}

int pr_signals_watch(struct pr_signals *signals, struct pr_loop *loop, struct pr_err *err)
{
	signals->loop = loop;
	outlive_failing_writes();
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

/* A run with what watches it for the command line. */
struct watched {
	struct pr_run_options options;
	struct pr_hook hooks[HOOK_MAX];
	struct pr_time_limit limit;
	struct pr_progress *progress; /* NULL: none */
};

static void auto_watched(struct watched *watched)
{
	pr_time_limit_release(&watched->limit);
	pr_progress_free(watched->progress);
}

static void add_hook(struct watched *watched, struct pr_hook hook)
{
	watched->hooks[watched->options.hook_count++] = hook;
}

static int watched_init(struct watched *watched, struct pr_signals *signals,
	const struct pr_run_options *options, const struct pr_execution_terms *terms,
	struct pr_err *err)
{
	struct pr_progress_options shown = {.loop = signals->loop, .fd = STDERR_FILENO};
	int rc = 0;

	*watched = (struct watched){.options = *options};
	if (options->hook_count + WATCHER_MAX > HOOK_MAX)
		return pr_fail(err, PR_ELIMIT, "too many take part in the run");
	for (size_t i = 0; i < options->hook_count; i++)
		watched->hooks[i] = options->hooks[i];
	watched->options.hooks = watched->hooks;
	if (terms->timeout_ms) {
		rc = pr_time_limit_start(
			&watched->limit, signals->loop, &signals->run, terms->timeout_ms, err);
		add_hook(watched, pr_time_limit_hook(&watched->limit));
	}
	if (!rc && terms->progress && pr_progress_is_for(STDERR_FILENO)) {
		rc = pr_progress_new(&shown, &watched->progress, err);
		add_hook(watched, pr_progress_hook(watched->progress));
	}
	return rc;
}

int pr_execution_run(struct pr_signals *signals, const struct pr_run_options *options,
	const struct pr_execution_terms *terms, struct pr_execution *execution, struct pr_err *err)
{
	static const struct pr_execution_terms none;
	struct finish finish = {.loop = signals->loop, .execution = execution};
	__attribute__((cleanup(auto_watched))) struct watched watched;
	int rc = watched_init(&watched, signals, options, terms ? terms : &none, err);

	*execution = (struct pr_execution){.crashed = true};
	if (!rc)
		rc = pr_run_new(signals->loop, &watched.options, &signals->run, err);
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
