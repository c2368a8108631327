#include "kube/access.h"
#include "kube/objects.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PLAN "bde0c9ce-4a91-492a-8e7c-19060e19232e"
#define ORG "11111111-2222-4333-8444-555555555555"

static const char *const secrets[] = {"one", "two"};

static const struct pr_kube_run usual = {.name = "reliably-plan-" PLAN,
	.space = "chaos",
	.plan = PLAN,
	.organization = ORG,
	.host = "https://example.com",
	.image = "image:1",
	.service_account = "reliably-job",
	.mount_account_token = true,
	.token_secret = "token-secret",
	.token_key = "token",
	.pull_secrets = secrets,
	.pull_secret_count = 2,
	.schedule = "5 4 * * *",
	.deadline_s = 600};

/* The value at a path of members and indices; fails the test when it is not there. */
static const json_t *at(const json_t *value, const char *path)
{
	char text[200];
	char *rest = text;
	const char *step;

	pr_text_copy(text, sizeof(text), path);
	while ((step = strsep(&rest, " "))) {
		int64_t index = -1;

		if (json_is_array(value) && pr_text_int64(step, &index, NULL) == 0)
			value = json_array_get(value, (size_t)index);
		else
			value = json_object_get(value, step);
		if (!value)
			fail_msg("no '%s' of '%s'", step, path);
	}
	return value;
}

static void assert_at(const json_t *value, const char *path, const char *expected)
{
	PR_AUTO(free) char *text = json_dumps(at(value, path), JSON_COMPACT | JSON_ENCODE_ANY);

	if (!pr_text_eq(text, expected))
		fail_msg("'%s' is %s, not %s", path, text, expected);
}

#define LABELS                                                                                  \
	"{\"app.kubernetes.io/component\":\"experiment\","                                      \
	"\"app.kubernetes.io/managed-by\":\"reliably\",\"app.kubernetes.io/name\":\"plan-" PLAN \
	"\",\"reliably.com/org\":\"" ORG "\",\"reliably.com/plan\":\"" PLAN "\"}"

static void assert_job_spec(const json_t *spec)
{
	assert_at(spec, "backoffLimit", "0");
	assert_at(spec, "activeDeadlineSeconds", "600");
	assert_at(spec, "template metadata labels", LABELS);
	assert_at(spec, "template spec restartPolicy", "\"Never\"");
	assert_at(spec, "template spec enableServiceLinks", "false");
	assert_at(spec, "template spec automountServiceAccountToken", "true");
	assert_at(
		spec, "template spec imagePullSecrets", "[{\"name\":\"one\"},{\"name\":\"two\"}]");
	assert_at(spec, "template spec containers 0 args",
		"[\"service\",\"plan\",\"execute\",\"--set-status\",\"--log-stdout\","
		"\"--load-environment\",\"" PLAN "\"]");
}

static void a_job_runs_the_plan_once(void **state)
{
	json_auto_t *job = NULL;

	(void)state;
	assert_int_equal(pr_kube_job(&usual, true, &job, NULL), 0);
	assert_at(job, "apiVersion", "\"batch/v1\"");
	assert_at(job, "kind", "\"Job\"");
	assert_at(job, "metadata",
		"{\"name\":\"reliably-plan-" PLAN "\",\"namespace\":\"chaos\",\"labels\":" LABELS
		"}");
	assert_job_spec(at(job, "spec"));
}

static void a_cron_job_runs_the_same_job(void **state)
{
	struct pr_kube_run run = usual;
	json_auto_t *cron = NULL;
	json_auto_t *zoned = NULL;

	(void)state;
	assert_int_equal(pr_kube_cron_job(&run, &cron, NULL), 0);
	assert_at(cron, "kind", "\"CronJob\"");
	assert_at(cron, "spec schedule", "\"5 4 * * *\"");
	assert_at(cron, "spec concurrencyPolicy", "\"Forbid\"");
	assert_at(cron, "spec jobTemplate metadata labels", LABELS);
	assert_job_spec(at(cron, "spec jobTemplate spec"));
	assert_null(json_object_get(at(cron, "spec"), "timeZone"));
	run.time_zone = "Europe/Oslo";
	assert_int_equal(pr_kube_cron_job(&run, &zoned, NULL), 0);
	assert_at(zoned, "spec timeZone", "\"Europe/Oslo\"");
}

/* What Pod Security `restricted` asks for, and what the image's user needs. */
static void the_pod_is_restricted(void **state)
{
	json_auto_t *job = NULL;

	(void)state;
	assert_int_equal(pr_kube_job(&usual, true, &job, NULL), 0);
	assert_at(job, "spec template spec securityContext",
		"{\"runAsNonRoot\":true,\"runAsUser\":10001,\"runAsGroup\":10001,\"fsGroup\":10001,"
		"\"fsGroupChangePolicy\":\"OnRootMismatch\","
		"\"seccompProfile\":{\"type\":\"RuntimeDefault\"}}");
	assert_at(job, "spec template spec containers 0 securityContext",
		"{\"allowPrivilegeEscalation\":false,\"privileged\":false,"
		"\"readOnlyRootFilesystem\":true,\"capabilities\":{\"drop\":[\"ALL\"]}}");
	assert_at(job, "spec template spec volumes 0 emptyDir", "{\"sizeLimit\":\"256Mi\"}");
	assert_at(job, "spec template spec containers 0 volumeMounts 0 mountPath", "\"/work\"");
	assert_at(job, "spec template spec containers 0 workingDir", "\"/work\"");
}

static void a_version_is_pulled_once(void **state)
{
	static const struct {
		const char *image;
		const char *policy;
	} table[] = {
		{"runner:1", "IfNotPresent"},
		{"registry.example.com:5000/team/runner:latest-1", "IfNotPresent"},
		{"runner@sha256:00", "IfNotPresent"},
		{"runner:latest@sha256:00", "IfNotPresent"},
		{"runner", "Always"},
		{"runner:latest", "Always"},
		{"registry.example.com:5000/team/runner", "Always"},
		{"registry.example.com:5000/team/runner:latest", "Always"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct pr_kube_run run = usual;
		json_auto_t *job = NULL;
		json_auto_t *asked = NULL;

		run.image = table[i].image;
		assert_string_equal(pr_kube_pull_policy(run.image), table[i].policy);
		assert_int_equal(pr_kube_job(&run, true, &job, NULL), 0);
		assert_string_equal(json_string_value(at(job,
					    "spec template spec containers 0 imagePullPolicy")),
			table[i].policy);
		run.pull_policy = "Never";
		assert_int_equal(pr_kube_job(&run, true, &asked, NULL), 0);
		assert_at(asked, "spec template spec containers 0 imagePullPolicy", "\"Never\"");
	}
}

static void the_token_comes_from_the_secret(void **state)
{
	json_auto_t *job = NULL;

	(void)state;
	assert_int_equal(pr_kube_job(&usual, true, &job, NULL), 0);
	assert_at(job, "spec template spec containers 0 env 4",
		"{\"name\":\"RELIABLY_SERVICE_TOKEN\",\"valueFrom\":{\"secretKeyRef\":"
		"{\"name\":\"token-secret\",\"key\":\"token\"}}}");
}

static void a_job_that_differs_has_another_name(void **state)
{
	struct pr_kube_run run = usual;
	json_auto_t *one = NULL;
	json_auto_t *same = NULL;
	json_auto_t *other = NULL;

	(void)state;
	assert_int_equal(pr_kube_job(&run, false, &one, NULL), 0);
	assert_int_equal(pr_kube_job(&run, false, &same, NULL), 0);
	run.image = "image:2";
	assert_int_equal(pr_kube_job(&run, false, &other, NULL), 0);
	assert_true(json_equal(one, same));
	assert_false(json_equal(at(one, "metadata name"), at(other, "metadata name")));
	assert_int_equal(json_string_length(at(one, "metadata name")), 59);
}

static void the_account_mounts_no_token_by_itself(void **state)
{
	struct pr_kube_run run = usual;
	json_auto_t *account = NULL;
	json_auto_t *bare = NULL;

	(void)state;
	assert_int_equal(pr_kube_service_account(&run, &account, NULL), 0);
	assert_at(account, "automountServiceAccountToken", "false");
	assert_at(account, "metadata name", "\"reliably-job\"");
	assert_at(account, "imagePullSecrets", "[{\"name\":\"one\"},{\"name\":\"two\"}]");
	run.pull_secret_count = 0;
	assert_int_equal(pr_kube_service_account(&run, &bare, NULL), 0);
	assert_null(json_object_get(bare, "imagePullSecrets"));
}

static void a_long_name_of_an_account_makes_a_label(void **state)
{
	static const struct {
		size_t dot; /* where a dot is */
		size_t label;
	} rows[] = {{10, 63}, {62, 62}, {63, 63}};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		char name[101];
		struct pr_kube_run run = usual;
		json_auto_t *account = NULL;
		const char *label;

		memset(name, 'a', 100);
		name[100] = '\0';
		name[rows[i].dot] = '.';
		run.service_account = name;
		assert_int_equal(pr_kube_service_account(&run, &account, NULL), 0);
		label = json_string_value(
			json_object_get(at(account, "metadata labels"), "app.kubernetes.io/name"));
		assert_int_equal(strlen(label), rows[i].label);
		assert_memory_equal(label, name, rows[i].label);
		assert_int_equal(json_string_length(at(account, "metadata name")), 100);
	}
}

static void rules_are_written_as_kubectl_names_resources(void **state)
{
	json_auto_t *rules = json_array();

	(void)state;
	assert_int_equal(pr_kube_rules_add(rules, "pods:list,delete", NULL), 0);
	assert_int_equal(pr_kube_rules_add(rules,
				 "pods/exec,deployments.apps/scale,services,jobs.batch:get", NULL),
		0);
	assert_at(rules, "0",
		"{\"apiGroups\":[\"\"],\"resources\":[\"pods\"],\"verbs\":[\"list\",\"delete\"]}");
	assert_at(rules, "1",
		"{\"apiGroups\":[\"\"],\"resources\":[\"pods/"
		"exec\",\"services\"],\"verbs\":[\"get\"]}");
	assert_at(rules, "2",
		"{\"apiGroups\":[\"apps\"],\"resources\":[\"deployments/"
		"scale\"],\"verbs\":[\"get\"]}");
	assert_at(rules, "3 apiGroups", "[\"batch\"]");
}

static void what_is_no_rule_is_refused(void **state)
{
	static const char *const texts[] = {"", ":", "pods", "pods:", ":get", "pods,:get",
		"pods:get,", "Pods:get", "pods:get list", "pods.:get", ".apps:get", "pods/:get",
		"pods:get:list"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(texts); i++) {
		json_auto_t *rules = json_array();
		struct pr_err err = PR_ERR_INIT;

		if (pr_kube_rules_add(rules, texts[i], &err) != PR_EINVAL || !*err.msg)
			fail_msg("'%s' is taken", texts[i]);
	}
}

static void a_role_is_bound_to_the_account(void **state)
{
	json_auto_t *rules = json_pack("[{s:s}]", "any", "rule");
	json_auto_t *role = NULL;
	json_auto_t *binding = NULL;

	(void)state;
	assert_int_equal(pr_kube_role(&usual, false, rules, &role, NULL), 0);
	assert_int_equal(pr_kube_role_binding(&usual, false, &binding, NULL), 0);
	assert_at(role, "kind", "\"Role\"");
	assert_at(role, "metadata namespace", "\"chaos\"");
	assert_at(role, "metadata labels", LABELS);
	assert_at(role, "rules", "[{\"any\":\"rule\"}]");
	assert_at(binding, "kind", "\"RoleBinding\"");
	assert_true(json_equal(at(binding, "roleRef name"), at(role, "metadata name")));
	assert_at(binding, "subjects",
		"[{\"kind\":\"ServiceAccount\",\"name\":\"reliably-job\",\"namespace\":\"chaos\"}"
		"]");
}

static void a_cluster_role_is_named_by_its_namespace(void **state)
{
	json_auto_t *rules = json_array();
	json_auto_t *role = NULL;
	json_auto_t *binding = NULL;

	(void)state;
	assert_int_equal(pr_kube_role(&usual, true, rules, &role, NULL), 0);
	assert_int_equal(pr_kube_role_binding(&usual, true, &binding, NULL), 0);
	assert_at(role, "kind", "\"ClusterRole\"");
	assert_at(role, "metadata name", "\"chaos-reliably-plan-" PLAN "\"");
	assert_null(json_object_get(at(role, "metadata"), "namespace"));
	assert_at(binding, "kind", "\"ClusterRoleBinding\"");
	assert_at(binding, "roleRef kind", "\"ClusterRole\"");
}

static void text_that_is_no_utf8_is_refused(void **state)
{
	struct pr_kube_run run = usual;
	struct pr_err err = PR_ERR_INIT;
	json_t *job = NULL;

	(void)state;
	run.image = "\xff";
	assert_int_equal(pr_kube_job(&run, false, &job, &err), PR_EINVAL);
	assert_null(job);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_runs_the_plan_once),
		cmocka_unit_test(a_cron_job_runs_the_same_job),
		cmocka_unit_test(the_pod_is_restricted),
		cmocka_unit_test(a_version_is_pulled_once),
		cmocka_unit_test(the_token_comes_from_the_secret),
		cmocka_unit_test(a_job_that_differs_has_another_name),
		cmocka_unit_test(the_account_mounts_no_token_by_itself),
		cmocka_unit_test(a_long_name_of_an_account_makes_a_label),
		cmocka_unit_test(rules_are_written_as_kubectl_names_resources),
		cmocka_unit_test(what_is_no_rule_is_refused),
		cmocka_unit_test(a_role_is_bound_to_the_account),
		cmocka_unit_test(a_cluster_role_is_named_by_its_namespace),
		cmocka_unit_test(text_that_is_no_utf8_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
