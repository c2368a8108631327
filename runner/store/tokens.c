#include "store/tokens.h"

#include "base/text.h"
#include "codec/json.h"
#include "crypto/digest.h"

#include <string.h>

#define TOKEN_BYTES 16
#define TOKEN_SIZE (2 * TOKEN_BYTES + 1)

static const struct pr_column columns[] = {
	{"id", PR_COLUMN_TEXT},
	{"name", PR_COLUMN_TEXT},
	{"created_date", PR_COLUMN_DATE},
};

static const struct pr_columns token_columns = PR_COLUMNS(columns);

struct found {
	struct pr_token_owner *owner;
	bool there;
};

static enum pr_membership membership(const struct pr_row *row)
{
	if (pr_row_is_null(row, 2))
		return PR_MEMBERSHIP_UNKNOWN;
	if (!pr_row_is_null(row, 3))
		return PR_MEMBERSHIP_GONE;
	return pr_row_is_null(row, 4) ? PR_MEMBERSHIP_NONE : PR_MEMBERSHIP_THERE;
}

static int take_owner(void *arg, const struct pr_row *row, struct pr_err *err)
{
	struct found *found = arg;
	struct pr_token_owner *owner = found->owner;

	(void)err;
	pr_text_copy(owner->user, sizeof(owner->user), pr_row_text(row, 0));
	pr_text_copy(owner->user_name, sizeof(owner->user_name), pr_row_text(row, 1));
	owner->of_run = !pr_row_is_null(row, 5);
	owner->membership = membership(row);
	found->there = true;
	return 0;
}

int pr_tokens_find(struct pr_store *store, const char *token, const char *organization,
	struct pr_token_owner *ret_owner, struct pr_err *err)
{
	struct pr_token_owner owner = {.user = ""};
	struct found found = {.owner = &owner};
	char hash[PR_SHA256_SIZE];
	int rc = pr_sha256_hex(token, strlen(token), hash, err);

	if (!rc)
		rc = pr_database_run(pr_store_database(store),
			&PR_STATEMENT(
				"SELECT u.id, u.username, o.id, o.deleted, m.user_id, t.plan_id"
				" FROM tokens t JOIN users u ON u.id = t.user_id"
				" LEFT JOIN organizations o ON o.id = ?2"
				" LEFT JOIN members m ON m.org_id = o.id AND m.user_id = u.id"
				" WHERE t.hash = ?1 AND (t.expires IS NULL OR t.expires > ?3)",
				pr_value_text(hash), pr_value_text(organization),
				pr_value_int(pr_store_now())),
			take_owner, &found, NULL, err);
	if (rc)
		return rc;
	if (!found.there)
		return pr_fail(err, PR_ENOTFOUND, "the token is unknown");
	*ret_owner = owner;
	return 0;
}

/* It is not registered for redaction: a server that runs for months makes them without end, and
 * prints none. */
static int make_secret(char ret_secret[TOKEN_SIZE], struct pr_err *err)
{
	return pr_random_hex(ret_secret, TOKEN_BYTES, err);
}

static struct pr_value expiry(int64_t expires)
{
	return expires ? pr_value_int(expires) : pr_value_text(NULL);
}

static int insert(struct pr_store *store, const struct pr_token_new *token, const char *id,
	const char *hash, struct pr_err *err)
{
	return pr_rows_change(pr_store_database(store),
		&PR_STATEMENT("INSERT INTO tokens"
			      " (id, org_id, user_id, name, hash, plan_id, created, expires)"
			      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
			pr_value_text(id), pr_value_text(token->organization),
			pr_value_text(token->user), pr_value_text(token->name), pr_value_text(hash),
			pr_value_text(token->plan), pr_value_int(pr_store_now()),
			expiry(token->expires)),
		err);
}

static int get(struct pr_store *store, const char *id, json_t **ret_token, struct pr_err *err)
{
	return pr_rows_one(pr_store_database(store),
		&PR_STATEMENT(
			"SELECT id, name, created FROM tokens WHERE id = ?1", pr_value_text(id)),
		&token_columns, ret_token, err);
}

int pr_tokens_create(struct pr_store *store, const struct pr_token_new *token, json_t **ret_token,
	struct pr_err *err)
{
	json_auto_t *made = NULL;
	char id[PR_UUID_SIZE];
	char secret[TOKEN_SIZE];
	char hash[PR_SHA256_SIZE];
	int rc = pr_uuid_random(id, err);

	if (!rc)
		rc = make_secret(secret, err);
	if (!rc)
		rc = pr_sha256_hex(secret, strlen(secret), hash, err);
	if (!rc)
		rc = insert(store, token, id, hash, err);
	if (!rc)
		rc = get(store, id, &made, err);
	if (!rc)
		rc = pr_json_set(made, "token", json_string(secret), err);
	if (!rc)
		*ret_token = pr_steal(made);
	return rc;
}

int pr_tokens_get(struct pr_store *store, const struct pr_token_id *token, json_t **ret_token,
	struct pr_err *err)
{
	return pr_rows_one(pr_store_database(store),
		&PR_STATEMENT("SELECT id, name, created FROM tokens"
			      " WHERE id = ?1 AND org_id = ?2 AND user_id = ?3 AND plan_id IS NULL",
			pr_value_text(token->id), pr_value_text(token->organization),
			pr_value_text(token->user)),
		&token_columns, ret_token, err);
}

int pr_tokens_list(struct pr_store *store, const char *organization, const char *user,
	struct pr_rows_page *page, struct pr_err *err)
{
	return pr_rows_list(pr_store_database(store),
		(const struct pr_statement[]){
			PR_STATEMENT("SELECT count(*) FROM tokens"
				     " WHERE org_id = ?1 AND user_id = ?2 AND plan_id IS NULL",
				pr_value_text(organization), pr_value_text(user)),
			PR_STATEMENT("SELECT id, name, created FROM tokens"
				     " WHERE org_id = ?1 AND user_id = ?2 AND plan_id IS NULL"
				     " ORDER BY created, id LIMIT ?3 OFFSET ?4",
				pr_value_text(organization), pr_value_text(user),
				pr_value_int(page->limit), pr_value_int(pr_rows_offset(page)))},
		&token_columns, page, err);
}

int pr_tokens_delete(struct pr_store *store, const struct pr_token_id *token, struct pr_err *err)
{
	return pr_rows_change(pr_store_database(store),
		&PR_STATEMENT("DELETE FROM tokens"
			      " WHERE id = ?1 AND org_id = ?2 AND user_id = ?3 AND plan_id IS NULL",
			pr_value_text(token->id), pr_value_text(token->organization),
			pr_value_text(token->user)),
		err);
}

int pr_tokens_delete_of_plan(struct pr_store *store, const char *plan, struct pr_err *err)
{
	return pr_database_run(pr_store_database(store),
		&PR_STATEMENT("DELETE FROM tokens WHERE plan_id = ?1", pr_value_text(plan)), NULL,
		NULL, NULL, err);
}
