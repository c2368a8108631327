#include "store/executions.h"

#include "base/text.h"
#include "base/uuid.h"
#include "codec/json.h"

#include <string.h>

#define FIELDS "result, id, org_id, experiment_id, plan_id, user_id, created, state"
#define ONE " WHERE org_id = ?1 AND experiment_id = ?2 AND id = ?3"
#define NEWEST " ORDER BY created DESC, id DESC LIMIT ?3 OFFSET ?4"

static const struct pr_column columns[] = {
	{"result", PR_COLUMN_JSON},
	{"id", PR_COLUMN_TEXT},
	{"org_id", PR_COLUMN_TEXT},
	{"experiment_id", PR_COLUMN_TEXT},
	{"plan_id", PR_COLUMN_TEXT},
	{"user_id", PR_COLUMN_TEXT},
	{"created_date", PR_COLUMN_DATE},
	{"user_state", PR_COLUMN_JSON},
};

static const struct pr_columns execution_columns = PR_COLUMNS(columns);

/* The parameters of ONE. */
#define ONE_VALUES(execution)                                                             \
	pr_value_text((execution)->organization), pr_value_text((execution)->experiment), \
		pr_value_text((execution)->id)

int pr_executions_create(struct pr_store *store, const struct pr_execution_new *execution,
	json_t **ret_execution, struct pr_err *err)
{
	PR_AUTO(free) char *state = json_dumps(execution->state, JSON_COMPACT);
	char id[PR_UUID_SIZE];
	int rc = state ? pr_uuid_random(id, err) : pr_fail_nomem(err);

	if (rc)
		return rc;
	return pr_rows_one(pr_store_database(store),
		&PR_STATEMENT("INSERT INTO executions (id, org_id, experiment_id, plan_id, user_id,"
			      " state, result, log, created, changed)"
			      " SELECT ?1, org_id, id, ?4, ?5, ?6, ?7, ?8, CAST(?9 AS BIGINT),"
			      " CAST(?9 AS BIGINT) FROM experiments"
			      " WHERE org_id = ?2 AND id = ?3 RETURNING " FIELDS,
			pr_value_text(id), pr_value_text(execution->organization),
			pr_value_text(execution->experiment), pr_value_text(execution->plan),
			pr_value_text(execution->user), pr_value_text(state),
			pr_value_text(execution->report.result),
			pr_value_text(execution->report.log), pr_value_int(execution->created)),
		&execution_columns, ret_execution, err);
}

int pr_executions_get(struct pr_store *store, const struct pr_execution_id *execution,
	json_t **ret_execution, struct pr_err *err)
{
	return pr_rows_one(pr_store_database(store),
		&PR_STATEMENT("SELECT " FIELDS " FROM executions" ONE, ONE_VALUES(execution)),
		&execution_columns, ret_execution, err);
}

int pr_executions_write(struct pr_store *store, const struct pr_execution_id *execution,
	struct pr_buf *out, struct pr_err *err)
{
	return pr_rows_one_text(pr_store_database(store),
		&PR_STATEMENT("SELECT " FIELDS " FROM executions" ONE, ONE_VALUES(execution)),
		&execution_columns, out, err);
}

int pr_executions_report(struct pr_store *store, const struct pr_execution_id *execution,
	const struct pr_execution_report *report, struct pr_err *err)
{
	return pr_rows_change(pr_store_database(store),
		&PR_STATEMENT("UPDATE executions SET result = ?4, log = ?5, changed = ?6" ONE,
			ONE_VALUES(execution), pr_value_text(report->result),
			pr_value_text(report->log), pr_value_int(pr_store_now())),
		err);
}

/* The one column of a row. */
static int get_value(struct pr_store *store, const struct pr_statement *statement,
	json_t **ret_value, struct pr_err *err)
{
	static const struct pr_column json[] = {{"value", PR_COLUMN_JSON}};
	static const struct pr_columns value = PR_COLUMNS(json);
	json_auto_t *row = NULL;
	int rc = pr_rows_one(pr_store_database(store), statement, &value, &row, err);

	if (!rc)
		*ret_value = json_incref(json_object_get(row, "value"));
	return rc;
}

int pr_executions_get_result(struct pr_store *store, const struct pr_execution_id *execution,
	json_t **ret_result, struct pr_err *err)
{
	return get_value(store,
		&PR_STATEMENT("SELECT result FROM executions" ONE, ONE_VALUES(execution)),
		ret_result, err);
}

int pr_executions_get_state(struct pr_store *store, const struct pr_execution_id *execution,
	json_t **ret_state, struct pr_err *err)
{
	return get_value(store,
		&PR_STATEMENT("SELECT state FROM executions" ONE, ONE_VALUES(execution)), ret_state,
		err);
}

/* Copies the first column: "" for a null. */
static int keep_text(void *arg, const struct pr_row *row, struct pr_err *err)
{
	const char *text = pr_row_text(row, 0);
	char **kept = arg;

	*kept = pr_text_dup(text ? text : "");
	return *kept ? 0 : pr_fail_nomem(err);
}

/* PR_ENOTFOUND where the statement has no row. */
static int get_text(struct pr_store *store, const struct pr_statement *statement, char **ret_text,
	struct pr_err *err)
{
	PR_AUTO(free) char *text = NULL;
	int rc = pr_database_run(pr_store_database(store), statement, keep_text, &text, NULL, err);

	if (!rc && !text)
		rc = pr_fail(err, PR_ENOTFOUND, "no such execution");
	if (!rc)
		*ret_text = pr_steal(text);
	return rc;
}

int pr_executions_get_result_text(struct pr_store *store, const struct pr_execution_id *execution,
	char **ret_text, struct pr_err *err)
{
	return get_text(store,
		&PR_STATEMENT("SELECT result FROM executions" ONE, ONE_VALUES(execution)), ret_text,
		err);
}

int pr_executions_get_log(struct pr_store *store, const struct pr_execution_id *execution,
	char **ret_log, struct pr_err *err)
{
	return get_text(store,
		&PR_STATEMENT("SELECT log FROM executions" ONE, ONE_VALUES(execution)), ret_log,
		err);
}

/* As get_text, of the plan that the changed row has: NULL for none. */
static int change(struct pr_store *store, const struct pr_statement *statement, char **ret_plan,
	struct pr_err *err)
{
	PR_AUTO(free) char *plan = NULL;
	int rc = get_text(store, statement, &plan, err);

	if (!rc)
		*ret_plan = *plan ? pr_steal(plan) : NULL;
	return rc;
}

int pr_executions_set_state(struct pr_store *store, const struct pr_execution_id *execution,
	const json_t *state, char **ret_plan, struct pr_err *err)
{
	PR_AUTO(free) char *text = json_dumps(state, JSON_COMPACT);

	if (!text)
		return pr_fail_nomem(err);
	return change(store,
		&PR_STATEMENT("UPDATE executions SET state = ?4, changed = ?5" ONE
			      " RETURNING plan_id",
			ONE_VALUES(execution), pr_value_text(text), pr_value_int(pr_store_now())),
		ret_plan, err);
}

int pr_executions_delete(struct pr_store *store, const struct pr_execution_id *execution,
	char **ret_plan, struct pr_err *err)
{
	return change(store,
		&PR_STATEMENT(
			"DELETE FROM executions" ONE " RETURNING plan_id", ONE_VALUES(execution)),
		ret_plan, err);
}

int pr_executions_list(struct pr_store *store, const struct pr_executions_query *query,
	struct pr_rows_page *page, struct pr_err *err)
{
	static const char *const counts[] = {
		"SELECT count(*) FROM executions WHERE org_id = ?1 AND ?2 = ''",
		"SELECT count(*) FROM executions WHERE experiment_id = ?2 AND org_id = ?1",
		"SELECT count(*) FROM executions WHERE plan_id = ?2 AND org_id = ?1",
	};
	static const char *const rows[] = {
		"SELECT " FIELDS " FROM executions WHERE org_id = ?1 AND ?2 = ''" NEWEST,
		"SELECT " FIELDS " FROM executions WHERE experiment_id = ?2 AND org_id = ?1" NEWEST,
		"SELECT " FIELDS " FROM executions WHERE plan_id = ?2 AND org_id = ?1" NEWEST,
	};
	int which = query->experiment ? 1 : query->plan ? 2 : 0;
	const char *of = query->experiment ? query->experiment : query->plan;
	struct pr_value organization = pr_value_text(query->organization);
	struct pr_value other = pr_value_text(of ? of : "");

	return pr_rows_list(pr_store_database(store),
		(const struct pr_statement[]){PR_STATEMENT(counts[which], organization, other),
			PR_STATEMENT(rows[which], organization, other,
				pr_value_int(pr_rows_limit(page)),
				pr_value_int(pr_rows_offset(page)))},
		&execution_columns, page, err);
}
