#ifndef PR_ACTIONS_ACTIVITIES_H
#define PR_ACTIONS_ACTIVITIES_H

/* The activities of a journal, in the order in which a reader looks for them. */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* One run entry. Texts are borrowed from the journal, and never NULL. */
struct pr_actions_activity {
	const char *phase; /* "Method"; static */
	const char *name;
	const char *type;
	const char *status;
	int64_t start_us; /* wall time, negative: unknown */
	double duration;  /* seconds, negative: unknown */
	bool untolerated; /* a probe whose value is not in its tolerance */
	const json_t *entry;
};

typedef void pr_actions_activity_fn(void *arg, const struct pr_actions_activity *activity);

/*
 * Calls `call` for each activity: hypothesis before, method, hypothesis during (only what was not
 * tolerated), hypothesis after, rollbacks.
 */
void pr_actions_each(const json_t *journal, pr_actions_activity_fn *call, void *arg);

/*
 * What came of it: what the exception says, else the output (a string as it
 * is, anything else as JSON), else "". Caller frees; NULL: no memory.
 */
char *pr_actions_detail(const struct pr_actions_activity *activity);

#endif
