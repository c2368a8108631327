#ifndef PR_CONTROL_NATIVE_ARGUMENTS_H
#define PR_CONTROL_NATIVE_ARGUMENTS_H

/*
 * Whether a declaration gives a native control what it needs, and nothing that it does not know:
 * one that has nothing to do looks like one that found nothing to object to.
 */

#include "control/native.h"

/*
 * Warns, in one line, where none of the arguments that the control needs has a value, and of those
 * that it does not know. The declaration is as `configure` of the control gets it. Says nothing of
 * a control without a table of arguments.
 */
void pr_native_arguments_check(const struct pr_native_control *control, const json_t *declaration);

#endif
