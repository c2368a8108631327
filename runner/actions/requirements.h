#ifndef PR_ACTIONS_REQUIREMENTS_H
#define PR_ACTIONS_REQUIREMENTS_H

/* The input `dependencies` of the form of the action that has Python. */

#include "base/err.h"

#include <jansson.h>

/*
 * Reads a list of packages, as pip takes them, one on a line or separated by commas: a comma within
 * brackets or quotes, and one that another condition of the version follows ("a>=1,<2"), separates
 * nothing. Empty ones and lines that begin with '#' are left out. PR_EINVAL for an option, and for
 * the programs that upstream's action can install, which are no packages. *ret_list is a new list
 * of texts.
 */
int pr_actions_requirements(const char *text, json_t **ret_list, struct pr_err *err);

#endif
