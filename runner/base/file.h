#ifndef PR_BASE_FILE_H
#define PR_BASE_FILE_H

/*
 * Whole files: read bounded, written atomically, private by default. Every descriptor is
 * close-on-exec. Messages name the path in single quotes.
 */

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * Adds the contents of a regular file (or pipe, "/dev/stdin") to `out`, whose limit bounds it. A
 * folder, an unreadable file: PR_EIO; no such file: PR_ENOTFOUND; too large: PR_ELIMIT.
 */
int pr_file_read(const char *path, struct pr_buf *out, struct pr_err *err);

/*
 * Replaces `path` by `n` bytes in one step: a temporary file beside it, then rename. A symbolic
 * link is followed, so that the link stays, also where its target does not exist yet. With `sync`
 * the data and the folder are flushed to disk. `mode` is that of a new file (0600 for what is
 * private, 0644 subject to umask for results); an existing file keeps its mode. What is not a
 * regular file (a pipe, /dev/null) and the standard streams (/dev/stdout) are written to instead.
 * PR_ENOTFOUND: no such folder; else PR_EIO.
 */
int pr_file_replace(
	const char *path, const void *data, size_t n, mode_t mode, bool sync, struct pr_err *err);

/*
 * Writes the content of a file to `fd`, piece by piece (pr_file_write_all). 0, or a negative code
 * that ends it.
 */
typedef int pr_file_fill_fn(void *arg, int fd, struct pr_err *err);

/*
 * Flushes what pr_file_replace has written without `sync`, and the name it has, to disk. After the
 * rename both are one transaction on most file systems, which costs half of flushing while
 * replacing. PR_ENOTFOUND, PR_EIO.
 */
int pr_file_sync(const char *path, struct pr_err *err);

/* What pr_file_replace_locked writes, as the arguments of pr_file_replace. */
struct pr_file_text {
	pr_file_fill_fn *fill; /* writes it, called with `arg`; NULL: it is data */
	void *arg;
	const void *data;
	size_t n;
	mode_t mode;
	bool sync;
};

/*
 * As pr_file_replace; the new file is locked before it gets its name, so that no moment is without
 * a lock. *lock (-1: none) is the descriptor that holds the lock on the file before: it is closed,
 * and the new one put in its place. -1 where there is nothing to lock or a file system has no
 * locks. The lock ends when the descriptor is closed, at the latest with the process.
 */
int pr_file_replace_locked(
	const char *path, const struct pr_file_text *text, int *lock, struct pr_err *err);

/*
 * Locks the file that has this name now; the lock is that of pr_file_replace_locked. PR_EIO, with
 * EWOULDBLOCK in err->sys where another process holds it, and went on to for half a second: one
 * that was killed may seem to for an instant; PR_ENOTFOUND. Caller closes.
 */
int pr_file_lock(const char *path, int *ret_lock, struct pr_err *err);

/*
 * Opens for appending, created with `mode` when missing; the descriptor, or a negative code. Of a
 * standard stream (/dev/stdout) it is a second descriptor, so that a user who may not open it again
 * can use it.
 */
int pr_file_open_append(const char *path, mode_t mode, struct pr_err *err);

/* Writes all bytes, going on after EINTR and short writes. */
int pr_file_write_all(int fd, const void *data, size_t n, struct pr_err *err);

/* Creates a folder and its parents, all with `mode`; existing ones are fine and keep theirs. */
int pr_file_mkdirs(const char *path, mode_t mode, struct pr_err *err);

/*
 * Removes a folder and what is in it (or a file), without following links: of a link, the link
 * goes. Missing is fine. PR_ELIMIT when nested more than 64 deep.
 */
int pr_file_remove_tree(const char *path, struct pr_err *err);

/* Whether something with that name exists; a link counts by what it leads to. */
bool pr_file_exists(const char *path);

/* Whether there is a file of that name which can be read to an end: no folder, pipe or device. */
bool pr_file_is_regular(const char *path);

/*
 * Whether `path` can be written as a file: tries it, by opening a regular file that exists for
 * appending, else by creating a file of another name in its folder, which is removed at once. Fails
 * with a message that says why (no such folder, read-only file system, permission, full disk).
 */
int pr_file_check_writable(const char *path, struct pr_err *err);

/*
 * As pr_file_check_writable, for a file that pr_file_replace is to write: a regular file needs a
 * writable folder too, and must not be a mount point (a single file mounted into a container).
 */
int pr_file_check_replaceable(const char *path, struct pr_err *err);

/* `dir`/`name` with one slash between; NULL when memory is out. Caller frees. */
char *pr_file_join(const char *dir, const char *name) PR_MUST_CHECK;

/* `~` and `~/x` with the home folder put in (other users' homes stay as they are). Caller frees. */
char *pr_file_expand_home(const char *path) PR_MUST_CHECK;

/*
 * What the shell would start for `name`: searched in PATH when it has no slash, must be an
 * executable file. NULL when there is none (or memory is out). Caller frees. (Python's
 * shutil.which.)
 */
char *pr_file_find_program(const char *name) PR_MUST_CHECK;

/* The extension with its dot of the last path component ("" when it has none). Borrowed from
 * `path`. */
const char *pr_file_extension(const char *path);

#endif
