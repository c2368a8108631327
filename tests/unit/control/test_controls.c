#include "control/controls.h"

#include "base/env.h"
#include "base/text.h"
#include "experiment/check_control.h"
#include "platform/context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#define CONTROL(name, more) \
	"{\"name\":\"" name "\",\"provider\":{\"type\":\"python\",\"module\":\"fake\"}" more "}"
#define LISTENER(name) \
	"{\"name\":\"" name "\",\"provider\":{\"type\":\"python\",\"module\":\"listener\"}}"

/* What the fake controls did: their names in the order of calls. */
static char called[256];

/* In place of the engine: takes the answer of the hook. */
struct asker {
	struct pr_hook_ticket ticket;
	struct pr_loop *loop;
	int resumed;
	struct pr_hook_answer answer;
};

static void on_resume(struct pr_hook_ticket *ticket, const struct pr_hook_answer *answer)
{
	struct asker *asker = pr_container_of(ticket, struct asker, ticket);

	asker->resumed++;
	asker->answer = *answer;
	pr_loop_stop(asker->loop);
}

struct fake {
	const char *name;
	struct pr_loop *loop;
	struct pr_hook_ticket *ticket;
	struct pr_timer timer;
	bool waits;
	bool interrupts;
};

static void fake_resume(void *arg)
{
	struct fake *fake = arg;
	struct pr_hook_answer answer = {.verdict = PR_HOOK_CONTINUE};

	if (fake->interrupts)
		answer.verdict = PR_HOOK_INTERRUPT;
	pr_hook_resume(pr_steal(fake->ticket), &answer);
}

static void fake_cancel(void *self)
{
	struct fake *fake = self;

	strncat(called, "!", sizeof called - strlen(called) - 1);
	pr_timer_stop(&fake->timer);
	fake_resume(fake);
}

static void fake_on(void *self, const struct pr_hook_event *event, struct pr_hook_ticket *ticket,
	struct pr_hook_answer *answer)
{
	struct fake *fake = self;

	if (event->point == PR_HOOK_STARTED || event->point == PR_HOOK_FINISHED)
		return;
	strncat(called, fake->name, sizeof called - strlen(called) - 1);
	if (fake->waits) {
		fake->ticket = ticket;
		assert_int_equal(
			pr_timer_start(fake->loop, &fake->timer, 1000, fake_resume, fake), 0);
		answer->verdict = PR_HOOK_WAIT;
	} else if (fake->interrupts) {
		answer->verdict = PR_HOOK_INTERRUPT;
	}
}

static void fake_free(void *self)
{
	struct fake *fake = self;

	pr_timer_stop(&fake->timer);
	free(fake);
}

static int fake_configure(const struct pr_native_env *env, const json_t *declaration,
	struct pr_native *ret_native, struct pr_err *err)
{
	const json_t *arguments = pr_native_arguments(declaration);
	struct fake *fake = calloc(1, sizeof *fake);

	assert_non_null(fake);
	if (json_is_true(json_object_get(arguments, "broken"))) {
		free(fake);
		return pr_fail(err, PR_EINVAL, "broken");
	}
	fake->name = json_string_value(json_object_get(declaration, "name"));
	fake->loop = env->loop;
	fake->waits = json_is_true(json_object_get(arguments, "waits"));
	fake->interrupts = json_is_true(json_object_get(arguments, "interrupts"));
	*ret_native = (struct pr_native){
		.hook = {.on = fake_on, .cancel = fake_cancel, .self = fake}, .free = fake_free};
	return 0;
}

static const struct pr_native_control *find(const char *module)
{
	static const struct pr_native_control fake = {.configure = fake_configure};
	static const struct pr_native_control listener = {
		.events = true, .configure = fake_configure};

	if (pr_text_eq(module, "listener"))
		return &listener;
	return pr_text_eq(module, "fake") ? &fake : NULL;
}

struct place {
	struct pr_loop *loop;
	struct asker asker;
	struct pr_run_view view;
	json_t *globals;
	struct pr_controls *controls;
};

static void place_open(struct place *place, const char *globals, const char *document)
{
	struct pr_controls_options options = {.find = find};

	memset(place, 0, sizeof *place);
	called[0] = '\0';
	assert_int_equal(pr_loop_new(NULL, &place->loop, NULL), 0);
	place->asker = (struct asker){.ticket.resume = on_resume, .loop = place->loop};
	place->globals = json_loads(globals, 0, NULL);
	place->view.document = json_loads(document, 0, NULL);
	place->view.loop = place->loop;
	assert_non_null(place->globals);
	assert_non_null(place->view.document);
	options.globals = place->globals;
	options.env.loop = place->loop;
	assert_int_equal(pr_controls_new(&options, &place->controls, NULL), 0);
}

static void place_close(struct place *place)
{
	pr_controls_free(place->controls);
	json_decref(place->globals);
	json_decref(place->view.document);
	pr_loop_free(place->loop);
}

/* The verdict at a point; of one that waits, `*hurry` makes it go on at once. */
static enum pr_hook_verdict reach(
	struct place *place, enum pr_hook_point point, json_t *context, bool hurry)
{
	struct pr_hook hook = point == PR_HOOK_FINISHED ? pr_controls_closing_hook(place->controls)
							: pr_controls_hook(place->controls);
	struct pr_hook_event event = {.point = point, .run = &place->view, .context = context};
	struct pr_hook_answer answer = {.verdict = PR_HOOK_CONTINUE};
	int before = place->asker.resumed;

	hook.on(hook.self, &event, &place->asker.ticket, &answer);
	if (answer.verdict != PR_HOOK_WAIT)
		return answer.verdict;
	if (hurry)
		hook.cancel(hook.self);
	assert_int_equal(place->asker.resumed, before);
	while (place->asker.resumed == before)
		assert_int_equal(pr_loop_run(place->loop, NULL), 0);
	return place->asker.answer.verdict;
}

static json_t *first_activity(const struct place *place)
{
	return json_array_get(json_object_get(place->view.document, "method"), 0);
}

/* Whether the context of the point is the activity (or, here likewise, the hypothesis). */
static bool is_local(enum pr_hook_point point)
{
	return point == PR_HOOK_BEFORE_ACTIVITY || point == PR_HOOK_AFTER_ACTIVITY ||
	       point == PR_HOOK_BEFORE_HYPOTHESIS || point == PR_HOOK_ENTRY;
}

/* The rows of the table of docs/engine.md 7.3, and what it says below. */
static void the_table_says_who_is_called(void **state)
{
	static const struct {
		const char *globals, *top, *local;
		enum pr_hook_point point;
		const char *calls;
	} rows[] = {
		{CONTROL("1", "") "," CONTROL("2", ""), "", "", PR_HOOK_BEFORE_EXPERIMENT, "12"},
		{CONTROL("1", ""), CONTROL("a", "") "," CONTROL("b", ",\"automatic\":false"), "",
			PR_HOOK_BEFORE_EXPERIMENT, "1ab"},
		{CONTROL("1", "") "," CONTROL("2", ""), "", "", PR_HOOK_BEFORE_METHOD, "12"},
		{CONTROL("1", ""), CONTROL("a", "") "," CONTROL("b", ",\"automatic\":false"), "",
			PR_HOOK_AFTER_METHOD, "a"},
		{CONTROL("1", ""), CONTROL("a", ""), "", PR_HOOK_BEFORE_ROLLBACKS, "a"},
		{CONTROL("1", ""), "", CONTROL("x", ""), PR_HOOK_BEFORE_ACTIVITY, "1x"},
		{"", CONTROL("a", "") "," CONTROL("b", ""), "", PR_HOOK_BEFORE_ACTIVITY, "ab"},
		{CONTROL("1", "") "," CONTROL("2", ""), CONTROL("a", ""), "",
			PR_HOOK_BEFORE_ACTIVITY, "aa12"},
		{CONTROL("1", ""), CONTROL("a", "") "," CONTROL("b", ",\"automatic\":false"),
			CONTROL("x", ""), PR_HOOK_AFTER_ACTIVITY, "aa1x"},
		{"", CONTROL("a", "") "," CONTROL("b", ""), CONTROL("a", ""),
			PR_HOOK_BEFORE_ACTIVITY, "ba"},
		{"", CONTROL("a", ""), "{\"ref\":\"a\"}", PR_HOOK_BEFORE_ACTIVITY, "a"},
		{"", CONTROL("a", ",\"automatic\":false"), CONTROL("x", "") ",{\"ref\":\"a\"}",
			PR_HOOK_BEFORE_ACTIVITY, "xa"},
		{"", CONTROL("a", ""), CONTROL("x", ""), PR_HOOK_BEFORE_HYPOTHESIS, "ax"},
		{"", CONTROL("a", ",\"scope\":\"after\"") "," CONTROL("b", ",\"scope\":\"before\""),
			"", PR_HOOK_BEFORE_ACTIVITY, "b"},
		{"", CONTROL("a", ",\"scope\":\"after\"") "," CONTROL("b", ",\"scope\":\"before\""),
			"", PR_HOOK_AFTER_ACTIVITY, "a"},
		{"", CONTROL("a", ""), CONTROL("x", ""), PR_HOOK_ENTRY, ""},
		{"", CONTROL("a", ""), CONTROL("x", ""), PR_HOOK_INTERRUPTED, "ax"},
		{LISTENER("1"), CONTROL("a", "") "," LISTENER("l"), "", PR_HOOK_BEFORE_METHOD,
			"1la"},
		{LISTENER("1"), LISTENER("l"), LISTENER("l"), PR_HOOK_BEFORE_ACTIVITY, "1l"},
		{LISTENER("1"), "", LISTENER("l"), PR_HOOK_ENTRY, "1l"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct place place;
		PR_AUTO(free) char *globals = pr_text_format("[%s]", rows[i].globals);
		PR_AUTO(free) char *document =
			pr_text_format("{\"controls\":[%s],\"method\":[{\"controls\":[%s]}]}",
				rows[i].top, rows[i].local);

		place_open(&place, globals, document);
		reach(&place, PR_HOOK_STARTED, place.view.document, false);
		reach(&place, rows[i].point,
			is_local(rows[i].point) ? first_activity(&place) : place.view.document,
			false);
		if (strcmp(called, rows[i].calls) != 0)
			fail_msg("row %zu: '%s', not '%s'", i, called, rows[i].calls);
		place_close(&place);
	}
}

static void a_global_one_that_cannot_be_used_does_not_count(void **state)
{
	struct place place;

	(void)state;
	place_open(&place,
		"[{\"name\":\"1\",\"provider\":{\"type\":\"python\",\"module\":\"none\"}},"
		"{\"name\":\"2\",\"provider\":{\"type\":\"python\",\"module\":\"fake\","
		"\"arguments\":{\"broken\":true}}}," CONTROL("3", "") "]",
		"{\"controls\":[" CONTROL("a", "") "],\"method\":[{}]}");
	reach(&place, PR_HOOK_STARTED, place.view.document, false);
	reach(&place, PR_HOOK_BEFORE_ACTIVITY, first_activity(&place), false);
	assert_string_equal(called, "a3");
	place_close(&place);
}

static void a_control_may_wait_and_interrupt(void **state)
{
	static const struct {
		const char *arguments;
		bool hurry;
		enum pr_hook_verdict verdict;
		const char *calls;
	} rows[] = {
		{"\"waits\":true", false, PR_HOOK_CONTINUE, "1ax"},
		{"\"waits\":true", true, PR_HOOK_CONTINUE, "1!ax"},
		{"\"waits\":true,\"interrupts\":true", false, PR_HOOK_INTERRUPT, "1"},
		{"\"interrupts\":true", false, PR_HOOK_INTERRUPT, "1"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct place place;
		PR_AUTO(free) char *globals = pr_text_format(
			"[{\"name\":\"1\",\"provider\":{\"type\":\"python\",\"module\":\"fake\","
			"\"arguments\":{%s}}}]",
			rows[i].arguments);

		place_open(&place, globals,
			"{\"controls\":[" CONTROL("a", "") "," CONTROL("x", "") "]}");
		reach(&place, PR_HOOK_STARTED, place.view.document, false);
		assert_int_equal(reach(&place, PR_HOOK_BEFORE_EXPERIMENT, place.view.document,
					 rows[i].hurry),
			rows[i].verdict);
		assert_string_equal(called, rows[i].calls);
		place_close(&place);
	}
}

static void every_native_control_passes_validation(void **state)
{
	static const char *const modules[] = {"chaosaddons.controls.bypass",
		"chaosaddons.controls.repeat", "chaosaddons.controls.safeguards",
		"chaosreliably.controls.autopause", "chaosreliably.controls.metrics",
		"chaosreliably.controls.prechecks", "chaosreliably.controls.safeguard",
		"chaosreliably.controls.safeguards", "chaosslack.control", "chaostracing.oltp"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(modules); i++) {
		struct pr_findings findings = PR_FINDINGS_INIT;
		json_auto_t *document = json_pack("{s:[{s:s, s:{s:s, s:s}}]}", "controls", "name",
			"c", "provider", "type", "python", "module", modules[i]);

		assert_non_null(pr_native_control_find(modules[i]));
		pr_check_controls(document, document, NULL, &findings);
		assert_int_equal(findings.count, 0);
		pr_findings_release(&findings);
	}
	assert_null(pr_native_control_find("chaosreliably.controls.chatgpt"));
	assert_null(pr_native_control_find(NULL));
}

static void an_argument_may_come_from_the_environment(void **state)
{
	static const struct {
		const char *given, *value;
	} rows[] = {
		{"{\"type\":\"env\",\"key\":\"PR_TEST_ARGUMENT\",\"default\":2}", "\"set\""},
		{"{\"type\":\"env\",\"key\":\"PR_TEST_ABSENT\",\"default\":2}", "2"},
		{"{\"type\":\"env\",\"key\":\"PR_TEST_ABSENT\"}", NULL},
		{"{\"type\":\"other\"}", "{\"type\":\"other\"}"},
		{"\"x\"", "\"x\""},
	};

	(void)state;
	assert_int_equal(pr_env_set("PR_TEST_ARGUMENT", "set", NULL), 0);
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		json_auto_t *given = json_loads(rows[i].given, JSON_DECODE_ANY, NULL);
		json_auto_t *wanted =
			json_loads(rows[i].value ? rows[i].value : "null", JSON_DECODE_ANY, NULL);
		json_auto_t *value = pr_native_argument(given);

		assert_true(rows[i].value ? json_equal(value, wanted) : value == NULL);
	}
	assert_null(pr_native_argument(NULL));
}

static void a_control_of_the_platform_becomes_a_global_one(void **state)
{
	static const struct {
		const char *answer, *controls;
		int rc;
	} rows[] = {
		{"null", "{}", 0},
		{"{}", "{}", 0},
		{"{\"name\":\"n\",\"provider\":{\"type\":\"python\",\"module\":\"m\",\"secrets\":"
		 "null,"
		 "\"arguments\":null}}",
			"{\"n\":{\"provider\":{\"type\":\"python\",\"module\":\"m\"}}}", 0},
		{"{\"provider\":{}}", "{}", PR_EPROTO},
		{"[1]", "{}", PR_EPROTO},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		json_auto_t *controls = json_object();
		json_auto_t *answer = json_loads(rows[i].answer, JSON_DECODE_ANY, NULL);
		json_auto_t *wanted = json_loads(rows[i].controls, 0, NULL);

		assert_int_equal(pr_context_add_control(controls, answer, NULL), rows[i].rc);
		assert_true(json_equal(controls, wanted));
	}
	assert_true(pr_context_brings_control("slack"));
	assert_false(pr_context_brings_control("notification"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_says_who_is_called),
		cmocka_unit_test(a_global_one_that_cannot_be_used_does_not_count),
		cmocka_unit_test(a_control_may_wait_and_interrupt),
		cmocka_unit_test(every_native_control_passes_validation),
		cmocka_unit_test(an_argument_may_come_from_the_environment),
		cmocka_unit_test(a_control_of_the_platform_becomes_a_global_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
