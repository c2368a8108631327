#ifndef PR_CONTROL_PAUSE_ACTIVITY_H
#define PR_CONTROL_PAUSE_ACTIVITY_H

/* The activities that controls put into a run to pause it (docs/protocol.md 2.10, 4.4). */

#include "base/compiler.h"

#include <jansson.h>

/*
 * An action named `<prefix>-<8 hex digits>` that calls pause_execution with these arguments (taken;
 * NULL: want of memory). New reference; NULL: no memory.
 */
json_t *pr_pause_activity_new(const char *prefix, json_t *arguments) PR_MUST_CHECK;

#endif
