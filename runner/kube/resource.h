#ifndef PR_KUBE_RESOURCE_H
#define PR_KUBE_RESOURCE_H

/* Where objects are found in the API, and what they are called in messages. */

#include "base/compiler.h"
#include "kube/client.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* The field manager that everything of ours is applied as. */
#define PR_KUBE_MANAGER "plan-deployer"

/*
 * The path of an object, or of all of its kind when `name` is NULL; `space` is ignored for kinds
 * that have no namespace. Caller frees; NULL: memory is out, or a kind that this program has no use
 * for.
 */
char *pr_kube_path(const char *kind, const char *space, const char *name) PR_MUST_CHECK;

/* The path of an object as it is to be applied. Caller frees; NULL as above. */
char *pr_kube_path_of(const json_t *object) PR_MUST_CHECK;

/* Room for the title of most objects; longer ones are cut. */
#define PR_KUBE_TITLE_SIZE 400

/* "Job/chaos/nightly", "ClusterRole/nightly": how messages and results name an object. */
void pr_kube_title(const json_t *object, char title[PR_KUBE_TITLE_SIZE]);

/* A string of an object's metadata, NULL when it is not there. Borrowed. */
const char *pr_kube_meta(const json_t *object, const char *key);

/* Whether the API server said that there is no such object, and not a proxy that it knows no such
 * page. */
bool pr_kube_is_absent(const struct pr_kube_result *result);

#endif
