#ifndef PR_KUBE_OWNER_H
#define PR_KUBE_OWNER_H

/*
 * Whose an object in the cluster is. Ours are those that this program created, whenever and from
 * wherever it ran, and nothing but the object itself can tell: the API server records who set which
 * fields. An object is ours when all of this holds:
 *
 * - its managed fields have an entry of our manager with the operation Apply. That alone says only
 *   that we applied it once;
 * - no other manager's entry has a field that ours has. Who creates an object has all of its
 *   fields, and keeps those that others apply with the same value; who changes one takes it away.
 *   So a field in common means that somebody else created it, or declares it beside us (another
 *   deployment tool). The status, which controllers write, does not count, nor do fields that we
 *   never set;
 * - it has neither Helm's label nor its annotations: Helm may keep what it created without a trace
 *   in the managed fields.
 */

#include <jansson.h>
#include <stdbool.h>

/* Room for why an object is not ours. */
#define PR_KUBE_OWNER_SIZE 200

/*
 * Whether an object, as the API server tells of it, is ours. Else `why` says whose: "it belongs to
 * the Helm release 'web'".
 */
bool pr_kube_is_ours(const json_t *object, char why[PR_KUBE_OWNER_SIZE]);

#endif
