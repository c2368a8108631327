#ifndef PR_ACTIVITY_TOLERANCE_H
#define PR_ACTIVITY_TOLERANCE_H

/*
 * Whether what a probe of the hypothesis returned is within its tolerance (docs/engine.md 5). A
 * tolerance of type `probe` is an activity that the engine starts: it asks pr_tolerance_is_probe,
 * puts the output in with pr_tolerance_inject and judges the outcome with pr_tolerance_probe_met.
 */

#include "base/err.h"
#include "experiment/substitute.h"

#include <jansson.h>
#include <stdbool.h>

/*
 * The tolerance of a document as it is used: a text is substituted and may become a value of any
 * kind, everything else is shared as it is. Caller owns. PR_ENOMEM.
 */
int pr_tolerance_resolve(json_t *tolerance, const struct pr_scope *scope, json_t **ret_tolerance,
	struct pr_err *err);

/*
 * Applies a resolved tolerance to `output`. Patterns, paths and expected values are substituted
 * with `scope`. PR_EINVAL, one clear line, where upstream crashes: kinds that cannot be compared, a
 * target in what is no object, a bad pattern or path. PR_ELIMIT for a pattern or path that takes
 * too long.
 */
int pr_tolerance_apply(const json_t *tolerance, json_t *output, const struct pr_scope *scope,
	bool *ret_met, struct pr_err *err);

/* pr_tolerance_resolve and pr_tolerance_apply in one, for tolerances of any type but `probe`. */
int pr_tolerance_evaluate(json_t *tolerance, json_t *output, const struct pr_scope *scope,
	bool *ret_met, struct pr_err *err);

/* Whether the tolerance is an object of type `probe`. NULL is not. */
bool pr_tolerance_is_probe(const json_t *tolerance);

/*
 * Makes `output` (shared) the argument `value` of a tolerance of type `probe`, in the document
 * itself (docs/engine.md 5.6). PR_EINVAL when provider.arguments is not there or no object.
 */
int pr_tolerance_inject(json_t *tolerance, json_t *output, struct pr_err *err);

/* Whether the output of a tolerance of type `probe` that succeeded meets it. */
bool pr_tolerance_probe_met(const json_t *output);

#endif
