#ifndef PR_ENGINE_CORE_H
#define PR_ENGINE_CORE_H

/*
 * What all parts of one run share: its surroundings, its journal, and what has been decided so far
 * (status, deviation, interruption). Private to the engine. struct pr_run owns it; every part
 * borrows it.
 */

#include "activity/pauses.h"
#include "activity/provider.h"
#include "base/uuid.h"
#include "engine/hooks.h"
#include "engine/journal.h"
#include "engine/run.h"

/* What interruptions have asked for so far. */
struct pr_interruption {
	unsigned count;              /* how many there were; 0: the run goes its way */
	enum pr_interrupt_kind kind; /* of the first */
	char reason[256];            /* of the first; "" when none was given */
	bool skip_rollbacks;         /* in every strategy */
	bool never_started;          /* refused at PR_HOOK_STARTED */
};

struct pr_core {
	struct pr_run *run;
	struct pr_loop *loop;
	struct pr_limits limits;
	char *ca_file; /* owned, may be NULL */
	pr_activity_start_fn *start;
	struct pr_strategies strategies;
	struct pr_journal *journal; /* NULL until the run has started */
	struct pr_pauses pauses;
	json_t *load_results;                  /* of the run's load tests, by name */
	char traceparent[PR_TRACEPARENT_SIZE]; /* of the activity that is being started */
	struct pr_run_view view;               /* its values are owned here, except the journal */
	char run_id[PR_UUID_SIZE];
	struct pr_hook *hooks; /* owned */
	size_t hook_count;
	struct pr_ask *waiting; /* questions that some hook has not answered yet */
	struct pr_interruption interruption;
	const char *status; /* as in the journal; NULL: not decided */
	bool deviated;
	bool journal_failed; /* writing it failed, which has been said */
};

/* What a call of a provider needs, as things are now. */
struct pr_activity_env pr_core_env(const struct pr_core *core);

/*
 * Sets the status ("completed", "failed", "aborted", "interrupted"; static), here and in the
 * journal.
 */
void pr_core_set_status(struct pr_core *core, const char *status);

/* Notes that the experiment deviated, here and in the journal. */
void pr_core_set_deviated(struct pr_core *core);

/* Whether the status is one after which no further activity of the method starts
 * (docs/engine.md 7.1). */
bool pr_core_is_stopping(const struct pr_core *core);

/* As pr_journal_touch; a failure is logged once and the run goes on. */
void pr_core_touch(struct pr_core *core, json_t *entry, const char *list, size_t index);

/* As pr_journal_flush, likewise. */
void pr_core_flush(struct pr_core *core);

#endif
