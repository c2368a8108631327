#include "codec/json.h"

#include "base/text.h"
#include "codec/json_memory.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

/* jansson refuses deeper nesting itself; freeing a value recurses as deep as it is nested. */
#define DEPTH_MAX 2000

/* Where a scan of the bytes stands: what is needed to name line and column of a problem. */
struct scan {
	size_t depth;
	size_t line;
	size_t line_start;
	bool quoted;
};

/* Advances over text[*i], which may take an escaped byte with it. */
static void scan_byte(struct scan *scan, const char *text, size_t *i)
{
	char c = text[*i];

	if (c == '\n') {
		scan->line++;
		scan->line_start = *i + 1;
	} else if (c == '"') {
		scan->quoted = !scan->quoted;
	} else if (scan->quoted) {
		if (c == '\\')
			++*i;
	} else if (c == '[' || c == '{') {
		scan->depth++;
	} else if ((c == ']' || c == '}') && scan->depth) {
		scan->depth--;
	}
}

/* The nesting is known before jansson recurses into it. */
static int check_depth(const char *text, size_t n, const char *name, size_t max, struct pr_err *err)
{
	static const bool is_marked[UCHAR_MAX + 1] = {['\n'] = true,
		['"'] = true,
		['\\'] = true,
		['['] = true,
		[']'] = true,
		['{'] = true,
		['}'] = true};
	struct scan scan = {.depth = 0, .line = 1, .line_start = 0, .quoted = false};

	for (size_t i = 0; i < n; i++) {
		size_t at = i;

		if (!is_marked[(unsigned char)text[i]])
			continue;
		scan_byte(&scan, text, &i);
		if (scan.depth > max)
			return pr_fail(err, PR_ELIMIT,
				"%s: line %zu, column %zu: nested deeper than %zu levels", name,
				scan.line, at - scan.line_start + 1, max);
	}
	return 0;
}

static int check_input(const char *text, size_t n, const char *name, const struct pr_limits *limits,
	struct pr_err *err)
{
	size_t depth = limits->depth < DEPTH_MAX ? limits->depth : DEPTH_MAX;

	if (n > limits->document_bytes)
		return pr_fail(
			err, PR_ELIMIT, "%s: larger than %zu bytes", name, limits->document_bytes);
	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		return pr_fail(err, PR_EINVAL,
			"%s: line 1, column 1: begins with a byte order mark; save it as UTF-8 "
			"without one",
			name);
	return check_depth(text, n, name, depth, err);
}

/* jansson quotes the text it stumbled over: it may hold a line end, our messages must not. */
static int syntax_error(json_error_t *problem, const char *name, struct pr_err *err)
{
	enum json_error_code code = json_error_code(problem);

	if (code == json_error_out_of_memory)
		return pr_fail_nomem(err);
	for (char *c = problem->text; *c; c++) {
		if ((unsigned char)*c < ' ')
			*c = ' ';
	}
	return pr_fail(err, code == json_error_stack_overflow ? PR_ELIMIT : PR_EINVAL,
		"%s: line %d, column %d: %s", name, problem->line,
		problem->column > 0 ? problem->column : 1, problem->text);
}

int pr_json_parse(const char *text, size_t n, const char *name, const struct pr_limits *limits,
	json_t **ret_value, struct pr_err *err)
{
	json_error_t problem = {.line = 0};
	size_t refused = pr_json_refused();
	json_t *value;
	int rc;

	rc = check_input(n ? text : "", n, name, limits, err);
	if (rc)
		return rc;
	value = json_loadb(n ? text : "", n, JSON_DECODE_ANY | JSON_ALLOW_NUL, &problem);
	if (!value)
		return syntax_error(&problem, name, err);
	if (pr_json_refused() != refused) {
		json_decref(value);
		return pr_fail_nomem(err);
	}
	*ret_value = value;
	return 0;
}

/* Whether the digits are those of an integer that has no room; the least one is taken for such. */
static bool is_wide(const char *digits, size_t n)
{
	static const char greatest[] = "9223372036854775807";
	size_t room = sizeof(greatest) - 1;

	return n > room || (n == room && memcmp(digits, greatest, room) > 0);
}

static size_t count_digits(const char *text, const char *end)
{
	const char *at = text;

	while (at < end && isdigit((unsigned char)*at))
		at++;
	return (size_t)(at - text);
}

/* Whether the digits before it are part of a float. */
static bool is_of_float(char c)
{
	return c == '.' || c == 'e' || c == 'E';
}

/* The text with such integers as floats. */
static int widen(const char *text, const char *end, struct pr_buf *out)
{
	bool quoted = false;
	size_t used;

	for (; text < end; text += used) {
		size_t digits = quoted ? 0 : count_digits(text, end);
		const char *next = text + digits;

		used = digits ? digits : quoted && *text == '\\' && next + 1 < end ? 2 : 1;
		quoted ^= *text == '"';
		pr_buf_add(out, text, used);
		if (is_wide(text, digits) && !(next < end && is_of_float(*next)))
			pr_buf_adds(out, "e0");
	}
	return out->status;
}

int pr_json_parse_wide(const char *text, size_t n, const char *name, const struct pr_limits *limits,
	json_t **ret_value, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf wide = PR_BUF_INIT(2 * n + 1);
	int rc = pr_json_parse(text, n, name, limits, ret_value, err);

	if (rc != PR_EINVAL)
		return rc;
	if (widen(text, text + n, &wide))
		return pr_fail_nomem(err);
	if (pr_json_parse(pr_buf_str(&wide), wide.len, name, limits, ret_value, NULL))
		return rc;
	pr_err_clear(err);
	return 0;
}

/* A copy made since jansson was refused memory `refused` times; NULL when it has been again. */
static json_t *complete(json_t *copy, size_t refused)
{
	if (pr_json_refused() == refused)
		return copy;
	json_decref(copy);
	return NULL;
}

json_t *pr_json_copy(const json_t *value)
{
	size_t refused = pr_json_refused();

	return complete(json_copy(pr_json_mutable(value)), refused);
}

json_t *pr_json_deep_copy(const json_t *value)
{
	size_t refused = pr_json_refused();

	return complete(json_deep_copy(value), refused);
}

const char *pr_json_str(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

json_t *pr_json_object(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return json_is_object(value) ? value : NULL;
}

json_t *pr_json_array(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return json_is_array(value) ? value : NULL;
}

static const char *kind_name(json_type type)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "object",
		[JSON_ARRAY] = "array",
		[JSON_STRING] = "string",
		[JSON_INTEGER] = "integer",
		[JSON_REAL] = "number",
		[JSON_TRUE] = "boolean",
		[JSON_FALSE] = "boolean",
		[JSON_NULL] = "null",
	};

	return names[type];
}

const char *pr_json_kind(const json_t *value)
{
	return value ? kind_name(json_typeof(value)) : "null";
}

/* The message for the part of `path` that ends at `end`, whose value is not of type `wanted`. */
static int wrong_kind(const char *what, const char *path, const char *end, const json_t *value,
	json_type wanted, struct pr_err *err)
{
	int len = (int)(end - path);

	if (!value)
		return pr_fail(err, PR_EPROTO, "%s has no '%.*s'", what, len, path);
	return pr_fail(err, PR_EPROTO, "%s: '%.*s' is of kind %s, not %s", what, len, path,
		pr_json_kind(value), kind_name(wanted));
}

static int need(const json_t *root, const char *path, const char *what, json_type wanted,
	json_t **ret_value, struct pr_err *err)
{
	const char *key = path;
	json_t *value = NULL;

	if (!json_is_object(root))
		return pr_fail(
			err, PR_EPROTO, "%s is of kind %s, not object", what, pr_json_kind(root));
	for (;;) {
		const char *end = strchrnul(key, '.');
		json_type expected = *end ? JSON_OBJECT : wanted;

		value = json_object_getn(root, key, (size_t)(end - key));
		if (!value || json_typeof(value) != expected)
			return wrong_kind(what, path, end, value, expected, err);
		if (!*end)
			break;
		root = value;
		key = end + 1;
	}
	*ret_value = value;
	return 0;
}

int pr_json_need_str(const json_t *root, const char *path, const char *what, const char **ret_text,
	struct pr_err *err)
{
	json_t *value = NULL;
	int rc = need(root, path, what, JSON_STRING, &value, err);

	if (rc == 0)
		*ret_text = json_string_value(value);
	return rc;
}

int pr_json_need_object(const json_t *root, const char *path, const char *what, json_t **ret_value,
	struct pr_err *err)
{
	return need(root, path, what, JSON_OBJECT, ret_value, err);
}

int pr_json_need_array(const json_t *root, const char *path, const char *what, json_t **ret_value,
	struct pr_err *err)
{
	return need(root, path, what, JSON_ARRAY, ret_value, err);
}

int pr_json_set(json_t *object, const char *key, json_t *value, struct pr_err *err)
{
	if (!value || json_object_set_new(object, key, value) < 0)
		return pr_fail_nomem(err);
	return 0;
}

int pr_json_append(json_t *array, json_t *value, struct pr_err *err)
{
	if (!value || json_array_append_new(array, value) < 0)
		return pr_fail_nomem(err);
	return 0;
}

/*
 * How many bytes of an invalid sequence one U+FFFD stands for: the longest beginning of a valid
 * sequence (Unicode's "maximal subpart", which Python's decoder follows too).
 */
static size_t bad_length(const unsigned char *s, size_t n)
{
	size_t want = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	unsigned char low = s[0] == 0xe0 ? 0xa0 : s[0] == 0xf0 ? 0x90 : 0x80;
	unsigned char high = s[0] == 0xed ? 0x9f : s[0] == 0xf4 ? 0x8f : 0xbf;
	size_t len = 1;

	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 1;
	while (len < want && len < n && s[len] >= low && s[len] <= high) {
		low = 0x80;
		high = 0xbf;
		len++;
	}
	return len;
}

json_t *pr_json_text(const char *bytes, size_t n)
{
	PR_AUTO(buf) struct pr_buf clean = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	size_t done = 0;

	if (!n)
		return json_stringn("", 0);
	if (pr_text_is_utf8(bytes, n))
		return json_stringn_nocheck(bytes, n);
	for (size_t i = 0; i < n;) {
		uint32_t point = 0;
		size_t len = pr_text_decode(bytes + i, n - i, &point);

		if (len) {
			i += len;
			continue;
		}
		pr_buf_add(&clean, bytes + done, i - done);
		pr_buf_adds(&clean, "\xef\xbf\xbd");
		i += bad_length((const unsigned char *)bytes + i, n - i);
		done = i;
	}
	pr_buf_add(&clean, bytes + done, n - done);
	return clean.status ? NULL : json_stringn_nocheck(pr_buf_str(&clean), clean.len);
}
