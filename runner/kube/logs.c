#include "kube/logs.h"

#include "base/text.h"
#include "codec/json.h"
#include "kube/job_outcome.h"
#include "kube/job_view.h"
#include "kube/resource.h"
#include "net/url.h"

#include <string.h>

/* A plan may be silent for hours, a lost connection is so for ever: so it is opened anew. */
#define SILENCE_MS 30000

struct reading {
	struct pr_kube_lines *lines;
	int status; /* of lines */
};

static int take(void *arg, const char *bytes, size_t n)
{
	struct reading *reading = arg;

	reading->status = pr_kube_lines_add(reading->lines, bytes, n);
	return reading->status;
}

/* The address of the log, "" when memory is out. */
static int address(
	const json_t *pod, bool follow, const struct pr_kube_lines *lines, struct pr_buf *out)
{
	PR_AUTO(free) char *path = pr_kube_path("Pod", pr_kube_meta(pod, "namespace"),
		pr_kube_meta(pod, "name") ? pr_kube_meta(pod, "name") : "");
	const char *container = pr_kube_container_name(pod);

	if (!path)
		return PR_ENOMEM;
	pr_buf_addf(out, "%s/log?timestamps=true", path);
	if (follow)
		pr_buf_adds(out, "&follow=true");
	if (container) {
		pr_buf_adds(out, "&container=");
		pr_url_encode(container, strlen(container), out);
	}
	if (*lines->last) {
		pr_buf_adds(out, "&sinceTime=");
		pr_url_encode(lines->last, strlen(lines->last), out);
	}
	return out->status;
}

int pr_kube_logs_read(struct pr_kube_client *client, const json_t *pod, bool follow,
	struct pr_kube_lines *lines, struct pr_err *err)
{
	PR_AUTO(kube_result) struct pr_kube_result result = {.status = 0};
	PR_AUTO(buf) struct pr_buf path = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct reading reading = {.lines = lines};
	struct pr_kube_request request = {
		.method = "GET", .stream = take, .stream_arg = &reading, .silence_ms = SILENCE_MS};
	int rc;

	pr_kube_lines_resume(lines);
	if (address(pod, follow, lines, &path))
		return pr_fail_nomem(err);
	request.path = pr_buf_str(&path);
	rc = pr_kube_call(client, &request, &result, err);
	if (reading.status) {
		pr_err_clear(err);
		return pr_fail(err, PR_EIO, "the log cannot be written");
	}
	return rc;
}

static int not_started(struct pr_kube_view *view, struct pr_err *err)
{
	struct pr_kube_reason reason;

	if (pr_kube_view_is_stuck(view, &reason))
		return pr_fail(err, PR_ENOTFOUND, "the pod of the Job '%s' does not start (%s): %s",
			view->name, reason.name, reason.text);
	if (pr_kube_job_is_over(view->job))
		return pr_fail(err, PR_ENOTFOUND, "the pod of the Job '%s' is gone, and its log",
			view->name);
	return pr_fail(err, PR_ENOTFOUND,
		"the pod of the Job '%s' has not started: -f waits for it", view->name);
}

int pr_kube_logs_now(struct pr_kube_client *client, const json_t *job, pr_kube_log_fn *fn,
	void *arg, struct pr_err *err)
{
	struct pr_kube_view view = {.client = client,
		.space = pr_kube_meta(job, "namespace"),
		.name = pr_kube_meta(job, "name")};
	struct pr_kube_lines lines;
	int rc = pr_kube_view_look(&view, err);

	pr_kube_lines_init(&lines, fn, arg);
	if (!rc && !pr_kube_container_began(view.pod))
		rc = not_started(&view, err);
	if (!rc)
		rc = pr_kube_logs_read(client, view.pod, false, &lines, err);
	if (!rc && pr_kube_lines_finish(&lines))
		rc = pr_fail(err, PR_EIO, "the log cannot be written");
	pr_kube_lines_release(&lines);
	pr_kube_view_release(&view);
	return rc;
}
