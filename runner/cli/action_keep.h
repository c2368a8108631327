#ifndef PR_CLI_ACTION_KEEP_H
#define PR_CLI_ACTION_KEEP_H

/*
 * The Action's input commit-results: what is found out before a run, and done after it. Nothing of
 * it fails the step.
 */

#include "actions/inputs.h"
#include "cli/action_place.h"
#include "cli/plan_job.h"

/* Tells of it: `level` is "notice" or "warning". */
typedef void pr_action_keep_fn(void *arg, const char *level, const char *message);

/* All zero: results are not committed. */
struct pr_action_keep {
	bool possible;
	char *token; /* owned */
	struct pr_action_place place;
	pr_action_keep_fn *tell;
	void *arg;
};

/*
 * Reads branch and token before a plan's environment can replace them. Where one of them is
 * missing, that is told, and nothing will be committed. `tell` is kept. Release in any case.
 */
void pr_action_keep_prepare(struct pr_action_keep *keep, const struct pr_actions_inputs *inputs,
	pr_action_keep_fn *tell, void *arg);

/*
 * Commits journal and log of a job that ran, as far as a cancelled workflow leaves time for it, and
 * tells what came of it.
 */
void pr_action_keep_commit(
	const struct pr_action_keep *keep, const struct pr_plan_job *job, const char *workspace);

/* Frees the contents. */
void pr_action_keep_release(struct pr_action_keep *keep);

#endif
