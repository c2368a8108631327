#ifndef PR_CONTROL_NOTIFY_H
#define PR_CONTROL_NOTIFY_H

/*
 * Tells the `notifications` of the settings what a command does (docs/engine.md 10): the channels
 * of type http, one after the other. It waits for their answers, at most half a minute each, and
 * nothing that goes wrong with one is more than a line in the log.
 */

#include "base/loop.h"

#include <jansson.h>

struct pr_notify_event {
	const char *name;      /* "run-started" */
	const char *phase;     /* "run", "validate" */
	const json_t *payload; /* the experiment, or the journal of a run; NULL: null */
	const char *error;     /* why it failed; NULL: it did not */
};

/*
 * Tells the channels that want this event, in their order. Runs the loop, on which nothing else may
 * be under way. `settings` may be NULL; ca_file as of net/http.h. PR_ECANCELED when something
 * stopped the loop: the channels that are left are not told.
 */
int pr_notify(struct pr_loop *loop, const json_t *settings, const char *ca_file,
	const struct pr_notify_event *event);

#endif
