#ifndef PR_KUBE_AUTHORIZATION_H
#define PR_KUBE_AUTHORIZATION_H

/*
 * The Authorization header of calls to an API server. A token in a file is renewed by others (the
 * kubelet does, long before it ends): it is read again when older than a minute, and when refused.
 * What a program gave (kube/exec.h), a client certificate among it, is asked for again when it has
 * ended, and when refused.
 */

#include "base/err.h"
#include "base/loop.h"
#include "kube/cluster.h"
#include "kube/exec.h"

#include <stdbool.h>
#include <stdint.h>

struct pr_kube_authorization {
	const struct pr_kube_cluster *cluster; /* borrowed */
	char *value;                           /* NULL: none is sent */
	int64_t read_us;                       /* when the file was read */
	bool read;
	struct pr_kube_exec_run *run; /* NULL: the program does not run */
	int64_t end_us;               /* wall time at which what it gave ends */
	bool other_certificate;       /* it gave another one, or another key, than before */
	unsigned generation;          /* how often it has given something anew */
	char *certificate;            /* what it gave last in place of the cluster's, with key */
	char *key;
	pr_loop_fn *fn;
	void *arg;
	struct pr_err problem; /* why it gave nothing; empty: it did */
};

/* For the user of `cluster`, which must outlive it; reads no file yet. Release also after a
 * failure: PR_EINVAL where something cannot be sent. */
int pr_kube_authorization_init(struct pr_kube_authorization *authorization,
	const struct pr_kube_cluster *cluster, struct pr_err *err);

/* Frees the contents; a program that runs is killed. */
void pr_kube_authorization_release(struct pr_kube_authorization *authorization);

/*
 * The value of the header at the loop's time `now_us`: borrowed until the next call, NULL: none. A
 * file that cannot be read is a failure unless a token was read before.
 */
int pr_kube_authorization_value(struct pr_kube_authorization *authorization, int64_t now_us,
	const char **ret_value, struct pr_err *err);

/* After a 401: whether the file has another value now. */
bool pr_kube_authorization_refused(struct pr_kube_authorization *authorization, int64_t now_us);

/* Whether it comes from a program. */
bool pr_kube_authorization_is_given(const struct pr_kube_authorization *authorization);

/* Whether it comes from a program, and has ended at `wall_us`. */
bool pr_kube_authorization_is_over(
	const struct pr_kube_authorization *authorization, int64_t wall_us);

/*
 * Runs the program, unless it runs already; where it ends `fn` is called once, after all of
 * `problem`, `generation`, value, certificate and key have been set. When it gives nothing what was
 * there stays. PR_EIO, PR_ENOMEM, PR_ENOTFOUND.
 */
int pr_kube_authorization_renew(struct pr_kube_authorization *authorization, struct pr_loop *loop,
	pr_loop_fn *fn, void *arg, struct pr_err *err);

#endif
