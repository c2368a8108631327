#include "kube/objects.h"

#include "base/text.h"
#include "codec/json_write.h"
#include "kube/names.h"

#include <string.h>

/* Enough for rollbacks and closing calls (docs/design.md, decision 6). */
#define GRACE_S 30
#define OUR_GRACE "28s"
#define STARTING_DEADLINE_S 300
#define HISTORY 3

#define USER 10001
#define LABEL_SIZE 64

/* json_pack has no other reasons than these. */
static int made(json_t *value, json_t **ret_value, struct pr_err *err)
{
	if (!value)
		return pr_fail(err, PR_EINVAL,
			"the Kubernetes object could not be made: out of memory, or a text that is "
			"not UTF-8");
	*ret_value = value;
	return 0;
}

int pr_kube_labels(const struct pr_kube_run *run, json_t **ret_labels, struct pr_err *err)
{
	return made(json_pack("{s:s, s:s, s:s+, s:s, s:s}", "app.kubernetes.io/component",
			    "experiment", "app.kubernetes.io/managed-by", "reliably",
			    "app.kubernetes.io/name", "plan-", run->plan, "reliably.com/org",
			    run->organization, "reliably.com/plan", run->plan),
		ret_labels, err);
}

const char *const pr_kube_pull_policies[] = {"Always", "IfNotPresent", "Never", NULL};

const char *pr_kube_pull_policy(const char *image)
{
	const char *digest = strchr(image, '@');
	const char *path = strrchr(image, '/');
	const char *tag = strchr(path ? path : image, ':');

	return digest || (tag && strcmp(tag, ":latest") != 0) ? "IfNotPresent" : "Always";
}

static json_t *pull_secrets(const struct pr_kube_run *run)
{
	json_t *list = json_array();

	for (size_t i = 0; i < run->pull_secret_count; i++)
		json_array_append_new(list, json_pack("{s:s}", "name", run->pull_secrets[i]));
	return list;
}

static json_t *environment(const struct pr_kube_run *run)
{
	return json_pack(
		"[{s:s, s:s}, {s:s, s:s}, {s:s, s:s}, {s:s, s:s}, {s:s, s:{s:{s:s, s:s}}}]", "name",
		"HOME", "value", PR_KUBE_WORK, "name", "PLAN_RUNNER_GRACE", "value", OUR_GRACE,
		"name", "RELIABLY_ORGANIZATION_ID", "value", run->organization, "name",
		"RELIABLY_SERVICE_HOST", "value", run->host, "name", "RELIABLY_SERVICE_TOKEN",
		"valueFrom", "secretKeyRef", "name", run->token_secret, "key", run->token_key);
}

static json_t *amounts(void)
{
	return json_pack(
		"{s:s, s:s, s:s}", "cpu", "200m", "memory", "256Mi", "ephemeral-storage", "512Mi");
}

static json_t *container_security(void)
{
	return json_pack("{s:b, s:b, s:b, s:{s:[s]}}", "allowPrivilegeEscalation", 0, "privileged",
		0, "readOnlyRootFilesystem", 1, "capabilities", "drop", "ALL");
}

static json_t *container(const struct pr_kube_run *run)
{
	return json_pack("{s:s, s:s, s:s, s:[s,s,s,s,s,s,s], s:s, s:o, s:{s:o, s:o}, s:o, s:s,"
			 " s:[{s:s, s:s}, {s:s, s:s}]}",
		"name", "job", "image", run->image, "imagePullPolicy",
		run->pull_policy ? run->pull_policy : pr_kube_pull_policy(run->image), "args",
		"service", "plan", "execute", "--set-status", "--log-stdout", "--load-environment",
		run->plan, "workingDir", PR_KUBE_WORK, "env", environment(run), "resources",
		"requests", amounts(), "limits", amounts(), "securityContext", container_security(),
		"terminationMessagePolicy", "FallbackToLogsOnError", "volumeMounts", "name", "work",
		"mountPath", PR_KUBE_WORK, "name", "tmp", "mountPath", "/tmp");
}

static json_t *pod_security(void)
{
	return json_pack("{s:b, s:i, s:i, s:i, s:s, s:{s:s}}", "runAsNonRoot", 1, "runAsUser", USER,
		"runAsGroup", USER, "fsGroup", USER, "fsGroupChangePolicy", "OnRootMismatch",
		"seccompProfile", "type", "RuntimeDefault");
}

static json_t *volumes(void)
{
	return json_pack("[{s:s, s:{s:s}}, {s:s, s:{s:s}}]", "name", "work", "emptyDir",
		"sizeLimit", "256Mi", "name", "tmp", "emptyDir", "sizeLimit", "64Mi");
}

static json_t *pod_spec(const struct pr_kube_run *run)
{
	return json_pack("{s:s, s:s, s:b, s:b, s:i, s:o*, s:{s:s}, s:o, s:[o], s:o}",
		"restartPolicy", "Never", "serviceAccountName", run->service_account,
		"automountServiceAccountToken", run->mount_account_token, "enableServiceLinks", 0,
		"terminationGracePeriodSeconds", GRACE_S, "imagePullSecrets",
		run->pull_secret_count ? pull_secrets(run) : NULL, "nodeSelector",
		"kubernetes.io/os", "linux", "securityContext", pod_security(), "containers",
		container(run), "volumes", volumes());
}

static int job_spec(const struct pr_kube_run *run, json_t **ret_spec, struct pr_err *err)
{
	json_t *labels = NULL;
	int rc = pr_kube_labels(run, &labels, err);

	if (rc)
		return rc;
	return made(json_pack("{s:i, s:s, s:I, s:{s:{s:o}, s:o}}", "backoffLimit", 0,
			    "podReplacementPolicy", "Failed", "activeDeadlineSeconds",
			    (json_int_t)run->deadline_s, "template", "metadata", "labels", labels,
			    "spec", pod_spec(run)),
		ret_spec, err);
}

/* Takes `spec`. */
static int workload(const struct pr_kube_run *run, const char *kind, const char *name, json_t *spec,
	json_t **ret_object, struct pr_err *err)
{
	json_t *labels = NULL;
	int rc = pr_kube_labels(run, &labels, err);

	if (rc) {
		json_decref(spec);
		return rc;
	}
	return made(json_pack("{s:s, s:s, s:{s:s, s:s, s:o}, s:o}", "apiVersion", "batch/v1",
			    "kind", kind, "metadata", "name", name, "namespace", run->space,
			    "labels", labels, "spec", spec),
		ret_object, err);
}

int pr_kube_job(
	const struct pr_kube_run *run, bool exact_name, json_t **ret_object, struct pr_err *err)
{
	char name[PR_KUBE_JOB_SIZE];
	PR_AUTO(free) char *line = NULL;
	PR_AUTO(free) char *text = NULL;
	json_t *spec = NULL;
	int rc = job_spec(run, &spec, err);

	if (rc)
		return rc;
	line = pr_json_line(spec);
	text = line ? pr_text_format("%s%s", line, run->nonce ? run->nonce : "") : NULL;
	if (!text) {
		json_decref(spec);
		return pr_fail_nomem(err);
	}
	pr_kube_job_name(run->name, text, name);
	return workload(run, "Job", exact_name ? run->name : name, spec, ret_object, err);
}

static json_t *cron_spec(const struct pr_kube_run *run, json_t *labels, json_t *job)
{
	return json_pack("{s:s, s:s*, s:s, s:i, s:i, s:i, s:b, s:{s:{s:o}, s:o}}", "schedule",
		run->schedule, "timeZone", run->time_zone, "concurrencyPolicy", "Forbid",
		"startingDeadlineSeconds", STARTING_DEADLINE_S, "successfulJobsHistoryLimit",
		HISTORY, "failedJobsHistoryLimit", HISTORY, "suspend", 0, "jobTemplate", "metadata",
		"labels", labels, "spec", job);
}

int pr_kube_cron_job(const struct pr_kube_run *run, json_t **ret_object, struct pr_err *err)
{
	json_t *labels = NULL;
	json_t *job = NULL;
	json_t *spec = NULL;
	int rc = pr_kube_labels(run, &labels, err);

	if (!rc)
		rc = job_spec(run, &job, err);
	if (rc) {
		json_decref(labels);
		return rc;
	}
	rc = made(cron_spec(run, labels, job), &spec, err);
	return rc ? rc : workload(run, "CronJob", run->name, spec, ret_object, err);
}

/* A name may be longer than a label, which ends in a letter or digit as well. */
static void label_of(const char *name, char ret_label[LABEL_SIZE])
{
	size_t n;

	pr_text_copy(ret_label, LABEL_SIZE, name);
	n = strlen(ret_label);
	while (n && strchr("-.", ret_label[n - 1]))
		ret_label[--n] = '\0';
}

/* Several plans share the account, so its labels name none of them. */
int pr_kube_service_account(const struct pr_kube_run *run, json_t **ret_object, struct pr_err *err)
{
	char label[LABEL_SIZE];

	label_of(run->service_account, label);
	return made(
		json_pack("{s:s, s:s, s:{s:s, s:s, s:{s:s, s:s, s:s}}, s:b, s:o*}", "apiVersion",
			"v1", "kind", "ServiceAccount", "metadata", "name", run->service_account,
			"namespace", run->space, "labels", "app.kubernetes.io/component",
			"experiment", "app.kubernetes.io/managed-by", "reliably",
			"app.kubernetes.io/name", label, "automountServiceAccountToken", 0,
			"imagePullSecrets", run->pull_secret_count ? pull_secrets(run) : NULL),
		ret_object, err);
}
