#include "fixture.h"

#include "base/file.h"
#include "base/redact.h"
#include "base/text.h"
#include "codec/json_write.h"
#include "engine/entry.h"
#include "engine/journal.h"
#include "engine/pause.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

static const struct pr_limits limits = PR_LIMITS_DEFAULT;

struct place {
	char dir[64];
	char journal[96];
	char part[96];
	struct pr_fake_clock fake;
	struct pr_loop *loop;
};

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	snprintf(place->dir, sizeof(place->dir), "/tmp/pr-journal-XXXXXX");
	if (!mkdtemp(place->dir))
		return -1;
	snprintf(place->journal, sizeof(place->journal), "%s/j.json", place->dir);
	snprintf(place->part, sizeof(place->part), "%s/j.json.part", place->dir);
	pr_fake_clock_init(&place->fake, INT64_C(1800000000123456));
	*state = place;
	return pr_loop_new(&place->fake.clock, &place->loop, NULL);
}

static int teardown(void **state)
{
	struct place *place = *state;

	pr_loop_free(place->loop);
	pr_file_remove_tree(place->dir, NULL);
	free(place);
	return 0;
}

static char *read_text(const char *path)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	assert_int_equal(0, pr_file_read(path, &text, NULL));
	return pr_buf_take(&text);
}

static size_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (size_t)st.st_size : 0;
}

static json_t *entry_of(size_t number, size_t padding)
{
	json_auto_t *activity = json_pack("{s:s, s:i}", "type", "action", "number", (int)number);
	json_t *entry = pr_entry_new(activity, INT64_C(1800000000000000));
	char *text = calloc(1, padding + 1);

	memset(text, 'x', padding);
	assert_int_equal(0, pr_entry_succeed(entry, json_string(text), NULL));
	json_decref(json_object_get(entry, "output")); /* the reference made above */
	free(text);
	return entry;
}

static struct pr_journal *journal_of(struct place *place, size_t padding)
{
	struct pr_journal *journal = NULL;
	json_auto_t *document = fixture_json("{'title':'T','method':[]}");
	char *text = calloc(1, padding + 1);

	memset(text, 'y', padding);
	json_object_set_new(document, "padding", json_string(text));
	free(text);
	assert_int_equal(0,
		pr_journal_new(place->loop,
			&(struct pr_journal_origin){.document = document, .path = place->journal},
			&journal, NULL));
	return journal;
}

static void add_entry(struct pr_journal *journal, size_t number, size_t padding)
{
	json_t *run = json_object_get(pr_journal_value(journal), "run");
	json_t *entry = entry_of(number, padding);

	json_array_append_new(run, entry);
	assert_int_equal(
		0, pr_journal_touch(journal, entry, "run", json_array_size(run) - 1, NULL));
}

static void members_test(void **state)
{
	struct place *place = *state;
	struct pr_journal *journal = NULL;
	json_auto_t *document = fixture_json("{'title':'é','list':[],'dry':null}");
	json_t *value;

	assert_int_equal(0,
		pr_journal_new(place->loop,
			&(struct pr_journal_origin){.document = document, .path = place->journal},
			&journal, NULL));
	value = pr_journal_value(journal);
	json_object_set_new(value, "platform", json_string("P"));
	json_object_set_new(value, "node", json_string("N"));
	pr_fake_clock_advance(&place->fake, 1250000);
	assert_int_equal(0, pr_journal_end(journal, NULL));
	assert_int_equal(0, pr_journal_close(journal, NULL));
	{
		PR_AUTO(free) char *text = read_text(place->journal);

		fixture_expect("journal", text,
			"{\n"
			"  \"chaoslib-version\": \"1.45.0\",\n"
			"  \"platform\": \"P\",\n"
			"  \"node\": \"N\",\n"
			"  \"experiment\": {\n"
			"    \"title\": \"é\",\n"
			"    \"list\": [],\n"
			"    \"dry\": null\n"
			"  },\n"
			"  \"start\": \"2027-01-15T08:00:00.123456+00:00\",\n"
			"  \"status\": null,\n"
			"  \"deviated\": false,\n"
			"  \"steady_states\": {\n"
			"    \"before\": null,\n"
			"    \"after\": null,\n"
			"    \"during\": []\n"
			"  },\n"
			"  \"run\": [],\n"
			"  \"rollbacks\": [],\n"
			"  \"end\": \"2027-01-15T08:00:01.373456+00:00\",\n"
			"  \"duration\": 1.25\n"
			"}");
	}
	pr_journal_free(journal);
}

static void platform_test(void **state)
{
	struct place *place = *state;
	struct pr_journal *journal = journal_of(place, 0);
	const char *platform =
		json_string_value(json_object_get(pr_journal_value(journal), "platform"));

	assert_true(pr_text_starts(platform, "Linux-"));
	assert_non_null(strstr(platform, "-with-"));
	pr_journal_free(journal);
}

/* At every moment the file and its continuation have all that was told. */
static void always_on_disk_test(void **state)
{
	static const size_t paddings[] = {0, 300000};
	struct place *place = *state;

	for (size_t i = 0; i < PR_LEN(paddings); i++) {
		struct pr_journal *journal = journal_of(place, paddings[i]);

		for (size_t n = 0; n < 60; n++) {
			json_auto_t *copy = NULL;

			add_entry(journal, n, 10000);
			assert_int_equal(0, pr_journal_read(place->journal, &limits, &copy, NULL));
			assert_true(json_equal(copy, pr_journal_value(journal)));
		}
		assert_int_equal(0, pr_journal_close(journal, NULL));
		assert_false(pr_file_exists(place->part));
		pr_journal_free(journal);
	}
}

static ino_t inode_of(const char *path)
{
	struct stat st;

	assert_int_equal(0, stat(path, &st));
	return st.st_ino;
}

/* A phase in which nothing happened costs no file. */
static void unchanged_test(void **state)
{
	struct place *place = *state;
	struct pr_journal *journal = journal_of(place, 0);
	ino_t first = inode_of(place->journal);
	json_auto_t *copy = NULL;

	assert_int_equal(0, pr_journal_flush(journal, NULL));
	assert_true(first == inode_of(place->journal));
	json_object_set_new(pr_journal_value(journal), "status", json_string("failed"));
	assert_int_equal(0, pr_journal_flush(journal, NULL));
	assert_int_equal(0, pr_journal_read(place->journal, &limits, &copy, NULL));
	assert_string_equal("failed", json_string_value(json_object_get(copy, "status")));
	assert_int_equal(0, pr_journal_close(journal, NULL));
	pr_journal_free(journal);
}

/* The bytes written grow with the journal, not with its square: J is replaced a few times only. */
static void linear_bytes_test(void **state)
{
	struct place *place = *state;
	struct pr_journal *journal = journal_of(place, 300000);
	size_t replaced = 0;
	size_t previous = size_of(place->journal);

	for (size_t n = 0; n < 1000; n++) {
		size_t size;

		add_entry(journal, n, 3000);
		size = size_of(place->journal);
		replaced += size != previous;
		previous = size;
	}
	assert_in_range(replaced, 2, 12);
	pr_journal_free(journal);
}

/* The bytes that replacing J has taken: each new file has another number. */
static size_t replaced_bytes(struct place *place, size_t entries, size_t *ret_size)
{
	struct pr_journal *journal = journal_of(place, 0);
	struct stat st;
	ino_t former = 0;
	size_t total = 0;

	for (size_t n = 0; n < entries; n++) {
		add_entry(journal, n, 300);
		assert_int_equal(0, stat(place->journal, &st));
		total += st.st_ino != former ? (size_t)st.st_size : 0;
		former = st.st_ino;
	}
	assert_int_equal(0, pr_journal_close(journal, NULL));
	*ret_size = size_of(place->journal);
	pr_journal_free(journal);
	return total;
}

/* A small journal is replaced at each change, but many changes do not cost their square. */
static void many_small_changes_test(void **state)
{
	static const size_t counts[] = {5, 100, 400, 2000};

	for (size_t i = 0; i < PR_LEN(counts); i++) {
		size_t size;
		size_t total = replaced_bytes(*state, counts[i], &size);

		assert_in_range(total, size / 2, ((size_t)1 << 20) + 4 * size);
	}
}

static void small_has_no_part_test(void **state)
{
	struct place *place = *state;
	struct pr_journal *journal = journal_of(place, 0);

	add_entry(journal, 1, 100);
	assert_false(pr_file_exists(place->part));
	pr_journal_free(journal);
}

static void append(const char *path, const char *text)
{
	int fd = pr_file_open_append(path, 0600, NULL);

	assert_true(fd >= 0);
	assert_int_equal(0, pr_file_write_all(fd, text, strlen(text), NULL));
	close(fd);
}

/* What a kill in the middle of a write leaves. */
static void cut_line_test(void **state)
{
	struct place *place = *state;
	struct pr_journal *journal = journal_of(place, 300000);
	json_auto_t *copy = NULL;
	PR_AUTO(close) int lock = -1;

	add_entry(journal, 1, 10);
	append(place->part, "{\"list\":\"run\",\"index\":1,\"ent");
	assert_int_equal(0, pr_journal_read(place->journal, &limits, &copy, NULL));
	assert_int_equal(1, json_array_size(json_object_get(copy, "run")));
	assert_true(pr_file_exists(place->part));
	assert_int_equal(0, pr_journal_fold(place->journal, copy, &lock, NULL));
	assert_true(lock >= 0);
	assert_false(pr_file_exists(place->part));
	json_decref(pr_steal(copy));
	assert_int_equal(0, pr_journal_read(place->journal, &limits, &copy, NULL));
	assert_int_equal(1, json_array_size(json_object_get(copy, "run")));
	pr_journal_free(journal);
}

/* A kill between the replacement of J and the emptying of .part: its lines are old. */
static void stale_part_test(void **state)
{
	struct place *place = *state;
	struct pr_journal *journal = journal_of(place, 300000);
	PR_AUTO(free) char *old = NULL;
	json_auto_t *copy = NULL;

	add_entry(journal, 1, 10);
	old = read_text(place->part);
	json_object_set_new(json_array_get(json_object_get(pr_journal_value(journal), "run"), 0),
		"status", json_string("failed"));
	assert_int_equal(0, pr_journal_flush(journal, NULL));
	assert_int_equal(0, size_of(place->part));
	append(place->part, old);
	assert_int_equal(0, pr_journal_read(place->journal, &limits, &copy, NULL));
	assert_true(json_equal(copy, pr_journal_value(journal)));
	pr_journal_free(journal);
}

/* Beside a journal of the same size that another run has written. */
static void part_of_another_test(void **state)
{
	struct place *place = *state;
	struct pr_journal *journal = journal_of(place, 300000);
	PR_AUTO(free) char *text = NULL;
	json_auto_t *copy = NULL;

	add_entry(journal, 1, 10);
	text = read_text(place->journal);
	*strstr(text, "yyy") = 'x';
	assert_int_equal(0, pr_file_replace(place->journal, text, strlen(text), 0600, false, NULL));
	assert_int_equal(0, pr_journal_read(place->journal, &limits, &copy, NULL));
	assert_int_equal(0, json_array_size(json_object_get(copy, "run")));
	pr_journal_free(journal);
}

static void fold_into_states_test(void **state)
{
	static const struct {
		const char *list;
		size_t index;
	} rows[] = {
		{"steady_states.before.probes", 0},
		{"steady_states.during.0.probes", 0},
		{"steady_states.during.0.probes", 1},
		{"steady_states.during.1.probes", 0},
		{"rollbacks", 0},
		{"run", 5},
		{"nothing", 0},
		{"steady_states.during.7.probes", 0},
		{"experiment", 0},
	};
	struct place *place = *state;
	struct pr_journal *journal = journal_of(place, 300000);
	json_auto_t *entry = entry_of(1, 1);
	json_auto_t *copy = NULL;
	json_t *during;

	for (size_t i = 0; i < PR_LEN(rows); i++)
		assert_int_equal(
			0, pr_journal_touch(journal, entry, rows[i].list, rows[i].index, NULL));
	assert_int_equal(0, pr_journal_read(place->journal, &limits, &copy, NULL));
	during = json_object_get(json_object_get(copy, "steady_states"), "during");
	assert_int_equal(2, json_array_size(during));
	assert_int_equal(2, json_array_size(json_object_get(json_array_get(during, 0), "probes")));
	assert_int_equal(1, json_array_size(json_object_get(copy, "rollbacks")));
	assert_int_equal(0, json_array_size(json_object_get(copy, "run")));
	pr_journal_free(journal);
}

static void redacted_test(void **state)
{
	struct place *place = *state;
	struct pr_journal *journal = journal_of(place, 300000);
	json_t *run = json_object_get(pr_journal_value(journal), "run");
	json_t *entry = entry_of(1, 1);

	assert_int_equal(0, pr_redact_add("hunter2hunter2", NULL));
	json_object_set_new(entry, "output", json_string("it is hunter2hunter2"));
	json_array_append_new(run, entry);
	assert_int_equal(0, pr_journal_touch(journal, entry, "run", 0, NULL));
	{
		PR_AUTO(free) char *part = read_text(place->part);

		assert_null(strstr(part, "hunter2"));
		assert_non_null(strstr(part, "it is " PR_REDACTED));
	}
	assert_int_equal(0, pr_journal_close(journal, NULL));
	{
		PR_AUTO(free) char *text = read_text(place->journal);

		assert_null(strstr(text, "hunter2"));
	}
	pr_redact_forget();
	pr_journal_free(journal);
}

/* A disk that was full for a while: what was written nowhere is there with the next change. */
static void lost_line_test(void **state)
{
	struct place *place = *state;
	struct pr_journal *journal = journal_of(place, 300000);
	json_t *run = json_object_get(pr_journal_value(journal), "run");
	json_auto_t *copy = NULL;
	struct sigaction ignored = {.sa_handler = SIG_IGN};
	struct sigaction former;
	struct rlimit limit;
	struct rlimit full;

	assert_int_equal(0, sigaction(SIGXFSZ, &ignored, &former));
	assert_int_equal(0, getrlimit(RLIMIT_FSIZE, &limit));
	full = (struct rlimit){.rlim_cur = 100, .rlim_max = limit.rlim_max};
	assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &full));
	json_array_append_new(run, entry_of(1, 1));
	assert_int_not_equal(0, pr_journal_touch(journal, json_array_get(run, 0), "run", 0, NULL));
	assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &limit));
	assert_int_equal(0, sigaction(SIGXFSZ, &former, NULL));
	json_array_append_new(run, entry_of(2, 1));
	assert_int_equal(0, pr_journal_touch(journal, json_array_get(run, 1), "run", 1, NULL));
	assert_int_equal(0, pr_journal_read(place->journal, &limits, &copy, NULL));
	assert_int_equal(2, json_array_size(json_object_get(copy, "run")));
	pr_journal_free(journal);
}

static void unwritable_test(void **state)
{
	struct place *place = *state;
	struct fixture f;
	struct pr_err err = PR_ERR_INIT;

	fixture_init(&f, "{'title':'T','method':[]}");
	snprintf(place->part, sizeof(place->part), "%s/no/such/j.json", place->dir);
	f.options.journal_path = place->part;
	assert_int_not_equal(0, pr_run_new(f.loop, &f.options, &f.run, &err));
	assert_non_null(strstr(err.msg, "no/such"));
	f.options.journal_path = place->dir;
	assert_int_not_equal(0, pr_run_new(f.loop, &f.options, &f.run, NULL));
	fixture_release(&f);
}

/* Something that is no file is written to, never replaced. */
static void device_test(void **state)
{
	struct place *place = *state;
	struct pr_journal *journal = NULL;
	json_auto_t *document = fixture_json("{'title':'T'}");
	struct stat st;

	assert_int_equal(
		0, pr_journal_new(place->loop,
			   &(struct pr_journal_origin){.document = document, .path = "/dev/null"},
			   &journal, NULL));
	assert_int_equal(0, pr_journal_flush(journal, NULL));
	assert_int_equal(0, pr_journal_close(journal, NULL));
	assert_int_equal(0, stat("/dev/null", &st));
	assert_true(S_ISCHR(st.st_mode));
	pr_journal_free(journal);
}

static void unreadable_test(void **state)
{
	static const struct {
		const char *text;
		int code;
	} rows[] = {{"", PR_EINVAL}, {"{", PR_EINVAL}, {"[]", PR_EINVAL}, {NULL, PR_ENOTFOUND}};
	struct place *place = *state;

	for (size_t i = 0; i < PR_LEN(rows); i++) {
		json_t *copy = NULL;

		unlink(place->journal);
		if (rows[i].text)
			append(place->journal, rows[i].text);
		assert_int_equal(
			rows[i].code, pr_journal_read(place->journal, &limits, &copy, NULL));
		assert_null(copy);
	}
}

/* The file of a whole run is what the run has in memory. */
static void run_file_test(void **state)
{
	struct place *place = *state;
	struct fixture f;
	json_auto_t *copy = NULL;

	fixture_init(&f, "{'title':'T','steady-state-hypothesis':{'title':'S','probes':[{'type':'"
			 "probe','name':'p',"
			 "'tolerance':1,'provider':{'output':1}}]},'method':[{'type':'action','"
			 "name':'a','provider':"
			 "{'fail':'no','ms':1}}]}");
	f.options.journal_path = place->journal;
	fixture_run(&f);
	assert_int_equal(0, pr_journal_read(place->journal, &limits, &copy, NULL));
	assert_true(json_equal(copy, f.journal));
	fixture_expect("exception", json_string_value(fixture_at(&f, "run.0.exception.0")),
		"chaoslib.exceptions.ActivityFailed: no\n");
	assert_true(json_real_value(fixture_at(&f, "run.0.duration")) == 0.001);
	fixture_release(&f);
}

static void pause_test(void **state)
{
	static const struct {
		const char *pause;
		int code;
		int64_t us;
	} rows[] = {
		{"1", 0, 1000000},
		{"0.25", 0, 250000},
		{"true", 0, 1000000},
		{"-1", PR_EINVAL, 0},
		{"'x'", PR_EINVAL, 0},
		{"[1]", PR_EINVAL, 0},
		{"9223372036", 0, INT64_C(9223372036000000)},
		{"9223372037", PR_EINVAL, 0},
		{"1e300", PR_EINVAL, 0},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		json_auto_t *pause = fixture_json(rows[i].pause);
		int64_t us = 0;

		assert_int_equal(rows[i].code, pr_pause_us(pause, &us, NULL));
		assert_int_equal(rows[i].us, us);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(members_test, setup, teardown),
		cmocka_unit_test_setup_teardown(platform_test, setup, teardown),
		cmocka_unit_test_setup_teardown(always_on_disk_test, setup, teardown),
		cmocka_unit_test_setup_teardown(unchanged_test, setup, teardown),
		cmocka_unit_test_setup_teardown(linear_bytes_test, setup, teardown),
		cmocka_unit_test_setup_teardown(many_small_changes_test, setup, teardown),
		cmocka_unit_test_setup_teardown(small_has_no_part_test, setup, teardown),
		cmocka_unit_test_setup_teardown(cut_line_test, setup, teardown),
		cmocka_unit_test_setup_teardown(stale_part_test, setup, teardown),
		cmocka_unit_test_setup_teardown(part_of_another_test, setup, teardown),
		cmocka_unit_test_setup_teardown(fold_into_states_test, setup, teardown),
		cmocka_unit_test_setup_teardown(redacted_test, setup, teardown),
		cmocka_unit_test_setup_teardown(lost_line_test, setup, teardown),
		cmocka_unit_test_setup_teardown(unwritable_test, setup, teardown),
		cmocka_unit_test_setup_teardown(device_test, setup, teardown),
		cmocka_unit_test_setup_teardown(unreadable_test, setup, teardown),
		cmocka_unit_test_setup_teardown(run_file_test, setup, teardown),
		cmocka_unit_test(pause_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
