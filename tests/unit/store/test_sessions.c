#include "base/compiler.h"
#include "database_fixture.h"
#include "store/organizations.h"
#include "store/sessions.h"
#include "store/tokens.h"
#include "store/users.h"

#include "codec/json.h"

struct world {
	struct pr_store *store;
	json_t *user, *organization, *token;
};

static const char *id_of(const json_t *object)
{
	return pr_json_str(object, "id");
}

static void make_token(struct world *world, const char *name, const char *plan, int64_t expires)
{
	struct pr_token_new wish = {.organization = id_of(world->organization),
		.user = id_of(world->user),
		.name = name,
		.plan = plan,
		.expires = expires};

	json_decref(world->token);
	assert_int_equal(0, pr_tokens_create(world->store, &wish, &world->token, NULL));
}

static void open_world(struct world *world, const struct place *place)
{
	struct pr_store_options options = {.database = place->uri, .create = true};
	struct pr_err err = PR_ERR_INIT;

	setenv("PLAN_DEPLOYER_KEY", FIXTURE_KEY, 1);
	*world = (struct world){.store = NULL};
	if (pr_store_open(&options, &world->store, &err))
		fail_msg("%s", err.msg);
	assert_int_equal(0, pr_users_create(world->store, "ann", NULL, &world->user, NULL));
	assert_int_equal(0, pr_organizations_create(world->store, id_of(world->user), "Acme",
				    &world->organization, NULL));
	make_token(world, "mine", NULL, 0);
}

static void close_world(struct world *world)
{
	json_decref(world->user);
	json_decref(world->organization);
	json_decref(world->token);
	pr_store_close(world->store);
}

static int open_session(const struct world *world, char *ret_secret)
{
	return pr_sessions_open(world->store, pr_json_str(world->token, "token"), ret_secret, NULL);
}

static void run(const struct world *world, const char *sql)
{
	assert_int_equal(0, pr_database_script(pr_store_database(world->store), sql, NULL));
}

static void a_token_makes_a_session(void **state)
{
	char secret[PR_SESSION_SECRET_SIZE];
	struct pr_session session;
	struct world world;

	open_world(&world, *state);
	assert_int_equal(0, open_session(&world, secret));
	assert_int_equal(64, strlen(secret));
	assert_int_equal(0, pr_sessions_find(world.store, secret, &session, NULL));
	assert_string_equal("Acme", session.organization_name);
	assert_string_equal("ann", session.user_name);
	assert_string_equal(id_of(world.organization), session.organization);
	assert_int_equal(0, pr_sessions_close(world.store, secret, NULL));
	assert_int_equal(PR_EAUTH, pr_sessions_find(world.store, secret, &session, NULL));
	assert_int_equal(0, pr_sessions_close(world.store, secret, NULL));
	close_world(&world);
}

/* Neither the secret nor what it is made of opens anything but what it was given for. */
static void nothing_else_makes_one(void **state)
{
	static const char *const texts[] = {"", "x", "' OR 1=1 --"};
	char secret[PR_SESSION_SECRET_SIZE], other[PR_SESSION_SECRET_SIZE];
	struct pr_session session;
	struct world world;

	open_world(&world, *state);
	assert_int_equal(0, open_session(&world, secret));
	for (size_t i = 0; i < PR_LEN(texts); i++) {
		assert_int_equal(PR_EAUTH, pr_sessions_open(world.store, texts[i], other, NULL));
		assert_int_equal(PR_EAUTH, pr_sessions_enter(world.store, texts[i], other, NULL));
		assert_int_equal(PR_EAUTH, pr_sessions_find(world.store, texts[i], &session, NULL));
	}
	assert_int_equal(PR_EAUTH, pr_sessions_enter(world.store, secret, other, NULL));
	assert_int_equal(PR_EAUTH,
		pr_sessions_find(world.store, pr_json_str(world.token, "token"), &session, NULL));
	make_token(&world, "of a run", "PLAN", 0);
	assert_int_equal(PR_EAUTH, open_session(&world, other));
	make_token(&world, "expired", NULL, pr_store_now() - 1);
	assert_int_equal(PR_EAUTH, open_session(&world, other));
	close_world(&world);
}

static void a_link_is_of_use_once(void **state)
{
	char link[PR_SESSION_SECRET_SIZE], secret[PR_SESSION_SECRET_SIZE];
	struct pr_session session;
	int64_t expires = 0;
	struct world world;

	open_world(&world, *state);
	assert_int_equal(0, pr_sessions_link(world.store, id_of(world.organization),
				    id_of(world.user), link, &expires, NULL));
	assert_in_range(expires - pr_store_now(), 290000000, 300000000);
	assert_int_equal(PR_EAUTH, pr_sessions_find(world.store, link, &session, NULL));
	assert_int_equal(0, pr_sessions_enter(world.store, link, secret, NULL));
	assert_int_equal(PR_EAUTH, pr_sessions_enter(world.store, link, secret, NULL));
	assert_int_equal(0, pr_sessions_find(world.store, secret, &session, NULL));
	close_world(&world);
}

/* What is older than it may be, and what happened to member and organisation since. */
static void sessions_end(void **state)
{
	static const char *const ends[] = {"UPDATE sessions SET expires = 1", "DELETE FROM members",
		"UPDATE organizations SET deleted = 1"};
	char secret[PR_SESSION_SECRET_SIZE], link[PR_SESSION_SECRET_SIZE];
	struct pr_session session;
	int64_t expires;
	struct world world;

	open_world(&world, *state);
	assert_int_equal(0, pr_sessions_link(world.store, id_of(world.organization),
				    id_of(world.user), link, &expires, NULL));
	for (size_t i = 0; i < PR_LEN(ends); i++) {
		assert_int_equal(0, open_session(&world, secret));
		assert_int_equal(0, pr_sessions_find(world.store, secret, &session, NULL));
		run(&world, ends[i]);
		assert_int_equal(PR_EAUTH, pr_sessions_find(world.store, secret, &session, NULL));
		if (i == 0) {
			assert_int_equal(
				PR_EAUTH, pr_sessions_enter(world.store, link, secret, NULL));
			assert_int_equal(0, number_of(pr_store_database(world.store),
						    "SELECT count(*) FROM sessions"));
		} else if (i == 1) {
			assert_int_equal(0, pr_members_add(world.store, id_of(world.organization),
						    id_of(world.user), NULL));
		}
	}
	close_world(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_token_makes_a_session, place_make, place_remove),
		cmocka_unit_test_setup_teardown(nothing_else_makes_one, place_make, place_remove),
		cmocka_unit_test_setup_teardown(a_link_is_of_use_once, place_make, place_remove),
		cmocka_unit_test_setup_teardown(sessions_end, place_make, place_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
