#include "activity_fixture.h"

#include "base/log.h"
#include "codec/json.h"

#include "../table.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROWS 34

/* Whether a line of level WARNING was logged, where the row says that there is one. */
static bool run_row(const json_t *row, struct pr_activity_env *env, struct ended *ended)
{
	PR_AUTO(buf) struct pr_buf log = PR_BUF_INIT(1 << 16);
	const struct pr_log_sink sink = {
		.level = PR_LOG_WARNING, .write = pr_log_write_buf, .arg = &log};

	env->scope.configuration = json_object_get(row, "configuration");
	env->scope.secrets = json_object_get(row, "secrets");
	assert_int_equal(pr_log_add(&sink, NULL), 0);
	run_activity(env, json_object_get(row, "activity"), ended);
	pr_log_remove(&log);
	return (log.len > 0) ==
	       json_is_true(json_object_get(json_object_get(row, "expect"), "warning"));
}

static int check_row(const json_t *row, void *arg)
{
	const json_t *expect = json_object_get(row, "expect");
	const char *failed = pr_json_str(expect, "failed");
	struct ended ended;
	bool logged = run_row(row, arg, &ended);
	json_auto_t *output = ended.output;

	if (json_object_get(expect, "crash"))
		return ended.kind == PR_OUTCOME_CRASHED && !output && ended.message[0];
	if (failed)
		return ended.kind == PR_OUTCOME_FAILED && strcmp(ended.message, failed) == 0;
	if (!json_equal(output, json_object_get(expect, "output")) && output)
		json_dumpf(output, stderr, 0);
	return ended.kind == PR_OUTCOME_SUCCEEDED && logged &&
	       json_equal(output, json_object_get(expect, "output"));
}

static int setup(void **state)
{
	static const struct pr_limits limits = {.document_bytes = 1 << 20,
		.depth = 64,
		.alias_nodes = 100,
		.stream_bytes = 1000,
		.body_bytes = 1000};
	struct pr_activity_env *env = calloc(1, sizeof *env);

	if (!env)
		return -1;
	env->limits = &limits;
	*state = env;
	return pr_loop_new(NULL, &env->loop, NULL);
}

static int teardown(void **state)
{
	struct pr_activity_env *env = *state;

	pr_loop_free(env->loop);
	free(env);
	return 0;
}

static void recorded_activities_end_as_recorded(void **state)
{
	assert_int_equal(table_check("process", check_row, *state), ROWS);
}

static json_t *process(const char *path, const char *arguments)
{
	json_t *list = json_loads(arguments, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

	assert_non_null(list);
	return json_pack("{s:s, s:s, s:{s:s, s:s, s:o}}", "type", "action", "name", "a", "provider",
		"type", "process", "path", path, "arguments", list);
}

static void arguments_that_no_program_can_take_end_as_a_crash(void **state)
{
	static const char *const cases[] = {
		"null", "5", "false", "\"a\\u0000b\"", "[\"a\\u0000\"]", "{\"a\": \"\\u0000\"}"};

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		json_auto_t *activity = process("echo", cases[i]);
		struct ended ended;

		run_activity(*state, activity, &ended);
		if (ended.kind != PR_OUTCOME_CRASHED)
			fail_msg("%s: ended as %d", cases[i], (int)ended.kind);
		json_decref(ended.output);
	}
}

static void output_beyond_the_limit_is_drained_and_the_program_ends(void **state)
{
	json_auto_t *activity =
		process("sh", "[\"-c\", \"head -c 300000 /dev/zero | tr '\\\\0' x; echo e >&2\"]");
	struct ended ended;
	json_auto_t *output = NULL;

	run_activity(*state, activity, &ended);
	output = ended.output;
	assert_int_equal(ended.kind, PR_OUTCOME_SUCCEEDED);
	assert_true(json_string_length(json_object_get(output, "stdout")) >= 1000);
	assert_true(json_string_length(json_object_get(output, "stdout")) < 2000);
	assert_string_equal(pr_json_str(output, "stderr"), "e\n");
}

static void a_program_inherits_our_input_but_not_our_descriptors(void **state)
{
	json_auto_t *activity =
		process("sh", "[\"-c\", \"cat; readlink /proc/$$/fd/* | grep anon_inode; true\"]");
	struct ended ended;
	json_auto_t *output = NULL;
	int saved = fcntl(0, F_DUPFD_CLOEXEC, 3);
	int ends[2];

	assert_return_code(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(write(ends[1], "typed\n", 6), 6);
	close(ends[1]);
	assert_return_code(dup2(ends[0], 0), 0);
	run_activity(*state, activity, &ended);
	dup2(saved, 0);
	close(saved);
	close(ends[0]);
	output = ended.output;
	assert_string_equal(pr_json_str(output, "stdout"), "typed\n");
}

static void never(void *arg, const struct pr_outcome *outcome)
{
	(void)arg, (void)outcome;
	fail_msg("a released call has called back");
}

static void stop(void *arg, int fd, unsigned events)
{
	(void)fd, (void)events;
	pr_loop_stop(arg);
}

/* The program and its child hold a pipe open as long as they live. */
static void a_released_call_ends_its_programs_and_does_not_call_back(void **state)
{
	struct pr_activity_env *env = *state;
	char folder[] = "/tmp/plan-runner-test-XXXXXX";
	char fifo[64];
	char text[128];
	char byte;
	json_auto_t *activity = NULL;
	struct pr_activity_call *call = NULL;
	struct pr_watch watch = {0};
	int fd;

	assert_non_null(mkdtemp(folder));
	snprintf(fifo, sizeof fifo, "%s/fifo", folder);
	assert_return_code(mkfifo(fifo, 0600), 0);
	fd = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_return_code(fd, 0);
	snprintf(text, sizeof text, "[\"-c\", \"exec 3>%s; sleep 600 & echo x >&3; wait\"]", fifo);
	activity = process("sh", text);
	assert_int_equal(pr_activity_start(env, activity, never, NULL, &call, NULL), 0);
	assert_int_equal(
		pr_watch_start(env->loop, &watch, fd, PR_IO_READ, stop, env->loop, NULL), 0);
	assert_int_equal(pr_loop_run(env->loop, NULL), 0);
	pr_watch_stop(&watch);
	pr_activity_release(call);
	assert_return_code(fcntl(fd, F_SETFL, 0), 0);
	while (read(fd, &byte, 1) > 0)
		continue;
	close(fd);
	unlink(fifo);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			recorded_activities_end_as_recorded, setup, teardown),
		cmocka_unit_test_setup_teardown(
			arguments_that_no_program_can_take_end_as_a_crash, setup, teardown),
		cmocka_unit_test_setup_teardown(
			output_beyond_the_limit_is_drained_and_the_program_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_program_inherits_our_input_but_not_our_descriptors, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_released_call_ends_its_programs_and_does_not_call_back, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
