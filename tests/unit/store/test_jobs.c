#include "store/jobs.h"

#include "base/text.h"
#include "database_fixture.h"

#include <stdint.h>

#define ORG "11111111-1111-4111-8111-111111111111"
#define USER "22222222-2222-4222-8222-222222222222"
#define PLAN "55555555-5555-4555-8555-555555555555"

static const char seed[] =
	"INSERT INTO users VALUES ('" USER "', 'mara', NULL, 1);"
	"INSERT INTO organizations VALUES ('" ORG "', 'acme', '" USER "', 1, NULL);"
	"INSERT INTO plans (id, org_id, user_id, ref, definition, status, created)"
	" VALUES ('" PLAN "', '" ORG "', '" USER "', 'r', '{}', 'creating', 1);";

static struct pr_store *open_store(void **state)
{
	struct place *place = *state;
	struct pr_store_options options = {.database = place->uri, .create = true};
	PR_AUTO(free) char *key = pr_text_format("%s/key", place->folder);
	struct pr_store *store = NULL;
	struct pr_err err = PR_ERR_INIT;

	options.key_file = key;
	if (pr_store_open(&options, &store, &err) ||
		pr_database_script(pr_store_database(store), seed, &err))
		fail_msg("%s", err.msg);
	return store;
}

static void put(struct pr_store *store, const char *pattern, int64_t due)
{
	struct pr_job job = {.plan = PLAN,
		.organization = ORG,
		.pattern = pattern,
		.time_zone = "UTC",
		.due = due};
	struct pr_err err = PR_ERR_INIT;

	if (pr_jobs_put(pr_store_database(store), &job, &err))
		fail_msg("%s", err.msg);
}

static bool claim(struct pr_store *store, int64_t due, const char *run, const char *server)
{
	struct pr_job_claim wanted = {
		.plan = PLAN, .due = due, .next = 200, .run = run, .server = server, .lease = 1000};
	struct pr_err err = PR_ERR_INIT;
	bool won = false;

	if (pr_jobs_claim(pr_store_database(store), &wanted, &won, &err))
		fail_msg("%s", err.msg);
	return won;
}

static size_t count_due(struct pr_store *store, int64_t now)
{
	json_auto_t *jobs = NULL;

	assert_int_equal(pr_jobs_due(pr_store_database(store), now, 10, &jobs, NULL), 0);
	return json_array_size(jobs);
}

static void one_of_two_servers_wins_a_run(void **state)
{
	struct pr_store *store = open_store(state);

	put(store, "* * * * *", 100);
	assert_int_equal(count_due(store, 99), 0);
	assert_int_equal(count_due(store, 100), 1);
	assert_true(claim(store, 100, "r1", "a"));
	assert_false(claim(store, 100, "r2", "b")); /* as it was read */
	assert_false(claim(store, 200, "r2", "b")); /* while the first goes on */
	pr_store_close(store);
}

static void a_suspended_job_is_not_taken(void **state)
{
	struct pr_store *store = open_store(state);
	struct pr_database *database = pr_store_database(store);

	put(store, "* * * * *", 100);
	assert_int_equal(pr_jobs_suspend(database, PLAN, NULL), 0);
	assert_int_equal(count_due(store, 100), 0);
	assert_false(claim(store, 100, "r1", "a"));
	assert_int_equal(pr_jobs_resume(database, PLAN, 150, NULL), 0);
	assert_true(claim(store, 150, "r1", "a"));
	assert_int_equal(pr_jobs_suspend(database, USER, NULL), PR_ENOTFOUND);
	pr_store_close(store);
}

static void only_a_lease_that_is_over_is_dropped(void **state)
{
	struct pr_store *store = open_store(state);
	struct pr_database *database = pr_store_database(store);
	json_auto_t *runs = NULL;
	bool did = true;

	put(store, "* * * * *", 100);
	assert_true(claim(store, 100, "r1", "a"));
	assert_int_equal(pr_jobs_drop(database, PLAN, "r1", 999, &did, NULL), 0);
	assert_false(did);
	assert_int_equal(pr_jobs_renew(database, "a", 2000, 9000, &runs, NULL), 0);
	assert_int_equal(json_array_size(runs), 1);
	assert_int_equal(pr_jobs_drop(database, PLAN, "r1", 1500, &did, NULL), 0);
	assert_false(did);
	assert_int_equal(pr_jobs_drop(database, PLAN, "r1", 2000, &did, NULL), 0);
	assert_true(did);
	assert_int_equal(pr_jobs_end(database, PLAN, "r1", &did, NULL), 0);
	assert_false(did);
	pr_store_close(store);
}

static void what_was_to_run_once_is_not_due_again(void **state)
{
	struct pr_store *store = open_store(state);
	struct pr_database *database = pr_store_database(store);
	struct pr_job_claim skipped = {.plan = PLAN, .due = 100};
	bool did = false;

	put(store, NULL, 100);
	assert_int_equal(pr_jobs_skip(database, &skipped, &did, NULL), 0);
	assert_true(did);
	put(store, NULL, 300);
	assert_int_equal(count_due(store, 1000), 0);
	assert_int_equal(pr_jobs_ask(database, PLAN, 400, NULL), 0);
	assert_true(claim(store, 400, "r1", "a"));
	assert_int_equal(pr_jobs_ask(database, PLAN, 500, NULL), PR_EEXIST);
	pr_store_close(store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, place_make, place_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_of_two_servers_wins_a_run),
		TEST(a_suspended_job_is_not_taken),
		TEST(only_a_lease_that_is_over_is_dropped),
		TEST(what_was_to_run_once_is_not_due_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
