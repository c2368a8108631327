#ifndef PR_CLI_ASK_H
#define PR_CLI_ASK_H

/* One call to the platform that a command waits for, running the loop meanwhile. */

#include "cli/execution.h"
#include "platform/client.h"

/* What was answered. Owned. */
struct pr_reply {
	enum pr_code code; /* PR_OK: status below 300 */
	long status;       /* 0: no answer */
	json_t *body;      /* NULL: no JSON */
	struct pr_buf text;
	char *content_type;
	char message[300]; /* why not, when code is not PR_OK */
};

/*
 * Sends `method` `path` with `body` (NULL: none), trying again for some seconds where that is safe.
 * 0 when the platform took it, else the code of *reply; PR_ECANCELED when a signal came. Release in
 * any case.
 */
int pr_ask(struct pr_signals *signals, struct pr_platform *platform, const char *method,
	const char *path, const json_t *body, struct pr_reply *reply);

/* Frees the contents. */
void pr_reply_release(struct pr_reply *reply);

/* PR_AUTO(reply) */
static inline void pr_auto_reply(struct pr_reply *reply)
{
	pr_reply_release(reply);
}

#endif
