#include "base/text.h"
#include "report/report.h"

static const struct {
	const char *status;
	struct pr_report_outcome outcome;
} outcomes[] = {
	{"completed", {"completed", "The experiment ran to its end.", "good"}},
	{"failed", {"failed", "The experiment failed.", "bad"}},
	{"aborted", {"aborted", "The experiment was stopped on purpose before its end.", "warn"}},
	{"interrupted", {"interrupted", "The run was interrupted before its end.", "warn"}},
};

static bool was(const struct pr_report *report, enum pr_report_phase phase, bool met)
{
	const json_t *state = report->stages[phase].met;

	return met ? json_is_true(state) : json_is_false(state);
}

static struct pr_report_outcome deviated(const struct pr_report *report)
{
	struct pr_report_outcome outcome = {"deviated", "The system left its steady state.", "bad"};

	if (was(report, PR_REPORT_AFTER, false))
		outcome.text = "The system was not in its steady state after the method.";
	else if (was(report, PR_REPORT_DURING, false))
		outcome.text = "The system left its steady state during the method.";
	return outcome;
}

struct pr_report_outcome pr_report_outcome(const struct pr_report *report)
{
	struct pr_report_outcome outcome = {"not finished",
		"The journal has no status: the run goes on, or its process was killed.", "warn"};

	if (report->deviated)
		return deviated(report);
	if (report->status) /* of a version to come */
		outcome = (struct pr_report_outcome){report->status, "", "warn"};
	for (size_t i = 0; i < PR_LEN(outcomes); i++)
		if (pr_text_eq(report->status, outcomes[i].status))
			outcome = outcomes[i].outcome;
	if (pr_text_eq(report->status, "completed") && was(report, PR_REPORT_AFTER, true))
		outcome.text =
			was(report, PR_REPORT_BEFORE, true)
				? "The system was in its steady state before and after the method."
				: "The system was in its steady state after the method.";
	if (pr_text_eq(report->status, "failed") && was(report, PR_REPORT_BEFORE, false))
		outcome.text = "The system was not in its steady state before the method.";
	return outcome;
}
