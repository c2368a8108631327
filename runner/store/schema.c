#include "store/schema.h"

/*
 * Dates are microseconds since 1970. Documents are JSON text. What is {blob} is sealed. An id is a
 * UUID in its canonical form.
 */
static const char first[] =
	"CREATE TABLE seal_keys (mark TEXT PRIMARY KEY);" /* tells the key, as of pr_seal_mark */
	"CREATE TABLE users (id TEXT PRIMARY KEY, username TEXT NOT NULL UNIQUE, email TEXT,"
	" created BIGINT NOT NULL);"
	"CREATE TABLE organizations (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
	" owner_id TEXT NOT NULL REFERENCES users, created BIGINT NOT NULL, deleted BIGINT);"
	"CREATE TABLE members (org_id TEXT NOT NULL REFERENCES organizations,"
	" user_id TEXT NOT NULL REFERENCES users, PRIMARY KEY (org_id, user_id));"
	"CREATE TABLE tokens (id TEXT PRIMARY KEY, org_id TEXT NOT NULL REFERENCES organizations,"
	" user_id TEXT NOT NULL REFERENCES users, name TEXT NOT NULL, hash TEXT NOT NULL UNIQUE,"
	" plan_id TEXT, created BIGINT NOT NULL, expires BIGINT, UNIQUE (org_id, user_id, name));"
	"CREATE TABLE sessions (hash TEXT PRIMARY KEY, org_id TEXT NOT NULL REFERENCES "
	"organizations,"
	" user_id TEXT NOT NULL REFERENCES users, kind TEXT NOT NULL, expires BIGINT NOT NULL);"
	"CREATE TABLE experiments (id TEXT PRIMARY KEY, org_id TEXT NOT NULL REFERENCES "
	"organizations,"
	" title TEXT NOT NULL, definition TEXT NOT NULL, created BIGINT NOT NULL);"
	"CREATE INDEX experiments_of ON experiments (org_id, created);"
	"CREATE TABLE environments (id TEXT PRIMARY KEY, org_id TEXT NOT NULL REFERENCES "
	"organizations,"
	" name TEXT NOT NULL, used_for TEXT NOT NULL, envvars TEXT NOT NULL, secrets {blob} NOT "
	"NULL,"
	" created BIGINT NOT NULL);"
	"CREATE INDEX environments_of ON environments (org_id, created);"
	"CREATE TABLE deployments (id TEXT PRIMARY KEY, org_id TEXT NOT NULL REFERENCES "
	"organizations,"
	" name TEXT NOT NULL, type TEXT NOT NULL, definition TEXT NOT NULL, secrets {blob},"
	" created BIGINT NOT NULL, UNIQUE (org_id, name));"
	"CREATE TABLE integrations (id TEXT PRIMARY KEY, org_id TEXT NOT NULL REFERENCES "
	"organizations,"
	" name TEXT NOT NULL, provider TEXT NOT NULL, vendor TEXT,"
	" environment_id TEXT NOT NULL REFERENCES environments, created BIGINT NOT NULL,"
	" UNIQUE (org_id, name));"
	"CREATE TABLE plans (id TEXT PRIMARY KEY, org_id TEXT NOT NULL REFERENCES organizations,"
	" user_id TEXT NOT NULL REFERENCES users, ref TEXT NOT NULL, title TEXT, definition TEXT "
	"NOT NULL,"
	" status TEXT NOT NULL, error TEXT, deployment_id TEXT, environment_id TEXT,"
	" executions_count BIGINT NOT NULL DEFAULT 0, last_running TEXT, last_terminated TEXT,"
	" created BIGINT NOT NULL);"
	"CREATE INDEX plans_of ON plans (org_id, created);"
	"CREATE INDEX plans_with_deployment ON plans (deployment_id);"
	"CREATE INDEX plans_with_environment ON plans (environment_id);"
	"CREATE TABLE plan_experiments (plan_id TEXT NOT NULL REFERENCES plans, position BIGINT "
	"NOT NULL,"
	" experiment_id TEXT NOT NULL, PRIMARY KEY (plan_id, position));"
	"CREATE INDEX plans_with_experiment ON plan_experiments (experiment_id);"
	"CREATE TABLE plan_integrations (plan_id TEXT NOT NULL REFERENCES plans, position BIGINT "
	"NOT NULL,"
	" integration_id TEXT NOT NULL, PRIMARY KEY (plan_id, position));"
	"CREATE INDEX plans_with_integration ON plan_integrations (integration_id);"
	"CREATE TABLE executions (id TEXT PRIMARY KEY, org_id TEXT NOT NULL REFERENCES "
	"organizations,"
	" experiment_id TEXT NOT NULL REFERENCES experiments, plan_id TEXT, user_id TEXT NOT NULL,"
	" state TEXT NOT NULL, result TEXT NOT NULL, log TEXT, created BIGINT NOT NULL,"
	" changed BIGINT NOT NULL);"
	"CREATE INDEX executions_of ON executions (org_id, created);"
	"CREATE INDEX executions_of_experiment ON executions (experiment_id, created);"
	"CREATE INDEX executions_of_plan ON executions (plan_id, created);"
	/* What the server is to launch: a row for each plan of a managed deployment that is due,
	 * runs, or has a schedule. */
	"CREATE TABLE jobs (plan_id TEXT PRIMARY KEY REFERENCES plans,"
	" org_id TEXT NOT NULL REFERENCES organizations, due BIGINT, pattern TEXT, time_zone TEXT,"
	" suspended BIGINT NOT NULL DEFAULT 0, run TEXT, server TEXT, lease BIGINT);"
	"CREATE INDEX jobs_due ON jobs (due);";

static const struct pr_migration migrations[] = {
	{1, first},
};

const struct pr_migration *pr_migrations(size_t *ret_count)
{
	*ret_count = sizeof(migrations) / sizeof(migrations[0]);
	return migrations;
}
