#ifndef PR_SERVER_EVENTS_H
#define PR_SERVER_EVENTS_H

/*
 * What has just changed, for the pages that are open: published when a change is committed, told to
 * each stream of the organisation as a server-sent event.
 */

#include "base/err.h"
#include "base/loop.h"
#include "web/web.h"

struct pr_events;

/* Caller frees. */
int pr_events_new(struct pr_loop *loop, struct pr_events **ret_events, struct pr_err *err);

/* Ends the streams. NULL is allowed. */
void pr_events_free(struct pr_events *events);

/*
 * Notes a change: `kind` is "plan" or "execution". Told by pr_events_tell. Repeated notes of one
 * thing are one. Of hundreds at a time the id is "*", which stands for all.
 */
void pr_events_note(
	struct pr_events *events, const char *organization, const char *kind, const char *id);

/* After the commit: tells what was noted. */
void pr_events_tell(struct pr_events *events);

/* After a rollback: forgets it. */
void pr_events_forget(struct pr_events *events);

/* Answers the exchange with a stream of the organisation's events. */
void pr_events_serve(
	struct pr_events *events, const char *organization, struct pr_web_exchange *exchange);

#endif
