#include "github/client.h"

#include "base/limits.h"
#include "base/redact.h"
#include "base/text.h"
#include "base/uuid.h"
#include "codec/json.h"
#include "github/api.h"
#include "github/limit.h"
#include "net/retry.h"
#include "net/url.h"

#include <stdint.h>
#include <string.h>

#define CONNECT_MS 10000
#define SILENCE_MS 30000
#define ATTEMPTS_MAX 5
#define REDIRECTS 3
#define US_PER_MS INT64_C(1000)
#define MS_PER_S 1000

/* A commit with a thousand parents; what is asked for here has a few kilobytes. */
#define ANSWER_MAX ((size_t)4 << 20)

struct pr_github_client {
	struct pr_loop *loop;
	struct pr_http_client *http;
	struct pr_http_call *call;
	struct pr_timer timer; /* before the next attempt */
	char *api;
	char *bearer;
	int64_t deadline_us;
	struct pr_github_request request;
	unsigned attempts;
	bool doubtful; /* GitHub may have acted upon one of the attempts */
	pr_github_client_fn *fn;
	void *arg;
};

/* Without the slashes at its end. */
static char *copy_api(const char *api)
{
	size_t n = strlen(api);

	while (n && api[n - 1] == '/')
		n--;
	return pr_text_format("%.*s", n < INT32_MAX ? (int)n : INT32_MAX, api);
}

static int check_token(const char *token, struct pr_err *err)
{
	if (!token || !*token)
		return pr_fail(err, PR_EINVAL, "there is no token of GitHub");
	for (const char *c = token; *c; c++)
		if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f)
			return pr_fail(err, PR_EINVAL,
				"the token of GitHub has a character that no token has");
	return pr_redact_add(token, err);
}

int pr_github_client_new(struct pr_loop *loop, const struct pr_github_access *access,
	struct pr_github_client **ret_client, struct pr_err *err)
{
	const struct pr_http_policy policy = {
		.verify_tls = true, .ca_file = access->ca_file, .keep_alive = true};
	struct pr_github_client *client;
	int rc = check_token(access->token, err);

	if (!rc && pr_url_check(access->api, err))
		rc = pr_wrap(err, "the address of GitHub's API");
	if (rc)
		return rc;
	client = calloc(1, sizeof *client);
	if (!client)
		return pr_fail_nomem(err);
	client->loop = loop;
	client->deadline_us = access->deadline_us;
	client->api = copy_api(access->api);
	client->bearer = pr_text_format("Bearer %s", access->token);
	rc = client->api && client->bearer ? pr_http_client_new(loop, &policy, &client->http, err)
					   : pr_fail_nomem(err);
	if (rc) {
		pr_github_client_free(client);
		return rc;
	}
	*ret_client = client;
	return 0;
}

void pr_github_client_free(struct pr_github_client *client)
{
	if (!client)
		return;
	pr_timer_stop(&client->timer);
	pr_http_call_free(client->call);
	pr_http_client_free(client->http);
	free(client->api);
	free(client->bearer);
	free(client);
}

/* One line without secrets: who answers could send the token back. */
static void copy_words(struct pr_github_answer *answer, const char *text)
{
	PR_AUTO(buf) struct pr_buf shown = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	pr_redact_copy(text, strlen(text), &shown);
	pr_text_copy(answer->words, sizeof answer->words, pr_buf_str(&shown));
	for (char *c = answer->words; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
}

static void say(struct pr_github_answer *answer, enum pr_code code, const char *text)
{
	PR_AUTO(buf) struct pr_buf shown = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	answer->code = code;
	pr_redact_copy(text, strlen(text), &shown);
	pr_text_copy(answer->message, sizeof answer->message, pr_buf_str(&shown));
}

static void say_failure(struct pr_github_answer *answer, const struct pr_http_response *response)
{
	bool late = response->failure == PR_HTTP_READ_TIMEOUT ||
		    response->failure == PR_HTTP_CONNECT_TIMEOUT;
	PR_AUTO(free) char *text = pr_text_format("GitHub cannot be reached: %s", response->detail);

	say(answer, late ? PR_ETIMEOUT : PR_ENET, text ? text : "GitHub cannot be reached");
}

/* GitHub's words: {"message": …}; a page of something in between has none. */
static void say_refusal(struct pr_github_answer *answer)
{
	const char *message = pr_json_str(answer->body, "message");
	PR_AUTO(free) char *text = NULL;

	if (message)
		copy_words(answer, message);
	text = pr_text_format(*answer->words ? "GitHub answered %ld: %s" : "GitHub answered %ld",
		answer->status, answer->words);
	say(answer, answer->status == 401 || answer->status == 403 ? PR_EAUTH : PR_EPROTO,
		text ? text : "GitHub refused it");
}

static void judge(struct pr_github_client *client, const struct pr_http_response *response,
	struct pr_github_answer *answer)
{
	static const struct pr_limits limits = {
		.document_bytes = ANSWER_MAX, .depth = 64, .alias_nodes = 0};

	answer->doubtful = client->doubtful;
	if (response->failure != PR_HTTP_NONE) {
		say_failure(answer, response);
		return;
	}
	answer->status = response->status;
	(void)pr_json_parse(pr_buf_str(&response->body), response->body.len, "the answer", &limits,
		&answer->body, NULL);
	if (response->status >= 300)
		say_refusal(answer);
	else if (!json_is_object(answer->body))
		say(answer, PR_EPROTO,
			"the answer is no JSON: something else than GitHub's API answers at that "
			"address");
}

/* Milliseconds before the next attempt; -1: there is none. */
static int64_t delay_ms(const struct pr_github_client *client,
	const struct pr_http_response *response, const struct pr_github_answer *answer)
{
	enum pr_retry_kind kind = client->request.once ? PR_RETRY_ONCE_ONLY : PR_RETRY_IDEMPOTENT;
	int64_t limit = pr_github_limit_ms(response, answer->words, pr_loop_wall_us(client->loop));

	if (limit > 0)
		return limit;
	if (client->attempts >= ATTEMPTS_MAX || (limit < 0 && !pr_retry_worthwhile(kind, response)))
		return -1;
	return pr_retry_delay_ms(client->attempts, pr_random_fraction(), response);
}

static void on_delay(void *arg);

/* Whether another attempt was scheduled. That GitHub wants to be left alone for longer than there
 * is time is said at once. */
static bool try_again(struct pr_github_client *client, const struct pr_http_response *response,
	struct pr_github_answer *answer)
{
	int64_t ms = delay_ms(client, response, answer);
	int64_t left_ms = (client->deadline_us - pr_loop_now_us(client->loop)) / US_PER_MS;
	PR_AUTO(free) char *text = NULL;

	if (ms < 0)
		return false;
	if (ms < left_ms)
		return pr_timer_start(
			       client->loop, &client->timer, ms * US_PER_MS, on_delay, client) == 0;
	text = pr_text_format("%s; the next attempt would be in %lld s, and there is no time for "
			      "it",
		answer->message, (long long)(ms + MS_PER_S - 1) / MS_PER_S);
	if (text)
		say(answer, answer->code, text);
	return false;
}

static bool is_doubtful(const struct pr_http_response *response)
{
	if (response->failure != PR_HTTP_NONE)
		return response->sent;
	return response->status >= 500;
}

static void on_response(void *arg, const struct pr_http_response *response)
{
	struct pr_github_client *client = arg;
	struct pr_github_answer answer = {.code = PR_OK};

	if (is_doubtful(response))
		client->doubtful = true;
	judge(client, response, &answer);
	if (answer.code == PR_OK || !try_again(client, response, &answer)) {
		pr_http_call_free(pr_steal(client->call)); /* its body is the caller's again */
		client->fn(client->arg, &answer);
	}
	json_decref(answer.body);
}

static int attempt(struct pr_github_client *client, struct pr_err *err)
{
	const struct pr_github_request *asked = &client->request;
	PR_AUTO(free) char *url = pr_text_format("%s%s", client->api, asked->path);
	struct pr_http_header headers[PR_GITHUB_API_HEADERS + 1];
	const struct pr_http_request request = {.method = asked->method,
		.url = url,
		.headers = headers,
		.header_count = PR_GITHUB_API_HEADERS + (asked->body ? 1 : 0),
		.body = asked->body,
		.body_len = asked->body_len,
		.body_stays = true,
		.connect_ms = CONNECT_MS,
		.idle_ms = SILENCE_MS,
		.body_max = ANSWER_MAX,
		.redirects = REDIRECTS,
		.secure = true,
		.compressed = true,
		.fresh = asked->once};

	if (!url)
		return pr_fail_nomem(err);
	pr_github_api_headers(client->bearer, headers);
	headers[PR_GITHUB_API_HEADERS] =
		(struct pr_http_header){"Content-Type", "application/json"};
	client->attempts++;
	pr_http_call_free(pr_steal(client->call));
	return pr_http_start(client->http, &request, on_response, client, &client->call, err);
}

static void on_delay(void *arg)
{
	struct pr_github_client *client = arg;
	struct pr_github_answer answer = {.doubtful = client->doubtful};

	if (attempt(client, NULL) == 0)
		return;
	say(&answer, PR_ENOMEM, "out of memory");
	client->fn(client->arg, &answer);
}

int pr_github_client_send(struct pr_github_client *client, const struct pr_github_request *request,
	pr_github_client_fn *fn, void *arg, struct pr_err *err)
{
	client->request = *request;
	client->attempts = 0;
	client->doubtful = false;
	client->fn = fn;
	client->arg = arg;
	return attempt(client, err);
}
