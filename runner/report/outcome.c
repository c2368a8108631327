#include "base/text.h"
#include "report/report.h"

static const struct {
	const char *status;
	struct pr_report_outcome outcome;
} outcomes[] = {
	{"completed", {"completed", "The experiment ran to its end.", "good", false}},
	{"failed", {"failed", "The experiment failed.", "bad", false}},
	{"aborted", {"aborted", "The experiment was stopped before its end.", "warn", false}},
	{"interrupted", {"interrupted", "The run was interrupted before its end.", "warn", false}},
};

static bool was(const struct pr_report *report, enum pr_report_phase phase, bool met)
{
	const json_t *state = report->stages[phase].met;

	return met ? json_is_true(state) : json_is_false(state);
}

static struct pr_report_outcome deviated(const struct pr_report *report)
{
	struct pr_report_outcome outcome = {
		"deviated", "The system left its steady state.", "bad", true};

	if (was(report, PR_REPORT_AFTER, false))
		outcome.text = "The system was not in its steady state after the method.";
	else if (was(report, PR_REPORT_DURING, false))
		outcome.text = "The system left its steady state during the method.";
	return outcome;
}

/* Upstream completes a run whose hypothesis was not met before or during the method
 * (docs/engine.md 6.1, 6.2). */
static struct pr_report_outcome completed(const struct pr_report *report)
{
	bool before = was(report, PR_REPORT_BEFORE, true);
	struct pr_report_outcome outcome = outcomes[0].outcome;

	if (was(report, PR_REPORT_BEFORE, false))
		return (struct pr_report_outcome){"not played",
			"The system was not in its steady state before the method, which was not "
			"played.",
			"warn", true};
	if (was(report, PR_REPORT_DURING, false))
		return (struct pr_report_outcome){"completed",
			"The system left its steady state during the method.", "warn", true};
	if (was(report, PR_REPORT_AFTER, true))
		outcome.text =
			before ? "The system was in its steady state before and after the method."
			       : "The system was in its steady state after the method.";
	return outcome;
}

static struct pr_report_outcome failed(const struct pr_report *report)
{
	struct pr_report_outcome outcome = outcomes[1].outcome;

	outcome.unmet = true;
	if (was(report, PR_REPORT_BEFORE, false))
		outcome.text = "The steady state could not be checked before the method, which was "
			       "not played.";
	else if (was(report, PR_REPORT_DURING, false))
		outcome.text = "The system left its steady state during the method.";
	else
		outcome.unmet = false;
	return outcome;
}

struct pr_report_outcome pr_report_outcome(const struct pr_report *report)
{
	struct pr_report_outcome outcome = {"not finished",
		"The journal has no status: the run goes on, or its process was killed.", "warn",
		false};

	if (report->deviated)
		return deviated(report);
	if (pr_text_eq(report->status, "completed"))
		return completed(report);
	if (pr_text_eq(report->status, "failed"))
		return failed(report);
	if (report->status) /* of a version to come */
		outcome = (struct pr_report_outcome){report->status, "", "warn", false};
	for (size_t i = 0; i < PR_LEN(outcomes); i++)
		if (pr_text_eq(report->status, outcomes[i].status))
			outcome = outcomes[i].outcome;
	return outcome;
}
