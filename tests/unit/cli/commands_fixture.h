#ifndef PR_TEST_COMMANDS_FIXTURE_H
#define PR_TEST_COMMANDS_FIXTURE_H

/* The program's own tables, walked through. */

#include "base/buf.h"
#include "cli/commands.h"
#include "cli/help.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef void visit_fn(void *arg, const struct pr_command *const *path, size_t depth);

static inline void visit_from(const struct pr_command **path, size_t depth, visit_fn *fn, void *arg)
{
	const struct pr_command *command = path[depth - 1];

	fn(arg, path, depth);
	for (size_t i = 0; i < command->command_count; i++) {
		assert_true(depth < PR_COMMAND_DEPTH);
		path[depth] = command->commands[i];
		visit_from(path, depth + 1, fn, arg);
	}
}

/* Calls `fn` for each command of the program, groups among them. */
static inline void visit_commands(visit_fn *fn, void *arg)
{
	const struct pr_command *path[PR_COMMAND_DEPTH] = {&pr_commands_runner};

	visit_from(path, 1, fn, arg);
}

static inline void assert_has(const char *text, const char *part, const char *where)
{
	if (!strstr(text, part))
		fail_msg("%s: no '%s'", where, part);
}

#endif
