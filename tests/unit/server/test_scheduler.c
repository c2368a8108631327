#include "server/scheduler.h"

#include "base/file.h"
#include "base/text.h"
#include "server/batch.h"
#include "store/jobs.h"
#include "store/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define TICK_US 5000
#define TICKS 4000

#define ORG "11111111-1111-4111-8111-111111111111"
#define USER "22222222-2222-4222-8222-222222222222"
#define MANAGED "33333333-3333-4333-8333-333333333333"
#define MANUAL "44444444-4444-4444-8444-444444444444"
#define PLAN "55555555-5555-4555-8555-555555555555"
#define OTHER "66666666-6666-4666-8666-666666666666"

/*
 * A server on a store of its own and a clock that the test moves; what it launches is a script that
 * notes its start, and then does what the test has written into the file "do".
 */
struct fixture {
	char folder[64];
	struct pr_fake_clock clock;
	struct pr_loop *loop;
	struct pr_store *store;
	struct pr_server *server;
	struct pr_scheduler *scheduler;
	struct pr_timer tick;
	bool (*until)(struct fixture *f);
	unsigned ticks;
	unsigned starts; /* that are waited for */
	bool stopped;
};

static const char seed[] =
	"INSERT INTO users VALUES ('" USER "', 'mara', NULL, 1);"
	"INSERT INTO organizations VALUES ('" ORG "', 'acme', '" USER "', 1, NULL);"
	"INSERT INTO members VALUES ('" ORG "', '" USER "');"
	"INSERT INTO deployments VALUES ('" MANAGED "', '" ORG "', 'managed', 'reliably_cli',"
	" '{\"type\":\"reliably_cli\",\"mode\":\"managed\"}', NULL, 1);"
	"INSERT INTO deployments VALUES ('" MANUAL "', '" ORG "', 'manual', 'reliably_cli',"
	" '{\"type\":\"reliably_cli\",\"mode\":\"manual\"}', NULL, 1);"
	"INSERT INTO plans (id, org_id, user_id, ref, definition, status, deployment_id, created)"
	" VALUES ('" PLAN "', '" ORG "', '" USER "', 'r', '{}', 'creating', '" MANAGED "', 1);"
	"INSERT INTO plans (id, org_id, user_id, ref, definition, status, deployment_id, created)"
	" VALUES ('" OTHER "', '" ORG "', '" USER "', 'r', '{}', 'creating', '" MANAGED "', 1);";

static void put_file(struct fixture *f, const char *name, const char *text, mode_t mode)
{
	PR_AUTO(free) char *path = pr_file_join(f->folder, name);

	assert_int_equal(pr_file_replace(path, text, strlen(text), mode, false, NULL), 0);
}

/* What a file of the folder holds; "" where there is none. Borrowed until the next call. */
static const char *get_file(struct fixture *f, const char *name)
{
	static char text[8192];
	PR_AUTO(free) char *path = pr_file_join(f->folder, name);
	FILE *stream = fopen(path, "re");
	size_t n = stream ? fread(text, 1, sizeof(text) - 1, stream) : 0;

	text[n] = '\0';
	if (stream)
		fclose(stream);
	return text;
}

static void script(struct fixture *f, const char *sql)
{
	struct pr_err err = PR_ERR_INIT;

	if (pr_database_script(pr_store_database(f->store), sql, &err))
		fail_msg("%s", err.msg);
}

static int take_text(void *arg, const struct pr_row *row, struct pr_err *err)
{
	const char *text = pr_row_text(row, 0);

	(void)err;
	pr_text_copy(arg, 512, text ? text : "");
	return 0;
}

/* The first column of the first row of a statement about the plan ?1. */
static const char *ask(struct fixture *f, const char *sql)
{
	static char text[512];
	struct pr_value plan = pr_value_text(PLAN);
	struct pr_statement statement = {.sql = sql, .values = &plan, .count = 1};
	struct pr_err err = PR_ERR_INIT;

	*text = '\0';
	if (pr_database_run(pr_store_database(f->store), &statement, take_text, text, NULL, &err))
		fail_msg("%s", err.msg);
	return text;
}

static const char *status(struct fixture *f)
{
	return ask(f, "SELECT status FROM plans WHERE id = ?1");
}

static const char *error_of(struct fixture *f)
{
	return ask(f, "SELECT error FROM plans WHERE id = ?1");
}

static unsigned count_starts(struct fixture *f)
{
	unsigned count = 0;

	for (const char *at = get_file(f, "starts"); *at; at++)
		count += *at == '\n';
	return count;
}

static void start_server(struct fixture *f)
{
	PR_AUTO(free) char *runner = pr_file_join(f->folder, "runner");
	struct pr_server_options options = {.address = "127.0.0.1",
		.runner = runner,
		.url = "http://127.0.0.1:9",
		.body_max = 1000};
	struct pr_err err = PR_ERR_INIT;

	if (pr_server_new(f->loop, f->store, &options, &f->server, &err))
		fail_msg("%s", err.msg);
	f->scheduler = pr_server_scheduler(f->server);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	PR_AUTO(free) char *text = NULL;
	PR_AUTO(free) char *uri = NULL;
	int64_t start;

	assert_non_null(f);
	pr_text_copy(f->folder, sizeof(f->folder), "/tmp/plan-scheduler-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	uri = pr_text_format("sqlite:///%s/db", f->folder);
	assert_true(pr_stamp_read_rfc3339("2026-11-20T16:24:56Z", &start));
	pr_fake_clock_init(&f->clock, start);
	assert_int_equal(pr_loop_new(&f->clock.clock, &f->loop, NULL), 0);
	assert_int_equal(pr_store_open(&(struct pr_store_options){.database = uri, .create = true},
				 &f->store, NULL),
		0);
	text = pr_text_format("#!/bin/sh\nenv | sort > %s/env\npwd >> %s/env\n"
			      "echo \"$*\" >> %s/starts\n. %s/do\n",
		f->folder, f->folder, f->folder, f->folder);
	put_file(f, "runner", text, 0700);
	put_file(f, "do", "exit 0\n", 0600);
	script(f, seed);
	start_server(f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	pr_timer_stop(&f->tick);
	pr_server_free(f->server);
	pr_store_close(f->store);
	pr_loop_free(f->loop);
	assert_int_equal(pr_file_remove_tree(f->folder, NULL), 0);
	free(f);
	return 0;
}

static void on_tick(void *arg)
{
	struct fixture *f = arg;

	if (f->until(f) || ++f->ticks == TICKS)
		pr_loop_stop(f->loop);
	else
		assert_int_equal(pr_timer_start(f->loop, &f->tick, TICK_US, on_tick, f), 0);
}

static void run_until(struct fixture *f, bool (*until)(struct fixture *f))
{
	f->until = until;
	f->ticks = 0;
	assert_int_equal(pr_timer_start(f->loop, &f->tick, 0, on_tick, f), 0);
	assert_int_equal(pr_loop_run(f->loop, NULL), 0);
	assert_int_not_equal(f->ticks, TICKS);
}

static bool some_turns_are_over(struct fixture *f)
{
	return f->ticks == 10;
}

static bool all_have_started(struct fixture *f)
{
	return count_starts(f) >= f->starts;
}

/* Its trap is set: "do" has written the file of that name after it. */
static bool it_is_ready(struct fixture *f)
{
	return *get_file(f, "ready");
}

static bool it_was_asked(struct fixture *f)
{
	return *get_file(f, "asked");
}

static bool nothing_runs(struct fixture *f)
{
	return !*ask(f, "SELECT run FROM jobs WHERE plan_id = ?1");
}

static void starts(struct fixture *f, unsigned count)
{
	f->starts = count;
	run_until(f, all_have_started);
	run_until(f, some_turns_are_over);
	assert_int_equal(count_starts(f), count);
}

static void ends(struct fixture *f)
{
	run_until(f, nothing_runs);
}

static void later(struct fixture *f, int64_t us)
{
	pr_fake_clock_advance(&f->clock, us);
	run_until(f, some_turns_are_over);
}

/* A change as a request makes it. */
static void commit(struct fixture *f, int rc, struct pr_err *err)
{
	if (rc)
		fail_msg("%s", err->msg);
	assert_int_equal(pr_store_keep(f->store, NULL), 0);
	assert_int_equal(pr_batch_commit(f->server, NULL), 0);
}

static void plan(struct fixture *f, const char *schedule)
{
	json_auto_t *value = json_loads(schedule, 0, NULL);
	struct pr_err err = PR_ERR_INIT;

	assert_non_null(value);
	assert_int_equal(pr_store_change(f->store, NULL), 0);
	commit(f, pr_scheduler_plan(f->scheduler, ORG, PLAN, value, &err), &err);
}

#define NOW "{\"type\":\"now\",\"via_agent\":false}"
#define EVERY_TEN "{\"type\":\"cron\",\"pattern\":\"*/10 * * * *\",\"timezone\":\"Etc/UTC\"}"
#define AT_THREE "{\"type\":\"cron\",\"pattern\":\"0 3 * * *\",\"timezone\":\"Europe/Paris\"}"

static void a_plan_for_now_is_launched_once(void **state)
{
	struct fixture *f = *state;

	plan(f, NOW);
	starts(f, 1);
	assert_string_equal(get_file(f, "starts"),
		"service plan execute --set-status --log-stdout --load-environment " PLAN "\n");
	ends(f);
	plan(f, NOW);
	later(f, 3 * HOUR);
	assert_int_equal(count_starts(f), 1);
}

static void its_environment_is_what_it_needs_and_nothing_else(void **state)
{
	static const char *const lines[] = {"\nRELIABLY_SERVICE_HOST=http://127.0.0.1:9\n",
		"\nRELIABLY_DOMAIN=http://127.0.0.1:9\n", "\nRELIABLY_HOST=127.0.0.1:9\n",
		"\nRELIABLY_VERIFY_TLS=true\n", "\nRELIABLY_USE_HTTP=true\n",
		"\nRELIABLY_ORGANIZATION_ID=" ORG "\n", "\nRELIABLY_USER_ID=" USER "\n",
		"\nRELIABLY_PLAN_ID=" PLAN "\n", "\nPATH=", "HOME=/"};
	struct fixture *f = *state;
	char home[200];
	const char *at;
	const char *env;

	setenv("SECRET_OF_THE_SERVER", "shown to nobody", 1);
	plan(f, NOW);
	starts(f, 1);
	ends(f);
	unsetenv("SECRET_OF_THE_SERVER");
	env = get_file(f, "env");
	for (size_t i = 0; i < PR_LEN(lines); i++)
		assert_non_null(strstr(env, lines[i]));
	assert_null(strstr(env, "SECRET_OF_THE_SERVER"));
	at = strstr(env, "RELIABLY_SERVICE_TOKEN=");
	assert_non_null(at);
	assert_int_equal(strcspn(at, "\n"), strlen("RELIABLY_SERVICE_TOKEN=") + 32);
	at = strstr(env, "HOME=");
	pr_text_print(home, sizeof(home), "%.*s", (int)strcspn(at + 5, "\n"), at + 5);
	assert_non_null(strstr(strrchr(env, '='), home)); /* pwd, at the end */
	assert_false(pr_file_exists(home));
}

static void the_token_is_of_the_run(void **state)
{
	struct fixture *f = *state;

	put_file(f, "do", "while [ ! -e \"${0%/*}/go\" ]; do sleep 0.01; done\n", 0600);
	plan(f, NOW);
	starts(f, 1);
	assert_string_equal(ask(f, "SELECT user_id FROM tokens WHERE plan_id = ?1"), USER);
	put_file(f, "go", "", 0600);
	ends(f);
	assert_string_equal(ask(f, "SELECT user_id FROM tokens WHERE plan_id = ?1"), "");
}

static void one_that_ends_without_a_word_is_a_creation_error(void **state)
{
	struct fixture *f = *state;

	put_file(f, "do", "echo out; echo 'cannot do it' >&2; echo; exit 3\n", 0600);
	plan(f, NOW);
	starts(f, 1);
	ends(f);
	assert_string_equal(status(f), "creation error");
	assert_non_null(strstr(error_of(f), "' exited abnormally (exit code 3): cannot do it"));
}

static void one_that_ends_while_it_runs_is_an_error(void **state)
{
	struct fixture *f = *state;

	put_file(f, "do", "while [ ! -e \"${0%/*}/go\" ]; do sleep 0.01; done; kill -9 $$\n", 0600);
	plan(f, NOW);
	starts(f, 1);
	assert_string_equal(status(f), "created");
	script(f, "UPDATE plans SET status = 'running'");
	put_file(f, "go", "", 0600);
	ends(f);
	assert_string_equal(status(f), "error");
	assert_non_null(strstr(error_of(f), "without reporting the end of the run (signal 9)"));
}

static void an_end_that_was_reported_stays(void **state)
{
	struct fixture *f = *state;

	put_file(f, "do", "while [ ! -e \"${0%/*}/go\" ]; do sleep 0.01; done; exit 1\n", 0600);
	plan(f, NOW);
	starts(f, 1);
	script(f, "UPDATE plans SET status = 'completed'");
	put_file(f, "go", "", 0600);
	ends(f);
	assert_string_equal(status(f), "completed");
	assert_string_equal(error_of(f), "");
}

static void what_cannot_be_launched_is_named(void **state)
{
	static const struct {
		const char *sql;
		const char *error;
	} rows[] = {
		{"UPDATE plans SET deployment_id = '" MANUAL "'",
			"is not of the kind that the server launches"},
		{"UPDATE plans SET deployment_id = '" ORG "'", "deployment '" ORG "' not found"},
		{"UPDATE plans SET deployment_id = '" MANAGED "';UPDATE deployments SET definition"
		 " = '{\"mode\":\"managed\",\"base_dir\":\"/none/at/all\"}'",
			"the base_dir '/none/at/all' cannot be used"},
		{"UPDATE deployments SET definition = "
		 "'{\"mode\":\"managed\",\"base_dir\":\"here\"}'",
			"the base_dir 'here' does not begin with a slash"},
		{"UPDATE deployments SET definition = '{\"mode\":\"managed\"}'", "/runner'"},
	};
	struct fixture *f = *state;
	PR_AUTO(free) char *runner = pr_file_join(f->folder, "runner");

	assert_int_equal(remove(runner), 0);
	plan(f, NOW);
	ends(f);
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct pr_err err = PR_ERR_INIT;

		script(f, rows[i].sql);
		assert_int_equal(pr_store_change(f->store, NULL), 0);
		commit(f, pr_scheduler_run(f->scheduler, PLAN, &err), &err);
		run_until(f, some_turns_are_over);
		ends(f);
		assert_string_equal(status(f), "creation error");
		assert_non_null(strstr(error_of(f), rows[i].error));
	}
}

static void a_schedule_is_created_first_and_launched_at_its_dates(void **state)
{
	struct fixture *f = *state;

	plan(f, EVERY_TEN);
	run_until(f, some_turns_are_over);
	assert_string_equal(status(f), "created");
	later(f, 5 * MINUTE); /* 16:29:56 */
	assert_int_equal(count_starts(f), 0);
	later(f, 5 * SECOND);
	starts(f, 1);
	ends(f);
	later(f, 10 * MINUTE);
	starts(f, 2);
}

static void missed_dates_are_one_run(void **state)
{
	struct fixture *f = *state;

	plan(f, EVERY_TEN);
	later(f, 3 * HOUR);
	starts(f, 1);
	ends(f);
	later(f, 2 * MINUTE);
	assert_int_equal(count_starts(f), 1);
}

static void a_date_missed_too_long_ago_is_passed_over(void **state)
{
	struct fixture *f = *state;

	plan(f, AT_THREE);
	later(f, 11 * HOUR); /* 03:24:56 UTC, 02:00 UTC was its date */
	assert_int_equal(count_starts(f), 0);
	later(f, 23 * HOUR); /* 02:24:56 UTC */
	starts(f, 1);
}

static void a_date_that_comes_while_it_runs_is_passed_over(void **state)
{
	struct fixture *f = *state;

	put_file(f, "do", "while [ ! -e \"${0%/*}/go\" ]; do sleep 0.01; done\n", 0600);
	plan(f, EVERY_TEN);
	later(f, 10 * MINUTE);
	starts(f, 1);
	later(f, 10 * MINUTE);
	put_file(f, "go", "", 0600);
	ends(f);
	run_until(f, some_turns_are_over);
	assert_int_equal(count_starts(f), 1);
	later(f, 10 * MINUTE);
	starts(f, 2);
}

static void a_suspended_schedule_rests(void **state)
{
	struct fixture *f = *state;
	struct pr_err err = PR_ERR_INIT;

	plan(f, EVERY_TEN);
	assert_int_equal(pr_store_change(f->store, NULL), 0);
	commit(f, pr_scheduler_suspend(f->scheduler, PLAN, true, &err), &err);
	later(f, 30 * MINUTE);
	assert_int_equal(pr_store_change(f->store, NULL), 0);
	commit(f, pr_scheduler_suspend(f->scheduler, PLAN, false, &err), &err);
	later(f, SECOND);
	assert_int_equal(count_starts(f), 0);
	later(f, 10 * MINUTE);
	starts(f, 1);
}

static void a_plan_that_is_forgotten_is_asked_to_end(void **state)
{
	struct fixture *f = *state;
	struct pr_err err = PR_ERR_INIT;

	put_file(f, "do",
		"trap 'echo >\"${0%/*}/asked\"; exit' TERM\n"
		"echo >\"${0%/*}/ready\"\n"
		"while :; do sleep 0.01; done\n",
		0600);
	plan(f, NOW);
	starts(f, 1);
	run_until(f, it_is_ready);
	assert_int_equal(pr_store_change(f->store, NULL), 0);
	commit(f, pr_scheduler_forget(f->scheduler, PLAN, &err), &err);
	run_until(f, nothing_runs);
	run_until(f, it_was_asked);
}

static void a_run_whose_server_is_gone_is_an_error(void **state)
{
	struct fixture *f = *state;

	script(f, "UPDATE plans SET status = 'running'");
	script(f, "INSERT INTO jobs (plan_id, org_id, due, run, server, lease) VALUES"
		  " ('" PLAN "', '" ORG "', NULL, 'run', 'another', 1763655906000000)");
	run_until(f, nothing_runs);
	assert_string_equal(status(f), "error");
	assert_non_null(strstr(error_of(f), "went away"));
	later(f, HOUR);
	assert_int_equal(count_starts(f), 0);
}

static void a_schedule_that_never_comes_is_a_creation_error(void **state)
{
	struct fixture *f = *state;

	plan(f, "{\"type\":\"cron\",\"pattern\":\"0 0 30 2 *\"}");
	run_until(f, some_turns_are_over);
	assert_string_equal(status(f), "creation error");
	assert_string_equal(error_of(f), "the schedule '0 0 30 2 *' never comes");
}

static void a_plan_that_runs_is_not_run_again(void **state)
{
	struct fixture *f = *state;

	put_file(f, "do", "sleep 60\n", 0600);
	plan(f, NOW);
	starts(f, 1);
	assert_int_equal(pr_scheduler_run(f->scheduler, PLAN, NULL), PR_EEXIST);
}

static void on_stopped(void *arg)
{
	struct fixture *f = arg;

	f->stopped = true;
}

static bool is_stopped(struct fixture *f)
{
	return f->stopped;
}

static void stopping_asks_and_waits(void **state)
{
	struct fixture *f = *state;

	put_file(f, "do",
		"trap 'sleep 0.1; echo over >&2; exit 2' TERM\n"
		"echo >\"${0%/*}/ready\"\n"
		"while :; do sleep 0.01; done\n",
		0600);
	plan(f, NOW);
	starts(f, 1);
	run_until(f, it_is_ready);
	pr_scheduler_stop(f->scheduler, on_stopped, f);
	assert_false(f->stopped);
	run_until(f, is_stopped);
	assert_non_null(strstr(error_of(f), "exited abnormally (exit code 2): over"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_plan_for_now_is_launched_once),
		TEST(its_environment_is_what_it_needs_and_nothing_else),
		TEST(the_token_is_of_the_run),
		TEST(one_that_ends_without_a_word_is_a_creation_error),
		TEST(one_that_ends_while_it_runs_is_an_error),
		TEST(an_end_that_was_reported_stays),
		TEST(what_cannot_be_launched_is_named),
		TEST(a_schedule_is_created_first_and_launched_at_its_dates),
		TEST(missed_dates_are_one_run),
		TEST(a_date_missed_too_long_ago_is_passed_over),
		TEST(a_date_that_comes_while_it_runs_is_passed_over),
		TEST(a_suspended_schedule_rests),
		TEST(a_plan_that_is_forgotten_is_asked_to_end),
		TEST(a_run_whose_server_is_gone_is_an_error),
		TEST(a_schedule_that_never_comes_is_a_creation_error),
		TEST(a_plan_that_runs_is_not_run_again),
		TEST(stopping_asks_and_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
