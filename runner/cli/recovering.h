#ifndef PR_CLI_RECOVERING_H
#define PR_CLI_RECOVERING_H

/* Ending the journal of a run that died (engine/recovery.h), as commands do and show it. */

#include "cli/execution.h"
#include "engine/recovery.h"

/* What a recovery is run with: the options of the same names of engine/run.h. */
struct pr_recovering {
	struct pr_signals *signals;
	const char *path; /* the journal */
	const struct pr_limits *limits;
	json_t *settings;
	const struct pr_variables *variables;
	const char *ca_file;
};

/*
 * Plays what `recovery` (open, of this path) owes, and logs what is done and why. 0: the journal is
 * complete and all that was played has succeeded. PR_EINVAL: rollbacks failed; PR_ECANCELED:
 * interrupted, the rest is still owed.
 */
int pr_recovering_run(
	const struct pr_recovering *how, struct pr_recovery *recovery, struct pr_err *err);

/*
 * Before a run of `document` that writes its journal there: where the journal at the path has no
 * end, it is recovered as above and then kept under another name, "journal-<start of its
 * run>.json". Nothing is done where there is none, or it is complete. PR_EINVAL: it is of another
 * experiment.
 */
int pr_recovering_first(
	const struct pr_recovering *how, const json_t *document, struct pr_err *err);

/*
 * Before a run that is not to recover anything: a journal at `path` that has no end, with its
 * `.part`, is kept under such a name, and a warning says so. One whose run is alive, and what is no
 * journal of ours, is left alone.
 */
int pr_recovering_keep(const char *path, struct pr_err *err);

#endif
