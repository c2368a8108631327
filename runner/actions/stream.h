#ifndef PR_ACTIONS_STREAM_H
#define PR_ACTIONS_STREAM_H

/*
 * Standard output as the runner of GitHub Actions reads it: our commands, and between them what
 * others wrote. The runner reads standard output and standard error in no fixed order, so
 * everything goes to the one descriptor. Whatever is not a command of ours is written while the
 * runner heeds no commands (`stop-commands`), so that nothing in it can forge one. Writing errors
 * are ignored, as those of a log.
 */

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

struct pr_actions_stream {
	int fd;          /* borrowed */
	char resume[33]; /* ends the stretch without commands; "": commands are heeded */
	bool grouped;    /* a group is open */
};

/* Allocates nothing; `fd` is borrowed. */
void pr_actions_stream_init(struct pr_actions_stream *stream, int fd);

/*
 * A pr_log_write_fn whose `arg` is a struct pr_actions_stream *: writes a line (with its newline)
 * that nobody vouches for. Without randomness for the word that ends the stretch the line is left
 * out.
 */
void pr_actions_stream_line(void *arg, const char *line, size_t n);

/* Writes a command (actions/command.h), redacted, its message cut. */
void pr_actions_stream_command(
	struct pr_actions_stream *stream, const char *name, const char *title, const char *data);

/* Ends the group that is open, and begins one (NULL: none). */
void pr_actions_stream_group(struct pr_actions_stream *stream, const char *title);

/*
 * Has the runner hide a secret: each of its lines, which end at CR as well (the runner hides
 * what is between them alone, too), without white space around. Lines of less than `least` bytes
 * are left out: they would hide half of every text. So are those of white space, Unicode's too.
 */
void pr_actions_stream_mask(struct pr_actions_stream *stream, const char *secret, size_t least);

/* Ends what is open. */
void pr_actions_stream_end(struct pr_actions_stream *stream);

#endif
