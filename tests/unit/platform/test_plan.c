#include "platform/plan.h"

#include "base/compiler.h"
#include "base/text.h"
#include "codec/json_write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ID "11111111-1111-4111-8111-111111111111"
#define EXPERIMENT "22222222-2222-4222-8222-222222222222"
#define SECOND "33333333-3333-4333-8333-333333333333"
#define ENVIRONMENT "44444444-4444-4444-8444-444444444444"

#define PLAN(definition) \
	"{\"id\":\"" ID "\",\"status\":\"created\",\"definition\":{" definition "}}"
#define RUNS "\"experiments\":[\"" EXPERIMENT "\"]"

static json_t *parse(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

	if (!value)
		fail_msg("the test's own text is no JSON: %s", text);
	return value;
}

static void what_a_plan_names_is_read(void **state)
{
	static const struct {
		const char *text, *environment, *status, *error;
	} cases[] = {
		{PLAN(RUNS), "", "created", ""},
		{PLAN("\"environment\":null,\"integrations\":null," RUNS), "", "created", ""},
		{PLAN("\"environment\":{\"provider\":\"reliably_cloud\",\"id\":null}," RUNS), "",
			"created", ""},
		{PLAN("\"environment\":{\"provider\":\"gcp\"}," RUNS), "", "created", ""},
		{PLAN("\"environment\":{\"provider\":\"reliably_cloud\",\"id\":\"" ENVIRONMENT
		      "\"}," RUNS),
			ENVIRONMENT, "created", ""},
		{PLAN("\"experiments\":[\"" EXPERIMENT "\",\"" SECOND "\"]"), "", "created", ""},
		{"{\"id\":\"" ID "\",\"definition\":{" RUNS "}}", "", "", ""},
		{"{\"id\":\"" ID "\",\"status\":\"error\",\"error\":\"why\",\"definition\":{" RUNS
		 "}}",
			"", "error", "why"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		json_t *answer = parse(cases[i].text);
		struct pr_plan plan = {0};

		assert_int_equal(pr_plan_read(answer, &plan, NULL), 0);
		json_decref(answer);
		assert_string_equal(plan.id, ID);
		assert_string_equal(plan.experiment, EXPERIMENT);
		assert_string_equal(plan.environment, cases[i].environment);
		assert_string_equal(plan.status, cases[i].status);
		assert_string_equal(plan.error, cases[i].error);
		assert_non_null(json_object_get(plan.document, "definition"));
		pr_plan_release(&plan);
		assert_null(plan.document);
	}
}

static void what_is_no_plan_is_refused(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{"null", "no plan"},
		{"[]", "no plan"},
		{"{}", "no plan"},
		{"{\"definition\":{" RUNS "}}", "no plan"},
		{"{\"id\":1,\"definition\":{" RUNS "}}", "no plan"},
		{"{\"id\":\"x\",\"definition\":{" RUNS "}}", "'x'"},
		{PLAN("\"experiments\":[]"), "has no experiment"},
		{PLAN("\"experiments\":null"), "has no experiment"},
		{PLAN("\"experiments\":[3]"), "has no experiment"},
		{PLAN("\"experiments\":[\"../../x\"]"), "experiment of plan"},
		{PLAN("\"environment\":{\"id\":\"e\"}," RUNS), "environment of plan"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		json_t *answer = parse(cases[i].text);
		struct pr_plan plan = {.id = "untouched"};
		struct pr_err err = PR_ERR_INIT;

		assert_int_equal(pr_plan_read(answer, &plan, &err), PR_EPROTO);
		if (!strstr(err.msg, cases[i].says))
			fail_msg("%s: %s", cases[i].text, err.msg);
		assert_string_equal(plan.id, "untouched");
		json_decref(answer);
	}
}

static void an_overlong_error_is_cut(void **state)
{
	json_t *answer = parse(PLAN(RUNS));
	struct pr_plan plan = {0};
	char text[1000];

	(void)state;
	memset(text, 'x', sizeof text);
	json_object_set_new(answer, "error", json_stringn(text, sizeof text));
	json_object_set_new(answer, "status", json_stringn(text, sizeof text));
	assert_int_equal(pr_plan_read(answer, &plan, NULL), 0);
	assert_true(strlen(plan.error) < sizeof plan.error);
	assert_true(strlen(plan.status) < sizeof plan.status);
	pr_plan_release(&plan);
	json_decref(answer);
}

#define PRINTED(environment, schedule, lists)                                             \
	"{\"id\": \"" ID                                                                  \
	"\", \"created_date\": null, \"definition\": {\"environment\": " environment      \
	", \"deployment\": {\"deployment_id\": null}, \"schedule\": " schedule ", " lists \
	"}, \"ref\": null, \"status\": \"created\", \"error\": null}"

static void a_plan_is_reduced_to_what_the_command_line_shows(void **state)
{
	static const struct {
		const char *definition;
		const char *printed;
	} cases[] = {
		{"\"more\":1", PRINTED("null", "{\"type\": \"now\"}",
				       "\"experiments\": [], \"integrations\": []")},
		{"\"integrations\":null,\"environment\":{\"provider\":\"reliably_cloud\",\"id\":"
		 "null}",
			PRINTED("null", "{\"type\": \"now\"}",
				"\"experiments\": [], \"integrations\": []")},
		{"\"integrations\":[\"i\"],\"environment\":{\"id\":\"e\",\"x\":1,\"provider\":"
		 "\"reliably_"
		 "cloud\"},\"schedule\":{\"pattern\":\"* * * * "
		 "*\",\"type\":\"cron\",\"timezone\":\"UTC\"}",
			PRINTED("{\"provider\": \"reliably_cloud\", \"id\": \"e\"}",
				"{\"type\": \"cron\", \"pattern\": \"* * * * *\"}",
				"\"experiments\": [], \"integrations\": [\"i\"]")},
		{"\"environment\":{\"name\":\"n\",\"provider\":\"github\"}",
			PRINTED("{\"provider\": \"github\", \"name\": \"n\", \"id\": null}",
				"{\"type\": \"now\"}",
				"\"experiments\": [], \"integrations\": []")},
		{"\"environment\":{\"name\":\"n\",\"provider\":\"gcp\"}",
			PRINTED("{\"provider\": \"gcp\"}", "{\"type\": \"now\"}",
				"\"experiments\": [], \"integrations\": []")},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		char text[600];
		json_auto_t *plan = NULL;
		json_auto_t *answer = NULL;
		PR_AUTO(buf) struct pr_buf line = PR_BUF_INIT(PR_BUF_TEXT_MAX);

		pr_text_print(text, sizeof text,
			"{\"status\":\"created\",\"definition\":{%s},\"id\":\"" ID "\"}",
			cases[i].definition);
		answer = parse(text);
		assert_int_equal(pr_plan_reduce(answer, &plan, NULL), 0);
		pr_json_write(plan, &(struct pr_json_style){0}, &line);
		assert_string_equal(pr_buf_str(&line), cases[i].printed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_plan_names_is_read),
		cmocka_unit_test(what_is_no_plan_is_refused),
		cmocka_unit_test(an_overlong_error_is_cut),
		cmocka_unit_test(a_plan_is_reduced_to_what_the_command_line_shows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
