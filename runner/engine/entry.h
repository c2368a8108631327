#ifndef PR_ENGINE_ENTRY_H
#define PR_ENGINE_ENTRY_H

/* One run entry of the journal: its members, their order and forms (docs/engine.md 8). Private to
 * the engine and to what runs probes beside it (control/guard.h). */

#include "base/err.h"

#include <jansson.h>
#include <stdint.h>

/* An entry for `activity` (copied shallowly) that starts at `wall_us`. New reference; NULL: no
 * memory. */
json_t *pr_entry_new(const json_t *activity, int64_t wall_us) PR_MUST_CHECK;

/* The activity succeeded; `output` is shared. PR_ENOMEM. */
int pr_entry_succeed(json_t *entry, json_t *output, struct pr_err *err);

/* The activity failed as upstream's ActivityFailed with this message. PR_ENOMEM. */
int pr_entry_fail(json_t *entry, const char *message, struct pr_err *err);

/* Sets end and duration, whatever the outcome was. PR_ENOMEM. */
int pr_entry_end(json_t *entry, int64_t start_us, int64_t end_us, struct pr_err *err);

#endif
