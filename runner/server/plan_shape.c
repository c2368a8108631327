#include "base/text.h"
#include "codec/json.h"
#include "deploy/cron.h"
#include "deploy/time_zone.h"
#include "server/plan_status.h"
#include "server/plans_private.h"

#define DEFAULT_ZONE "Etc/UTC"

static const char *const github_names[] = {"github", NULL};
static const char *const own_names[] = {"reliably_cloud", NULL};

static const struct pr_field github_fields[] = {
	{.name = "provider",
		.kind = PR_FIELD_TEXT,
		.choices = github_names,
		.fallback = "\"github\""},
	{.name = "name", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
	{.name = "id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_NULLABLE},
};

static const struct pr_field own_fields[] = {
	{.name = "provider",
		.kind = PR_FIELD_TEXT,
		.choices = own_names,
		.fallback = "\"reliably_cloud\""},
	{.name = "id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_NULLABLE},
};

static const struct pr_shape github = {.name = "PlanGitHubEnvironment", PR_FIELDS(github_fields)};
static const struct pr_shape own = {.name = "PlanReliablyEnvironment", PR_FIELDS(own_fields)};

static const struct pr_variant environments[] = {
	{"PlanGitHubEnvironment", &github},
	{"PlanReliablyEnvironment", &own},
};

static const struct pr_shape environment = {.name = "PlanEnvironment", PR_VARIANTS(environments)};

static const char *const types[] = {
	"github", "reliably_cloud", "reliably_cli", "container", "k8s_job", "noop", NULL};

static const struct pr_field deployment_fields[] = {
	{.name = "deployment_id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},
	{.name = "deployment_type",
		.kind = PR_FIELD_TEXT,
		.flags = PR_FIELD_NULLABLE,
		.choices = types},
};

static const struct pr_shape deployment = {.name = "PlanDeployment", PR_FIELDS(deployment_fields)};

static const char *const now_names[] = {"now", NULL};
static const char *const cron_names[] = {"cron", NULL};

#define AGENT {.name = "via_agent", .kind = PR_FIELD_BOOL, .fallback = "false"}

static const struct pr_field now_fields[] = {
	{.name = "type", .kind = PR_FIELD_TEXT, .choices = now_names, .fallback = "\"now\""},
	AGENT,
};

static const struct pr_field cron_fields[] = {
	{.name = "type", .kind = PR_FIELD_TEXT, .choices = cron_names, .fallback = "\"cron\""},
	{.name = "pattern", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
	{.name = "timezone",
		.kind = PR_FIELD_TEXT,
		.flags = PR_FIELD_NULLABLE,
		.fallback = "\"" DEFAULT_ZONE "\""},
	AGENT,
};

static int complain(json_t *value, const json_t *where, json_t *problems, const char *const what[2],
	struct pr_err *err)
{
	char text[400];

	pr_text_print(text, sizeof(text), "Value error, %s", what[1]);
	return pr_problem_add(problems, where, what[0], "value_error", text,
		json_object_get(value, what[0]), err);
}

static int check_cron(json_t *value, const json_t *where, json_t *problems, struct pr_err *err)
{
	const char *pattern = pr_json_str(value, "pattern");
	const char *zone = pr_json_str(value, "timezone");
	const char *fields = NULL;
	struct pr_err why = PR_ERR_INIT;

	if (pr_cron_read(pattern, &fields, &why))
		return complain(
			value, where, problems, (const char *const[]){"pattern", why.msg}, err);
	if (fields != pattern)
		return complain(value, where, problems,
			(const char *const[]){"pattern", "a pattern has five fields"}, err);
	if (!zone || !*zone)
		return pr_json_set(value, "timezone", json_string(DEFAULT_ZONE), err);
	if (pr_time_zone_check(zone, &why))
		return complain(
			value, where, problems, (const char *const[]){"timezone", why.msg}, err);
	if (!pr_time_zone_is_known(PR_TIME_ZONES, zone))
		return complain(value, where, problems,
			(const char *const[]){"timezone", "this time zone is not known"}, err);
	return 0;
}

static const struct pr_shape now = {.name = "PlanScheduleNow", PR_FIELDS(now_fields)};
static const struct pr_shape cron = {
	.name = "PlanScheduleCron", PR_FIELDS(cron_fields), .check = check_cron};

/* A pattern alone is a schedule; so the one that needs it comes first. */
static const struct pr_variant schedules[] = {
	{"PlanScheduleCron", &cron},
	{"PlanScheduleNow", &now},
};

static const struct pr_shape schedule = {.name = "PlanSchedule", PR_VARIANTS(schedules)};

static const struct pr_field definition_fields[] = {
	{.name = "title", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_NULLABLE},
	{.name = "environment",
		.kind = PR_FIELD_SHAPE,
		.flags = PR_FIELD_NULLABLE,
		.shape = &environment},
	{.name = "deployment",
		.kind = PR_FIELD_SHAPE,
		.flags = PR_FIELD_REQUIRED,
		.shape = &deployment},
	{.name = "schedule",
		.kind = PR_FIELD_SHAPE,
		.flags = PR_FIELD_REQUIRED,
		.shape = &schedule},
	{.name = "integrations", .kind = PR_FIELD_LIST, .flags = PR_FIELD_NULLABLE},
	{.name = "experiments", .kind = PR_FIELD_LIST, .flags = PR_FIELD_REQUIRED},
};

/* The real command line cannot read integrations that are null, nor an environment of the platform
 * without an id (docs/protocol.md 12). */
static int complete(json_t *value, const json_t *where, json_t *problems, struct pr_err *err)
{
	const json_t *given = json_object_get(value, "environment");
	int rc = 0;

	(void)where;
	(void)problems;
	if (!json_is_array(json_object_get(value, "integrations")))
		rc = pr_json_set(value, "integrations", json_array(), err);
	if (!rc && !pr_json_str(given, "name") && !pr_json_str(given, "id"))
		rc = pr_json_set(value, "environment", json_null(), err);
	return rc;
}

const struct pr_shape pr_plan_create_shape = {
	.name = "PlanCreate", PR_FIELDS(definition_fields), .check = complete};

static const struct pr_field info_fields[] = {
	{.name = "id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},
	{.name = "timestamp", .kind = PR_FIELD_DATE, .flags = PR_FIELD_REQUIRED},
};

static const struct pr_shape info = {.name = "PlanExecutionInfo", PR_FIELDS(info_fields)};

#define INFO(key) \
	{.name = (key), .kind = PR_FIELD_SHAPE, .flags = PR_FIELD_NULLABLE, .shape = &info}

static const struct pr_field last_fields[] = {INFO("running"), INFO("terminated")};

static const struct pr_shape last = {.name = "PlanLastExecutions", PR_FIELDS(last_fields)};

static const struct pr_field plan_fields[] = {
	{.name = "id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},
	{.name = "org_id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},
	{.name = "created_date", .kind = PR_FIELD_DATE, .flags = PR_FIELD_REQUIRED},
	{.name = "definition", .kind = PR_FIELD_SHAPE, .shape = &pr_plan_create_shape},
	{.name = "ref", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
	{.name = "status", .kind = PR_FIELD_TEXT, .choices = pr_plan_status_names},
	{.name = "error", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_NULLABLE},
	{.name = "executions_count", .kind = PR_FIELD_INT},
	{.name = "last_executions_info", .kind = PR_FIELD_SHAPE, .shape = &last},
};

const struct pr_shape pr_plan_shape = {.name = "Plan", PR_FIELDS(plan_fields)};

static const struct pr_field status_fields[] = {
	{.name = "status",
		.kind = PR_FIELD_TEXT,
		.flags = PR_FIELD_REQUIRED | PR_FIELD_ENUM,
		.choices = pr_plan_status_names},
	{.name = "error", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_NULLABLE},
};

const struct pr_shape pr_plan_status_shape = {.name = "PlanNewStatus", PR_FIELDS(status_fields)};

static const struct pr_field ok_fields[] = {
	{.name = "ok", .kind = PR_FIELD_BOOL, .flags = PR_FIELD_REQUIRED},
};

const struct pr_shape pr_plan_ok_shape = {.name = "PlanOk", PR_FIELDS(ok_fields)};
