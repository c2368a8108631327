#include "net/retry.h"

#include "base/text.h"

#define DELAY_FIRST_MS 200
#define DELAY_MAX_MS 5000
#define RETRY_AFTER_MAX_S 30

static bool never_acted_upon(const struct pr_http_response *response)
{
	if (response->failure != PR_HTTP_NONE)
		return !response->sent && response->failure != PR_HTTP_TLS;
	return response->status == 429 || response->status == 503;
}

static bool passing_failure(enum pr_http_failure failure)
{
	return failure == PR_HTTP_CONNECT || failure == PR_HTTP_CONNECT_TIMEOUT ||
	       failure == PR_HTTP_READ_TIMEOUT || failure == PR_HTTP_INCOMPLETE;
}

bool pr_retry_worthwhile(enum pr_retry_kind kind, const struct pr_http_response *response)
{
	if (response->failure != PR_HTTP_NONE && !passing_failure(response->failure))
		return false;
	if (kind == PR_RETRY_ONCE_ONLY)
		return never_acted_upon(response);
	return response->failure != PR_HTTP_NONE || response->status == 429 ||
	       response->status >= 500;
}

static int64_t asked_delay_ms(const struct pr_http_response *response)
{
	PR_AUTO(free) char *text = pr_http_field(response, "Retry-After");
	int64_t seconds;

	if (!text || pr_text_int64(text, &seconds, NULL) || seconds < 0)
		return -1;
	return (seconds < RETRY_AFTER_MAX_S ? seconds : RETRY_AFTER_MAX_S) * 1000;
}

int64_t pr_retry_delay_ms(unsigned attempt, double jitter, const struct pr_http_response *response)
{
	int64_t delay = DELAY_FIRST_MS;
	int64_t asked = response ? asked_delay_ms(response) : -1;

	if (asked >= 0)
		return asked;
	while (attempt > 1 && delay < DELAY_MAX_MS) {
		delay *= 2;
		attempt--;
	}
	if (delay > DELAY_MAX_MS)
		delay = DELAY_MAX_MS;
	return delay / 2 + (int64_t)((double)delay / 2 * jitter);
}
