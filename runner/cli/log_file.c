#include "cli/log_file.h"

#include "base/file.h"
#include "cli/context.h"

#include <stdint.h>
#include <unistd.h>

#define LOG_FILE_MODE 0644

static int fail(const struct pr_log_file *file, struct pr_err *err)
{
	return pr_fail_errno(err, file->lost, "cannot write '%s'", file->path);
}

/* Not through the log, whose lines these are: it takes none from its own sinks. */
static void tell_loss(const struct pr_log_file *file)
{
	static const struct pr_context context = {.program = "plan-runner"};
	struct pr_err err = PR_ERR_INIT;

	(void)fail(file, &err);
	pr_complain(&context, "%s: lines of the log are lost there", err.msg);
}

/* A pr_log_write_fn. Space may come again: what follows is tried, and not spoken of. */
static void write_line(void *arg, const char *line, size_t n)
{
	struct pr_log_file *file = arg;
	int failure = pr_log_put(file->fd, line, n);

	if (!failure || file->lost)
		return;
	file->lost = failure;
	if (file->checked)
		tell_loss(file);
}

int pr_log_file_check(struct pr_log_file *file, struct pr_err *err)
{
	file->checked = true;
	return file->lost ? fail(file, err) : 0;
}

int pr_log_file_open(struct pr_log_file *file, const char *path, const struct pr_log_sink *sink,
	struct pr_err *err)
{
	struct pr_log_sink own = {
		.level = sink->level, .format = sink->format, .write = write_line, .arg = file};

	*file = (struct pr_log_file){.fd = pr_file_open_append(path, LOG_FILE_MODE, err)};
	file->path = path;
	return file->fd < 0 ? file->fd : pr_log_add(&own, err);
}

void pr_log_file_close(struct pr_log_file *file)
{
	if (file->fd < 0)
		return;
	pr_log_remove(file);
	close(file->fd);
	file->fd = -1;
}
