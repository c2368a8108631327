#include "store/environments.h"

#include "base/redact.h"
#include "base/text.h"
#include "base/uuid.h"
#include "codec/json.h"
#include "codec/json_write.h"

#include <string.h>

/* The columns, and behind them the sealed secrets. */
#define FIELDS "SELECT name, used_for, envvars, id, org_id, created, secrets FROM environments"
#define ONE " WHERE org_id = ?1 AND id = ?2"
#define NAMED " AND replace(lower(name), lower(?2), '') <> lower(name)"

static const struct pr_column columns[] = {
	{"name", PR_COLUMN_TEXT},
	{"used_for", PR_COLUMN_TEXT},
	{"envvars", PR_COLUMN_JSON},
	{"id", PR_COLUMN_TEXT},
	{"org_id", PR_COLUMN_TEXT},
	{"created_date", PR_COLUMN_DATE},
};

static const struct pr_columns head = PR_COLUMNS(columns);

static const struct pr_column simple_columns[] = {
	{"id", PR_COLUMN_TEXT},
	{"name", PR_COLUMN_TEXT},
};

static const struct pr_columns simple = PR_COLUMNS(simple_columns);

#define PLACE_SIZE (sizeof("environments/") + PR_UUID_SIZE)

static int seal(struct pr_store *store, const char *id, const json_t *secrets, struct pr_buf *out,
	struct pr_err *err)
{
	PR_AUTO(free) char *text = pr_json_line(secrets);
	char place[PLACE_SIZE];

	pr_text_print(place, sizeof(place), "environments/%s", id);
	return text ? pr_seal_close(pr_store_seal(store), place, text, strlen(text), out, err)
		    : pr_fail_nomem(err);
}

static int mask(json_t *secrets, struct pr_err *err)
{
	for (size_t i = 0; i < json_array_size(secrets); i++) {
		int rc = pr_json_set(
			json_array_get(secrets, i), "value", json_string(PR_REDACTED), err);

		if (rc)
			return rc;
	}
	return 0;
}

static int unseal(struct pr_store *store, const char *id, const struct pr_row *row,
	json_t **ret_secrets, struct pr_err *err)
{
	static const struct pr_limits limits = {.document_bytes = SIZE_MAX, .depth = 8};
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	char place[PLACE_SIZE];
	size_t n = 0;
	const void *sealed = pr_row_blob(row, (int)PR_LEN(columns), &n);
	int rc;

	pr_text_print(place, sizeof(place), "environments/%s", id);
	rc = pr_seal_open(pr_store_seal(store), place, sealed, n, &text, err);
	if (rc == PR_EAUTH) { /* which is the database's fault, not the caller's */
		pr_err_clear(err);
		return pr_fail(err, PR_EIO,
			"the secrets of environment '%s' cannot be opened; was its row changed?",
			id);
	}
	return rc ? rc
		  : pr_json_parse(pr_buf_str(&text), text.len, "the secrets of an environment",
			    &limits, ret_secrets, err);
}

/* What rows are read into. */
struct sink {
	struct pr_store *store;
	bool clear;
	json_t *environments;
};

static int add_row(void *arg, const struct pr_row *row, struct pr_err *err)
{
	struct sink *sink = arg;
	json_auto_t *environment = NULL;
	json_t *secrets = NULL;
	int rc = pr_rows_object(&head, row, &environment, err);

	if (!rc)
		rc = unseal(sink->store, pr_json_str(environment, "id"), row, &secrets, err);
	if (!rc && !sink->clear)
		rc = mask(secrets, err);
	if (rc) {
		json_decref(secrets);
		return rc;
	}
	rc = pr_json_set(environment, "secrets", secrets, err);
	return rc ? rc : pr_json_append(sink->environments, json_incref(environment), err);
}

static int read_rows(struct sink *sink, const struct pr_statement *statement, struct pr_err *err)
{
	int rc;

	sink->environments = json_array();
	if (!sink->environments)
		return pr_fail_nomem(err);
	rc = pr_database_run(pr_store_database(sink->store), statement, add_row, sink, NULL, err);
	if (rc)
		json_decref(sink->environments);
	return rc;
}

static int read_page(struct pr_store *store, const struct pr_statement statements[2],
	struct pr_rows_page *page, struct pr_err *err)
{
	struct sink sink = {.store = store};
	int rc = pr_rows_number(pr_store_database(store), &statements[0], &page->count, err);

	if (!rc)
		rc = read_rows(&sink, &statements[1], err);
	if (!rc)
		page->items = sink.environments;
	return rc;
}

int pr_environments_create(struct pr_store *store, const char *organization, const json_t *body,
	json_t **ret_environment, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf secrets = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(free) char *envvars = pr_json_line(json_object_get(body, "envvars"));
	const char *used_for = pr_json_str(body, "used_for");
	char id[PR_UUID_SIZE];
	struct pr_environment_id made = {organization, id};
	int rc = envvars ? pr_uuid_random(id, err) : pr_fail_nomem(err);

	if (!rc)
		rc = seal(store, id, json_object_get(body, "secrets"), &secrets, err);
	if (!rc)
		rc = pr_rows_change(pr_store_database(store),
			&PR_STATEMENT("INSERT INTO environments (id, org_id, name, used_for,"
				      " envvars, secrets, created)"
				      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
				pr_value_text(id), pr_value_text(organization),
				pr_value_text(pr_json_str(body, "name")),
				pr_value_text(used_for ? used_for : "plan"), pr_value_text(envvars),
				pr_value_blob(secrets.ptr, secrets.len),
				pr_value_int(pr_store_now())),
			err);
	return rc ? rc : pr_environments_get(store, &made, false, ret_environment, err);
}

int pr_environments_get(struct pr_store *store, const struct pr_environment_id *environment,
	bool clear, json_t **ret_environment, struct pr_err *err)
{
	struct sink sink = {.store = store, .clear = clear};
	int rc = read_rows(&sink,
		&PR_STATEMENT(FIELDS ONE, pr_value_text(environment->organization),
			pr_value_text(environment->id)),
		err);

	if (rc)
		return rc;
	if (json_array_size(sink.environments) == 0)
		rc = pr_fail(err, PR_ENOTFOUND, "there is none of that id");
	else
		*ret_environment = json_incref(json_array_get(sink.environments, 0));
	json_decref(sink.environments);
	return rc;
}

int pr_environments_list(struct pr_store *store, const char *organization,
	struct pr_rows_page *page, struct pr_err *err)
{
	return read_page(store,
		(const struct pr_statement[]){
			PR_STATEMENT("SELECT count(*) FROM environments"
				     " WHERE org_id = ?1 AND used_for = 'plan'",
				pr_value_text(organization)),
			PR_STATEMENT(FIELDS " WHERE org_id = ?1 AND used_for = 'plan'"
					    " ORDER BY name, created, id LIMIT ?2 OFFSET ?3",
				pr_value_text(organization), pr_value_int(page->limit),
				pr_value_int(pr_rows_offset(page)))},
		page, err);
}

int pr_environments_search(struct pr_store *store, const char *organization, const char *pattern,
	struct pr_rows_page *page, struct pr_err *err)
{
	return read_page(store,
		(const struct pr_statement[]){
			PR_STATEMENT("SELECT count(*) FROM environments WHERE org_id = ?1" NAMED,
				pr_value_text(organization), pr_value_text(pattern)),
			PR_STATEMENT(FIELDS " WHERE org_id = ?1" NAMED
					    " ORDER BY created DESC, id DESC LIMIT ?3 OFFSET ?4",
				pr_value_text(organization), pr_value_text(pattern),
				pr_value_int(page->limit), pr_value_int(pr_rows_offset(page)))},
		page, err);
}

int pr_environments_simple(struct pr_store *store, const char *organization,
	json_t **ret_environments, struct pr_err *err)
{
	return pr_rows_all(pr_store_database(store),
		&PR_STATEMENT("SELECT id, name FROM environments WHERE org_id = ?1"
			      " ORDER BY name, created, id",
			pr_value_text(organization)),
		&simple, ret_environments, err);
}

/* Takes those out of `items` whose `member` is `text`; *ret_first is where the first one was. */
static bool take_out(json_t *items, const char *member, const char *text, size_t *ret_first)
{
	bool found = false;

	for (size_t i = 0; i < json_array_size(items);) {
		if (!pr_text_eq(pr_json_str(json_array_get(items, i), member), text)) {
			i++;
			continue;
		}
		if (!found)
			*ret_first = i;
		found = true;
		(void)json_array_remove(items, i);
	}
	return found;
}

static int put_in(json_t *items, const char *member, const json_t *item, struct pr_err *err)
{
	size_t at = 0;
	bool found = take_out(items, member, pr_json_str(item, member), &at);

	if (!found)
		at = json_array_size(items);
	return json_array_insert(items, at, pr_json_mutable(item)) ? pr_fail_nomem(err) : 0;
}

/* The environment in clear, kept by this transaction until it ends. */
static int open_for_change(struct pr_store *store, const struct pr_environment_id *environment,
	json_t **ret_environment, struct pr_err *err)
{
	int rc = pr_rows_change(pr_store_database(store),
		&PR_STATEMENT("UPDATE environments SET name = name" ONE,
			pr_value_text(environment->organization), pr_value_text(environment->id)),
		err);

	return rc ? rc : pr_environments_get(store, environment, true, ret_environment, err);
}

static int write_back(struct pr_store *store, const struct pr_environment_id *environment,
	const json_t *changed, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf secrets = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(free) char *envvars = pr_json_line(json_object_get(changed, "envvars"));
	int rc = envvars ? seal(store, environment->id, json_object_get(changed, "secrets"),
				   &secrets, err)
			 : pr_fail_nomem(err);

	return rc ? rc
		  : pr_rows_change(pr_store_database(store),
			    &PR_STATEMENT("UPDATE environments SET envvars = ?3, secrets = ?4" ONE,
				    pr_value_text(environment->organization),
				    pr_value_text(environment->id), pr_value_text(envvars),
				    pr_value_blob(secrets.ptr, secrets.len)),
			    err);
}

int pr_environments_set(struct pr_store *store, const struct pr_environment_id *environment,
	const json_t *item, struct pr_err *err)
{
	json_auto_t *whole = NULL;
	bool is_secret = json_object_get(item, "key") != NULL;
	int rc = open_for_change(store, environment, &whole, err);

	if (!rc)
		rc = put_in(json_object_get(whole, is_secret ? "secrets" : "envvars"),
			is_secret ? "key" : "var_name", item, err);
	return rc ? rc : write_back(store, environment, whole, err);
}

int pr_environments_remove(struct pr_store *store, const struct pr_environment_id *environment,
	const char *name, struct pr_err *err)
{
	json_auto_t *whole = NULL;
	size_t at = 0;
	int rc = open_for_change(store, environment, &whole, err);

	if (rc)
		return rc;
	(void)take_out(json_object_get(whole, "envvars"), "var_name", name, &at);
	(void)take_out(json_object_get(whole, "secrets"), "key", name, &at);
	return write_back(store, environment, whole, err);
}

int pr_environments_clone(struct pr_store *store, const struct pr_environment_id *environment,
	const char *name, json_t **ret_environment, struct pr_err *err)
{
	json_auto_t *whole = NULL;
	int rc = pr_environments_get(store, environment, true, &whole, err);

	if (!rc)
		rc = pr_json_set(whole, "name", json_string(name), err);
	return rc ? rc
		  : pr_environments_create(
			    store, environment->organization, whole, ret_environment, err);
}

int pr_environments_is_integrated(struct pr_store *store,
	const struct pr_environment_id *environment, bool *ret_integrated, struct pr_err *err)
{
	int64_t n = 0;
	int rc = pr_rows_number(pr_store_database(store),
		&PR_STATEMENT("SELECT count(*) FROM integrations"
			      " WHERE org_id = ?1 AND environment_id = ?2",
			pr_value_text(environment->organization), pr_value_text(environment->id)),
		&n, err);

	if (!rc)
		*ret_integrated = n > 0;
	return rc;
}

int pr_environments_delete(
	struct pr_store *store, const struct pr_environment_id *environment, struct pr_err *err)
{
	return pr_rows_change(pr_store_database(store),
		&PR_STATEMENT("DELETE FROM environments" ONE,
			pr_value_text(environment->organization), pr_value_text(environment->id)),
		err);
}
