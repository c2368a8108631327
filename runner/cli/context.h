#ifndef PR_CLI_CONTEXT_H
#define PR_CLI_CONTEXT_H

/* What a command runs in: its program's tables and name, and the exit codes. */

#include "base/limits.h"
#include "cli/option.h"

/* Exit codes (docs/engine.md 9.2, docs/protocol.md 1.3). Only the command line knows numbers. */
enum pr_exit {
	PR_EXIT_OK = 0,
	PR_EXIT_DEVIATED = 1, /* also: refused input, credentials, documents */
	PR_EXIT_FAILED = 2,   /* also: wrong command line */
};

struct pr_context {
	const struct pr_command *root;
	const char *program; /* as users call it: "plan-runner", "chaos", "reliably" */
	struct pr_limits limits;
};

/* Prints "<program>: <message>" on standard error. */
void pr_complain(const struct pr_context *context, const char *fmt, ...) PR_PRINTF(2, 3);

#endif
