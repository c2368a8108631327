#include "activity/native_load_stats.h"
#include "activity/native_modules.h"
#include "base/env.h"
#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "net/http.h"

#include <math.h>
#include <string.h>

#define US_PER_S 1e6
#define CONNECTIONS 50
#define CONNECT_TIMEOUT_MS 5000
#define REDIRECTS 10
#define HEADERS_MAX 100
#define REQUESTS_MAX 2000000.0
#define DURATION_MAX_S 604800.0

struct load;

/* One of those that send, one request after the other. */
struct sender {
	struct load *load;
	struct pr_http_call *http; /* NULL: idle */
	int64_t due_us, sent_us;
};

struct load {
	struct pr_native_call *call;
	struct pr_http_client *client;
	struct pr_http_request request;
	struct pr_http_header headers[HEADERS_MAX + 2];
	char *header_texts; /* what the names and values of `headers` point into */
	struct sender senders[CONNECTIONS];
	struct pr_timer tick, end;
	struct pr_load_stats stats;
	int64_t start_us;
	double qps;
	size_t sent; /* requests so far; number n is due n/qps after the start */
};

/* Never, where it is after the longest test. */
static int64_t due_us(const struct load *load, size_t n)
{
	double seconds = fmin((double)n / load->qps, 2 * DURATION_MAX_S);

	return load->start_us + (int64_t)(seconds * US_PER_S);
}

static double since_start(const struct load *load, int64_t us)
{
	return (double)(us - load->start_us) / US_PER_S;
}

static void send_due(struct load *load);

/* libcurl says how long it tried, which would make each of them an error of its own. */
static int note_failure(struct load *load, const char *detail)
{
	const char *after = strstr(detail, " after ");
	const char *ms = after ? strstr(after, " ms") : NULL;
	PR_AUTO(free) char *error =
		ms ? pr_text_format("%.*s%s", (int)(after - detail), detail, ms + 3)
		   : pr_text_dup(detail);

	return error ? pr_load_stats_fail(&load->stats, error) : PR_ENOMEM;
}

static int note_answer(const struct sender *sender, const struct pr_http_response *response)
{
	struct load *load = sender->load;
	int64_t now_us = pr_loop_now_us(load->call->env.loop);
	const struct pr_load_sample sample = {
		.start = since_start(load, sender->due_us),
		.end = since_start(load, now_us),
		.first_byte = since_start(load, sender->sent_us + response->first_byte_us),
		.lookup = (double)response->lookup_us / US_PER_S,
		.dialup = (double)response->connect_us / US_PER_S,
		.connected = response->connected,
		.status = response->status,
		.bytes = response->body.len,
	};

	if (response->failure != PR_HTTP_NONE)
		return note_failure(load, response->detail);
	return pr_load_stats_add(&load->stats, &sample);
}

static void on_answer(void *arg, const struct pr_http_response *response)
{
	struct sender *sender = arg;
	struct load *load = sender->load;
	int rc = note_answer(sender, response);

	pr_http_call_free(pr_steal(sender->http));
	if (rc)
		pr_native_return(load->call, NULL);
	else
		send_due(load);
}

static void on_tick(void *arg)
{
	send_due(arg);
}

static struct sender *find_idle(struct load *load)
{
	for (size_t i = 0; i < CONNECTIONS; i++)
		if (!load->senders[i].http)
			return &load->senders[i];
	return NULL;
}

/* Sends what is due as long as there is who can; what has to wait is late, and counts so. */
static void send_due(struct load *load)
{
	struct pr_loop *loop = load->call->env.loop;
	int64_t now_us = pr_loop_now_us(loop);
	struct sender *idle = find_idle(load);

	while (idle && due_us(load, load->sent) <= now_us) {
		idle->due_us = due_us(load, load->sent++);
		idle->sent_us = now_us;
		if (pr_http_start(
			    load->client, &load->request, on_answer, idle, &idle->http, NULL)) {
			pr_native_return(load->call, NULL);
			return;
		}
		idle = find_idle(load);
	}
	if (idle &&
		pr_timer_start(loop, &load->tick, due_us(load, load->sent) - now_us, on_tick, load))
		pr_native_return(load->call, NULL);
}

/* Ends what runs; it counts as cut off. */
static void cut_off(struct load *load)
{
	pr_timer_stop(&load->tick);
	pr_timer_stop(&load->end);
	for (size_t i = 0; i < CONNECTIONS; i++) {
		if (load->senders[i].http)
			pr_load_stats_fail(&load->stats, PR_LOAD_DEADLINE);
		pr_http_call_free(pr_steal(load->senders[i].http));
	}
}

static void keep_result(const struct pr_native_call *call, json_t *summary)
{
	const char *name = pr_native_text(call, "test_name");

	if (name && call->env.load_results)
		json_object_set(call->env.load_results, name, summary);
}

static void on_end(void *arg)
{
	struct load *load = arg;
	struct pr_native_call *call = load->call;
	json_t *summary = NULL;
	double total = since_start(load, pr_loop_now_us(call->env.loop));

	cut_off(load);
	if (!pr_load_stats_summarise(&load->stats, total, &summary, NULL))
		keep_result(call, summary);
	pr_native_return(call, summary);
}

static int add_header(struct load *load, const char *name, const char *value, struct pr_err *err)
{
	if (load->request.header_count == PR_LEN(load->headers))
		return pr_fail(
			err, PR_EINVAL, "a load test can have %d headers at most", HEADERS_MAX);
	load->headers[load->request.header_count++] =
		(struct pr_http_header){.name = name, .value = value};
	return 0;
}

/* "foo: bar,other: thing" */
static int read_headers(struct load *load, struct pr_err *err)
{
	const char *given = pr_native_text(load->call, "headers");
	char *next;
	int rc = 0;

	load->header_texts = pr_text_dup(given ? given : "");
	if (!load->header_texts)
		return pr_fail_nomem(err);
	for (char *pair = load->header_texts; !rc && *pair; pair = next) {
		size_t n = strcspn(pair, ",");
		char *colon;

		next = pair + n + (pair[n] ? 1 : 0);
		pair[n] = '\0';
		colon = strchr(pair, ':');
		if (!colon)
			return pr_fail(err, PR_EINVAL,
				"'%s' is no header: 'name: value' is, several of them with commas "
				"between",
				pair);
		*colon = '\0';
		rc = add_header(load, pr_text_trim(pair), pr_text_trim(colon + 1), err);
	}
	return rc;
}

/* Upstream's default is the text "None", which it sends; nobody can have meant it. */
static const char *host_of(const struct pr_native_call *call)
{
	const char *host = pr_native_text(call, "host");

	return pr_text_eq(host, "None") ? NULL : host;
}

static int build_request(struct load *load, struct pr_err *err)
{
	const struct pr_native_call *call = load->call;
	const char *method = pr_native_text(call, "method");
	const char *content_type = pr_native_text(call, "content_type");
	int rc = read_headers(load, err);

	load->request.method = method ? method : "GET";
	load->request.url = json_string_value(pr_native_get(call, "url"));
	load->request.body = pr_native_text(call, "body");
	load->request.body_len = load->request.body ? strlen(load->request.body) : 0;
	load->request.headers = load->headers;
	load->request.connect_ms = CONNECT_TIMEOUT_MS;
	load->request.redirects = REDIRECTS;
	load->request.body_max = call->env.limits->body_bytes;
	if (!rc && host_of(call))
		rc = add_header(load, "Host", host_of(call), err);
	if (!rc && content_type)
		rc = add_header(load, "Content-Type", content_type, err);
	return rc;
}

static int connect_client(struct load *load, struct pr_err *err)
{
	const struct pr_native_call *call = load->call;
	struct pr_http_policy policy = {
		.verify_tls = !pr_native_truthy(call, "insecure"),
		.ca_file = call->env.ca_file,
		.keep_alive = true,
		.connect_to = pr_native_text(call, "connect_to"),
		.proxy = pr_native_text(call, "proxy_addr"),
	};

	if (!policy.proxy)
		policy.proxy = pr_env_get("OHA_HTTPS_PROXY");
	if (!policy.proxy)
		policy.proxy = pr_env_get("OHA_HTTP_PROXY");
	if (!policy.proxy)
		policy.proxy = ""; /* those of the environment are not for load tests */
	return pr_http_client_new(call->env.loop, &policy, &load->client, err);
}

static int read_rate(struct load *load, double *ret_duration, struct pr_err *err)
{
	const json_t *qps = pr_native_get(load->call, "qps");
	double duration = pr_native_number(load->call, "duration");

	load->qps = pr_native_number(load->call, "qps");
	if (json_is_string(qps) && pr_text_double(json_string_value(qps), &load->qps, NULL))
		return pr_fail(err, PR_EINVAL, "qps of a load test must be a number, not '%s'",
			json_string_value(qps));
	if (!(load->qps > 0) || !(duration > 0) || duration > DURATION_MAX_S)
		return pr_fail(err, PR_EINVAL,
			"qps and duration (seconds, a week at most) of a load test must be "
			"greater than 0");
	if (load->qps * duration > REQUESTS_MAX)
		return pr_fail(err, PR_EINVAL, "a load test can have two million requests at most");
	*ret_duration = duration;
	return 0;
}

static int load_start(struct pr_native_call *call, struct pr_err *err)
{
	struct load *load = call->state;
	double duration = 0;
	int rc;

	load->call = call;
	for (size_t i = 0; i < CONNECTIONS; i++)
		load->senders[i].load = load;
	rc = read_rate(load, &duration, err);
	if (!rc)
		rc = build_request(load, err);
	if (!rc)
		rc = connect_client(load, err);
	if (rc)
		return rc;
	load->start_us = pr_loop_now_us(call->env.loop);
	if (pr_timer_start(
		    call->env.loop, &load->end, (int64_t)(duration * US_PER_S), on_end, load) ||
		pr_timer_start(call->env.loop, &load->tick, 0, on_tick, load))
		return pr_fail_nomem(err);
	return 0;
}

static void load_release(struct pr_native_call *call)
{
	struct load *load = call->state;

	cut_off(load);
	pr_http_client_free(load->client);
	pr_load_stats_release(&load->stats);
	free(load->header_texts);
}

#define TEXT (PR_NATIVE_TEXT | PR_NATIVE_NULL)

static const struct pr_native_parameter parameters[] = {
	{"url", PR_NATIVE_TEXT, NULL},
	{"duration", PR_NATIVE_NUMBER, "30"},
	{"qps", PR_NATIVE_NUMBER | PR_NATIVE_TEXT, "5"},
	{"connect_to", TEXT, "\"\""},
	{"insecure", PR_NATIVE_ANY, "false"},
	{"host", TEXT, "\"None\""},
	{"method", TEXT, "\"GET\""},
	{"headers", TEXT, "\"\""},
	{"body", TEXT, "\"\""},
	{"content_type", TEXT, "\"\""},
	{"test_name", TEXT, "\"load test\""},
	{"proxy_addr", TEXT, "\"\""},
};

static const struct pr_native_function actions[] = {
	{.name = "run_load_test",
		.parameters = parameters,
		.parameter_count = PR_LEN(parameters),
		.start = load_start,
		.release = load_release,
		.state_size = sizeof(struct load)},
	{.name = "inject_gradual_traffic_into_endpoint"},
};

const struct pr_native_module pr_native_load_actions = {
	.name = "chaosreliably.activities.load.actions",
	.functions = actions,
	.function_count = PR_LEN(actions)};
