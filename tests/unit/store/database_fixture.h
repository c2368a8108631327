#ifndef PR_TESTS_UNIT_STORE_DATABASE_FIXTURE_H
#define PR_TESTS_UNIT_STORE_DATABASE_FIXTURE_H

/*
 * An empty place for a database: a file in a folder of its own, or, where
 * PLAN_RUNNER_TEST_POSTGRESQL names a server (tests/lib/postgres), a schema of its own on it.
 */

#include "base/err.h"
#include "base/file.h"
#include "store/database.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define FIXTURE_KEY "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

struct place {
	char folder[64]; /* exists with both kinds */
	char uri[512];
};

static inline const char *place_server(void)
{
	return getenv("PLAN_RUNNER_TEST_POSTGRESQL");
}

/* Runs statements that the test is not about; they must succeed. */
static inline void run_script(const char *uri, const char *sql)
{
	struct pr_err err = PR_ERR_INIT;
	struct pr_database *database = NULL;

	if (pr_database_open(uri, &database, &err) || pr_database_script(database, sql, &err))
		fail_msg("%s", err.msg);
	pr_database_close(database);
}

/* cmocka's setup: *state is a struct place. */
static inline int place_make(void **state)
{
	static unsigned int count;
	struct place *place = calloc(1, sizeof(*place));
	char sql[64];

	assert_non_null(place);
	snprintf(place->folder, sizeof(place->folder), "/tmp/pr-store-XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	if (place_server()) {
		snprintf(sql, sizeof(sql), "CREATE SCHEMA t%d_%u", (int)getpid(), ++count);
		run_script(place_server(), sql);
		snprintf(place->uri, sizeof(place->uri), "%s&options=-csearch_path%%3Dt%d_%u",
			place_server(), (int)getpid(), count);
	} else {
		snprintf(place->uri, sizeof(place->uri), "sqlite:///%s/db", place->folder);
	}
	setenv("PLAN_DEPLOYER_KEY", FIXTURE_KEY, 1);
	*state = place;
	return 0;
}

/* cmocka's teardown. A schema goes with its server. */
static inline int place_remove(void **state)
{
	struct place *place = *state;

	pr_file_remove_tree(place->folder, NULL);
	free(place);
	return 0;
}

static inline struct pr_database *place_open(const struct place *place)
{
	struct pr_err err = PR_ERR_INIT;
	struct pr_database *database = NULL;

	if (pr_database_open(place->uri, &database, &err))
		fail_msg("%s", err.msg);
	return database;
}

static inline int take_number(void *arg, const struct pr_row *row, struct pr_err *err)
{
	(void)err;
	*(int64_t *)arg = pr_row_int(row, 0);
	return 0;
}

/* The first column of the last row; the statement has no parameters. */
static inline int64_t number_of(struct pr_database *database, const char *sql)
{
	struct pr_err err = PR_ERR_INIT;
	int64_t number = -1;

	if (pr_database_run(
		    database, &(struct pr_statement){.sql = sql}, take_number, &number, NULL, &err))
		fail_msg("%s", err.msg);
	return number;
}

#endif
