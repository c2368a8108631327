#ifndef PR_KUBE_OWNER_H
#define PR_KUBE_OWNER_H

/*
 * Whose an object in the cluster is. Ours are those that this program created, whenever and from
 * wherever it ran, and nothing but the object itself can tell: the API server records who set which
 * fields. An object is ours when all of this holds:
 *
 * - its managed fields have an entry of our manager with the operation Apply. That alone says only
 *   that we applied it once;
 * - no other manager's entry has all the fields that ours has, nor one of them since the object was
 *   created. Who creates an object has all of its fields, and keeps those that others apply with
 *   the same value; who changes one later takes that one away. So such an entry is of somebody who
 *   created it, or who declares it beside us (another deployment tool), and any other of somebody
 *   who changed a part. The status, which controllers write, does not count;
 * - it has neither Helm's label nor its annotations: Helm may keep what it created without a trace
 *   in the managed fields.
 *
 * An object that somebody else creates while it is applied is known by the server's answer, and
 * what we set there is given back at once (kube/apply.h).
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

/* Whether others than us have set anything but its status, or it is Helm's. */
bool pr_kube_is_shared(const json_t *object);

#endif
