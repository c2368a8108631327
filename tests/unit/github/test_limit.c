#include "github/limit.h"

#include "base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define US_PER_S INT64_C(1000000)
#define NOW_S INT64_C(1795277800) /* 2026-11-21T16:16:40Z */
#define SECONDARY "You have exceeded a secondary rate limit. Please wait."

/* An answer with up to two headers, and what comes of it. */
struct row {
	long status;
	const char *fields[4];
	const char *words;
	int64_t ms;
};

static const struct row rows[] = {
	{403, {NULL}, "Resource not accessible by integration", PR_GITHUB_LIMIT_NONE},
	{403, {"X-RateLimit-Remaining", "12", "X-RateLimit-Reset", "1795277805"}, "no",
		PR_GITHUB_LIMIT_NONE},
	{403, {"x-ratelimit-remaining", "0", "x-ratelimit-reset", "1795277805"}, "no", 6000},
	{403, {"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "1795277000"}, "no", 0},
	{403, {"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "-9223372036854775808"}, "no", 0},
	{403, {"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "soon"}, "no",
		PR_GITHUB_LIMIT_NONE},
	{403, {"X-RateLimit-Remaining", "0"}, "no", PR_GITHUB_LIMIT_NONE},
	{403, {"Retry-After", "3"}, "no", 3000},
	{403, {"Retry-After", "3"}, SECONDARY, 3000},
	{403, {NULL}, SECONDARY, 60000},
	{429, {"Retry-After", "0"}, "", 0},
	{429, {"Retry-After", "-5"}, "", 0},
	{429, {"Retry-After", "9223372036854775807"}, "", INT64_C(1000000000000)},
	{429, {"Retry-After", "Sat, 21 Nov 2026 16:16:45 GMT"}, "", 6000},
	{429, {"Retry-After", "Sat, 21 Nov 2020 16:16:45 GMT"}, "", 0},
	{429, {"Retry-After", "x"}, "", 0},
	{429, {NULL}, "", 0},
	{200, {"Retry-After", "3"}, "", PR_GITHUB_LIMIT_NONE},
	{404, {"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "1795277805"}, "",
		PR_GITHUB_LIMIT_NONE},
	{503, {"Retry-After", "3"}, "", PR_GITHUB_LIMIT_NONE},
};

static void a_limit_says_how_long(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		char texts[4][64] = {""};
		struct pr_http_field fields[2];
		struct pr_http_response response = {.status = rows[i].status, .fields = fields};
		int64_t ms;

		for (size_t k = 0; k < 4 && rows[i].fields[k]; k++)
			memcpy(texts[k], rows[i].fields[k], strlen(rows[i].fields[k]) + 1);
		for (size_t k = 0; k < 2 && rows[i].fields[2 * k]; k++)
			fields[response.field_count++] = (struct pr_http_field){
				.name = texts[2 * k], .value = texts[2 * k + 1]};
		ms = pr_github_limit_ms(&response, rows[i].words, NOW_S * US_PER_S);
		if (ms != rows[i].ms)
			fail_msg("row %zu: %lld ms", i, (long long)ms);
	}
}

static void no_answer_is_no_limit(void **state)
{
	const struct pr_http_response response = {.failure = PR_HTTP_INCOMPLETE, .status = 429};

	(void)state;
	assert_int_equal(pr_github_limit_ms(&response, "", 0), PR_GITHUB_LIMIT_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_limit_says_how_long),
		cmocka_unit_test(no_answer_is_no_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
