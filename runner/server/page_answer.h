#ifndef PR_SERVER_PAGE_ANSWER_H
#define PR_SERVER_PAGE_ANSWER_H

/* Answers of the pages, with the headers that all of them have: what a browser may do with them. */

#include "base/buf.h"
#include "web/web.h"

#define PR_PAGE_ANSWER_EXTRA 2

struct pr_page_answer {
	unsigned status;
	const char *content_type; /* NULL: an empty body */
	const char *body;
	size_t body_len;
	const char *cache;                                /* Cache-Control; NULL: nothing is kept */
	struct pr_web_header extra[PR_PAGE_ANSWER_EXTRA]; /* those with a name */
};

/* Ends the exchange. */
void pr_page_answer(struct pr_web_exchange *exchange, const struct pr_page_answer *answer);

/* Ends it with a page; one that could not be made, by the status of its buffer, is 500. */
void pr_page_answer_html(
	struct pr_web_exchange *exchange, unsigned status, const struct pr_buf *html);

/* Ends it with 303 to an address of this server, with a cookie where that is not NULL. */
void pr_page_answer_redirect(
	struct pr_web_exchange *exchange, const char *address, const char *cookie);

#endif
