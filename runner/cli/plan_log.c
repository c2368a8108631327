#include "cli/plan_log.h"

#include "base/log.h"
#include "base/text.h"
#include "codec/json_write.h"

#include <stdint.h>

#define PIECE_MAX ((size_t)60 << 10) /* leaves room for the rest of a line of 64 KiB */
#define TEXT_MAX ((size_t)32 << 20)

struct pr_log_sink pr_plan_log_console(enum pr_log_level level)
{
	return (struct pr_log_sink){.level = level,
		.format = PR_LOG_UTC,
		.write = pr_log_write_fd,
		.arg = (void *)(intptr_t)STDERR_FILENO};
}

int pr_plan_log_open(struct pr_plan_log *log, const char *path, const struct pr_log_sink *console,
	struct pr_err *err)
{
	struct pr_log_sink sink = {.level = PR_LOG_DEBUG, .format = PR_LOG_UTC};

	pr_buf_init(&log->text, TEXT_MAX);
	if (path && (pr_log_file_open(&log->file, path, &sink, err) ||
			    pr_log_file_check(&log->file, err)))
		return PR_EIO;
	sink.write = pr_log_write_buf;
	sink.arg = &log->text;
	if (pr_log_add(&sink, err))
		return PR_ELIMIT;
	if (!console || !console->write)
		return 0;
	log->on_console = pr_log_add(console, err) == 0;
	return log->on_console ? 0 : PR_ELIMIT;
}

/* Length of the next piece: no character is cut in two. */
static size_t piece_length(const char *text, size_t n)
{
	size_t length = n < PIECE_MAX ? n : PIECE_MAX;

	while (length < n && length && ((unsigned char)text[length] & 0xc0) == 0x80)
		length--;
	return length;
}

static size_t count_pieces(const char *text, size_t n)
{
	size_t count = 0;

	for (size_t at = 0; at < n; at += piece_length(text + at, n - at))
		count++;
	return count;
}

int pr_plan_log_journal(const char *title, const json_t *journal, bool console, struct pr_err *err)
{
	static const struct pr_json_style style = {.compact = true, .redact = true};
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_log_sink sink = pr_plan_log_console(PR_LOG_ERROR);
	const char *bytes;
	size_t count;
	size_t number = 0;

	pr_json_write(journal, &style, &text);
	if (pr_buf_check(&text, "the journal", err) || (console && pr_log_add(&sink, err)))
		return PR_ENOMEM;
	bytes = pr_buf_str(&text);
	count = count_pieces(bytes, text.len);
	for (size_t at = 0, n; at < text.len; at += n) {
		n = piece_length(bytes + at, text.len - at);
		pr_error("%s, piece %zu of %zu: %.*s", title, ++number, count, (int)n, bytes + at);
	}
	if (console)
		pr_log_remove(sink.arg);
	return 0;
}

void pr_plan_log_close(struct pr_plan_log *log)
{
	pr_log_remove(&log->text);
	pr_log_file_close(&log->file);
	pr_buf_release(&log->text);
}
