#ifndef PR_ACTIVITY_PYTHON_H
#define PR_ACTIVITY_PYTHON_H

/*
 * The row `python` of the table of providers. Functions of the modules that are built in
 * (activity/native.h) run; this build has no interpreter host for any other: validation says so,
 * naming module and function, before anything is touched (docs/design.md, decision 16).
 */

#include "activity/provider.h"

extern const struct pr_provider pr_provider_python;

#endif
