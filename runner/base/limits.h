#ifndef PR_BASE_LIMITS_H
#define PR_BASE_LIMITS_H

/*
 * How much of what comes from outside is accepted (docs/design.md, decision 17). A plain value that
 * the command line fills and hands down; nothing reads it from anywhere else.
 */

#include <stddef.h>

struct pr_limits {
	size_t document_bytes; /* an experiment, a settings file, a platform answer */
	size_t depth;          /* nesting of a document */
	size_t alias_nodes;    /* nodes that YAML aliases may add */
	size_t stream_bytes;   /* kept of a process's stdout or stderr; the rest is drained and
				  counted */
	size_t body_bytes;     /* of an HTTP answer to an activity */
};

#define PR_LIMITS_DEFAULT                         \
	{.document_bytes = (size_t)32 << 20,      \
		.depth = 128,                     \
		.alias_nodes = 100000,            \
		.stream_bytes = (size_t)16 << 20, \
		.body_bytes = (size_t)16 << 20}

#endif
