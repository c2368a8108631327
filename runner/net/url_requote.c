#include "base/escape.h"
#include "base/text.h"
#include "net/idn.h"
#include "net/url.h"

#include <ctype.h>
#include <string.h>

/* Where path and query of an absolute address begin; 0 for any other text. */
static size_t end_of_host(const char *url)
{
	static const char scheme[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";
	size_t n = strspn(url, scheme);

	if (!n || !pr_text_starts(url + n, "://"))
		return 0;
	return n + 3 + strcspn(url + n + 3, "/?#");
}

static int hex_value(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c | ('A' <= c && c <= 'F' ? 0x20 : 0)) : NULL;

	return at ? (int)(at - digits) : -1;
}

static bool is_code(const char *text)
{
	return *text == '%' && hex_value(text[1]) >= 0 && hex_value(text[2]) >= 0;
}

/* Path, query and fragment are judged one by one, as urllib3 does it. */
static bool has_lone_percent(const char *part, size_t n)
{
	for (const char *c = part; c < part + n; c++)
		if (*c == '%' && !is_code(c))
			return true;
	return false;
}

/* A code is decoded where it needed none, and in capitals elsewhere. */
static void add_code(const char *code, struct pr_buf *out)
{
	int high = hex_value(code[1]);
	char byte = (char)(high * 16 + hex_value(code[2]));

	if (high >= 8)
		pr_buf_addf(out, "%%%02X", (unsigned char)byte);
	else
		pr_escape_url(&byte, 1, 0, out);
}

/* Where one percent sign stands for itself, each does. */
static void add_literal(const char *percent, struct pr_buf *out)
{
	int n = is_code(percent) ? 2 : 0;

	pr_buf_adds(out, "%25");
	for (int i = 1; i <= n; i++)
		pr_buf_addc(out, (char)toupper((unsigned char)percent[i]));
}

static void add_part(const char *part, size_t n, struct pr_buf *out)
{
	bool lone = has_lone_percent(part, n);

	for (size_t i = 0; i < n && !out->status; i++) {
		if (part[i] != '%') {
			pr_escape_url(part + i, 1, strchr("[]", part[i]) ? 0 : PR_ESCAPE_URL, out);
			continue;
		}
		(lone ? add_literal : add_code)(part + i, out);
		i += is_code(part + i) ? 2 : 0;
	}
}

static bool is_ascii(const char *text, size_t n)
{
	for (const char *c = text; c < text + n; c++)
		if ((unsigned char)*c >= 0x80)
			return false;
	return true;
}

/* Scheme, login, host and port; a host that has no form in the DNS is encoded like the rest. */
static void add_authority(const char *url, size_t n, struct pr_buf *out)
{
	const char *at = memrchr(url, '@', n);
	const char *host = at ? at + 1 : n ? strstr(url, "://") + 3 : url;
	size_t length = n ? strcspn(host, ":/?#") : 0;
	size_t done;

	if (is_ascii(host, length)) {
		pr_escape_url(url, n, PR_ESCAPE_URL, out);
		return;
	}
	pr_escape_url(url, (size_t)(host - url), PR_ESCAPE_URL, out);
	done = out->len;
	if (pr_idn_add(host, length, out) == PR_EINVAL) {
		pr_buf_truncate(out, done);
		pr_escape_url(host, length, PR_ESCAPE_URL, out);
	}
	pr_escape_url(host + length, n - (size_t)(host + length - url), PR_ESCAPE_URL, out);
}

int pr_url_requote(const char *url, struct pr_buf *out)
{
	size_t host = end_of_host(url);
	size_t n;

	add_authority(url, host, out);
	for (const char *part = url + host; *part && !out->status; part += n) {
		n = 1 + strcspn(part + 1, "?#");
		add_part(part, n, out);
	}
	return out->status;
}
