#include "base/file.h"

#include "base/text.h"
#include "file_fixture.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

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

/* Larger than what is read at once: the first part is taken back. */
static void a_file_that_is_too_large_adds_nothing(void **state)
{
	enum { SIZE = 200000 };
	PR_AUTO(free) char *data = calloc(SIZE, 1);
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(SIZE);

	(void)state;
	assert_non_null(data);
	assert_int_equal(pr_file_replace("f", data, SIZE, 0600, false, NULL), 0);
	pr_buf_adds(&out, "x");
	assert_int_equal(pr_file_read("f", &out, NULL), PR_ELIMIT);
	assert_int_equal(out.len, 1);
	assert_string_equal(pr_buf_str(&out), "x");
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

/* Whoever replaces a file holds its lock from one to the next; the last close ends it. */
static void a_file_that_is_being_written_is_locked(void **state)
{
	struct pr_file_text text = {.data = "text", .n = 4, .mode = 0600};
	struct pr_err err = PR_ERR_INIT;
	int writer = -1;
	int reader = -1;

	(void)state;
	assert_int_equal(pr_file_lock("l", &reader, &err), PR_ENOTFOUND);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(pr_file_replace_locked("l", &text, &writer, NULL), 0);
		assert_true(writer >= 0);
		pr_err_clear(&err);
		assert_int_equal(pr_file_lock("l", &reader, &err), PR_EIO);
		assert_int_equal(err.sys, EWOULDBLOCK);
	}
	close(writer);
	assert_int_equal(pr_file_lock("l", &reader, NULL), 0);
	close(reader);
	writer = -1;
	assert_int_equal(pr_file_replace_locked("/dev/null", &text, &writer, NULL), 0);
	assert_int_equal(writer, -1);
}

static void a_lock_that_ends_soon_is_waited_for(void **state)
{
	struct pr_file_text text = {.data = "text", .n = 4, .mode = 0600};
	const struct timespec moment = {.tv_nsec = 60 * 1000 * 1000};
	int lock = -1;
	pid_t holder;

	(void)state;
	assert_int_equal(pr_file_replace_locked("soon", &text, &lock, NULL), 0);
	holder = fork();
	assert_true(holder >= 0);
	if (!holder) {
		nanosleep(&moment, NULL);
		_exit(0);
	}
	close(lock);
	assert_int_equal(pr_file_lock("soon", &lock, NULL), 0);
	close(lock);
	assert_int_equal(waitpid(holder, NULL, 0), holder);
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

static int replace_beyond_the_quota(void)
{
	static const struct sigaction ignore = {.sa_handler = SIG_IGN};
	static const struct rlimit quota = {.rlim_cur = 10, .rlim_max = 10};

	if (sigaction(SIGXFSZ, &ignore, NULL) || setrlimit(RLIMIT_FSIZE, &quota))
		return -99;
	return pr_file_replace("shared/f", "more than ten bytes", 19, 0600, true, NULL);
}

static void a_full_disk_leaves_the_former_file_and_nothing_else(void **state)
{
	(void)state;
	assert_int_equal(mkdir("shared", 0755), 0);
	assert_int_equal(chmod("shared", 0777), 0);
	make_file("shared/f", "kept", 0666);
	assert_int_equal(as_nobody(replace_beyond_the_quota), PR_EIO);
	assert_holds("shared/f", "kept");
	assert_int_equal(entries_of("shared"), 1);
}

static int replace_in_unlisted(void)
{
	return pr_file_replace("unlisted/f", "x", 1, 0644, true, NULL);
}

static void what_was_written_is_flushed_by_its_name(void **state)
{
	(void)state;
	assert_int_equal(pr_file_replace("new", "text", 4, 0600, false, NULL), 0);
	assert_int_equal(symlink("new", "link"), 0);
	assert_int_equal(pr_file_sync("new", NULL), 0);
	assert_int_equal(pr_file_sync("link", NULL), 0);
	assert_int_equal(pr_file_sync("none", NULL), PR_ENOTFOUND);
}

static void a_folder_need_not_be_readable(void **state)
{
	(void)state;
	assert_int_equal(mkdir("unlisted", 0755), 0);
	assert_int_equal(chmod("unlisted", 0333), 0);
	assert_int_equal(as_nobody(replace_in_unlisted), 0);
	assert_int_equal(chmod("unlisted", 0777), 0);
	assert_holds("unlisted/f", "x");
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

/* Reads the state of a process: 'S' sleeps, 'Z' has ended. */
static char state_of(pid_t pid)
{
	PR_AUTO(free) char *path = pr_text_format("/proc/%d/stat", (int)pid);
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(4096);
	const char *name_end;

	assert_int_equal(pr_file_read(path, &text, NULL), 0);
	name_end = strrchr(pr_buf_str(&text), ')');
	assert_non_null(name_end);
	return name_end[2];
}

/* The pipe is full and non-blocking when the writer begins: it must wait for room. */
static void a_slow_reader_gets_everything(void **state)
{
	enum { SIZE = 1 << 18 };
	PR_AUTO(free) char *data = calloc(SIZE, 1);
	ssize_t total;
	ssize_t n;
	int status;
	int ends[2];
	pid_t pid;

	(void)state;
	assert_non_null(data);
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	total = SIZE + write(ends[1], data, SIZE);
	assert_in_range(total, SIZE + 1, 2 * SIZE - 1);
	pid = fork();
	if (!pid) {
		close(ends[0]);
		_exit(-pr_file_write_all(ends[1], data, SIZE, NULL));
	}
	close(ends[1]);
	while (!strchr("SZ", state_of(pid)))
		sched_yield();
	assert_int_equal(fcntl(ends[0], F_SETFL, 0), 0);
	while ((n = read(ends[0], data, SIZE)) > 0)
		total -= n;
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(total, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(a_file_is_read_whole),
		IN_PLACE(a_large_file_is_read_whole),
		IN_PLACE(a_file_that_is_too_large_adds_nothing),
		IN_PLACE(what_cannot_be_read_says_why),
		IN_PLACE(a_file_of_someone_else_is_not_read),
		IN_PLACE(a_pipe_is_read_to_its_end),
		IN_PLACE(a_new_file_gets_the_mode_that_umask_leaves),
		IN_PLACE(an_existing_file_keeps_its_mode),
		IN_PLACE(an_existing_file_keeps_its_owner),
		IN_PLACE(the_former_file_stays_whole_for_its_readers),
		IN_PLACE(a_file_that_is_being_written_is_locked),
		IN_PLACE(a_lock_that_ends_soon_is_waited_for),
		IN_PLACE(a_link_stays_and_its_target_is_replaced),
		IN_PLACE(a_circle_of_links_is_refused),
		IN_PLACE(what_is_no_file_is_written_in_place),
		IN_PLACE(standard_streams_are_written_to_where_they_stand),
		IN_PLACE(a_stream_that_is_closed_or_for_reading_is_refused),
		IN_PLACE(what_cannot_be_replaced_says_why_and_leaves_nothing),
		IN_PLACE(the_longest_name_can_be_replaced),
		IN_PLACE(a_full_disk_leaves_the_former_file_and_nothing_else),
		IN_PLACE(what_was_written_is_flushed_by_its_name),
		IN_PLACE(a_folder_need_not_be_readable),
		IN_PLACE(appending_goes_to_the_end),
		IN_PLACE(writing_to_a_full_or_closed_descriptor_is_reported),
		IN_PLACE(a_slow_reader_gets_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
