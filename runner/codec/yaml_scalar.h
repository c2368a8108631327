#ifndef PR_CODEC_YAML_SCALAR_H
#define PR_CODEC_YAML_SCALAR_H

/*
 * Scalars of YAML 1.1 apart from the document around them (docs/engine.md 1.4): which kind a plain
 * text resolves to, and the value of a text of a given kind, be it resolved or named by a tag. For
 * yaml.c; everybody else takes codec/yaml.h.
 */

#include "base/err.h"

#include <jansson.h>

enum pr_yaml_kind {
	PR_YAML_STR,
	PR_YAML_NULL,
	PR_YAML_BOOL,
	PR_YAML_INT,
	PR_YAML_FLOAT,
	PR_YAML_TIMESTAMP,
	PR_YAML_MERGE, /* "<<" */
	PR_YAML_VALUE, /* "=" */
};

/* The kind of a plain text without a tag. */
enum pr_yaml_kind pr_yaml_resolve(const char *text, size_t n);

/*
 * The value of `n` bytes of UTF-8 read as `kind`: timestamps as their ISO text. PR_EINVAL for texts
 * that are not of that kind, for integers beyond 64 bits, infinities and NaN (no JSON value holds
 * them), and for PR_YAML_MERGE and PR_YAML_VALUE, which have no value. Caller owns.
 */
int pr_yaml_construct(
	enum pr_yaml_kind kind, const char *text, size_t n, json_t **ret_value, struct pr_err *err);

#endif
