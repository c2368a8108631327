#ifndef PR_STORE_SESSIONS_H
#define PR_STORE_SESSIONS_H

/*
 * Who looks at the pages: a secret of 32 random bytes in hexadecimal, of which only the SHA-256 is
 * kept, for a user in one organisation. A link is what a session is made of, once. Those that have
 * expired are removed whenever one is made.
 */

#include "base/uuid.h"
#include "store/store.h"

#include <stdint.h>

#define PR_SESSION_SECRET_SIZE 65
#define PR_SESSION_SECONDS (12 * INT64_C(3600))
#define PR_SESSION_LINK_SECONDS (5 * INT64_C(60))

struct pr_session {
	char organization[PR_UUID_SIZE];
	char organization_name[256];
	char user[PR_UUID_SIZE];
	char user_name[256];
};

/*
 * Makes a session of a token, for its user in its organisation. PR_EAUTH: the token is unknown, has
 * expired, is that of a run, or its user is no member any more.
 */
int pr_sessions_open(struct pr_store *store, const char *token,
	char ret_secret[PR_SESSION_SECRET_SIZE], struct pr_err *err);

/* Makes a link for a member; *ret_expires is in microseconds since 1970. */
int pr_sessions_link(struct pr_store *store, const char *organization, const char *user,
	char ret_secret[PR_SESSION_SECRET_SIZE], int64_t *ret_expires, struct pr_err *err);

/* Makes a session of a link, which is none any more. PR_EAUTH: it was none. */
int pr_sessions_enter(struct pr_store *store, const char *link,
	char ret_secret[PR_SESSION_SECRET_SIZE], struct pr_err *err);

/*
 * Whose session it is. PR_EAUTH: it is none, has expired, its organisation is deleted, or its user
 * is no member any more.
 */
int pr_sessions_find(struct pr_store *store, const char *secret, struct pr_session *ret_session,
	struct pr_err *err);

/* Ends a session; one that is none is no error. */
int pr_sessions_close(struct pr_store *store, const char *secret, struct pr_err *err);

#endif
