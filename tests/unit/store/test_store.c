#include "store/store.h"

#include "base/compiler.h"
#include "database_fixture.h"

#include <sys/wait.h>

#define OTHER_KEY "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define SERVERS 6

static struct pr_store *open_store(const struct place *place)
{
	const struct pr_store_options options = {.database = place->uri, .create = true};
	struct pr_err err = PR_ERR_INIT;
	struct pr_store *store = NULL;

	if (pr_store_open(&options, &store, &err))
		fail_msg("%s", err.msg);
	return store;
}

/* Opening has to fail, with `words` in its one line. */
static void refuse(const struct pr_store_options *options, int code, const char *words)
{
	struct pr_err err = PR_ERR_INIT;
	struct pr_store *store = NULL;

	assert_int_equal(pr_store_open(options, &store, &err), code);
	assert_null(store);
	if (!strstr(err.msg, words))
		fail_msg("'%s' is not in '%s'", words, err.msg);
}

static int add_user(struct pr_store *store, const char *name)
{
	return pr_database_run(pr_store_database(store),
		&PR_STATEMENT("INSERT INTO users (id, username, created) VALUES (?1, ?2, ?3)",
			pr_value_text(name), pr_value_text(name), pr_value_int(pr_store_now())),
		NULL, NULL, NULL, NULL);
}

static int64_t users(struct pr_store *store)
{
	return number_of(pr_store_database(store), "SELECT COUNT(*) FROM users");
}

static void what_is_kept_is_there_after_the_next_start(void **state)
{
	struct pr_store *store = open_store(*state);

	assert_int_equal(add_user(store, "a"), 0);
	pr_store_close(store);
	store = open_store(*state);
	assert_int_equal(users(store), 1);
	pr_store_close(store);
}

static void requests_share_a_transaction_and_fail_alone(void **state)
{
	static const struct {
		const char *first;
		const char *second;
		bool kept;
	} requests[] = {{"a", "b", true}, {"c", "a", false}, {"d", "e", true}, {"f", "f", false}};
	struct pr_store *store = open_store(*state);

	assert_false(pr_store_is_changing(store));
	assert_int_equal(pr_store_commit(store, NULL), 0);
	for (size_t i = 0; i < PR_LEN(requests); i++) {
		assert_int_equal(pr_store_change(store, NULL), 0);
		assert_true(pr_store_is_changing(store));
		assert_int_equal(add_user(store, requests[i].first), 0);
		assert_int_equal(
			add_user(store, requests[i].second), requests[i].kept ? 0 : PR_EEXIST);
		if (requests[i].kept)
			assert_int_equal(pr_store_keep(store, NULL), 0);
		else
			pr_store_undo(store);
	}
	assert_int_equal(pr_store_commit(store, NULL), 0);
	assert_false(pr_store_is_changing(store));
	assert_int_equal(users(store), 4);
	pr_store_close(store);
	store = open_store(*state);
	assert_int_equal(users(store), 4);
	pr_store_close(store);
}

static void an_open_transaction_is_not_kept(void **state)
{
	struct pr_store *store = open_store(*state);

	assert_int_equal(pr_store_change(store, NULL), 0);
	assert_int_equal(add_user(store, "a"), 0);
	assert_int_equal(pr_store_keep(store, NULL), 0);
	pr_store_close(store);
	store = open_store(*state);
	assert_int_equal(users(store), 0);
	pr_store_close(store);
}

static void another_key_is_refused(void **state)
{
	static const struct {
		const char *key;
		const char *words;
	} cases[] = {{OTHER_KEY, "sealed with another key"}, {"0001", "64 hexadecimal digits"},
		{OTHER_KEY "00", "64 hexadecimal digits"},
		{"x" FIXTURE_KEY, "64 hexadecimal digits"},
		{"gg0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
			"64 hexadecimal digits"}};
	const struct place *place = *state;
	const struct pr_store_options options = {.database = place->uri, .create = true};

	pr_store_close(open_store(place));
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		setenv("PLAN_DEPLOYER_KEY", cases[i].key, 1);
		refuse(&options, PR_EINVAL, cases[i].words);
	}
	setenv("PLAN_DEPLOYER_KEY",
		"000102030405060708090A0B0C0D0E0F101112131415161718191a1b1c1d1e1f", 1);
	pr_store_close(open_store(place));
}

static void a_key_file_is_made_once_and_private(void **state)
{
	const struct place *place = *state;
	char path[128];
	struct pr_store_options options = {
		.database = place->uri, .key_file = path, .create = true};
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(1000);
	struct pr_store *store = NULL;
	struct stat info;

	snprintf(path, sizeof(path), "%s/sealing", place->folder);
	unsetenv("PLAN_DEPLOYER_KEY");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pr_store_open(&options, &store, NULL), 0);
		pr_store_close(store);
		options.create = false;
	}
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_int_equal(pr_file_read(path, &text, NULL), 0);
	assert_int_equal(text.len, 65);
	options.create = true;
	assert_int_equal(unlink(path), 0);
	refuse(&options, PR_ENOTFOUND, path);
	assert_int_equal(access(path, F_OK), -1);
}

static void a_key_is_looked_for_beside_the_file(void **state)
{
	const struct place *place = *state;
	const struct pr_store_options options = {.database = place->uri, .create = true};
	char path[128];

	unsetenv("PLAN_DEPLOYER_KEY");
	if (place_server()) {
		refuse(&options, PR_EINVAL, "PLAN_DEPLOYER_KEY_FILE");
		return;
	}
	pr_store_close(open_store(place));
	snprintf(path, sizeof(path), "%s/db.key", place->folder);
	assert_int_equal(access(path, F_OK), 0);
	snprintf(path, sizeof(path), "%s/other", place->folder);
	setenv("PLAN_DEPLOYER_KEY_FILE", path, 1);
	refuse(&options, PR_ENOTFOUND, path);
	unsetenv("PLAN_DEPLOYER_KEY_FILE");
}

static void a_newer_schema_is_refused(void **state)
{
	const struct place *place = *state;
	const struct pr_store_options options = {.database = place->uri, .create = true};

	pr_store_close(open_store(place));
	run_script(place->uri, "INSERT INTO schema_steps VALUES (900, 0)");
	refuse(&options, PR_EINVAL, "newer version");
}

static void nothing_is_made_that_was_not_asked_for(void **state)
{
	const struct place *place = *state;
	const struct pr_store_options options = {.database = place->uri};
	struct pr_store *store = NULL;

	if (!place_server()) {
		char path[128];

		refuse(&options, PR_EIO, "no database");
		snprintf(path, sizeof(path), "%s/db", place->folder);
		assert_int_equal(access(path, F_OK), -1);
	}
	run_script(place->uri, "SELECT 1");
	refuse(&options, PR_EIO, "no tables");
	pr_store_close(open_store(place));
	assert_int_equal(pr_store_open(&options, &store, NULL), 0);
	pr_store_close(store);
}

static void a_second_server_on_a_file_is_refused(void **state)
{
	const struct place *place = *state;
	const struct pr_store_options alone = {
		.database = place->uri, .create = true, .exclusive = true};
	const struct pr_store_options beside = {.database = place->uri};
	struct pr_store *first = NULL;
	struct pr_store *second = NULL;

	assert_int_equal(pr_store_open(&alone, &first, NULL), 0);
	if (place_server()) {
		assert_int_equal(pr_store_open(&alone, &second, NULL), 0);
		pr_store_close(second);
	} else {
		refuse(&alone, PR_EIO, "used by another server");
	}
	/* What is no server may look. */
	assert_int_equal(pr_store_open(&beside, &second, NULL), 0);
	assert_int_equal(add_user(second, "a"), 0);
	pr_store_close(second);
	assert_int_equal(users(first), 1);
	pr_store_close(first);
	assert_int_equal(pr_store_open(&alone, &first, NULL), 0);
	pr_store_close(first);
}

/* All begin when the other end of the pipe is closed. */
static pid_t start_server(const struct pr_store_options *options, const int gate[2])
{
	struct pr_store *store = NULL;
	struct pr_err err = PR_ERR_INIT;
	pid_t child = fork();
	char byte;

	if (child)
		return child;
	close(gate[1]);
	(void)!read(gate[0], &byte, 1);
	if (pr_store_open(options, &store, &err))
		fprintf(stderr, "%s\n", err.msg);
	pr_store_close(store);
	_exit(err.code ? 1 : 0);
}

static void servers_that_start_together_agree(void **state)
{
	const struct place *place = *state;
	char path[128];
	const struct pr_store_options options = {
		.database = place->uri, .key_file = path, .create = true};
	struct pr_store *store = NULL;
	pid_t children[SERVERS];
	int gate[2];

	snprintf(path, sizeof(path), "%s/shared-key", place->folder);
	unsetenv("PLAN_DEPLOYER_KEY");
	assert_int_equal(pipe(gate), 0);
	for (int i = 0; i < SERVERS; i++)
		children[i] = start_server(&options, gate);
	close(gate[0]);
	close(gate[1]);
	for (int i = 0; i < SERVERS; i++) {
		int status = -1;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(pr_store_open(&options, &store, NULL), 0);
	assert_int_equal(number_of(pr_store_database(store), "SELECT COUNT(*) FROM seal_keys"), 1);
	pr_store_close(store);
}

static void a_date_has_its_zone_and_six_digits(void **state)
{
	static const struct {
		int64_t wall_us;
		const char *text;
	} cases[] = {{0, "1970-01-01T00:00:00.000000Z"},
		{1763654669111883, "2025-11-20T16:04:29.111883Z"}};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		json_t *date = pr_store_date(cases[i].wall_us);

		assert_string_equal(json_string_value(date), cases[i].text);
		json_decref(date);
	}
	assert_true(pr_store_now() > INT64_C(1700000000000000));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, place_make, place_remove)
		IN_PLACE(what_is_kept_is_there_after_the_next_start),
		IN_PLACE(requests_share_a_transaction_and_fail_alone),
		IN_PLACE(an_open_transaction_is_not_kept),
		IN_PLACE(another_key_is_refused),
		IN_PLACE(a_key_file_is_made_once_and_private),
		IN_PLACE(a_key_is_looked_for_beside_the_file),
		IN_PLACE(a_newer_schema_is_refused),
		IN_PLACE(nothing_is_made_that_was_not_asked_for),
		IN_PLACE(a_second_server_on_a_file_is_refused),
		IN_PLACE(servers_that_start_together_agree),
		cmocka_unit_test(a_date_has_its_zone_and_six_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
