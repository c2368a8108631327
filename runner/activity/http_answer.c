#include "activity/http_exchange.h"

#include "activity/output_text.h"
#include "base/text.h"
#include "codec/json.h"

#include <string.h>

/* Bytes of a header are ISO-8859-1 (http.client of Python). NULL: no memory. */
static json_t *header_text(const char *bytes)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	return pr_buf_adds(&text, bytes) ? NULL : pr_output_latin1(&text);
}

/* The member of that name in whatever case; NULL: none yet. Borrowed. */
static const char *known_name(json_t *headers, const char *name)
{
	const char *known;
	json_t *value;

	json_object_foreach (headers, known, value) {
		if (pr_text_eq_nocase(known, name))
			return known;
	}
	return NULL;
}

static int add_header(json_t *headers, const struct pr_http_field *field)
{
	json_auto_t *name = header_text(field->name);
	json_auto_t *value = header_text(field->value);
	const char *known;

	if (!name || !value)
		return PR_ENOMEM;
	known = known_name(headers, json_string_value(name));
	if (!known)
		return pr_json_set(headers, json_string_value(name), pr_steal(value), NULL);
	return pr_json_set(headers, known,
		json_sprintf("%s, %s", pr_json_str(headers, known), json_string_value(value)),
		NULL);
}

static json_t *headers_of(const struct pr_http_response *response)
{
	json_auto_t *headers = json_object();

	for (size_t i = 0; i < response->field_count; i++)
		if (!headers || add_header(headers, &response->fields[i]))
			return NULL;
	return pr_steal(headers);
}

/* The charset parameter of a content type in lower case; NULL when there is none. Caller frees. */
static char *charset_of(const char *content_type)
{
	const char *at = content_type ? strcasestr(content_type, "charset=") : NULL;
	char *name;

	if (!at)
		return NULL;
	at += strlen("charset=");
	at += strspn(at, "\"' ");
	name = pr_text_format("%.*s", (int)strcspn(at, "\"'; "), at);
	return name;
}

/* Charsets that are decoded for themselves; any other name is taken for UTF-8. */
static const struct {
	const char *name;
	json_t *(*decode)(const struct pr_buf *bytes);
} charsets[] = {
	{"iso-8859-1", pr_output_latin1},
	{"iso8859-1", pr_output_latin1},
	{"latin-1", pr_output_latin1},
	{"latin1", pr_output_latin1},
	{"l1", pr_output_latin1},
	{"windows-1252", pr_output_cp1252},
	{"cp1252", pr_output_cp1252},
	{"utf-16", pr_output_text},
	{"utf-16le", pr_output_text},
	{"utf-16be", pr_output_text},
};

static json_t *text_in(const char *charset, const struct pr_buf *bytes)
{
	for (size_t i = 0; i < PR_LEN(charsets); i++)
		if (pr_text_eq_nocase(charset, charsets[i].name))
			return charsets[i].decode(bytes);
	return pr_json_text(pr_buf_str(bytes), bytes->len);
}

/* Whether the type, without its parameters, says text: as upstream looks for it, in any place. */
static bool is_text(const char *type)
{
	const char *at = type ? strstr(type, "text") : NULL;

	return at && at < type + strcspn(type, ";");
}

/* A charset in the header decides; text without one is ISO-8859-1 (RFC 2616), as upstream has it.
 */
static json_t *text_of(const struct pr_http_response *response)
{
	const char *type = response->content_type;
	PR_AUTO(free) char *charset = charset_of(type);

	if (charset)
		return text_in(charset, &response->body);
	if (is_text(type))
		return pr_output_latin1(&response->body);
	return pr_output_text(&response->body);
}

static int body_of(const struct pr_http_response *response, json_t **ret_body, struct pr_err *err)
{
	static const struct pr_limits limits = PR_LIMITS_DEFAULT;

	if (pr_text_eq(response->content_type, "application/json"))
		return pr_json_parse_wide(pr_buf_str(&response->body), response->body.len,
			"the answer", &limits, ret_body, err);
	*ret_body = text_of(response);
	return *ret_body ? 0 : pr_fail_nomem(err);
}

int pr_http_exchange_output(
	const struct pr_http_response *response, json_t **ret_output, struct pr_err *err)
{
	json_auto_t *headers = headers_of(response);
	json_auto_t *body = NULL;
	int rc;

	if (!headers)
		return pr_fail_nomem(err);
	rc = body_of(response, &body, err);
	if (rc)
		return rc;
	*ret_output = json_pack("{s: I, s: O, s: O}", "status", (json_int_t)response->status,
		"headers", headers, "body", body);
	return *ret_output ? 0 : pr_fail_nomem(err);
}
