#ifndef PR_CONTROL_SLACK_H
#define PR_CONTROL_SLACK_H

/*
 * The control chaosslack.control (docs/protocol.md 4.4): tells a Slack channel how the run goes, in
 * one thread, beside the run.
 */

#include "control/native.h"

/* The row of the table of native controls. Static. */
extern const struct pr_native_control pr_native_slack;

#endif
