#include "store/plans.h"
#include "base/compiler.h"
#include "base/text.h"
#include "codec/json.h"
#include "server/api.h"
#include "server/events.h"
#include "server/plan_status.h"
#include "server/plans_private.h"
#include "server/scheduler.h"
#include "store/deployments.h"

/*
 * What a plan refers to is not looked at when it is made, as upstream, where tools make plans first
 * and what they need later. An id of another organisation helps nobody: it is looked for in the
 * plan's own, always, and so is one that does not exist.
 */

static struct pr_plan_id id_of(const struct pr_call *call)
{
	return (struct pr_plan_id){.organization = call->organization, .id = call->ids[0]};
}

static void note(struct pr_call *call, const char *plan)
{
	pr_events_note(pr_server_events(call->server), call->organization, "plan", plan);
}

#define MOVE_ATTEMPTS 8

/* Two servers on one database may move a plan at once: then it is looked at again. */
static int move(struct pr_call *call, const struct pr_plan_id *plan, enum pr_plan_mover mover,
	const char *const to[2], struct pr_err *err)
{
	enum pr_plan_status aim = PR_PLAN_STATUSES;
	int rc = PR_ENOTFOUND;

	if (!pr_plan_status_read(to[0], &aim))
		return pr_fail(err, PR_EINVAL, "there is no status '%s'", to[0]);
	for (int i = 0; rc == PR_ENOTFOUND && i < MOVE_ATTEMPTS; i++) {
		json_auto_t *found = NULL;
		struct pr_plan_move step = {.to = to[0], .error = to[1]};
		enum pr_plan_status now = PR_PLAN_STATUSES;

		rc = pr_plans_get(pr_call_store(call), plan, &found, err);
		if (rc)
			return rc;
		step.from = pr_json_str(found, "status");
		if (!pr_plan_status_read(step.from, &now) ||
			!pr_plan_status_may_follow(now, aim, mover))
			return 0;
		rc = pr_plans_move(pr_call_store(call), plan, &step, err);
	}
	if (!rc)
		note(call, plan->id);
	return rc;
}

/* Moves a plan through two statuses, as the server does what takes it no time. */
static int pass(struct pr_call *call, const struct pr_plan_id *plan, const char *through,
	const char *to, struct pr_err *err)
{
	int rc = move(call, plan, PR_PLAN_BY_SERVER, (const char *const[]){through, NULL}, err);

	return rc ? rc : move(call, plan, PR_PLAN_BY_SERVER, (const char *const[]){to, NULL}, err);
}

enum launch {
	LAUNCH_NOBODY, /* users run it themselves, or the companion does */
	LAUNCH_SERVER,
	LAUNCH_UNKNOWN, /* its deployment is not there */
};

static int find_launch(
	struct pr_call *call, const json_t *definition, enum launch *ret_launch, struct pr_err *err)
{
	struct pr_deployment_id id = {.organization = call->organization,
		.id = pr_json_str(pr_json_object(definition, "deployment"), "deployment_id")};
	json_auto_t *found = NULL;
	int rc = pr_deployments_get(pr_call_store(call), &id, &found, err);
	const json_t *deployment = json_object_get(found, "definition");

	if (rc == PR_ENOTFOUND) {
		pr_err_clear(err);
		*ret_launch = LAUNCH_UNKNOWN;
		return 0;
	}
	*ret_launch = pr_text_eq(pr_json_str(deployment, "mode"), "managed") &&
				      pr_server_scheduler(call->server)
			      ? LAUNCH_SERVER
			      : LAUNCH_NOBODY;
	return rc;
}

static int fail_creation(struct pr_call *call, const struct pr_plan_id *plan,
	const json_t *definition, struct pr_err *err)
{
	char text[128];

	pr_text_print(text, sizeof(text), "deployment '%s' not found",
		pr_json_str(pr_json_object(definition, "deployment"), "deployment_id"));
	return move(
		call, plan, PR_PLAN_BY_SERVER, (const char *const[]){"creation error", text}, err);
}

/* What follows the creation of a plan. Where the server launches it, its scheduler also says
 * when it is `created`. */
static int launch(struct pr_call *call, const struct pr_plan_id *plan, const json_t *definition,
	struct pr_err *err)
{
	enum launch by = LAUNCH_NOBODY;
	int rc = find_launch(call, definition, &by, err);

	if (!rc && by == LAUNCH_UNKNOWN)
		return fail_creation(call, plan, definition, err);
	if (!rc && by == LAUNCH_SERVER)
		return pr_scheduler_plan(pr_server_scheduler(call->server), plan->organization,
			plan->id, json_object_get(definition, "schedule"), err);
	return rc ? rc
		  : move(call, plan, PR_PLAN_BY_SERVER, (const char *const[]){"created", NULL},
			    err);
}

static int create(struct pr_call *call, struct pr_err *err)
{
	struct pr_plan_id plan = {.organization = call->organization};
	json_t *made = NULL;
	int rc = pr_plans_create(
		pr_call_store(call), call->organization, call->user, call->body, &made, err);

	plan.id = pr_json_str(made, "id");
	if (!rc)
		rc = launch(call, &plan, call->body, err);
	if (rc) {
		json_decref(made);
		return rc;
	}
	note(call, plan.id);
	return pr_reply_outcome(call, 0, made, err);
}

/* Also the search, which has a pattern. */
static int list(struct pr_call *call, struct pr_err *err)
{
	static const char *const orders[] = {"creation", "title", "last", "next"};
	static const enum pr_plans_order values[] = {
		PR_PLANS_NEWEST, PR_PLANS_TITLE, PR_PLANS_LAST, PR_PLANS_NEWEST};
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_rows_page page = {.page = call->page, .limit = call->limit, .text = &text};
	struct pr_plans_query query = {
		.organization = call->organization, .pattern = call->pattern};
	const char *sort = pr_web_query(call->exchange, "sort");
	int order = sort ? pr_text_index(sort, orders, PR_LEN(orders)) : 0;
	int rc;

	if (order < 0)
		return pr_reply_invalid(call, "sort", "literal_error",
			"Input should be 'creation', 'title', 'next' or 'last'", NULL, err);
	query.order = values[order];
	rc = pr_plans_list(pr_call_store(call), &query, &page, err);
	return rc ? rc : pr_reply_written(call, 0, pr_buf_take(&text), err);
}

static int get(struct pr_call *call, struct pr_err *err)
{
	struct pr_plan_id plan = id_of(call);
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	int rc = pr_plans_write(pr_call_store(call), &plan, &text, err);

	return pr_reply_written(call, rc, pr_buf_take(&text), err);
}

/* Its job follows the definition: another schedule, or no job at all any more. */
static int reschedule(struct pr_call *call, const struct pr_plan_id *plan, struct pr_err *err)
{
	struct pr_scheduler *scheduler = pr_server_scheduler(call->server);
	enum launch by = LAUNCH_NOBODY;
	int rc = find_launch(call, call->body, &by, err);

	if (rc || !scheduler)
		return rc;
	if (by != LAUNCH_SERVER)
		return pr_scheduler_forget(scheduler, plan->id, err);
	return pr_scheduler_plan(scheduler, plan->organization, plan->id,
		json_object_get(call->body, "schedule"), err);
}

static int replace(struct pr_call *call, struct pr_err *err)
{
	struct pr_plan_id plan = id_of(call);
	json_auto_t *found = NULL;
	int rc = pr_plans_get(pr_call_store(call), &plan, &found, err);
	const json_t *definition = json_object_get(found, "definition");

	if (!rc && !json_equal(json_object_get(definition, "experiments"),
			   json_object_get(call->body, "experiments")))
		return pr_reply_detail(call, 400, "Bad Request", err);
	if (!rc)
		rc = pr_plans_define(pr_call_store(call), &plan, call->body, err);
	if (!rc)
		rc = reschedule(call, &plan, err);
	if (!rc)
		note(call, plan.id);
	return pr_reply_outcome(call, rc, NULL, err);
}

static int delete(struct pr_call *call, struct pr_err *err)
{
	struct pr_plan_id plan = id_of(call);
	struct pr_scheduler *scheduler = pr_server_scheduler(call->server);
	int rc = pass(call, &plan, "deleting", "deleted", err);

	if (!rc && scheduler)
		rc = pr_scheduler_forget(scheduler, plan.id, err);
	return pr_reply_outcome(call, rc, NULL, err);
}

static int put_status(struct pr_call *call, struct pr_err *err)
{
	struct pr_plan_id plan = id_of(call);
	const char *const to[2] = {pr_call_text(call, "status"), pr_call_text(call, "error")};
	int rc = move(call, &plan, PR_PLAN_BY_RUNNER, to, err);

	return pr_reply_outcome(call, rc, rc ? NULL : json_pack("{s:b}", "ok", 1), err);
}

/*
 * Finds the plan of run, suspend and resume, and refuses with 400 what its schedule does not allow
 * (`cron`: it must have one): then *ret_refused, and it is answered.
 */
static int find_for(struct pr_call *call, bool cron, bool *ret_refused, enum launch *ret_launch,
	struct pr_err *err)
{
	struct pr_plan_id plan = id_of(call);
	json_auto_t *found = NULL;
	int rc = pr_plans_get(pr_call_store(call), &plan, &found, err);
	const json_t *definition = json_object_get(found, "definition");
	const char *type = pr_json_str(pr_json_object(definition, "schedule"), "type");

	if (rc)
		return rc;
	*ret_refused = pr_text_eq(type, "cron") != cron;
	if (*ret_refused)
		return pr_reply_detail(call, 400, "Bad Request", err);
	return find_launch(call, definition, ret_launch, err);
}

/* A plan that the server does not launch stays as it is: its runner says what happens. */
static int run(struct pr_call *call, struct pr_err *err)
{
	struct pr_plan_id plan = id_of(call);
	enum launch by = LAUNCH_NOBODY;
	bool refused = false;
	int rc = find_for(call, false, &refused, &by, err);

	if (!rc && !refused && by == LAUNCH_SERVER)
		rc = pr_scheduler_run(pr_server_scheduler(call->server), plan.id, err);
	if (!rc && !refused)
		note(call, plan.id);
	return refused ? rc : pr_reply_outcome(call, rc, NULL, err);
}

static int switch_schedule(struct pr_call *call, bool suspended, struct pr_err *err)
{
	struct pr_plan_id plan = id_of(call);
	enum launch by = LAUNCH_NOBODY;
	bool refused = false;
	int rc = find_for(call, true, &refused, &by, err);

	if (refused)
		return rc;
	if (!rc && by == LAUNCH_SERVER)
		rc = pr_scheduler_suspend(
			pr_server_scheduler(call->server), plan.id, suspended, err);
	if (rc == PR_ENOTFOUND && by == LAUNCH_SERVER) {
		pr_err_clear(err); /* it has nothing that could come */
		rc = 0;
	}
	if (!rc)
		rc = suspended ? pass(call, &plan, "suspending", "suspended", err)
			       : pass(call, &plan, "resuming", "created", err);
	return pr_reply_outcome(call, rc, NULL, err);
}

static int suspend(struct pr_call *call, struct pr_err *err)
{
	return switch_schedule(call, true, err);
}

static int resume(struct pr_call *call, struct pr_err *err)
{
	return switch_schedule(call, false, err);
}

/* What an agent would launch: this platform has none, and launches or leaves to users all it has.
 */
static int next(struct pr_call *call, struct pr_err *err)
{
	(void)err;
	return pr_reply_null(call);
}

#define PLAN "{org}/plans/{plan}"

static const struct pr_route routes[] = {
	{"POST", "{org}/plans", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES, 201, &pr_plan_create_shape,
		&pr_plan_shape, "Create a plan, which is launched by its deployment", create, ""},
	{"GET", "{org}/plans", PR_ACCESS_MEMBER, PR_ROUTE_PAGED, 200, NULL, &pr_plan_shape,
		"List the plans, the newest first", list, ""},
	{"GET", "{org}/plans/search", PR_ACCESS_MEMBER, PR_ROUTE_PAGED | PR_ROUTE_SEARCH, 200, NULL,
		&pr_plan_shape, "Search plans by title", list, ""},
	{"GET", "{org}/plans/schedulables/next", PR_ACCESS_MEMBER, PR_ROUTE_MAYBE, 200, NULL,
		&pr_plan_shape, "Get the next plan for an agent: there is none", next, ""},
	{"GET", PLAN, PR_ACCESS_MEMBER, 0, 200, NULL, &pr_plan_shape, "Get a plan", get, "404"},
	{"PUT", PLAN, PR_ACCESS_MEMBER, PR_ROUTE_CHANGES, 200, &pr_plan_create_shape, NULL,
		"Replace a plan, but for its experiments", replace, "400 404"},
	{"DELETE", PLAN, PR_ACCESS_MEMBER, PR_ROUTE_CHANGES, 200, NULL, NULL, "Delete a plan",
		delete, "404"},
	{"PUT", PLAN "/status", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES, 200, &pr_plan_status_shape,
		&pr_plan_ok_shape, "Put the status; what comes too late changes nothing",
		put_status, "404"},
	{"POST", PLAN "/run", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES, 200, NULL, NULL,
		"Run a plan again", run, "400 404 409"},
	{"POST", PLAN "/suspend", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES, 200, NULL, NULL,
		"Suspend the schedule of a plan", suspend, "400 404"},
	{"POST", PLAN "/resume", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES, 200, NULL, NULL,
		"Resume the schedule of a plan", resume, "400 404"},
};

const struct pr_routes pr_routes_plans = PR_ROUTES("plans", routes);
