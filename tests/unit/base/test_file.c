#include "base/file.h"

#include "base/env.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* A folder of its own for each test, which is also the working folder. */
struct place {
	char folder[64];
	int former;
};

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof *place);

	if (!place)
		return -1;
	memcpy(place->folder, "/tmp/pr-test-file-XXXXXX", 25);
	place->former = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*state = place;
	umask(022);
	return mkdtemp(place->folder) && !chmod(place->folder, 0777) ? chdir(place->folder) : -1;
}

static int teardown(void **state)
{
	struct place *place = *state;
	int rc = fchdir(place->former);

	close(place->former);
	rc |= pr_file_remove_tree(place->folder, NULL);
	rc |= pr_file_exists(place->folder);
	free(place);
	return rc;
}

/* Writes a small file without the functions under test. */
static void make_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void assert_holds(const char *path, const char *expected)
{
	char text[256];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	assert_true(fd >= 0);
	n = read(fd, text, sizeof text - 1);
	close(fd);
	assert_true(n >= 0);
	text[n] = '\0';
	assert_string_equal(text, expected);
}

static mode_t mode_of(const char *path)
{
	struct stat info;

	assert_int_equal(lstat(path, &info), 0);
	return info.st_mode;
}

static int entries_of(const char *path)
{
	DIR *dir = opendir(path);
	int n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

/* Result of `call` in a child that is not root: root may write everywhere. */
static int as_nobody(int (*call)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		if (!geteuid() && (setgid(65534) || setuid(65534)))
			_exit(99);
		_exit(-call());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static void a_file_is_read_whole(void **state)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(12);

	(void)state;
	make_file("f", "contents", 0600);
	pr_buf_adds(&out, "the ");
	assert_int_equal(pr_file_read("f", &out, NULL), 0);
	assert_string_equal(pr_buf_str(&out), "the contents");
	make_file("empty", "", 0600);
	assert_int_equal(pr_file_read("empty", &out, NULL), 0);
	assert_int_equal(out.len, 12);
}

static void a_large_file_is_read_whole(void **state)
{
	enum { SIZE = 200001 };
	PR_AUTO(free) char *data = malloc(SIZE);
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(SIZE);

	(void)state;
	assert_non_null(data);
	for (size_t i = 0; i < SIZE; i++)
		data[i] = (char)(i % 251);
	assert_int_equal(pr_file_replace("f", data, SIZE, 0600, false, NULL), 0);
	assert_int_equal(pr_file_read("f", &out, NULL), 0);
	assert_int_equal(out.len, SIZE);
	assert_memory_equal(out.ptr, data, SIZE);
}

static void what_cannot_be_read_says_why(void **state)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(5);
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	assert_int_equal(pr_file_read("none", &out, &err), PR_ENOTFOUND);
	assert_string_equal(err.msg, "cannot read 'none': No such file or directory");
	pr_err_clear(&err);
	assert_int_equal(pr_file_read("/", &out, &err), PR_EIO);
	assert_string_equal(err.msg, "cannot read '/': it is a folder");
	pr_err_clear(&err);
	make_file("f", "contents", 0600);
	pr_buf_adds(&out, "x");
	assert_int_equal(pr_file_read("f", &out, &err), PR_ELIMIT);
	assert_string_equal(err.msg, "'f': the file is larger than 5 bytes");
	assert_string_equal(pr_buf_str(&out), "x");
	assert_int_equal(pr_file_read("f", &out, NULL), PR_ELIMIT);
}

static int read_secret(void)
{
	struct pr_buf out = PR_BUF_INIT(10);

	return pr_file_read("secret", &out, NULL);
}

static void a_file_of_someone_else_is_not_read(void **state)
{
	(void)state;
	make_file("secret", "x", 0000);
	assert_int_equal(as_nobody(read_secret), PR_EIO);
}

static void a_pipe_is_read_to_its_end(void **state)
{
	int ends[2];
	PR_AUTO(free) char *name = NULL;
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(10);

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	name = pr_text_format("/dev/fd/%d", ends[0]);
	assert_int_equal(write(ends[1], "piped", 5), 5);
	close(ends[1]);
	assert_int_equal(pr_file_read(name, &out, NULL), 0);
	assert_string_equal(pr_buf_str(&out), "piped");
	close(ends[0]);
}

static void a_new_file_gets_the_mode_that_umask_leaves(void **state)
{
	(void)state;
	for (int sync = 0; sync < 2; sync++) {
		assert_int_equal(pr_file_replace("f", "one", 3, 0644, sync, NULL), 0);
		assert_holds("f", "one");
		assert_int_equal(mode_of("f"), S_IFREG | 0644);
		assert_int_equal(unlink("f"), 0);
	}
	umask(077);
	assert_int_equal(pr_file_replace("g", "", 0, 0644, false, NULL), 0);
	umask(022);
	assert_holds("g", "");
	assert_int_equal(mode_of("g"), S_IFREG | 0600);
	assert_int_equal(entries_of("."), 1);
}

static void an_existing_file_keeps_its_mode(void **state)
{
	static const mode_t modes[] = {0666, 0600, 0640, 0755};

	(void)state;
	for (size_t i = 0; i < PR_LEN(modes); i++) {
		make_file("f", "before, and longer", modes[i]);
		assert_int_equal(pr_file_replace("f", "after", 5, 0644, i % 2, NULL), 0);
		assert_holds("f", "after");
		assert_int_equal(mode_of("f"), S_IFREG | modes[i]);
	}
	assert_int_equal(entries_of("."), 1);
}

static void an_existing_file_keeps_its_owner(void **state)
{
	struct stat info;

	(void)state;
	if (geteuid())
		skip();
	make_file("f", "before", 0640);
	assert_int_equal(chown("f", 1234, 2345), 0);
	assert_int_equal(pr_file_replace("f", "after", 5, 0644, false, NULL), 0);
	assert_int_equal(stat("f", &info), 0);
	assert_int_equal(info.st_uid, 1234);
	assert_int_equal(info.st_gid, 2345);
}

/* Who has the file open goes on reading the former contents: nothing is ever half written. */
static void the_former_file_stays_whole_for_its_readers(void **state)
{
	char text[16] = "";
	int fd;

	(void)state;
	make_file("f", "before", 0600);
	fd = open("f", O_RDONLY | O_CLOEXEC);
	assert_int_equal(pr_file_replace("f", "after", 5, 0600, true, NULL), 0);
	assert_int_equal(read(fd, text, sizeof text - 1), 6);
	assert_string_equal(text, "before");
	close(fd);
}

static void a_link_stays_and_its_target_is_replaced(void **state)
{
	static const char *const links[] = {"direct", "chain", "absolute"};
	PR_AUTO(free) char *absolute = pr_file_join(((struct place *)*state)->folder, "sub/f");

	assert_int_equal(mkdir("sub", 0755), 0);
	assert_int_equal(symlink("sub/f", "direct"), 0);
	assert_int_equal(symlink("../direct", "sub/back"), 0);
	assert_int_equal(symlink("sub/back", "chain"), 0);
	assert_int_equal(symlink(absolute, "absolute"), 0);
	for (int exists = 0; exists < 2; exists++) {
		for (size_t i = 0; i < PR_LEN(links); i++) {
			unlink("sub/f");
			if (exists)
				make_file("sub/f", "before", 0640);
			assert_int_equal(
				pr_file_replace(links[i], "after", 5, 0600, false, NULL), 0);
			assert_true(S_ISLNK(mode_of(links[i])));
			assert_holds("sub/f", "after");
			assert_int_equal(mode_of("sub/f"), S_IFREG | (exists ? 0640 : 0600));
		}
	}
	assert_int_equal(entries_of("."), 4);
	assert_int_equal(entries_of("sub"), 2);
}

static void a_circle_of_links_is_refused(void **state)
{
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	assert_int_equal(symlink("b", "a"), 0);
	assert_int_equal(symlink("a", "b"), 0);
	assert_int_equal(pr_file_replace("a", "x", 1, 0600, false, &err), PR_EIO);
	assert_string_equal(err.msg, "cannot write 'a': Too many levels of symbolic links");
	assert_int_equal(pr_file_check_writable("a", NULL), PR_EIO);
	assert_int_equal(entries_of("."), 2);
}

static void what_is_no_file_is_written_in_place(void **state)
{
	char text[16] = "";
	int fd;

	(void)state;
	assert_int_equal(mkfifo("fifo", 0600), 0);
	fd = open("fifo", O_RDWR | O_CLOEXEC);
	assert_int_equal(pr_file_replace("fifo", "text", 4, 0600, true, NULL), 0);
	assert_int_equal(read(fd, text, sizeof text - 1), 4);
	assert_string_equal(text, "text");
	assert_true(S_ISFIFO(mode_of("fifo")));
	close(fd);
	assert_int_equal(pr_file_replace("/dev/null", "text", 4, 0600, false, NULL), 0);
	assert_true(S_ISCHR(mode_of("/dev/null")));
	assert_int_equal(symlink("/dev/null", "link"), 0);
	assert_int_equal(pr_file_replace("link", "text", 4, 0600, false, NULL), 0);
	assert_true(S_ISLNK(mode_of("link")));
}

/* What `path` is written to while descriptor `fd` is the file "out", to which "a " went before. */
static void write_as(int fd, const char *path)
{
	int kept = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	int out = open("out", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int rc;

	assert_int_equal(write(out, "a ", 2), 2);
	dup2(out, fd);
	close(out);
	rc = pr_file_replace(path, "b", 1, 0600, false, NULL);
	rc |= write(fd, " c", 2) != 2;
	dup2(kept, fd);
	close(kept);
	assert_int_equal(rc, 0);
	assert_holds("out", "a b c");
}

static void standard_streams_are_written_to_where_they_stand(void **state)
{
	mode_t former = mode_of("/dev/stdout");

	(void)state;
	write_as(STDOUT_FILENO, "/dev/stdout");
	write_as(STDERR_FILENO, "/dev/stderr");
	write_as(STDOUT_FILENO, "/dev/fd/1");
	write_as(STDOUT_FILENO, "/proc/self/fd/1");
	assert_int_equal(mode_of("/dev/stdout"), former);
}

static void a_stream_that_is_closed_or_for_reading_is_refused(void **state)
{
	int fds[] = {999, open("/dev/null", O_RDONLY | O_CLOEXEC)};

	(void)state;
	for (size_t i = 0; i < PR_LEN(fds); i++) {
		PR_AUTO(free) char *name = pr_text_format("/dev/fd/%d", fds[i]);

		assert_int_equal(pr_file_check_writable(name, NULL), PR_EIO);
		assert_int_equal(pr_file_check_replaceable(name, NULL), PR_EIO);
		assert_int_equal(pr_file_replace(name, "x", 1, 0600, false, NULL), PR_EIO);
	}
	assert_int_equal(pr_file_open_append("/dev/fd/999", 0600, NULL), PR_EIO);
	close(fds[1]);
}

static void what_cannot_be_replaced_says_why_and_leaves_nothing(void **state)
{
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	assert_int_equal(pr_file_replace("no/f", "x", 1, 0600, false, &err), PR_ENOTFOUND);
	assert_non_null(strstr(err.msg, "No such file or directory"));
	pr_err_clear(&err);
	assert_int_equal(mkdir("folder", 0755), 0);
	assert_int_equal(pr_file_replace("folder", "x", 1, 0600, false, &err), PR_EIO);
	assert_string_equal(err.msg, "cannot write 'folder': it is a folder");
	pr_err_clear(&err);
	make_file("f", "kept", 0600);
	assert_int_equal(pr_file_replace("f/g", "x", 1, 0600, false, &err), PR_EIO);
	assert_non_null(strstr(err.msg, "Not a directory"));
	assert_holds("f", "kept");
	assert_int_equal(entries_of("."), 2);
}

static void the_longest_name_can_be_replaced(void **state)
{
	char name[256];

	(void)state;
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	assert_int_equal(pr_file_replace(name, "x", 1, 0600, false, NULL), 0);
	assert_holds(name, "x");
	assert_int_equal(entries_of("."), 1);
}

static int replace_closed(void)
{
	return pr_file_replace("closed/f", "x", 1, 0600, false, NULL);
}

static int replace_protected(void)
{
	return pr_file_replace("protected", "x", 1, 0600, false, NULL);
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

static int append_protected(void)
{
	return pr_file_open_append("protected", 0600, NULL);
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
	assert_int_equal(entries_of("."), 3);
}

/* A second descriptor of the same open file: it goes on where the first one stands. */
static void append_to_open_stream(void)
{
	int first = open("stream", O_WRONLY | O_CREAT | O_CLOEXEC, 0000);
	PR_AUTO(free) char *name = pr_text_format("/dev/fd/%d", first);
	int second = pr_file_open_append(name, 0600, NULL);

	assert_int_equal(write(first, "a ", 2), 2);
	assert_int_equal(write(second, "b", 1), 1);
	assert_true(fcntl(second, F_GETFD) & FD_CLOEXEC);
	close(first);
	close(second);
	assert_int_equal(chmod("stream", 0600), 0);
	assert_holds("stream", "a b");
}

static void appending_goes_to_the_end(void **state)
{
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	for (int i = 0; i < 2; i++) {
		int fd = pr_file_open_append("f", 0640, NULL);

		assert_true(fd >= 0);
		assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
		assert_int_equal(pr_file_write_all(fd, "line\n", 5, NULL), 0);
		close(fd);
	}
	assert_holds("f", "line\nline\n");
	append_to_open_stream();
	assert_int_equal(mode_of("f"), S_IFREG | 0640);
	assert_int_equal(pr_file_open_append("no/f", 0640, &err), PR_ENOTFOUND);
	assert_string_equal(err.msg, "cannot write 'no/f': No such file or directory");
}

static void writing_to_a_full_or_closed_descriptor_is_reported(void **state)
{
	struct pr_err err = PR_ERR_INIT;
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(pr_file_write_all(fd, "x", 1, &err), PR_EIO);
	assert_int_equal(err.sys, ENOSPC);
	close(fd);
	pr_err_clear(&err);
	assert_int_equal(pr_file_write_all(-1, "x", 1, &err), PR_EIO);
	assert_int_equal(err.sys, EBADF);
	assert_int_equal(pr_file_write_all(-1, "", 0, NULL), 0);
	pr_err_clear(&err);
	assert_int_equal(pr_file_replace("/dev/full", "x", 1, 0600, false, &err), PR_EIO);
	assert_string_equal(err.msg, "'/dev/full': cannot write: No space left on device");
}

static void a_slow_reader_gets_everything(void **state)
{
	enum { SIZE = 1 << 20 };
	PR_AUTO(free) char *data = calloc(SIZE, 1);
	size_t total = 0;
	ssize_t n;
	int status;
	int ends[2];
	pid_t pid;

	(void)state;
	assert_non_null(data);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	pid = fork();
	if (!pid) {
		close(ends[0]);
		_exit(-pr_file_write_all(ends[1], data, SIZE, NULL));
	}
	close(ends[1]);
	while ((n = read(ends[0], data, SIZE)) > 0)
		total += (size_t)n;
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(total, SIZE);
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

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(a_file_is_read_whole),
		IN_PLACE(a_large_file_is_read_whole),
		IN_PLACE(what_cannot_be_read_says_why),
		IN_PLACE(a_file_of_someone_else_is_not_read),
		IN_PLACE(a_pipe_is_read_to_its_end),
		IN_PLACE(a_new_file_gets_the_mode_that_umask_leaves),
		IN_PLACE(an_existing_file_keeps_its_mode),
		IN_PLACE(an_existing_file_keeps_its_owner),
		IN_PLACE(the_former_file_stays_whole_for_its_readers),
		IN_PLACE(a_link_stays_and_its_target_is_replaced),
		IN_PLACE(a_circle_of_links_is_refused),
		IN_PLACE(what_is_no_file_is_written_in_place),
		IN_PLACE(standard_streams_are_written_to_where_they_stand),
		IN_PLACE(a_stream_that_is_closed_or_for_reading_is_refused),
		IN_PLACE(what_cannot_be_replaced_says_why_and_leaves_nothing),
		IN_PLACE(the_longest_name_can_be_replaced),
		IN_PLACE(permissions_are_respected),
		IN_PLACE(a_path_is_checked_before_it_is_written),
		IN_PLACE(appending_goes_to_the_end),
		IN_PLACE(writing_to_a_full_or_closed_descriptor_is_reported),
		IN_PLACE(a_slow_reader_gets_everything),
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
