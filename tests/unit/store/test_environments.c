#include "base/redact.h"
#include "store/environments.h"
#include "store/integrations.h"
#include "world_fixture.h"

#define BODY                                                                               \
	"{'name': 'Prod', 'used_for': '%s', 'envvars': [{'var_name': 'A', 'value': '1'}]," \
	" 'secrets': [{'key': 'k', 'var_name': 'TOKEN', 'value': 's3cr3t-value'},"         \
	" {'key': 'f', 'value': 's3cr3t-file', 'path': '/run/x'}]}"

static void make(const struct world *world, const char *used_for, char id[PR_UUID_SIZE])
{
	char text[512];
	json_t *body, *made = NULL;

	pr_text_print(text, sizeof(text), BODY, used_for);
	body = json_of(text);
	assert_int_equal(0,
		pr_environments_create(world->store, world->organizations[0], body, &made, NULL));
	json_decref(body);
	take_id(made, id);
}

/* A member of an environment. Caller owns. */
static json_t *look(const struct world *world, const char *id, bool clear, const char *member)
{
	struct pr_environment_id environment = {world->organizations[0], id};
	json_t *found = NULL, *value;

	assert_int_equal(0, pr_environments_get(world->store, &environment, clear, &found, NULL));
	value = json_incref(json_object_get(found, member));
	json_decref(found);
	return value;
}

static int count_clear(void *arg, const struct pr_row *row, struct pr_err *err)
{
	size_t n = 0;
	const void *sealed = pr_row_blob(row, 0, &n);

	(void)err;
	*(bool *)arg = memmem(sealed, n, "s3cr3t", 6) != NULL;
	return 0;
}

static void secrets_are_masked_and_sealed(void **state)
{
	struct world world;
	char id[PR_UUID_SIZE];
	bool is_clear = true;

	open_world(&world, *state);
	make(&world, "plan", id);
	assert_json("[{'key': 'k', 'var_name': 'TOKEN', 'value': '" PR_REDACTED "'},"
		    " {'key': 'f', 'value': '" PR_REDACTED "', 'path': '/run/x'}]",
		look(&world, id, false, "secrets"));
	assert_json("[{'key': 'k', 'var_name': 'TOKEN', 'value': 's3cr3t-value'},"
		    " {'key': 'f', 'value': 's3cr3t-file', 'path': '/run/x'}]",
		look(&world, id, true, "secrets"));
	assert_int_equal(
		0, pr_database_run(pr_store_database(world.store),
			   &(struct pr_statement){.sql = "SELECT secrets FROM environments"},
			   count_clear, &is_clear, NULL, NULL));
	assert_false(is_clear);
	pr_store_close(world.store);
}

static void items_are_set_and_removed_by_name(void **state)
{
	static const struct {
		const char *item, *removed; /* one of the two */
		const char *variables, *secrets;
	} rows[] = {
		{"{'var_name': 'A', 'value': '2'}", NULL, "[{'var_name': 'A', 'value': '2'}]",
			"k f"},
		{"{'var_name': 'B', 'value': ''}", NULL,
			"[{'var_name': 'A', 'value': '2'}, {'var_name': 'B', 'value': ''}]", "k f"},
		{"{'key': 'k', 'var_name': 'T', 'value': 'x'}", NULL,
			"[{'var_name': 'A', 'value': '2'}, {'var_name': 'B', 'value': ''}]", "k f"},
		{NULL, "A", "[{'var_name': 'B', 'value': ''}]", "k f"},
		{NULL, "f", "[{'var_name': 'B', 'value': ''}]", "k"},
		{NULL, "nothing", "[{'var_name': 'B', 'value': ''}]", "k"},
	};
	struct world world;
	char id[PR_UUID_SIZE];
	struct pr_environment_id environment = {world.organizations[0], id};

	open_world(&world, *state);
	make(&world, "plan", id);
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		json_auto_t *item = json_of(rows[i].item ? rows[i].item : "null");
		struct pr_rows_page secrets = {.page = 1};

		assert_int_equal(
			0, rows[i].item ? pr_environments_set(world.store, &environment, item, NULL)
					: pr_environments_remove(world.store, &environment,
						  rows[i].removed, NULL));
		assert_json(rows[i].variables, look(&world, id, false, "envvars"));
		secrets.items = look(&world, id, true, "secrets");
		assert_page(&secrets, "key", rows[i].secrets);
	}
	assert_json(
		"[{'key': 'k', 'var_name': 'T', 'value': 'x'}]", look(&world, id, true, "secrets"));
	pr_store_close(world.store);
}

static void a_copy_outlives_what_it_was_made_of(void **state)
{
	struct world world;
	char id[PR_UUID_SIZE], copy[PR_UUID_SIZE];
	struct pr_environment_id environment = {world.organizations[0], id};
	json_t *made = NULL;

	open_world(&world, *state);
	make(&world, "plan", id);
	assert_int_equal(0, pr_environments_clone(world.store, &environment, "Copy", &made, NULL));
	take_id(made, copy);
	assert_int_equal(0, pr_environments_delete(world.store, &environment, NULL));
	assert_json("'Copy'", look(&world, copy, false, "name"));
	assert_json("[{'key': 'k', 'var_name': 'TOKEN', 'value': 's3cr3t-value'},"
		    " {'key': 'f', 'value': 's3cr3t-file', 'path': '/run/x'}]",
		look(&world, copy, true, "secrets"));
	pr_store_close(world.store);
}

/* Each function with an environment of another organisation. */
static void what_is_not_there_is_not_found(void **state)
{
	struct world world;
	char id[PR_UUID_SIZE];
	struct pr_environment_id foreign = {world.organizations[1], id};
	json_auto_t *item = json_of("{'var_name': 'A', 'value': '2'}");
	json_t *found = NULL;

	open_world(&world, *state);
	make(&world, "plan", id);
	assert_int_equal(
		PR_ENOTFOUND, pr_environments_get(world.store, &foreign, true, &found, NULL));
	assert_int_equal(PR_ENOTFOUND, pr_environments_set(world.store, &foreign, item, NULL));
	assert_int_equal(PR_ENOTFOUND, pr_environments_remove(world.store, &foreign, "A", NULL));
	assert_int_equal(
		PR_ENOTFOUND, pr_environments_clone(world.store, &foreign, "x", &found, NULL));
	assert_int_equal(PR_ENOTFOUND, pr_environments_delete(world.store, &foreign, NULL));
	pr_store_close(world.store);
}

static void an_integration_comes_and_goes_with_its_environment(void **state)
{
	struct world world;
	char id[PR_UUID_SIZE], own[PR_UUID_SIZE], other[PR_UUID_SIZE];
	struct pr_integration_id integration = {world.organizations[0], id};
	struct pr_environment_id environment = {world.organizations[0], own};
	struct pr_rows_page page = {.page = 1, .limit = 10};
	json_auto_t *body = json_of(
		"{'name': 'slack', 'provider': 'slack', 'vendor': null, 'environment':"
		" {'name': 'own', 'used_for': 'integration', 'envvars': [], 'secrets': []}}");
	json_t *made = NULL;
	bool is_integrated = false;

	open_world(&world, *state);
	make(&world, "plan", other);
	assert_int_equal(
		0, pr_integrations_create(world.store, world.organizations[0], body, &made, NULL));
	pr_text_copy(own, sizeof(own), pr_json_str(made, "environment_id"));
	take_id(made, id);
	assert_int_equal(
		0, pr_environments_is_integrated(world.store, &environment, &is_integrated, NULL));
	assert_true(is_integrated);
	assert_int_equal(0, pr_environments_list(world.store, world.organizations[0], &page, NULL));
	assert_page(&page, "name", "Prod");
	assert_int_equal(0, pr_integrations_list(world.store, world.organizations[1], &page, NULL));
	assert_page(&page, "name", "");
	assert_int_equal(0, pr_store_change(world.store, NULL));
	assert_int_equal(PR_EEXIST,
		pr_integrations_create(world.store, world.organizations[0], body, &made, NULL));
	pr_store_undo(world.store);
	assert_int_equal(0, pr_store_commit(world.store, NULL));
	assert_int_equal(0, pr_integrations_delete(world.store, &integration, NULL));
	assert_int_equal(
		1, number_of(pr_store_database(world.store), "SELECT count(*) FROM environments"));
	assert_int_equal(PR_ENOTFOUND, pr_integrations_get(world.store, &integration, &made, NULL));
	assert_int_equal(PR_ENOTFOUND, pr_integrations_delete(world.store, &integration, NULL));
	pr_store_close(world.store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			secrets_are_masked_and_sealed, place_make, place_remove),
		cmocka_unit_test_setup_teardown(
			items_are_set_and_removed_by_name, place_make, place_remove),
		cmocka_unit_test_setup_teardown(
			a_copy_outlives_what_it_was_made_of, place_make, place_remove),
		cmocka_unit_test_setup_teardown(
			what_is_not_there_is_not_found, place_make, place_remove),
		cmocka_unit_test_setup_teardown(an_integration_comes_and_goes_with_its_environment,
			place_make, place_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
