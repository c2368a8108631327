#ifndef PR_PAGE_PART_H
#define PR_PAGE_PART_H

/* The parts that pages share. Private to the layer. */

#include "page/page.h"

/* The longest name, title or message that a page shows, in bytes. */
#define PR_PAGE_TEXT_MAX 300

/* Whether a page has something that changes by itself, and so is fetched again. */
enum pr_page_pace {
	PR_PAGE_STILL,   /* never: it shows nothing of the platform's */
	PR_PAGE_WATCHED, /* when the platform tells of a change */
	PR_PAGE_GOING,   /* also every few seconds: something runs */
};

struct pr_page_head {
	const char *title;
	enum pr_page_pace pace;
	const char *id; /* of the one thing whose changes matter; NULL: those of all */
};

/* A word with a colour: "good", "bad", "warn", "live", "quiet". */
struct pr_page_badge {
	const char *word;
	const char *tone;
};

/* Adds everything before the contents of <main>. */
void pr_page_open(
	const struct pr_page_frame *frame, const struct pr_page_head *head, struct pr_buf *out);

/* Adds everything after them. Status as of pr_buf_add. */
int pr_page_close(struct pr_buf *out);

/* Adds a text of others, isolated, at most PR_PAGE_TEXT_MAX of it; `fallback` for NULL and "". */
void pr_page_text(const char *text, const char *fallback, struct pr_buf *out);

/* Adds a value between quotes of an attribute, or a part of an address that is one. */
void pr_page_attribute(const char *text, struct pr_buf *out);

/* Adds a badge. */
void pr_page_badge(struct pr_page_badge badge, struct pr_buf *out);

/* What a plan is at; the word is the answer's own where it is not known. */
struct pr_page_badge pr_page_plan_badge(const json_t *plan);

/* What an execution is at, or what came of it. */
struct pr_page_badge pr_page_execution_badge(const json_t *execution);

/* Whether it has not ended. */
bool pr_page_is_going(const json_t *execution);

/* The title of its experiment; NULL where it has none. Borrowed. */
const char *pr_page_execution_title(const json_t *execution);

/* How long it took, in seconds, as the journal says; NULL where it does not. Borrowed. */
json_t *pr_page_execution_duration(const json_t *execution);

/* Adds <time> of a date of the API; a dash where there is none. */
void pr_page_time(const char *text, struct pr_buf *out);

/* Adds a row "label, text" of a list of facts; nothing for NULL and "". */
void pr_page_fact(const char *label, const char *text, struct pr_buf *out);

/* Adds the address of an execution's page; escaped. */
void pr_page_execution_address(const json_t *execution, struct pr_buf *out);

/* Adds the address of a file that is below it: "journal.json". */
void pr_page_execution_file(const json_t *execution, const char *name, struct pr_buf *out);

/* Adds the section with the table of executions; `with_plan`: with the plan of each. */
void pr_page_executions(const struct pr_page_list *list, bool with_plan, struct pr_buf *out);

/* How links to other pages of a list are made: those of the other list stay. */
struct pr_page_turn {
	const char *label; /* "Pages of plans" */
	const char *name;  /* of the parameter: "plans" */
	const char *other; /* "&amp;executions=3"; "" */
};

/* Adds the links to the pages before and after; nothing where one page holds all. */
void pr_page_turns(
	const struct pr_page_list *list, const struct pr_page_turn *turn, struct pr_buf *out);

#endif
