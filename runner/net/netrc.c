#include "net/netrc.h"

#include "base/buf.h"
#include "base/env.h"
#include "base/file.h"
#include "base/text.h"
#include "net/url.h"

#include <ctype.h>
#include <curl/curl.h>
#include <string.h>

#define FILE_MAX ((size_t)1 << 20)
#define TOKEN_MAX ((size_t)4096)

/* Whose entry is being read. */
enum entry { ENTRY_NONE, ENTRY_OTHER, ENTRY_HOST, ENTRY_DEFAULT };

struct reader {
	const char *at;
	const char *host;
	enum entry entry;
	struct pr_netrc_login own;      /* of the host */
	struct pr_netrc_login fallback; /* of `default` */
};

/* The next word, in quotes or with escaped characters; false at the end or where it does not fit.
 */
static bool next_token(struct reader *reader, struct pr_buf *token)
{
	bool quoted;

	pr_buf_clear(token);
	reader->at += strspn(reader->at, " \t\r\n");
	if (!*reader->at)
		return false;
	quoted = *reader->at == '"';
	reader->at += quoted;
	while (*reader->at &&
		(quoted ? *reader->at != '"' : !isspace((unsigned char)*reader->at))) {
		if (*reader->at == '\\' && reader->at[1])
			reader->at++;
		pr_buf_addc(token, *reader->at++);
	}
	reader->at += quoted && *reader->at;
	return token->status == 0;
}

static void skip_line(struct reader *reader)
{
	reader->at += strcspn(reader->at, "\n");
}

/* A macro ends with an empty line. */
static void skip_macro(struct reader *reader)
{
	const char *end = strstr(reader->at, "\n\n");

	reader->at = end ? end : reader->at + strlen(reader->at);
}

static struct pr_netrc_login *login_of(struct reader *reader)
{
	switch (reader->entry) {
	case ENTRY_HOST:
		return &reader->own;
	case ENTRY_DEFAULT:
		return &reader->fallback;
	case ENTRY_NONE:
	case ENTRY_OTHER:
		break;
	}
	return NULL;
}

/* What an entry does not say is empty; a later one of the same name goes before. */
static void begin_entry(struct reader *reader, enum entry entry)
{
	struct pr_netrc_login *login;

	reader->entry = entry;
	login = login_of(reader);
	if (!login)
		return;
	pr_netrc_release(login);
	login->user = pr_text_dup("");
	login->password = pr_text_dup("");
}

static void keep(struct reader *reader, bool password, const char *value)
{
	struct pr_netrc_login *login = login_of(reader);
	char **place;

	if (!login)
		return;
	place = password ? &login->password : &login->user;
	free(*place);
	*place = pr_text_dup(value);
}

/* One keyword with what belongs to it; false: this is no such file. */
static bool read_item(struct reader *reader, struct pr_buf *token)
{
	const char *word = pr_buf_str(token);
	bool password = pr_text_eq(word, "password");

	if (word[0] == '#') {
		skip_line(reader);
		return true;
	}
	if (pr_text_eq(word, "default")) {
		begin_entry(reader, ENTRY_DEFAULT);
		return true;
	}
	if (pr_text_eq(word, "macdef")) {
		skip_macro(reader);
		return true;
	}
	if (pr_text_eq(word, "machine")) {
		bool named = next_token(reader, token);

		begin_entry(reader,
			pr_text_eq(pr_buf_str(token), reader->host) ? ENTRY_HOST : ENTRY_OTHER);
		return named;
	}
	if (pr_text_eq(word, "account"))
		return next_token(reader, token);
	if (!password && !pr_text_eq(word, "login") && !pr_text_eq(word, "user"))
		return false;
	if (!next_token(reader, token))
		return false;
	keep(reader, password, pr_buf_str(token));
	return true;
}

/* Where it has the characters. */
static void to_latin1(char *text)
{
	size_t left = strlen(text);
	uint32_t point;
	size_t used;
	char *out = text;

	for (const char *c = text; *c; c += used, left -= used) {
		used = pr_text_decode(c, left, &point);
		if (!used || point > 0xff)
			return;
	}
	left = strlen(text);
	for (const char *c = text; left; c += used, left -= used) {
		used = pr_text_decode(c, left, &point);
		*out++ = (char)point;
	}
	*out = '\0';
}

bool pr_netrc_find_in(const char *text, const char *host, struct pr_netrc_login *login)
{
	PR_AUTO(buf) struct pr_buf token = PR_BUF_INIT(TOKEN_MAX);
	struct reader reader = {.at = text, .host = host};
	bool good = true;

	while (good && next_token(&reader, &token))
		good = read_item(&reader, &token);
	if (good && reader.own.user && reader.own.password)
		*login = reader.own;
	else if (good && !reader.own.user && reader.fallback.user && reader.fallback.password)
		*login = reader.fallback;
	else
		good = false;
	if (good) {
		to_latin1(login->user);
		to_latin1(login->password);
	}
	if (!good || login->user != reader.own.user)
		pr_netrc_release(&reader.own);
	if (!good || login->user != reader.fallback.user)
		pr_netrc_release(&reader.fallback);
	return good;
}

static char *default_path(void)
{
	const char *given = pr_env_get_set("NETRC");
	PR_AUTO(free) char *home = given ? NULL : pr_env_home();

	if (given)
		return pr_text_dup(given);
	return home ? pr_file_join(home, ".netrc") : NULL;
}

bool pr_netrc_find(const char *url, struct pr_netrc_login *login)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(FILE_MAX);
	PR_AUTO(free) char *path = default_path();
	PR_AUTO(free) char *host = pr_url_netloc(url);

	if (!path || !host || !pr_file_exists(path) || pr_file_read(path, &text, NULL))
		return false;
	host[strcspn(host, ":")] = '\0';
	return pr_netrc_find_in(pr_buf_str(&text), host, login);
}

void pr_netrc_release(struct pr_netrc_login *login)
{
	free(login->user);
	free(login->password);
	*login = (struct pr_netrc_login){0};
}

/* `n` bytes without their codes. Caller frees; NULL: no memory. */
static char *decode(const char *text, size_t n)
{
	PR_AUTO(free) char *part = pr_text_format("%.*s", (int)n, text);
	char *decoded = part ? curl_easy_unescape(NULL, part, 0, NULL) : NULL;
	char *copy = pr_text_dup(decoded);

	curl_free(decoded);
	return copy;
}

bool pr_netrc_of_url(const char *url, struct pr_netrc_login *login)
{
	const char *start = strstr(url, "://");
	const char *at = start ? memrchr(start + 3, '@', strcspn(start + 3, "/?#")) : NULL;
	const char *colon = at ? memchr(start + 3, ':', (size_t)(at - start - 3)) : NULL;

	if (!colon || at - start == 4)
		return false;
	login->user = decode(start + 3, (size_t)(colon - start - 3));
	login->password = decode(colon + 1, (size_t)(at - colon - 1));
	if (!login->user || !login->password) {
		pr_netrc_release(login);
		return false;
	}
	to_latin1(login->user);
	to_latin1(login->password);
	return true;
}
