#ifndef PR_EXPERIMENT_SOURCE_H
#define PR_EXPERIMENT_SOURCE_H

/*
 * Where an experiment comes from and what its bytes are (docs/engine.md 1). This module decides and
 * parses; fetching an address is the caller's, since this layer knows no network.
 */

#include "base/err.h"
#include "base/limits.h"

#include <jansson.h>
#include <stddef.h>

enum pr_source_kind { PR_SOURCE_FILE, PR_SOURCE_HTTP };

/*
 * Decides by docs/engine.md 1.1: what exists is a file; no scheme: PR_ENOTFOUND `Path "x" does not
 * exist.`; a scheme other than http and https: PR_EINVAL `'x' is not a supported source scheme.`.
 */
int pr_source_classify(const char *source, enum pr_source_kind *ret_kind, struct pr_err *err);

/* Reads and parses a file; its extension decides the format (docs/engine.md 1.2). Caller owns. */
int pr_source_read_file(const char *path, const struct pr_limits *limits, json_t **ret_document,
	struct pr_err *err);

/*
 * Parses the body of an answer with status 200; its content type decides (docs/engine.md 1.5;
 * parameters such as a charset do not matter). `url` begins the messages. Caller owns.
 */
int pr_source_parse_answer(const char *url, const char *content_type, const char *body, size_t n,
	const struct pr_limits *limits, json_t **ret_document, struct pr_err *err);

#endif
