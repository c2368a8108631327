#include "net/url.h"

#include "base/redact.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <curl/curl.h>
#include <string.h>
#include <strings.h>

static void auto_url(CURLU **url)
{
	curl_url_cleanup(*url);
}

static CURLU *parse(const char *text)
{
	CURLU *url = curl_url();

	if (url && curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK)
		return url;
	curl_url_cleanup(url);
	return NULL;
}

int pr_url_check(const char *url, struct pr_err *err)
{
	__attribute__((cleanup(auto_url))) CURLU *parsed = NULL;
	const char *colon = strstr(url, "://");

	if (!colon)
		return pr_fail(err, PR_EINVAL,
			"address '%s' has no scheme: add https:// (or http://) before it", url);
	if (!pr_url_is_plain_http(url) && strncasecmp(url, "https://", 8) != 0)
		return pr_fail(err, PR_EINVAL, "address '%s' is neither http:// nor https://", url);
	parsed = parse(url);
	if (!parsed || !colon[3] || colon[3] == '/')
		return pr_fail(err, PR_EINVAL, "address '%s' is malformed", url);
	return 0;
}

bool pr_url_is_plain_http(const char *url)
{
	return strncasecmp(url, "http://", 7) == 0;
}

char *pr_url_netloc(const char *url)
{
	const char *start = strstr(url, "://");
	const char *at;
	size_t n;

	if (!start)
		return NULL;
	start += 3;
	n = strcspn(start, "/?#");
	at = memrchr(start, '@', n);
	if (at) {
		n -= (size_t)(at + 1 - start);
		start = at + 1;
	}
	return pr_text_format("%.*s", (int)n, start);
}

bool pr_url_is_loopback(const char *url)
{
	static const char *const names[] = {"localhost", "[::1]"};
	PR_AUTO(free) char *netloc = pr_url_netloc(url);
	const char *bracket = netloc ? strchr(netloc, ']') : NULL;
	struct in_addr address;

	if (!netloc)
		return false;
	netloc[(size_t)(bracket ? bracket - netloc : 0) +
		strcspn(bracket ? bracket : netloc, ":")] = '\0';
	for (size_t i = 0; i < PR_LEN(names); i++)
		if (pr_text_eq_nocase(netloc, names[i]))
			return true;
	return inet_pton(AF_INET, netloc, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

/* Behind the scheme, where there is one. */
static const char *authority_of(const char *url)
{
	const char *scheme = strstr(url, "://");

	return scheme ? scheme + 3 : url;
}

bool pr_url_has_login(const char *url)
{
	const char *start = authority_of(url);

	return memchr(start, '@', strcspn(start, "/?#")) != NULL;
}

/* Up to the last '@': of an address that is refused for a '/' in its password, too. */
int pr_url_hide_password(const char *url, struct pr_err *err)
{
	const char *start = authority_of(url);
	const char *at = strrchr(start, '@');
	const char *colon = at ? memchr(start, ':', (size_t)(at - start)) : NULL;
	PR_AUTO(free) char *written = NULL;
	char *decoded;
	int rc;

	if (!colon)
		return 0;
	written = pr_text_format("%.*s", (int)(at - colon - 1), colon + 1);
	decoded = written ? curl_easy_unescape(NULL, written, 0, NULL) : NULL;
	rc = decoded ? pr_redact_add(written, err) : pr_fail_nomem(err);
	if (!rc)
		rc = pr_redact_add(decoded, err);
	curl_free(decoded);
	return rc;
}

char *pr_url_without_login(const char *url)
{
	const char *start = strstr(url, "://");
	const char *at = start ? memrchr(start + 3, '@', strcspn(start + 3, "/?#")) : NULL;

	if (!at)
		return pr_text_dup(url);
	return pr_text_format("%.*s%s", (int)(start + 3 - url), url, at + 1);
}

/* Caller frees with curl_free; NULL: none. */
static char *part(CURLU *url, CURLUPart what)
{
	char *text = NULL;

	return curl_url_get(url, what, &text, CURLU_DEFAULT_PORT) == CURLUE_OK ? text : NULL;
}

static bool same_part(CURLU *a, CURLU *b, CURLUPart what)
{
	char *x = part(a, what);
	char *y = part(b, what);
	bool same = x && y && strcasecmp(x, y) == 0;

	curl_free(x);
	curl_free(y);
	return same;
}

static bool has_port(CURLU *url, const char *port)
{
	char *own = part(url, CURLUPART_PORT);
	bool has = own && strcmp(own, port) == 0;

	curl_free(own);
	return has;
}

char *pr_url_replace_host(const char *url, const char *host)
{
	__attribute__((cleanup(auto_url))) CURLU *parsed = parse(url);
	char *text = NULL;
	char *copy;

	if (!parsed || curl_url_set(parsed, CURLUPART_HOST, host, 0) != CURLUE_OK ||
		curl_url_get(parsed, CURLUPART_URL, &text, 0) != CURLUE_OK)
		return NULL;
	copy = pr_text_dup(text);
	curl_free(text);
	return copy;
}

bool pr_url_keeps_credentials(const char *from, const char *to)
{
	__attribute__((cleanup(auto_url))) CURLU *a = parse(from);
	__attribute__((cleanup(auto_url))) CURLU *b = parse(to);

	if (!a || !b || !same_part(a, b, CURLUPART_HOST))
		return false;
	if (same_part(a, b, CURLUPART_SCHEME))
		return same_part(a, b, CURLUPART_PORT);
	return pr_url_is_plain_http(from) && has_port(a, "80") && has_port(b, "443");
}

static bool is_unreserved(unsigned char c)
{
	return isalnum(c) || (c && strchr("-._~", c));
}

static int encode(const char *text, size_t n, const char *space, struct pr_buf *out)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if (is_unreserved(c))
			pr_buf_addc(out, (char)c);
		else if (c == ' ')
			pr_buf_adds(out, space);
		else
			pr_buf_addf(out, "%%%02X", c);
	}
	return out->status;
}

int pr_url_encode(const char *text, size_t n, struct pr_buf *out)
{
	return encode(text, n, "%20", out);
}

int pr_url_encode_form(const char *text, size_t n, struct pr_buf *out)
{
	return encode(text, n, "+", out);
}

/* The scheme with its colon; 0: a relative address. */
static size_t scheme_length(const char *url)
{
	size_t n = strspn(url, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

	return n && url[n] == ':' ? n + 1 : 0;
}

/* As Python takes an address apart: blanks in front are left out, and line ends and tabs anywhere.
 */
static void add_cleaned(const char *location, struct pr_buf *out)
{
	while (*location > 0 && *location <= ' ')
		location++;
	for (; *location; location++)
		if (!strchr("\t\r\n", *location))
			pr_buf_addc(out, *location);
}

static char *resolve_relative(const char *base, const char *target)
{
	__attribute__((cleanup(auto_url))) CURLU *parsed = parse(base);
	char *text = NULL;
	char *copy;

	if (!parsed || curl_url_set(parsed, CURLUPART_URL, target, 0) != CURLUE_OK ||
		curl_url_get(parsed, CURLUPART_URL, &text, 0) != CURLUE_OK)
		return NULL;
	copy = pr_text_dup(text);
	curl_free(text);
	return copy;
}

char *pr_url_resolve(const char *base, const char *location)
{
	PR_AUTO(buf) struct pr_buf cleaned = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(buf) struct pr_buf quoted = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	const char *target;
	size_t scheme;

	add_cleaned(location, &cleaned);
	if (cleaned.status || pr_url_requote(pr_buf_str(&cleaned), &quoted))
		return NULL;
	target = pr_buf_str(&quoted);
	scheme = scheme_length(target);
	if (scheme && strncasecmp(target, base, scheme) == 0 &&
		!pr_text_starts(target + scheme, "//"))
		target += scheme;
	else if (scheme)
		return pr_text_dup(target);
	if (*target == '#' || !*target)
		return pr_text_format("%.*s%s", (int)strcspn(base, "#"), base, target);
	return resolve_relative(base, target);
}
