#include "store/integrations.h"

#include "base/uuid.h"
#include "codec/json.h"
#include "store/environments.h"

#define FIELDS \
	"SELECT id, org_id, name, provider, vendor, created, environment_id FROM integrations"
#define ONE " WHERE org_id = ?1 AND id = ?2"

static const struct pr_column columns[] = {
	{"id", PR_COLUMN_TEXT},
	{"org_id", PR_COLUMN_TEXT},
	{"name", PR_COLUMN_TEXT},
	{"provider", PR_COLUMN_TEXT},
	{"vendor", PR_COLUMN_TEXT},
	{"created_date", PR_COLUMN_DATE},
	{"environment_id", PR_COLUMN_TEXT},
};

static const struct pr_columns integration_columns = PR_COLUMNS(columns);

int pr_integrations_create(struct pr_store *store, const char *organization, const json_t *body,
	json_t **ret_integration, struct pr_err *err)
{
	json_auto_t *environment = NULL;
	char id[PR_UUID_SIZE];
	struct pr_integration_id made = {organization, id};
	int rc = pr_uuid_random(id, err);

	if (!rc)
		rc = pr_environments_create(store, organization,
			json_object_get(body, "environment"), &environment, err);
	if (!rc)
		rc = pr_rows_change(pr_store_database(store),
			&PR_STATEMENT(
				"INSERT INTO integrations (id, org_id, name, provider, vendor,"
				" environment_id, created)"
				" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
				pr_value_text(id), pr_value_text(organization),
				pr_value_text(pr_json_str(body, "name")),
				pr_value_text(pr_json_str(body, "provider")),
				pr_value_text(pr_json_str(body, "vendor")),
				pr_value_text(pr_json_str(environment, "id")),
				pr_value_int(pr_store_now())),
			err);
	return rc ? rc : pr_integrations_get(store, &made, ret_integration, err);
}

int pr_integrations_get(struct pr_store *store, const struct pr_integration_id *integration,
	json_t **ret_integration, struct pr_err *err)
{
	return pr_rows_one(pr_store_database(store),
		&PR_STATEMENT(FIELDS ONE, pr_value_text(integration->organization),
			pr_value_text(integration->id)),
		&integration_columns, ret_integration, err);
}

int pr_integrations_list(struct pr_store *store, const char *organization,
	struct pr_rows_page *page, struct pr_err *err)
{
	return pr_rows_list(pr_store_database(store),
		(const struct pr_statement[]){
			PR_STATEMENT("SELECT count(*) FROM integrations WHERE org_id = ?1",
				pr_value_text(organization)),
			PR_STATEMENT(FIELDS " WHERE org_id = ?1"
					    " ORDER BY name, created, id LIMIT ?2 OFFSET ?3",
				pr_value_text(organization), pr_value_int(page->limit),
				pr_value_int(pr_rows_offset(page)))},
		&integration_columns, page, err);
}

int pr_integrations_delete(
	struct pr_store *store, const struct pr_integration_id *integration, struct pr_err *err)
{
	json_auto_t *known = NULL;
	struct pr_environment_id environment = {.organization = integration->organization};
	int rc = pr_integrations_get(store, integration, &known, err);

	if (!rc)
		rc = pr_rows_change(pr_store_database(store),
			&PR_STATEMENT("DELETE FROM integrations" ONE,
				pr_value_text(integration->organization),
				pr_value_text(integration->id)),
			err);
	if (rc)
		return rc;
	environment.id = pr_json_str(known, "environment_id");
	return pr_environments_delete(store, &environment, err);
}
