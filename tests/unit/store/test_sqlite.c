#include "base/buf.h"
#include "base/compiler.h"
#include "database_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>

#define KILLS 12
#define ROWS_OF_A_TRANSACTION 5

static const char tables[] =
	"CREATE TABLE things (id BIGINT PRIMARY KEY, note TEXT NOT NULL);"
	"CREATE TABLE parts (id BIGINT PRIMARY KEY, thing BIGINT NOT NULL REFERENCES things);";

static int set_up(void **state)
{
	place_make(state);
	snprintf(((struct place *)*state)->uri, sizeof(((struct place *)0)->uri), "sqlite:///%s/db",
		((struct place *)*state)->folder);
	run_script(((struct place *)*state)->uri, tables);
	return 0;
}

static int insert(struct pr_database *database, int64_t id)
{
	static char note[3000];

	memset(note, 'n', sizeof(note) - 1);
	return pr_database_run(database,
		&PR_STATEMENT("INSERT INTO things (id, note) VALUES (?1, ?2)", pr_value_int(id),
			pr_value_text(note)),
		NULL, NULL, NULL, NULL);
}

static void nobody_else_can_read_the_files(void **state)
{
	static const char *const names[] = {"db", "db-wal", "db-shm"};
	const struct place *place = *state;
	struct pr_database *database = place_open(place);

	assert_int_equal(insert(database, 1), 0);
	for (size_t i = 0; i < PR_LEN(names); i++) {
		char path[128];
		struct stat info;

		snprintf(path, sizeof(path), "%s/%s", place->folder, names[i]);
		assert_int_equal(stat(path, &info), 0);
		assert_int_equal(info.st_mode & 0777, 0600);
	}
	pr_database_close(database);
}

static void references_are_checked(void **state)
{
	struct pr_database *database = place_open(*state);
	struct pr_err err = PR_ERR_INIT;

	assert_int_equal(
		pr_database_script(database, "INSERT INTO parts VALUES (1, 1)", &err), PR_EIO);
	assert_non_null(strstr(err.msg, "FOREIGN KEY"));
	pr_database_close(database);
}

static void a_relative_name_is_one_of_the_working_folder(void **state)
{
	static const char *const names[] = {"rows.db", ":memory:", "file:rows?mode=memory"};
	const struct place *place = *state;
	int before = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	assert_int_equal(chdir(place->folder), 0);
	for (size_t i = 0; i < PR_LEN(names); i++) {
		char uri[64];

		snprintf(uri, sizeof(uri), "sqlite:///%s", names[i]);
		run_script(uri, tables);
		assert_int_equal(access(names[i], F_OK), 0);
	}
	assert_int_equal(fchdir(before), 0);
	close(before);
}

static void what_is_no_database_is_refused(void **state)
{
	const struct place *place = *state;
	struct pr_database *database = NULL;
	struct pr_err err = PR_ERR_INIT;
	char path[128];
	char uri[160];

	snprintf(path, sizeof(path), "%s/text", place->folder);
	snprintf(uri, sizeof(uri), "sqlite:///%s", path);
	assert_int_equal(pr_file_replace(path, "not a database, which has a head of 100 bytes", 45,
				 0600, false, NULL),
		0);
	assert_int_equal(pr_database_open(uri, &database, &err), PR_EIO);
	assert_non_null(strstr(err.msg, path));
	assert_non_null(strstr(err.msg, "not a database"));
}

/* Transactions without end from `first` on; what was committed is written to the pipe. */
static void write_until_killed(const struct place *place, int64_t first, int acknowledged)
{
	struct pr_database *database = NULL;

	if (pr_database_open(place->uri, &database, NULL))
		_exit(1);
	for (int64_t id = first;; id += ROWS_OF_A_TRANSACTION) {
		if (pr_database_begin(database, NULL))
			_exit(2);
		for (int i = 0; i < ROWS_OF_A_TRANSACTION; i++) {
			if (insert(database, id + i))
				_exit(3);
		}
		if (pr_database_commit(database, NULL) ||
			write(acknowledged, &id, sizeof(id)) != sizeof(id))
			_exit(4);
	}
}

/* Kills the writer after `count` acknowledged transactions and a part of one; the last of them. */
static int64_t kill_a_writer(const struct place *place, int64_t first, int count)
{
	int ends[2];
	int64_t last = 0;
	int64_t id;
	int status;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child)
		write_until_killed(place, first, ends[1]);
	close(ends[1]);
	for (int i = 0; i < count && read(ends[0], &id, sizeof(id)) == sizeof(id); i++)
		last = id;
	usleep((useconds_t)(count * 97 % 700));
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	while (read(ends[0], &id, sizeof(id)) == sizeof(id))
		last = id;
	close(ends[0]);
	return last + ROWS_OF_A_TRANSACTION;
}

static int take_verdict(void *arg, const struct pr_row *row, struct pr_err *err)
{
	(void)err;
	*(bool *)arg = strcmp(pr_row_text(row, 0), "ok") == 0;
	return 0;
}

static void check_integrity(struct pr_database *database)
{
	bool sound = false;

	assert_int_equal(
		pr_database_run(database, &(struct pr_statement){.sql = "PRAGMA integrity_check"},
			take_verdict, &sound, NULL, NULL),
		0);
	assert_true(sound);
}

static void what_was_acknowledged_survives_a_kill(void **state)
{
	int64_t next = 0;

	for (int i = 1; i <= KILLS; i++) {
		int64_t acknowledged = kill_a_writer(*state, next, 3 * i);
		struct pr_database *database = place_open(*state);
		char sql[96];

		check_integrity(database);
		snprintf(sql, sizeof(sql), "SELECT COUNT(*) FROM things WHERE id < %lld",
			(long long)acknowledged);
		assert_int_equal(number_of(database, sql), acknowledged);
		/* What was committed and not yet acknowledged may be there, as a whole. */
		next = number_of(database, "SELECT COUNT(*) FROM things");
		assert_int_equal(next % ROWS_OF_A_TRANSACTION, 0);
		assert_in_range(next - acknowledged, 0, ROWS_OF_A_TRANSACTION);
		pr_database_close(database);
	}
}

static void a_reader_is_not_held_up_by_a_writer(void **state)
{
	struct pr_database *writer = place_open(*state);
	struct pr_database *reader = place_open(*state);

	assert_int_equal(pr_database_begin(writer, NULL), 0);
	assert_int_equal(insert(writer, 1), 0);
	assert_int_equal(number_of(reader, "SELECT COUNT(*) FROM things"), 0);
	assert_int_equal(pr_database_commit(writer, NULL), 0);
	assert_int_equal(number_of(reader, "SELECT COUNT(*) FROM things"), 1);
	pr_database_close(reader);
	pr_database_close(writer);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, place_remove)
		IN_PLACE(nobody_else_can_read_the_files),
		IN_PLACE(references_are_checked),
		IN_PLACE(a_relative_name_is_one_of_the_working_folder),
		IN_PLACE(what_is_no_database_is_refused),
		IN_PLACE(what_was_acknowledged_survives_a_kill),
		IN_PLACE(a_reader_is_not_held_up_by_a_writer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
