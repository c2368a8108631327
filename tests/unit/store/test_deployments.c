#include "base/redact.h"
#include "store/deployments.h"
#include "world_fixture.h"

static int make(
	const struct world *world, const char *name, const char *definition, char id[PR_UUID_SIZE])
{
	json_auto_t *document = json_of(definition);
	struct pr_deployment_body body = {name, document};
	json_t *made = NULL;
	int rc = pr_deployments_create(world->store, world->organizations[0], &body, &made, NULL);

	if (!rc)
		take_id(made, id);
	return rc;
}

static json_t *definition_of(const struct world *world, const char *id, bool clear)
{
	struct pr_deployment_id deployment = {world->organizations[0], id};
	json_t *found = NULL, *definition;
	int rc = clear ? pr_deployments_get_clear(world->store, &deployment, &found, NULL)
		       : pr_deployments_get(world->store, &deployment, &found, NULL);

	assert_int_equal(0, rc);
	definition = json_incref(json_object_get(found, "definition"));
	json_decref(found);
	return definition;
}

/* One after the other, of one deployment. */
static void secrets_are_kept_until_another_is_given(void **state)
{
	static const struct {
		const char *given, *shown, *clear;
	} rows[] = {
		{"{'type': 'github', 'token': '" PR_REDACTED "', 'repo': 'r'}",
			"{'type': 'github', 'token': '" PR_REDACTED "', 'repo': 'r'}",
			"{'type': 'github', 'token': 'first', 'repo': 'r'}"},
		{"{'type': 'github', 'token': 'second'}",
			"{'type': 'github', 'token': '" PR_REDACTED "'}",
			"{'type': 'github', 'token': 'second'}"},
		{"{'type': 'github', 'token': null}", "{'type': 'github', 'token': null}",
			"{'type': 'github', 'token': null}"},
		{"{'type': 'github', 'token': '" PR_REDACTED "'}",
			"{'type': 'github', 'token': null}", "{'type': 'github', 'token': null}"},
		{"{'type': 'k8s_job', 'credentials': 'c'}",
			"{'type': 'k8s_job', 'credentials': '" PR_REDACTED "'}",
			"{'type': 'k8s_job', 'credentials': 'c'}"},
	};
	struct world world;
	char id[PR_UUID_SIZE];
	struct pr_deployment_id deployment = {world.organizations[0], id};

	open_world(&world, *state);
	assert_int_equal(0, make(&world, "d", "{'type': 'github', 'token': 'first'}", id));
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		json_auto_t *definition = json_of(rows[i].given);
		struct pr_deployment_body body = {"d", definition};

		assert_int_equal(0, pr_deployments_replace(world.store, &deployment, &body, NULL));
		assert_json(rows[i].shown, definition_of(&world, id, false));
		assert_json(rows[i].clear, definition_of(&world, id, true));
	}
	pr_store_close(world.store);
}

static void a_name_is_taken_once(void **state)
{
	struct world world;
	char id[PR_UUID_SIZE], second[PR_UUID_SIZE];
	struct pr_deployment_id deployment = {world.organizations[0], second};
	json_auto_t *definition = json_of("{'type': 'noop'}");
	struct pr_deployment_body body = {"a", definition};

	open_world(&world, *state);
	assert_int_equal(0, make(&world, "a", "{'type': 'noop'}", id));
	assert_int_equal(PR_EEXIST, make(&world, "a", "{'type': 'noop'}", second));
	assert_int_equal(0, make(&world, "b", "{'type': 'noop'}", second));
	assert_int_equal(PR_EEXIST, pr_deployments_replace(world.store, &deployment, &body, NULL));
	assert_int_equal(0, pr_deployments_delete(world.store,
				    &(struct pr_deployment_id){world.organizations[0], id}, NULL));
	assert_int_equal(0, pr_deployments_replace(world.store, &deployment, &body, NULL));
	pr_store_close(world.store);
}

static void lists_have_their_orders(void **state)
{
	static const char *const names[] = {"b", "A%", "c", "a"};
	static const struct {
		const char *pattern, *found;
	} rows[] = {
		{NULL, "A% a b c"},
		{"", "A% a b c"},
		{"a", "a A%"},
		{"%", "A%"},
		{"x", ""},
	};
	struct world world;
	char id[PR_UUID_SIZE];
	struct pr_rows_page page = {.page = 2, .limit = 3};

	open_world(&world, *state);
	for (size_t i = 0; i < PR_LEN(names); i++)
		assert_int_equal(0, make(&world, names[i], "{'type': 'noop'}", id));
	assert_int_equal(
		0, pr_deployments_list(world.store, world.organizations[0], NULL, &page, NULL));
	assert_int_equal(4, page.count);
	assert_page(&page, "name", "c");
	page = (struct pr_rows_page){.page = 1, .limit = 10};
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		assert_int_equal(0, pr_deployments_list(world.store, world.organizations[0],
					    rows[i].pattern, &page, NULL));
		assert_int_equal(json_array_size(page.items), page.count);
		assert_page(&page, "name", rows[i].found);
	}
	assert_int_equal(
		0, pr_deployments_list(world.store, world.organizations[1], NULL, &page, NULL));
	assert_page(&page, "name", "");
	pr_store_close(world.store);
}

/* Each function with a deployment of another organisation. */
static void what_is_not_there_is_not_found(void **state)
{
	struct world world;
	char id[PR_UUID_SIZE];
	struct pr_deployment_id foreign = {world.organizations[1], id};
	json_auto_t *definition = json_of("{'type': 'noop'}");
	struct pr_deployment_body body = {"x", definition};
	json_t *found = NULL;

	open_world(&world, *state);
	assert_int_equal(0, make(&world, "a", "{'type': 'noop', 'token': 't'}", id));
	assert_int_equal(PR_ENOTFOUND, pr_deployments_get(world.store, &foreign, &found, NULL));
	assert_int_equal(
		PR_ENOTFOUND, pr_deployments_get_clear(world.store, &foreign, &found, NULL));
	assert_int_equal(PR_ENOTFOUND, pr_deployments_replace(world.store, &foreign, &body, NULL));
	assert_int_equal(PR_ENOTFOUND, pr_deployments_delete(world.store, &foreign, NULL));
	pr_store_close(world.store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			secrets_are_kept_until_another_is_given, place_make, place_remove),
		cmocka_unit_test_setup_teardown(a_name_is_taken_once, place_make, place_remove),
		cmocka_unit_test_setup_teardown(lists_have_their_orders, place_make, place_remove),
		cmocka_unit_test_setup_teardown(
			what_is_not_there_is_not_found, place_make, place_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
