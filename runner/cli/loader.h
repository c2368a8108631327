#ifndef PR_CLI_LOADER_H
#define PR_CLI_LOADER_H

/* Bringing an experiment in: from a file, or over HTTP (docs/engine.md 1). */

#include "base/err.h"
#include "base/limits.h"
#include "base/loop.h"

#include <jansson.h>
#include <stdbool.h>

struct pr_load_options {
	const struct pr_limits *limits;
	const json_t *settings; /* for `auths`; NULL: none */
	const char *ca_file;
	bool verify_tls;
};

/* Loads the document that `source` names. Runs the loop while it waits. Caller owns. */
int pr_load_source(struct pr_loop *loop, const char *source, const struct pr_load_options *options,
	json_t **ret_document, struct pr_err *err);

#endif
