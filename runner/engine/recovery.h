#ifndef PR_ENGINE_RECOVERY_H
#define PR_ENGINE_RECOVERY_H

/*
 * What a run owes that did not come to its end: a kill -9, an eviction, a power cut. Its journal is
 * read (with `.part`), locked, and compared with the rollbacks that its experiment declares; a
 * pr_run with this as its `recovery` then plays those that are owed, never the method, and ends the
 * journal (status "interrupted").
 *
 * While a run goes on its journal has a member "plan-runner" with what must be known here:
 * {"rollback-strategy": "always", "dry": null} and, where the command line gave values, the names
 * of these: "variables": {"configuration": [...], "secrets": [...]}. A rollback with the value that
 * the experiment has instead would undo what nobody did: those that are declared must be given
 * again. The end of the run takes the member out. In a recovered journal it stays, with
 * "recoveries": one {"start", "end", "rollbacks": [{"name", "again"}]} for each; one without "end"
 * did not come to its own end either.
 *
 * Owed are (docs/engine.md 6.3, for a run that was interrupted), unless the strategy is "never":
 * where rollbacks had begun, those that are left; else, where the method had begun, all of them
 * with "always", and with "deviated" when the experiment had. One that had no outcome is played
 * again. A pause that only a user can end (docs/protocol.md 6.1) is not owed.
 */

#include "base/err.h"
#include "base/limits.h"
#include "experiment/strategy.h"

#include <jansson.h>
#include <stdbool.h>

enum pr_recovery_state {
	PR_RECOVERY_OWED,       /* there are rollbacks to be played */
	PR_RECOVERY_UNFINISHED, /* there are none, but the journal has no end */
	PR_RECOVERY_NOTHING,    /* the journal is complete: nothing is to be done at all */
};

/* All zero, with lock -1, is an empty one: PR_RECOVERY_INIT. */
struct pr_recovery {
	enum pr_recovery_state state;
	const char *reason; /* why there are none, for a human; static; NULL where some are owed */
	json_t *journal;    /* as it was left; owned, as all below */
	json_t *document;   /* whose rollbacks they are */
	json_t *owed;       /* items of its rollbacks, in their order */
	json_t *notes;      /* {"name", "again"} of each */
	struct pr_strategies strategies;
	int lock; /* nobody else recovers the journal while this is open */
};

#define PR_RECOVERY_INIT {.lock = -1}

/* Values from the command line, by name: objects, borrowed; NULL: none. */
struct pr_recovery_variables {
	const json_t *configuration, *secrets;
};

/* How a recovery differs from what the journal says. */
struct pr_recovery_options {
	const struct pr_limits *limits;
	const char *rollback_strategy; /* NULL: that of the run. Another one also decides about a
					  journal that was recovered before. */
	json_t *document;              /* the experiment; NULL: as the journal has it */
	struct pr_recovery_variables variables; /* given to it */
};

/*
 * Reads the journal at `path`, locks it and decides. Nothing is written. Refused are: a journal
 * whose run is still alive, what is no journal (PR_EINVAL), one that does not say its strategy,
 * rollbacks whose values have been redacted, a run with variables that are not given. Release it
 * also after a failure.
 */
int pr_recovery_open(struct pr_recovery *recovery, const char *path,
	const struct pr_recovery_options *options, struct pr_err *err);

/* Unlocks and frees the contents. */
void pr_recovery_release(struct pr_recovery *recovery);

/*
 * The member PR_JOURNAL_EXTENSION of a run that begins, with the names of `variables` (may be
 * NULL). New reference; NULL: no memory.
 */
json_t *pr_recovery_extension(const struct pr_strategies *strategies,
	const struct pr_recovery_variables *variables) PR_MUST_CHECK;

#endif
