#include "activity/http_form.h"

#include "base/escape.h"
#include "codec/json.h"
#include "codec/pyvalue.h"
#include "net/url.h"

#include <string.h>

static int add_pair(const char *key, const json_t *value, struct pr_buf *out)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (json_is_null(value))
		return 0;
	pr_value_str(value, &text);
	if (out->len && out->ptr[out->len - 1] != '?' && out->ptr[out->len - 1] != '&')
		pr_buf_addc(out, '&');
	pr_url_encode_form(key, strlen(key), out);
	pr_buf_addc(out, '=');
	return pr_url_encode_form(pr_buf_str(&text), text.len, out);
}

static int add_member(const char *key, const json_t *value, struct pr_buf *out)
{
	const char *inner;
	const json_t *item;
	json_t *member;
	size_t i;

	if (json_is_array(value)) {
		json_array_foreach (value, i, item) {
			add_pair(key, item, out);
		}
		return out->status;
	}
	if (!json_is_object(value))
		return add_pair(key, value, out);
	json_object_foreach (pr_json_mutable(value), inner, member) {
		json_auto_t *name = json_string(inner);

		(void)member;
		add_pair(key, name, out);
	}
	return out->status;
}

int pr_http_form_add(const json_t *arguments, struct pr_buf *out, struct pr_err *err)
{
	const char *key;
	json_t *value;

	if (!json_is_object(arguments))
		return pr_fail(err, PR_EINVAL,
			"arguments of an http activity must be a mapping or a text, not %s",
			pr_json_kind(arguments));
	json_object_foreach (pr_json_mutable(arguments), key, value) {
		add_member(key, value, out);
	}
	return pr_buf_check(out, "the encoded arguments", err);
}

int pr_http_form_add_url(const char *url, struct pr_buf *out)
{
	return pr_escape_url(url, strlen(url), PR_ESCAPE_URL, out);
}
