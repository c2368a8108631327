#include "store/executions.h"
#include "store/experiments.h"
#include "world_fixture.h"

#define PLAN "55555555-5555-4555-8555-555555555555"

/* A world with an experiment of its first organisation. */
struct lab {
	struct world world;
	char experiment[PR_UUID_SIZE];
};

static void open_lab(struct lab *lab, void **state)
{
	struct pr_experiment_id experiment = {lab->world.organizations[0], lab->experiment};
	json_auto_t *definition = json_of("{'title': 'a'}");
	json_t *made = NULL;

	open_world(&lab->world, *state);
	assert_int_equal(0, pr_uuid_random(lab->experiment, NULL));
	assert_int_equal(
		0, pr_experiments_create(lab->world.store, &experiment, definition, &made, NULL));
	json_decref(made);
}

static int make(const struct lab *lab, struct pr_execution_new wish, char id[PR_UUID_SIZE])
{
	json_auto_t *state = json_of("{'current': 'pending'}");
	json_t *made = NULL;
	int rc;

	wish.organization = lab->world.organizations[0];
	wish.user = lab->world.users[0];
	wish.state = state;
	wish.experiment = wish.experiment ? wish.experiment : lab->experiment;
	rc = pr_executions_create(lab->world.store, &wish, &made, NULL);
	if (!rc)
		take_id(made, id);
	return rc;
}

static void what_is_reported_is_kept_whole(void **state)
{
	struct lab lab;
	char id[PR_UUID_SIZE];
	struct pr_execution_id execution = {lab.world.organizations[0], lab.experiment, id};
	struct pr_execution_report report = {.result = "{\"z\": 1, \"a\": [2]}"};
	struct pr_execution_new wish = {
		.report = {.result = "{}", .log = "a\nlog\n"}, .created = 1};
	char *log = NULL;
	json_t *found = NULL;

	open_lab(&lab, state);
	assert_int_equal(0, make(&lab, wish, id));
	assert_int_equal(0, pr_executions_get_log(lab.world.store, &execution, &log, NULL));
	assert_string_equal("a\nlog\n", log);
	free(log);
	assert_int_equal(0, pr_executions_report(lab.world.store, &execution, &report, NULL));
	assert_int_equal(0, pr_executions_get_log(lab.world.store, &execution, &log, NULL));
	assert_string_equal("", log);
	free(log);
	assert_int_equal(0, pr_executions_get_result(lab.world.store, &execution, &found, NULL));
	assert_json("{'z': 1, 'a': [2]}", found);
	assert_int_equal(0, pr_executions_get(lab.world.store, &execution, &found, NULL));
	assert_json("null", json_incref(json_object_get(found, "plan_id")));
	assert_string_equal("1970-01-01T00:00:00.000001Z", pr_json_str(found, "created_date"));
	json_decref(found);
	pr_store_close(lab.world.store);
}

static void a_state_tells_the_plan(void **state)
{
	static const char *const plans[] = {NULL, PLAN};
	json_auto_t *next = json_of("{'current': 'running'}");
	struct lab lab;

	open_lab(&lab, state);
	for (size_t i = 0; i < PR_LEN(plans); i++) {
		struct pr_execution_new wish = {.plan = plans[i], .report = {.result = "{}"}};
		char id[PR_UUID_SIZE], *plan = NULL;
		struct pr_execution_id execution = {lab.world.organizations[0], lab.experiment, id};
		json_t *found = NULL;

		assert_int_equal(0, make(&lab, wish, id));
		assert_int_equal(
			0, pr_executions_set_state(lab.world.store, &execution, next, &plan, NULL));
		assert_true(pr_text_eq(plans[i], plan) || (!plans[i] && !plan));
		free(plan);
		assert_int_equal(
			0, pr_executions_get_state(lab.world.store, &execution, &found, NULL));
		assert_json("{'current': 'running'}", found);
		plan = NULL;
		assert_int_equal(0, pr_executions_delete(lab.world.store, &execution, &plan, NULL));
		assert_true(pr_text_eq(plans[i], plan) || (!plans[i] && !plan));
		free(plan);
	}
	pr_store_close(lab.world.store);
}

/* Each function with an execution that is another's, of another experiment, or none at all. */
static void what_is_not_there_is_not_found(void **state)
{
	struct lab lab;
	char id[PR_UUID_SIZE];
	const struct pr_execution_id wrong[] = {
		{lab.world.organizations[1], lab.experiment, id},
		{lab.world.organizations[0], NOBODY, id},
		{lab.world.organizations[0], lab.experiment, NOBODY},
	};
	struct pr_execution_new wish = {.report = {.result = "{}"}};
	json_auto_t *next = json_object();
	json_t *found = NULL;
	char *text = NULL;

	open_lab(&lab, state);
	assert_int_equal(0, make(&lab, wish, id));
	for (size_t i = 0; i < PR_LEN(wrong); i++) {
		struct pr_store *store = lab.world.store;
		const struct pr_execution_id *one = &wrong[i];

		assert_int_equal(PR_ENOTFOUND, pr_executions_get(store, one, &found, NULL));
		assert_int_equal(PR_ENOTFOUND, pr_executions_get_result(store, one, &found, NULL));
		assert_int_equal(PR_ENOTFOUND, pr_executions_get_log(store, one, &text, NULL));
		assert_int_equal(PR_ENOTFOUND, pr_executions_get_state(store, one, &found, NULL));
		assert_int_equal(
			PR_ENOTFOUND, pr_executions_set_state(store, one, next, &text, NULL));
		assert_int_equal(
			PR_ENOTFOUND, pr_executions_report(store, one, &wish.report, NULL));
		assert_int_equal(PR_ENOTFOUND, pr_executions_delete(store, one, &text, NULL));
	}
	assert_int_equal(1,
		number_of(pr_store_database(lab.world.store), "SELECT count(*) FROM executions"));
	wish.experiment = NOBODY;
	assert_int_equal(PR_ENOTFOUND, make(&lab, wish, id));
	pr_store_close(lab.world.store);
}

static void lists_are_of_all_an_experiment_or_a_plan(void **state)
{
	struct lab lab;
	char id[PR_UUID_SIZE];
	const struct {
		struct pr_executions_query query;
		const char *found;
	} rows[] = {
		{{.organization = lab.world.organizations[0]}, PLAN " - " PLAN},
		{{.organization = lab.world.organizations[0], .experiment = lab.experiment},
			PLAN " - " PLAN},
		{{.organization = lab.world.organizations[0], .plan = PLAN}, PLAN " " PLAN},
		{{.organization = lab.world.organizations[0], .plan = NOBODY}, ""},
		{{.organization = lab.world.organizations[0], .experiment = NOBODY}, ""},
		{{.organization = lab.world.organizations[1]}, ""},
		{{.organization = lab.world.organizations[1], .plan = PLAN}, ""},
	};

	open_lab(&lab, state);
	for (int i = 0; i < 3; i++) {
		struct pr_execution_new wish = {
			.plan = i == 1 ? NULL : PLAN, .report = {.result = "{}"}, .created = i};

		assert_int_equal(0, make(&lab, wish, id));
	}
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct pr_rows_page page = {.page = 1, .limit = 10};

		assert_int_equal(
			0, pr_executions_list(lab.world.store, &rows[i].query, &page, NULL));
		assert_int_equal(json_array_size(page.items), page.count);
		assert_page(&page, "plan_id", rows[i].found);
	}
	pr_store_close(lab.world.store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_is_reported_is_kept_whole, place_make, place_remove),
		cmocka_unit_test_setup_teardown(a_state_tells_the_plan, place_make, place_remove),
		cmocka_unit_test_setup_teardown(
			what_is_not_there_is_not_found, place_make, place_remove),
		cmocka_unit_test_setup_teardown(
			lists_are_of_all_an_experiment_or_a_plan, place_make, place_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
