#include "activity/dynamic.h"

#include "base/log.h"
#include "base/text.h"
#include "codec/json_write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SHELL(script)                                                            \
	"{\"type\":\"probe\",\"name\":\"p\",\"provider\":{\"type\":\"process\"," \
	"\"path\":\"sh\",\"arguments\":[\"-c\",\"" script "\"]}}"
#define PROVIDER(text) "{\"type\":\"probe\",\"name\":\"p\",\"provider\":" text "}"

/* Configurations and what becomes of them (docs/engine.md 3.2). */
static const struct row {
	const char *given, *resolved;
	bool warned;
} rows[] = {
	{"{}", "{}", false},
	{"{\"a\":1,\"b\":{\"type\":\"other\"}}", "{\"a\":1,\"b\":{\"type\":\"other\"}}", false},
	{"{\"a\":" SHELL("printf ' x y\\\\n\\\\t'") ",\"b\":2}", "{\"a\":\"x y\",\"b\":2}", false},
	/* Later ones use what earlier ones gave, never the other way round. */
	{"{\"a\":" SHELL("echo [${b}]") ",\"b\":" SHELL("echo 2") ",\"c\":" SHELL(
		 "echo =${b}=") "}",
		"{\"a\":\"[]\",\"b\":\"2\",\"c\":\"=2=\"}", false},
	{"{\"x\":7,\"a\":" SHELL("echo ${x}${s}") "}", "{\"x\":7,\"a\":\"7hush\"}", false},
	{"{\"a\":" SHELL("exit 1") ",\"b\":2}", "{\"b\":2}", true},
	{"{\"a\":" PROVIDER("{\"type\":\"process\",\"path\":\"/no/such\",\"arguments\":[]}") "}",
		"{}", true},
	{"{\"a\":" PROVIDER("{\"type\":\"nothing\"}") ",\"b\":1}", "{\"b\":1}", true},
};

static void on_over(void *arg)
{
	pr_loop_stop(arg);
}

static void resolve(struct pr_loop *loop, json_t *configuration)
{
	static const struct pr_limits limits = PR_LIMITS_DEFAULT;
	struct pr_activity_env env = {.loop = loop, .limits = &limits};
	json_auto_t *secrets = json_pack("{s:{s:s}}", "scope", "s", "hush");
	struct pr_dynamic *dynamic = NULL;

	assert_int_equal(
		0, pr_dynamic_start(&env, configuration, secrets, on_over, loop, &dynamic, NULL));
	assert_int_equal(0, pr_loop_run(loop, NULL));
	pr_dynamic_free(dynamic);
}

static void resolved_test(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		PR_AUTO(buf) struct pr_buf log = PR_BUF_INIT(PR_BUF_TEXT_MAX);
		struct pr_log_sink sink = {.level = PR_LOG_WARNING,
			.format = PR_LOG_SHORT,
			.write = pr_log_write_buf,
			.arg = &log};
		json_auto_t *configuration = json_loads(rows[i].given, 0, NULL);
		struct pr_loop *loop = NULL;

		assert_non_null(configuration);
		assert_int_equal(0, pr_loop_new(NULL, &loop, NULL));
		assert_int_equal(0, pr_log_add(&sink, NULL));
		resolve(loop, configuration);
		{
			PR_AUTO(free) char *line = pr_json_line(configuration);

			assert_string_equal(line, rows[i].resolved);
		}
		if (rows[i].warned !=
			!!strstr(pr_buf_str(&log), "Some of the dynamic configuration"))
			fail_msg("row %zu: log is %s", i, pr_buf_str(&log));
		pr_log_reset(NULL);
		pr_loop_free(loop);
	}
}

/* Ended in the middle, nothing is left. */
static void freed_test(void **state)
{
	static const struct pr_limits limits = PR_LIMITS_DEFAULT;
	json_auto_t *configuration = json_loads("{\"a\":" SHELL("sleep 60") "}", 0, NULL);
	struct pr_activity_env env = {.limits = &limits};
	struct pr_dynamic *dynamic = NULL;
	struct pr_timer timer = {0};

	(void)state;
	assert_int_equal(0, pr_loop_new(NULL, &env.loop, NULL));
	assert_int_equal(
		0, pr_dynamic_start(&env, configuration, NULL, on_over, env.loop, &dynamic, NULL));
	assert_int_equal(0, pr_timer_start(env.loop, &timer, 20000, on_over, env.loop));
	assert_int_equal(0, pr_loop_run(env.loop, NULL));
	assert_non_null(json_object_get(configuration, "a"));
	pr_dynamic_free(dynamic);
	pr_loop_free(env.loop);
}

/* Upstream stops at them, before it runs any. */
static void probe_without_provider_test(void **state)
{
	static const char *const refused[] = {
		"{\"a\":{\"type\":\"probe\"}}",
		"{\"a\":" PROVIDER("null") "}",
		"{\"b\":" SHELL("echo 2") ",\"a\":" PROVIDER("{}") "}",
	};
	struct pr_activity_env env = {0};
	struct pr_dynamic *dynamic = NULL;

	(void)state;
	assert_int_equal(0, pr_loop_new(NULL, &env.loop, NULL));
	for (size_t i = 0; i < PR_LEN(refused); i++) {
		json_auto_t *configuration = json_loads(refused[i], 0, NULL);

		assert_non_null(configuration);
		assert_int_equal(PR_EINVAL, pr_dynamic_start(&env, configuration, NULL, on_over,
						    env.loop, &dynamic, NULL));
		assert_null(dynamic);
	}
	pr_loop_free(env.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resolved_test),
		cmocka_unit_test(freed_test),
		cmocka_unit_test(probe_without_provider_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
