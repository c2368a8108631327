#include "server/session.h"

#include "base/log.h"
#include "base/text.h"
#include "page/page.h"
#include "server/api.h"
#include "server/page_answer.h"
#include "server/server_private.h"

#include <string.h>

#define COOKIE "plan-deployer"
#define SECRET_LEN (PR_SESSION_SECRET_SIZE - 1)
#define FORM_MAX 4096

/* The secret of the request's cookie, "" where there is none. */
static void read_cookie(const struct pr_web_exchange *exchange, char secret[PR_SESSION_SECRET_SIZE])
{
	const char *header = pr_web_header(exchange, "cookie");

	*secret = '\0';
	for (const char *at = header ? strstr(header, COOKIE "=") : NULL; at;
		at = strstr(at + 1, COOKIE "=")) {
		const char *value = at + strlen(COOKIE "=");
		size_t n = strcspn(value, "; ");

		if ((at != header && !strchr("; ", at[-1])) || n != SECRET_LEN)
			continue;
		memcpy(secret, value, n);
		secret[n] = '\0';
		return;
	}
}

int pr_session_read(struct pr_server *server, const struct pr_web_exchange *exchange,
	struct pr_session *ret_session, struct pr_err *err)
{
	char secret[PR_SESSION_SECRET_SIZE];

	read_cookie(exchange, secret);
	if (!*secret)
		return pr_fail(err, PR_EAUTH, "nobody has signed in");
	return pr_sessions_find(pr_server_store(server), secret, ret_session, err);
}

bool pr_session_is_next(const char *address)
{
	if (!address || *address != '/' || strlen(address) > PR_SESSION_NEXT_MAX)
		return false;
	if (address[1] == '/' || address[1] == '\\')
		return false;
	for (const char *at = address; *at; at++)
		if ((unsigned char)*at <= ' ' || *at == '\\' || (unsigned char)*at >= 0x7f)
			return false;
	return true;
}

/*
 * Whether a form was sent by a page of ours. A browser says where it was (Fetch Metadata, else
 * Origin); what is no browser has no cookies to be misused. Behind a proxy the scheme may differ.
 */
static bool is_ours(const struct pr_web_exchange *exchange)
{
	const char *site = pr_web_header(exchange, "sec-fetch-site");
	const char *origin = pr_web_header(exchange, "origin");
	const char *host = pr_web_header(exchange, "host");

	if (site)
		return pr_text_eq(site, "same-origin") || pr_text_eq(site, "none");
	if (!origin)
		return true;
	origin = strstr(origin, "://");
	return origin && pr_text_eq_nocase(origin + strlen("://"), host);
}

static void show_form(
	struct pr_web_exchange *exchange, unsigned status, const char *complaint, const char *next)
{
	PR_AUTO(buf) struct pr_buf html = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	pr_page_sign_in(complaint, pr_session_is_next(next) ? next : NULL, &html);
	pr_page_answer_html(exchange, status, &html);
}

void pr_session_show(struct pr_server *server, struct pr_web_exchange *exchange)
{
	(void)server;
	show_form(exchange, 200, NULL, pr_web_query(exchange, "next"));
}

static void compose_cookie(const struct pr_web_exchange *exchange, const char *secret,
	long long seconds, char *text, size_t size)
{
	pr_text_print(text, size, COOKIE "=%s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%lld%s",
		secret, seconds, pr_web_is_secure(exchange) ? "; Secure" : "");
}

/* Makes a session of a token or a link, or ends it. */
typedef int change_fn(struct pr_store *store, const char *from,
	char ret_secret[PR_SESSION_SECRET_SIZE], struct pr_err *err);

static int change(struct pr_server *server, change_fn *fn, const char *from,
	char ret_secret[PR_SESSION_SECRET_SIZE], struct pr_err *err)
{
	struct pr_store *store = pr_server_store(server);
	int rc = pr_store_change(store, err);

	if (rc)
		return rc;
	rc = fn(store, from, ret_secret, err);
	if (!rc)
		rc = pr_store_keep(store, err);
	else
		pr_store_undo(store);
	return rc ? rc : pr_batch_commit(server, err);
}

static void begin(struct pr_web_exchange *exchange, const char *secret, const char *next)
{
	char cookie[256];

	compose_cookie(exchange, secret, PR_SESSION_SECONDS, cookie, sizeof(cookie));
	pr_page_answer_redirect(exchange, pr_session_is_next(next) ? next : "/", cookie);
}

/* What went wrong in the server is told to who runs it. */
static void refuse(struct pr_web_exchange *exchange, int rc, const struct pr_err *err,
	const char *complaint, const char *next)
{
	if (rc == PR_EAUTH) {
		show_form(exchange, 403, complaint, next);
		return;
	}
	pr_error("nobody can sign in: %s", err->msg);
	show_form(exchange, 503, "The platform cannot be asked now. Try again.", next);
}

/* The value of a form's field, decoded in place; NULL: there is none. */
static char *field(char *form, const char *name)
{
	size_t n = strlen(name);

	for (char *pair = strsep(&form, "&"); pair; pair = strsep(&form, "&"))
		if (!strncmp(pair, name, n) && pair[n] == '=')
			return pr_web_decode(pair + n + 1) ? pair + n + 1 : NULL;
	return NULL;
}

/* A copy of the body that ends at its first NUL, "" for one that is no form of ours. */
static void copy_form(const struct pr_web_exchange *exchange, char form[FORM_MAX])
{
	size_t n;
	const char *body = pr_web_body(exchange, &n);

	pr_text_copy(form, FORM_MAX, n < FORM_MAX ? body : "");
}

void pr_session_sign_in(struct pr_server *server, struct pr_web_exchange *exchange)
{
	char forms[2][FORM_MAX]; /* the search cuts it into pieces */
	char secret[PR_SESSION_SECRET_SIZE];
	struct pr_err err = PR_ERR_INIT;
	const char *next;
	char *token;
	int rc;

	if (!is_ours(exchange)) {
		show_form(exchange, 403, "The form was sent by another site.", NULL);
		return;
	}
	copy_form(exchange, forms[0]);
	copy_form(exchange, forms[1]);
	next = field(forms[0], "next");
	token = field(forms[1], "token");
	rc = change(server, pr_sessions_open, token ? pr_text_trim(token) : "", secret, &err);
	if (rc)
		refuse(exchange, rc, &err, "That is no valid token.", next);
	else
		begin(exchange, secret, next);
	explicit_bzero(forms, sizeof(forms));
}

void pr_session_enter(struct pr_server *server, struct pr_web_exchange *exchange, const char *code)
{
	char secret[PR_SESSION_SECRET_SIZE];
	struct pr_err err = PR_ERR_INIT;
	int rc = change(server, pr_sessions_enter, code, secret, &err);

	if (rc)
		refuse(exchange, rc, &err,
			"That link was used before, or is older than five minutes.", NULL);
	else
		begin(exchange, secret, pr_web_query(exchange, "next"));
}

static int close_session(struct pr_store *store, const char *secret,
	char ret_secret[PR_SESSION_SECRET_SIZE], struct pr_err *err)
{
	*ret_secret = '\0';
	return pr_sessions_close(store, secret, err);
}

void pr_session_sign_out(struct pr_server *server, struct pr_web_exchange *exchange)
{
	char secret[PR_SESSION_SECRET_SIZE], none[PR_SESSION_SECRET_SIZE], cookie[256];
	struct pr_err err = PR_ERR_INIT;
	int rc;

	if (!is_ours(exchange)) {
		pr_page_answer_redirect(exchange, "/", NULL);
		return;
	}
	read_cookie(exchange, secret);
	rc = change(server, close_session, secret, none, &err);
	if (rc) {
		refuse(exchange, rc, &err, "", NULL);
		return;
	}
	compose_cookie(exchange, "", 0, cookie, sizeof(cookie));
	pr_page_answer_redirect(exchange, "/sign-in", cookie);
}

static const struct pr_field link_fields[] = {
	{.name = "url", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
	{.name = "expires", .kind = PR_FIELD_DATE, .flags = PR_FIELD_REQUIRED},
};

static const struct pr_shape link_shape = {.name = "Link", PR_FIELDS(link_fields)};

static int create_link(struct pr_call *call, struct pr_err *err)
{
	char secret[PR_SESSION_SECRET_SIZE], url[512];
	int64_t expires;
	int rc = pr_sessions_link(
		pr_call_store(call), call->organization, call->user, secret, &expires, err);

	if (rc)
		return rc;
	pr_text_print(url, sizeof(url), "%s/enter/%s", pr_server_url(call->server), secret);
	return pr_reply(call, 201,
		json_pack("{s:s, s:o}", "url", url, "expires", pr_store_date(expires)), err);
}

static const struct pr_route routes[] = {
	{"POST", "{org}/links", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES | PR_ROUTE_USERS, 201, NULL,
		&link_shape, "Create a link that signs in to the pages, once, within five minutes",
		create_link, ""},
};

const struct pr_routes pr_routes_links = PR_ROUTES("links", routes);
