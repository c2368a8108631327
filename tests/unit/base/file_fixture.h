#ifndef PR_TEST_FILE_FIXTURE_H
#define PR_TEST_FILE_FIXTURE_H

/* What the tests of files share: a folder to work in, files made and looked at without the code
 * under test. */

#include "base/file.h"

#include <dirent.h>
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

static inline int setup(void **state)
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

static inline int teardown(void **state)
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
static inline void make_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static inline void assert_holds(const char *path, const char *expected)
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

static inline mode_t mode_of(const char *path)
{
	struct stat info;

	assert_int_equal(lstat(path, &info), 0);
	return info.st_mode;
}

static inline int entries_of(const char *path)
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
static inline int as_nobody(int (*call)(void))
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

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
