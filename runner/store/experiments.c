#include "store/experiments.h"

#include "base/text.h"
#include "codec/json.h"
#include "codec/json_write.h"

#define EXECUTIONS " (SELECT count(*) FROM executions e WHERE e.experiment_id = x.id)"
#define WHOLE \
	"SELECT x.definition, x.id, x.org_id, NULL, x.created," EXECUTIONS " FROM experiments x"
#define ORDER_OF_TITLES " ORDER BY x.title, x.created, x.id"

/* Whether a title has the text ?2 in it. */
#define AS_WRITTEN " AND replace(x.title, ?2, '') <> x.title"
#define IN_ANY_CASE " AND (?2 = '' OR replace(lower(x.title), lower(?2), '') <> lower(x.title))"

static const struct pr_column whole_columns[] = {
	{"definition", PR_COLUMN_JSON},
	{"id", PR_COLUMN_TEXT},
	{"org_id", PR_COLUMN_TEXT},
	{"template_id", PR_COLUMN_TEXT},
	{"created_date", PR_COLUMN_DATE},
	{"executions_count", PR_COLUMN_INT},
};

static const struct pr_columns whole = PR_COLUMNS(whole_columns);

static const struct pr_column brief_columns[] = {
	{"id", PR_COLUMN_TEXT},
	{"title", PR_COLUMN_TEXT},
	{"template_id", PR_COLUMN_TEXT},
	{"executions_count", PR_COLUMN_INT},
};

static const struct pr_columns brief = PR_COLUMNS(brief_columns);

static const struct pr_column summary_columns[] = {
	{"id", PR_COLUMN_TEXT},
	{"title", PR_COLUMN_TEXT},
	{"desc", PR_COLUMN_JSON}, /* of the definition, until it is taken out of it */
	{"created_by", PR_COLUMN_TEXT},
	{"created_date", PR_COLUMN_DATE},
	{"org_id", PR_COLUMN_TEXT},
	{"template_id", PR_COLUMN_TEXT},
	{"score", PR_COLUMN_TEXT},
	{"trend", PR_COLUMN_TEXT},
	{"executions_count", PR_COLUMN_INT},
};

static const struct pr_columns summary = PR_COLUMNS(summary_columns);

/* What the text columns of a definition become; `definition` is freed by the caller. */
struct kept {
	char *definition;
	const char *title; /* borrowed */
};

static int keep(const json_t *definition, struct kept *kept, struct pr_err *err)
{
	const char *title = pr_json_str(definition, "title");

	kept->title = title ? title : "";
	kept->definition = pr_json_line(definition);
	return kept->definition ? 0 : pr_fail_nomem(err);
}

int pr_experiments_create(struct pr_store *store, const struct pr_experiment_id *experiment,
	const json_t *definition, json_t **ret_experiment, struct pr_err *err)
{
	struct kept kept = {.definition = NULL};
	int rc = keep(definition, &kept, err);

	if (!rc)
		rc = pr_rows_change(pr_store_database(store),
			&PR_STATEMENT(
				"INSERT INTO experiments (id, org_id, title, definition, created)"
				" VALUES (?1, ?2, ?3, ?4, ?5)",
				pr_value_text(experiment->id),
				pr_value_text(experiment->organization), pr_value_text(kept.title),
				pr_value_text(kept.definition), pr_value_int(pr_store_now())),
			err);
	free(kept.definition);
	return rc ? rc : pr_experiments_get(store, experiment, ret_experiment, err);
}

int pr_experiments_get(struct pr_store *store, const struct pr_experiment_id *experiment,
	json_t **ret_experiment, struct pr_err *err)
{
	return pr_rows_one(pr_store_database(store),
		&PR_STATEMENT(WHOLE " WHERE x.org_id = ?1 AND x.id = ?2",
			pr_value_text(experiment->organization), pr_value_text(experiment->id)),
		&whole, ret_experiment, err);
}

int pr_experiments_define(struct pr_store *store, const struct pr_experiment_id *experiment,
	const json_t *definition, struct pr_err *err)
{
	struct kept kept = {.definition = NULL};
	int rc = keep(definition, &kept, err);

	if (!rc)
		rc = pr_rows_change(pr_store_database(store),
			&PR_STATEMENT("UPDATE experiments SET title = ?3, definition = ?4"
				      " WHERE org_id = ?1 AND id = ?2",
				pr_value_text(experiment->organization),
				pr_value_text(experiment->id), pr_value_text(kept.title),
				pr_value_text(kept.definition)),
			err);
	free(kept.definition);
	return rc;
}

int pr_experiments_list(struct pr_store *store, const char *organization, struct pr_rows_page *page,
	struct pr_err *err)
{
	return pr_rows_list(pr_store_database(store),
		(const struct pr_statement[]){
			PR_STATEMENT("SELECT count(*) FROM experiments WHERE org_id = ?1",
				pr_value_text(organization)),
			PR_STATEMENT(WHOLE " WHERE x.org_id = ?1" ORDER_OF_TITLES
					   " LIMIT ?2 OFFSET ?3",
				pr_value_text(organization), pr_value_int(page->limit),
				pr_value_int(pr_rows_offset(page)))},
		&whole, page, err);
}

int pr_experiments_search(struct pr_store *store, const char *organization, const char *pattern,
	struct pr_rows_page *page, struct pr_err *err)
{
	return pr_rows_list(pr_store_database(store),
		(const struct pr_statement[]){
			PR_STATEMENT(
				"SELECT count(*) FROM experiments x WHERE x.org_id = ?1" AS_WRITTEN,
				pr_value_text(organization), pr_value_text(pattern)),
			PR_STATEMENT(WHOLE " WHERE x.org_id = ?1" AS_WRITTEN
					   " ORDER BY x.created DESC, x.id DESC LIMIT ?3 OFFSET ?4",
				pr_value_text(organization), pr_value_text(pattern),
				pr_value_int(page->limit), pr_value_int(pr_rows_offset(page)))},
		&whole, page, err);
}

int pr_experiments_all(struct pr_store *store, const char *organization, json_t **ret_experiments,
	struct pr_err *err)
{
	return pr_rows_all(pr_store_database(store),
		&PR_STATEMENT("SELECT x.id, x.title, NULL," EXECUTIONS
			      " FROM experiments x WHERE x.org_id = ?1" ORDER_OF_TITLES,
			pr_value_text(organization)),
		&brief, ret_experiments, err);
}

/* What is known of an experiment's last executions. */
struct recent {
	json_t *statuses;
	int64_t created; /* of the last one; 0: there is none */
};

static int add_recent(void *arg, const struct pr_row *row, struct pr_err *err)
{
	struct recent *recent = arg;
	const char *text = pr_row_text(row, 0);
	json_auto_t *state = json_loads(text ? text : "null", JSON_DECODE_ANY, NULL);
	json_t *status = json_object_get(state, "status");

	if (json_array_size(recent->statuses) == 0)
		recent->created = pr_row_int(row, 1);
	return pr_json_append(
		recent->statuses, json_is_string(status) ? json_incref(status) : json_null(), err);
}

/* Completes one row of the summary. */
static int summarise(struct pr_store *store, json_t *item, struct pr_err *err)
{
	struct recent recent = {.statuses = json_array()};
	const char *description = pr_json_str(json_object_get(item, "desc"), "description");
	json_t *desc = description ? json_string(description) : json_null();
	int rc = pr_json_set(item, "desc", desc, err);

	if (!rc && !recent.statuses)
		rc = pr_fail_nomem(err);
	if (!rc)
		rc = pr_database_run(pr_store_database(store),
			&PR_STATEMENT("SELECT state, created FROM executions"
				      " WHERE experiment_id = ?1"
				      " ORDER BY created DESC, id DESC LIMIT 5",
				pr_value_text(pr_json_str(item, "id"))),
			add_recent, &recent, NULL, err);
	if (!rc)
		rc = pr_json_set(item, "last_execution",
			recent.created ? pr_store_date(recent.created) : json_null(), err);
	if (rc) {
		json_decref(recent.statuses);
		return rc;
	}
	return pr_json_set(item, "last_statuses", recent.statuses, err);
}

int pr_experiments_summary(struct pr_store *store, const char *organization, const char *pattern,
	struct pr_rows_page *page, struct pr_err *err)
{
	const char *part = pattern ? pattern : "";
	int rc = pr_rows_list(pr_store_database(store),
		(const struct pr_statement[]){
			PR_STATEMENT("SELECT count(*) FROM experiments x WHERE x.org_id = "
				     "?1" IN_ANY_CASE,
				pr_value_text(organization), pr_value_text(part)),
			PR_STATEMENT(
				"SELECT x.id, x.title, x.definition, NULL, x.created, x.org_id,"
				" NULL, NULL, NULL," EXECUTIONS
				" FROM experiments x WHERE x.org_id = "
				"?1" IN_ANY_CASE ORDER_OF_TITLES " LIMIT ?3 OFFSET ?4",
				pr_value_text(organization), pr_value_text(part),
				pr_value_int(page->limit), pr_value_int(pr_rows_offset(page)))},
		&summary, page, err);

	for (size_t i = 0; !rc && i < json_array_size(page->items); i++)
		rc = summarise(store, json_array_get(page->items, i), err);
	if (rc) {
		json_decref(page->items);
		page->items = NULL;
	}
	return rc;
}

int pr_experiments_delete(
	struct pr_store *store, const struct pr_experiment_id *experiment, struct pr_err *err)
{
	struct pr_database *db = pr_store_database(store);
	int rc = pr_database_run(db,
		&PR_STATEMENT("DELETE FROM executions WHERE org_id = ?1 AND experiment_id = ?2",
			pr_value_text(experiment->organization), pr_value_text(experiment->id)),
		NULL, NULL, NULL, err);

	return rc ? rc
		  : pr_rows_change(db,
			    &PR_STATEMENT("DELETE FROM experiments WHERE org_id = ?1 AND id = ?2",
				    pr_value_text(experiment->organization),
				    pr_value_text(experiment->id)),
			    err);
}
