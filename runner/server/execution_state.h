#ifndef PR_SERVER_EXECUTION_STATE_H
#define PR_SERVER_EXECUTION_STATE_H

/*
 * The user state of an execution (docs/protocol.md 2.8): how runners tell users where they are, and
 * users tell runners what to do. Unlike upstream, which reads a body without `current` as an order
 * to terminate, `current` is required. Members of other states are dropped, dates that are left out
 * are now; the shape has made them UTC.
 */

#include "server/shape.h"

#include <stdint.h>

/* A union by `current`: of requests and of answers. */
extern const struct pr_shape pr_execution_state_shape;

/* {"current":"pending", …}: of an execution that was made at `wall_us`. NULL: no memory. */
json_t *pr_execution_state_new(int64_t wall_us) PR_MUST_CHECK;

/*
 * Completes a state that the shape has read: dates, and whose order it is; the `user` that was
 * given is not believed.
 */
int pr_execution_state_complete(
	json_t *state, const char *user, const char *user_name, int64_t now_us, struct pr_err *err);

/* Whether it is `finished`; then *ret_wall_us is when. */
bool pr_execution_state_finished(const json_t *state, int64_t *ret_wall_us);

#endif
