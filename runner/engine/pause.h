#ifndef PR_ENGINE_PAUSE_H
#define PR_ENGINE_PAUSE_H

/* The pauses of an activity (docs/engine.md 4.1, steps 4 and 8). Private to the engine. */

#include "base/err.h"
#include "experiment/substitute.h"

#include <jansson.h>
#include <stdint.h>

/*
 * The member `pauses` of an activity, substituted: an object, empty when there are none. What
 * upstream crashes at (`null`, a text) is PR_EINVAL. Caller owns.
 */
int pr_pauses_read(const json_t *activity, const struct pr_scope *scope, json_t **ret_pauses,
	struct pr_err *err);

/* The pause `before` or `after`, NULL for none (absent, null, 0). Borrowed. */
const json_t *pr_pause_find(const json_t *pauses, const char *when);

/* As Python has the number: "1", "0.1". Logs the line that announces it. */
void pr_pause_announce(const json_t *pause, const char *when);

/* Its length. What Python cannot sleep for (a text, a negative number) is PR_EINVAL. */
int pr_pause_us(const json_t *pause, int64_t *ret_us, struct pr_err *err);

#endif
