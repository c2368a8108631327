#include "server/page_answer.h"

#include "base/compiler.h"
#include "page/page.h"

/* Origin is sent with forms to this server alone, which is how they are told from those of others;
 * with "no-referrer" it would be "null" for all of them. */
#define REFERRER_POLICY "same-origin"

#define COMMON 5

void pr_page_answer(struct pr_web_exchange *exchange, const struct pr_page_answer *answer)
{
	struct pr_web_header headers[COMMON + PR_PAGE_ANSWER_EXTRA] = {
		{"Content-Security-Policy", pr_page_policy()},
		{"X-Content-Type-Options", "nosniff"},
		{"X-Frame-Options", "DENY"},
		{"Referrer-Policy", REFERRER_POLICY},
		{"Cache-Control", answer->cache ? answer->cache : "no-store"},
	};
	size_t count = COMMON;

	for (size_t i = 0; i < PR_LEN(answer->extra); i++)
		if (answer->extra[i].name)
			headers[count++] = answer->extra[i];
	pr_web_answer(exchange, &(struct pr_web_answer){.status = answer->status,
					.content_type = answer->content_type,
					.body = answer->body,
					.body_len = answer->body_len,
					.headers = headers,
					.header_count = count});
}

void pr_page_answer_html(
	struct pr_web_exchange *exchange, unsigned status, const struct pr_buf *html)
{
	static const char failed[] = "The page could not be made: there is not enough memory.\n";
	struct pr_page_answer answer = {.status = status,
		.content_type = "text/html; charset=utf-8",
		.body = pr_buf_str(html),
		.body_len = html->len};

	if (html->status)
		answer = (struct pr_page_answer){.status = 500,
			.content_type = "text/plain; charset=utf-8",
			.body = failed,
			.body_len = sizeof(failed) - 1};
	pr_page_answer(exchange, &answer);
}

void pr_page_answer_redirect(
	struct pr_web_exchange *exchange, const char *address, const char *cookie)
{
	struct pr_page_answer answer = {.status = 303, .extra = {{"Location", address}}};

	if (cookie)
		answer.extra[1] = (struct pr_web_header){"Set-Cookie", cookie};
	pr_page_answer(exchange, &answer);
}
