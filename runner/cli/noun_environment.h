#ifndef PR_CLI_NOUN_ENVIRONMENT_H
#define PR_CLI_NOUN_ENVIRONMENT_H

/* Variables and secrets of an environment, as options give them (docs/protocol.md 4.1). */

#include "cli/noun.h"

/* The options that pr_noun_environment reads. */
#define PR_NOUN_ENVIRONMENT_OPTIONS                                                            \
	{"var", 0, PR_OPTION_LIST, "NAME=VALUE", "A variable.", NULL},                         \
		{"secret-env", 0, PR_OPTION_LIST, "NAME[=VARIABLE]",                           \
			"A secret variable, whose value VARIABLE (NAME) of this shell has.",   \
			NULL},                                                                 \
		{"secret-file", 0, PR_OPTION_LIST, "NAME=FILE",                                \
			"A secret variable, whose value is the content of FILE.", NULL},       \
	{                                                                                      \
		"mount", 0, PR_OPTION_LIST, "PATH=FILE",                                       \
			"A secret file: what runs finds at PATH is the content of FILE.", NULL \
	}

/* {"name","used_for","envvars","secrets"} of the options. Secrets are registered for redaction. */
int pr_noun_environment(const struct pr_args *args, const char *name, const char *used_for,
	json_t **ret_environment, struct pr_err *err);

#endif
