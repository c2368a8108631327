#ifndef PR_CLI_PLATFORM_STORE_H
#define PR_CLI_PLATFORM_STORE_H

/* The store of the embedded platform, as the commands that hold it themselves open it. */

#include "cli/context.h"
#include "store/store.h"

/* The options of these commands, as the first members of a table. */
#define PR_STORE_OPTIONS                                                                  \
	{"database", 0, PR_OPTION_VALUE, "URI",                                           \
		"sqlite:///relative, sqlite:////absolute or postgresql://user@host/name " \
		"(~/.local/state/plan-runner/plan-deployer.db).",                         \
		NULL},                                                                    \
	{                                                                                 \
		"key-file", 0, PR_OPTION_VALUE, "FILE",                                   \
			"Key that secrets are sealed with (PLAN_DEPLOYER_KEY has it, or " \
			"PLAN_DEPLOYER_KEY_FILE names it; else beside the SQLite file).", \
			NULL                                                              \
	}

/* How many organisations were ever made: 0 until `init` has done its work. */
int pr_platform_store_count(struct pr_store *store, int64_t *ret_count, struct pr_err *err);

/* Refuses a --url that is no address of a platform; NULL is none. PR_EINVAL. */
int pr_check_url_option(const char *url, struct pr_err *err);

/*
 * Opens the database that --database names, for this process alone where it is a file; what is
 * missing is made. The default one is in the user's state folder. As pr_store_open. Caller closes.
 */
int pr_platform_store_open(
	const struct pr_args *args, struct pr_store **ret_store, struct pr_err *err);

#endif
