#include "platform/report.h"

#include "base/redact.h"
#include "codec/json.h"
#include "codec/json_write.h"

#include <string.h>

/* In JSON text, where a backslash before the escape would make it something else. */
static void replace_nul_escapes(char *text, size_t n)
{
	static const char nul[] = "\\u0000";
	static const char replacement[] = "\\ufffd";

	for (size_t i = 0; i + 1 < n; i++) {
		if (text[i] != '\\')
			continue;
		if (n - i >= sizeof nul - 1 && memcmp(text + i, nul, sizeof nul - 1) == 0)
			memcpy(text + i, replacement, sizeof replacement - 1);
		i++;
	}
}

static json_t *journal_text(const json_t *journal)
{
	static const struct pr_json_style style = PR_JSON_JOURNAL;
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (pr_json_write(journal, &style, &text) || !text.ptr)
		return NULL;
	replace_nul_escapes(text.ptr, text.len);
	return json_stringn(text.ptr, text.len);
}

static json_t *log_text(const struct pr_buf *log)
{
	json_t *text = pr_json_text(pr_buf_str(log), log->len);
	const char *bytes = json_string_value(text);
	PR_AUTO(buf) struct pr_buf clean = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (!text || !memchr(bytes, '\0', json_string_length(text)))
		return text;
	for (size_t i = 0; i < json_string_length(text); i++)
		if (bytes[i])
			pr_buf_addc(&clean, bytes[i]);
	json_decref(text);
	return clean.status ? NULL : json_stringn(pr_buf_str(&clean), clean.len);
}

json_t *pr_report_results(const json_t *journal, const struct pr_buf *log, const char *plan)
{
	json_auto_t *body = json_pack("{s: o}", "result", journal_text(journal));

	if (!body || (log && json_object_set_new(body, "log", log_text(log))))
		return NULL;
	if (json_object_set_new(body, "plan_id", plan ? json_string(plan) : json_null()))
		return NULL;
	return pr_steal(body);
}

json_t *pr_report_plan_status(const char *status, const char *error)
{
	PR_AUTO(buf) struct pr_buf shown = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (error && pr_redact_copy(error, strlen(error), &shown))
		return NULL;
	return json_pack("{s: s, s: o?}", "status", status, "error",
		error ? pr_json_text(pr_buf_str(&shown), shown.len) : json_null());
}

json_t *pr_report_running(const char *started_on, const char *plan)
{
	return json_pack("{s: s, s: s, s: s?}", "current", "running", "started_on", started_on,
		"plan_id", plan);
}

json_t *pr_report_paused(int64_t duration_s, const char *plan)
{
	return json_pack("{s: s, s: I, s: s?}", "current", "pause", "duration",
		(json_int_t)duration_s, "plan_id", plan);
}

json_t *pr_report_finished(const char *status, bool deviated, const char *plan)
{
	return json_pack("{s: s, s: s, s: b, s: s?}", "current", "finished", "status", status,
		"deviated", deviated, "plan_id", plan);
}

size_t pr_report_entries(const json_t *journal)
{
	const json_t *states = json_object_get(journal, "steady_states");

	return 1 + json_array_size(json_object_get(journal, "run")) +
	       json_array_size(json_object_get(journal, "rollbacks")) +
	       json_array_size(json_object_get(states, "during"));
}
