#ifndef PR_KUBE_KUBECONFIG_H
#define PR_KUBE_KUBECONFIG_H

/*
 * Kubeconfig files, read and merged as kubectl does it: of what several files define, the first one
 * counts. Only what is asked for is checked: a fault in an entry that is not used is none.
 */

#include "base/err.h"
#include "base/limits.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* One file. Owned by the config. */
struct pr_kube_config_file {
	char *path;
	char *shown; /* for messages: with ~ for the home folder */
	json_t *root;
	bool exposed; /* others than the owner may read it */
};

/* The files in the order of their weight; all zero is none. */
struct pr_kube_config {
	struct pr_kube_config_file *files;
	size_t count;
};

/* A named entry. All borrowed from the config, but the name from who asked. */
struct pr_kube_entry {
	const char *kind; /* "cluster", "context", "user" */
	const char *name;
	const json_t *value; /* an object */
	const struct pr_kube_config_file *file;
};

/*
 * Reads `path`, which must exist; NULL: the files that KUBECONFIG names and that exist, or without
 * it ~/.kube/config where it exists. YAML or JSON. Release also after a failure: PR_EINVAL,
 * PR_ELIMIT, PR_ENOTFOUND, PR_EIO, with the file named.
 */
int pr_kube_config_read(struct pr_kube_config *config, const char *path,
	const struct pr_limits *limits, struct pr_err *err);

/* Frees the contents. */
void pr_kube_config_release(struct pr_kube_config *config);

/* Whether no file defines a cluster, a context or a current one. */
bool pr_kube_config_is_empty(const struct pr_kube_config *config);

/* The name of the current context. Borrowed; NULL: none. */
const char *pr_kube_config_current(const struct pr_kube_config *config);

/* The names of what there is of a kind, "a, b". Caller frees; NULL: no memory. */
char *pr_kube_config_names(const struct pr_kube_config *config, const char *kind) PR_MUST_CHECK;

/* The entry of a kind with that name. PR_EINVAL lists those that there are. */
int pr_kube_config_find(const struct pr_kube_config *config, const char *kind, const char *name,
	struct pr_kube_entry *ret_entry, struct pr_err *err);

/* As pr_fail with PR_EINVAL, with file, kind and name of the entry before it. */
int pr_kube_entry_fail(const struct pr_kube_entry *entry, struct pr_err *err, const char *fmt, ...)
	PR_PRINTF(3, 4);

/* A text of the entry; NULL when absent, null or empty. Borrowed. PR_EINVAL for another kind. */
int pr_kube_entry_text(const struct pr_kube_entry *entry, const char *key, const char **ret_text,
	struct pr_err *err);

/* A switch; false when absent or null. PR_EINVAL for another kind. */
int pr_kube_entry_flag(
	const struct pr_kube_entry *entry, const char *key, bool *ret_on, struct pr_err *err);

/* The path of a file, relative ones to the folder of the kubeconfig. Caller frees; NULL: absent. */
int pr_kube_entry_path(
	const struct pr_kube_entry *entry, const char *key, char **ret_path, struct pr_err *err);

/*
 * Certificates or a key in PEM: of `key`-data in base64, else of the file that `key` names. Caller
 * frees; NULL: absent. PR_EINVAL for bad base64 and what is no PEM.
 */
int pr_kube_entry_pem(
	const struct pr_kube_entry *entry, const char *key, char **ret_pem, struct pr_err *err);

#endif
