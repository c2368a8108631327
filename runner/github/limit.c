#include "github/limit.h"

#include "base/text.h"

#include <string.h>

#define US_PER_S INT64_C(1000000)
#define MS_PER_S 1000
#define SECONDARY_MS 60000

/* More than anybody waits. */
#define SECONDS_MAX INT64_C(1000000000)

static int64_t ms_of(int64_t seconds)
{
	if (seconds < 0)
		return 0;
	return (seconds < SECONDS_MAX ? seconds : SECONDS_MAX) * MS_PER_S;
}

static int64_t retry_after_ms(const struct pr_http_response *response, int64_t wall_us)
{
	PR_AUTO(free) char *text = pr_http_field(response, "Retry-After");
	int64_t value;

	if (text && !pr_text_int64(text, &value, NULL))
		return ms_of(value);
	if (pr_http_date(text, &value))
		return ms_of((value - wall_us) / US_PER_S + 1);
	return PR_GITHUB_LIMIT_NONE;
}

static int64_t reset_ms(const struct pr_http_response *response, int64_t wall_us)
{
	PR_AUTO(free) char *remaining = pr_http_field(response, "X-RateLimit-Remaining");
	PR_AUTO(free) char *reset = pr_http_field(response, "X-RateLimit-Reset");
	int64_t seconds;

	if (!pr_text_eq(remaining, "0") || !reset || pr_text_int64(reset, &seconds, NULL))
		return PR_GITHUB_LIMIT_NONE;
	return seconds < 0 ? 0 : ms_of(seconds - wall_us / US_PER_S + 1);
}

int64_t pr_github_limit_ms(
	const struct pr_http_response *response, const char *words, int64_t wall_us)
{
	int64_t ms;

	if (response->failure != PR_HTTP_NONE ||
		(response->status != 403 && response->status != 429))
		return PR_GITHUB_LIMIT_NONE;
	ms = retry_after_ms(response, wall_us);
	if (ms < 0)
		ms = reset_ms(response, wall_us);
	if (ms < 0 && strstr(words, "secondary rate limit"))
		ms = SECONDARY_MS;
	return ms < 0 && response->status == 429 ? 0 : ms;
}
