#include "cli/experiment_check.h"

#include "activity/provider.h"
#include "base/log.h"
#include "codec/json.h"
#include "experiment/validate.h"

#include <string.h>

static void log_finding(const struct pr_finding *finding)
{
	if (finding->level == PR_FINDING_WARNING)
		pr_warn("%s", finding->text);
	else if (*finding->place)
		pr_error("%s (at %s)", finding->text, finding->place);
	else
		pr_error("%s", finding->text);
}

/* All of them in one line, for those who see no log. */
static int fail_with_all(const struct pr_findings *findings, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	for (size_t i = 0; i < findings->count; i++)
		if (findings->items[i].level == PR_FINDING_ERROR)
			pr_buf_addf(&text, "%s%s", text.len ? "; " : "", findings->items[i].text);
	return pr_fail(err, PR_EINVAL, "%s", pr_buf_str(&text));
}

static int list_add(json_t *list, const struct pr_finding *finding, struct pr_err *err)
{
	static const char *const levels[] = {
		[PR_FINDING_ERROR] = "error",
		[PR_FINDING_WARNING] = "warning",
	};
	const char *kind =
		finding->level == PR_FINDING_ERROR ? pr_finding_kind_name(finding->kind) : NULL;

	if (!list)
		return 0;
	return pr_json_append(list,
		json_pack("{s:s, s:s?, s:s, s:s}", "level", levels[finding->level], "kind", kind,
			"place", finding->place, "text", finding->text),
		err);
}

int pr_experiment_list_error(json_t *list, const char *text, struct pr_err *err)
{
	return pr_json_append(list,
		json_pack("{s:s, s:n, s:s, s:o}", "level", "error", "kind", "place", "", "text",
			pr_json_text(text, strlen(text))),
		err);
}

int pr_experiment_check_listing(
	const json_t *document, json_t *list, struct pr_buf *raised, struct pr_err *err)
{
	PR_AUTO(findings) struct pr_findings findings = PR_FINDINGS_INIT;
	const struct pr_finding *first;
	int rc;

	pr_info("Validating the experiment's syntax");
	rc = pr_validate(document, pr_provider_rules(), &findings, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < findings.count; i++) {
		log_finding(&findings.items[i]);
		if (list_add(list, &findings.items[i], err))
			return PR_ENOMEM;
	}
	first = pr_findings_first_error(&findings);
	if (first) {
		pr_buf_addf(raised, "An exception was raised: %s('%s')",
			pr_finding_kind_name(first->kind), first->text);
		return fail_with_all(&findings, err);
	}
	pr_info("Experiment looks valid");
	return 0;
}

int pr_experiment_check(const json_t *document, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf raised = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	return pr_experiment_check_listing(document, NULL, &raised, err);
}
