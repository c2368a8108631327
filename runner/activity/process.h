#ifndef PR_ACTIVITY_PROCESS_H
#define PR_ACTIVITY_PROCESS_H

/*
 * The provider `process` (docs/engine.md 4.3): a program started directly, or by /bin/sh where the
 * arguments are one text. That text reaching a shell is the provider's own contract with the author
 * of the experiment, and the only place where the project starts a shell.
 */

#include "activity/provider.h"

extern const struct pr_provider pr_provider_process;

#endif
