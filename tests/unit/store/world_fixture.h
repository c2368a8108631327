#ifndef PR_TESTS_UNIT_STORE_WORLD_FIXTURE_H
#define PR_TESTS_UNIT_STORE_WORLD_FIXTURE_H

/* An open store with two users, each of whom owns an organisation that the other is no member of.
 */

#include "base/compiler.h"
#include "base/text.h"
#include "base/uuid.h"
#include "codec/json.h"
#include "database_fixture.h"
#include "store/organizations.h"
#include "store/users.h"

#define NOBODY "99999999-9999-4999-8999-999999999999"

struct world {
	struct pr_store *store;
	char users[2][PR_UUID_SIZE], organizations[2][PR_UUID_SIZE];
};

/* Keeps the id of an object, and gives the object up. */
static inline void take_id(json_t *object, char id[PR_UUID_SIZE])
{
	pr_text_copy(id, PR_UUID_SIZE, pr_json_str(object, "id"));
	json_decref(object);
}

/* "ann" and "bob". The caller closes the store. */
static inline void open_world(struct world *world, const struct place *place)
{
	static const char *const names[] = {"ann", "bob"};
	struct pr_store_options options = {.database = place->uri, .create = true};
	struct pr_err err = PR_ERR_INIT;
	json_t *made = NULL;

	setenv("PLAN_DEPLOYER_KEY", FIXTURE_KEY, 1);
	if (pr_store_open(&options, &world->store, &err))
		fail_msg("%s", err.msg);
	for (size_t i = 0; i < PR_LEN(names); i++) {
		assert_int_equal(0, pr_users_create(world->store, names[i], NULL, &made, NULL));
		take_id(made, world->users[i]);
		assert_int_equal(0, pr_organizations_create(
					    world->store, world->users[i], names[i], &made, NULL));
		take_id(made, world->organizations[i]);
	}
}

/* The JSON of a test, written with single quotes. Caller owns. */
static inline json_t *json_of(const char *text)
{
	PR_AUTO(free) char *quoted = strdup(text);
	json_t *value;

	assert_non_null(quoted);
	for (char *c = quoted; *c; c++)
		if (*c == '\'')
			*c = '"';
	value = json_loads(quoted, JSON_DECODE_ANY, NULL);
	assert_non_null(value);
	return value;
}

/* Checks a value, which is given up, by its JSON with single quotes. */
static inline void assert_json(const char *wanted, json_t *value)
{
	json_auto_t *right = json_of(wanted);

	if (!json_equal(right, value)) {
		char *text = json_dumps(value, JSON_ENCODE_ANY);

		fail_msg("%s is not %s", text, wanted);
	}
	json_decref(value);
}

/* Checks the items of a page, which are given up, by one member of each: "a b c". */
static inline void assert_page(struct pr_rows_page *page, const char *member, const char *wanted)
{
	char found[512] = "";
	size_t i;
	json_t *item;

	json_array_foreach (page->items, i, item) {
		const char *text = pr_json_str(item, member);
		size_t n = strlen(found);

		pr_text_print(
			found + n, sizeof(found) - n, "%s%s", i ? " " : "", text ? text : "-");
	}
	assert_string_equal(wanted, found);
	json_decref(page->items);
	page->items = NULL;
}

#endif
