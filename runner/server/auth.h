#ifndef PR_SERVER_AUTH_H
#define PR_SERVER_AUTH_H

/*
 * Who calls: the bearer token of a request, looked up by its SHA-256, in one statement with the
 * organisation of the path and the membership (docs/protocol.md 2.1). Nothing is remembered between
 * requests, so that a revoked token is refused by the next one.
 */

#include "server/api.h"
#include "server/route.h"

/*
 * Fills user and organisation of the call, or answers as the route's access wants it: 401, 422 for
 * an organisation that is no UUID, 404, 410, 403, in this order.
 */
int pr_auth_check(struct pr_call *call, const struct pr_route_match *match, struct pr_err *err);

#endif
