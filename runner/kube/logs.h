#ifndef PR_KUBE_LOGS_H
#define PR_KUBE_LOGS_H

/* The log of the container that runs a plan. */

#include "base/err.h"
#include "kube/client.h"
#include "kube/log_lines.h"

#include <jansson.h>
#include <stdbool.h>

/*
 * Reads the log of `pod` from where `lines` is, waited for: what is there, or with `follow` as long
 * as the container writes. 0 when the stream ended well; that the container has ended too is for
 * the caller to find out. A stream that breaks is continued by calling it again. PR_ENOTFOUND when
 * there is no log, codes of pr_kube_call, or what `lines` returned.
 */
int pr_kube_logs_read(struct pr_kube_client *client, const json_t *pod, bool follow,
	struct pr_kube_lines *lines, struct pr_err *err);

/*
 * The log of the newest pod of a Job as it is now, to `fn` with `arg`. PR_ENOTFOUND when there is
 * none, because the pod has not started (and why) or is gone; else as above.
 */
int pr_kube_logs_now(struct pr_kube_client *client, const json_t *job, pr_kube_log_fn *fn,
	void *arg, struct pr_err *err);

#endif
