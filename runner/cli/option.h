#ifndef PR_CLI_OPTION_H
#define PR_CLI_OPTION_H

/*
 * The command line as tables: commands, their options and arguments. One table drives parsing,
 * --help, completions and the man page, so that none of them can lie.
 */

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum pr_option_kind {
	PR_OPTION_FLAG,   /* --x */
	PR_OPTION_SWITCH, /* --x / --no-x */
	PR_OPTION_VALUE,  /* --x VALUE; the last one counts */
	PR_OPTION_LIST,   /* --x VALUE, may be repeated */
	PR_OPTION_LAST,   /* --x; nothing after it is read, and no command is needed */
};

struct pr_option {
	const char *name; /* without the hyphens */
	char letter;      /* short form, or 0 */
	enum pr_option_kind kind;
	const char *value;          /* what the value is called: "PATH" */
	const char *help;           /* one line */
	const char *const *choices; /* NULL-terminated; NULL: any value */
};

struct pr_positional {
	const char *name; /* "PLAN_ID" */
	const char *help;
	bool optional;
};

/* One entry of the man page. Those of a section stand together; a section without a name is a text.
 */
struct pr_manual {
	const char *section; /* "ENVIRONMENT" */
	const char *name;    /* NULL: a paragraph */
	const char *text;
};

struct pr_args;
struct pr_context; /* what commands run in: cli/context.h */

struct pr_command {
	const char *name;
	const char *summary; /* one line */
	const struct pr_option *options;
	size_t option_count;
	const struct pr_positional *positionals;
	size_t positional_count;
	const struct pr_command *const *commands; /* sub-commands; then there is no `run` */
	size_t command_count;
	int (*run)(struct pr_context *context, const struct pr_args *args); /* the exit code */
	const char *more;               /* a paragraph behind the summary; NULL: none */
	const struct pr_manual *manual; /* of a root: what its man page says beside the commands */
	size_t manual_count;
};

#define PR_OPTIONS(table) .options = (table), .option_count = PR_LEN(table)
#define PR_POSITIONALS(table) .positionals = (table), .positional_count = PR_LEN(table)
#define PR_MANUAL(table) .manual = (table), .manual_count = PR_LEN(table)
#define PR_COMMANDS(table) .commands = (table), .command_count = PR_LEN(table)

#define PR_COMMAND_DEPTH 4
#define PR_POSITIONAL_MAX 4

/* One use of an option on the command line. */
struct pr_given {
	const struct pr_option *option;
	const char *value; /* borrowed from argv; NULL of flags */
	bool off;          /* of switches: --no-x */
};

struct pr_args {
	const struct pr_command *path[PR_COMMAND_DEPTH]; /* from the root to the command */
	size_t depth;
	const struct pr_command *command; /* the last of them */
	struct pr_given *given;           /* owned */
	size_t given_count;
	const char *positionals[PR_POSITIONAL_MAX]; /* NULL where none was given */
	bool help;                                  /* --help was there: nothing else was checked */
};

/*
 * Parses argv[1…] against the table. Options of a command may stand before and after its arguments,
 * "--" ends them. PR_EUSAGE with one line for a human. Release with pr_args_release also after a
 * failure: path and command tell how far it came.
 */
int pr_args_parse(const struct pr_command *root, int argc, char *const *argv, struct pr_args *args,
	struct pr_err *err);

/* Frees the contents. */
void pr_args_release(struct pr_args *args);

/* The value of an option, NULL when it was not given. */
const char *pr_args_value(const struct pr_args *args, const char *name);

/* The `index`th value of a repeatable option, NULL after the last. */
const char *pr_args_nth(const struct pr_args *args, const char *name, size_t index);

/* Whether a flag was given. */
bool pr_args_flag(const struct pr_args *args, const char *name);

/* The last setting of a switch, or `fallback`. */
bool pr_args_switch(const struct pr_args *args, const char *name, bool fallback);

#endif
