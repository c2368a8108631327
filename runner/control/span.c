#include "control/span.h"

#include "base/text.h"
#include "base/uuid.h"
#include "codec/json.h"

#include <string.h>

int pr_span_open(struct pr_span *span, const struct pr_span *parent, const char *name,
	int64_t start_us, struct pr_err *err)
{
	*span = (struct pr_span){.kind = PR_SPAN_INTERNAL, .start_us = start_us};
	if (pr_random_bytes(span->id, sizeof span->id, err) ||
		pr_random_bytes(span->trace, sizeof span->trace, err))
		return PR_EIO;
	span->id[0] |= 1; /* an id of zeroes is none */
	span->trace[0] |= 1;
	if (parent) {
		memcpy(span->trace, parent->trace, sizeof span->trace);
		memcpy(span->parent, parent->id, sizeof span->parent);
	}
	span->attributes = json_object();
	span->name = pr_text_dup(name);
	if (!span->name || !span->attributes) {
		pr_span_release(span);
		return pr_fail_nomem(err);
	}
	return 0;
}

void pr_span_set(struct pr_span *span, const char *key, json_t *value)
{
	if (span->attributes)
		(void)pr_json_set(span->attributes, key, value, NULL);
	else
		json_decref(value);
}

void pr_span_traceparent(const struct pr_span *span, char text[PR_TRACEPARENT_SIZE])
{
	char trace[2 * PR_TRACE_ID_BYTES + 1];
	char id[2 * PR_SPAN_ID_BYTES + 1];

	pr_text_hex(trace, span->trace, sizeof span->trace);
	pr_text_hex(id, span->id, sizeof span->id);
	pr_text_print(text, PR_TRACEPARENT_SIZE, "00-%s-%s-01", trace, id);
}

void pr_span_release(struct pr_span *span)
{
	free(pr_steal(span->name));
	json_decref(pr_steal(span->attributes));
}
