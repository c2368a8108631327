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

int pr_experiment_check(const json_t *document, struct pr_err *err)
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
	if (first)
		return pr_fail(err, PR_EINVAL, "%s", first->text);
	pr_info("Experiment looks valid");
	return 0;
}
