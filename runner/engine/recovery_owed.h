#ifndef PR_ENGINE_RECOVERY_OWED_H
#define PR_ENGINE_RECOVERY_OWED_H

/* Which rollbacks a journal shows as played. Private to the engine. */

#include "engine/recovery.h"

/*
 * Fills `owed` and `notes` from `journal` and `document`: the rollbacks without an entry that has
 * an outcome. An entry belongs to the item that it is a copy of, else to one of its name (the
 * journal is redacted, and controls may change activities). PR_ENOMEM.
 */
int pr_recovery_find_owed(struct pr_recovery *recovery, struct pr_err *err);

#endif
