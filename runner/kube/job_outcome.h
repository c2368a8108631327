#ifndef PR_KUBE_JOB_OUTCOME_H
#define PR_KUBE_JOB_OUTCOME_H

/*
 * What the state of a Job and of its pod means for the plan: is it over, how did it end, why does
 * it not start. Nothing is asked here: values go in, as the API server tells of them.
 */

#include <jansson.h>
#include <stdbool.h>

/* A Job is over with the condition Complete or Failed; earlier signs do not count. */
bool pr_kube_job_is_over(const json_t *job);

/* "running", "completed", "failed", "suspended", "waiting": for people. Static. */
const char *pr_kube_job_state(const json_t *job);

/* The name of the container that runs the plan: "job", else the first. NULL: it has none. */
const char *pr_kube_container_name(const json_t *pod);

/* The state of that container: the object "waiting", "running" or "terminated" as `kind` asks;
 * NULL when it is in another. Borrowed. */
const json_t *pr_kube_container_state(const json_t *pod, const char *kind);

/* Whether the container has run, so that it has a log. */
bool pr_kube_container_began(const json_t *pod);

/* Why a pod does not start. */
struct pr_kube_reason {
	char name[64];  /* "Unschedulable", "ImagePullBackOff" */
	char text[400]; /* in the words of the cluster */
	bool meant;     /* somebody holds the Job back, a queue for one: no fault */
};

/* Whether something keeps the container from starting, and what. Merely being made is nothing. */
bool pr_kube_pod_is_stuck(const json_t *pod, struct pr_kube_reason *reason);

/* What the user can do about a reason, for a sentence. Static. */
const char *pr_kube_reason_remedy(const struct pr_kube_reason *reason);

struct pr_kube_outcome {
	bool ended; /* the container came to an end by itself: exit_code is its */
	int exit_code;
	char text[500]; /* one line */
};

/*
 * How the plan ended, of a Job that is over (`job` NULL: it was deleted) and its last pod (NULL: it
 * never had one that was seen). Killed for memory, evicted, beyond its deadline, deleted, never
 * started: it did not end by itself, whatever exit code the container has.
 */
void pr_kube_outcome_read(const json_t *job, const json_t *pod, struct pr_kube_outcome *outcome);

#endif
