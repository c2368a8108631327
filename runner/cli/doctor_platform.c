#include "cli/doctor.h"

#include "base/text.h"
#include "cli/experiment_check.h"
#include "codec/json.h"
#include "experiment/source.h"

#include <string.h>

/* GET of a path of the organisation. */
static int get_own(struct pr_doctor *doctor, const char *path, struct pr_doctor_answer *answer,
	struct pr_err *err)
{
	PR_AUTO(free) char *full =
		pr_text_format("/api/v1/organization/%s%s", doctor->service.organization, path);

	return full ? pr_doctor_get(doctor, full, true, answer, err) : pr_fail_nomem(err);
}

/* Says what a call brought that should have brought JSON. Returns whether it did. */
static bool came(struct pr_doctor *doctor, const char *check, const char *remedy,
	const struct pr_doctor_answer *answer)
{
	if (answer->failure != PR_HTTP_NONE)
		pr_doctor_say(doctor, check, PR_VERDICT_FAILED, remedy, "%s", answer->detail);
	else if (answer->status != 200)
		pr_doctor_say(doctor, check, PR_VERDICT_FAILED, remedy, "the platform answers %ld",
			answer->status);
	else if (!answer->body)
		pr_doctor_say(doctor, check, PR_VERDICT_FAILED,
			"check that RELIABLY_SERVICE_HOST is the platform's address",
			"the platform's answer is no JSON");
	else
		return true;
	return false;
}

static int look_token(struct pr_doctor *doctor, struct pr_doctor_answer *answer, struct pr_err *err)
{
	int rc = pr_doctor_get(doctor, "/api/v1/organization", true, answer, err);

	if (rc)
		return rc;
	if (answer->status == 401 || answer->status == 403)
		pr_doctor_say(doctor, "token", PR_VERDICT_FAILED,
			"make a new token on the platform and set RELIABLY_SERVICE_TOKEN",
			"the platform does not take it (%ld)", answer->status);
	else if (came(doctor, "token", "see the platform's log", answer))
		doctor->authorized = true;
	if (doctor->authorized)
		pr_doctor_say(doctor, "token", PR_VERDICT_OK, NULL, "the platform takes it");
	return 0;
}

/* The token's user may be in many; the first ones are named for who mixed them up. */
static void say_organization(struct pr_doctor *doctor, const json_t *answer)
{
	PR_AUTO(buf) struct pr_buf others = PR_BUF_INIT(400);
	size_t i;
	json_t *item;

	json_array_foreach (pr_json_array(answer, "items"), i, item) {
		const char *id = pr_json_str(item, "id");
		const char *name = pr_json_str(item, "name");

		if (pr_text_eq_nocase(id, doctor->service.organization)) {
			pr_doctor_say(doctor, "organisation", PR_VERDICT_OK, NULL,
				"the token's user belongs to '%s'", name ? name : id);
			return;
		}
		(void)pr_buf_addf(
			&others, "%s%s (%s)", i ? ", " : "", id ? id : "?", name ? name : "?");
	}
	doctor->authorized = false;
	pr_doctor_say(doctor, "organisation", PR_VERDICT_FAILED,
		"set RELIABLY_ORGANIZATION_ID to one of the token's user", "it is none of: %s",
		others.len ? pr_buf_str(&others) : "(no organisation at all)");
}

static void skip_organization(struct pr_doctor *doctor)
{
	pr_doctor_say(doctor, "organisation", PR_VERDICT_SKIPPED, NULL, "%s",
		doctor->authorized  ? "there is none"
		: doctor->reachable ? "the platform gives nothing without access"
				    : "the platform is not reached");
}

int pr_doctor_look_access(struct pr_doctor *doctor, struct pr_err *err)
{
	PR_AUTO(doctor_answer) struct pr_doctor_answer answer = {.failure = PR_HTTP_NONE};
	int rc;

	if (!doctor->reachable || !doctor->service.token) {
		pr_doctor_say(doctor, "token", PR_VERDICT_SKIPPED, NULL, "%s",
			doctor->reachable ? "there is none" : "the platform is not reached");
		skip_organization(doctor);
		return 0;
	}
	rc = look_token(doctor, &answer, err);
	if (rc)
		return rc;
	if (doctor->authorized && doctor->service.organization) {
		say_organization(doctor, answer.body);
		return 0;
	}
	skip_organization(doctor);
	doctor->authorized = false;
	return 0;
}

/* What it sets is what the experiment is checked with, as in a run. */
static int look_environment(struct pr_doctor *doctor, struct pr_err *err)
{
	PR_AUTO(doctor_answer) struct pr_doctor_answer answer = {.failure = PR_HTTP_NONE};
	PR_AUTO(free) char *path =
		pr_text_format("/environments/%s/clear", doctor->plan.environment);
	struct pr_err found = PR_ERR_INIT;
	int rc = path ? 0 : pr_fail_nomem(err);

	if (rc || !*doctor->plan.environment)
		return rc;
	rc = get_own(doctor, path, &answer, err);
	if (rc || !came(doctor, "environment", "give the plan another environment", &answer))
		return rc;
	if (pr_environment_apply(answer.body, &doctor->secret_files, &found))
		pr_doctor_say(doctor, "environment", PR_VERDICT_FAILED,
			"mend the environment on the platform", "%s", found.msg);
	else
		pr_doctor_say(doctor, "environment", PR_VERDICT_OK, NULL,
			"%zu variables and %zu secrets",
			json_array_size(pr_json_array(answer.body, "envvars")),
			json_array_size(pr_json_array(answer.body, "secrets")));
	return 0;
}

/* The document itself, read and checked as a run would. */
static void say_experiment(
	struct pr_doctor *doctor, const char *path, const struct pr_doctor_answer *answer)
{
	json_auto_t *document = NULL;
	struct pr_err found = PR_ERR_INIT;

	int rc = pr_source_parse_answer(path, answer->content_type, pr_buf_str(&answer->text),
		answer->text.len, doctor->limits, &document, &found);

	if (!rc)
		rc = pr_experiment_check(document, &found);
	if (rc)
		pr_doctor_say(doctor, "experiment", PR_VERDICT_FAILED,
			"mend the experiment on the platform", "%s", found.msg);
	else
		pr_doctor_say(doctor, "experiment", PR_VERDICT_OK, NULL,
			"'%s' is valid, and this program can run it",
			pr_json_str(document, "title") ? pr_json_str(document, "title") : "?");
}

static int look_experiment(struct pr_doctor *doctor, struct pr_err *err)
{
	PR_AUTO(doctor_answer) struct pr_doctor_answer answer = {.failure = PR_HTTP_NONE};
	PR_AUTO(free) char *path = pr_text_format("/experiments/%s/raw", doctor->plan.experiment);
	int rc = path ? get_own(doctor, path, &answer, err) : pr_fail_nomem(err);

	if (rc)
		return rc;
	if (answer.failure == PR_HTTP_NONE && answer.status == 200)
		say_experiment(doctor, path, &answer);
	else
		(void)came(doctor, "experiment", "give the plan another experiment", &answer);
	return 0;
}

/* What stands between a plan and its run. Returns whether its parts can be looked at. */
static bool say_plan(struct pr_doctor *doctor, struct pr_doctor_answer *answer)
{
	struct pr_err found = PR_ERR_INIT;

	if (answer->status == 404) {
		pr_doctor_say(doctor, "plan", PR_VERDICT_FAILED,
			"check the plan's id and RELIABLY_ORGANIZATION_ID",
			"there is no '%s' in the organisation", doctor->plan_id);
		return false;
	}
	if (!came(doctor, "plan", "see the platform's log", answer))
		return false;
	if (pr_plan_read(answer->body, &doctor->plan, &found)) {
		pr_doctor_say(doctor, "plan", PR_VERDICT_FAILED, "mend the plan on the platform",
			"%s", found.msg);
		return false;
	}
	if (strncmp(doctor->plan.status, "delet", 5) == 0)
		pr_doctor_say(doctor, "plan", PR_VERDICT_WARNING, "make a new plan",
			"its status is '%s'", doctor->plan.status);
	else
		pr_doctor_say(doctor, "plan", PR_VERDICT_OK, NULL, "its status is '%s'",
			doctor->plan.status);
	return true;
}

int pr_doctor_look_plan(struct pr_doctor *doctor, struct pr_err *err)
{
	PR_AUTO(doctor_answer) struct pr_doctor_answer answer = {.failure = PR_HTTP_NONE};
	PR_AUTO(free) char *path = NULL;
	int rc;

	if (!doctor->plan_id || !doctor->authorized) {
		pr_doctor_say(doctor, "plan", PR_VERDICT_SKIPPED, NULL, "%s",
			doctor->plan_id ? "the platform gives nothing without access"
					: "none was named: doctor UUID looks at it too");
		return 0;
	}
	path = pr_text_format("/plans/%s", doctor->plan_id);
	rc = path ? get_own(doctor, path, &answer, err) : pr_fail_nomem(err);
	if (rc || !say_plan(doctor, &answer))
		return rc;
	rc = look_environment(doctor, err);
	return rc ? rc : look_experiment(doctor, err);
}
