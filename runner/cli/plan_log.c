#include "cli/plan_log.h"

#include "base/file.h"
#include "base/log.h"

#include <stdint.h>

#define TEXT_MAX ((size_t)32 << 20)

int pr_plan_log_open(struct pr_plan_log *log, const char *path, bool console, struct pr_err *err)
{
	struct pr_log_sink sink = {.level = PR_LOG_DEBUG, .format = PR_LOG_UTC};

	log->fd = -1;
	pr_buf_init(&log->text, TEXT_MAX);
	if (path) {
		log->fd = pr_file_open_append(path, 0644, err);
		if (log->fd < 0)
			return PR_EIO;
		sink.write = pr_log_write_fd;
		sink.arg = (void *)(intptr_t)log->fd;
		if (pr_log_add(&sink, err))
			return PR_ELIMIT;
	}
	sink.write = pr_log_write_buf;
	sink.arg = &log->text;
	if (pr_log_add(&sink, err))
		return PR_ELIMIT;
	if (!console)
		return 0;
	sink.level = PR_LOG_INFO;
	sink.write = pr_log_write_fd;
	sink.arg = (void *)(intptr_t)STDERR_FILENO;
	return pr_log_add(&sink, err);
}

void pr_plan_log_close(struct pr_plan_log *log)
{
	pr_log_remove(&log->text);
	if (log->fd >= 0) {
		pr_log_remove((void *)(intptr_t)log->fd);
		close(log->fd);
	}
	log->fd = -1;
	pr_buf_release(&log->text);
}
