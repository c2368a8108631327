#ifndef PR_ACTIONS_GROUPS_H
#define PR_ACTIONS_GROUPS_H

/* One group of log lines for each phase of a run. */

#include "actions/stream.h"
#include "engine/hooks.h"

/* A hook that only looks: begins a group where a phase begins. `stream` is borrowed. */
struct pr_hook pr_actions_groups_hook(struct pr_actions_stream *stream);

#endif
