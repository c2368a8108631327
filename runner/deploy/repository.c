#include "deploy/repository.h"

#include "base/buf.h"
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define GITHUB "github.com"

void pr_repository_release(struct pr_repository *repository)
{
	free(repository->location);
	repository->location = NULL;
}

static bool is_digits(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!isdigit((unsigned char)text[i]))
			return false;
	return length > 0;
}

/* "HOST/…/…" or "HOST:PORT/…", where a host's name has a dot. */
static bool is_bare_address(const char *text)
{
	size_t host = strcspn(text, ":/");
	size_t port = text[host] == ':' ? strcspn(text + host + 1, "/") : 0;
	const char *path = strchr(text, '/');

	if (*text == '.' || !path || memchr(text, '@', (size_t)(path - text)))
		return false;
	if (port)
		return is_digits(text + host + 1, port);
	return memchr(text, '.', host) && strchr(path + 1, '/');
}

/* "[USER@]HOST:PATH", with the colon before any slash. */
static bool is_scp_like(const char *text)
{
	size_t length = strcspn(text, ":/");

	return length > 0 && text[length] == ':';
}

static bool is_loopback(const char *host, size_t length)
{
	bool numbers = length > 4 && !strncmp(host, "127.", 4);

	for (size_t i = 0; numbers && i < length; i++)
		numbers = host[i] == '.' || isdigit((unsigned char)host[i]);
	return numbers ||
	       (length == strlen("localhost") && !strncasecmp(host, "localhost", length)) ||
	       (length == strlen("[::1]") && !strncmp(host, "[::1]", length));
}

static int fail_ssh(const char *text, struct pr_err *err)
{
	const char *user = strrchr(text, '@');

	return pr_fail(err, PR_EINVAL,
		"'%.200s' is reached over ssh, which is not supported: name its https address "
		"(https://" GITHUB "/OWNER/NAME) and export GITHUB_TOKEN",
		user ? user + 1 : text);
}

/* What follows the scheme, up to the path, must be a host and perhaps a port. */
static int check_host(const char *host, size_t length, bool secure, struct pr_err *err)
{
	const char *end = memchr(host, ']', length);
	const char *colon =
		memchr(end ? end : host, ':', end ? length - (size_t)(end - host) : length);
	size_t name = colon ? (size_t)(colon - host) : length;

	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)host[i]) && !strchr(".-_:[]", host[i]))
			name = 0;
	if (!name || (colon && !is_digits(colon + 1, length - name - 1)))
		return pr_fail(
			err, PR_EINVAL, "'%.*s' is not the name of a host", (int)length, host);
	if (!secure && !is_loopback(host, name))
		return pr_fail(err, PR_EINVAL,
			"'%.*s' is another machine: only https goes there, a token must not be "
			"read on the way",
			(int)length, host);
	return 0;
}

/* github.com has OWNER/NAME and nothing else, in whichever spelling. */
static int add_github_path(struct pr_buf *out, const char *path, size_t length, struct pr_err *err)
{
	const char *slash = memchr(path, '/', length);
	size_t owner = slash ? (size_t)(slash - path) : 0;

	if (length > 4 && !strncmp(path + length - 4, ".git", 4))
		length -= 4;
	if (!owner || owner + 1 >= length || memchr(slash + 1, '/', length - owner - 1))
		return pr_fail(err, PR_EINVAL,
			"'%.*s' is not a repository of " GITHUB ": write " GITHUB "/OWNER/NAME",
			(int)length, path);
	return pr_buf_add(out, path, length);
}

static int check_path(const char *path, struct pr_err *err)
{
	for (const char *c = path; *c; c++)
		if (iscntrl((unsigned char)*c) || strchr(" ?#\\", *c))
			return pr_fail(err, PR_EINVAL,
				"'%.*s' is not the path of a repository in an address",
				(int)strcspn(path, "?"), path);
	return 0;
}

/* `rest` follows the scheme. */
static int parse_address(
	const char *rest, bool secure, struct pr_repository *repository, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	size_t host = strcspn(rest, "/?#");
	const char *path = rest + host + strspn(rest + host, "/");
	size_t length = strlen(path);
	bool github = host == strlen(GITHUB) && !strncasecmp(rest, GITHUB, host);

	if (memchr(rest, '@', host))
		return pr_fail(err, PR_EINVAL,
			"credentials do not belong into the address of a repository: export "
			"GITHUB_TOKEN, or give --token-file");
	if (check_host(rest, host, secure, err) || check_path(rest + host, err))
		return PR_EINVAL;
	while (length && path[length - 1] == '/')
		length--;
	if (!length)
		return pr_fail(
			err, PR_EINVAL, "'%.*s' is a host, not a repository", (int)host, rest);
	pr_buf_adds(&out, secure ? "https://" : "http://");
	for (size_t i = 0; i < host; i++)
		pr_buf_addc(&out, (char)tolower((unsigned char)rest[i]));
	pr_buf_addc(&out, '/');
	if (github && add_github_path(&out, path, length, err))
		return PR_EINVAL;
	if (!github)
		pr_buf_add(&out, path, length);
	repository->location = pr_buf_take(&out);
	repository->local = false;
	return repository->location ? 0 : pr_fail_nomem(err);
}

static int parse_folder(const char *path, struct pr_repository *repository, struct pr_err *err)
{
	size_t length = strlen(path);
	char *location;

	while (length > 1 && path[length - 1] == '/')
		length--;
	if (!length)
		return pr_fail(err, PR_EINVAL,
			"name the repository: https://" GITHUB "/OWNER/NAME, or a folder");
	location = pr_text_format("%.*s", (int)length, path);
	if (!location)
		return pr_fail_nomem(err);
	repository->location = location;
	repository->local = true;
	return 0;
}

static char unhex(const char pair[2])
{
	static const char digits[] = "0123456789abcdef";
	long high = strchr(digits, tolower((unsigned char)pair[0])) - digits;
	long low = strchr(digits, tolower((unsigned char)pair[1])) - digits;

	return (char)(high << 4 | low);
}

/* "file:///folder" and "file://localhost/folder", with %20 and the like. */
static int parse_file(const char *rest, struct pr_repository *repository, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf path = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (pr_text_starts(rest, "localhost/"))
		rest += strlen("localhost");
	if (*rest != '/')
		return pr_fail(err, PR_EINVAL,
			"'file://%.200s' is on another machine: write file:///folder", rest);
	for (const char *c = rest; *c; c++) {
		bool escape =
			*c == '%' && isxdigit((unsigned char)c[1]) && isxdigit((unsigned char)c[2]);

		if (escape && !strncmp(c, "%00", 3))
			return pr_fail(err, PR_EINVAL, "'file://%.200s' has a NUL byte", rest);
		pr_buf_addc(&path, escape ? unhex(c + 1) : *c);
		c += escape ? 2 : 0;
	}
	return parse_folder(pr_buf_str(&path), repository, err);
}

int pr_repository_parse(const char *text, struct pr_repository *repository, struct pr_err *err)
{
	const char *rest = strstr(text, "://");
	size_t scheme = rest ? (size_t)(rest - text) : 0;

	if (!rest && is_bare_address(text))
		return parse_address(text, true, repository, err);
	if (!rest && is_scp_like(text))
		return fail_ssh(text, err);
	if (!rest)
		return parse_folder(text, repository, err);
	rest += strlen("://");
	if (scheme == 5 && !strncasecmp(text, "https", scheme))
		return parse_address(rest, true, repository, err);
	if (scheme == 4 && !strncasecmp(text, "http", scheme))
		return parse_address(rest, false, repository, err);
	if (scheme == 4 && !strncasecmp(text, "file", scheme))
		return parse_file(rest, repository, err);
	if (scheme >= 3 &&
		(!strncasecmp(text, "ssh", 3) || !strncasecmp(text + scheme - 3, "ssh", 3)))
		return fail_ssh(text, err);
	return pr_fail(err, PR_EINVAL,
		"the protocol '%.*s' is not supported: name the repository's https address",
		(int)scheme, text);
}
