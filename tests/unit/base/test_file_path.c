#include "base/env.h"
#include "base/file.h"
#include "file_fixture.h"

static int replace_closed(void)
{
	return pr_file_replace("closed/f", "x", 1, 0600, false, NULL);
}

static int replace_protected(void)
{
	return pr_file_replace("protected", "x", 1, 0600, false, NULL);
}

static int append_protected(void)
{
	return pr_file_open_append("protected", 0600, NULL);
}

static int check_closed(void)
{
	return pr_file_check_writable("closed/f", NULL);
}

static int check_closed_new(void)
{
	return pr_file_check_writable("closed/new", NULL);
}

static int check_closed_replaceable(void)
{
	return pr_file_check_replaceable("closed/f", NULL);
}

static int check_protected(void)
{
	return pr_file_check_writable("protected", NULL);
}

static int make_in_closed(void)
{
	return pr_file_mkdirs("closed/a/b", 0755, NULL);
}

static int remove_closed(void)
{
	return pr_file_remove_tree("closed", NULL);
}

static void permissions_are_respected(void **state)
{
	static const struct {
		int (*call)(void);
		int code;
	} rows[] = {
		{replace_closed, PR_EIO},
		{replace_protected, PR_EIO},
		{check_closed, 0},
		{check_closed_new, PR_EIO},
		{check_closed_replaceable, PR_EIO},
		{check_protected, PR_EIO},
		{append_protected, PR_EIO},
		{make_in_closed, PR_EIO},
		{remove_closed, PR_EIO},
	};

	(void)state;
	assert_int_equal(mkdir("closed", 0755), 0);
	make_file("closed/f", "kept", 0666);
	make_file("protected", "kept", 0444);
	assert_int_equal(chmod("closed", 0555), 0);
	for (size_t i = 0; i < PR_LEN(rows); i++)
		assert_int_equal(as_nobody(rows[i].call), rows[i].code);
	assert_holds("closed/f", "kept");
	assert_holds("protected", "kept");
	assert_int_equal(entries_of("closed"), 1);
	assert_int_equal(chmod("closed", 0755), 0);
}

static void a_path_is_checked_before_it_is_written(void **state)
{
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	make_file("f", "x", 0600);
	assert_int_equal(symlink("new", "link"), 0);
	assert_int_equal(symlink("no/new", "astray"), 0);
	assert_int_equal(pr_file_check_writable("f", NULL), 0);
	assert_int_equal(pr_file_check_writable("new", NULL), 0);
	assert_int_equal(pr_file_check_writable("link", NULL), 0);
	assert_int_equal(pr_file_check_writable("/dev/null", NULL), 0);
	assert_int_equal(pr_file_check_replaceable("f", NULL), 0);
	assert_int_equal(pr_file_check_replaceable("new", NULL), 0);
	assert_int_equal(pr_file_check_replaceable("/dev/null", NULL), 0);
	assert_int_equal(pr_file_check_replaceable("/dev/stdout", NULL), 0);
	assert_int_equal(pr_file_check_writable(".", &err), PR_EIO);
	assert_string_equal(err.msg, "cannot write '.': it is a folder");
	pr_err_clear(&err);
	assert_int_equal(pr_file_check_writable("no/f", &err), PR_ENOTFOUND);
	assert_string_equal(err.msg, "cannot write 'no/f': the folder 'no' does not exist");
	pr_err_clear(&err);
	assert_int_equal(pr_file_check_writable("astray", &err), PR_ENOTFOUND);
	assert_string_equal(err.msg, "cannot write 'astray': the folder './no' does not exist");
	pr_err_clear(&err);
	assert_int_equal(pr_file_check_replaceable("f/g", &err), PR_EIO);
	assert_holds("f", "x");
	assert_int_equal(entries_of("."), 3);
}

static void a_folder_that_takes_no_files_is_found_by_trying(void **state)
{
	int (*const checks[])(const char *path, struct pr_err *err) = {
		pr_file_check_writable, pr_file_check_replaceable};
	struct pr_err err = PR_ERR_INIT;
	char name[300] = "";

	(void)state;
	memset(name, 'n', sizeof name - 1);
	for (size_t i = 0; i < PR_LEN(checks); i++) {
		assert_int_equal(checks[i]("/proc/j.json", NULL), PR_EIO);
		assert_int_equal(checks[i]("/sys/j.json", NULL), PR_EIO);
		pr_err_clear(&err);
		assert_int_equal(checks[i](name, &err), PR_EIO);
		assert_non_null(strstr(err.msg, "name too long"));
		name[255] = '\0';
		assert_int_equal(checks[i](name, NULL), 0);
		name[255] = 'n';
	}
	assert_int_equal(entries_of("."), 0);
}

static int check_held(void)
{
	return pr_file_check_replaceable("sticky/f", NULL);
}

static int check_new_beside(void)
{
	return pr_file_check_replaceable("sticky/new", NULL);
}

static void a_file_of_others_in_a_sticky_folder_cannot_be_replaced(void **state)
{
	(void)state;
	if (geteuid()) /* nobody else's file can be made */
		skip();
	assert_int_equal(mkdir("sticky", 0755), 0);
	assert_int_equal(chmod("sticky", 01777), 0);
	make_file("sticky/f", "kept", 0666);
	assert_int_equal(as_nobody(check_held), PR_EIO);
	assert_int_equal(as_nobody(check_new_beside), 0);
	assert_int_equal(check_held(), 0);
	assert_int_equal(chmod("sticky", 0777), 0);
	assert_int_equal(as_nobody(check_held), 0);
	assert_holds("sticky/f", "kept");
	assert_int_equal(entries_of("sticky"), 1);
}

static void folders_are_made_with_their_parents(void **state)
{
	PR_AUTO(free) char *absolute = pr_file_join(((struct place *)*state)->folder, "x/y");

	assert_int_equal(pr_file_mkdirs("a/b//c/", 0700, NULL), 0);
	assert_int_equal(mode_of("a"), S_IFDIR | 0700);
	assert_int_equal(mode_of("a/b/c"), S_IFDIR | 0700);
	assert_int_equal(pr_file_mkdirs(absolute, 0755, NULL), 0);
	assert_int_equal(mode_of("x/y"), S_IFDIR | 0755);
	assert_int_equal(symlink("x/y", "link"), 0);
	assert_int_equal(pr_file_mkdirs("link", 0700, NULL), 0);
	assert_int_equal(pr_file_mkdirs("a/b/c", 0755, NULL), 0);
	assert_int_equal(mode_of("a/b/c"), S_IFDIR | 0700);
	assert_int_equal(pr_file_mkdirs("/", 0755, NULL), 0);
}

static void a_file_in_the_way_of_a_folder_is_reported(void **state)
{
	static const struct {
		const char *path;
		int code;
		const char *msg;
	} rows[] = {
		{"f", PR_EIO, "cannot create the folder 'f': Not a directory"},
		{"f/sub", PR_EIO, "cannot create the folder 'f': Not a directory"},
		{"", PR_ENOTFOUND, "cannot create the folder '': No such file or directory"},
	};

	(void)state;
	make_file("f", "x", 0600);
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct pr_err err = PR_ERR_INIT;

		assert_int_equal(pr_file_mkdirs(rows[i].path, 0755, &err), rows[i].code);
		assert_string_equal(err.msg, rows[i].msg);
	}
}

static void a_tree_is_removed_without_following_links(void **state)
{
	(void)state;
	assert_int_equal(pr_file_mkdirs("tree/a/b", 0755, NULL), 0);
	assert_int_equal(mkdir("outside", 0755), 0);
	make_file("outside/kept", "x", 0600);
	make_file("tree/a/b/f", "x", 0400);
	make_file("tree/.hidden", "x", 0600);
	assert_int_equal(symlink("../../outside", "tree/a/link"), 0);
	assert_int_equal(symlink("nowhere", "tree/dangling"), 0);
	assert_int_equal(mkfifo("tree/fifo", 0600), 0);
	assert_int_equal(pr_file_remove_tree("tree", NULL), 0);
	assert_false(pr_file_exists("tree"));
	assert_holds("outside/kept", "x");
	assert_int_equal(symlink("outside", "link"), 0);
	assert_int_equal(pr_file_remove_tree("link", NULL), 0);
	assert_holds("outside/kept", "x");
	assert_int_equal(pr_file_remove_tree("outside/kept", NULL), 0);
	assert_int_equal(pr_file_remove_tree("outside/", NULL), 0);
	assert_int_equal(pr_file_remove_tree("outside", NULL), 0);
	assert_int_equal(entries_of("."), 0);
}

static void a_tree_that_is_too_deep_is_left_with_an_error(void **state)
{
	struct pr_err err = PR_ERR_INIT;
	PR_AUTO(buf) struct pr_buf path = PR_BUF_INIT(1024);

	(void)state;
	pr_buf_adds(&path, "tree");
	for (int i = 0; i < 65; i++)
		pr_buf_adds(&path, "/d");
	assert_int_equal(pr_file_mkdirs(pr_buf_str(&path), 0755, NULL), 0);
	assert_int_equal(pr_file_remove_tree("tree", &err), PR_ELIMIT);
	assert_string_equal(
		err.msg, "cannot remove 'tree' whole: cannot remove 'd': it is nested too deeply");
	assert_int_equal(pr_file_remove_tree("tree/d", NULL), 0);
}

static void existence_follows_links(void **state)
{
	(void)state;
	make_file("f", "x", 0000);
	assert_int_equal(symlink("f", "link"), 0);
	assert_int_equal(symlink("none", "dangling"), 0);
	assert_true(pr_file_exists("f"));
	assert_true(pr_file_exists("."));
	assert_true(pr_file_exists("link"));
	assert_false(pr_file_exists("dangling"));
	assert_false(pr_file_exists("none"));
	assert_false(pr_file_exists(""));
}

static void paths_are_joined_with_one_slash(void **state)
{
	static const struct {
		const char *dir;
		const char *name;
		const char *path;
	} rows[] = {
		{"a", "b", "a/b"},
		{"a/", "b", "a/b"},
		{"a//", "/b", "a/b"},
		{"/", "b", "/b"},
		{"//", "b", "/b"},
		{"", "b", "b"},
		{"", "/b", "/b"},
		{"a/b", "c/d", "a/b/c/d"},
		{"a", "", "a/"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		PR_AUTO(free) char *path = pr_file_join(rows[i].dir, rows[i].name);

		assert_string_equal(path, rows[i].path);
	}
}

static void the_home_folder_is_put_in(void **state)
{
	static const struct {
		const char *home;
		const char *path;
		const char *expanded;
	} rows[] = {
		{"/home/u", "~", "/home/u"},
		{"/home/u", "~/x", "/home/u/x"},
		{"/home/u/", "~/x", "/home/u/x"},
		{"/home/u/", "~", "/home/u"},
		{"/", "~", "/"},
		{"/", "~/x", "/x"},
		{"/home/u", "~other/x", "~other/x"},
		{"/home/u", "a/~", "a/~"},
		{"/home/u", "", ""},
		{"/home/u", "/x", "/x"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		PR_AUTO(free) char *path = NULL;

		assert_int_equal(pr_env_set("HOME", rows[i].home, NULL), 0);
		path = pr_file_expand_home(rows[i].path);
		assert_string_equal(path, rows[i].expanded);
	}
}

static void assert_found(const char *name, const char *expected)
{
	PR_AUTO(free) char *path = pr_file_find_program(name);

	if (expected)
		assert_string_equal(path, expected);
	else
		assert_null(path);
}

static void programs_are_searched_in_path(void **state)
{
	assert_int_equal(pr_file_mkdirs("one/folder", 0755, NULL), 0);
	assert_int_equal(mkdir("two", 0755), 0);
	make_file("one/text", "x", 0644);
	make_file("two/text", "x", 0755);
	make_file("two/program", "x", 0755);
	make_file("here", "x", 0755);
	assert_int_equal(symlink("program", "two/link"), 0);
	pr_env_set("PATH", "none:one:two", NULL);
	assert_found("program", "two/program");
	assert_found("link", "two/link");
	assert_found("text", "two/text");
	assert_found("folder", NULL);
	assert_found("missing", NULL);
	assert_found("", NULL);
	assert_found("here", NULL);
	assert_found("./here", "./here");
	assert_found("one/text", NULL);
	assert_found("one/folder", NULL);
	assert_found("two/", NULL);
	for (size_t i = 0; i < 3; i++) {
		static const char *const with_empty[] = {":one", "one:", "one::two"};

		pr_env_set("PATH", with_empty[i], NULL);
		assert_found("here", "./here");
	}
	pr_env_set("PATH", "", NULL);
	assert_found("here", NULL);
	pr_env_unset("PATH", NULL);
	assert_found("sh", "/bin/sh");
	(void)state;
}

static void extensions_are_those_of_the_last_component(void **state)
{
	static const struct {
		const char *path;
		const char *extension;
	} rows[] = {
		{"a.json", ".json"},
		{"a.tar.gz", ".gz"},
		{"a", ""},
		{"", ""},
		{".env", ""},
		{"..env", ""},
		{"d.x/a", ""},
		{"d.x/.env", ""},
		{"d/.env.yaml", ".yaml"},
		{"a.", "."},
		{"a.JSON", ".JSON"},
		{"a.json/", ""},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++)
		assert_string_equal(pr_file_extension(rows[i].path), rows[i].extension);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(permissions_are_respected),
		IN_PLACE(a_path_is_checked_before_it_is_written),
		IN_PLACE(a_folder_that_takes_no_files_is_found_by_trying),
		IN_PLACE(a_file_of_others_in_a_sticky_folder_cannot_be_replaced),
		IN_PLACE(folders_are_made_with_their_parents),
		IN_PLACE(a_file_in_the_way_of_a_folder_is_reported),
		IN_PLACE(a_tree_is_removed_without_following_links),
		IN_PLACE(a_tree_that_is_too_deep_is_left_with_an_error),
		IN_PLACE(existence_follows_links),
		cmocka_unit_test(paths_are_joined_with_one_slash),
		cmocka_unit_test(the_home_folder_is_put_in),
		IN_PLACE(programs_are_searched_in_path),
		cmocka_unit_test(extensions_are_those_of_the_last_component),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
