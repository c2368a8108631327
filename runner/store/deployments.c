#include "store/deployments.h"

#include "base/redact.h"
#include "base/text.h"
#include "base/uuid.h"
#include "codec/json.h"

#include <string.h>

#define SELECT "SELECT name, definition, id, org_id, created FROM deployments"
#define FOUND \
	" WHERE org_id = ?1 AND (?2 = '' OR replace(lower(name), lower(?2), '') <> lower(name))"

static const struct pr_column columns[] = {
	{"name", PR_COLUMN_TEXT},
	{"definition", PR_COLUMN_JSON},
	{"id", PR_COLUMN_TEXT},
	{"org_id", PR_COLUMN_TEXT},
	{"created_date", PR_COLUMN_DATE},
};

static const struct pr_columns deployment_columns = PR_COLUMNS(columns);

static const char *const secret_members[] = {"token", "credentials"};

#define PLACE_SIZE (sizeof("deployments/") + PR_UUID_SIZE)

static void place_of(const char *id, char place[PLACE_SIZE])
{
	pr_text_print(place, PLACE_SIZE, "deployments/%s", id);
}

/* What is stored of a deployment: what everybody may read of its definition, and its secrets. */
struct halves {
	char *open;           /* JSON text; owned */
	struct pr_buf sealed; /* empty: it has none */
};

static void pr_auto_halves(struct halves *halves)
{
	free(halves->open);
	pr_buf_release(&halves->sealed);
}

static struct pr_value sealed_value(const struct halves *halves)
{
	if (halves->sealed.len)
		return pr_value_blob(halves->sealed.ptr, halves->sealed.len);
	return pr_value_text(NULL);
}

/* Moves what is secret from `definition` to `secrets`; `kept` (NULL: none) has those of before. */
static int take_secrets(json_t *definition, const json_t *kept, json_t *secrets, struct pr_err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < PR_LEN(secret_members); i++) {
		const char *name = secret_members[i];
		json_t *value = json_object_get(definition, name);

		if (!json_is_string(value))
			continue;
		if (kept && pr_text_eq(json_string_value(value), PR_REDACTED))
			value = json_object_get(kept, name);
		rc = value ? pr_json_set(secrets, name, json_incref(value), err) : 0;
		if (!rc)
			rc = pr_json_set(definition, name,
				value ? json_string(PR_REDACTED) : json_null(), err);
	}
	return rc;
}

static int seal(struct pr_store *store, const char *id, const json_t *secrets, struct pr_buf *out,
	struct pr_err *err)
{
	PR_AUTO(free) char *text = NULL;
	char place[PLACE_SIZE];

	if (!json_object_size(secrets))
		return 0;
	text = json_dumps(secrets, JSON_COMPACT);
	if (!text)
		return pr_fail_nomem(err);
	place_of(id, place);
	return pr_seal_close(pr_store_seal(store), place, text, strlen(text), out, err);
}

static int split(struct pr_store *store, const char *id, const json_t *definition,
	const json_t *kept, struct halves *halves, struct pr_err *err)
{
	json_auto_t *open = pr_json_copy(definition);
	json_auto_t *secrets = json_object();
	int rc = open && secrets ? take_secrets(open, kept, secrets, err) : pr_fail_nomem(err);

	if (!rc)
		rc = seal(store, id, secrets, &halves->sealed, err);
	if (!rc)
		halves->open = json_dumps(open, JSON_COMPACT);
	return rc || halves->open ? rc : pr_fail_nomem(err);
}

static int keep_sealed(void *arg, const struct pr_row *row, struct pr_err *err)
{
	size_t n = 0;
	const void *bytes = pr_row_blob(row, 0, &n);

	return pr_buf_add(arg, bytes, n) ? pr_fail_nomem(err) : 0;
}

/* The secrets of a deployment as an object; empty where it has none. Caller owns. */
static int open_secrets(struct pr_store *store, const struct pr_deployment_id *deployment,
	json_t **ret_secrets, struct pr_err *err)
{
	static const struct pr_limits limits = PR_LIMITS_DEFAULT;
	PR_AUTO(buf) struct pr_buf sealed = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	char place[PLACE_SIZE];
	int rc = pr_database_run(pr_store_database(store),
		&PR_STATEMENT("SELECT secrets FROM deployments WHERE org_id = ?1 AND id = ?2",
			pr_value_text(deployment->organization), pr_value_text(deployment->id)),
		keep_sealed, &sealed, NULL, err);

	if (!rc && !sealed.len) {
		*ret_secrets = json_object();
		return *ret_secrets ? 0 : pr_fail_nomem(err);
	}
	place_of(deployment->id, place);
	if (!rc)
		rc = pr_seal_open(pr_store_seal(store), place, sealed.ptr, sealed.len, &text, err);
	if (rc == PR_EAUTH) { /* which is the database's fault, not the caller's */
		pr_err_clear(err);
		return pr_fail(err, PR_EIO,
			"the secrets of deployment '%s' cannot be opened; was its row changed?",
			deployment->id);
	}
	if (!rc)
		rc = pr_json_parse(pr_buf_str(&text), text.len, "the secrets of a deployment",
			&limits, ret_secrets, err);
	return rc;
}

int pr_deployments_create(struct pr_store *store, const char *organization,
	const struct pr_deployment_body *body, json_t **ret_deployment, struct pr_err *err)
{
	PR_AUTO(halves) struct halves halves = {.sealed = PR_BUF_INIT(PR_BUF_TEXT_MAX)};
	char id[PR_UUID_SIZE];
	int rc = pr_uuid_random(id, err);

	if (!rc)
		rc = split(store, id, body->definition, NULL, &halves, err);
	if (rc)
		return rc;
	return pr_rows_one(pr_store_database(store),
		&PR_STATEMENT("INSERT INTO deployments"
			      " (id, org_id, name, type, definition, secrets, created)"
			      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
			      " RETURNING name, definition, id, org_id, created",
			pr_value_text(id), pr_value_text(organization), pr_value_text(body->name),
			pr_value_text(pr_json_str(body->definition, "type")),
			pr_value_text(halves.open), sealed_value(&halves),
			pr_value_int(pr_store_now())),
		&deployment_columns, ret_deployment, err);
}

int pr_deployments_get(struct pr_store *store, const struct pr_deployment_id *deployment,
	json_t **ret_deployment, struct pr_err *err)
{
	return pr_rows_one(pr_store_database(store),
		&PR_STATEMENT(SELECT " WHERE org_id = ?1 AND id = ?2",
			pr_value_text(deployment->organization), pr_value_text(deployment->id)),
		&deployment_columns, ret_deployment, err);
}

/* Puts secrets into a definition, which then is as it was given. */
static int join(json_t *definition, const json_t *secrets, struct pr_err *err)
{
	const char *name;
	json_t *value;
	int rc = 0;

	json_object_foreach (pr_json_mutable(secrets), name, value) {
		if (!rc)
			rc = pr_json_set(definition, name, json_incref(value), err);
	}
	return rc;
}

int pr_deployments_get_clear(struct pr_store *store, const struct pr_deployment_id *deployment,
	json_t **ret_deployment, struct pr_err *err)
{
	json_auto_t *found = NULL;
	json_auto_t *secrets = NULL;
	int rc = pr_deployments_get(store, deployment, &found, err);

	if (!rc)
		rc = open_secrets(store, deployment, &secrets, err);
	if (!rc)
		rc = join(json_object_get(found, "definition"), secrets, err);
	if (!rc)
		*ret_deployment = pr_steal(found);
	return rc;
}

int pr_deployments_list(struct pr_store *store, const char *organization, const char *pattern,
	struct pr_rows_page *page, struct pr_err *err)
{
	struct pr_value of = pr_value_text(organization);
	struct pr_value with = pr_value_text(pattern ? pattern : "");

	return pr_rows_list(pr_store_database(store),
		(const struct pr_statement[]){
			PR_STATEMENT("SELECT count(*) FROM deployments" FOUND, of, with),
			PR_STATEMENT(SELECT FOUND
				" ORDER BY CASE WHEN ?2 = '' THEN name ELSE '' END,"
				" created DESC, id DESC LIMIT ?3 OFFSET ?4",
				of, with, pr_value_int(page->limit),
				pr_value_int(pr_rows_offset(page)))},
		&deployment_columns, page, err);
}

int pr_deployments_replace(struct pr_store *store, const struct pr_deployment_id *deployment,
	const struct pr_deployment_body *body, struct pr_err *err)
{
	PR_AUTO(halves) struct halves halves = {.sealed = PR_BUF_INIT(PR_BUF_TEXT_MAX)};
	json_auto_t *kept = NULL;
	int rc = open_secrets(store, deployment, &kept, err);

	if (!rc)
		rc = split(store, deployment->id, body->definition, kept, &halves, err);
	if (rc)
		return rc;
	return pr_rows_change(pr_store_database(store),
		&PR_STATEMENT("UPDATE deployments SET name = ?3, type = ?4, definition = ?5,"
			      " secrets = ?6 WHERE org_id = ?1 AND id = ?2",
			pr_value_text(deployment->organization), pr_value_text(deployment->id),
			pr_value_text(body->name),
			pr_value_text(pr_json_str(body->definition, "type")),
			pr_value_text(halves.open), sealed_value(&halves)),
		err);
}

int pr_deployments_delete(
	struct pr_store *store, const struct pr_deployment_id *deployment, struct pr_err *err)
{
	return pr_rows_change(pr_store_database(store),
		&PR_STATEMENT("DELETE FROM deployments WHERE org_id = ?1 AND id = ?2",
			pr_value_text(deployment->organization), pr_value_text(deployment->id)),
		err);
}
