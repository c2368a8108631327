#include "control/trace_text.h"

#include "base/env.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "control/extension.h"
#include "experiment/activities.h"

#include <string.h>

#define OUTPUT_MAX ((size_t)64 << 10)

char *pr_trace_text_name(const json_t *activity)
{
	return pr_text_format("activity: %s", pr_activity_name(activity));
}

int64_t pr_trace_text_moment(const json_t *entry, const char *key, const struct pr_loop *loop)
{
	int64_t us;

	return pr_stamp_read(pr_json_str(entry, key), &us) ? us : pr_loop_wall_us(loop);
}

void pr_trace_text_open(struct pr_span *span, const json_t *activity, bool background)
{
	pr_span_set(span, "chaostoolkit.activity.name", json_string(pr_activity_name(activity)));
	pr_span_set(span, "chaostoolkit.activity.background", json_boolean(background));
}

static void set_output(struct pr_span *span, const json_t *output)
{
	static const struct pr_json_style style = {.ascii = true, .redact = true};
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(OUTPUT_MAX);

	pr_json_write(output, &style, &text);
	pr_span_set(span, "chaostoolkit.activity.output", pr_json_text(text.ptr, text.len));
	if (text.status == PR_ELIMIT)
		pr_span_set(span, "chaostoolkit.activity.output_truncated", json_true());
}

void pr_trace_text_close(struct pr_span *span, const json_t *entry)
{
	json_t *status = json_object_get(entry, "status");
	json_t *exception = pr_json_array(entry, "exception");

	set_output(span, json_object_get(entry, "output"));
	if (json_is_string(status))
		pr_span_set(span, "chaostoolkit.activity.status", json_incref(status));
	if (exception)
		pr_span_set(span, "chaostoolkit.activity.error", pr_json_copy(exception));
	span->failed = !pr_text_eq(json_string_value(status), "succeeded");
}

void pr_trace_text_request(struct pr_span *span, const json_t *provider)
{
	json_t *url = json_object_get(provider, "url");

	pr_span_set(span, "http.request.method", json_string(span->name));
	if (json_is_string(url))
		pr_span_set(span, "url.full", json_incref(url));
}

void pr_trace_text_answer(struct pr_span *span, const json_t *entry)
{
	json_t *status = json_object_get(json_object_get(entry, "output"), "status");

	if (json_is_integer(status))
		pr_span_set(span, "http.response.status_code", json_incref(status));
	span->failed = !json_is_integer(status) || json_integer_value(status) >= 400;
}

void pr_trace_text_outcome(struct pr_span *span, const json_t *journal, bool exit_signal)
{
	json_t *status = json_object_get(journal, "status");
	json_t *deviated = json_object_get(journal, "deviated");
	const char *text = json_string_value(status);

	if (text)
		pr_span_set(span, "chaostoolkit.experiment.status", json_incref(status));
	if (json_is_boolean(deviated))
		pr_span_set(span, "chaostoolkit.experiment.deviated", json_incref(deviated));
	if (exit_signal)
		pr_span_set(span, "chaostoolkit.experiment.exit_signal", json_true());
	else if (pr_text_eq(text, "interrupted"))
		pr_span_set(span, "chaostoolkit.experiment.interrupted", json_true());
	span->failed = !pr_text_eq(text, "completed");
}

/* The id in "…/executions/view/?id=EXECUTION&exp=EXPERIMENT". */
static json_t *execution_of(const char *url)
{
	const char *id = strstr(url, "?id=");

	return id ? json_stringn(id + 4, strcspn(id + 4, "&")) : json_string("");
}

void pr_trace_text_execution(struct pr_span *span, const json_t *document, const char *plan)
{
	const char *url = pr_json_str(pr_extension_find(document), "execution_url");
	json_t *title = json_object_get(document, "title");

	if (!url || !pr_env_get_set("OTEL_EXPORTER_OTLP_TRACES_HEADERS"))
		return;
	pr_span_set(span, "reliably.experiment.name", json_incref(title));
	pr_span_set(span, "reliably.execution.id", execution_of(url));
	pr_span_set(span, "reliably.execution.url", json_string(url));
	if (plan)
		pr_span_set(span, "reliably.plan.id", json_string(plan));
}

bool pr_trace_text_is_signal(const char *reason)
{
	return reason && (pr_text_starts(reason, "Received a termination signal") ||
				 pr_text_starts(reason, "Received the exit signal"));
}
