#ifndef PR_CLI_CLUSTER_SESSION_H
#define PR_CLI_CLUSTER_SESSION_H

/*
 * What a command that speaks to a cluster has: the loop, the connection, and the user's right to
 * stop it. A signal, or the end of --wait-timeout, makes the present call PR_ECANCELED.
 */

#include "base/loop.h"
#include "cli/context.h"
#include "kube/client.h"
#include "kube/wait.h"

struct pr_cluster_session {
	const struct pr_context *context;
	struct pr_loop *loop;
	struct pr_kube_cluster cluster;
	struct pr_kube_client *client;
	struct pr_timer timer;
	int64_t timeout_ms; /* of --wait-timeout; 0: none */
	int64_t start_ms;   /* of --start-timeout; 0: none */
	int signo;          /* that arrived; 0: none */
	bool timed_out;
};

/*
 * Reads the options of PR_CLUSTER_OPTIONS and PR_WAIT_OPTIONS and gets ready to connect. PR_EUSAGE,
 * or a code of pr_kube_cluster_load. Close also after a failure; the session must not move.
 */
int pr_cluster_session_open(struct pr_cluster_session *session, const struct pr_context *context,
	const struct pr_args *args, struct pr_err *err);

/* Frees the contents. */
void pr_cluster_session_close(struct pr_cluster_session *session);

/* The namespace to work in: the option's, else the context's, else "default". Borrowed. */
const char *pr_cluster_session_space(
	const struct pr_cluster_session *session, const struct pr_args *args);

/* A note for the user on standard error; `arg` is the session. */
void pr_cluster_session_note(void *arg, const char *line);

/* Does nothing for so long. PR_ECANCELED when the user ended it. */
int pr_cluster_session_pause(
	struct pr_cluster_session *session, int64_t pause_ms, struct pr_err *err);

/*
 * Waits for a Job, --wait-timeout at most. `log` may be NULL; `until_over` as of kube/wait.h. Where
 * the user ended it the message says that the Job goes on. Codes of pr_kube_wait.
 */
int pr_cluster_session_wait(struct pr_cluster_session *session, struct pr_kube_wait *wait,
	struct pr_kube_outcome *outcome, struct pr_err *err);

/* The exit code of a plan that was waited for; complains unless it is completed. */
int pr_cluster_session_exit(
	const struct pr_context *context, const char *job, const struct pr_kube_outcome *outcome);

#define PR_START_DEFAULT "5m"

#define PR_CLUSTER_OPTIONS                                                                    \
	{"kubeconfig", 0, PR_OPTION_VALUE, "FILE",                                            \
		"Which cluster, and as whom (KUBECONFIG, ~/.kube/config, else the pod's own " \
		"account).",                                                                  \
		NULL},                                                                        \
	{                                                                                     \
		"context", 0, PR_OPTION_VALUE, "NAME",                                        \
			"Context of the kubeconfig (the current one).", NULL                  \
	}

#define PR_WAIT_OPTIONS                                                                           \
	{"wait", 0, PR_OPTION_FLAG, NULL,                                                         \
		"Wait until the Job is over; the exit code is the plan's, and 2 when it has "     \
		"none.",                                                                          \
		NULL},                                                                            \
		{"start-timeout", 0, PR_OPTION_VALUE, "TIME",                                     \
			"Give up on a pod that is kept from starting for so long: 90s, 0 for no " \
			"limit (" PR_START_DEFAULT "). The Job stays.",                           \
			NULL},                                                                    \
	{                                                                                         \
		"wait-timeout", 0, PR_OPTION_VALUE, "TIME",                                       \
			"Wait no longer than that: 90s, 30m (no limit). The Job goes on.", NULL   \
	}

#endif
