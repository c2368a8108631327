#include "deploy/kubernetes.h"

#include "base/text.h"
#include "codec/json.h"
#include "codec/regex.h"
#include "codec/yaml_write.h"
#include "deploy/target.h"
#include "kube/access.h"
#include "kube/names.h"
#include "kube/objects.h"

#include <string.h>

#define DIGEST "sha256:"
#define DIGEST_DIGITS 64

/* What follows the '@' of an image that is fixed. */
static bool is_digest(const char *text)
{
	const char *digits = text + strlen(DIGEST);

	return pr_text_starts(text, DIGEST) && strlen(digits) == DIGEST_DIGITS &&
	       strspn(digits, "0123456789abcdef") == DIGEST_DIGITS;
}

/* What a node takes for the name of an image; the digest is looked at apart. */
static int is_image(const char *image, bool *ret_is, struct pr_err *err)
{
#define NAME_PART "[a-z0-9]+([._-]+[a-z0-9]+)*"
	static const char pattern[] =
		"\\A([A-Za-z0-9.-]+(:[0-9]+)?/)?" NAME_PART "(/" NAME_PART ")*"
		"(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@[a-zA-Z0-9:@]*)?\\Z";
#undef NAME_PART
	struct pr_regex *regex = NULL;
	int rc = pr_regex_new(pattern, strlen(pattern), &regex, err);

	if (!rc)
		rc = pr_regex_search(regex, image, strlen(image), ret_is, NULL);
	pr_regex_free(regex);
	if (rc == PR_EINVAL) { /* not UTF-8 */
		*ret_is = false;
		return 0;
	}
	return rc;
}

static int check_image(const char *image, struct pr_err *err)
{
	const char *digest = strchr(image, '@');
	bool good = false;
	int rc = is_image(image, &good, err);

	if (rc)
		return rc;
	if (!good)
		return pr_fail(err, PR_EINVAL,
			"the image '%.200s' is not one: [HOST/]NAME[:TAG][@DIGEST]", image);
	return !digest || is_digest(digest + 1)
		       ? 0
		       : pr_fail(err, PR_EINVAL,
				 "the image '%.200s' has no digest behind '@': that is sha256: and "
				 "64 hexadecimal digits",
				 image);
}

static int check(
	const struct pr_deployment *deployment, const struct pr_kube_run *run, struct pr_err *err)
{
	enum pr_kube_name kind = deployment->schedule ? PR_KUBE_CRONJOB : PR_KUBE_JOB;
	int rc = pr_kube_name_check(kind, run->name, err);

	if (!rc)
		rc = pr_kube_name_check(PR_KUBE_NAMESPACE, run->space, err);
	if (!rc)
		rc = pr_kube_name_check(PR_KUBE_SECRET, run->token_secret, err);
	if (!rc)
		rc = pr_kube_key_check(run->token_key, err);
	if (!rc)
		rc = pr_kube_name_check(PR_KUBE_SERVICE_ACCOUNT, run->service_account, err);
	for (size_t i = 0; !rc && i < run->pull_secret_count; i++)
		rc = pr_kube_name_check(PR_KUBE_SECRET, run->pull_secrets[i], err);
	return rc ? rc : check_image(run->image, err);
}

static struct pr_kube_run run_of(const struct pr_deployment *deployment, const char *name)
{
	const struct pr_kubernetes *k = &deployment->kubernetes;

	return (struct pr_kube_run){.name = name,
		.space = k->space,
		.plan = deployment->plan,
		.organization = deployment->organization,
		.host = deployment->host,
		.image = k->image,
		.pull_policy = k->pull_policy,
		.service_account = k->service_account,
		.mount_account_token = !k->no_account_token,
		.token_secret = k->token_secret,
		.token_key = k->token_key,
		.pull_secrets = k->pull_secrets,
		.pull_secret_count = k->pull_secret_count,
		.schedule = deployment->schedule,
		.time_zone = deployment->time_zone,
		.nonce = k->nonce,
		.deadline_s = k->deadline_s};
}

static int add_access(json_t *objects, const struct pr_kubernetes *k, const struct pr_kube_run *run,
	struct pr_err *err)
{
	json_auto_t *rules = json_array();
	json_t *role = NULL;
	json_t *binding = NULL;
	int rc = rules ? 0 : pr_fail_nomem(err);

	for (size_t i = 0; !rc && i < k->rule_count; i++)
		rc = pr_kube_rules_add(rules, k->rules[i], err);
	if (rc || !k->rule_count)
		return rc;
	rc = pr_kube_role(run, k->cluster, rules, &role, err);
	if (!rc)
		rc = pr_json_append(objects, role, err);
	if (!rc)
		rc = pr_kube_role_binding(run, k->cluster, &binding, err);
	return rc ? rc : pr_json_append(objects, binding, err);
}

static int add_account(json_t *objects, const struct pr_kube_run *run, struct pr_err *err)
{
	json_t *account = NULL;
	int rc = pr_kube_service_account(run, &account, err);

	return rc ? rc : pr_json_append(objects, account, err);
}

static int add_workload(
	json_t *objects, const struct pr_kube_run *run, bool exact_name, struct pr_err *err)
{
	json_t *workload = NULL;
	int rc = run->schedule ? pr_kube_cron_job(run, &workload, err)
			       : pr_kube_job(run, exact_name, &workload, err);

	return rc ? rc : pr_json_append(objects, workload, err);
}

int pr_kubernetes_objects(
	const struct pr_deployment *deployment, json_t **ret_objects, struct pr_err *err)
{
	const struct pr_kubernetes *k = &deployment->kubernetes;
	PR_AUTO(free) char *usual = pr_text_format("reliably-plan-%s", deployment->plan);
	json_auto_t *objects = json_array();
	struct pr_kube_run run = run_of(deployment, k->name ? k->name : usual);
	int rc = usual && objects ? check(deployment, &run, err) : pr_fail_nomem(err);

	if (!rc && k->create_account)
		rc = add_account(objects, &run, err);
	if (!rc)
		rc = add_access(objects, k, &run, err);
	if (!rc)
		rc = add_workload(objects, &run, k->name != NULL, err);
	if (!rc)
		*ret_objects = pr_steal(objects);
	return rc;
}

static int render(const struct pr_deployment *deployment, struct pr_buf *out, struct pr_err *err)
{
	json_auto_t *objects = NULL;
	size_t i;
	json_t *object;
	int rc = pr_kubernetes_objects(deployment, &objects, err);

	if (rc)
		return rc;
	json_array_foreach (objects, i, object) {
		pr_buf_adds(out, "---\n");
		pr_yaml_write(object, out);
	}
	return pr_buf_check(out, "the manifest", err);
}

const struct pr_target pr_target_kubernetes = {.name = "kubernetes", .render = render};
