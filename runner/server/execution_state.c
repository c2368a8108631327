#include "server/execution_state.h"

#include "base/clock.h"
#include "base/compiler.h"
#include "base/text.h"
#include "codec/json.h"
#include "store/store.h"

#define DURATION_MAX_S 3300

#define PLAN {.name = "plan_id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_NULLABLE}
#define DATE(key) {.name = (key), .kind = PR_FIELD_DATE, .flags = PR_FIELD_OMITTED}

static const struct pr_field user_fields[] = {
	{.name = "name", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
	{.name = "id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},
};

static const struct pr_shape user = {.name = "ExecutionStateUser", PR_FIELDS(user_fields)};

#define USER {.name = "user", .kind = PR_FIELD_SHAPE, .flags = PR_FIELD_NULLABLE, .shape = &user}

static const char *const endings[] = {"interrupted", "aborted", "completed", "failed", NULL};

static const struct pr_field pending[] = {PLAN, DATE("created_on")};
static const struct pr_field running[] = {PLAN, DATE("started_on")};
static const struct pr_field finished[] = {PLAN, DATE("finished_on"),
	{.name = "status", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_NULLABLE, .choices = endings},
	{.name = "deviated", .kind = PR_FIELD_BOOL, .fallback = "false"}};
static const struct pr_field terminate[] = {
	PLAN, {.name = "skip_rollbacks", .kind = PR_FIELD_BOOL, .fallback = "false"}, USER};
static const struct pr_field pausing[] = {PLAN,
	{.name = "duration",
		.kind = PR_FIELD_INT,
		.flags = PR_FIELD_REQUIRED,
		.max = DURATION_MAX_S},
	USER};
static const struct pr_field resume[] = {PLAN, USER};

static const struct pr_shape shapes[] = {
	{.name = "ExecutionPending", PR_FIELDS(pending)},
	{.name = "ExecutionRunning", PR_FIELDS(running)},
	{.name = "ExecutionFinished", PR_FIELDS(finished)},
	{.name = "ExecutionTerminate", PR_FIELDS(terminate)},
	{.name = "ExecutionPause", PR_FIELDS(pausing)},
	{.name = "ExecutionResume", PR_FIELDS(resume)},
};

static const struct pr_variant states[] = {
	{"pending", &shapes[0]},
	{"running", &shapes[1]},
	{"finished", &shapes[2]},
	{"terminate", &shapes[3]},
	{"pause", &shapes[4]},
	{"resume", &shapes[5]},
};

const struct pr_shape pr_execution_state_shape = {
	.name = "ExecutionState", .tag = "current", PR_VARIANTS(states)};

/* The member of each state that is a date, and who gives an order. */
static const struct {
	const char *current;
	const char *date; /* NULL: none */
	bool order;
} kinds[] = {
	{"pending", "created_on", false},
	{"running", "started_on", false},
	{"finished", "finished_on", false},
	{"terminate", NULL, true},
	{"pause", NULL, true},
	{"resume", NULL, true},
};

json_t *pr_execution_state_new(int64_t wall_us)
{
	return json_pack("{s:s, s:n, s:o}", "current", "pending", "plan_id", "created_on",
		pr_store_date(wall_us));
}

int pr_execution_state_complete(json_t *state, const char *user_id, const char *user_name,
	int64_t now_us, struct pr_err *err)
{
	const char *current = pr_json_str(state, "current");

	for (size_t i = 0; i < PR_LEN(kinds); i++) {
		if (!pr_text_eq(current, kinds[i].current))
			continue;
		if (kinds[i].order)
			return pr_json_set(state, "user",
				json_pack("{s:s, s:s}", "name", user_name, "id", user_id), err);
		if (pr_json_str(state, kinds[i].date))
			return 0;
		return pr_json_set(state, kinds[i].date, pr_store_date(now_us), err);
	}
	return pr_fail(err, PR_EINVAL, "a state needs its 'current'");
}

bool pr_execution_state_finished(const json_t *state, int64_t *ret_wall_us)
{
	return pr_text_eq(pr_json_str(state, "current"), "finished") &&
	       pr_stamp_read_rfc3339(pr_json_str(state, "finished_on"), ret_wall_us);
}
