#ifndef PR_SERVER_AUTH_H
#define PR_SERVER_AUTH_H

/*
 * Who calls: the bearer token of a request, looked up by its SHA-256, in one statement with the
 * organisation of the path and the membership (docs/protocol.md 2.1). Of the requests of one turn
 * of the loop, which are answered together, those of the same caller are looked up once; a change
 * that may have a bearing on it ends that, so that a revoked token is refused by the next request.
 */

#include "server/api.h"
#include "server/route.h"
#include "store/tokens.h"

/* The caller that was looked up last in this turn. All zero: none was. */
struct pr_auth_memory {
	char token[72]; /* longer ones are looked up each time */
	char organization[PR_UUID_SIZE];
	struct pr_token_owner owner;
};

/* Has the next request looked up. At the end of each turn, and before a change. */
void pr_auth_forget(struct pr_server *server);

/*
 * Fills user and organisation of the call, or answers as the route's access wants it: 401, 422 for
 * an organisation that is no UUID, 404, 410, 403, in this order.
 */
int pr_auth_check(struct pr_call *call, const struct pr_route_match *match, struct pr_err *err);

#endif
