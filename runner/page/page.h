#ifndef PR_PAGE_PAGE_H
#define PR_PAGE_PAGE_H

/*
 * The pages of the embedded platform, as HTML made of the API's own answers (docs/protocol.md 2.5
 * to 2.8): readable without JavaScript, which only brings them up to date; nothing from outside.
 * All values are escaped.
 */

#include "base/buf.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is around a page. Strings are borrowed. */
struct pr_page_frame {
	const char *organization; /* its name; NULL: nobody has signed in */
	const char *user;
	int64_t now; /* microseconds since 1970: how long what goes on has taken; 0: unknown */
};

/* A list as the API answers it, and where in it we are. */
struct pr_page_list {
	const json_t *items;
	long long count;
	long long page; /* from 1 */
	long long limit;
};

/*
 * The plans and the newest executions; their links to further pages are "/?plans=2&executions=3".
 * Status as of pr_buf_add, here and below.
 */
int pr_page_home(const struct pr_page_frame *frame, const struct pr_page_list *plans,
	const struct pr_page_list *executions, struct pr_buf *out);

/* One plan with its executions; links to further pages are "?executions=3". */
int pr_page_plan(const struct pr_page_frame *frame, const json_t *plan,
	const struct pr_page_list *executions, struct pr_buf *out);

/*
 * Puts what lists show of an execution in the place of its journal, as "summary": a page of whole
 * journals takes several times their size in memory. For pr_page_home and pr_page_plan.
 */
int pr_page_summarise(json_t *execution, struct pr_err *err);

/*
 * One execution: state, timeline, activities, journal, log (NULL: none). Long journals and logs are
 * cut; journal.json and log.txt under "/executions/<experiment>/<execution>/" have them whole.
 */
int pr_page_execution(const struct pr_page_frame *frame, const json_t *execution, const char *log,
	struct pr_buf *out);

/* The form that takes a token; `complaint` (NULL: none) says what was wrong with the one before.
 * `next` (NULL: none) is sent along, as where to go then. */
int pr_page_sign_in(const char *complaint, const char *next, struct pr_buf *out);

/* One line for what is not there, or not allowed. */
int pr_page_problem(const struct pr_page_frame *frame, const char *text, struct pr_buf *out);

/* A file that pages refer to: "/assets/page.css", "/assets/report.css", "/assets/page.js". */
struct pr_page_asset {
	const char *content_type;
	const char *text; /* static */
	size_t n;
};

/* Whether there is a file of that path; *ret_asset is what is in it. */
bool pr_page_asset(const char *path, struct pr_page_asset *ret_asset);

/* The Content-Security-Policy of every page. Static. */
const char *pr_page_policy(void);

#endif
