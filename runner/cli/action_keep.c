#include "cli/action_keep.h"

#include "base/env.h"
#include "base/text.h"
#include "cli/action_commit.h"

#include <string.h>

#define US_PER_MS INT64_C(1000)
#define PATIENCE_MS INT64_C(60000)

/* A workflow that is cancelled waits for 7.5 s; our own end needs some of it. */
#define WINDOW_MS INT64_C(7000)
#define LEAST_MS INT64_C(1000)

static void warn(const struct pr_action_keep *keep, const char *message)
{
	keep->tell(keep->arg, "warning", message);
}

void pr_action_keep_prepare(struct pr_action_keep *keep, const struct pr_actions_inputs *inputs,
	pr_action_keep_fn *tell, void *arg)
{
	const char *given = inputs->values[PR_INPUT_GITHUB_TOKEN];
	struct pr_err err = PR_ERR_INIT;

	*keep = (struct pr_action_keep){.tell = tell, .arg = arg};
	keep->token = pr_text_dup(given ? given : pr_env_get_set("GITHUB_TOKEN"));
	if (!keep->token)
		(void)pr_fail(&err, PR_EINVAL,
			"nothing is committed without a token: give the input github-token one, "
			"with the permission `contents: write`");
	else
		keep->possible = pr_action_place_read(&keep->place, &err) == 0;
	if (!keep->possible)
		warn(keep, err.msg);
}

/* How long it may take; negative: not at all. */
static int64_t patience_ms(const struct pr_plan_job *job)
{
	int64_t gone_ms;

	if (job->signals.received)
		return -1;
	if (!job->hastened)
		return PATIENCE_MS;
	gone_ms = (pr_loop_now_us(job->loop) - job->hastened_us) / US_PER_MS;
	return gone_ms < WINDOW_MS - LEAST_MS ? WINDOW_MS - gone_ms : -1;
}

static void tell(const struct pr_action_keep *keep, const struct pr_action_committed *done)
{
	PR_AUTO(free) char *text =
		done->url
			? pr_text_format(
				  "The results are committed to %s: %s", done->branch, done->url)
			: pr_text_format("The branch %s has these results already.", done->branch);

	if (text)
		keep->tell(keep->arg, "notice", text);
}

void pr_action_keep_commit(
	const struct pr_action_keep *keep, const struct pr_plan_job *job, const char *workspace)
{
	struct pr_action_results results = {.place = &keep->place,
		.plan = job->plan_id,
		.url = job->reporter ? pr_reporter_execution_url(job->reporter) : NULL,
		.workspace = workspace,
		.journal = job->execution.journal ? job->result_path : NULL,
		.log = job->log_path,
		.token = keep->token,
		.patience_ms = patience_ms(job)};
	struct pr_action_committed done;
	struct pr_err err = PR_ERR_INIT;

	if (!keep->possible)
		return;
	if (results.patience_ms < 0) {
		warn(keep, "nothing is committed: the workflow was cancelled, and there is no time "
			   "left");
		return;
	}
	if (pr_action_commit(&results, &done, &err))
		warn(keep, err.msg);
	else
		tell(keep, &done);
	pr_action_committed_release(&done);
}

void pr_action_keep_release(struct pr_action_keep *keep)
{
	if (keep->token)
		explicit_bzero(keep->token, strlen(keep->token));
	free(keep->token);
	pr_action_place_release(&keep->place);
	*keep = (struct pr_action_keep){0};
}
