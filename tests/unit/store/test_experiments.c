#include "store/executions.h"
#include "store/experiments.h"
#include "world_fixture.h"

static void make(const struct world *world, const char *definition, char id[PR_UUID_SIZE])
{
	struct pr_experiment_id experiment = {world->organizations[0], id};
	json_auto_t *document = json_of(definition);
	json_t *made = NULL;

	assert_int_equal(0, pr_uuid_random(id, NULL));
	assert_int_equal(
		0, pr_experiments_create(world->store, &experiment, document, &made, NULL));
	assert_string_equal(id, pr_json_str(made, "id"));
	json_decref(made);
}

/* An execution of the experiment; `status` is JSON. */
static void execute(
	const struct world *world, const char *experiment, const char *status, int64_t at)
{
	json_auto_t *state = json_object();
	struct pr_execution_new wish = {.organization = world->organizations[0],
		.experiment = experiment,
		.user = world->users[0],
		.state = state,
		.report = {.result = "{}"},
		.created = at};
	json_t *made = NULL;

	json_object_set_new(state, "status", json_of(status));
	assert_int_equal(0, pr_executions_create(world->store, &wish, &made, NULL));
	json_decref(made);
}

static void lists_have_their_orders(void **state)
{
	static const char *const titles[] = {"{'title': 'Pear'}", "{'title': 'apple'}",
		"{'title': 'Apple 100%'}", "{'title': 7}"};
	struct pr_rows_page page = {.page = 1, .limit = 10};
	struct world world;
	char id[PR_UUID_SIZE];
	const char *org = world.organizations[0];

	open_world(&world, *state);
	for (size_t i = 0; i < PR_LEN(titles); i++)
		make(&world, titles[i], id);
	assert_int_equal(0, pr_experiments_summary(world.store, org, "APPLE", &page, NULL));
	assert_int_equal(2, page.count);
	assert_page(&page, "title", "Apple 100% apple");
	assert_int_equal(0, pr_experiments_summary(world.store, org, "0%", &page, NULL));
	assert_page(&page, "title", "Apple 100%");
	assert_int_equal(0, pr_experiments_summary(world.store, org, NULL, &page, NULL));
	assert_page(&page, "title", " Apple 100% Pear apple");
	assert_int_equal(0, pr_experiments_search(world.store, org, "pple", &page, NULL));
	assert_int_equal(2, page.count);
	json_decref(page.items);
	assert_int_equal(0, pr_experiments_search(world.store, org, "APPLE", &page, NULL));
	assert_int_equal(0, page.count);
	assert_page(&page, "id", "");
	page.page = 2;
	page.limit = 3;
	assert_int_equal(0, pr_experiments_list(world.store, org, &page, NULL));
	assert_int_equal(4, page.count);
	assert_json("'apple'",
		json_incref(json_object_get(
			json_object_get(json_array_get(page.items, 0), "definition"), "title")));
	json_decref(page.items);
	pr_store_close(world.store);
}

static void a_summary_tells_the_last_five_executions(void **state)
{
	static const char *const statuses[] = {
		"'failed'", "'completed'", "null", "'deviated'", "7", "'completed'"};
	struct pr_rows_page page = {.page = 1, .limit = 10};
	struct world world;
	char id[PR_UUID_SIZE];
	const json_t *item;

	open_world(&world, *state);
	make(&world, "{'title': 'a', 'description': 'why'}", id);
	for (size_t i = 0; i < PR_LEN(statuses); i++)
		execute(&world, id, statuses[i], (int64_t)(i + 1) * 1000000);
	assert_int_equal(
		0, pr_experiments_summary(world.store, world.organizations[0], NULL, &page, NULL));
	item = json_array_get(page.items, 0);
	assert_json("['completed', null, 'deviated', null, 'completed']",
		json_incref(json_object_get(item, "last_statuses")));
	assert_string_equal("1970-01-01T00:00:06.000000Z", pr_json_str(item, "last_execution"));
	assert_string_equal("why", pr_json_str(item, "desc"));
	assert_json("6", json_incref(json_object_get(item, "executions_count")));
	json_decref(page.items);
	pr_store_close(world.store);
}

static void one_is_replaced_and_goes_with_its_executions(void **state)
{
	struct world world;
	char id[PR_UUID_SIZE];
	struct pr_experiment_id experiment = {world.organizations[0], id};
	json_auto_t *other = json_of("{'title': 'new', 'z': 1, 'a': 2}");
	json_t *found = NULL;

	open_world(&world, *state);
	make(&world, "{'title': 'old'}", id);
	assert_int_equal(0, pr_experiments_define(world.store, &experiment, other, NULL));
	assert_int_equal(0, pr_experiments_get(world.store, &experiment, &found, NULL));
	assert_json("{'title': 'new', 'z': 1, 'a': 2}",
		json_incref(json_object_get(found, "definition")));
	json_decref(found);
	execute(&world, id, "null", 1);
	assert_int_equal(0, pr_experiments_delete(world.store, &experiment, NULL));
	assert_int_equal(
		0, number_of(pr_store_database(world.store), "SELECT count(*) FROM executions"));
	assert_int_equal(PR_ENOTFOUND, pr_experiments_get(world.store, &experiment, &found, NULL));
	assert_int_equal(
		PR_ENOTFOUND, pr_experiments_define(world.store, &experiment, other, NULL));
	assert_int_equal(PR_ENOTFOUND, pr_experiments_delete(world.store, &experiment, NULL));
	pr_store_close(world.store);
}

static void nothing_of_another_organisation_is_seen(void **state)
{
	struct pr_rows_page page = {.page = 1, .limit = 10};
	struct world world;
	char id[PR_UUID_SIZE];
	struct pr_experiment_id experiment = {world.organizations[1], id};
	json_auto_t *other = json_of("{}");
	json_t *found = NULL;

	open_world(&world, *state);
	make(&world, "{'title': 'mine'}", id);
	assert_int_equal(PR_ENOTFOUND, pr_experiments_get(world.store, &experiment, &found, NULL));
	assert_int_equal(
		PR_ENOTFOUND, pr_experiments_define(world.store, &experiment, other, NULL));
	assert_int_equal(PR_ENOTFOUND, pr_experiments_delete(world.store, &experiment, NULL));
	assert_int_equal(0, pr_experiments_list(world.store, world.organizations[1], &page, NULL));
	assert_int_equal(0, page.count);
	json_decref(page.items);
	assert_int_equal(0, pr_experiments_all(world.store, world.organizations[1], &found, NULL));
	assert_json("[]", found);
	assert_int_equal(0, pr_experiments_all(world.store, world.organizations[0], &found, NULL));
	assert_int_equal(1, json_array_size(found));
	json_decref(found);
	pr_store_close(world.store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lists_have_their_orders, place_make, place_remove),
		cmocka_unit_test_setup_teardown(
			a_summary_tells_the_last_five_executions, place_make, place_remove),
		cmocka_unit_test_setup_teardown(
			one_is_replaced_and_goes_with_its_executions, place_make, place_remove),
		cmocka_unit_test_setup_teardown(
			nothing_of_another_organisation_is_seen, place_make, place_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
