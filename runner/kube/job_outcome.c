#include "kube/job_outcome.h"

#include "base/text.h"
#include "codec/json.h"

#include <string.h>

#define CONTAINER "job"

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

/* The condition of a type, when its status is `status`. */
static const json_t *condition(const json_t *object, const char *type, const char *status)
{
	const json_t *list = pr_json_array(pr_json_object(object, "status"), "conditions");
	size_t i;
	json_t *one;

	json_array_foreach (pr_json_mutable(list), i, one)
		if (pr_text_eq(pr_json_str(one, "type"), type) &&
			pr_text_eq(pr_json_str(one, "status"), status))
			return one;
	return NULL;
}

bool pr_kube_job_is_over(const json_t *job)
{
	return condition(job, "Complete", "True") || condition(job, "Failed", "True");
}

const char *pr_kube_job_state(const json_t *job)
{
	const json_t *status = pr_json_object(job, "status");

	if (condition(job, "Complete", "True"))
		return "completed";
	if (condition(job, "Failed", "True"))
		return "failed";
	if (condition(job, "Suspended", "True"))
		return "suspended";
	return json_integer_value(json_object_get(status, "active")) > 0 ? "running" : "waiting";
}

/* The member of a list that has the name, else the first. */
static const json_t *named(const json_t *list, const char *name)
{
	size_t i;
	json_t *one;

	json_array_foreach (pr_json_mutable(list), i, one)
		if (pr_text_eq(pr_json_str(one, "name"), name))
			return one;
	return json_array_get(list, 0);
}

const char *pr_kube_container_name(const json_t *pod)
{
	return pr_json_str(
		named(pr_json_array(pr_json_object(pod, "spec"), "containers"), CONTAINER), "name");
}

const json_t *pr_kube_container_state(const json_t *pod, const char *kind)
{
	const json_t *list = pr_json_array(pr_json_object(pod, "status"), "containerStatuses");
	const char *name = pr_kube_container_name(pod);

	return pr_json_object(pr_json_object(named(list, name ? name : CONTAINER), "state"), kind);
}

bool pr_kube_container_began(const json_t *pod)
{
	return pr_kube_container_state(pod, "running") ||
	       pr_kube_container_state(pod, "terminated");
}

static void tell(struct pr_kube_reason *reason, const json_t *from, const char *otherwise)
{
	const char *name = pr_json_str(from, "reason");

	pr_text_copy(reason->name, sizeof(reason->name), name ? name : otherwise);
	pr_text_copy(reason->text, sizeof(reason->text), or_empty(pr_json_str(from, "message")));
	reason->meant = pr_text_eq(reason->name, "SchedulingGated");
}

const char *pr_kube_reason_remedy(const struct pr_kube_reason *reason)
{
	static const char image[] =
		"correct the image's name, or the Secret that it is pulled with";
	static const char settings[] = "make the Secret, or the key of it, that the pod refers to";
	static const struct {
		const char *name;
		const char *remedy;
	} remedies[] = {{"ErrImagePull", image}, {"ImagePullBackOff", image},
		{"InvalidImageName", image}, {"ErrImageNeverPull", image},
		{"ImageInspectError", image}, {"RegistryUnavailable", image},
		{"CreateContainerConfigError", settings},
		{"Unschedulable", "make room for it on a node"},
		{"FailedCreate", "mend what forbids the pod: a quota, a policy, its account"}};

	for (size_t i = 0; i < PR_LEN(remedies); i++)
		if (pr_text_eq(remedies[i].name, reason->name))
			return remedies[i].remedy;
	return "kubectl describe tells more of Job and pod";
}

bool pr_kube_pod_is_stuck(const json_t *pod, struct pr_kube_reason *reason)
{
	static const char *const usual[] = {"ContainerCreating", "PodInitializing"};
	const json_t *unscheduled = condition(pod, "PodScheduled", "False");
	const json_t *waiting = pr_kube_container_state(pod, "waiting");

	if (unscheduled) {
		tell(reason, unscheduled, "Unschedulable");
		return true;
	}
	if (!waiting ||
		pr_text_index(or_empty(pr_json_str(waiting, "reason")), usual, PR_LEN(usual)) >= 0)
		return false;
	tell(reason, waiting, "waiting");
	return true;
}

/* The last line of a text that is not empty. */
static void last_line(const char *text, char *line, size_t size)
{
	PR_AUTO(free) char *copy = pr_text_dup(text);
	char *trimmed = copy ? pr_text_trim(copy) : NULL;
	const char *end = trimmed ? strrchr(trimmed, '\n') : NULL;

	pr_text_copy(line, size, end ? end + 1 : or_empty(trimmed));
}

/* "<what>: <words of the cluster>", without the colon when there are none. */
static void not_ended(struct pr_kube_outcome *outcome, const char *what, const char *words)
{
	char line[300];

	last_line(words, line, sizeof(line));
	pr_text_print(
		outcome->text, sizeof(outcome->text), "%s%s%s", what, *line ? ": " : "", line);
}

static void ended(struct pr_kube_outcome *outcome, int code, const json_t *terminated)
{
	char line[300];

	last_line(or_empty(pr_json_str(terminated, "message")), line, sizeof(line));
	outcome->ended = true;
	outcome->exit_code = code;
	if (code == 0)
		pr_text_copy(outcome->text, sizeof(outcome->text), "completed");
	else
		pr_text_print(outcome->text, sizeof(outcome->text), "%s (exit code %d)%s%s",
			code == 1 ? "deviated, or was refused" : "failed", code, *line ? ": " : "",
			line);
}

/* What the cluster does to containers, by the reason that it gives. */
static const char *fate_of(const char *reason)
{
	static const struct {
		const char *reason;
		const char *text;
	} fates[] = {{"OOMKilled", "killed, since it took more memory than allowed (OOMKilled)"},
		{"ContainerCannotRun", "its container could not be started"},
		{"StartError", "its container could not be started"},
		{"DeadlineExceeded", "ended by its deadline (DeadlineExceeded)"},
		{"Evicted", "its pod was evicted by the node (Evicted)"},
		{"NodeLost", "its node was lost"}, {"ContainerStatusUnknown", "its node was lost"},
		{"Preempting", "its pod had to make room for another (Preempting)"},
		{"Terminated", "its node was shut down"},
		{"NodeShutdown", "its node was shut down"},
		{"TerminationByKubelet", "its node ended it"},
		{"PreemptionByScheduler", "its pod had to make room for another"},
		{"EvictionByEvictionAPI", "its pod was evicted from the node"},
		{"DeletionByTaintManager", "its pod was removed from a tainted node"},
		{"DeletionByPodGC", "its node was lost"}};

	for (size_t i = 0; i < PR_LEN(fates); i++)
		if (pr_text_eq(fates[i].reason, reason))
			return fates[i].text;
	return NULL;
}

/* Whether one of these objects has a reason that stands above the exit code. */
static bool was_ended(const json_t *const *objects, size_t n, struct pr_kube_outcome *outcome)
{
	for (size_t i = 0; i < n; i++) {
		const char *text = fate_of(pr_json_str(objects[i], "reason"));

		if (!text)
			continue;
		not_ended(outcome, text, or_empty(pr_json_str(objects[i], "message")));
		return true;
	}
	return false;
}

static void never_ended(const json_t *job, const json_t *pod, struct pr_kube_outcome *outcome)
{
	const json_t *failed = condition(job, "Failed", "True");
	const char *what = "its pod never started, or was deleted";
	struct pr_kube_reason reason;

	if (pod && pr_kube_pod_is_stuck(pod, &reason)) {
		pr_text_print(outcome->text, sizeof(outcome->text),
			"its pod never started (%s): %s", reason.name, reason.text);
		return;
	}
	if (pr_kube_container_state(pod, "terminated"))
		what = "it failed, although its container did not";
	else if (pr_kube_container_began(pod))
		what = "its pod was deleted before it ended";
	not_ended(outcome, what, or_empty(pr_json_str(failed, "message")));
}

void pr_kube_outcome_read(const json_t *job, const json_t *pod, struct pr_kube_outcome *outcome)
{
	const json_t *terminated = pr_kube_container_state(pod, "terminated");
	const json_t *failed = condition(job, "Failed", "True");
	const json_t *const above[] = {failed, pr_json_object(pod, "status"), terminated,
		condition(pod, "DisruptionTarget", "True")};
	int code = (int)json_integer_value(json_object_get(terminated, "exitCode"));

	*outcome = (struct pr_kube_outcome){.ended = false};
	if (!job)
		not_ended(outcome, "the Job was deleted before it was over", "");
	else if (condition(job, "Complete", "True"))
		ended(outcome, 0, NULL);
	else if (was_ended(above, PR_LEN(above), outcome))
		return;
	else if (terminated && code)
		ended(outcome, code, terminated);
	else
		never_ended(job, pod, outcome);
}
