#include "base/shown.h"
#include "base/text.h"
#include "page/part.h"
#include "report/html.h"

#include <string.h>

/* Nothing runs or is shown but what this program serves; pages are never inside others'. */
static const char policy[] =
	"default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
	"img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

static const char *const paces[] = {"still", "watched", "going"};

const char *pr_page_policy(void)
{
	return policy;
}

void pr_page_attribute(const char *text, struct pr_buf *out)
{
	if (text)
		pr_shown_line(PR_SHOWN_MARKUP, text, strlen(text), PR_PAGE_TEXT_MAX, out);
}

static void add_account(const struct pr_page_frame *frame, struct pr_buf *out)
{
	pr_buf_adds(out, "<p class=\"account\">");
	pr_page_text(frame->user, "somebody", out);
	pr_buf_adds(out, " <span class=\"note\">of</span> ");
	pr_page_text(frame->organization, "an organization", out);
	pr_buf_adds(out, "</p><form method=\"post\" action=\"/sign-out\">"
			 "<button type=\"submit\" class=\"plain\">Sign out</button></form>");
}

/* Without JavaScript a page that shows something running loads itself again. */
static void add_head(const struct pr_page_head *head, struct pr_buf *out)
{
	pr_buf_adds(out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<title>");
	pr_page_attribute(head->title, out);
	pr_buf_adds(out, " - plan-deployer</title>\n"
			 "<link rel=\"icon\" href=\"/assets/icon.svg\" type=\"image/svg+xml\">\n"
			 "<link rel=\"stylesheet\" href=\"/assets/report.css\">\n"
			 "<link rel=\"stylesheet\" href=\"/assets/page.css\">\n");
	if (head->pace == PR_PAGE_GOING)
		pr_buf_adds(
			out, "<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>\n");
	if (head->pace != PR_PAGE_STILL)
		pr_buf_adds(out, "<script src=\"/assets/page.js\" defer></script>\n");
	pr_buf_adds(out, "</head>\n");
}

void pr_page_open(
	const struct pr_page_frame *frame, const struct pr_page_head *head, struct pr_buf *out)
{
	add_head(head, out);
	pr_buf_adds(out, "<body>\n<a class=\"skip\" href=\"#main\">Skip to the contents</a>\n"
			 "<div class=\"bar\"><nav aria-label=\"Site\">"
			 "<a class=\"home\" href=\"/\">plan-deployer</a>");
	if (head->pace != PR_PAGE_STILL)
		pr_buf_adds(out, "<p id=\"live\" class=\"note\" role=\"status\"></p>");
	if (frame->organization)
		add_account(frame, out);
	pr_buf_addf(out, "</nav></div>\n<main id=\"main\" tabindex=\"-1\" data-pace=\"%s\"",
		paces[head->pace]);
	if (head->id) {
		pr_buf_adds(out, " data-id=\"");
		pr_page_attribute(head->id, out);
		pr_buf_adds(out, "\"");
	}
	pr_buf_adds(out, ">\n");
}

int pr_page_close(struct pr_buf *out)
{
	return pr_buf_adds(out, "</main>\n</body>\n</html>\n");
}

int pr_page_sign_in(const char *complaint, const char *next, struct pr_buf *out)
{
	struct pr_page_frame frame = {.organization = NULL};

	pr_page_open(&frame, &(struct pr_page_head){.title = "Sign in"}, out);
	pr_buf_adds(out, "<section class=\"narrow\">\n<h1>Sign in</h1>\n");
	if (complaint) {
		pr_buf_adds(out, "<p class=\"complaint\" id=\"complaint\" role=\"alert\">");
		pr_page_text(complaint, "", out);
		pr_buf_adds(out, "</p>\n");
	}
	pr_buf_addf(out,
		"<form method=\"post\" action=\"/sign-in\">\n"
		"<label for=\"token\">API token</label>\n"
		"<input id=\"token\" name=\"token\" type=\"password\" required autofocus "
		"autocomplete=\"current-password\" spellcheck=\"false\" maxlength=\"200\"%s>\n"
		"<button type=\"submit\">Sign in</button>\n",
		complaint ? " aria-invalid=\"true\" aria-describedby=\"complaint\"" : "");
	if (next) {
		pr_buf_adds(out, "<input type=\"hidden\" name=\"next\" value=\"");
		pr_page_attribute(next, out);
		pr_buf_adds(out, "\">\n");
	}
	pr_buf_adds(out, "</form>\n");
	pr_buf_adds(out,
		"<p class=\"note\"><code>plan-deployer page</code> makes a link that signs in, "
		"<code>plan-deployer token create</code> a token. The session ends after twelve "
		"hours.</p>\n</section>\n");
	return pr_page_close(out);
}

int pr_page_problem(const struct pr_page_frame *frame, const char *text, struct pr_buf *out)
{
	pr_page_open(frame, &(struct pr_page_head){.title = "Not here"}, out);
	pr_buf_adds(out, "<section class=\"narrow\">\n<h1>");
	pr_page_text(text, "Something went wrong.", out);
	pr_buf_adds(out, "</h1>\n<p><a class=\"link\" href=\"/\">All plans and executions</a></p>\n"
			 "</section>\n");
	return pr_page_close(out);
}
