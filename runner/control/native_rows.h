#ifndef PR_CONTROL_NATIVE_ROWS_H
#define PR_CONTROL_NATIVE_ROWS_H

/*
 * The rows of the table of native controls (control/native.c), each defined in the file of its
 * name. All static.
 */

#include "control/native.h"

/* Pauses after activities (docs/protocol.md 4.4). */
extern const struct pr_native_control pr_native_autopause;

/* Activities that are not executed: chaosaddons.controls.bypass. */
extern const struct pr_native_control pr_native_bypass;

/* How long the system was not well (docs/protocol.md 4.4). */
extern const struct pr_native_control pr_native_metrics;

/* An endpoint that is asked whether the experiment may start (docs/protocol.md 4.4). */
extern const struct pr_native_control pr_native_prechecks;

/* Probes that end the experiment: chaosaddons.controls.safeguards. */
extern const struct pr_native_control pr_native_probe_safeguards;

/* Activities that are executed several times: chaosaddons.controls.repeat. */
extern const struct pr_native_control pr_native_repeat;

/* An endpoint that is asked again and again whether the experiment may go on. */
extern const struct pr_native_control pr_native_safeguards;

#endif
