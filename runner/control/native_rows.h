#ifndef PR_CONTROL_NATIVE_ROWS_H
#define PR_CONTROL_NATIVE_ROWS_H

/*
 * The rows of the table of native controls (control/native.c), each defined in the file of its
 * name. All static.
 */

#include "control/native.h"

/* Pauses after activities (docs/protocol.md 4.4). */
extern const struct pr_native_control pr_native_autopause;

#endif
