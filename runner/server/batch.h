#ifndef PR_SERVER_BATCH_H
#define PR_SERVER_BATCH_H

/*
 * The answers of one turn of the loop, held back until what they acknowledge is committed: one
 * commit, and one flush to disk, for all requests that came together. Where it fails none of them
 * has happened, and each is answered 503.
 */

#include "base/err.h"
#include "web/web.h"

#include <stddef.h>

struct pr_server;

/* An answer that waits. */
struct pr_held {
	struct pr_held *next;
	struct pr_web_exchange *exchange;
	unsigned status;
	const char *content_type; /* static */
	char *body;               /* owned */
	size_t body_len;
};

/* All zero is an empty one. */
struct pr_batch {
	struct pr_held *first, *last;
};

/*
 * Answers an exchange once the open transaction is committed, at once where there is none. Takes
 * `body` (of which NULL is an empty one); the content type is static.
 */
void pr_batch_answer(struct pr_server *server, struct pr_web_exchange *exchange, unsigned status,
	const char *content_type, char *body, size_t body_len);

/*
 * Ends the turn: commits, tells pages and scheduler, lets the answers go. Whoever changes the store
 * outside of a request ends with this too, and never with pr_store_commit: requests may share the
 * transaction. The code is that of the commit; nothing where no transaction is open.
 */
int pr_batch_commit(struct pr_server *server, struct pr_err *err);

/* Forgets the answers that wait; their exchanges are gone with the server. */
void pr_batch_release(struct pr_batch *batch);

#endif
