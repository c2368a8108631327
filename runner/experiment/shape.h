#ifndef PR_EXPERIMENT_SHAPE_H
#define PR_EXPERIMENT_SHAPE_H

/*
 * What a run takes for granted of a document that nobody may have validated. Validation says more,
 * and says it better; this is only what a run cannot do without: where upstream would stop with a
 * stack trace. Nothing is owned.
 */

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>

/*
 * Whether `value` is what upstream goes through as an empty list: an empty text or mapping where a
 * list belongs. NULL is not.
 */
bool pr_shape_is_vacant(const json_t *value);

/*
 * Checks the document as a whole, before anything of it runs: kinds of the sections, of every
 * activity and of every control, names that activities are looked up by, and the providers of
 * controls (docs/engine.md 2.1, 7.3). Returns 0, or PR_EINVAL.
 */
int pr_shape_check(const json_t *document, struct pr_err *err);

/*
 * Checks the controls that `owner` (the hypothesis or an activity of `document`) brings itself,
 * before they are applied (docs/engine.md 7.3). Returns 0, or PR_EINVAL.
 */
int pr_shape_check_controls(const json_t *document, const json_t *owner, struct pr_err *err);

/*
 * Checks the `controls` of the settings, which are by name: that they can be loaded and applied.
 * NULL: there are none. Returns 0, or PR_EINVAL.
 */
int pr_shape_check_global(const json_t *controls, struct pr_err *err);

/*
 * Checks an activity of the method or the hypothesis: upstream keeps those in a table by name, in
 * which neither a list nor a mapping can be. Returns 0, or PR_EINVAL.
 */
int pr_shape_check_name(const json_t *activity, struct pr_err *err);

/* Checks an activity that is about to run: it needs a type that is a text. Returns 0, or PR_EINVAL.
 */
int pr_shape_check_type(const json_t *activity, struct pr_err *err);

#endif
