#include "kube/job_outcome.h"

#include "base/text.h"
#include "kube/plan_jobs.h"
#include "kube/resource.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COND(type, more) \
	"{'status': {'conditions': [{'type': '" type "', 'status': 'True'" more "}]}}"
#define COMPLETE COND("Complete", "")
#define FAILED \
	COND("Failed", ", 'reason': 'BackoffLimitExceeded', 'message': 'has reached the limit'")
#define DEADLINE COND("Failed", ", 'reason': 'DeadlineExceeded', 'message': 'was active too long'")
#define POD(state, more)                                                                    \
	"{'spec': {'containers': [{'name': 'sidecar'}, {'name': 'job'}]}, 'status': {" more \
	"'containerStatuses': [{'name': 'sidecar', 'state': {'running': {}}}, "             \
	"{'name': 'job', 'state': {" state "}}]}}"
#define ENDED(code, more) POD("'terminated': {'exitCode': " code more "}", "")

/* JSON with ' for "; NULL for NULL. */
static json_t *quoted(const char *text)
{
	PR_AUTO(free) char *copy = pr_text_dup(text);
	json_t *value;

	for (char *c = copy; c && *c; c++)
		if (*c == '\'')
			*c = '"';
	value = copy ? json_loads(copy, 0, NULL) : NULL;
	if (text && !value)
		fail_msg("no JSON: %s", text);
	return value;
}

static const struct {
	const char *name, *job, *pod;
	int code; /* -1: it did not end by itself */
	const char *text;
} outcomes[] = {
	{"completed", COMPLETE, ENDED("0", ""), 0, "completed"},
	{"completed, the pod is gone", COMPLETE, NULL, 0, "completed"},
	{"deviated", FAILED, ENDED("1", ""), 1, "deviated, or was refused (exit code 1)"},
	{"failed", FAILED, ENDED("2", ""), 2, "failed (exit code 2)"},
	{"of a container of another name", FAILED,
		"{'spec': {'containers': [{'name': 'main'}]}, 'status': {'containerStatuses': "
		"[{'name': 'main', 'state': {'terminated': {'exitCode': 2}}}]}}",
		2, "failed (exit code 2)"},
	{"last words", FAILED, ENDED("2", ", 'message': 'one\\n\\ntwo\\n\\n'"), 2,
		"failed (exit code 2): two"},
	{"memory", FAILED, ENDED("137", ", 'reason': 'OOMKilled'"), -1,
		"killed, since it took more memory than allowed (OOMKilled)"},
	{"evicted", FAILED,
		POD("'terminated': {'exitCode': 137}",
			"'reason': 'Evicted', 'message': 'low disk', "),
		-1, "its pod was evicted by the node (Evicted): low disk"},
	{"drained", FAILED,
		POD("'terminated': {'exitCode': 30}",
			"'conditions': [{'type': 'DisruptionTarget', 'status': 'True', 'reason': "
			"'EvictionByEvictionAPI'}], "),
		-1, "its pod was evicted from the node"},
	{"not drained", FAILED,
		POD("'terminated': {'exitCode': 30}",
			"'conditions': [{'type': 'DisruptionTarget', 'status': 'False', 'reason': "
			"'EvictionByEvictionAPI'}], "),
		30, "failed (exit code 30)"},
	{"deadline", DEADLINE, ENDED("30", ""), -1,
		"ended by its deadline (DeadlineExceeded): was active too long"},
	{"deadline before it began", DEADLINE, NULL, -1,
		"ended by its deadline (DeadlineExceeded): was active too long"},
	{"no program", FAILED, ENDED("128", ", 'reason': 'StartError', 'message': 'no such file'"),
		-1, "its container could not be started: no such file"},
	{"never started", FAILED,
		POD("'waiting': {'reason': 'ErrImagePull', 'message': 'not found'}", ""), -1,
		"its pod never started (ErrImagePull): not found"},
	{"no pod", FAILED, NULL, -1,
		"its pod never started, or was deleted: has reached the limit"},
	{"the pod was deleted", FAILED, POD("'running': {}", ""), -1,
		"its pod was deleted before it ended: has reached the limit"},
	{"failed although it ended well", FAILED, ENDED("0", ""), -1,
		"it failed, although its container did not: has reached the limit"},
	{"the Job was deleted", NULL, ENDED("0", ""), -1, "the Job was deleted before it was over"},
};

static void how_a_plan_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(outcomes); i++) {
		json_auto_t *job = quoted(outcomes[i].job);
		json_auto_t *pod = quoted(outcomes[i].pod);
		struct pr_kube_outcome got;
		int code;

		pr_kube_outcome_read(job, pod, &got);
		code = got.ended ? got.exit_code : -1;
		if (code != outcomes[i].code || !pr_text_eq(got.text, outcomes[i].text))
			fail_msg("%s: %d, '%s'", outcomes[i].name, code, got.text);
	}
}

static const struct {
	const char *job, *state;
	bool over;
} states[] = {
	{COMPLETE, "completed", true},
	{FAILED, "failed", true},
	{COND("FailureTarget", ""), "waiting", false},
	{COND("SuccessCriteriaMet", ""), "waiting", false},
	{COND("Suspended", ""), "suspended", false},
	{"{'status': {'active': 1}}", "running", false},
	{"{'status': {'conditions': [{'type': 'Complete', 'status': 'False'}]}}", "waiting", false},
	{"{}", "waiting", false},
	{"{'status': {'conditions': 7}}", "waiting", false},
};

static void when_a_job_is_over(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(states); i++) {
		json_auto_t *job = quoted(states[i].job);

		assert_string_equal(pr_kube_job_state(job), states[i].state);
		assert_int_equal(pr_kube_job_is_over(job), states[i].over);
	}
}

static const struct {
	const char *pod, *name, *text; /* NULL: nothing is wrong */
} reasons[] = {
	{POD("'waiting': {'reason': 'ContainerCreating'}", ""), NULL, NULL},
	{POD("'waiting': {'reason': 'PodInitializing'}", ""), NULL, NULL},
	{POD("'running': {}", ""), NULL, NULL},
	{POD("'waiting': {'reason': 'CreateContainerConfigError', 'message': 'no secret'}", ""),
		"CreateContainerConfigError", "no secret"},
	{POD("'waiting': {}", ""), "waiting", ""},
	{"{'status': {'conditions': [{'type': 'PodScheduled', 'status': 'False', 'reason': "
	 "'Unschedulable', 'message': '0/1 nodes'}]}}",
		"Unschedulable", "0/1 nodes"},
	{"{'status': {'conditions': [{'type': 'PodScheduled', 'status': 'True'}]}}", NULL, NULL},
	{"{}", NULL, NULL},
};

static void why_a_pod_does_not_start(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(reasons); i++) {
		json_auto_t *pod = quoted(reasons[i].pod);
		struct pr_kube_reason reason;
		bool stuck = pr_kube_pod_is_stuck(pod, &reason);

		assert_int_equal(stuck, reasons[i].name != NULL);
		if (stuck) {
			assert_string_equal(reason.name, reasons[i].name);
			assert_string_equal(reason.text, reasons[i].text);
		}
	}
}

#define JOB(name, second, more)                                                             \
	"{'metadata': {'name': '" name "', 'creationTimestamp': '2026-01-01T00:00:0" second \
	"Z'" more "}}"
#define JOBS                                                                                    \
	"{'items': [" JOB("night-1", "3", "") ", " JOB("night-0123abcd", "2", "") ", " JOB(     \
		"other", "5",                                                                   \
		", 'ownerReferences': [{'kind': 'CronJob', 'name': 'cron'}]") ", " JOB("night", \
		"1", "") ", " JOB("last", "9", "") "]}"

static const struct {
	struct pr_kube_jobs_choice choice;
	const char *name;
} choices[] = {
	{{NULL, NULL}, "last"},
	{{"night", NULL}, "night"},
	{{"nigh", NULL}, NULL},
	{{NULL, "night"}, "night-0123abcd"},
	{{NULL, "cron"}, "other"},
	{{NULL, "night-0123abcd"}, "night-0123abcd"},
	{{"night", "cron"}, NULL},
};

static void which_job_is_meant(void **state)
{
	json_auto_t *list = quoted(JOBS);
	json_auto_t *none = quoted("{}");

	(void)state;
	for (size_t i = 0; i < PR_LEN(choices); i++) {
		const json_t *job = pr_kube_jobs_pick(list, &choices[i].choice);

		if (!pr_text_eq(pr_kube_meta(job, "name"), choices[i].name))
			fail_msg("choice %zu: %s", i, job ? pr_kube_meta(job, "name") : "none");
	}
	assert_null(pr_kube_jobs_pick(none, &choices[0].choice));
}

static const struct {
	const char *kind, *space, *name, *path;
} paths[] = {
	{"Job", "chaos", "x", "/apis/batch/v1/namespaces/chaos/jobs/x"},
	{"Pod", "chaos", NULL, "/api/v1/namespaces/chaos/pods"},
	{"ClusterRole", "chaos", "x", "/apis/rbac.authorization.k8s.io/v1/clusterroles/x"},
	{"Namespace", "chaos", "chaos", "/api/v1/namespaces/chaos"},
	{"Secret", "a/b", "../c?d", "/api/v1/namespaces/a%2Fb/secrets/..%2Fc%3Fd"},
	{"Gadget", "chaos", "x", NULL},
};

static void where_objects_are(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(paths); i++) {
		PR_AUTO(free) char *path =
			pr_kube_path(paths[i].kind, paths[i].space, paths[i].name);

		if (!pr_text_eq(path, paths[i].path))
			fail_msg("%s: %s", paths[i].kind, path ? path : "none");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_a_plan_ends),
		cmocka_unit_test(when_a_job_is_over),
		cmocka_unit_test(why_a_pod_does_not_start),
		cmocka_unit_test(which_job_is_meant),
		cmocka_unit_test(where_objects_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
