#include "base/compiler.h"
#include "base/env.h"
#include "database_fixture.h"

#include <sys/wait.h>
#include <time.h>

static const struct pr_statement add = {
	.sql = "INSERT INTO things (id) SELECT COUNT(*) FROM things"};
static const struct pr_statement count = {.sql = "SELECT COUNT(*) FROM things"};

static int set_up(void **state)
{
	if (!place_server())
		fail_msg("PLAN_RUNNER_TEST_POSTGRESQL is not set: run this by tests/lib/postgres");
	place_make(state);
	run_script(((struct place *)*state)->uri, "CREATE TABLE things (id BIGINT PRIMARY KEY)");
	return 0;
}

/* "restart", "freeze" …: what tests/lib/postgres says. */
static void control(const char *action)
{
	const char *program = pr_env_get("PLAN_RUNNER_TEST_POSTGRES_CONTROL");
	int status = -1;
	pid_t child;

	if (!program) {
		fail_msg("run this by tests/lib/postgres");
		return;
	}
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		execl(program, program, action, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void restart(const struct place *place)
{
	(void)place;
	control("restart");
}

/* Ends the backends of all connections but of the one that does it. */
static void terminate(const struct place *place)
{
	(void)place;
	run_script(place_server(),
		"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
		" WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'");
}

static void (*const losses[])(const struct place *) = {restart, terminate};

static int run(struct pr_database *database, const struct pr_statement *statement)
{
	return pr_database_run(database, statement, NULL, NULL, NULL, NULL);
}

static void a_lost_connection_is_made_again(void **state)
{
	struct pr_database *database = place_open(*state);
	int64_t expected = 0;

	for (size_t i = 0; i < PR_LEN(losses); i++) {
		assert_int_equal(run(database, &add), 0);
		losses[i](*state);
		assert_int_equal(run(database, &add), 0);
		losses[i](*state);
		assert_int_equal(run(database, &count), 0);
		losses[i](*state);
		assert_int_equal(pr_database_begin(database, NULL), 0);
		assert_int_equal(run(database, &add), 0);
		assert_int_equal(pr_database_commit(database, NULL), 0);
		expected += 3;
		assert_int_equal(number_of(database, count.sql), expected);
	}
	pr_database_close(database);
}

static void what_was_lost_in_a_transaction_is_not_made_again(void **state)
{
	struct pr_database *database = place_open(*state);

	for (size_t i = 0; i < PR_LEN(losses); i++) {
		struct pr_err err = PR_ERR_INIT;

		assert_int_equal(pr_database_begin(database, NULL), 0);
		assert_int_equal(pr_database_mark(database, NULL), 0);
		assert_int_equal(run(database, &add), 0);
		losses[i](*state);
		assert_int_equal(pr_database_run(database, &add, NULL, NULL, NULL, &err), PR_EIO);
		pr_database_undo(database);
		assert_int_equal(run(database, &add), PR_EIO);
		assert_int_equal(pr_database_commit(database, NULL), PR_EIO);
		assert_int_equal(number_of(database, count.sql), 0);
	}
	assert_int_equal(run(database, &add), 0);
	assert_int_equal(number_of(database, count.sql), 1);
	pr_database_close(database);
}

static void a_commit_that_the_server_did_not_hear_fails(void **state)
{
	struct pr_database *database = place_open(*state);

	for (size_t i = 0; i < PR_LEN(losses); i++) {
		assert_int_equal(pr_database_begin(database, NULL), 0);
		assert_int_equal(run(database, &add), 0);
		losses[i](*state);
		assert_int_equal(pr_database_commit(database, NULL), PR_EIO);
		assert_int_equal(number_of(database, count.sql), 0);
	}
	pr_database_close(database);
}

static void a_server_that_is_down_is_an_error_until_it_is_up(void **state)
{
	struct pr_database *database = place_open(*state);
	struct pr_database *other = NULL;
	struct pr_err err = PR_ERR_INIT;

	control("stop");
	assert_int_equal(pr_database_run(database, &count, NULL, NULL, NULL, &err), PR_EIO);
	assert_true(strlen(err.msg) > 0);
	assert_int_equal(run(database, &add), PR_EIO);
	assert_int_equal(pr_database_begin(database, NULL), PR_EIO);
	assert_int_equal(pr_database_open(((struct place *)*state)->uri, &other, NULL), PR_EIO);
	control("start");
	assert_int_equal(run(database, &add), 0);
	assert_int_equal(number_of(database, count.sql), 1);
	pr_database_close(database);
}

static void a_column_of_another_type_is_refused(void **state)
{
	static const struct pr_statement sum = {.sql = "SELECT SUM(id) AS total FROM things"};
	struct pr_database *database = place_open(*state);
	struct pr_err err = PR_ERR_INIT;
	int64_t number;

	assert_int_equal(
		pr_database_run(database, &sum, take_number, &number, NULL, &err), PR_EINVAL);
	assert_non_null(strstr(err.msg, "'total'"));
	pr_database_close(database);
}

static int64_t seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* The server ends a statement, and a server that is silent is given up. */
static void no_wait_is_longer_than_the_patience(void **state)
{
	static const struct pr_statement sleeps = {.sql = "SELECT 1 FROM pg_sleep(30)"};
	struct pr_database *database = place_open(*state);
	struct pr_err err = PR_ERR_INIT;
	int64_t start = seconds_now();
	int status = -1;
	pid_t child = fork();

	assert_true(child >= 0);
	if (!child) {
		struct pr_database *own = NULL;
		int rc = pr_database_open(((struct place *)*state)->uri, &own, NULL);

		_exit(rc || run(own, &sleeps) != PR_EIO || run(own, &count) ? 1 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_in_range(
		seconds_now() - start, PR_DATABASE_PATIENCE_S - 1, PR_DATABASE_PATIENCE_S + 5);
	start = seconds_now();
	control("freeze");
	assert_int_equal(pr_database_run(database, &count, NULL, NULL, NULL, &err), PR_EIO);
	control("thaw");
	assert_in_range(seconds_now() - start, PR_DATABASE_PATIENCE_S, PR_DATABASE_PATIENCE_S + 5);
	assert_int_equal(run(database, &add), 0);
	pr_database_close(database);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, place_remove)
		IN_PLACE(a_lost_connection_is_made_again),
		IN_PLACE(what_was_lost_in_a_transaction_is_not_made_again),
		IN_PLACE(a_commit_that_the_server_did_not_hear_fails),
		IN_PLACE(a_server_that_is_down_is_an_error_until_it_is_up),
		IN_PLACE(a_column_of_another_type_is_refused),
		IN_PLACE(no_wait_is_longer_than_the_patience),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
