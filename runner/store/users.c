#include "store/users.h"

#include "base/uuid.h"

static const struct pr_column columns[] = {
	{"username", PR_COLUMN_TEXT},
	{"email", PR_COLUMN_TEXT},
	{"id", PR_COLUMN_TEXT},
	{"created_date", PR_COLUMN_DATE},
};

const struct pr_columns pr_users_columns = PR_COLUMNS(columns);

int pr_users_create(struct pr_store *store, const char *name, const char *email, json_t **ret_user,
	struct pr_err *err)
{
	char id[PR_UUID_SIZE];
	int rc = pr_uuid_random(id, err);

	if (!rc)
		rc = pr_rows_change(pr_store_database(store),
			&PR_STATEMENT("INSERT INTO users (id, username, email, created)"
				      " VALUES (?1, ?2, ?3, ?4)",
				pr_value_text(id), pr_value_text(name), pr_value_text(email),
				pr_value_int(pr_store_now())),
			err);
	return rc ? rc : pr_users_get(store, id, ret_user, err);
}

int pr_users_get(struct pr_store *store, const char *id, json_t **ret_user, struct pr_err *err)
{
	return pr_rows_one(pr_store_database(store),
		&PR_STATEMENT("SELECT username, email, id, created FROM users WHERE id = ?1",
			pr_value_text(id)),
		&pr_users_columns, ret_user, err);
}

int pr_users_get_named(
	struct pr_store *store, const char *name, json_t **ret_user, struct pr_err *err)
{
	return pr_rows_one(pr_store_database(store),
		&PR_STATEMENT("SELECT username, email, id, created FROM users WHERE username = ?1",
			pr_value_text(name)),
		&pr_users_columns, ret_user, err);
}

int pr_users_list(struct pr_store *store, struct pr_rows_page *page, struct pr_err *err)
{
	return pr_rows_list(pr_store_database(store),
		(const struct pr_statement[]){{.sql = "SELECT count(*) FROM users"},
			PR_STATEMENT("SELECT username, email, id, created FROM users"
				     " ORDER BY created, id LIMIT ?1 OFFSET ?2",
				pr_value_int(page->limit), pr_value_int(pr_rows_offset(page)))},
		&pr_users_columns, page, err);
}
