#include "platform/spool.h"

#include "base/env.h"
#include "base/file.h"
#include "base/redact.h"
#include "base/text.h"
#include "codec/json.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

#define ONE "11111111-1111-4111-8111-111111111111"
#define TWO "22222222-2222-4222-8222-222222222222"
#define THREE "33333333-3333-4333-8333-333333333333"

static char home[32];

static int setup(void **state)
{
	(void)state;
	umask(0);
	memcpy(home, "/tmp/pr-test-spool-XXXXXX", 26);
	(void)pr_env_unset("PLAN_RUNNER_SPOOL", NULL);
	(void)pr_env_unset("XDG_STATE_HOME", NULL);
	return mkdtemp(home) ? pr_env_set("HOME", home, NULL) : -1;
}

static int teardown(void **state)
{
	(void)state;
	pr_redact_forget();
	return pr_file_remove_tree(home, NULL);
}

static int write_entry(const char *execution, struct pr_spool_entry *entry, struct pr_err *err)
{
	return pr_spool_write(
		json_pack("{s: s, s: s}", "execution", execution, "text", "as told"), entry, err);
}

/* Writes and closes; `seconds` is how long ago that was. */
static void leave(const char *execution, time_t seconds)
{
	struct pr_spool_entry entry = PR_SPOOL_ENTRY_INIT;
	struct timespec times[2] = {{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_NOW}};

	assert_int_equal(write_entry(execution, &entry, NULL), 0);
	if (seconds)
		times[1] = (struct timespec){.tv_sec = time(NULL) - seconds};
	assert_int_equal(futimens(entry.fd, times), 0);
	pr_spool_close(&entry);
	assert_int_equal(entry.fd, -1);
	assert_null(entry.path);
	assert_null(entry.document);
}

/* The executions seen, their first digits in order, and what to do with each. */
struct visit {
	char seen[16];
	size_t count;
	bool remove;
	int result;
	int64_t written_us;
};

static int on_entry(void *arg, struct pr_spool_entry *entry)
{
	struct visit *visit = arg;

	assert_string_equal(pr_json_str(entry->document, "text"), "as told");
	visit->seen[visit->count++] = pr_json_str(entry->document, "execution")[0];
	visit->written_us = entry->written_us;
	if (visit->remove)
		pr_spool_remove(entry);
	return visit->result;
}

static void assert_seen(struct visit *visit, const char *expected)
{
	assert_int_equal(pr_spool_each(on_entry, visit, NULL), visit->result);
	assert_string_equal(visit->seen, expected);
}

static void check_folder(const char *expected)
{
	PR_AUTO(free) char *folder = pr_spool_folder();

	assert_string_equal(folder, expected);
}

static void the_folder_is_given_or_that_of_the_user(void **state)
{
	PR_AUTO(free) char *of_home = pr_file_join(home, ".local/state/plan-runner/spool");

	(void)state;
	check_folder(of_home);
	assert_int_equal(pr_env_set("XDG_STATE_HOME", "/state", NULL), 0);
	check_folder("/state/plan-runner/spool");
	assert_int_equal(pr_env_set("PLAN_RUNNER_SPOOL", "/given", NULL), 0);
	check_folder("/given");
}

static void assert_mode(const char *path, mode_t mode)
{
	struct stat info;

	assert_int_equal(lstat(path, &info), 0);
	assert_int_equal(info.st_mode & 07777, mode);
}

static void entries_are_private(void **state)
{
	struct pr_spool_entry entry = PR_SPOOL_ENTRY_INIT;
	PR_AUTO(free) char *folder = pr_spool_folder();

	(void)state;
	assert_int_equal(write_entry(ONE, &entry, NULL), 0);
	assert_true(pr_text_starts(entry.path, folder));
	assert_true(pr_text_ends(entry.path, "/" ONE ".json"));
	assert_mode(folder, 0700);
	assert_mode(entry.path, 0600);
	pr_spool_remove(&entry);
	assert_null(entry.path);
}

static void secrets_are_not_written(void **state)
{
	struct pr_spool_entry entry = PR_SPOOL_ENTRY_INIT;
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(10000);

	(void)state;
	assert_int_equal(pr_redact_add("the-token-itself", NULL), 0);
	assert_int_equal(pr_spool_write(json_pack("{s: s, s: s}", "execution", ONE, "text",
						"a the-token-itself b"),
				 &entry, NULL),
		0);
	assert_int_equal(pr_file_read(entry.path, &text, NULL), 0);
	assert_null(strstr(pr_buf_str(&text), "the-token-itself"));
	assert_non_null(strstr(pr_buf_str(&text), "a " PR_REDACTED " b"));
	pr_spool_remove(&entry);
}

static void entries_are_visited_oldest_first_and_stay(void **state)
{
	struct visit first = {.count = 0};
	struct visit second = {.count = 0};

	(void)state;
	leave(ONE, 100);
	leave(TWO, 300);
	leave(THREE, 200);
	assert_seen(&first, "231");
	assert_true(first.written_us > (int64_t)(time(NULL) - 110) * 1000000);
	assert_true(first.written_us < (int64_t)(time(NULL) - 90) * 1000000);
	assert_seen(&second, "231");
}

static void what_was_delivered_is_gone(void **state)
{
	struct visit first = {.remove = true};
	struct visit second = {.count = 0};

	(void)state;
	leave(ONE, 10);
	leave(TWO, 5);
	assert_seen(&first, "12");
	assert_seen(&second, "");
}

static void a_visit_can_be_ended(void **state)
{
	struct visit visit = {.result = 7};

	(void)state;
	leave(ONE, 10);
	leave(TWO, 5);
	assert_seen(&visit, "1");
}

static void what_is_in_use_is_left_alone(void **state)
{
	struct pr_spool_entry entry = PR_SPOOL_ENTRY_INIT;
	struct visit first = {.remove = true};
	struct visit second = {.count = 0};

	(void)state;
	leave(ONE, 0);
	assert_int_equal(write_entry(TWO, &entry, NULL), 0);
	assert_seen(&first, "1");
	pr_spool_close(&entry);
	assert_seen(&second, "2");
}

static void what_is_no_entry_is_kept_and_does_not_stop_the_rest(void **state)
{
	PR_AUTO(free) char *folder = pr_spool_folder();
	PR_AUTO(free) char *broken = pr_file_join(folder, "broken.json");
	PR_AUTO(free) char *hidden = pr_file_join(folder, ".hidden.json");
	PR_AUTO(free) char *other = pr_file_join(folder, "notes.txt");
	PR_AUTO(free) char *link = pr_file_join(folder, "link.json");
	struct visit visit = {.count = 0};

	(void)state;
	leave(ONE, 0);
	assert_int_equal(pr_file_replace(broken, "{", 1, 0600, false, NULL), 0);
	assert_int_equal(pr_file_replace(hidden, "{}", 2, 0600, false, NULL), 0);
	assert_int_equal(pr_file_replace(other, "{}", 2, 0600, false, NULL), 0);
	assert_int_equal(symlink("/etc/passwd", link), 0);
	assert_seen(&visit, "1");
	assert_true(pr_file_exists(broken));
}

static void no_spool_is_an_empty_one(void **state)
{
	struct visit visit = {.count = 0};

	(void)state;
	assert_seen(&visit, "");
}

static void an_entry_needs_a_sound_execution(void **state)
{
	static const char *const names[] = {"", "../../x", "x", "11111111"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(names); i++) {
		struct pr_spool_entry entry = PR_SPOOL_ENTRY_INIT;
		struct pr_err err = PR_ERR_INIT;

		assert_int_equal(write_entry(names[i], &entry, &err), PR_EINVAL);
		assert_null(entry.path);
	}
}

static void a_full_spool_takes_no_more(void **state)
{
	struct pr_spool_entry entry = PR_SPOOL_ENTRY_INIT;
	struct pr_err err = PR_ERR_INIT;
	PR_AUTO(free) char *folder = pr_spool_folder();
	PR_AUTO(free) char *large = pr_file_join(folder, TWO ".json");

	(void)state;
	leave(ONE, 0);
	assert_int_equal(pr_file_replace(large, "", 0, 0600, false, NULL), 0);
	assert_int_equal(truncate(large, (off_t)64 << 20), 0);
	assert_int_equal(write_entry(THREE, &entry, &err), PR_ELIMIT);
	assert_non_null(strstr(err.msg, "report resend"));
	assert_int_equal(truncate(large, ((off_t)64 << 20) - 10000), 0);
	assert_int_equal(write_entry(THREE, &entry, NULL), 0);
	pr_spool_remove(&entry);
}

static void a_folder_that_cannot_be_made_is_an_error(void **state)
{
	struct pr_spool_entry entry = PR_SPOOL_ENTRY_INIT;
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	assert_int_equal(pr_env_set("PLAN_RUNNER_SPOOL", "/dev/null/spool", NULL), 0);
	assert_true(write_entry(ONE, &entry, &err) < 0);
	assert_non_null(strstr(err.msg, "/dev/null"));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_folder_is_given_or_that_of_the_user),
		CASE(entries_are_private),
		CASE(secrets_are_not_written),
		CASE(entries_are_visited_oldest_first_and_stay),
		CASE(what_was_delivered_is_gone),
		CASE(a_visit_can_be_ended),
		CASE(what_is_in_use_is_left_alone),
		CASE(what_is_no_entry_is_kept_and_does_not_stop_the_rest),
		CASE(no_spool_is_an_empty_one),
		CASE(an_entry_needs_a_sound_execution),
		CASE(a_full_spool_takes_no_more),
		CASE(a_folder_that_cannot_be_made_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
