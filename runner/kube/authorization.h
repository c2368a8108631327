#ifndef PR_KUBE_AUTHORIZATION_H
#define PR_KUBE_AUTHORIZATION_H

/*
 * The Authorization header of calls to an API server. A token in a file is renewed by others (the
 * kubelet does, long before it ends): it is read again when older than a minute, and when refused.
 */

#include "base/err.h"
#include "kube/cluster.h"

#include <stdbool.h>
#include <stdint.h>

struct pr_kube_authorization {
	const struct pr_kube_cluster *cluster; /* borrowed */
	char *value;                           /* NULL: none is sent */
	int64_t read_us;                       /* when the file was read */
	bool read;
};

/* For the user of `cluster`, which must outlive it; reads no file yet. Release also after a
 * failure: PR_EINVAL where something cannot be sent. */
int pr_kube_authorization_init(struct pr_kube_authorization *authorization,
	const struct pr_kube_cluster *cluster, struct pr_err *err);

/* Frees the contents. */
void pr_kube_authorization_release(struct pr_kube_authorization *authorization);

/*
 * The value of the header at the loop's time `now_us`: borrowed until the next call, NULL: none. A
 * file that cannot be read is a failure unless a token was read before.
 */
int pr_kube_authorization_value(struct pr_kube_authorization *authorization, int64_t now_us,
	const char **ret_value, struct pr_err *err);

/* After a 401: whether another value is to be had now. */
bool pr_kube_authorization_refused(struct pr_kube_authorization *authorization, int64_t now_us);

#endif
