#include "github/api.h"

#include "base/escape.h"
#include "base/text.h"

#include <string.h>
#include <strings.h>

#define NAME_MAX_LENGTH 100
#define BRANCH_MAX_LENGTH 255
#define WORKFLOWS ".github/workflows/"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

void pr_github_api_headers(const char *bearer, struct pr_http_header headers[PR_GITHUB_API_HEADERS])
{
	headers[0] = (struct pr_http_header){"Accept", "application/vnd.github+json"};
	headers[1] = (struct pr_http_header){"X-GitHub-Api-Version", "2022-11-28"};
	headers[2] = (struct pr_http_header){"Authorization", bearer};
}

/* What follows the name at the start of `text`; NULL: there is none. */
static const char *skip_name(const char *text)
{
	size_t n = strspn(text, LETTERS "-_.");
	bool dots = n <= 2 && strspn(text, ".") == n;

	return n > NAME_MAX_LENGTH || dots ? NULL : text + n;
}

int pr_github_api_check_repository(const char *repository, struct pr_err *err)
{
	const char *end = repository ? skip_name(repository) : NULL;

	end = end && *end == '/' ? skip_name(end + 1) : NULL;
	if (!end || *end)
		return pr_fail(err, PR_EINVAL, "'%s' is not a repository's '<owner>/<name>'",
			repository ? repository : "");
	return 0;
}

static bool is_branch_part(const char *part, size_t n)
{
	return n && part[0] != '.' && part[n - 1] != '.' &&
	       !(n >= 5 && memcmp(part + n - 5, ".lock", 5) == 0);
}

static bool is_branch(const char *branch)
{
	size_t n = strlen(branch);
	const char *part = branch;

	if (n > BRANCH_MAX_LENGTH || !pr_text_is_utf8(branch, n) || *branch == '-' ||
		pr_text_eq(branch, "@") || strpbrk(branch, " ~^:?*[\\\x7f") ||
		strstr(branch, "..") || strstr(branch, "@{"))
		return false;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)branch[i] < ' ')
			return false;
	for (;; part++) {
		size_t length = strcspn(part, "/");

		if (!is_branch_part(part, length))
			return false;
		part += length;
		if (!*part)
			return true;
	}
}

int pr_github_api_check_branch(const char *branch, struct pr_err *err)
{
	if (!branch || !is_branch(branch))
		return pr_fail(err, PR_EINVAL, "'%s' is not a branch's name", branch ? branch : "");
	return 0;
}

static bool is_name(const char *part, size_t n, const char *name)
{
	return strlen(name) == n && strncasecmp(part, name, n) == 0;
}

/* Why no file can be there; NULL: it can. */
static const char *path_refusal(const char *path)
{
	static const char *const names[] = {"", ".", "..", ".git"};
	size_t n = strlen(path);

	if (!pr_text_is_utf8(path, n))
		return "it is no UTF-8";
	if (strncasecmp(path, WORKFLOWS, strlen(WORKFLOWS)) == 0)
		return "GitHub runs what is there";
	for (const char *part = path;; part++) {
		n = strcspn(part, "/");
		for (size_t i = 0; i < PR_LEN(names); i++)
			if (is_name(part, n, names[i]))
				return i == PR_LEN(names) - 1 ? "git's own files are there"
							      : "it is no plain path";
		part += n;
		if (!*part)
			return NULL;
	}
}

int pr_github_api_check_path(const char *path, struct pr_err *err)
{
	const char *why = path_refusal(path);

	if (why)
		return pr_fail(err, PR_EINVAL, "'%s' is not committed: %s", path, why);
	return 0;
}

bool pr_github_api_is_sha(const char *sha)
{
	size_t n = sha ? strspn(sha, "0123456789abcdef") : 0;

	return (n == 40 || n == 64) && !sha[n];
}

int pr_github_api_add_path(const char *path, struct pr_buf *out)
{
	return pr_escape_url(path, strlen(path), PR_ESCAPE_SLASH, out);
}
