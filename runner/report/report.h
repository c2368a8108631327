#ifndef PR_REPORT_REPORT_H
#define PR_REPORT_REPORT_H

/*
 * A journal (docs/engine.md 8) as a reader looks at it: what came of the run, and its activities in
 * the order of the phases, each with its verdict. Reads journals of this program and of upstream's.
 * The documents of report/document.h are written from it. Nothing here allocates but the list of
 * activities; every text is borrowed from the journal.
 */

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum pr_report_phase {
	PR_REPORT_BEFORE,
	PR_REPORT_METHOD,
	PR_REPORT_DURING,
	PR_REPORT_AFTER,
	PR_REPORT_ROLLBACKS,
	PR_REPORT_PHASES
};

enum pr_report_verdict {
	PR_REPORT_OK,
	PR_REPORT_UNMET,  /* a value that is not in its tolerance */
	PR_REPORT_FAILED, /* ended with an exception */
	PR_REPORT_OPEN,   /* without an end: interrupted, killed or still running */
	PR_REPORT_VERDICTS
};

struct pr_report_activity {
	enum pr_report_phase phase;
	enum pr_report_verdict verdict;
	const char *name; /* these three never NULL */
	const char *type;
	const char *provider;
	double start;    /* seconds since the run's start, negative: unknown */
	double duration; /* seconds, negative: unknown */
	bool background;
	const json_t *entry;
};

struct pr_report_stage {
	size_t first; /* index of its first activity */
	size_t count;
	size_t marked;     /* those that are not PR_REPORT_OK */
	const json_t *met; /* of hypotheses: whether it was met; NULL: none was checked */
};

struct pr_report {
	const json_t *journal;
	const char *path;  /* as it was given */
	const char *title; /* never NULL */
	const char *status;
	bool deviated;
	bool going;      /* set by its user: the run still goes on; what is open runs */
	double duration; /* seconds, negative: unknown */
	double span;     /* seconds from the run's start to its last end; above 0 */
	struct pr_report_activity *activities;
	size_t count;
	size_t verdicts[PR_REPORT_VERDICTS];
	struct pr_report_stage stages[PR_REPORT_PHASES];
};

/* What came of a run in a word and a sentence, for every document the same. */
struct pr_report_outcome {
	const char *word; /* "deviated" */
	const char *text; /* "The system left its steady state." */
	const char *tone; /* "good", "bad", "warn" */
	bool unmet;       /* a hypothesis was not met: the system's fault, not the run's */
};

/*
 * Reads `journal`, which must outlive the report; `path` is for messages and shown. PR_EINVAL where
 * it is no journal, with what is missing. Release with pr_report_release.
 */
int pr_report_read(
	struct pr_report *report, const json_t *journal, const char *path, struct pr_err *err);

/* Frees the contents. NULL is allowed. */
void pr_report_release(struct pr_report *report);

/* What came of it. The word may be the journal's own, the rest is static. */
struct pr_report_outcome pr_report_outcome(const struct pr_report *report);

/* "Method"; static. */
const char *pr_report_phase_name(enum pr_report_phase phase);

/* "not met": what a reader sees of a verdict; static. */
const char *pr_report_verdict_name(enum pr_report_verdict verdict);

/* PR_AUTO(report) */
static inline void pr_auto_report(struct pr_report *report)
{
	pr_report_release(report);
}

#endif
