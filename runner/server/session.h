#ifndef PR_SERVER_SESSION_H
#define PR_SERVER_SESSION_H

/*
 * Signing in and out of the pages: the cookie, the form that takes a token, the link that is of use
 * once. POST {org}/links, which makes such a link, is of the API.
 */

#include "base/err.h"
#include "server/server.h"
#include "store/sessions.h"
#include "web/web.h"

#include <stdbool.h>

/* Longest address that one comes back to after signing in. */
#define PR_SESSION_NEXT_MAX 300

/*
 * Who looks at the pages, by the cookie of the request. PR_EAUTH: nobody; PR_EIO: the database
 * failed.
 */
int pr_session_read(struct pr_server *server, const struct pr_web_exchange *exchange,
	struct pr_session *ret_session, struct pr_err *err);

/* Whether an address is one of this server's, to be sent to: no other host, no control character.
 */
bool pr_session_is_next(const char *address);

/* GET /sign-in: the form. */
void pr_session_show(struct pr_server *server, struct pr_web_exchange *exchange);

/* POST /sign-in: makes a session of the form's token. */
void pr_session_sign_in(struct pr_server *server, struct pr_web_exchange *exchange);

/* POST /sign-out: ends the session. */
void pr_session_sign_out(struct pr_server *server, struct pr_web_exchange *exchange);

/* GET /enter/<code>: makes a session of a link. */
void pr_session_enter(struct pr_server *server, struct pr_web_exchange *exchange, const char *code);

#endif
