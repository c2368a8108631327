#ifndef PR_SERVER_PARAMETERS_H
#define PR_SERVER_PARAMETERS_H

/*
 * What a request brings beside its token: ids and names of the path, page, limit and pattern of the
 * query, the body. What is wrong with all of them is told at once, in one 422 (docs/protocol.md
 * 2.1).
 */

#include "server/api.h"
#include "server/route.h"

#include <stdbool.h>

/* The canonical form of an id of the path; false, and "", where it is no UUID of version 4. */
bool pr_parameter_uuid(const struct pr_route_part *part, char ret_id[PR_UUID_SIZE]);

/* Adds the problem of an id of the path that pr_parameter_uuid refused. */
int pr_parameter_problem(const struct pr_route_part *part, json_t *problems, struct pr_err *err);

/* Fills ids, name, page, limit, pattern and body of the call, or answers 422. */
int pr_parameters_read(
	struct pr_call *call, const struct pr_route_match *match, struct pr_err *err);

#endif
