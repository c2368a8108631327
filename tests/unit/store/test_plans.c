#include "store/plans.h"
#include "world_fixture.h"

#define DEPLOYMENT "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
#define ENVIRONMENT "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
#define EXPERIMENT "cccccccc-cccc-4ccc-8ccc-cccccccccccc"
#define INTEGRATION "dddddddd-dddd-4ddd-8ddd-dddddddddddd"

/* What refers to one of each. */
#define FULL                                                                       \
	"{'title': 'full', 'deployment': {'deployment_id': '" DEPLOYMENT "'},"     \
	" 'environment': {'provider': 'reliably_cloud', 'id': '" ENVIRONMENT "'}," \
	" 'experiments': ['" EXPERIMENT "'], 'integrations': ['" INTEGRATION "']}"
#define BARE                                                                                \
	"{'title': %s, 'deployment': {'deployment_id': '" NOBODY "'}, 'environment': null," \
	" 'experiments': [], 'integrations': []}"

static void make(const struct world *world, const char *definition, char id[PR_UUID_SIZE])
{
	json_auto_t *document = json_of(definition);
	json_t *made = NULL;

	assert_int_equal(0, pr_plans_create(world->store, world->organizations[0], world->users[0],
				    document, &made, NULL));
	assert_string_equal("creating", pr_json_str(made, "status"));
	take_id(made, id);
}

static int move(const struct world *world, const char *id, const char *from, const char *to)
{
	struct pr_plan_id plan = {world->organizations[0], id};
	struct pr_plan_move step = {.from = from, .to = to, .error = "why"};

	return pr_plans_move(world->store, &plan, &step, NULL);
}

static size_t count_users_of(const struct world *world, enum pr_plans_use use, const char *id)
{
	json_auto_t *ids = NULL;

	assert_int_equal(
		0, pr_plans_using(world->store, world->organizations[0], use, id, &ids, NULL));
	return json_array_size(ids);
}

static void one_of_two_moves_wins(void **state)
{
	struct world world;
	char id[PR_UUID_SIZE];
	struct pr_plan_id plan = {world.organizations[0], id};
	struct pr_plan_id foreign = {world.organizations[1], id};
	struct pr_plan_move step = {.from = "created", .to = "running"};
	json_t *found = NULL;

	open_world(&world, *state);
	make(&world, FULL, id);
	assert_int_equal(0, move(&world, id, "creating", "created"));
	assert_int_equal(PR_ENOTFOUND, move(&world, id, "creating", "creation error"));
	assert_int_equal(PR_ENOTFOUND, pr_plans_move(world.store, &foreign, &step, NULL));
	assert_int_equal(0, pr_plans_get(world.store, &plan, &found, NULL));
	assert_string_equal("created", pr_json_str(found, "status"));
	assert_string_equal("why", pr_json_str(found, "error"));
	json_decref(found);
	assert_int_equal(PR_ENOTFOUND, pr_plans_get(world.store, &foreign, &found, NULL));
	pr_store_close(world.store);
}

static void what_a_plan_refers_to_is_in_use_until_it_is_deleted(void **state)
{
	static const struct {
		enum pr_plans_use use;
		const char *id;
	} rows[] = {
		{PR_PLANS_USE_DEPLOYMENT, DEPLOYMENT},
		{PR_PLANS_USE_ENVIRONMENT, ENVIRONMENT},
		{PR_PLANS_USE_EXPERIMENT, EXPERIMENT},
		{PR_PLANS_USE_INTEGRATION, INTEGRATION},
	};
	struct world world;
	char id[PR_UUID_SIZE], again[PR_UUID_SIZE];
	struct pr_plan_id plan = {world.organizations[0], again};
	json_auto_t *bare = json_of("{'title': 'bare', 'experiments': [], 'integrations': []}");

	open_world(&world, *state);
	make(&world, FULL, id);
	make(&world, FULL, again);
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		assert_int_equal(2, count_users_of(&world, rows[i].use, rows[i].id));
		assert_int_equal(0, count_users_of(&world, rows[i].use, NOBODY));
	}
	assert_int_equal(0, pr_plans_define(world.store, &plan, bare, NULL));
	for (size_t i = 0; i < PR_LEN(rows); i++)
		assert_int_equal(1, count_users_of(&world, rows[i].use, rows[i].id));
	assert_int_equal(0, move(&world, id, "creating", "deleted"));
	for (size_t i = 0; i < PR_LEN(rows); i++)
		assert_int_equal(0, count_users_of(&world, rows[i].use, rows[i].id));
	pr_store_close(world.store);
}

static void a_deleted_plan_still_takes_executions(void **state)
{
	struct world world;
	char id[PR_UUID_SIZE];
	struct pr_plan_id plan = {world.organizations[0], id};
	struct pr_plan_id none = {world.organizations[0], NOBODY};
	bool known = false, listed = false;
	json_t *found = NULL;

	open_world(&world, *state);
	make(&world, FULL, id);
	assert_int_equal(0, move(&world, id, "creating", "deleted"));
	assert_int_equal(PR_ENOTFOUND, pr_plans_get(world.store, &plan, &found, NULL));
	assert_int_equal(
		0, pr_plans_has_experiment(world.store, &plan, EXPERIMENT, &known, &listed, NULL));
	assert_true(known && listed);
	assert_int_equal(
		0, pr_plans_has_experiment(world.store, &plan, NOBODY, &known, &listed, NULL));
	assert_true(known && !listed);
	assert_int_equal(
		0, pr_plans_has_experiment(world.store, &none, EXPERIMENT, &known, &listed, NULL));
	assert_false(known || listed);
	pr_store_close(world.store);
}

static void executions_are_counted(void **state)
{
	struct world world;
	char id[PR_UUID_SIZE];
	struct pr_plan_id plan = {world.organizations[0], id};
	struct pr_plan_id none = {world.organizations[0], NOBODY};
	json_t *found = NULL;

	open_world(&world, *state);
	make(&world, FULL, id);
	assert_int_equal(0, pr_plans_note_created(world.store, &plan, "e1", 1000000, NULL));
	assert_int_equal(0, pr_plans_note_created(world.store, &plan, "e2", 2000000, NULL));
	assert_int_equal(0, pr_plans_note_finished(world.store, &plan, "e1", 3000000, NULL));
	assert_int_equal(0, pr_plans_note_deleted(world.store, &plan, NULL));
	assert_int_equal(0, pr_plans_note_created(world.store, &none, "e", 1, NULL));
	assert_int_equal(0, pr_plans_note_finished(world.store, &none, "e", 1, NULL));
	assert_int_equal(0, pr_plans_note_deleted(world.store, &none, NULL));
	assert_int_equal(0, pr_plans_get(world.store, &plan, &found, NULL));
	assert_json("1", json_incref(json_object_get(found, "executions_count")));
	assert_json("{'running': {'id': 'e2', 'timestamp': '1970-01-01T00:00:02.000000Z'},"
		    " 'terminated': {'id': 'e1', 'timestamp': '1970-01-01T00:00:03.000000Z'}}",
		json_incref(json_object_get(found, "last_executions_info")));
	json_decref(found);
	pr_store_close(world.store);
}

static void lists_have_their_orders(void **state)
{
	static const char *const titles[] = {"'b'", "'a'", "'C%'", "null"};
	static const struct {
		enum pr_plans_order order;
		const char *pattern, *found;
	} rows[] = {
		{PR_PLANS_NEWEST, NULL, "3 2 1 0"},
		{PR_PLANS_TITLE, NULL, "3 2 1 0"},
		{PR_PLANS_LAST, NULL, "1 3 2 0"},
		{PR_PLANS_NEWEST, "c%", "2"},
		{PR_PLANS_NEWEST, "%", "2"},
		{PR_PLANS_TITLE, "x", ""},
	};
	struct world world;
	char id[PR_UUID_SIZE], definition[512];
	struct pr_plan_id plan = {world.organizations[0], id};

	open_world(&world, *state);
	for (size_t i = 0; i < PR_LEN(titles); i++) {
		char number[2] = {(char)('0' + i), '\0'};
		struct pr_plan_move step = {.from = "creating", .to = "created", .error = number};

		pr_text_print(definition, sizeof(definition), BARE, titles[i]);
		make(&world, definition, id);
		assert_int_equal(0, pr_plans_move(world.store, &plan, &step, NULL));
		if (i == 1)
			assert_int_equal(
				0, pr_plans_note_finished(world.store, &plan, "e", 1000000, NULL));
	}
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct pr_rows_page page = {.page = 1, .limit = 10};
		struct pr_plans_query query = {
			world.organizations[0], rows[i].pattern, rows[i].order};

		assert_int_equal(0, pr_plans_list(world.store, &query, &page, NULL));
		assert_int_equal(json_array_size(page.items), page.count);
		assert_page(&page, "error", rows[i].found);
	}
	pr_store_close(world.store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_of_two_moves_wins, place_make, place_remove),
		cmocka_unit_test_setup_teardown(what_a_plan_refers_to_is_in_use_until_it_is_deleted,
			place_make, place_remove),
		cmocka_unit_test_setup_teardown(
			a_deleted_plan_still_takes_executions, place_make, place_remove),
		cmocka_unit_test_setup_teardown(executions_are_counted, place_make, place_remove),
		cmocka_unit_test_setup_teardown(lists_have_their_orders, place_make, place_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
