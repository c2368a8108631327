#include "github/api.h"

#include "base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define FORTY TEN TEN TEN TEN

/* Those of a list that the function takes must be the first `good` of it. */
static void check(int (*function)(const char *, struct pr_err *), const char *const *texts,
	size_t n, size_t good)
{
	for (size_t i = 0; i < n; i++) {
		struct pr_err err = PR_ERR_INIT;
		int rc = function(texts[i], &err);

		if ((rc == 0) != (i < good))
			fail_msg("'%s': %d %s", texts[i] ? texts[i] : "NULL", rc, err.msg);
		if (rc) {
			assert_int_equal(rc, PR_EINVAL);
			assert_true(*err.msg);
		}
	}
}

static void a_repository_is_an_owner_and_a_name(void **state)
{
	static const char *const texts[] = {"a/b", "acme/shop", "Acme-Inc/my.repo_1", "o/.github",
		"o/" HUNDRED, "o/...x", NULL, "", "acme", "acme/", "/shop", "acme/shop/", "a/b/c",
		"../b", "a/..", "a/.", "a b/c", "a/b?x", "a/b#x", "a/%2e%2e", "a/b\n", "\xc3\xa9/b",
		"o/" HUNDRED "1", "https://github.com/a/b"};

	(void)state;
	check(pr_github_api_check_repository, texts, PR_LEN(texts), 6);
}

/* The rules are those of git check-ref-format --branch. */
static void a_branch_is_what_git_takes(void **state)
{
	static const char *const texts[] = {"main", "feature/x", "release-1.2/rc.1", "a#b%c&d+e=f",
		"\xc3\xbc/\xe2\x82\xac", "x@y", "a{b}", NULL, "", "/", "/x", "x/", "a//b", ".x",
		"a/.x", "x.", "a./b", "x.lock", "a.lock/b", "a..b", "a b", "a~1", "a^", "a:b",
		"a?b", "a*", "a[b", "a\\b", "@", "a@{1}", "a\x01", "a\x7f", "a\n", "\xff", "-x",
		HUNDRED HUNDRED HUNDRED};

	(void)state;
	check(pr_github_api_check_branch, texts, PR_LEN(texts), 7);
}

static void a_path_stays_among_the_files_of_users(void **state)
{
	static const char *const texts[] = {"run.json", "plans/a b/run.json", ".github/x",
		".github/workflows", ".gitignore", "x/.gitx", "a..b", "...", "\xc3\xbc", "", "/x",
		"x/", "a//b", "./x", "a/./b", "..", "../x", "a/../b", "a/..", ".git/config",
		"sub/.git/x", ".GIT/x", "x/.Git", ".github/workflows/x.yml",
		".GitHub/Workflows/x.yml", "\xff"};

	(void)state;
	check(pr_github_api_check_path, texts, PR_LEN(texts), 9);
}

static void an_object_has_a_name_of_hexadecimal_digits(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {{FORTY, true}, {FORTY TEN TEN "abcd", true}, {NULL, false}, {"", false},
		{TEN, false}, {FORTY "0", false}, {FORTY "/../x", false},
		{"ABCDEF7890" TEN TEN TEN, false}, {"g123456789" TEN TEN TEN, false}};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++)
		if (pr_github_api_is_sha(rows[i].text) != rows[i].good)
			fail_msg("'%s'", rows[i].text ? rows[i].text : "NULL");
}

static void a_path_is_encoded_by_segments(void **state)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	(void)state;
	assert_int_equal(pr_github_api_add_path("feature/\xc3\xbc#1?%2f", &out), 0);
	assert_string_equal(pr_buf_str(&out), "feature/%C3%BC%231%3F%252f");
}

static void the_headers_name_the_version(void **state)
{
	struct pr_http_header headers[PR_GITHUB_API_HEADERS];

	(void)state;
	pr_github_api_headers("Bearer t", headers);
	assert_string_equal(headers[0].name, "Accept");
	assert_string_equal(headers[1].value, "2022-11-28");
	assert_string_equal(headers[2].value, "Bearer t");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_repository_is_an_owner_and_a_name),
		cmocka_unit_test(a_branch_is_what_git_takes),
		cmocka_unit_test(a_path_stays_among_the_files_of_users),
		cmocka_unit_test(an_object_has_a_name_of_hexadecimal_digits),
		cmocka_unit_test(a_path_is_encoded_by_segments),
		cmocka_unit_test(the_headers_name_the_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
