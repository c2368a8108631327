#ifndef PR_SERVER_PAGES_H
#define PR_SERVER_PAGES_H

/*
 * The live page: "/", plans, executions, their journals and logs, the stream of changes, and how
 * one signs in. Who looks is known by the cookie of a session (store/sessions.h), never by a token;
 * it shows the session's organisation. Everything that changes something is a POST that comes from
 * a page of ours, but for the link that signs in.
 */

#include "server/server.h"
#include "web/web.h"

#include <stdbool.h>

/* Answers a request whose path is of the pages; false for any other path. */
bool pr_pages_serve(struct pr_server *server, struct pr_web_exchange *exchange);

#endif
