#include "activity/http_form.h"

#include "codec/json.h"
#include "codec/pyvalue.h"
#include "net/url.h"

#include <string.h>

static int add_pair(const char *key, const json_t *value, struct pr_buf *out)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	pr_value_str(value, &text);
	if (out->len && out->ptr[out->len - 1] != '?' && out->ptr[out->len - 1] != '&')
		pr_buf_addc(out, '&');
	pr_url_encode_form(key, strlen(key), out);
	pr_buf_addc(out, '=');
	return pr_url_encode_form(pr_buf_str(&text), text.len, out);
}

/* What a loop over a mapping gives in Python: its keys. */
static int add_keys(const char *key, const json_t *mapping, struct pr_buf *out)
{
	const char *inner;
	json_t *member;

	json_object_foreach (pr_json_mutable(mapping), inner, member) {
		json_auto_t *name = json_string(inner);

		(void)member;
		add_pair(key, name, out);
	}
	return out->status;
}

/* Something in a list: a list or a mapping there is repeated once more, and no deeper. */
static int add_item(const char *key, const json_t *item, struct pr_buf *out)
{
	const json_t *inner;
	size_t i;

	if (json_is_null(item))
		return 0;
	if (json_is_object(item))
		return add_keys(key, item, out);
	if (!json_is_array(item))
		return add_pair(key, item, out);
	json_array_foreach (item, i, inner) {
		add_pair(key, inner, out);
	}
	return out->status;
}

static int add_member(const char *key, const json_t *value, struct pr_buf *out)
{
	const json_t *item;
	size_t i;

	if (json_is_object(value))
		return add_keys(key, value, out);
	if (!json_is_array(value))
		return add_item(key, value, out);
	json_array_foreach (value, i, item) {
		add_item(key, item, out);
	}
	return out->status;
}

/* One of a list of pairs: [key, value]. */
static int add_listed(const json_t *pair, struct pr_buf *out, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf key = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (!json_is_array(pair) || json_array_size(pair) != 2)
		return pr_fail(err, PR_EINVAL,
			"arguments of an http activity as a list must hold pairs of a key and a "
			"value, not %s",
			pr_json_kind(pair));
	if (pr_value_str(json_array_get(pair, 0), &key))
		return pr_buf_check(&key, "the encoded arguments", err);
	add_member(pr_buf_str(&key), json_array_get(pair, 1), out);
	return 0;
}

int pr_http_form_add(const json_t *arguments, struct pr_buf *out, struct pr_err *err)
{
	const char *key;
	json_t *value;
	size_t i;

	if (!json_is_object(arguments) && !json_is_array(arguments))
		return pr_fail(err, PR_EINVAL,
			"arguments of an http activity must be a mapping or a text, not %s",
			pr_json_kind(arguments));
	json_array_foreach (arguments, i, value) {
		if (add_listed(value, out, err))
			return PR_EINVAL;
	}
	json_object_foreach (pr_json_mutable(arguments), key, value) {
		add_member(key, value, out);
	}
	return pr_buf_check(out, "the encoded arguments", err);
}
