#include "page/page.h"
#include "report/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *path, *type, *part;
} files[] = {
	{"/assets/page.css", "text/css; charset=utf-8", ".bar"},
	{"/assets/report.css", "text/css; charset=utf-8", ".lane"},
	{"/assets/page.js", "text/javascript; charset=utf-8", "EventSource"},
	{"/assets/icon.svg", "image/svg+xml", "<svg"},
};

static void files_are_carried_whole(void **state)
{
	struct pr_page_asset asset;

	(void)state;
	for (size_t i = 0; i < PR_LEN(files); i++) {
		assert_true(pr_page_asset(files[i].path, &asset));
		assert_string_equal(asset.content_type, files[i].type);
		assert_non_null(strstr(asset.text, files[i].part));
		assert_int_equal(asset.n, strlen(asset.text));
	}
}

static void others_are_not_there(void **state)
{
	static const char *const paths[] = {"/assets/", "/assets", "/assets/page.css/", "page.css",
		"/assets/../assets/page.css", "/assets/PAGE.css", "", "/assets/page.c"};
	struct pr_page_asset asset;

	(void)state;
	for (size_t i = 0; i < PR_LEN(paths); i++)
		assert_false(pr_page_asset(paths[i], &asset));
}

/* What the policy forbids would not work, so nothing may need it. */
static void nothing_comes_from_outside(void **state)
{
	struct pr_page_asset asset;

	(void)state;
	for (size_t i = 0; i < PR_LEN(files); i++) {
		assert_true(pr_page_asset(files[i].path, &asset));
		assert_null(strstr(asset.text, "https:"));
		assert_null(strstr(asset.text, "@import"));
		assert_null(strstr(asset.text, "eval("));
		assert_null(strstr(asset.text, "innerHTML"));
	}
}

static void the_policy_is_strict(void **state)
{
	static const char *const parts[] = {"default-src 'none'", "script-src 'self'",
		"style-src 'self'", "form-action 'self'", "frame-ancestors 'none'",
		"base-uri 'none'"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(parts); i++)
		assert_non_null(strstr(pr_page_policy(), parts[i]));
	assert_null(strstr(pr_page_policy(), "unsafe"));
	assert_null(strstr(pr_page_policy(), "http"));
	assert_null(strchr(pr_page_policy(), '*'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_carried_whole),
		cmocka_unit_test(others_are_not_there),
		cmocka_unit_test(nothing_comes_from_outside),
		cmocka_unit_test(the_policy_is_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
