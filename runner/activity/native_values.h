#ifndef PR_ACTIVITY_NATIVE_VALUES_H
#define PR_ACTIVITY_NATIVE_VALUES_H

/* Values as the built-in functions read them (docs/protocol.md 6.1). */

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * A duration "<integer><s|m|d|w>" in seconds; any other unit makes it one week, as upstream has it.
 * PR_EINVAL for anything else and for NULL.
 */
int pr_native_duration(const char *text, int64_t *ret_seconds, struct pr_err *err);

/*
 * A time of ISO 8601, in microseconds since 1970; without zone it is of UTC. PR_EINVAL, which names
 * `what`.
 */
int pr_native_moment(const char *text, const char *what, int64_t *ret_wall_us, struct pr_err *err);

/* Whether every element of the list `part` is one of the list `whole`. Both may be NULL: empty. */
bool pr_native_contains(const json_t *whole, const json_t *part);

#endif
