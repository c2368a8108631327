#include "server/pages.h"

#include "base/compiler.h"
#include "base/log.h"
#include "base/text.h"
#include "base/uuid.h"
#include "crypto/digest.h"
#include "page/page.h"
#include "server/page_answer.h"
#include "server/session.h"
#include "server/visit.h"

#include <string.h>

/* A browser asks each time whether it has changed: an update of the program is seen at once. */
#define ASSET_CACHE "no-cache"

typedef void open_fn(struct pr_server *server, struct pr_web_exchange *exchange);

enum stranger {
	STRANGER_SIGNS_IN, /* is sent to the form, and comes back */
	STRANGER_REFUSED,  /* it is no page */
};

static const struct page {
	const char *method;  /* GET stands for HEAD, too */
	const char *pattern; /* a star is one part of the path */
	pr_visit_fn *visit;  /* for those who have signed in; else `open` */
	open_fn *open;
	enum stranger stranger;
} pages[] = {
	{"GET", "/", .visit = pr_visit_home},
	{"GET", "/plans/*", .visit = pr_visit_plan},
	{"GET", "/executions/view", .visit = pr_visit_execution},
	{"GET", "/executions/view/", .visit = pr_visit_execution},
	{"GET", "/executions/*/*/journal.json", .visit = pr_visit_journal},
	{"GET", "/executions/*/*/log.txt", .visit = pr_visit_log},
	{"GET", "/events", .visit = pr_visit_events, .stranger = STRANGER_REFUSED},
	{"GET", "/sign-in", .open = pr_session_show},
	{"POST", "/sign-in", .open = pr_session_sign_in},
	{"POST", "/sign-out", .open = pr_session_sign_out},
};

/* One part of the path that a star stands for; NULL where it is empty or too long. */
static const char *take_part(const char *path, char part[PR_VISIT_PART_SIZE])
{
	size_t n = strcspn(path, "/");

	if (!n || n >= PR_VISIT_PART_SIZE)
		return NULL;
	memcpy(part, path, n);
	part[n] = '\0';
	return path + n;
}

static bool matches(
	const char *pattern, const char *path, char parts[PR_VISIT_PARTS][PR_VISIT_PART_SIZE])
{
	size_t count = 0;

	for (; *pattern && path; pattern++) {
		if (*pattern == '*')
			path = count < PR_VISIT_PARTS ? take_part(path, parts[count++]) : NULL;
		else
			path = *path == *pattern ? path + 1 : NULL;
	}
	return path && !*path;
}

static bool is_asked(const char *method, const char *asked)
{
	return pr_text_eq(method, asked) ||
	       (pr_text_eq(method, "GET") && pr_text_eq(asked, "HEAD"));
}

static void answer_problem(struct pr_web_exchange *exchange, unsigned status,
	const struct pr_page_frame *frame, const char *text)
{
	PR_AUTO(buf) struct pr_buf html = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	pr_page_problem(frame, text, &html);
	pr_page_answer_html(exchange, status, &html);
}

/* Where to come back to: composed of what was understood, so that nothing else can be in it. */
static void compose_next(const struct pr_web_exchange *exchange, char *text, size_t size)
{
	char ids[2][PR_UUID_SIZE];
	const char *id = pr_web_query(exchange, "id");
	const char *experiment = pr_web_query(exchange, "exp");

	pr_text_print(text, size, "/sign-in");
	if (pr_text_starts(pr_web_path(exchange), "/executions/view") && id && experiment &&
		!pr_uuid_parse(id, ids[0], NULL) && !pr_uuid_parse(experiment, ids[1], NULL))
		pr_text_print(text, size, "/sign-in?next=/executions/view/%%3Fid=%s%%26exp=%s",
			ids[0], ids[1]);
	else if (pr_text_starts(pr_web_path(exchange), "/plans/") &&
		 !pr_uuid_parse(pr_web_path(exchange) + strlen("/plans/"), ids[0], NULL))
		pr_text_print(text, size, "/sign-in?next=/plans/%s", ids[0]);
}

static void turn_away(struct pr_web_exchange *exchange, enum stranger stranger)
{
	char address[PR_SESSION_NEXT_MAX];

	if (stranger == STRANGER_REFUSED) {
		pr_page_answer(exchange, &(struct pr_page_answer){.status = 401});
		return;
	}
	compose_next(exchange, address, sizeof(address));
	pr_page_answer_redirect(exchange, address, NULL);
}

static void fail(struct pr_visit *visit, int rc, const struct pr_err *err)
{
	if (rc == PR_ENOTFOUND) {
		answer_problem(visit->exchange, 404, &visit->frame, "There is no such page.");
		return;
	}
	pr_error("a page cannot be shown: %s", err->msg);
	answer_problem(visit->exchange, 503, &visit->frame,
		"The platform cannot be asked now. Try again.");
}

static void show(const struct page *page, struct pr_visit *visit)
{
	struct pr_err err = PR_ERR_INIT;
	int rc = pr_session_read(visit->server, visit->exchange, &visit->session, &err);

	if (rc == PR_EAUTH) {
		turn_away(visit->exchange, page->stranger);
		return;
	}
	if (!rc) {
		visit->frame =
			(struct pr_page_frame){.organization = visit->session.organization_name,
				.user = visit->session.user_name,
				.now = pr_store_now()};
		rc = page->visit(visit, &err);
	}
	if (rc)
		fail(visit, rc, &err);
}

static void serve_page(const struct page *page, struct pr_visit *visit)
{
	if (page->open)
		page->open(visit->server, visit->exchange);
	else
		show(page, visit);
}

/* A path of ours that is asked for by another method. */
static void refuse_method(struct pr_web_exchange *exchange, const char *allowed)
{
	pr_page_answer(
		exchange, &(struct pr_page_answer){.status = 405, .extra = {{"Allow", allowed}}});
}

/* The address that one link has is used up by a GET alone: not by who looks ahead with HEAD. */
static bool serve_link(struct pr_server *server, struct pr_web_exchange *exchange)
{
	char parts[PR_VISIT_PARTS][PR_VISIT_PART_SIZE];

	if (!matches("/enter/*", pr_web_path(exchange), parts))
		return false;
	if (pr_text_eq(pr_web_method(exchange), "GET"))
		pr_session_enter(server, exchange, parts[0]);
	else
		refuse_method(exchange, "GET");
	return true;
}

static void send_asset(struct pr_web_exchange *exchange, const struct pr_page_asset *asset)
{
	char hash[PR_SHA256_SIZE], tag[PR_SHA256_SIZE + 2];
	struct pr_page_answer answer = {.status = 200,
		.content_type = asset->content_type,
		.body = asset->text,
		.body_len = asset->n,
		.cache = ASSET_CACHE,
		.extra = {{"ETag", tag}}};

	if (pr_sha256_hex(asset->text, asset->n, hash, NULL))
		hash[0] = '\0';
	pr_text_print(tag, sizeof(tag), "\"%.16s\"", hash);
	if (hash[0] && pr_text_eq(pr_web_header(exchange, "if-none-match"), tag)) {
		answer.status = 304;
		answer.content_type = NULL;
		answer.body_len = 0;
	}
	pr_page_answer(exchange, &answer);
}

static bool serve_asset(struct pr_web_exchange *exchange)
{
	struct pr_page_asset asset;

	if (!pr_page_asset(pr_web_path(exchange), &asset))
		return false;
	if (is_asked("GET", pr_web_method(exchange)))
		send_asset(exchange, &asset);
	else
		refuse_method(exchange, "GET, HEAD");
	return true;
}

bool pr_pages_serve(struct pr_server *server, struct pr_web_exchange *exchange)
{
	struct pr_visit visit = {
		.server = server, .store = pr_server_store(server), .exchange = exchange};
	bool get = false, post = false;

	for (size_t i = 0; i < PR_LEN(pages); i++) {
		if (!matches(pages[i].pattern, pr_web_path(exchange), visit.parts))
			continue;
		if (is_asked(pages[i].method, pr_web_method(exchange))) {
			serve_page(&pages[i], &visit);
			return true;
		}
		get = get || pr_text_eq(pages[i].method, "GET");
		post = post || pr_text_eq(pages[i].method, "POST");
	}
	if (get || post) {
		refuse_method(exchange, !post ? "GET, HEAD" : get ? "GET, HEAD, POST" : "POST");
		return true;
	}
	return serve_link(server, exchange) || serve_asset(exchange);
}
