#ifndef PR_KUBE_APPLY_H
#define PR_KUBE_APPLY_H

/*
 * Objects are brought into the cluster by server-side apply, all or none:
 *
 * 1. Each is looked for. One that exists and is not ours (kube/owner.h), or is being deleted, is
 *    refused by name.
 * 2. The server tries all of them without keeping anything (dryRun=All, unknown fields refused).
 * 3. Each is applied in order, never by force. What did not exist must be answered as created: else
 *    somebody created it meanwhile, and what we added to it is given back.
 *
 * When a step fails, what this call created is deleted again, by its uid, so that nothing else can
 * be hit; an object that existed and was changed keeps the change, which the message says. One
 * whose creation was not answered is looked for during a few seconds: it was not there in step 1,
 * so when it is ours and not older than what step 2 was answered it is taken for that of this call,
 * and deleted too. Else the message says that it may be there.
 */

#include "base/err.h"
#include "kube/client.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum pr_kube_change { PR_KUBE_UNCHANGED, PR_KUBE_CONFIGURED, PR_KUBE_CREATED };

/* "created", "configured", "unchanged". Static. */
const char *pr_kube_change_name(enum pr_kube_change change);

/* One object of a call. */
struct pr_kube_item {
	const json_t *wanted; /* borrowed */
	json_t *found;        /* owned; as it was before, NULL: it was not there */
	json_t *now;          /* owned; as the server answered */
	enum pr_kube_change change;
	bool lost; /* its creation was not answered: it may be there all the same */
};

/* What became of all, in their order. */
struct pr_kube_applied {
	struct pr_kube_item *items; /* owned */
	size_t count;
};

/*
 * Applies `objects` (an array, which must outlive `applied`); with `dry_run` the first two steps
 * only. PR_EINVAL for what is refused here or there, with the object, the reason and the remedy in
 * one line; codes of pr_kube_call for the rest. Release `applied` also after a failure.
 */
int pr_kube_apply(struct pr_kube_client *client, const json_t *objects, bool dry_run,
	struct pr_kube_applied *applied, struct pr_err *err);

/* Frees the contents. */
void pr_kube_applied_release(struct pr_kube_applied *applied);

#endif
