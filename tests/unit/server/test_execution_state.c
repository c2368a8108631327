#include "server/execution_state.h"

#include "base/compiler.h"
#include "base/text.h"
#include "codec/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NOW 1700000000000000
#define USER "11111111-1111-4111-8111-111111111111"

static json_t *parsed(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

	if (!value)
		fail_msg("no JSON: %s", text);
	return value;
}

/* NULL where it is refused. Caller owns. */
static json_t *state_of(const char *text)
{
	json_auto_t *sent = parsed(text);
	json_auto_t *problems = json_array();
	json_t *clean = NULL;

	if (pr_shape_read(&pr_execution_state_shape, sent, problems, &clean, NULL))
		fail_msg("%s", text);
	if (!json_array_size(problems) && pr_execution_state_complete(clean, USER, "me", NOW, NULL))
		fail_msg("%s", text);
	return clean;
}

static void states_are_completed(void **state)
{
	static const struct {
		const char *sent;
		const char *kept;
	} rows[] = {
		{"{\"current\":\"running\"}", "{\"current\":\"running\",\"plan_id\":null,"
					      "\"started_on\":\"2023-11-14T22:13:20.000000Z\"}"},
		{"{\"current\":\"running\",\"started_on\":\"2026-11-20T18:04:56+02:00\",\"x\":1}",
			"{\"current\":\"running\",\"plan_id\":null,"
			"\"started_on\":\"2026-11-20T16:04:56.000000Z\"}"},
		{"{\"current\":\"pause\",\"duration\":3300}",
			"{\"current\":\"pause\",\"plan_id\":null,\"duration\":3300,"
			"\"user\":{\"name\":\"me\",\"id\":\"" USER "\"}}"},
		{"{\"current\":\"terminate\",\"user\":null}",
			"{\"current\":\"terminate\",\"plan_id\":null,\"skip_rollbacks\":false,"
			"\"user\":{\"name\":\"me\",\"id\":\"" USER "\"}}"},
		{"{\"current\":\"finished\",\"status\":\"failed\"}",
			"{\"current\":\"finished\",\"plan_id\":null,\"status\":\"failed\","
			"\"deviated\":false,\"finished_on\":\"2023-11-14T22:13:20.000000Z\"}"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		json_auto_t *kept = state_of(rows[i].sent);
		json_auto_t *wanted = parsed(rows[i].kept);

		if (!json_equal(kept, wanted))
			fail_msg("%s", rows[i].sent);
	}
}

static void what_is_no_state_is_refused(void **state)
{
	static const char *const texts[] = {"{}", "[]", "{\"duration\":5}", "{\"current\":null}",
		"{\"current\":\"stop\"}", "{\"current\":\"pause\"}",
		"{\"current\":\"pause\",\"duration\":5.0}",
		"{\"current\":\"pause\",\"duration\":\"5\"}",
		"{\"current\":\"pause\",\"duration\":-1}",
		"{\"current\":\"pause\",\"duration\":3301}",
		"{\"current\":\"pause\",\"duration\":true}",
		"{\"current\":\"finished\",\"status\":\"done\"}",
		"{\"current\":\"running\",\"plan_id\":\"x\"}",
		"{\"current\":\"running\",\"started_on\":\"yesterday\"}"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(texts); i++) {
		json_auto_t *kept = state_of(texts[i]);

		if (kept)
			fail_msg("%s", texts[i]);
	}
}

static void an_end_is_known_by_its_date(void **state)
{
	json_auto_t *finished = state_of("{\"current\":\"finished\"}");
	json_auto_t *running = state_of("{\"current\":\"running\"}");
	json_auto_t *fresh = pr_execution_state_new(NOW);
	int64_t when = 0;

	(void)state;
	assert_true(pr_execution_state_finished(finished, &when));
	assert_int_equal(when, NOW);
	assert_false(pr_execution_state_finished(running, &when));
	assert_false(pr_execution_state_finished(fresh, &when));
	assert_string_equal(pr_json_str(fresh, "current"), "pending");
	assert_string_equal(pr_json_str(fresh, "created_on"), "2023-11-14T22:13:20.000000Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_are_completed),
		cmocka_unit_test(what_is_no_state_is_refused),
		cmocka_unit_test(an_end_is_known_by_its_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
