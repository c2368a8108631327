#include "kube/names.h"

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz0123456789"
#define KEY LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_."
#define LABEL_MAX 63

/* A rule of RFC 1123: one label, or labels with dots between. */
static const struct rule {
	const char *what;
	size_t max;
	bool dots;
} rules[] = {
	[PR_KUBE_NAMESPACE] = {"namespace", LABEL_MAX, false},
	[PR_KUBE_JOB] = {"Job", LABEL_MAX, true},
	[PR_KUBE_CRONJOB] = {"CronJob", 52, true},
	[PR_KUBE_SERVICE_ACCOUNT] = {"service account", 253, true},
	[PR_KUBE_SECRET] = {"Secret", 253, true},
	[PR_KUBE_ROLE] = {"role", 253, true},
};

static bool is_alnum(char c)
{
	return c && strchr(LOWER, c);
}

/* Each part between dots begins and ends with a letter or a digit. */
static bool has_good_parts(const char *name)
{
	bool inside = false;

	for (const char *c = name; *c; c++) {
		bool end = c[1] == '\0' || c[1] == '.';

		if ((*c == '.' && !inside) || (*c != '.' && (!inside || end) && !is_alnum(*c)))
			return false;
		inside = *c != '.';
	}
	return inside;
}

int pr_kube_name_check(enum pr_kube_name kind, const char *name, struct pr_err *err)
{
	const struct rule *rule = &rules[kind];
	size_t n = strlen(name);

	if (n > rule->max)
		return pr_fail(err, PR_EINVAL,
			"the %s name '%.80s%s' has %zu characters: Kubernetes allows %zu",
			rule->what, name, n > 80 ? "…" : "", n, rule->max);
	if (!n)
		return pr_fail(err, PR_EINVAL, "the %s name is empty", rule->what);
	if (name[strspn(name, rule->dots ? LOWER "-." : LOWER "-")] || !has_good_parts(name))
		return pr_fail(err, PR_EINVAL,
			"the %s name '%s' is not one: Kubernetes allows lower-case letters, "
			"digits%s '-', with a letter or a digit at both ends",
			rule->what, name, rule->dots ? ", '.' and" : " and");
	return 0;
}

int pr_kube_key_check(const char *key, struct pr_err *err)
{
	size_t n = strlen(key);

	if (!n || n > 253 || key[strspn(key, KEY)] || pr_text_starts(key, "..") ||
		pr_text_eq(key, "."))
		return pr_fail(err, PR_EINVAL,
			"'%.80s' cannot be a key of a Secret: those are letters, digits, '-', '_' "
			"and '.'",
			key);
	return 0;
}

/* FNV-1a: a fingerprint, not a protection. */
static uint32_t hash_text(const char *text)
{
	uint32_t hash = 2166136261u;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash;
}

void pr_kube_job_name(const char *base, const char *spec, char ret_name[PR_KUBE_JOB_SIZE])
{
	pr_text_print(ret_name, PR_KUBE_JOB_SIZE, "%s-%08x", base, hash_text(spec));
}
