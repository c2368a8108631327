#include "deploy/github.h"

#include "base/text.h"
#include "deploy/cron.h"
#include "deploy/target.h"
#include "deploy/template.h"
#include "deploy/workflow.h"

#include <ctype.h>
#include <string.h>

#define INPUTS_MAX 8
#define LEAST_GAP_MINUTES 5

/* Where the value of an input comes from. */
enum source {
	NONE, /* ends a list */
	PLAN,
	HOST,
	HOST_WITHOUT_SCHEME,
	ORGANIZATION,
	TOKEN,
	FOLDER,
	GITHUB_TOKEN,
};

/* What an action calls its inputs. */
static const struct dialect {
	const char *action;
	struct {
		enum source source;
		const char *name;
		const char *alias;
	} inputs[INPUTS_MAX];
} dialects[] = {
	{PR_ACTION, {{PLAN, "plan-id"}, {HOST, "service-host", "reliably-host"},
			    {ORGANIZATION, "organization-id", "org-id"},
			    {TOKEN, "token", "reliably-service-token"}}},
	{"rebound-how/actions/reliably",
		{{PLAN, "plan-id"}, {HOST_WITHOUT_SCHEME, "reliably-host"},
			{ORGANIZATION, "org-id"}, {TOKEN, "reliably-service-token"},
			{FOLDER, "working-dir"}, {GITHUB_TOKEN, "github-token"}}},
	{"reliablyhq/actions/plan",
		{{PLAN, "plan-id"}, {HOST_WITHOUT_SCHEME, "reliably-host"},
			{ORGANIZATION, "org-id"}, {TOKEN, "reliably-service-token"},
			{FOLDER, "working-dir"}, {GITHUB_TOKEN, "github-token"}}},
};

/* The texts of a deployment that inputs are made of. */
struct values {
	const struct pr_deployment *deployment;
	char token[160];
	char folder[64];
};

static const char *value_of(const struct values *values, enum source source)
{
	const struct pr_deployment *d = values->deployment;

	switch (source) {
	case PLAN:
		return d->plan;
	case HOST:
		return d->host;
	case HOST_WITHOUT_SCHEME:
		return strstr(d->host, "://") + 3;
	case ORGANIZATION:
		return d->organization;
	case TOKEN:
		return values->token;
	case FOLDER:
		return values->folder;
	case GITHUB_TOKEN:
		return "${{ secrets.GITHUB_TOKEN }}";
	case NONE:
	default:
		return "";
	}
}

static int check_action(const char *action, struct pr_err *err)
{
	size_t owner = strcspn(action, "/");
	size_t path = strcspn(action, "@");
	bool good = owner && path > owner + 1 && action[path] == '@' && action[path + 1] &&
		    !strchr(action + path + 1, '@') && !strstr(action, "//") &&
		    action[path - 1] != '/';

	for (const char *c = action; good && *c; c++)
		good = isalnum((unsigned char)*c) || strchr("-._/@", *c);
	return good ? 0
		    : pr_fail(err, PR_EINVAL,
			      "the action '%.120s' is not one: write OWNER/REPO[/PATH]@REF",
			      action);
}

static int check_token_secret(const char *name, struct pr_err *err)
{
	bool good = (isalpha((unsigned char)*name) || *name == '_') &&
		    strncasecmp(name, "GITHUB_", 7) != 0 && strlen(name) <= 100;

	for (const char *c = name; good && *c; c++)
		good = isalnum((unsigned char)*c) || *c == '_';
	return good ? 0
		    : pr_fail(err, PR_EINVAL,
			      "'%.100s' cannot be a secret of a repository: those are letters, "
			      "digits and '_', and do not begin with GITHUB_",
			      name);
}

/* The inputs of a dialect, and how many steps had them. */
static int fill(struct pr_workflow *workflow, const struct dialect *dialect, const char *action,
	const char *uses, const struct values *values, size_t *steps, struct pr_err *err)
{
	struct pr_workflow_input inputs[INPUTS_MAX + 1] = {{.name = NULL}};
	size_t found = 0;
	int rc;

	for (size_t i = 0; i < INPUTS_MAX && dialect->inputs[i].source != NONE; i++) {
		enum source source = dialect->inputs[i].source;

		inputs[i] = (struct pr_workflow_input){.name = dialect->inputs[i].name,
			.alias = dialect->inputs[i].alias,
			.value = value_of(values, source),
			.keep = source == TOKEN || source == FOLDER || source == GITHUB_TOKEN};
	}
	rc = pr_workflow_set_inputs(workflow, action, uses, inputs, &found, err);
	*steps += found;
	return rc;
}

static const struct dialect *dialect_of(const char *action)
{
	for (size_t i = 0; i < PR_LEN(dialects); i++) {
		if (pr_text_eq(action, dialects[i].action))
			return &dialects[i];
	}
	return &dialects[0];
}

/* The action that was named, without its version. */
static char *named_action(const struct pr_github *github)
{
	const char *action = github->action ? github->action : PR_GITHUB_ACTION;

	return pr_text_format("%.*s", (int)strcspn(action, "@"), action);
}

/* Our template takes the action that was named; in the user's own, all known ones are filled in. */
static int set_inputs(
	struct pr_workflow *workflow, const struct pr_deployment *deployment, struct pr_err *err)
{
	const struct pr_github *github = &deployment->github;
	PR_AUTO(free) char *named = named_action(github);
	struct values values = {.deployment = deployment};
	size_t steps = 0;
	int rc;

	if (!named)
		return pr_fail_nomem(err);
	pr_text_print(
		values.token, sizeof(values.token), "${{ secrets.%s }}", github->token_secret);
	pr_text_print(values.folder, sizeof(values.folder), "plans/%s", deployment->plan);
	if (!github->template_text)
		return fill(workflow, dialect_of(named), PR_ACTION, github->action, &values, &steps,
			err);
	rc = dialect_of(named) == &dialects[0] && !pr_text_eq(named, PR_ACTION)
		     ? fill(workflow, &dialects[0], named, NULL, &values, &steps, err)
		     : 0;
	for (size_t i = 0; !rc && i < PR_LEN(dialects); i++)
		rc = fill(workflow, &dialects[i], dialects[i].action, NULL, &values, &steps, err);
	if (!rc && !steps)
		rc = pr_fail(err, PR_EINVAL,
			"'%s' has no step that runs a plan: add one with 'uses: %s'",
			github->template_name, github->action ? github->action : PR_GITHUB_ACTION);
	return rc;
}

static int change(
	struct pr_workflow *workflow, const struct pr_deployment *deployment, struct pr_err *err)
{
	char name[64];
	int rc;

	pr_text_print(name, sizeof(name), "Reliably Plan %s", deployment->plan);
	rc = pr_workflow_set_name(workflow, name, err);
	if (!rc)
		rc = pr_workflow_set_trigger(
			workflow, deployment->schedule, deployment->time_zone, err);
	return rc ? rc : set_inputs(workflow, deployment, err);
}

/* GitHub would not say so: it just leaves runs out. */
static int check_schedule(const char *schedule, struct pr_err *err)
{
	int gap = schedule ? pr_cron_least_gap(schedule) : LEAST_GAP_MINUTES;

	if (gap >= LEAST_GAP_MINUTES)
		return 0;
	return pr_fail(err, PR_EINVAL,
		"the schedule '%.100s' has times %d min apart: GitHub starts nothing more often "
		"than every %d minutes",
		schedule, gap, LEAST_GAP_MINUTES);
}

static int change_text(const struct pr_deployment *deployment, const char *text, size_t n,
	const char *name, struct pr_buf *out, struct pr_err *err)
{
	const struct pr_limits limits = PR_LIMITS_DEFAULT;
	struct pr_workflow *workflow = NULL;
	int rc = pr_workflow_new(text, n, name, &limits, &workflow, err);

	if (!rc)
		rc = change(workflow, deployment, err);
	if (!rc)
		rc = pr_workflow_write(workflow, out, err);
	pr_workflow_free(workflow);
	return rc;
}

/* What stands where it belongs is found there, and needs no second change. */
static int change_own(
	const struct pr_deployment *deployment, struct pr_buf *out, struct pr_err *err)
{
	const struct pr_github *github = &deployment->github;
	PR_AUTO(buf) struct pr_buf once = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(buf) struct pr_buf twice = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	int rc = change_text(deployment, github->template_text, github->template_length,
		github->template_name, &once, err);

	if (rc)
		return rc;
	if (change_text(
		    deployment, pr_buf_str(&once), once.len, github->template_name, &twice, NULL) ||
		!pr_text_eq(pr_buf_str(&once), pr_buf_str(&twice)))
		return pr_workflow_refuse_form(github->template_name, err);
	pr_buf_add(out, pr_buf_str(&once), once.len);
	return pr_buf_check(out, "the workflow", err);
}

static int render(const struct pr_deployment *deployment, struct pr_buf *out, struct pr_err *err)
{
	const struct pr_github *github = &deployment->github;
	int rc = github->action ? check_action(github->action, err) : 0;

	if (!rc)
		rc = check_schedule(deployment->schedule, err);
	if (!rc)
		rc = check_token_secret(github->token_secret, err);
	if (rc)
		return rc;
	if (github->template_text)
		return change_own(deployment, out, err);
	return change_text(
		deployment, pr_template_text, pr_template_length, "the template", out, err);
}

const struct pr_target pr_target_github = {.name = "github", .render = render};
