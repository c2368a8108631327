#include "cli/doctor.h"

#include "base/shown.h"
#include "base/text.h"
#include "cli/console.h"
#include "codec/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CONNECT_MS 5000
#define TOTAL_MS 15000
#define DETAIL_MAX ((size_t)4 << 10)

static const char *const verdicts[] = {
	[PR_VERDICT_OK] = "ok",
	[PR_VERDICT_WARNING] = "warning",
	[PR_VERDICT_FAILED] = "failed",
	[PR_VERDICT_SKIPPED] = "skipped",
};

void pr_doctor_say(struct pr_doctor *doctor, const char *check, enum pr_verdict verdict,
	const char *remedy, const char *fmt, ...)
{
	PR_AUTO(buf) struct pr_buf detail = PR_BUF_INIT(DETAIL_MAX);
	char text[600];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	(void)pr_shown_line(PR_SHOWN_PLAIN, text, strlen(text), sizeof text, &detail);
	doctor->failed |= verdict == PR_VERDICT_FAILED;
	if (doctor->tell)
		pr_print("%-8s %-13s %s%s%s\n", verdicts[verdict], check, pr_buf_str(&detail),
			remedy ? " - " : "", remedy ? remedy : "");
	json_array_append_new(doctor->lines,
		json_pack("{s:s, s:s, s:s, s:s?}", "check", check, "verdict", verdicts[verdict],
			"detail", pr_buf_str(&detail), "remedy", remedy));
}

struct visit {
	struct pr_loop *loop;
	struct pr_doctor_answer *answer;
	bool answered;
};

static void on_answer(void *arg, const struct pr_http_response *response)
{
	struct visit *visit = arg;
	struct pr_doctor_answer *answer = visit->answer;

	visit->answered = true;
	answer->failure = response->failure;
	answer->unresolved = response->unresolved;
	answer->status = response->status;
	answer->proxy_status = response->proxy_status;
	pr_text_copy(answer->detail, sizeof answer->detail, response->detail);
	pr_text_copy(answer->peer, sizeof answer->peer, response->peer);
	answer->date = pr_http_field(response, "Date");
	answer->content_type = pr_text_dup(response->content_type);
	if (response->body.len)
		(void)pr_buf_add(&answer->text, pr_buf_str(&response->body), response->body.len);
	pr_loop_stop(visit->loop);
}

static int visit_url(struct pr_doctor *doctor, const struct pr_http_request *request,
	struct visit *visit, struct pr_err *err)
{
	struct pr_http_call *call = NULL;
	int rc = pr_http_start(doctor->client, request, on_answer, visit, &call, err);

	if (!rc && !doctor->signals.received)
		rc = pr_loop_run(doctor->signals.loop, err);
	pr_http_call_free(call);
	if (!rc && !visit->answered)
		rc = pr_fail(err, PR_ECANCELED, "interrupted");
	return rc;
}

int pr_doctor_get(struct pr_doctor *doctor, const char *path, bool authorized,
	struct pr_doctor_answer *answer, struct pr_err *err)
{
	PR_AUTO(free) char *url = pr_text_format("%s%s", doctor->service.host, path);
	PR_AUTO(free) char *bearer =
		pr_text_format("Bearer %s", authorized ? doctor->service.token : "");
	const struct pr_http_header header = {"Authorization", bearer};
	const struct pr_http_request request = {.method = "GET",
		.url = url,
		.headers = &header,
		.header_count = authorized ? 1 : 0,
		.connect_ms = CONNECT_MS,
		.total_ms = TOTAL_MS,
		.body_max = doctor->limits->document_bytes,
		.compressed = true};
	struct visit visit = {.loop = doctor->signals.loop, .answer = answer};
	int rc;

	*answer = (struct pr_doctor_answer){.text = PR_BUF_INIT(doctor->limits->document_bytes)};
	if (!url || !bearer)
		return pr_fail_nomem(err);
	rc = visit_url(doctor, &request, &visit, err);
	if (!rc && answer->text.len)
		(void)pr_json_parse(pr_buf_str(&answer->text), answer->text.len, path,
			doctor->limits, &answer->body, NULL);
	return rc;
}

void pr_doctor_answer_release(struct pr_doctor_answer *answer)
{
	free(answer->date);
	free(answer->content_type);
	pr_buf_release(&answer->text);
	json_decref(answer->body);
	*answer = (struct pr_doctor_answer){.failure = PR_HTTP_NONE};
}

int pr_doctor_look(struct pr_doctor *doctor, struct pr_err *err)
{
	static int (*const looks[])(struct pr_doctor *, struct pr_err *) = {pr_doctor_look_settings,
		pr_doctor_look_network, pr_doctor_look_access, pr_doctor_look_plan,
		pr_doctor_look_machine};
	int rc = 0;

	doctor->lines = json_array();
	if (!doctor->lines)
		return pr_fail_nomem(err);
	for (size_t i = 0; !rc && i < PR_LEN(looks); i++)
		rc = looks[i](doctor, err);
	return rc;
}

void pr_doctor_release(struct pr_doctor *doctor)
{
	pr_http_client_free(doctor->client);
	pr_secret_files_remove(&doctor->secret_files);
	pr_plan_release(&doctor->plan);
	pr_service_release(&doctor->service);
	json_decref(doctor->lines);
}
