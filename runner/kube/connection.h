#ifndef PR_KUBE_CONNECTION_H
#define PR_KUBE_CONNECTION_H

/*
 * The way to an API server, which a new client certificate replaces: calls that run on a former one
 * end there.
 */

#include "kube/authorization.h"
#include "net/http.h"

#include <stddef.h>

struct pr_kube_connection {
	struct pr_http_client *http;
	size_t calls;                      /* that run on it, counted by who runs them */
	struct pr_kube_connection *former; /* owned */
};

/*
 * Puts a new one, as `authorization` and its cluster have it now, in the place of `*connection`
 * (NULL: there is none), which becomes its former one. Former ones without calls are freed. Calls
 * of none may be under way in their callback. What is there stays after a failure.
 */
int pr_kube_connection_renew(struct pr_kube_connection **connection, struct pr_loop *loop,
	const struct pr_kube_authorization *authorization, struct pr_err *err);

/* With all former ones; their calls end without callbacks. NULL is allowed. */
void pr_kube_connection_free(struct pr_kube_connection *connection);

#endif
