#ifndef PR_EXPERIMENT_VARIABLES_H
#define PR_EXPERIMENT_VARIABLES_H

/*
 * Values from the command line: --var and --var-file (docs/engine.md 3.5). They replace only what
 * the experiment declares.
 */

#include "base/err.h"
#include "base/limits.h"

#include <jansson.h>

struct pr_variables {
	json_t *configuration; /* object, key -> value or definition; owned */
	json_t *secrets;       /* object, scope -> value; owned */
};

/* Both objects empty. PR_ENOMEM. */
int pr_variables_init(struct pr_variables *variables, struct pr_err *err);

/* Frees the contents. */
void pr_variables_release(struct pr_variables *variables);

/*
 * Adds KEY[:TYPE]=VALUE, split at the first '=' and the last ':' before it. PR_EUSAGE with
 * upstream's texts for a missing '=', an unknown type, a value that does not convert.
 */
int pr_variables_add(struct pr_variables *variables, const char *text, struct pr_err *err);

/*
 * Adds a file: .json, .yaml and .yml hold `configuration` and `secrets`; any other, and one whose
 * content is empty, is read as .env and goes into the process environment. A file that is not there
 * is PR_EUSAGE, one that holds no mappings PR_EINVAL; one that does not parse is reported in the
 * log and skipped. Secret values are registered for redaction by pr_secrets_load, where they are
 * used.
 */
int pr_variables_add_file(struct pr_variables *variables, const char *path,
	const struct pr_limits *limits, struct pr_err *err);

/*
 * Converts a value by the name of a type (docs/engine.md 3.1: str int float number bytes bool json
 * …; NULL or "": none). PR_EINVAL with upstream's texts. Caller owns the new value.
 */
int pr_convert(const json_t *value, const char *type, json_t **ret_value, struct pr_err *err);

#endif
