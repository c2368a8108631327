#include "actions/stream.h"

#include "actions/command.h"
#include "actions/command_file.h"
#include "base/file.h"
#include "base/redact.h"
#include "base/text.h"

#include <stdint.h>
#include <string.h>

#define TITLE_MAX 255

/* Every byte may become three. */
#define COMMAND_MAX (100 + 3 * (TITLE_MAX + PR_ACTIONS_MESSAGE_MAX))

void pr_actions_stream_init(struct pr_actions_stream *stream, int fd)
{
	*stream = (struct pr_actions_stream){.fd = fd};
}

/* Without memory of its own: a stretch without commands must begin and end, and an error be told,
 * where there is none left. */
static void write_command(
	struct pr_actions_stream *stream, const char *name, const char *title, const char *data)
{
	char storage[COMMAND_MAX];
	struct pr_buf line;

	pr_buf_borrow(&line, storage, sizeof(storage));
	if (pr_actions_command(name, title, data, &line) == 0)
		(void)pr_file_write_all(stream->fd, pr_buf_str(&line), line.len, NULL);
}

/* From here on the runner heeds commands. */
static void open_commands(struct pr_actions_stream *stream)
{
	if (stream->resume[0])
		write_command(stream, stream->resume, NULL, NULL);
	stream->resume[0] = '\0';
}

/* From here on it heeds none. */
static bool close_commands(struct pr_actions_stream *stream)
{
	if (stream->resume[0])
		return true;
	if (pr_actions_random_word(stream->resume, NULL)) {
		stream->resume[0] = '\0';
		return false;
	}
	write_command(stream, "stop-commands", NULL, stream->resume);
	return true;
}

void pr_actions_stream_line(void *arg, const char *line, size_t n)
{
	struct pr_actions_stream *stream = arg;

	if (close_commands(stream))
		(void)pr_file_write_all(stream->fd, line, n, NULL);
}

/* Redacted first: a secret cut in two would not be found. NULL is "". */
static void show(const char *text, const char *unknown, char *to, size_t size)
{
	PR_AUTO(buf) struct pr_buf shown = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	bool known = pr_redact_copy(text, text ? strlen(text) : 0, &shown) == 0;

	pr_text_copy(to, size, known ? pr_buf_str(&shown) : unknown);
}

void pr_actions_stream_command(
	struct pr_actions_stream *stream, const char *name, const char *title, const char *data)
{
	char heading[TITLE_MAX + 1];
	char message[PR_ACTIONS_MESSAGE_MAX + 1];

	show(title, "", heading, sizeof(heading));
	show(data, "there is no memory left", message, sizeof(message));
	open_commands(stream);
	write_command(stream, name, heading, message);
}

void pr_actions_stream_group(struct pr_actions_stream *stream, const char *title)
{
	open_commands(stream);
	if (stream->grouped)
		write_command(stream, "endgroup", NULL, NULL);
	if (title)
		write_command(stream, "group", NULL, title);
	stream->grouped = title != NULL;
}

static bool is_space(uint32_t point)
{
	static const struct {
		uint32_t first, last;
	} spaces[] = {{0x09, 0x0d}, {0x1c, 0x20}, {0x85, 0x85}, {0xa0, 0xa0}, {0x1680, 0x1680},
		{0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f},
		{0x3000, 0x3000}};

	for (size_t i = 0; i < PR_LEN(spaces); i++)
		if (point >= spaces[i].first && point <= spaces[i].last)
			return true;
	return false;
}

/* The runner takes no mask that is white space alone, Unicode's too, and warns. */
static bool is_blank(const char *text)
{
	size_t n = strlen(text);
	uint32_t point;

	for (size_t length; n; text += length, n -= length) {
		length = pr_text_decode(text, n, &point);
		if (!length || !is_space(point))
			return false;
	}
	return true;
}

/* Of any length. */
static void write_mask(struct pr_actions_stream *stream, const char *text)
{
	PR_AUTO(buf) struct pr_buf line = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (pr_actions_command("add-mask", NULL, text, &line) == 0)
		(void)pr_file_write_all(stream->fd, pr_buf_str(&line), line.len, NULL);
}

void pr_actions_stream_mask(struct pr_actions_stream *stream, const char *secret, size_t least)
{
	PR_AUTO(free) char *copy = pr_text_dup(secret);
	char *rest = copy;
	const char *line;

	open_commands(stream);
	while (rest && (line = strsep(&rest, "\r\n"))) {
		PR_AUTO(free) char *trimmed = pr_text_dup(line);
		const char *text = trimmed ? pr_text_trim(trimmed) : "";

		if (!is_blank(text) && strlen(text) >= least)
			write_mask(stream, text);
	}
}

void pr_actions_stream_end(struct pr_actions_stream *stream)
{
	pr_actions_stream_group(stream, NULL);
}
