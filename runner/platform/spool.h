#ifndef PR_PLATFORM_SPOOL_H
#define PR_PLATFORM_SPOOL_H

/*
 * What could not be delivered yet (docs/design.md, decision 5): one private file per execution with
 * the closing bodies, redacted and without a token. Written before the network is tried, removed
 * when the platform has taken everything.
 */

#include "base/err.h"

#include <jansson.h>
#include <stdint.h>

/* One entry. Its file is locked while this is open. */
struct pr_spool_entry {
	char *path;
	int64_t written_us; /* wall time; of entries that are visited */
	int fd;             /* holds the lock; -1: none */
	json_t *document; /* host, organization, plan, experiment, execution, results, status, state
			   */
};

#define PR_SPOOL_ENTRY_INIT {.path = NULL, .written_us = 0, .fd = -1, .document = NULL}

/* $PLAN_RUNNER_SPOOL, else $XDG_STATE_HOME/plan-runner/spool, else ~/.local/state/… Caller frees;
 * NULL: no home. */
char *pr_spool_folder(void) PR_MUST_CHECK;

/*
 * Writes `document` (its members as above; taken) as the entry of its execution, 0600 in a folder
 * of 0700. PR_ELIMIT when the folder holds 64 MiB already.
 */
int pr_spool_write(json_t *document, struct pr_spool_entry *entry, struct pr_err *err);

/* Removes the file and closes the entry: everything was delivered. */
void pr_spool_remove(struct pr_spool_entry *entry);

/* Closes the entry and keeps the file. */
void pr_spool_close(struct pr_spool_entry *entry);

/* Called for each entry; may remove or close it, else it is closed afterwards. Returns 0 to go on.
 */
typedef int pr_spool_fn(void *arg, struct pr_spool_entry *entry);

/* Visits every entry that nobody else holds, oldest first. Unreadable ones are warned of and kept.
 */
int pr_spool_each(pr_spool_fn *fn, void *arg, struct pr_err *err);

#endif
