#ifndef PR_GITHUB_API_H
#define PR_GITHUB_API_H

/*
 * What every call of GitHub's REST API has in common, GitHub Enterprise's too: the address, the
 * headers, and what its names may look like. Pure functions.
 */

#include "base/buf.h"
#include "base/err.h"
#include "net/http.h"

#include <stdbool.h>

/* Where there is no GITHUB_API_URL. */
#define PR_GITHUB_API_DEFAULT "https://api.github.com"

/* How many headers pr_github_api_headers writes. */
#define PR_GITHUB_API_HEADERS 3

/* The headers of every call; `bearer` ("Bearer <token>") is borrowed. */
void pr_github_api_headers(
	const char *bearer, struct pr_http_header headers[PR_GITHUB_API_HEADERS]);

/*
 * Whether `repository` is "<owner>/<name>" in the characters that GitHub has for them, and neither
 * is "." or "..". PR_EINVAL; NULL is none.
 */
int pr_github_api_check_repository(const char *repository, struct pr_err *err);

/*
 * Whether git takes `branch` as a branch's name (git-check-ref-format): with another one a path of
 * the API would mean something else. PR_EINVAL; NULL is none.
 */
int pr_github_api_check_branch(const char *branch, struct pr_err *err);

/*
 * Whether `path` may be written in a repository: UTF-8, relative, no part of it empty, "." or "..",
 * none that is git's own (".git"), and not below ".github/workflows", which GitHub runs. PR_EINVAL
 * with a message that names the path and the reason.
 */
int pr_github_api_check_path(const char *path, struct pr_err *err);

/* Whether `sha` is an object's name, 40 or 64 lower-case hexadecimal digits. NULL is none. */
bool pr_github_api_is_sha(const char *sha);

/* Adds `path` with every segment percent-encoded and its slashes kept. Status as of pr_buf_add. */
int pr_github_api_add_path(const char *path, struct pr_buf *out);

#endif
