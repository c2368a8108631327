#include "engine/journal_file.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "engine/journal_part.h"

#include <errno.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * A journal of up to this size is replaced at each change, and until so much has been written for
 * that: what it costs does not grow with the number of changes.
 */
#define SMALL ((size_t)256 << 10)
#define ALLOWANCE (4 * SMALL)

#define MODE 0644

/* What a journal adds around the document it has inside. */
#define EXTRA_DEPTH 16

/* A journal has the size that its run gave it. */
#define NO_LIMIT (SIZE_MAX / 4)

static const struct pr_json_style style = PR_JSON_JOURNAL;

struct pr_journal_file {
	char *path;
	char *part_path;
	int part;                    /* descriptor of `.part`, -1 while there is none */
	size_t part_bytes;           /* 0: it does not count */
	size_t replaced_bytes;       /* written by replacing a small one */
	struct pr_journal_mark mark; /* of `J` as it is on disk */
	int lock;                    /* that `J` is being written, -1: none */
	bool is_stale;               /* a change was written nowhere */
	bool is_stream;              /* nothing that can be replaced: written once, at the end */
};

/* A `J` that is being written. */
struct text {
	const json_t *value;
	struct pr_journal_mark mark;
	int fd;
};

static int text_write(void *arg, const char *data, size_t n, struct pr_err *err)
{
	struct text *text = arg;

	pr_journal_mark_add(&text->mark, data, n);
	return pr_file_write_all(text->fd, data, n, err);
}

static int text_fill(void *arg, int fd, struct pr_err *err)
{
	struct text *text = arg;
	struct pr_json_sink sink = {.write = text_write, .arg = text};

	text->mark = pr_journal_mark_of("", 0);
	text->fd = fd;
	return pr_json_write_to(text->value, &style, &sink, err);
}

/* Replaces `J`; *ret_mark is that of the new one. */
static int text_put(const char *path, const json_t *value, bool sync, int *lock,
	struct pr_journal_mark *ret_mark, struct pr_err *err)
{
	struct text text = {.value = value};
	struct pr_file_text order = {.fill = text_fill, .arg = &text, .mode = MODE, .sync = sync};
	int r = pr_file_replace_locked(path, &order, lock, err);

	if (r == 0)
		*ret_mark = text.mark;
	return r;
}

static int mark_write(void *arg, const char *data, size_t n, struct pr_err *err)
{
	(void)err;
	pr_journal_mark_add(arg, data, n);
	return 0;
}

/* Boundaries at which nothing happened, such as the end of an empty method, cost no replacement. */
static bool is_in_place(const struct pr_journal_file *file, const json_t *value)
{
	struct pr_journal_mark mark = pr_journal_mark_of("", 0);
	struct pr_json_sink sink = {.write = mark_write, .arg = &mark};

	if (file->is_stale || file->part_bytes > 0 || file->mark.bytes == 0 ||
		file->mark.bytes > SMALL)
		return false;
	return pr_json_write_to(value, &style, &sink, NULL) == 0 &&
	       mark.bytes == file->mark.bytes && mark.checksum == file->mark.checksum;
}

/* Writes `J`. What `.part` holds is then in `J` too, and its first line no longer fits. */
static int file_write(
	struct pr_journal_file *file, const json_t *value, bool sync, struct pr_err *err)
{
	int r;

	if (!sync && (file->is_stream || is_in_place(file, value)))
		return 0;
	r = text_put(file->path, value, sync, &file->lock, &file->mark, err);
	if (r)
		return r;
	if (file->part_bytes > 0 && ftruncate(file->part, 0) < 0)
		return pr_fail_errno(err, errno, "cannot write '%s'", file->part_path);
	file->part_bytes = 0;
	file->is_stale = false;
	return 0;
}

static bool is_small(const struct pr_journal_file *file)
{
	return file->mark.bytes <= SMALL && file->replaced_bytes + file->mark.bytes <= ALLOWANCE;
}

static bool path_is_stream(const char *path)
{
	struct stat st;

	/* Such as /dev/stdout, which may stand for a file that must be appended to. */
	if (pr_text_starts(path, "/dev/") || pr_text_starts(path, "/proc/"))
		return true;
	return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

int pr_journal_file_new(const char *path, const json_t *value, struct pr_journal_file **ret_file,
	struct pr_err *err)
{
	struct pr_journal_file *file = calloc(1, sizeof(*file));
	int r;

	if (!file)
		return pr_fail_nomem(err);
	file->part = -1;
	file->lock = -1;
	file->path = pr_text_dup(path);
	file->part_path = pr_text_format("%s.part", path);
	file->is_stream = path_is_stream(path);
	if (!file->path || !file->part_path) {
		pr_journal_file_free(file);
		return pr_fail_nomem(err);
	}
	r = file_write(file, value, false, err);
	if (r) {
		pr_journal_file_free(file);
		return r;
	}
	if (!file->is_stream && file->part_path)
		unlink(file->part_path); /* of a run before: it does not fit */
	*ret_file = file;
	return 0;
}

void pr_journal_file_free(struct pr_journal_file *file)
{
	if (!file)
		return;
	pr_auto_close(&file->part);
	pr_auto_close(&file->lock);
	free(file->path);
	free(file->part_path);
	free(file);
}

/* Opens `.part` at its first use, and begins it where it is empty. */
static int part_begin(struct pr_journal_file *file, struct pr_buf *line, struct pr_err *err)
{
	if (file->part < 0) {
		int fd = pr_file_open_append(file->part_path, MODE, err);

		if (fd < 0)
			return fd;
		file->part = fd;
	}
	if (file->part_bytes == 0)
		pr_journal_part_head(&file->mark, line);
	return 0;
}

static int part_add(struct pr_journal_file *file, const json_t *entry, const char *list,
	size_t index, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf line = PR_BUF_INIT(NO_LIMIT);
	int r = part_begin(file, &line, err);

	if (r)
		return r;
	pr_journal_part_line(entry, list, index, &line);
	r = pr_buf_check(&line, "the journal", err);
	if (r)
		return r;
	file->part_bytes += line.len;
	return pr_file_write_all(file->part, line.ptr, line.len, err);
}

int pr_journal_file_touch(struct pr_journal_file *file, const json_t *value, const json_t *entry,
	const char *list, size_t index, struct pr_err *err)
{
	int r;

	if (file->is_stream)
		return 0;
	if (is_small(file)) {
		file->replaced_bytes += file->mark.bytes;
		return file_write(file, value, false, err);
	}
	if (file->is_stale)
		return file_write(file, value, false, err);
	r = part_add(file, entry, list, index, err);
	/* After half a line, or without one, nothing behind it would be read: start afresh. */
	file->is_stale = r != 0;
	if (r || file->part_bytes > file->mark.bytes / 2)
		r = file_write(file, value, false, r ? NULL : err);
	return r;
}

int pr_journal_file_replace(struct pr_journal_file *file, const json_t *value, struct pr_err *err)
{
	return file_write(file, value, false, err);
}

int pr_journal_file_close(struct pr_journal_file *file, const json_t *value, struct pr_err *err)
{
	bool is_written =
		!file->is_stream && is_in_place(file, value) && pr_file_sync(file->path, NULL) == 0;
	int r = is_written ? 0 : file_write(file, value, true, err);

	if (r == 0 && !file->is_stream)
		unlink(file->part_path);
	return r;
}

/* Reads `.part`, where there is one, into the journal `value`, whose text is `text`. */
static int read_part(const char *path, const struct pr_buf *text, const struct pr_limits *limits,
	json_t *value, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf part = PR_BUF_INIT(NO_LIMIT);
	struct pr_journal_mark mark = pr_journal_mark_of(text->ptr, text->len);
	int r;

	if (!pr_file_is_regular(path))
		return 0;
	r = pr_file_read(path, &part, err);
	return r ? r : pr_journal_part_fold(value, &mark, &part, limits, err);
}

int pr_journal_file_fold(const char *path, const json_t *value, int *lock, struct pr_err *err)
{
	PR_AUTO(free) char *part_path = pr_text_format("%s.part", path);
	struct pr_journal_mark mark;
	int r;

	if (!part_path)
		return pr_fail_nomem(err);
	if (!pr_file_exists(part_path))
		return 0;
	r = text_put(path, value, true, lock, &mark, err);
	if (r == 0 && unlink(part_path) < 0)
		r = pr_fail_errno(err, errno, "cannot remove '%s'", part_path);
	return r;
}

int pr_journal_file_read(
	const char *path, const struct pr_limits *limits, json_t **ret_value, struct pr_err *err)
{
	/* What is no file, such as a pipe, may have no end. */
	size_t most = pr_file_is_regular(path) ? NO_LIMIT : limits->document_bytes;
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(most);
	PR_AUTO(free) char *part_path = pr_text_format("%s.part", path);
	json_auto_t *value = NULL;
	struct pr_limits own = *limits;
	int r;

	if (!part_path)
		return pr_fail_nomem(err);
	own.document_bytes = NO_LIMIT;
	own.depth += EXTRA_DEPTH;
	r = pr_file_read(path, &text, err);
	if (r == 0)
		r = pr_json_parse(text.ptr, text.len, path, &own, &value, err);
	if (r == 0 && !json_is_object(value))
		r = pr_fail(err, PR_EINVAL, "'%s' is not a journal: it is no JSON object", path);
	if (r == 0)
		r = read_part(part_path, &text, &own, value, err);
	if (r == 0)
		*ret_value = pr_steal(value);
	return r;
}
