#include "control/otlp_export.h"

#include "base/log.h"
#include "base/text.h"
#include "control/otlp.h"
#include "net/http.h"
#include "net/retry.h"

#include <string.h>

#define US_PER_MS INT64_C(1000)
#define BATCH_SPANS 512
#define QUEUE_SPANS 2048
#define BATCH_BYTES ((size_t)4 << 20)
#define BODY_MAX ((size_t)16 << 20)
#define ANSWER_MAX ((size_t)1 << 16)
#define FLUSH_US INT64_C(5000000)
#define CONNECT_MS 5000
#define REST_MS 10
#define HALF 0.5

struct pr_otlp_export {
	struct pr_loop *loop;
	const struct pr_otlp_settings *settings;
	struct pr_http_client *client;
	struct pr_http_call *call;
	struct pr_span queue[QUEUE_SPANS];
	size_t count;
	struct pr_buf body; /* of the batch that is being sent; "" when there is none */
	unsigned attempt;
	int64_t batch_until_us;
	int64_t until_us;      /* of everything; 0: there is more to come */
	struct pr_timer timer; /* next flush, next attempt, or the end */
	bool told;             /* of a failure */
	pr_loop_fn *fn;
	void *arg;
};

static void send_batch(void *arg);
static void flush(void *arg);

/* Once a run; later ones are for who looks closely. */
static void tell(struct pr_otlp_export *export, const char *why)
{
	enum pr_log_level level = export->told ? PR_LOG_DEBUG : PR_LOG_WARNING;

	export->told = true;
	pr_log_at(level, __FILE__, __LINE__,
		"Traces could not be delivered: %s. The run is not affected", why);
}

static void drop_first(struct pr_otlp_export *export, size_t n)
{
	for (size_t i = 0; i < n; i++)
		pr_span_release(&export->queue[i]);
	export->count -= n;
	memmove(export->queue, export->queue + n, export->count * sizeof *export->queue);
}

/* Nothing is under way and nothing is left. */
static bool is_idle(const struct pr_otlp_export *export)
{
	return !export->body.len && !export->count;
}

static void on_over(struct pr_otlp_export *export)
{
	pr_loop_fn *fn = pr_steal(export->fn);

	pr_timer_stop(&export->timer);
	if (fn)
		fn(export->arg);
}

static void end_batch(struct pr_otlp_export *export)
{
	pr_http_call_free(pr_steal(export->call));
	pr_buf_clear(&export->body);
	if (export->until_us || export->count >= BATCH_SPANS)
		flush(export);
	else if (export->count)
		(void)pr_timer_start(export->loop, &export->timer, FLUSH_US, flush, export);
}

/* The milliseconds that the batch still has. */
static int64_t rest_ms(const struct pr_otlp_export *export)
{
	int64_t until = export->batch_until_us;

	if (export->until_us && export->until_us < until)
		until = export->until_us;
	return (until - pr_loop_now_us(export->loop)) / US_PER_MS;
}

/* At the end nobody waits for a collector that is not there. */
static bool is_worth_another(
	const struct pr_otlp_export *export, const struct pr_http_response *response)
{
	if (export->until_us && response->failure != PR_HTTP_NONE)
		return false;
	return pr_retry_worthwhile(PR_RETRY_IDEMPOTENT, response);
}

static void on_answer(void *arg, const struct pr_http_response *response)
{
	struct pr_otlp_export *export = arg;
	bool taken = response->failure == PR_HTTP_NONE && response->status / 100 == 2;
	char why[sizeof response->detail + 32];
	int64_t delay;

	if (!taken && is_worth_another(export, response)) {
		delay = pr_retry_delay_ms(++export->attempt, HALF, response);
		if (delay + REST_MS < rest_ms(export) &&
			!pr_timer_start(export->loop, &export->timer, delay * US_PER_MS, send_batch,
				export))
			return;
	}
	if (response->failure != PR_HTTP_NONE)
		pr_text_copy(why, sizeof why, response->detail);
	else
		pr_text_print(why, sizeof why, "the collector answered %ld", response->status);
	if (!taken)
		tell(export, why);
	end_batch(export);
}

static void send_batch(void *arg)
{
	struct pr_otlp_export *export = arg;
	struct pr_http_header headers[PR_OTLP_HEADERS_MAX + 1];
	int64_t rest = rest_ms(export);
	struct pr_http_request request = {.method = "POST",
		.url = export->settings->url,
		.headers = headers,
		.header_count = export->settings->header_count + 1,
		.body = export->body.ptr,
		.body_len = export->body.len,
		.connect_ms = CONNECT_MS,
		.total_ms = rest > REST_MS ? rest : REST_MS,
		.body_max = ANSWER_MAX};
	struct pr_err err = PR_ERR_INIT;

	memcpy(headers, export->settings->headers,
		export->settings->header_count * sizeof *headers);
	headers[export->settings->header_count] = (struct pr_http_header){"Content-Type",
		export->settings->json ? "application/json" : "application/x-protobuf"};
	pr_http_call_free(pr_steal(export->call));
	if (pr_http_start(export->client, &request, on_answer, export, &export->call, &err)) {
		tell(export, err.msg);
		pr_buf_clear(&export->body);
		(void)pr_timer_start(export->loop, &export->timer, 0, flush, export);
	}
}

/* How many of the spans that wait go into one batch. */
static int write_batch(struct pr_otlp_export *export)
{
	struct pr_otlp_batch batch = {.resource = export->settings->resource,
		.spans = export->queue,
		.count = export->count < BATCH_SPANS ? export->count : BATCH_SPANS};
	int rc;

	for (;; batch.count /= 2) {
		rc = export->settings->json ? pr_otlp_write_json(&batch, &export->body)
					    : pr_otlp_write_protobuf(&batch, &export->body);
		if (batch.count <= 1 || (!rc && export->body.len <= BATCH_BYTES))
			break;
		pr_buf_clear(&export->body);
	}
	drop_first(export, batch.count);
	return rc;
}

static void flush(void *arg)
{
	struct pr_otlp_export *export = arg;

	pr_timer_stop(&export->timer);
	while (!export->body.len && export->count) {
		export->batch_until_us =
			pr_loop_now_us(export->loop) + export->settings->timeout_ms * US_PER_MS;
		if (export->until_us && rest_ms(export) <= 0) {
			tell(export, "the time for it is over");
			drop_first(export, export->count);
			break;
		}
		if (write_batch(export)) {
			tell(export, "a span is too large");
			pr_buf_clear(&export->body);
			continue;
		}
		export->attempt = 0;
		send_batch(export);
	}
	if (export->until_us && is_idle(export))
		on_over(export);
}

int pr_otlp_export_new(struct pr_loop *loop, const struct pr_otlp_settings *settings,
	const char *ca_file, struct pr_otlp_export **ret_export, struct pr_err *err)
{
	struct pr_otlp_export *export = calloc(1, sizeof *export);
	struct pr_http_policy policy = {.verify_tls = true,
		.keep_alive = true,
		.ca_file = settings->ca_file ? settings->ca_file : ca_file};

	if (!export)
		return pr_fail_nomem(err);
	export->loop = loop;
	export->settings = settings;
	pr_buf_init(&export->body, BODY_MAX);
	if (pr_http_client_new(loop, &policy, &export->client, err)) {
		free(export);
		return PR_ENET;
	}
	*ret_export = export;
	return 0;
}

void pr_otlp_export_add(struct pr_otlp_export *export, struct pr_span *span)
{
	if (export->count == QUEUE_SPANS) {
		tell(export, "too many spans wait for the collector");
		pr_span_release(span);
		return;
	}
	export->queue[export->count++] = *span;
	*span = (struct pr_span){0};
	if (export->body.len)
		return;
	if (export->count >= BATCH_SPANS)
		flush(export);
	else if (!pr_timer_active(&export->timer))
		(void)pr_timer_start(export->loop, &export->timer, FLUSH_US, flush, export);
}

/* The collector had its time. */
static void on_late(void *arg)
{
	struct pr_otlp_export *export = arg;

	tell(export, "the collector does not answer");
	pr_http_call_free(pr_steal(export->call));
	pr_buf_clear(&export->body);
	drop_first(export, export->count);
	on_over(export);
}

/* A batch that waits for its next attempt gets it now. */
void pr_otlp_export_finish(struct pr_otlp_export *export, int64_t deadline_us)
{
	export->until_us = deadline_us;
	if (export->body.len && pr_timer_active(&export->timer)) {
		pr_timer_stop(&export->timer);
		send_batch(export);
	} else if (export->body.len) {
		(void)pr_timer_start(export->loop, &export->timer,
			deadline_us - pr_loop_now_us(export->loop), on_late, export);
	} else {
		flush(export);
	}
}

bool pr_otlp_export_wait(struct pr_otlp_export *export, pr_loop_fn *fn, void *arg)
{
	if (is_idle(export))
		return false;
	export->fn = fn;
	export->arg = arg;
	return true;
}

void pr_otlp_export_free(struct pr_otlp_export *export)
{
	if (!export)
		return;
	pr_timer_stop(&export->timer);
	pr_http_call_free(export->call);
	pr_http_client_free(export->client);
	drop_first(export, export->count);
	pr_buf_release(&export->body);
	free(export);
}
