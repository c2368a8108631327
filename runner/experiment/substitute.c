#include "experiment/substitute.h"

#include "base/buf.h"
#include "codec/json.h"
#include "codec/pyvalue.h"

#include <ctype.h>
#include <string.h>

bool pr_scope_is_empty(const struct pr_scope *scope)
{
	return json_object_size(scope->configuration) == 0 && json_object_size(scope->secrets) == 0;
}

json_t *pr_scope_lookup(const struct pr_scope *scope, const char *name)
{
	json_t *found = json_object_get(scope->configuration, name);
	const char *key;
	json_t *members;

	if (found)
		return found;
	json_object_foreach (pr_json_mutable(scope->secrets), key, members) {
		found = json_object_get(members, name);
		if (found)
			return found;
	}
	return NULL;
}

/* One `$…` of a template: what it names and how many bytes it takes. */
struct reference {
	const char *name;
	size_t name_len; /* 0: no reference, or `$$` */
	size_t len;      /* of the whole, at least 1 */
	bool escaped;    /* `$$` */
	bool braced;
};

static size_t identifier_length(const char *text, size_t n)
{
	size_t len = 0;

	while (len < n && (text[len] == '_' || isalpha((unsigned char)text[len]) ||
				  (len && isdigit((unsigned char)text[len]))))
		len++;
	return len;
}

/* Reads at a '$' what Python's string.Template would; anything else is a '$' that stays. */
static struct reference read_reference(const char *text, size_t n)
{
	struct reference ref = {.name = text + 1, .len = 1};
	size_t len;

	if (n > 1 && text[1] == '$')
		return (struct reference){.len = 2, .escaped = true};
	ref.braced = n > 1 && text[1] == '{';
	if (ref.braced)
		ref.name++;
	len = identifier_length(ref.name, n - (size_t)(ref.name - text));
	if (!len)
		return (struct reference){.len = 1};
	if (ref.braced && ((size_t)(ref.name - text) + len >= n || ref.name[len] != '}'))
		return (struct reference){.len = 1};
	ref.name_len = len;
	ref.len = (size_t)(ref.name - text) + len + (ref.braced ? 1 : 0);
	return ref;
}

/* A name that nobody knows: upstream stops at a secret outside of any scope, which has no members.
 */
static int check_scopes(const struct pr_scope *scope, struct pr_err *err)
{
	const char *name;
	json_t *members;

	json_object_foreach (pr_json_mutable(scope->secrets), name, members) {
		if (!json_is_object(members))
			return pr_fail(err, PR_EINVAL,
				"secret '%s' must be a mapping of names to secrets, not %s", name,
				pr_json_kind(members));
	}
	return 0;
}

/* Writes NULL for an unknown name, and for what is none. */
static int lookup(const struct pr_scope *scope, const struct reference *ref,
	const json_t **ret_value, struct pr_err *err)
{
	char name[256];

	*ret_value = NULL;
	if (!ref->name_len || ref->name_len >= sizeof name)
		return 0;
	memcpy(name, ref->name, ref->name_len);
	name[ref->name_len] = '\0';
	*ret_value = pr_scope_lookup(scope, name);
	return *ret_value ? 0 : check_scopes(scope, err);
}

static int add_reference(struct pr_buf *out, const char *text, const struct reference *ref,
	const struct pr_scope *scope, struct pr_err *err)
{
	const json_t *value;

	if (lookup(scope, ref, &value, err))
		return PR_EINVAL;
	if (value)
		pr_value_str(value, out);
	else if (ref->escaped)
		pr_buf_addc(out, '$');
	else
		pr_buf_add(out, text, ref->len);
	return 0;
}

static int substitute_mixed(const char *text, size_t n, const struct pr_scope *scope,
	json_t **ret_value, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	json_t *value;

	for (size_t i = 0; i < n;) {
		const char *dollar = memchr(text + i, '$', n - i);
		size_t plain = dollar ? (size_t)(dollar - text) - i : n - i;
		struct reference ref;

		pr_buf_add(&out, text + i, plain);
		i += plain;
		if (!dollar)
			break;
		ref = read_reference(text + i, n - i);
		if (add_reference(&out, text + i, &ref, scope, err))
			return PR_EINVAL;
		i += ref.len;
	}
	if (out.status)
		return pr_buf_check(&out, "a substituted text", err);
	value = json_stringn(pr_buf_str(&out), out.len);
	if (!value)
		return pr_fail_nomem(err);
	*ret_value = value;
	return 0;
}

static int substitute_text(
	json_t *text, const struct pr_scope *scope, json_t **ret_value, struct pr_err *err)
{
	const char *bytes = json_string_value(text);
	size_t n = json_string_length(text);
	struct reference ref;
	const json_t *value = NULL;

	if (!memchr(bytes, '$', n)) {
		*ret_value = json_incref(text);
		return 0;
	}
	ref = bytes[0] == '$' ? read_reference(bytes, n) : (struct reference){.len = 0};
	if (ref.braced && ref.len == n && lookup(scope, &ref, &value, err))
		return PR_EINVAL;
	if (!value)
		return substitute_mixed(bytes, n, scope, ret_value, err);
	*ret_value = pr_json_deep_copy(value);
	return *ret_value ? 0 : pr_fail_nomem(err);
}

static int substitute_array(
	const json_t *array, const struct pr_scope *scope, json_t **ret_value, struct pr_err *err)
{
	json_auto_t *result = json_array();
	json_t *item;
	size_t i;

	json_array_foreach (array, i, item) {
		json_t *value = NULL;
		int rc = pr_substitute(item, scope, &value, err);

		if (rc)
			return rc;
		if (json_array_append_new(result, value))
			return pr_fail_nomem(err);
	}
	if (!result)
		return pr_fail_nomem(err);
	*ret_value = pr_steal(result);
	return 0;
}

static int substitute_object(
	const json_t *object, const struct pr_scope *scope, json_t **ret_value, struct pr_err *err)
{
	json_auto_t *result = json_object();
	const char *key;
	json_t *item;

	json_object_foreach (pr_json_mutable(object), key, item) {
		json_t *value = NULL;
		int rc = pr_substitute(item, scope, &value, err);

		if (rc)
			return rc;
		if (json_object_set_new(result, key, value))
			return pr_fail_nomem(err);
	}
	if (!result)
		return pr_fail_nomem(err);
	*ret_value = pr_steal(result);
	return 0;
}

int pr_substitute(
	const json_t *value, const struct pr_scope *scope, json_t **ret_value, struct pr_err *err)
{
	if (json_is_string(value))
		return substitute_text(pr_json_mutable(value), scope, ret_value, err);
	if (json_is_array(value))
		return substitute_array(value, scope, ret_value, err);
	if (json_is_object(value))
		return substitute_object(value, scope, ret_value, err);
	*ret_value = value ? json_incref(pr_json_mutable(value)) : json_null();
	return 0;
}

int pr_substitute_arguments(
	json_t *arguments, const struct pr_scope *scope, json_t **ret_value, struct pr_err *err)
{
	if (!pr_scope_is_empty(scope))
		return pr_substitute(arguments, scope, ret_value, err);
	*ret_value = arguments ? json_incref(arguments) : json_null();
	return 0;
}
