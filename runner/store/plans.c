#include "store/plans.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/uuid.h"
#include "codec/json.h"

#include <string.h>

#define FIELDS                                                                   \
	"id, org_id, created, definition, ref, status, error, executions_count," \
	" '{\"running\":' || coalesce(last_running, 'null') ||"                  \
	" ',\"terminated\":' || coalesce(last_terminated, 'null') || '}'"
#define THERE " org_id = ?1 AND status <> 'deleted'"
#define FOUND                                                                    \
	" FROM plans WHERE" THERE                                                \
	" AND (?2 = '' OR replace(lower(coalesce(title, '')), lower(?2), '') <>" \
	" lower(coalesce(title, '')))"

static const struct pr_column columns[] = {
	{"id", PR_COLUMN_TEXT},
	{"org_id", PR_COLUMN_TEXT},
	{"created_date", PR_COLUMN_DATE},
	{"definition", PR_COLUMN_JSON},
	{"ref", PR_COLUMN_TEXT},
	{"status", PR_COLUMN_TEXT},
	{"error", PR_COLUMN_TEXT},
	{"executions_count", PR_COLUMN_INT},
	{"last_executions_info", PR_COLUMN_JSON},
};

static const struct pr_columns plan_columns = PR_COLUMNS(columns);

#define REF_BYTES 16
#define REF_SIZE (2 * REF_BYTES + 1)

/* Writes which ids a plan refers to, in their order, by a statement (plan, position, id). */
static int list_ids(struct pr_database *db, const char *plan, const json_t *ids, const char *sql,
	struct pr_err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < json_array_size(ids); i++)
		rc = pr_rows_change(db,
			&PR_STATEMENT(sql, pr_value_text(plan), pr_value_int((int64_t)i),
				pr_value_text(json_string_value(json_array_get(ids, i)))),
			err);
	return rc;
}

static int list_references(
	struct pr_database *db, const char *plan, const json_t *definition, struct pr_err *err)
{
	int rc = list_ids(db, plan, pr_json_array(definition, "experiments"),
		"INSERT INTO plan_experiments (plan_id, position, experiment_id)"
		" VALUES (?1, ?2, ?3)",
		err);

	return rc ? rc
		  : list_ids(db, plan, pr_json_array(definition, "integrations"),
			    "INSERT INTO plan_integrations (plan_id, position, integration_id)"
			    " VALUES (?1, ?2, ?3)",
			    err);
}

static struct pr_value deployment_of(const json_t *definition)
{
	return pr_value_text(
		pr_json_str(pr_json_object(definition, "deployment"), "deployment_id"));
}

/* Only that of the platform itself: the other kind is GitHub's. */
static struct pr_value environment_of(const json_t *definition)
{
	const json_t *environment = pr_json_object(definition, "environment");

	if (!pr_text_eq(pr_json_str(environment, "provider"), "reliably_cloud"))
		return pr_value_text(NULL);
	return pr_value_text(pr_json_str(environment, "id"));
}

static int insert(struct pr_database *db, const struct pr_value head[4], const json_t *definition,
	json_t **ret_plan, struct pr_err *err)
{
	PR_AUTO(free) char *text = json_dumps(definition, JSON_COMPACT);

	if (!text)
		return pr_fail_nomem(err);
	return pr_rows_one(db,
		&PR_STATEMENT("INSERT INTO plans (id, org_id, user_id, ref, title, definition,"
			      " deployment_id, environment_id, created, status)"
			      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'creating')"
			      " RETURNING " FIELDS,
			head[0], head[1], head[2], head[3],
			pr_value_text(pr_json_str(definition, "title")), pr_value_text(text),
			deployment_of(definition), environment_of(definition),
			pr_value_int(pr_store_now())),
		&plan_columns, ret_plan, err);
}

int pr_plans_create(struct pr_store *store, const char *organization, const char *user,
	const json_t *definition, json_t **ret_plan, struct pr_err *err)
{
	struct pr_database *db = pr_store_database(store);
	json_auto_t *plan = NULL;
	char id[PR_UUID_SIZE];
	char ref[REF_SIZE];
	int rc = pr_uuid_random(id, err);

	if (!rc)
		rc = pr_random_hex(ref, REF_BYTES, err);
	if (!rc)
		rc = insert(db,
			(const struct pr_value[]){pr_value_text(id), pr_value_text(organization),
				pr_value_text(user), pr_value_text(ref)},
			definition, &plan, err);
	if (!rc)
		rc = list_references(db, id, definition, err);
	if (!rc)
		*ret_plan = pr_steal(plan);
	return rc;
}

int pr_plans_get(struct pr_store *store, const struct pr_plan_id *plan, json_t **ret_plan,
	struct pr_err *err)
{
	return pr_rows_one(pr_store_database(store),
		&PR_STATEMENT("SELECT " FIELDS " FROM plans WHERE" THERE " AND id = ?2",
			pr_value_text(plan->organization), pr_value_text(plan->id)),
		&plan_columns, ret_plan, err);
}

int pr_plans_write(struct pr_store *store, const struct pr_plan_id *plan, struct pr_buf *out,
	struct pr_err *err)
{
	return pr_rows_one_text(pr_store_database(store),
		&PR_STATEMENT("SELECT " FIELDS " FROM plans WHERE" THERE " AND id = ?2",
			pr_value_text(plan->organization), pr_value_text(plan->id)),
		&plan_columns, out, err);
}

int pr_plans_list(struct pr_store *store, const struct pr_plans_query *query,
	struct pr_rows_page *page, struct pr_err *err)
{
	static const char *const sorted[] = {
		[PR_PLANS_NEWEST] =
			"SELECT " FIELDS FOUND " ORDER BY created DESC, id DESC LIMIT ?3 OFFSET ?4",
		[PR_PLANS_TITLE] = "SELECT " FIELDS FOUND
				   " ORDER BY coalesce(title, ''), created DESC, id DESC"
				   " LIMIT ?3 OFFSET ?4",
		[PR_PLANS_LAST] =
			"SELECT " FIELDS FOUND
			" ORDER BY coalesce(last_terminated, '') DESC, created DESC, id DESC"
			" LIMIT ?3 OFFSET ?4",
	};
	struct pr_value of = pr_value_text(query->organization);
	struct pr_value with = pr_value_text(query->pattern ? query->pattern : "");

	return pr_rows_list(pr_store_database(store),
		(const struct pr_statement[]){PR_STATEMENT("SELECT count(*)" FOUND, of, with),
			PR_STATEMENT(sorted[query->order], of, with,
				pr_value_int(pr_rows_limit(page)),
				pr_value_int(pr_rows_offset(page)))},
		&plan_columns, page, err);
}

/* Whatever it refers to is written anew. */
static int forget_references(struct pr_database *db, const char *plan, struct pr_err *err)
{
	static const char *const statements[] = {
		"DELETE FROM plan_experiments WHERE plan_id = ?1",
		"DELETE FROM plan_integrations WHERE plan_id = ?1",
	};
	int rc = 0;

	for (size_t i = 0; !rc && i < PR_LEN(statements); i++)
		rc = pr_database_run(db, &PR_STATEMENT(statements[i], pr_value_text(plan)), NULL,
			NULL, NULL, err);
	return rc;
}

int pr_plans_define(struct pr_store *store, const struct pr_plan_id *plan, const json_t *definition,
	struct pr_err *err)
{
	struct pr_database *db = pr_store_database(store);
	PR_AUTO(free) char *text = json_dumps(definition, JSON_COMPACT);
	int rc = text ? 0 : pr_fail_nomem(err);

	if (!rc)
		rc = pr_rows_change(db,
			&PR_STATEMENT("UPDATE plans SET title = ?3, definition = ?4,"
				      " deployment_id = ?5, environment_id = ?6"
				      " WHERE" THERE " AND id = ?2",
				pr_value_text(plan->organization), pr_value_text(plan->id),
				pr_value_text(pr_json_str(definition, "title")),
				pr_value_text(text), deployment_of(definition),
				environment_of(definition)),
			err);
	if (!rc)
		rc = forget_references(db, plan->id, err);
	return rc ? rc : list_references(db, plan->id, definition, err);
}

int pr_plans_move(struct pr_store *store, const struct pr_plan_id *plan,
	const struct pr_plan_move *move, struct pr_err *err)
{
	return pr_rows_change(pr_store_database(store),
		&PR_STATEMENT("UPDATE plans SET status = ?4, error = ?5"
			      " WHERE org_id = ?1 AND id = ?2 AND status = ?3",
			pr_value_text(plan->organization), pr_value_text(plan->id),
			pr_value_text(move->from), pr_value_text(move->to),
			pr_value_text(move->error)),
		err);
}

static int add_id(void *arg, const struct pr_row *row, struct pr_err *err)
{
	return pr_json_append(arg, json_string(pr_row_text(row, 0)), err);
}

int pr_plans_using(struct pr_store *store, const char *organization, enum pr_plans_use use,
	const char *id, json_t **ret_ids, struct pr_err *err)
{
	static const char *const statements[] = {
		[PR_PLANS_USE_DEPLOYMENT] =
			"SELECT id FROM plans WHERE" THERE
			" AND deployment_id = ?2 ORDER BY created DESC, id DESC",
		[PR_PLANS_USE_ENVIRONMENT] =
			"SELECT id FROM plans WHERE" THERE
			" AND environment_id = ?2 ORDER BY created DESC, id DESC",
		[PR_PLANS_USE_EXPERIMENT] =
			"SELECT id FROM plans WHERE" THERE " AND id IN (SELECT plan_id FROM"
			" plan_experiments WHERE experiment_id = ?2) ORDER BY created DESC, id "
			"DESC",
		[PR_PLANS_USE_INTEGRATION] =
			"SELECT id FROM plans WHERE" THERE " AND id IN (SELECT plan_id FROM"
			" plan_integrations WHERE integration_id = ?2)"
			" ORDER BY created DESC, id DESC",
	};
	json_auto_t *ids = json_array();
	int rc = ids ? 0 : pr_fail_nomem(err);

	if (!rc)
		rc = pr_database_run(pr_store_database(store),
			&PR_STATEMENT(
				statements[use], pr_value_text(organization), pr_value_text(id)),
			add_id, ids, NULL, err);
	if (!rc)
		*ret_ids = pr_steal(ids);
	return rc;
}

struct listing {
	bool known, listed;
};

static int read_listing(void *arg, const struct pr_row *row, struct pr_err *err)
{
	struct listing *listing = arg;

	(void)err;
	listing->known = true;
	listing->listed = pr_row_int(row, 0) > 0;
	return 0;
}

int pr_plans_has_experiment(struct pr_store *store, const struct pr_plan_id *plan,
	const char *experiment, bool *ret_known, bool *ret_listed, struct pr_err *err)
{
	struct listing listing = {false, false};
	int rc = pr_database_run(pr_store_database(store),
		&PR_STATEMENT("SELECT (SELECT count(*) FROM plan_experiments e"
			      " WHERE e.plan_id = p.id AND e.experiment_id = ?3)"
			      " FROM plans p WHERE p.org_id = ?1 AND p.id = ?2",
			pr_value_text(plan->organization), pr_value_text(plan->id),
			pr_value_text(experiment)),
		read_listing, &listing, NULL, err);

	if (!rc) {
		*ret_known = listing.known;
		*ret_listed = listing.listed;
	}
	return rc;
}

/* What is kept of an execution: its date first, so that texts are in the order of their dates. */
static char *info_text(const char *execution, int64_t wall_us)
{
	json_auto_t *date = pr_store_date(wall_us);

	if (!date)
		return NULL;
	return pr_text_format(
		"{\"timestamp\":\"%s\",\"id\":\"%s\"}", json_string_value(date), execution);
}

static int note(struct pr_store *store, const struct pr_plan_id *plan, const char *sql, char *info,
	struct pr_err *err)
{
	PR_AUTO(free) char *text = info;

	if (!text)
		return pr_fail_nomem(err);
	return pr_database_run(pr_store_database(store),
		&PR_STATEMENT(sql, pr_value_text(plan->organization), pr_value_text(plan->id),
			pr_value_text(text)),
		NULL, NULL, NULL, err);
}

int pr_plans_note_created(struct pr_store *store, const struct pr_plan_id *plan,
	const char *execution, int64_t wall_us, struct pr_err *err)
{
	return note(store, plan,
		"UPDATE plans SET executions_count = executions_count + 1, last_running = ?3"
		" WHERE org_id = ?1 AND id = ?2",
		info_text(execution, wall_us), err);
}

int pr_plans_note_deleted(struct pr_store *store, const struct pr_plan_id *plan, struct pr_err *err)
{
	return pr_database_run(pr_store_database(store),
		&PR_STATEMENT("UPDATE plans SET executions_count = executions_count - 1"
			      " WHERE org_id = ?1 AND id = ?2 AND executions_count > 0",
			pr_value_text(plan->organization), pr_value_text(plan->id)),
		NULL, NULL, NULL, err);
}

int pr_plans_note_finished(struct pr_store *store, const struct pr_plan_id *plan,
	const char *execution, int64_t wall_us, struct pr_err *err)
{
	return note(store, plan,
		"UPDATE plans SET last_terminated = ?3 WHERE org_id = ?1 AND id = ?2",
		info_text(execution, wall_us), err);
}
