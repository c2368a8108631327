#include "store/tokens.h"
#include "world_fixture.h"

/* The clear text of a fresh token of the first user, in `text`. */
static void make_token(const struct world *world, const struct pr_token_new *more, char text[33],
	char id[PR_UUID_SIZE])
{
	struct pr_token_new wish = *more;
	json_t *made = NULL;

	wish.organization = world->organizations[0];
	wish.user = world->users[0];
	assert_int_equal(0, pr_tokens_create(world->store, &wish, &made, NULL));
	pr_text_copy(text, 33, pr_json_str(made, "token"));
	assert_int_equal(32, strlen(text));
	take_id(made, id);
}

static int find(const struct world *world, const char *token, const char *organization,
	struct pr_token_owner *owner)
{
	return pr_tokens_find(world->store, token, organization, owner, NULL);
}

static void a_token_is_found_until_it_goes(void **state)
{
	struct world world;
	struct pr_token_owner owner;
	char text[33], id[PR_UUID_SIZE];

	open_world(&world, *state);
	make_token(&world, &(struct pr_token_new){.name = "one"}, text, id);
	assert_int_equal(0, find(&world, text, "", &owner));
	assert_string_equal(world.users[0], owner.user);
	assert_string_equal("ann", owner.user_name);
	text[0] = text[0] == '0' ? '1' : '0';
	assert_int_equal(PR_ENOTFOUND, find(&world, text, "", &owner));
	text[0] = '\0';
	assert_int_equal(PR_ENOTFOUND, find(&world, text, "", &owner));
	make_token(&world, &(struct pr_token_new){.name = "two"}, text, id);
	assert_int_equal(PR_ENOTFOUND,
		pr_tokens_delete(world.store,
			&(struct pr_token_id){world.organizations[1], world.users[0], id}, NULL));
	assert_int_equal(PR_ENOTFOUND,
		pr_tokens_delete(world.store,
			&(struct pr_token_id){world.organizations[0], world.users[1], id}, NULL));
	assert_int_equal(0, find(&world, text, "", &owner));
	assert_int_equal(0,
		pr_tokens_delete(world.store,
			&(struct pr_token_id){world.organizations[0], world.users[0], id}, NULL));
	assert_int_equal(PR_ENOTFOUND, find(&world, text, "", &owner));
	pr_store_close(world.store);
}

static void an_expired_token_is_unknown(void **state)
{
	static const int64_t minute = 60000000;
	struct world world;
	struct pr_token_owner owner;
	char text[33], id[PR_UUID_SIZE];

	open_world(&world, *state);
	make_token(&world,
		&(struct pr_token_new){.name = "soon", .expires = pr_store_now() + minute}, text,
		id);
	assert_int_equal(0, find(&world, text, "", &owner));
	make_token(&world,
		&(struct pr_token_new){.name = "gone", .expires = pr_store_now() - minute}, text,
		id);
	assert_int_equal(PR_ENOTFOUND, find(&world, text, "", &owner));
	pr_store_close(world.store);
}

static void membership_is_told(void **state)
{
	struct world world;
	struct pr_token_owner owner;
	char text[33], id[PR_UUID_SIZE];

	open_world(&world, *state);
	make_token(&world, &(struct pr_token_new){.name = "one"}, text, id);
	assert_int_equal(0, find(&world, text, world.organizations[0], &owner));
	assert_int_equal(PR_MEMBERSHIP_THERE, owner.membership);
	assert_int_equal(0, find(&world, text, world.organizations[1], &owner));
	assert_int_equal(PR_MEMBERSHIP_NONE, owner.membership);
	assert_int_equal(0, find(&world, text, world.users[0], &owner));
	assert_int_equal(PR_MEMBERSHIP_UNKNOWN, owner.membership);
	assert_int_equal(PR_EAUTH,
		pr_organizations_delete(world.store, world.users[0], world.organizations[1], NULL));
	assert_int_equal(0,
		pr_organizations_delete(world.store, world.users[1], world.organizations[1], NULL));
	assert_int_equal(0, find(&world, text, world.organizations[1], &owner));
	assert_int_equal(PR_MEMBERSHIP_GONE, owner.membership);
	pr_store_close(world.store);
}

static void tokens_of_runs_are_not_shown(void **state)
{
	static const char plan[] = "11111111-2222-4333-8444-555555555555";
	struct world world;
	struct pr_token_owner owner;
	struct pr_rows_page page = {.page = 1, .limit = 10};
	char text[33], id[PR_UUID_SIZE];

	open_world(&world, *state);
	make_token(&world, &(struct pr_token_new){.name = "run", .plan = plan}, text, id);
	assert_int_equal(0, find(&world, text, world.organizations[0], &owner));
	assert_int_equal(0,
		pr_tokens_list(world.store, world.organizations[0], world.users[0], &page, NULL));
	assert_int_equal(0, page.count);
	assert_int_equal(0, json_array_size(page.items));
	json_decref(page.items);
	assert_int_equal(0, pr_tokens_delete_of_plan(world.store, plan, NULL));
	assert_int_equal(PR_ENOTFOUND, find(&world, text, "", &owner));
	pr_store_close(world.store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_token_is_found_until_it_goes, place_make, place_remove),
		cmocka_unit_test_setup_teardown(
			an_expired_token_is_unknown, place_make, place_remove),
		cmocka_unit_test_setup_teardown(membership_is_told, place_make, place_remove),
		cmocka_unit_test_setup_teardown(
			tokens_of_runs_are_not_shown, place_make, place_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
