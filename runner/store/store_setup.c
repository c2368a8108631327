#include "base/text.h"
#include "store/schema.h"
#include "store/store_private.h"

#include <inttypes.h>

/* Any number will do, as long as no other program that shares the database has it. */
#define LOCK_NUMBER "7021120263"

#define MARK_TEXT (2 * PR_SEAL_MARK_BYTES + 1)

static int read_number(void *arg, const struct pr_row *row, struct pr_err *err)
{
	(void)err;
	*(int64_t *)arg = pr_row_int(row, 0);
	return 0;
}

static int read_mark(void *arg, const struct pr_row *row, struct pr_err *err)
{
	(void)err;
	pr_text_copy(arg, MARK_TEXT, pr_row_text(row, 0));
	return 0;
}

/* Ends with the transaction. A file of SQLite is locked by the transaction itself. */
static int lock(struct pr_database *database, struct pr_err *err)
{
	if (!pr_text_eq(pr_database_kind(database), "postgresql"))
		return 0;
	return pr_database_script(database, "SELECT pg_advisory_xact_lock(" LOCK_NUMBER ")", err);
}

static int schema_version(struct pr_database *database, int64_t *ret_version, struct pr_err *err)
{
	static const char table[] = "CREATE TABLE IF NOT EXISTS schema_steps"
				    " (version BIGINT PRIMARY KEY, applied BIGINT NOT NULL)";
	static const struct pr_statement newest = {
		.sql = "SELECT COALESCE(MAX(version), 0) FROM schema_steps"};
	int rc = pr_database_script(database, table, err);

	return rc ? rc : pr_database_run(database, &newest, read_number, ret_version, NULL, err);
}

static int apply(struct pr_database *database, const struct pr_migration *step, struct pr_err *err)
{
	int rc = pr_database_script(database, step->sql, err);

	if (rc)
		return rc;
	return pr_database_run(database,
		&PR_STATEMENT("INSERT INTO schema_steps (version, applied) VALUES (?1, ?2)",
			pr_value_int(step->version), pr_value_int(pr_store_now())),
		NULL, NULL, NULL, err);
}

static int migrate(struct pr_database *database, bool create, struct pr_err *err)
{
	size_t count;
	const struct pr_migration *steps = pr_migrations(&count);
	int64_t version = 0;
	int rc = schema_version(database, &version, err);

	if (rc)
		return rc;
	if (!version && !create)
		return pr_fail(err, PR_EIO, "the database has no tables of this program");
	if (version > steps[count - 1].version)
		return pr_fail(err, PR_EINVAL,
			"the database is of a newer version of this program: its schema is %" PRId64
			", this one knows %d",
			version, steps[count - 1].version);
	for (size_t i = 0; i < count && !rc; i++) {
		if (steps[i].version > version)
			rc = apply(database, &steps[i], err);
	}
	return rc;
}

static void mark_text(const struct pr_seal *seal, char text[MARK_TEXT])
{
	pr_text_hex(text, pr_seal_mark(seal), PR_SEAL_MARK_BYTES);
}

/* A key is made only for a database that has none: what another one sealed would be lost. */
static int check_key(struct pr_database *database, const struct pr_store_options *options,
	struct pr_seal **ret_seal, struct pr_err *err)
{
	static const struct pr_statement known = {.sql = "SELECT mark FROM seal_keys"};
	char kept[MARK_TEXT] = "";
	char own[MARK_TEXT] = "";
	int rc = pr_database_run(database, &known, read_mark, kept, NULL, err);

	if (!rc)
		rc = pr_store_read_key(options, !*kept && options->create, ret_seal, err);
	if (rc)
		return rc;
	mark_text(*ret_seal, own);
	if (!*kept)
		return pr_database_run(database,
			&PR_STATEMENT(
				"INSERT INTO seal_keys (mark) VALUES (?1)", pr_value_text(own)),
			NULL, NULL, NULL, err);
	if (pr_text_eq(kept, own))
		return 0;
	return pr_fail(err, PR_EINVAL,
		"the database was sealed with another key (%s) than the one given (%s): set "
		"PLAN_DEPLOYER_KEY or PLAN_DEPLOYER_KEY_FILE to the key that it was made with",
		kept, own);
}

int pr_store_set_up(struct pr_database *database, const struct pr_store_options *options,
	struct pr_seal **ret_seal, struct pr_err *err)
{
	struct pr_seal *seal = NULL;
	int rc = pr_database_begin(database, err);

	if (!rc)
		rc = lock(database, err);
	if (!rc)
		rc = migrate(database, options->create, err);
	if (!rc)
		rc = check_key(database, options, &seal, err);
	if (!rc)
		rc = pr_database_commit(database, err);
	if (rc) {
		pr_database_rollback(database);
		pr_seal_free(seal);
		return rc;
	}
	*ret_seal = seal;
	return 0;
}
