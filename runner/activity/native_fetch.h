#ifndef PR_ACTIVITY_NATIVE_FETCH_H
#define PR_ACTIVITY_NATIVE_FETCH_H

/*
 * One HTTP call as the built-in functions make it, with what the library httpx has as defaults:
 * five seconds to connect and of silence, no redirects, proxies of the environment.
 */

#include "activity/provider.h"
#include "net/http.h"

/* All zero is one that was never started. */
struct pr_native_fetch {
	struct pr_http_client *client;
	struct pr_http_call *call;
};

/*
 * Sends the request, of which method, url, headers and body are taken; its callback is `fn`. What
 * ran before is ended.
 */
int pr_native_fetch_start(struct pr_native_fetch *fetch, const struct pr_activity_env *env,
	const struct pr_http_request *request, pr_http_fn *fn, void *arg, struct pr_err *err);

/* Ends what runs and frees the contents. */
void pr_native_fetch_release(struct pr_native_fetch *fetch);

#endif
