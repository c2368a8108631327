#ifndef PR_EXPERIMENT_SUBSTITUTE_H
#define PR_EXPERIMENT_SUBSTITUTE_H

/*
 * Substitution of ${name} (docs/engine.md 3.6): a text that is exactly ${name} takes the value with
 * its kind, anything else becomes text formatted as Python does. Names are those of the
 * configuration, then of the members of each scope of the secrets. Unknown names stay as they are;
 * results are not looked at again; keys are not substituted.
 */

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>

/* Where names are looked up. Both borrowed, either may be NULL. */
struct pr_scope {
	const json_t *configuration; /* an object */
	const json_t *secrets;       /* an object of objects */
};

/* Whether both are empty: then arguments are not substituted at all, `$$` included. */
bool pr_scope_is_empty(const struct pr_scope *scope);

/* The value of a name, NULL when unknown. Borrowed. */
json_t *pr_scope_lookup(const struct pr_scope *scope, const char *name);

/* The value with every text in it substituted, as a new value. NULL as `value` gives null.
 * PR_ENOMEM; PR_EINVAL for an unknown name where a secret stands outside of any scope. */
int pr_substitute(
	const json_t *value, const struct pr_scope *scope, json_t **ret_value, struct pr_err *err);

/* As pr_substitute, for `arguments`: unchanged (shared) when the scope is empty. */
int pr_substitute_arguments(
	json_t *arguments, const struct pr_scope *scope, json_t **ret_value, struct pr_err *err);

#endif
