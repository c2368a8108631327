#include "cli/experiment_check.h"

#include "activity/provider.h"
#include "base/log.h"
#include "experiment/validate.h"

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

int pr_experiment_check_raising(const json_t *document, struct pr_buf *raised, struct pr_err *err)
{
	PR_AUTO(findings) struct pr_findings findings = PR_FINDINGS_INIT;
	const struct pr_finding *first;
	int rc;

	pr_info("Validating the experiment's syntax");
	rc = pr_validate(document, pr_provider_rules(), &findings, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < findings.count; i++)
		log_finding(&findings.items[i]);
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

	return pr_experiment_check_raising(document, &raised, err);
}
