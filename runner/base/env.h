#ifndef PR_BASE_ENV_H
#define PR_BASE_ENV_H

/* The process environment; the only place that calls getenv and setenv. */

#include "base/err.h"

#include <stdbool.h>

/* Value of a variable, NULL when absent. Borrowed until the environment changes. */
const char *pr_env_get(const char *name);

/* As pr_env_get, but an empty value counts as absent. */
const char *pr_env_get_set(const char *name);

/*
 * As pr_env_get_set; where there is none of that name, the first one whose name differs in nothing
 * but case counts.
 */
const char *pr_env_get_any_case(const char *name);

/*
 * Sets a variable for this process and the children that it starts later. PR_EINVAL for a name that
 * is empty or has '='.
 */
int pr_env_set(const char *name, const char *value, struct pr_err *err);

/* Removes a variable. */
int pr_env_unset(const char *name, struct pr_err *err);

/*
 * The home folder: HOME, else the passwd entry of the user, else NULL (a container that runs as an
 * unknown number). Caller frees.
 */
char *pr_env_home(void) PR_MUST_CHECK;

/*
 * "<state>/plan-runner/<name>", what is kept between runs: below $XDG_STATE_HOME, else below
 * ~/.local/state. NULL: no home folder, or no memory. Caller frees.
 */
char *pr_env_state(const char *name) PR_MUST_CHECK;

/* The environment as execve wants it. Borrowed. */
char *const *pr_env_all(void);

#endif
