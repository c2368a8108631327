#include "store/database.h"

#include "base/compiler.h"
#include "database_fixture.h"

static const char table[] = "CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT UNIQUE,"
			    " note TEXT, bytes {blob}, needed BIGINT NOT NULL DEFAULT 0)";

static int set_up(void **state)
{
	place_make(state);
	run_script(((struct place *)*state)->uri, table);
	return 0;
}

static int insert(
	struct pr_database *database, int64_t id, struct pr_value name, struct pr_err *err)
{
	return pr_database_run(database,
		&PR_STATEMENT(
			"INSERT INTO things (id, name) VALUES (?1, ?2)", pr_value_int(id), name),
		NULL, NULL, NULL, err);
}

static int64_t count_of(struct pr_database *database)
{
	return number_of(database, "SELECT COUNT(*) FROM things");
}

struct expected {
	int64_t number;
	const char *text;
	const void *bytes;
	size_t n;
	int rows;
};

static int compare(void *arg, const struct pr_row *row, struct pr_err *err)
{
	struct expected *expected = arg;
	const void *bytes;
	size_t n = 77;

	(void)err;
	assert_int_equal(pr_row_int(row, 0), expected->number);
	assert_int_equal(pr_row_is_null(row, 1), !expected->text);
	if (expected->text)
		assert_string_equal(pr_row_text(row, 1), expected->text);
	else
		assert_null(pr_row_text(row, 1));
	bytes = pr_row_blob(row, 2, &n);
	assert_int_equal(n, expected->n);
	assert_int_equal(bytes != NULL, expected->bytes != NULL);
	if (bytes && expected->bytes)
		assert_memory_equal(bytes, expected->bytes, n);
	expected->rows++;
	return 0;
}

static void keep_and_compare(struct pr_database *database, struct expected expected)
{
	struct pr_err err = PR_ERR_INIT;

	if (pr_database_run(database,
		    &PR_STATEMENT("INSERT INTO things (id, note, bytes) VALUES (?1, ?2, ?3)",
			    pr_value_int(expected.number), pr_value_text(expected.text),
			    pr_value_blob(expected.bytes, expected.n)),
		    NULL, NULL, NULL, &err) ||
		pr_database_run(database,
			&PR_STATEMENT("SELECT id, note, bytes FROM things WHERE id = ?1",
				pr_value_int(expected.number)),
			compare, &expected, NULL, &err))
		fail_msg("%s", err.msg);
	assert_int_equal(expected.rows, 1);
}

static void values_come_back_as_they_were(void **state)
{
	static char large[(1 << 20) + 1];
	static const struct expected cases[] = {{.number = 0},
		{.number = INT64_MAX, .text = "", .bytes = "", .n = 0},
		{.number = INT64_MIN, .text = "it's \"q\" ?1 {blob} \\ $1", .bytes = "\0", .n = 1},
		{.number = -1,
			.text = "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80",
			.bytes = "a\0\xff\\x",
			.n = 5},
		{.number = 255, .text = large, .bytes = large, .n = sizeof(large)}};
	struct pr_database *database = place_open(*state);

	memset(large, 'x', sizeof(large) - 1);
	for (size_t i = 0; i < PR_LEN(cases); i++)
		keep_and_compare(database, cases[i]);
	assert_int_equal(count_of(database), PR_LEN(cases));
	pr_database_close(database);
	database = place_open(*state);
	assert_int_equal(count_of(database), PR_LEN(cases));
	pr_database_close(database);
}

static int take_text(void *arg, const struct pr_row *row, struct pr_err *err)
{
	(void)err;
	snprintf(arg, 64, "%s", pr_row_text(row, 0));
	return 0;
}

static void what_is_quoted_in_a_statement_stays(void **state)
{
	struct pr_database *database = place_open(*state);
	char text[64] = "";

	assert_int_equal(pr_database_run(database,
				 &PR_STATEMENT("SELECT 'a?1 {blob} ''?2' || CAST(?1 AS TEXT)",
					 pr_value_text("!")),
				 take_text, text, NULL, NULL),
		0);
	assert_string_equal(text, "a?1 {blob} '?2!");
	pr_database_close(database);
}

static void what_one_of_them_cannot_keep_is_refused(void **state)
{
	static const struct {
		struct pr_value value;
		const char *message;
	} cases[] = {
		{{.kind = PR_VALUE_TEXT, .bytes = "a\0b", .n = 3}, "NUL"},
		{{.kind = PR_VALUE_TEXT, .bytes = "\xc3", .n = 1}, "UTF-8"},
		{{.kind = PR_VALUE_TEXT, .bytes = "\xed\xa0\x80", .n = 3}, "UTF-8"},
	};
	struct pr_database *database = place_open(*state);

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_err err = PR_ERR_INIT;

		assert_int_equal(insert(database, 1, cases[i].value, &err), PR_EINVAL);
		assert_non_null(strstr(err.msg, cases[i].message));
	}
	assert_int_equal(count_of(database), 0);
	pr_database_close(database);
}

static void a_name_that_is_taken_is_told_from_other_failures(void **state)
{
	static const struct {
		const char *sql;
		int code;
	} cases[] = {
		{"INSERT INTO things (id, name) VALUES (1, 'other')", PR_EEXIST},
		{"INSERT INTO things (id, name) VALUES (2, 'a')", PR_EEXIST},
		{"INSERT INTO things (id, name) VALUES (2, 'a') ON CONFLICT DO NOTHING", 0},
		{"INSERT INTO things (id, needed) VALUES (2, NULL)", PR_EIO},
		{"INSERT INTO nowhere VALUES (2)", PR_EIO},
		{"no statement", PR_EIO},
	};
	struct pr_database *database = place_open(*state);

	assert_int_equal(insert(database, 1, pr_value_text("a"), NULL), 0);
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_err err = PR_ERR_INIT;

		assert_int_equal(
			pr_database_run(database, &(struct pr_statement){.sql = cases[i].sql}, NULL,
				NULL, NULL, &err),
			cases[i].code);
		assert_int_equal(err.code, cases[i].code);
		assert_int_equal(count_of(database), 1);
	}
	pr_database_close(database);
}

static void a_statement_tells_how_many_rows_it_changed(void **state)
{
	static const struct {
		const char *sql;
		int64_t changed;
	} cases[] = {
		{"INSERT INTO things (id) VALUES (1), (2), (3)", 3},
		{"SELECT id FROM things", 0},
		{"UPDATE things SET needed = 5 WHERE id < 3", 2},
		{"UPDATE things SET needed = 5 WHERE id > 3", 0},
		{"SELECT id FROM things", 0},
		{"UPDATE things SET needed = 6 WHERE id = 3 RETURNING id", 1},
		{"DELETE FROM things", 3},
	};
	struct pr_database *database = place_open(*state);

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		int64_t changed = -1;

		assert_int_equal(
			pr_database_run(database, &(struct pr_statement){.sql = cases[i].sql}, NULL,
				NULL, &changed, NULL),
			0);
		assert_int_equal(changed, cases[i].changed);
	}
	pr_database_close(database);
}

static int stop_at_second(void *arg, const struct pr_row *row, struct pr_err *err)
{
	(void)row;
	return ++*(int *)arg == 2 ? pr_fail(err, PR_ECANCELED, "enough") : 0;
}

static void a_callback_ends_a_statement_and_not_its_transaction(void **state)
{
	static const struct pr_statement all = {.sql = "SELECT id FROM things"};
	struct pr_database *database = place_open(*state);
	int seen = 0;

	assert_int_equal(pr_database_script(database,
				 "INSERT INTO things (id) VALUES (1), (2), (3);"
				 "UPDATE things SET needed = 1",
				 NULL),
		0);
	assert_int_equal(pr_database_begin(database, NULL), 0);
	assert_int_equal(
		pr_database_run(database, &all, stop_at_second, &seen, NULL, NULL), PR_ECANCELED);
	assert_int_equal(seen, 2);
	assert_int_equal(count_of(database), 3);
	assert_int_equal(pr_database_commit(database, NULL), 0);
	pr_database_close(database);
}

static void a_transaction_is_kept_or_rolled_back_as_a_whole(void **state)
{
	struct pr_database *database = place_open(*state);
	struct pr_err err = PR_ERR_INIT;

	assert_int_equal(pr_database_begin(database, NULL), 0);
	assert_int_equal(pr_database_begin(database, &err), PR_EIO);
	assert_int_equal(insert(database, 1, pr_value_text("a"), NULL), 0);
	assert_int_equal(insert(database, 2, pr_value_text("b"), NULL), 0);
	pr_database_rollback(database);
	assert_int_equal(count_of(database), 0);
	assert_int_equal(pr_database_begin(database, NULL), 0);
	assert_int_equal(insert(database, 1, pr_value_text("a"), NULL), 0);
	assert_int_equal(pr_database_commit(database, NULL), 0);
	assert_int_equal(pr_database_begin(database, NULL), 0);
	assert_int_equal(insert(database, 2, pr_value_text("b"), NULL), 0);
	pr_database_close(database); /* rolls back */
	database = place_open(*state);
	assert_int_equal(count_of(database), 1);
	pr_database_close(database);
}

static void what_is_undone_leaves_the_rest_of_the_transaction(void **state)
{
	struct pr_database *database = place_open(*state);

	assert_int_equal(pr_database_begin(database, NULL), 0);
	assert_int_equal(pr_database_mark(database, NULL), 0);
	assert_int_equal(insert(database, 1, pr_value_text("a"), NULL), 0);
	assert_int_equal(pr_database_keep(database, NULL), 0);
	assert_int_equal(pr_database_mark(database, NULL), 0);
	assert_int_equal(insert(database, 2, pr_value_text("b"), NULL), 0);
	assert_int_equal(insert(database, 3, pr_value_text("a"), NULL), PR_EEXIST);
	assert_int_equal(insert(database, 4, pr_value_text("d"), NULL), PR_EIO);
	pr_database_undo(database);
	assert_int_equal(pr_database_mark(database, NULL), 0);
	assert_int_equal(insert(database, 5, pr_value_text("e"), NULL), 0);
	assert_int_equal(pr_database_keep(database, NULL), 0);
	assert_int_equal(pr_database_commit(database, NULL), 0);
	assert_int_equal(count_of(database), 2);
	assert_int_equal(number_of(database, "SELECT CAST(SUM(id) AS BIGINT) FROM things"), 6);
	pr_database_close(database);
}

static void a_transaction_with_a_failure_cannot_be_committed(void **state)
{
	struct pr_database *database = place_open(*state);
	struct pr_err err = PR_ERR_INIT;

	assert_int_equal(pr_database_begin(database, NULL), 0);
	assert_int_equal(insert(database, 1, pr_value_text("a"), NULL), 0);
	assert_int_equal(insert(database, 1, pr_value_text("a"), NULL), PR_EEXIST);
	assert_int_equal(pr_database_commit(database, &err), PR_EIO);
	assert_int_equal(count_of(database), 0);
	assert_int_equal(pr_database_begin(database, NULL), 0);
	assert_int_equal(insert(database, 1, pr_value_text("a"), NULL), 0);
	assert_int_equal(pr_database_commit(database, NULL), 0);
	assert_int_equal(count_of(database), 1);
	pr_database_close(database);
}

static void an_uri_that_is_none_is_refused_without_a_password(void **state)
{
	static const struct {
		const char *uri;
		int code;
	} cases[] = {
		{"", PR_EINVAL},
		{"sqlite://", PR_EINVAL},
		{"sqlite:///", PR_EINVAL},
		{"mysql://user:geheimnis@host/name", PR_EINVAL},
		{"postgresql://user:geheimnis@[::1/name", PR_EINVAL},
		{"postgresql://user:geheimnis%zz@host/name", PR_EINVAL},
		{"postgresql://user:geheimnis@host/name?nothing=1", PR_EINVAL},
		{"postgresql://user:geheimnis/1@host/name", PR_EINVAL},
		{"postgresql://user:1/geheimnis@host/name", PR_EINVAL},
		{"postgresql://user:geheimnis@host:port/name", PR_EINVAL},
		{"postgresql://user:geheimnis@127.0.0.1:1/name", PR_EIO},
		{"postgresql://user:geheimnis@/name?host=/nowhere/geheimnis", PR_EIO},
		{"sqlite:////nowhere/at/all", PR_ENOTFOUND},
		{"sqlite:////proc/version", PR_EIO},
		{"sqlite:////dev/null/x", PR_EIO},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_err err = PR_ERR_INIT;
		struct pr_database *database = NULL;

		assert_int_equal(pr_database_open(cases[i].uri, &database, &err), cases[i].code);
		assert_null(database);
		assert_int_equal(err.code, cases[i].code);
		assert_null(strstr(err.msg, "geheimnis"));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, place_remove)
		IN_PLACE(values_come_back_as_they_were),
		IN_PLACE(what_is_quoted_in_a_statement_stays),
		IN_PLACE(what_one_of_them_cannot_keep_is_refused),
		IN_PLACE(a_name_that_is_taken_is_told_from_other_failures),
		IN_PLACE(a_statement_tells_how_many_rows_it_changed),
		IN_PLACE(a_callback_ends_a_statement_and_not_its_transaction),
		IN_PLACE(a_transaction_is_kept_or_rolled_back_as_a_whole),
		IN_PLACE(what_is_undone_leaves_the_rest_of_the_transaction),
		IN_PLACE(a_transaction_with_a_failure_cannot_be_committed),
		cmocka_unit_test(an_uri_that_is_none_is_refused_without_a_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
