#include "store/executions.h"
#include "base/compiler.h"
#include "codec/json.h"
#include "server/api.h"
#include "server/events.h"
#include "server/execution_state.h"
#include "store/experiments.h"
#include "store/plans.h"

#include <string.h>

/*
 * Journals are stored as they were reported. Upstream puts dates of its own into them (`start` at
 * every report, `end` when the state says finished), by which a journal no longer says when things
 * happened on the machine that ran them; `created_date` and the state tell what the platform saw.
 */

#define PLAN {.name = "plan_id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_NULLABLE}

static const struct pr_field report_fields[] = {
	{.name = "result",
		.kind = PR_FIELD_DOCUMENT_EITHER,
		.flags = PR_FIELD_REQUIRED | PR_FIELD_AS_IT_IS},
	PLAN,
	{.name = "log", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_NULLABLE},
};

static const struct pr_shape report_shape = {.name = "ExecutionCreate", PR_FIELDS(report_fields)};

static const struct pr_field execution_fields[] = {
	{.name = "result", .kind = PR_FIELD_DOCUMENT, .flags = PR_FIELD_REQUIRED},
	{.name = "id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},
	{.name = "org_id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},
	{.name = "experiment_id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},
	PLAN,
	{.name = "user_id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_NULLABLE},
	{.name = "created_date", .kind = PR_FIELD_DATE, .flags = PR_FIELD_REQUIRED},
	{.name = "user_state",
		.kind = PR_FIELD_SHAPE,
		.flags = PR_FIELD_NULLABLE,
		.shape = &pr_execution_state_shape},
};

static const struct pr_shape execution = {.name = "Execution", PR_FIELDS(execution_fields)};

/* {org}/experiments/{exp}/executions/{exec} */
static struct pr_execution_id id_of(const struct pr_call *call)
{
	return (struct pr_execution_id){
		.organization = call->organization, .experiment = call->ids[0], .id = call->ids[1]};
}

static void note(struct pr_call *call, const char *kind, const char *id)
{
	pr_events_note(pr_server_events(call->server), call->organization, kind, id);
}

static int refuse_nul(struct pr_call *call, struct pr_err *err)
{
	return pr_reply_invalid(call, "result", "value_error",
		"Value error, a result must not have a NUL in it", NULL, err);
}

/* Whether a text of JSON has a NUL in it, which is always escaped there. */
static bool has_nul(const char *json)
{
	for (const char *at = strchr(json, '\\'); at; at = strchr(at + 2, '\\')) {
		if (!strncmp(at, "\\u0000", 6))
			return true;
	}
	return false;
}

/*
 * *ret_text is the journal of the body: as it came, else `*owned`, which the caller frees. NULL
 * where it was refused, which is answered then.
 */
static int read_result(
	struct pr_call *call, char **owned, const char **ret_text, struct pr_err *err)
{
	const json_t *result = json_object_get(call->body, "result");

	*ret_text = json_string_value(result);
	if (*ret_text)
		return 0;
	*owned = json_dumps(result, JSON_COMPACT);
	if (!*owned)
		return pr_fail_nomem(err);
	if (has_nul(*owned))
		return refuse_nul(call, err);
	*ret_text = *owned;
	return 0;
}

/* Answered already where nothing is made. */
static int make(struct pr_call *call, json_t **ret_made, struct pr_err *err)
{
	PR_AUTO(free) char *owned = NULL;
	int64_t now = pr_store_now();
	json_auto_t *state = pr_execution_state_new(now);
	struct pr_execution_new wish = {.organization = call->organization,
		.experiment = call->ids[0],
		.plan = pr_call_text(call, "plan_id"),
		.user = call->user,
		.state = state,
		.report = {.log = pr_call_text(call, "log")},
		.created = now};
	struct pr_plan_id plan = {.organization = call->organization, .id = wish.plan};
	int rc = state ? read_result(call, &owned, &wish.report.result, err) : pr_fail_nomem(err);

	if (rc || !wish.report.result)
		return rc;
	rc = pr_executions_create(pr_call_store(call), &wish, ret_made, err);
	if (rc || !wish.plan)
		return rc;
	note(call, "plan", wish.plan);
	return pr_plans_note_created(
		pr_call_store(call), &plan, pr_json_str(*ret_made, "id"), now, err);
}

static int create(struct pr_call *call, struct pr_err *err)
{
	struct pr_plan_id plan = {
		.organization = call->organization, .id = pr_call_text(call, "plan_id")};
	bool known = false;
	bool listed = false;
	json_t *made = NULL;
	int rc = 0;

	if (plan.id)
		rc = pr_plans_has_experiment(
			pr_call_store(call), &plan, call->ids[0], &known, &listed, err);
	if (!rc && known && !listed)
		return pr_reply_detail(call, 400, "Bad Request", err);
	if (!rc)
		rc = make(call, &made, err);
	if (!rc && !made)
		return 0;
	if (!rc)
		note(call, "execution", pr_json_str(made, "id"));
	return pr_reply_outcome(call, rc, made, err);
}

static int report(struct pr_call *call, struct pr_err *err)
{
	struct pr_execution_id id = id_of(call);
	PR_AUTO(free) char *owned = NULL;
	struct pr_execution_report sent = {.log = pr_call_text(call, "log")};
	int rc = read_result(call, &owned, &sent.result, err);

	if (rc || !sent.result)
		return rc;
	rc = pr_executions_report(pr_call_store(call), &id, &sent, err);
	if (!rc)
		note(call, "execution", id.id);
	return pr_reply_outcome(call, rc, NULL, err);
}

static int get(struct pr_call *call, struct pr_err *err)
{
	struct pr_execution_id id = id_of(call);
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_ANSWER_MAX);
	int rc = pr_executions_write(pr_call_store(call), &id, &text, err);

	return pr_reply_written(call, rc, pr_buf_take(&text), err);
}

static int get_result(struct pr_call *call, struct pr_err *err)
{
	struct pr_execution_id id = id_of(call);
	char *result = NULL;
	int rc = pr_executions_get_result_text(pr_call_store(call), &id, &result, err);

	return pr_reply_written(call, rc, result, err);
}

static int get_log(struct pr_call *call, struct pr_err *err)
{
	struct pr_execution_id id = id_of(call);
	char *log = NULL;
	int rc = pr_executions_get_log(pr_call_store(call), &id, &log, err);

	return rc ? pr_reply_outcome(call, rc, NULL, err) : pr_reply_text(call, log);
}

static int get_state(struct pr_call *call, struct pr_err *err)
{
	struct pr_execution_id id = id_of(call);
	json_t *state = NULL;
	int rc = pr_executions_get_state(pr_call_store(call), &id, &state, err);

	return pr_reply_outcome(call, rc, state, err);
}

/* What the plan shows of an execution that has ended. */
static int tell_plan(struct pr_call *call, const char *plan_id, int64_t ended, struct pr_err *err)
{
	struct pr_plan_id plan = {.organization = call->organization, .id = plan_id};

	note(call, "plan", plan_id);
	return pr_plans_note_finished(pr_call_store(call), &plan, call->ids[1], ended, err);
}

static int put_state(struct pr_call *call, struct pr_err *err)
{
	struct pr_execution_id id = id_of(call);
	PR_AUTO(free) char *plan = NULL;
	int64_t ended;
	int rc = pr_execution_state_complete(
		call->body, call->user, call->user_name, pr_store_now(), err);

	if (!rc)
		rc = pr_executions_set_state(pr_call_store(call), &id, call->body, &plan, err);
	if (!rc)
		note(call, "execution", id.id);
	if (!rc && plan && pr_execution_state_finished(call->body, &ended))
		rc = tell_plan(call, plan, ended, err);
	return pr_reply_outcome(call, rc, NULL, err);
}

static int delete(struct pr_call *call, struct pr_err *err)
{
	struct pr_execution_id id = id_of(call);
	struct pr_plan_id plan = {.organization = call->organization};
	PR_AUTO(free) char *of = NULL;
	int rc = pr_executions_delete(pr_call_store(call), &id, &of, err);

	if (!rc)
		note(call, "execution", id.id);
	plan.id = of;
	if (!rc && of)
		rc = pr_plans_note_deleted(pr_call_store(call), &plan, err);
	return pr_reply_outcome(call, rc, NULL, err);
}

static int reply_list(
	struct pr_call *call, const struct pr_executions_query *query, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_ANSWER_MAX);
	struct pr_rows_page page = {.page = call->page, .limit = call->limit, .text = &text};
	int rc = pr_executions_list(pr_call_store(call), query, &page, err);

	return rc ? rc : pr_reply_written(call, 0, pr_buf_take(&text), err);
}

static int list(struct pr_call *call, struct pr_err *err)
{
	struct pr_executions_query query = {.organization = call->organization};

	return reply_list(call, &query, err);
}

static int list_of_experiment(struct pr_call *call, struct pr_err *err)
{
	struct pr_executions_query query = {
		.organization = call->organization, .experiment = call->ids[0]};
	struct pr_experiment_id experiment = {
		.organization = call->organization, .id = call->ids[0]};
	json_auto_t *found = NULL;
	int rc = pr_experiments_get(pr_call_store(call), &experiment, &found, err);

	return rc ? pr_reply_outcome(call, rc, NULL, err) : reply_list(call, &query, err);
}

static int list_of_plan(struct pr_call *call, struct pr_err *err)
{
	struct pr_executions_query query = {
		.organization = call->organization, .plan = call->ids[0]};
	struct pr_plan_id plan = {.organization = call->organization, .id = call->ids[0]};
	json_auto_t *found = NULL;
	int rc = pr_plans_get(pr_call_store(call), &plan, &found, err);

	return rc ? pr_reply_outcome(call, rc, NULL, err) : reply_list(call, &query, err);
}

#define EXECUTIONS "{org}/experiments/{exp}/executions"
#define EXECUTION EXECUTIONS "/{exec}"

static const struct pr_route routes[] = {
	{"GET", "{org}/executions", PR_ACCESS_MEMBER, PR_ROUTE_PAGED, 200, NULL, &execution,
		"List the executions, the newest first", list, ""},
	{"GET", "{org}/plans/{plan}/executions", PR_ACCESS_MEMBER, PR_ROUTE_PAGED, 200, NULL,
		&execution, "List the executions of a plan", list_of_plan, "404"},
	{"GET", EXECUTIONS, PR_ACCESS_MEMBER, PR_ROUTE_PAGED, 200, NULL, &execution,
		"List the executions of an experiment", list_of_experiment, "404"},
	{"POST", EXECUTIONS, PR_ACCESS_MEMBER, PR_ROUTE_CHANGES, 201, &report_shape, &execution,
		"Begin an execution", create, "400 404"},
	{"GET", EXECUTION, PR_ACCESS_MEMBER, 0, 200, NULL, &execution, "Get an execution", get,
		"404"},
	{"DELETE", EXECUTION, PR_ACCESS_MEMBER, PR_ROUTE_CHANGES, 200, NULL, NULL,
		"Delete an execution", delete, "404"},
	{"PUT", EXECUTION "/results", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES | PR_ROUTE_REPORTS, 200,
		&report_shape, NULL, "Report journal and log, which replace those of before",
		report, "404"},
	{"GET", EXECUTION "/results", PR_ACCESS_MEMBER, PR_ROUTE_ANY, 200, NULL, NULL,
		"Get the journal", get_result, "404"},
	{"GET", EXECUTION "/log", PR_ACCESS_MEMBER, PR_ROUTE_TEXT, 200, NULL, NULL, "Get the log",
		get_log, "404"},
	{"GET", EXECUTION "/state", PR_ACCESS_MEMBER, 0, 200, NULL, &pr_execution_state_shape,
		"Get the user state", get_state, "404"},
	{"PUT", EXECUTION "/state", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES | PR_ROUTE_REPORTS, 200,
		&pr_execution_state_shape, NULL, "Put the user state", put_state, "404"},
};

const struct pr_routes pr_routes_executions = PR_ROUTES("executions", routes);
