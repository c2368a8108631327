#include "kube/answer.h"

#include "base/text.h"
#include "codec/json.h"

#include <ctype.h>
#include <string.h>

static const struct pr_limits limits = {
	.document_bytes = (size_t)32 << 20, .depth = 128, .alias_nodes = 0};

static const struct {
	long status;
	enum pr_code code;
} codes[] = {
	{400, PR_EINVAL},
	{401, PR_EAUTH},
	{403, PR_EAUTH},
	{404, PR_ENOTFOUND},
	{408, PR_ETIMEOUT},
	{409, PR_EINVAL},
	{410, PR_ENOTFOUND},
	{413, PR_ELIMIT},
	{415, PR_EINVAL},
	{422, PR_EINVAL},
	{429, PR_ELIMIT},
	{502, PR_ENET},
	{503, PR_ENET},
	{504, PR_ETIMEOUT},
};

static enum pr_code code_of(long status)
{
	for (size_t i = 0; i < PR_LEN(codes); i++)
		if (codes[i].status == status)
			return codes[i].code;
	return PR_EPROTO;
}

/* What comes from outside stays on its line. */
static void flatten(char *line)
{
	for (; *line; line++)
		if ((unsigned char)*line < ' ' || *line == 0x7f)
			*line = ' ';
}

/* ": connection refused" in the system's words where it has some, else in libcurl's. */
static void tell_failure(struct pr_kube_answer *answer, const struct pr_kube_cluster *cluster,
	const struct pr_http_response *response, const char *what)
{
	struct pr_err err = PR_ERR_INIT;

	if (response->sys)
		pr_fail_errno(&err, response->sys, "%s the API server %s (%s)", what,
			cluster->server, cluster->origin);
	else if (response->failure == PR_HTTP_TOO_LARGE)
		pr_fail(&err, PR_ELIMIT, "%s the API server %s (%s)", what, cluster->server,
			cluster->origin);
	else
		pr_fail(&err, PR_ENET, "%s the API server %s (%s): %s", what, cluster->server,
			cluster->origin, response->detail);
	pr_text_copy(answer->message, sizeof answer->message, err.msg);
}

static const struct {
	enum pr_http_failure failure;
	enum pr_code code;
	const char *what; /* before "the API server" */
} failures[] = {
	{PR_HTTP_URL, PR_EINVAL, "cannot ask"},
	{PR_HTTP_CONNECT, PR_ENET, "cannot reach"},
	{PR_HTTP_CONNECT_TIMEOUT, PR_ENET, "cannot reach"},
	{PR_HTTP_TLS, PR_ENET, "no TLS connection with"},
	{PR_HTTP_READ_TIMEOUT, PR_ETIMEOUT, "waited in vain for"},
	{PR_HTTP_INCOMPLETE, PR_ENET, "half an answer from"},
	{PR_HTTP_TOO_LARGE, PR_ELIMIT, "more than 32 MiB from"},
	{PR_HTTP_HEADER, PR_EINVAL, "cannot ask"},
	{PR_HTTP_MEMORY, PR_ENOMEM, "no memory for a call to"},
};

static void fail(struct pr_kube_answer *answer, const struct pr_kube_cluster *cluster,
	const struct pr_http_response *response)
{
	answer->code = PR_ENET;
	for (size_t i = 0; i < PR_LEN(failures); i++) {
		if (failures[i].failure != response->failure)
			continue;
		answer->code = failures[i].code;
		tell_failure(answer, cluster, response, failures[i].what);
	}
}

/* "field: message" of each cause that the message does not hold already, until that is enough. */
static void add_causes(struct pr_buf *text, size_t enough, const json_t *status)
{
	const json_t *causes = pr_json_array(pr_json_object(status, "details"), "causes");
	const char *message = pr_json_str(status, "message");
	size_t i;
	json_t *cause;

	json_array_foreach (pr_json_mutable(causes), i, cause) {
		const char *field = pr_json_str(cause, "field");
		const char *why = pr_json_str(cause, "message");

		if (text->len > enough)
			return;
		if (!why || (message && strstr(message, why) && (!field || strstr(message, field))))
			continue;
		pr_buf_addf(text, "; %s%s%s", field ? field : "", field ? ": " : "", why);
	}
}

static void tell_status(
	struct pr_kube_answer *answer, const struct pr_kube_cluster *cluster, const json_t *status)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	const char *message = pr_json_str(status, "message");
	const char *reason = pr_json_str(status, "reason");

	answer->reason = reason ? reason : "";
	if (answer->status == 401)
		pr_buf_addf(&text,
			"the API server %s does not accept the credentials (%s): ", cluster->server,
			cluster->origin);
	if (message && *message)
		pr_buf_adds(&text, message);
	else
		pr_buf_addf(&text, "the API server %s answered %ld %s", cluster->server,
			answer->status, answer->reason);
	add_causes(&text, sizeof answer->message, status);
	pr_text_copy(answer->message, sizeof answer->message, pr_buf_str(&text));
}

/* The title of a page, or its beginning: what a proxy says. */
static void copy_title(char *title, size_t size, const struct pr_buf *body)
{
	const char *text = pr_buf_str(body);
	const char *start = strcasestr(text, "<title>");
	const char *end = start ? strcasestr(start, "</title>") : NULL;

	if (end) {
		start += strlen("<title>");
		pr_text_print(title, size, "%.*s", (int)(end - start), start);
	} else {
		pr_text_copy(title, size, text);
	}
	flatten(title);
}

/* Something else than an API server has answered. */
static void tell_stranger(struct pr_kube_answer *answer, const struct pr_kube_cluster *cluster,
	const struct pr_http_response *response)
{
	PR_AUTO(free) char *location = pr_http_field(response, "Location");
	char title[120];

	answer->code = answer->status < 400 ? PR_EPROTO : code_of(answer->status);
	copy_title(title, sizeof title, &response->body);
	if (answer->status >= 300 && answer->status < 400 && location)
		pr_text_print(answer->message, sizeof answer->message,
			"%s (%s) is no API server: it answered %ld and points to %s, which is not "
			"followed",
			cluster->server, cluster->origin, answer->status, location);
	else
		pr_text_print(answer->message, sizeof answer->message,
			"%s (%s) answered %ld, but not as an API server does: '%s' (is a proxy in "
			"between, or the address wrong?)",
			cluster->server, cluster->origin, answer->status, title);
}

static bool is_json(const struct pr_http_response *response)
{
	const char *type = response->content_type;

	return type && (pr_text_starts(type, "application/json") || strstr(type, "+json"));
}

static bool is_page(const struct pr_http_response *response)
{
	return response->content_type && pr_text_starts(response->content_type, "text/html");
}

void pr_kube_answer_fill(struct pr_kube_answer *answer, const struct pr_kube_cluster *cluster,
	const struct pr_http_response *response, bool streamed, json_t **ret_body)
{
	answer->reason = "";
	if (response->failure != PR_HTTP_NONE) {
		fail(answer, cluster, response);
		return;
	}
	answer->status = response->status;
	if (streamed && response->status == 200)
		return;
	pr_json_parse(pr_buf_str(&response->body), response->body.len, "the answer", &limits,
		ret_body, NULL);
	answer->body = *ret_body;
	if (response->status >= 300 && json_is_object(*ret_body)) {
		answer->code = code_of(response->status);
		tell_status(answer, cluster, *ret_body);
	} else if (response->status >= 300 || is_page(response) ||
		   (is_json(response) && !*ret_body)) {
		tell_stranger(answer, cluster, response);
	}
	flatten(answer->message);
}

const char *pr_kube_warning_next(const char *header, char *text, size_t size)
{
	PR_AUTO(buf) struct pr_buf quoted = PR_BUF_INIT(size);
	bool shown;
	const char *at;

	while (*header == ',' || isspace((unsigned char)*header))
		header++;
	shown = pr_text_starts(header, "299 ");
	at = strchr(header, '"');
	if (!at)
		return NULL;
	for (at++; *at && *at != '"'; at++) {
		if (*at == '\\' && at[1])
			at++;
		pr_buf_addc(&quoted, *at);
	}
	at += *at == '"';
	pr_text_copy(text, size, shown ? pr_buf_str(&quoted) : "");
	flatten(text);
	/* the date that may follow has quotes too, right after a space */
	if (at[0] == ' ' && at[1] == '"')
		at = strchr(at + 2, '"') ? strchr(at + 2, '"') + 1 : at + strlen(at);
	return at;
}
