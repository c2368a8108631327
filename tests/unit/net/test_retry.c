#include "net/retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void repeats_what_may_pass_and_cannot_have_been_acted_upon_twice(void **state)
{
	static const struct {
		enum pr_http_failure failure;
		bool sent;
		long status;
		bool idempotent;
		bool once_only;
	} cases[] = {
		{PR_HTTP_NONE, true, 200, false, false},
		{PR_HTTP_NONE, true, 201, false, false},
		{PR_HTTP_NONE, true, 304, false, false},
		{PR_HTTP_NONE, true, 400, false, false},
		{PR_HTTP_NONE, true, 401, false, false},
		{PR_HTTP_NONE, true, 404, false, false},
		{PR_HTTP_NONE, true, 422, false, false},
		{PR_HTTP_NONE, true, 429, true, true},
		{PR_HTTP_NONE, true, 500, true, false},
		{PR_HTTP_NONE, true, 502, true, false},
		{PR_HTTP_NONE, true, 503, true, true},
		{PR_HTTP_NONE, true, 504, true, false},
		{PR_HTTP_CONNECT, false, 0, true, true},
		{PR_HTTP_CONNECT, true, 0, true, false},
		{PR_HTTP_CONNECT_TIMEOUT, false, 0, true, true},
		{PR_HTTP_READ_TIMEOUT, true, 0, true, false},
		{PR_HTTP_INCOMPLETE, true, 200, true, false},
		{PR_HTTP_URL, false, 0, false, false},
		{PR_HTTP_TLS, false, 0, false, false},
		{PR_HTTP_REDIRECTS, true, 302, false, false},
		{PR_HTTP_TOO_LARGE, true, 200, false, false},
		{PR_HTTP_HEADER, false, 0, false, false},
		{PR_HTTP_MEMORY, false, 0, false, false},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		const struct pr_http_response response = {.failure = cases[i].failure,
			.sent = cases[i].sent,
			.status = cases[i].status};

		if (pr_retry_worthwhile(PR_RETRY_IDEMPOTENT, &response) != cases[i].idempotent ||
			pr_retry_worthwhile(PR_RETRY_ONCE_ONLY, &response) != cases[i].once_only)
			fail_msg("failure %d, sent %d, status %ld", (int)cases[i].failure,
				cases[i].sent, cases[i].status);
	}
}

static void waits_twice_as_long_each_time_up_to_five_seconds(void **state)
{
	static const struct {
		unsigned attempt;
		double jitter;
		int64_t ms;
	} cases[] = {
		{1, 0, 100},
		{1, 0.5, 150},
		{1, 1, 200},
		{2, 1, 400},
		{2, 0, 200},
		{3, 1, 800},
		{5, 1, 3200},
		{6, 1, 5000},
		{6, 0, 2500},
		{7, 1, 5000},
		{4000000000U, 1, 5000},
		{0, 1, 200},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++)
		assert_int_equal(
			pr_retry_delay_ms(cases[i].attempt, cases[i].jitter, NULL), cases[i].ms);
}

static void waits_as_long_as_the_peer_asks_within_reason(void **state)
{
	static const struct {
		char name[16];
		char value[32];
		int64_t ms;
	} cases[] = {
		{"Retry-After", "0", 0},
		{"Retry-After", "7", 7000},
		{"retry-after", "30", 30000},
		{"Retry-After", "31", 30000},
		{"Retry-After", "9000000000000000000", 30000},
		{"Retry-After", "-1", 200},
		{"Retry-After", "", 200},
		{"Retry-After", "soon", 200},
		{"Retry-After", "99999999999999999999", 200},
		{"X-Other", "7", 200},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		char name[sizeof cases[i].name];
		char value[sizeof cases[i].value];
		struct pr_http_field field = {name, value};
		const struct pr_http_response response = {
			.status = 503, .fields = &field, .field_count = 1};
		int64_t ms;

		memcpy(name, cases[i].name, sizeof name);
		memcpy(value, cases[i].value, sizeof value);
		ms = pr_retry_delay_ms(1, 1, &response);
		if (ms != cases[i].ms)
			fail_msg("%s: %s waits %lld ms", name, value, (long long)ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repeats_what_may_pass_and_cannot_have_been_acted_upon_twice),
		cmocka_unit_test(waits_twice_as_long_each_time_up_to_five_seconds),
		cmocka_unit_test(waits_as_long_as_the_peer_asks_within_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
