#ifndef PR_KUBE_WAIT_H
#define PR_KUBE_WAIT_H

/*
 * Waiting for a Job, with its log or without, through lost connections and restarts of the API
 * server. The Job and its pod are looked at every half second at first, every five in the end,
 * rather than watched: two small questions need neither bookmarks nor lists anew after a watch has
 * expired, pass every proxy, and while the container runs it is the log stream that tells of its
 * end. Nothing of this touches the Job.
 */

#include "base/err.h"
#include "base/loop.h"
#include "kube/client.h"
#include "kube/job_outcome.h"
#include "kube/log_lines.h"

#include <stdbool.h>
#include <stdint.h>

/* What is waited for. Everything is borrowed. */
struct pr_kube_wait {
	struct pr_loop *loop;
	struct pr_kube_client *client;
	const char *space;
	const char *job;
	pr_kube_log_fn *log; /* takes the log; NULL: it is not read */
	bool until_over;     /* else it ends with the log */
	int64_t start_ms;    /* how long the pod may be kept from starting; 0: no limit */
	/* Told once for each reason: why the pod does not start, that the connection is lost. */
	void (*note)(void *arg, const char *line);
	void *arg; /* of both */
};

/*
 * Waits until the log is complete, or the Job is over or gone, and tells how the plan ended.
 * PR_ENOTFOUND when there never was such a Job, PR_ECANCELED when the loop was stopped, PR_EAUTH
 * when the API server does not let us look, PR_ETIMEOUT when the pod was kept from starting for
 * `start_ms`, and after five minutes without an answer the reason of the last attempt.
 */
int pr_kube_wait(
	const struct pr_kube_wait *wait, struct pr_kube_outcome *outcome, struct pr_err *err);

#endif
