#include "store/organizations.h"

#include "base/text.h"
#include "base/uuid.h"
#include "store/users.h"

static const struct pr_column columns[] = {
	{"id", PR_COLUMN_TEXT},
	{"name", PR_COLUMN_TEXT},
	{"created_date", PR_COLUMN_DATE},
};

static const struct pr_columns organization = PR_COLUMNS(columns);

int pr_organizations_is_free(
	struct pr_store *store, const char *name, bool *ret_free, struct pr_err *err)
{
	int64_t taken = 0;
	int rc = pr_rows_number(pr_store_database(store),
		&PR_STATEMENT(
			"SELECT count(*) FROM organizations WHERE name = ?1", pr_value_text(name)),
		&taken, err);

	if (!rc)
		*ret_free = !taken;
	return rc;
}

#define NAME_ATTEMPTS 8

/* A name that nobody has: the one wished for, or that with five digits behind it. */
static int free_name(struct pr_store *store, const char *wish, char **ret_name, struct pr_err *err)
{
	PR_AUTO(free) char *name = pr_text_dup(wish);
	uint32_t random = 0;
	bool is_free = false;
	int rc = name ? pr_organizations_is_free(store, name, &is_free, err) : pr_fail_nomem(err);

	for (int i = 0; !rc && !is_free && i < NAME_ATTEMPTS; i++) {
		rc = pr_random_bytes(&random, sizeof(random), err);
		free(name);
		name = pr_text_format("%s%05u", wish, (unsigned)(random % 100000));
		if (!rc)
			rc = name ? pr_organizations_is_free(store, name, &is_free, err)
				  : pr_fail_nomem(err);
	}
	if (!rc && !is_free)
		rc = pr_fail(err, PR_EEXIST, "the name '%s' is taken", wish);
	if (!rc)
		*ret_name = pr_steal(name);
	return rc;
}

int pr_organizations_create(struct pr_store *store, const char *user, const char *name,
	json_t **ret_organization, struct pr_err *err)
{
	PR_AUTO(free) char *free_one = NULL;
	char id[PR_UUID_SIZE];
	int rc = pr_uuid_random(id, err);

	if (!rc)
		rc = free_name(store, name, &free_one, err);
	if (!rc)
		rc = pr_rows_change(pr_store_database(store),
			&PR_STATEMENT("INSERT INTO organizations (id, name, owner_id, created)"
				      " VALUES (?1, ?2, ?3, ?4)",
				pr_value_text(id), pr_value_text(free_one), pr_value_text(user),
				pr_value_int(pr_store_now())),
			err);
	if (!rc)
		rc = pr_members_add(store, id, user, err);
	return rc ? rc : pr_organizations_get(store, id, ret_organization, err);
}

int pr_organizations_get(
	struct pr_store *store, const char *id, json_t **ret_organization, struct pr_err *err)
{
	return pr_rows_one(pr_store_database(store),
		&PR_STATEMENT("SELECT id, name, created FROM organizations"
			      " WHERE id = ?1 AND deleted IS NULL",
			pr_value_text(id)),
		&organization, ret_organization, err);
}

int pr_organizations_get_named(
	struct pr_store *store, const char *name, json_t **ret_organization, struct pr_err *err)
{
	return pr_rows_one(pr_store_database(store),
		&PR_STATEMENT("SELECT id, name, created FROM organizations"
			      " WHERE name = ?1 AND deleted IS NULL",
			pr_value_text(name)),
		&organization, ret_organization, err);
}

int pr_organizations_list(
	struct pr_store *store, const char *user, struct pr_rows_page *page, struct pr_err *err)
{
	return pr_rows_list(pr_store_database(store),
		(const struct pr_statement[]){
			PR_STATEMENT("SELECT count(*) FROM organizations o"
				     " JOIN members m ON m.org_id = o.id AND m.user_id = ?1"
				     " WHERE o.deleted IS NULL",
				pr_value_text(user)),
			PR_STATEMENT("SELECT o.id, o.name, o.created FROM organizations o"
				     " JOIN members m ON m.org_id = o.id AND m.user_id = ?1"
				     " WHERE o.deleted IS NULL"
				     " ORDER BY o.created, o.id LIMIT ?2 OFFSET ?3",
				pr_value_text(user), pr_value_int(page->limit),
				pr_value_int(pr_rows_offset(page)))},
		&organization, page, err);
}

static int refuse_owner(struct pr_err *err, const char *what)
{
	pr_err_clear(err);
	return pr_fail(err, PR_EAUTH, "%s", what);
}

int pr_organizations_delete(
	struct pr_store *store, const char *user, const char *id, struct pr_err *err)
{
	int rc = pr_rows_change(pr_store_database(store),
		&PR_STATEMENT("UPDATE organizations SET deleted = ?3"
			      " WHERE id = ?1 AND owner_id = ?2 AND deleted IS NULL",
			pr_value_text(id), pr_value_text(user), pr_value_int(pr_store_now())),
		err);

	if (rc == PR_ENOTFOUND)
		return refuse_owner(err, "only its owner deletes an organisation");
	/* nothing of it is launched any more, and who runs it for us sees that it is to end */
	return rc ? rc
		  : pr_database_run(pr_store_database(store),
			    &PR_STATEMENT("DELETE FROM jobs WHERE org_id = ?1", pr_value_text(id)),
			    NULL, NULL, NULL, err);
}

int pr_members_add(
	struct pr_store *store, const char *organization_id, const char *user, struct pr_err *err)
{
	json_auto_t *known = NULL;
	int rc = pr_users_get(store, user, &known, err);

	if (rc)
		return rc;
	return pr_database_run(pr_store_database(store),
		&PR_STATEMENT("INSERT INTO members (org_id, user_id) VALUES (?1, ?2)"
			      " ON CONFLICT (org_id, user_id) DO NOTHING",
			pr_value_text(organization_id), pr_value_text(user)),
		NULL, NULL, NULL, err);
}

int pr_members_remove(
	struct pr_store *store, const char *organization_id, const char *user, struct pr_err *err)
{
	struct pr_database *db = pr_store_database(store);
	int64_t owns = 0;
	int rc = pr_rows_number(db,
		&PR_STATEMENT("SELECT count(*) FROM organizations WHERE id = ?1 AND owner_id = ?2",
			pr_value_text(organization_id), pr_value_text(user)),
		&owns, err);

	if (!rc && owns)
		return refuse_owner(err, "the owner of an organisation stays its member");
	if (!rc)
		rc = pr_rows_change(db,
			&PR_STATEMENT("DELETE FROM members WHERE org_id = ?1 AND user_id = ?2",
				pr_value_text(organization_id), pr_value_text(user)),
			err);
	if (!rc)
		rc = pr_database_run(db,
			&PR_STATEMENT("DELETE FROM tokens WHERE org_id = ?1 AND user_id = ?2",
				pr_value_text(organization_id), pr_value_text(user)),
			NULL, NULL, NULL, err);
	return rc;
}

int pr_members_list(struct pr_store *store, const char *organization_id, struct pr_rows_page *page,
	struct pr_err *err)
{
	return pr_rows_list(pr_store_database(store),
		(const struct pr_statement[]){
			PR_STATEMENT("SELECT count(*) FROM members WHERE org_id = ?1",
				pr_value_text(organization_id)),
			PR_STATEMENT("SELECT u.username, u.email, u.id, u.created FROM users u"
				     " JOIN members m ON m.user_id = u.id AND m.org_id = ?1"
				     " ORDER BY u.username LIMIT ?2 OFFSET ?3",
				pr_value_text(organization_id), pr_value_int(page->limit),
				pr_value_int(pr_rows_offset(page)))},
		&pr_users_columns, page, err);
}
