#ifndef PR_GITHUB_LIMIT_H
#define PR_GITHUB_LIMIT_H

/* GitHub's limits of rate, which it tells with 403 or 429. Pure. */

#include "net/http.h"

#include <stdint.h>

/* It is no limit of rate. */
#define PR_GITHUB_LIMIT_NONE (-1)

/*
 * Milliseconds after which GitHub wants to be asked again: those of Retry-After (seconds or a
 * date), else until X-RateLimit-Reset where nothing remains, else a minute where its `words` tell
 * of a secondary limit, else 0 (429 without any of it). PR_GITHUB_LIMIT_NONE: any other answer.
 */
int64_t pr_github_limit_ms(
	const struct pr_http_response *response, const char *words, int64_t wall_us);

#endif
