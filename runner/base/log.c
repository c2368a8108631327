#include "base/log.h"

#include "base/escape.h"
#include "base/redact.h"
#include "base/text.h"
#include "base/uuid.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAX_SINKS 8
#define MAX_LINE ((size_t)64 << 10)

/* Kept free at the end of a line for the ellipsis and what closes the line. */
#define TAIL 256

/* A line that needs no memory. */
#define SHORT_LINE 2048

/* The global state that base/log.h speaks of. */
static struct {
	struct pr_log_sink sinks[MAX_SINKS];
	size_t count;
	const struct pr_clock *clock;  /* NULL: the system's */
	char context_id[PR_UUID_SIZE]; /* of the process; made when first needed */
	bool writing;                  /* a sink that logs would never end */
} state;

/* One message on its way to the sinks. */
struct record {
	enum pr_log_level level;
	const char *module; /* not terminated */
	int module_len;
	int line;
	int64_t wall_us;
	const char *text; /* redacted */
	size_t len;
};

/* What stands for a warning or an error that memory was lacking for. */
static const char no_memory[] = "out of memory for this line";

int pr_log_add(const struct pr_log_sink *sink, struct pr_err *err)
{
	if (state.count == MAX_SINKS)
		return pr_fail(err, PR_ELIMIT, "more than %d log outputs", MAX_SINKS);
	state.sinks[state.count++] = *sink;
	return 0;
}

void pr_log_remove(const void *arg)
{
	size_t kept = 0;

	for (size_t i = 0; i < state.count; i++)
		if (state.sinks[i].arg != arg)
			state.sinks[kept++] = state.sinks[i];
	state.count = kept;
}

void pr_log_reroute(const void *from, pr_log_write_fn *write, void *to)
{
	for (size_t i = 0; i < state.count; i++) {
		if (state.sinks[i].arg != from)
			continue;
		state.sinks[i].write = write;
		state.sinks[i].arg = to;
	}
}

void pr_log_reset(const struct pr_clock *clock)
{
	state.count = 0;
	state.clock = clock;
}

bool pr_log_enabled(enum pr_log_level level)
{
	for (size_t i = 0; i < state.count; i++)
		if (level >= state.sinks[i].level)
			return true;
	return false;
}

const char *pr_log_level_name(enum pr_log_level level)
{
	static const char *const names[] = {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"};

	return (size_t)level < PR_LEN(names) ? names[level] : "UNKNOWN";
}

static const char *colour_of(enum pr_log_level level)
{
	static const char *const colours[] = {
		"\033[36m", "\033[32m", "\033[33m", "\033[31m", "\033[31m"};

	return (size_t)level < PR_LEN(colours) ? colours[level] : "";
}

/* Encodes the first character of a text line: what continues a message is indented. */
static size_t plain_next(const char *text, size_t n, char piece[PR_ESCAPE_PIECE], size_t *ret_len)
{
	static const char indented[] = "\n    ";
	uint32_t point;
	size_t used = text[0] == '\n' ? 0 : pr_text_decode(text, n, &point);

	if (text[0] == '\n') {
		memcpy(piece, indented, sizeof indented - 1);
		*ret_len = sizeof indented - 1;
		return 1;
	}
	used = used ? used : 1;
	memcpy(piece, text, used);
	*ret_len = used;
	return used;
}

static size_t json_next(const char *text, size_t n, char piece[PR_ESCAPE_PIECE], size_t *ret_len)
{
	return pr_escape_json_next(text, n, true, piece, ret_len);
}

/* Adds the message character by character, so that a cut falls between two. */
static void add_message(struct pr_buf *line, const struct record *record,
	size_t (*next)(const char *, size_t, char[PR_ESCAPE_PIECE], size_t *), const char *ellipsis)
{
	char piece[PR_ESCAPE_PIECE];
	size_t len;
	size_t i = 0;

	while (i < record->len) {
		i += next(record->text + i, record->len - i, piece, &len);
		if (line->len + len > MAX_LINE - TAIL) {
			pr_buf_adds(line, ellipsis);
			return;
		}
		pr_buf_add(line, piece, len);
	}
}

static void add_text_line(
	struct pr_buf *line, const struct record *record, const struct pr_log_sink *sink)
{
	char stamp[PR_STAMP_SIZE];

	if (sink->format == PR_LOG_UTC)
		pr_stamp_iso6(stamp, record->wall_us);
	else
		pr_stamp_local(stamp, record->wall_us);
	pr_buf_addf(line, "%s[%s %s]", sink->colour ? colour_of(record->level) : "", stamp,
		pr_log_level_name(record->level));
	if (sink->format != PR_LOG_SHORT)
		pr_buf_addf(line, " [%.*s:%d]", record->module_len, record->module, record->line);
	pr_buf_adds(line, sink->colour ? "\033[39m " : " ");
	add_message(line, record, plain_next, "\xe2\x80\xa6");
}

static const char *context_id(void)
{
	if (!state.context_id[0] && pr_uuid_random(state.context_id, NULL))
		return "";
	return state.context_id;
}

static void add_json_line(struct pr_buf *line, const struct record *record)
{
	char local[PR_STAMP_SIZE];
	char utc[PR_STAMP_SIZE];

	pr_stamp_local(local, record->wall_us);
	pr_stamp_iso(utc, record->wall_us);
	pr_buf_addf(line, "{\"process\": %ld, \"asctime\": \"%s,%03d\", \"levelname\": \"%s\", ",
		(long)getpid(), local, (int)(record->wall_us / 1000 % 1000),
		pr_log_level_name(record->level));
	pr_buf_addf(line, "\"module\": \"%.*s\", \"lineno\": %d, \"message\": \"",
		record->module_len, record->module, record->line);
	add_message(line, record, json_next, "\\u2026");
	pr_buf_addf(line, "\", \"context_id\": \"%s\", \"timestamp\": \"%s\"}", context_id(), utc);
}

static int make_line(
	struct pr_buf *line, const struct record *record, const struct pr_log_sink *sink)
{
	if (sink->format == PR_LOG_JSON)
		add_json_line(line, record);
	else
		add_text_line(line, record, sink);
	return pr_buf_addc(line, '\n');
}

/* Allocates nothing: a line that does not fit says only how grave it is, and where it came from. */
static void write_short(const struct record *record, const struct pr_log_sink *sink)
{
	char storage[SHORT_LINE];
	struct pr_buf line = {.ptr = storage, .cap = sizeof storage, .max = sizeof storage - 1};
	struct record lost = *record;
	int rc = make_line(&line, record, sink);

	if (rc) {
		lost.text = no_memory;
		lost.len = sizeof no_memory - 1;
		pr_buf_clear(&line);
		rc = make_line(&line, &lost, sink);
	}
	if (!rc)
		sink->write(sink->arg, line.ptr, line.len);
}

static void write_record(const struct record *record)
{
	for (size_t i = 0; i < state.count; i++) {
		struct pr_log_sink sink = state.sinks[i];
		PR_AUTO(buf) struct pr_buf line = PR_BUF_INIT(MAX_LINE);

		if (record->level < sink.level)
			continue;
		if (!make_line(&line, record, &sink))
			sink.write(sink.arg, line.ptr, line.len);
		else if (record->level >= PR_LOG_WARNING)
			write_short(record, &sink);
	}
}

/* The file's base name without its extension. */
static void set_module(struct record *record, const char *file)
{
	const char *slash = strrchr(file, '/');
	const char *name = slash ? slash + 1 : file;
	const char *dot = strrchr(name, '.');
	size_t len = dot && dot != name ? (size_t)(dot - name) : strlen(name);

	record->module = name;
	record->module_len = len < 64 ? (int)len : 64;
}

static void write_lost(struct record *record)
{
	record->text = no_memory;
	record->len = sizeof no_memory - 1;
	if (record->level >= PR_LOG_WARNING)
		write_record(record);
}

/* Redacted before anything is cut or escaped. */
static void write_text(struct record *record, const char *text, size_t len)
{
	PR_AUTO(buf) struct pr_buf redacted = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	record->text = text;
	record->len = len;
	if (pr_redact_found(text, len)) {
		if (pr_redact_copy(text, len, &redacted)) {
			write_lost(record);
			return;
		}
		record->text = pr_buf_str(&redacted);
		record->len = redacted.len;
	}
	write_record(record);
}

PR_PRINTF(2, 0) static void format_text(struct record *record, const char *fmt, va_list args)
{
	char small[1024];
	PR_AUTO(free) char *large = NULL;
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(small, sizeof small, fmt, args);
	if (len >= (int)sizeof small)
		large = malloc((size_t)len + 1);
	if (large)
		vsnprintf(large, (size_t)len + 1, fmt, again);
	va_end(again);
	if (large)
		write_text(record, large, (size_t)len);
	else if (len >= 0 && len < (int)sizeof small)
		write_text(record, small, (size_t)len);
	else
		write_lost(record);
}

void pr_log_at(enum pr_log_level level, const char *file, int line, const char *fmt, ...)
{
	const struct pr_clock *clock = state.clock ? state.clock : pr_clock_system();
	struct record record = {.level = level, .line = line};
	int saved_errno = errno;
	va_list args;

	if (state.writing || !pr_log_enabled(level))
		return;
	state.writing = true;
	record.wall_us = clock->wall_us(clock->ctx);
	set_module(&record, file);
	va_start(args, fmt);
	format_text(&record, fmt, args);
	va_end(args);
	state.writing = false;
	errno = saved_errno;
}

int pr_log_put(int fd, const char *line, size_t n)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};

	while (n) {
		ssize_t done = write(fd, line, n);

		if (done > 0) {
			line += done;
			n -= (size_t)done;
		} else if (done < 0 && errno == EAGAIN) {
			/* A descriptor that a neighbour made non-blocking: a second, then the line
			 * is lost. */
			if (poll(&ready, 1, 1000) <= 0)
				return EAGAIN;
		} else if (done == 0 || errno != EINTR) {
			return done ? errno : EIO;
		}
	}
	return 0;
}

void pr_log_write_fd(void *arg, const char *line, size_t n)
{
	(void)pr_log_put((int)(intptr_t)arg, line, n);
}

void pr_log_write_buf(void *arg, const char *line, size_t n)
{
	pr_buf_add(arg, line, n);
}
