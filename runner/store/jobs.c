#include "store/jobs.h"

#include "store/rows.h"

#define LOST_MAX 100

/* A date, or null. */
static struct pr_value date(int64_t at)
{
	return at ? pr_value_int(at) : pr_value_text(NULL);
}

/* Runs a statement that changes at most one row; whether it did. */
static int change(struct pr_database *database, const struct pr_statement *statement, bool *ret_did,
	struct pr_err *err)
{
	int64_t changed = 0;
	int rc = pr_database_run(database, statement, NULL, NULL, &changed, err);

	if (!rc && ret_did)
		*ret_did = changed > 0;
	return rc;
}

int pr_jobs_put(struct pr_database *database, const struct pr_job *job, struct pr_err *err)
{
	struct pr_statement statement =
		PR_STATEMENT("INSERT INTO jobs (plan_id, org_id, pattern, time_zone, due)"
			     " VALUES (?1, ?2, ?3, ?4, ?5)"
			     " ON CONFLICT (plan_id) DO UPDATE SET"
			     " due = CASE WHEN excluded.pattern IS NOT NULL THEN excluded.due"
			     " WHEN jobs.pattern IS NULL THEN jobs.due ELSE NULL END,"
			     " pattern = excluded.pattern, time_zone = excluded.time_zone",
			pr_value_text(job->plan), pr_value_text(job->organization),
			pr_value_text(job->pattern), pr_value_text(job->time_zone), date(job->due));

	return change(database, &statement, NULL, err);
}

static const struct pr_column schedule_columns[] = {
	{"pattern", PR_COLUMN_TEXT},
	{"time_zone", PR_COLUMN_TEXT},
	{"due", PR_COLUMN_INT},
};

int pr_jobs_get(
	struct pr_database *database, const char *plan, json_t **ret_job, struct pr_err *err)
{
	static const struct pr_columns columns = PR_COLUMNS(schedule_columns);
	struct pr_statement statement = PR_STATEMENT(
		"SELECT pattern, time_zone, due FROM jobs WHERE plan_id = ?1", pr_value_text(plan));

	return pr_rows_one(database, &statement, &columns, ret_job, err);
}

int pr_jobs_ask(struct pr_database *database, const char *plan, int64_t due, struct pr_err *err)
{
	struct pr_statement statement =
		PR_STATEMENT("INSERT INTO jobs (plan_id, org_id, due)"
			     " SELECT id, org_id, CAST(?2 AS BIGINT) FROM plans WHERE id = ?1"
			     " ON CONFLICT (plan_id) DO UPDATE SET due = excluded.due"
			     " WHERE jobs.run IS NULL",
			pr_value_text(plan), pr_value_int(due));
	bool asked = false;
	int rc = change(database, &statement, &asked, err);

	if (!rc && !asked)
		rc = pr_fail(err, PR_EEXIST, "plan '%s' runs already", plan);
	return rc;
}

int pr_jobs_suspend(struct pr_database *database, const char *plan, struct pr_err *err)
{
	struct pr_statement statement = PR_STATEMENT(
		"UPDATE jobs SET suspended = 1 WHERE plan_id = ?1", pr_value_text(plan));

	return pr_rows_change(database, &statement, err);
}

int pr_jobs_resume(struct pr_database *database, const char *plan, int64_t due, struct pr_err *err)
{
	struct pr_statement statement =
		PR_STATEMENT("UPDATE jobs SET suspended = 0, due = ?2 WHERE plan_id = ?1",
			pr_value_text(plan), date(due));

	return pr_rows_change(database, &statement, err);
}

int pr_jobs_forget(struct pr_database *database, const char *plan, struct pr_err *err)
{
	struct pr_statement statement =
		PR_STATEMENT("DELETE FROM jobs WHERE plan_id = ?1", pr_value_text(plan));

	return change(database, &statement, NULL, err);
}

static const struct pr_column job_columns[] = {
	{"plan_id", PR_COLUMN_TEXT},
	{"org_id", PR_COLUMN_TEXT},
	{"pattern", PR_COLUMN_TEXT},
	{"time_zone", PR_COLUMN_TEXT},
	{"due", PR_COLUMN_INT},
	{"run", PR_COLUMN_TEXT},
};

static const struct pr_columns all_columns = PR_COLUMNS(job_columns);

int pr_jobs_due(struct pr_database *database, int64_t now, int64_t limit, json_t **ret_jobs,
	struct pr_err *err)
{
	struct pr_statement statement =
		PR_STATEMENT("SELECT plan_id, org_id, pattern, time_zone, due, run FROM jobs"
			     " WHERE due <= ?1 AND suspended = 0 ORDER BY due, plan_id LIMIT ?2",
			pr_value_int(now), pr_value_int(limit));

	return pr_rows_all(database, &statement, &all_columns, ret_jobs, err);
}

int pr_jobs_next(
	struct pr_database *database, const char *server, int64_t *ret_at, struct pr_err *err)
{
	struct pr_statement statement =
		PR_STATEMENT("SELECT min(at) FROM ("
			     "SELECT min(due) AS at FROM jobs WHERE suspended = 0"
			     " UNION ALL SELECT min(lease) FROM jobs WHERE server <> ?1) AS dates",
			pr_value_text(server));

	return pr_rows_number(database, &statement, ret_at, err);
}

int pr_jobs_claim(struct pr_database *database, const struct pr_job_claim *claim, bool *ret_won,
	struct pr_err *err)
{
	struct pr_statement statement =
		PR_STATEMENT("UPDATE jobs SET due = ?3, run = ?4, server = ?5, lease = ?6"
			     " WHERE plan_id = ?1 AND due = ?2 AND run IS NULL AND suspended = 0",
			pr_value_text(claim->plan), pr_value_int(claim->due), date(claim->next),
			pr_value_text(claim->run), pr_value_text(claim->server),
			pr_value_int(claim->lease));

	return change(database, &statement, ret_won, err);
}

int pr_jobs_skip(struct pr_database *database, const struct pr_job_claim *claim, bool *ret_won,
	struct pr_err *err)
{
	struct pr_statement statement =
		PR_STATEMENT("UPDATE jobs SET due = ?3 WHERE plan_id = ?1 AND due = ?2",
			pr_value_text(claim->plan), pr_value_int(claim->due), date(claim->next));

	return change(database, &statement, ret_won, err);
}

static const struct pr_column run_columns[] = {
	{"plan_id", PR_COLUMN_TEXT},
	{"org_id", PR_COLUMN_TEXT},
	{"run", PR_COLUMN_TEXT},
};

static const struct pr_columns runs = PR_COLUMNS(run_columns);

int pr_jobs_renew(struct pr_database *database, const char *server, int64_t lease, int64_t expires,
	json_t **ret_runs, struct pr_err *err)
{
	struct pr_statement renewal = PR_STATEMENT("UPDATE jobs SET lease = ?2 WHERE server = ?1"
						   " RETURNING plan_id, org_id, run",
		pr_value_text(server), pr_value_int(lease));
	struct pr_statement tokens =
		PR_STATEMENT("UPDATE tokens SET expires = ?3 WHERE expires <= ?2 AND plan_id IN"
			     " (SELECT plan_id FROM jobs WHERE server = ?1)",
			pr_value_text(server), pr_value_int(lease), pr_value_int(expires));
	int rc = change(database, &tokens, NULL, err);

	return rc ? rc : pr_rows_all(database, &renewal, &runs, ret_runs, err);
}

int pr_jobs_end(struct pr_database *database, const char *plan, const char *run, bool *ret_was,
	struct pr_err *err)
{
	struct pr_statement statement =
		PR_STATEMENT("UPDATE jobs SET run = NULL, server = NULL, lease = NULL"
			     " WHERE plan_id = ?1 AND run = ?2",
			pr_value_text(plan), pr_value_text(run));

	return change(database, &statement, ret_was, err);
}

int pr_jobs_lost(struct pr_database *database, int64_t now, json_t **ret_runs, struct pr_err *err)
{
	struct pr_statement statement =
		PR_STATEMENT("SELECT plan_id, org_id, run FROM jobs WHERE lease <= ?1 LIMIT ?2",
			pr_value_int(now), pr_value_int(LOST_MAX));

	return pr_rows_all(database, &statement, &runs, ret_runs, err);
}

int pr_jobs_drop(struct pr_database *database, const char *plan, const char *run, int64_t now,
	bool *ret_won, struct pr_err *err)
{
	struct pr_statement statement =
		PR_STATEMENT("UPDATE jobs SET run = NULL, server = NULL, lease = NULL"
			     " WHERE plan_id = ?1 AND run = ?2 AND lease <= ?3",
			pr_value_text(plan), pr_value_text(run), pr_value_int(now));

	return change(database, &statement, ret_won, err);
}

int pr_jobs_unsettled(struct pr_database *database, json_t **ret_jobs, struct pr_err *err)
{
	struct pr_statement statement = PR_STATEMENT(
		"SELECT j.plan_id, j.org_id, j.pattern, j.time_zone, j.due, j.run FROM jobs j"
		" JOIN plans p ON p.id = j.plan_id"
		" WHERE p.status = ?1 AND j.pattern IS NOT NULL AND j.run IS NULL",
		pr_value_text("creating"));

	return pr_rows_all(database, &statement, &all_columns, ret_jobs, err);
}

static const struct pr_column plan_columns[] = {
	{"org_id", PR_COLUMN_TEXT},
	{"user_id", PR_COLUMN_TEXT},
	{"status", PR_COLUMN_TEXT},
	{"deployment_id", PR_COLUMN_TEXT},
	{"definition", PR_COLUMN_JSON},
};

int pr_jobs_plan(
	struct pr_database *database, const char *plan, json_t **ret_plan, struct pr_err *err)
{
	static const struct pr_columns columns = PR_COLUMNS(plan_columns);
	struct pr_statement statement = PR_STATEMENT(
		"SELECT p.org_id, p.user_id, p.status, p.deployment_id, d.definition FROM plans p"
		" LEFT JOIN deployments d ON d.id = p.deployment_id AND d.org_id = p.org_id"
		" WHERE p.id = ?1",
		pr_value_text(plan));

	return pr_rows_one(database, &statement, &columns, ret_plan, err);
}
