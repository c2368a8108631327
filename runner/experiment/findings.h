#ifndef PR_EXPERIMENT_FINDINGS_H
#define PR_EXPERIMENT_FINDINGS_H

/*
 * What validation found: a list of texts for a human, each with the place in the document. The
 * first one is what upstream would have stopped at (docs/engine.md 2); the list has all of them.
 */

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum pr_finding_level { PR_FINDING_ERROR, PR_FINDING_WARNING };

/* Which of upstream's exceptions an error is, for those who are told of it (docs/engine.md 10). */
enum pr_finding_kind { PR_FINDING_EXPERIMENT, PR_FINDING_ACTIVITY, PR_FINDING_CONTROL };

struct pr_finding {
	enum pr_finding_level level;
	enum pr_finding_kind kind;
	char *place; /* "method[2].provider.path"; "" for the whole document */
	char *text;  /* upstream's words where it has any */
};

/* A place inside the document, linked from the inside outwards on the callers' stacks. */
struct pr_place {
	const struct pr_place *outer; /* NULL: the document */
	const char *key;              /* a member, or NULL */
	size_t index;                 /* an element, when key is NULL */
};

struct pr_findings {
	struct pr_finding *items;
	size_t count;
	size_t cap;
	bool out_of_memory;        /* sticky; the list is then incomplete */
	enum pr_finding_kind kind; /* of what is added next */
};

#define PR_FINDINGS_INIT \
	{.items = NULL, .count = 0, .cap = 0, .out_of_memory = false, .kind = PR_FINDING_EXPERIMENT}

/* Adds a finding; at most 1000 are kept. `place` may be NULL. Running out of memory is remembered.
 */
void pr_findings_add(struct pr_findings *findings, enum pr_finding_level level,
	const struct pr_place *place, const char *fmt, ...) PR_PRINTF(4, 5);

/* Number of errors among them. */
size_t pr_findings_errors(const struct pr_findings *findings);

/* The first error, NULL when there is none. Borrowed. */
const struct pr_finding *pr_findings_first_error(const struct pr_findings *findings);

/* Name of a kind: "InvalidActivity". Static. */
const char *pr_finding_kind_name(enum pr_finding_kind kind);

/* Frees the contents; empty and usable afterwards. */
void pr_findings_release(struct pr_findings *findings);

/* PR_AUTO(findings) */
static inline void pr_auto_findings(struct pr_findings *findings)
{
	pr_findings_release(findings);
}

#endif
