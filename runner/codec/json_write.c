#include "codec/json_write.h"

#include "base/number.h"
#include "base/redact.h"
#include "base/text.h"
#include "codec/json.h"

#include <stdint.h>
#include <string.h>

/* Deeper values cannot come from a document (base/limits.h); the bound keeps the stack bounded. */
#define DEPTH_MAX 2000

/* What is collected before a sink gets it. */
#define PIECE_BYTES ((size_t)64 << 10)

struct writer {
	const struct pr_json_style *style;
	struct pr_buf *out;
	const struct pr_json_sink *sink; /* NULL: all stays in `out` */
	struct pr_err *err;              /* of the sink */
	size_t depth;
	bool redact;
	bool failed; /* the sink, or `out` before it: the error is told */
};

static void write_value(struct writer *w, const json_t *value);

/* The letter after the backslash of a short escape; 0 where there is none. */
static char short_escape(unsigned char c)
{
	static const char letters[256] = {
		['\b'] = 'b',
		['\t'] = 't',
		['\n'] = 'n',
		['\f'] = 'f',
		['\r'] = 'r',
		['"'] = '"',
		['\\'] = '\\',
	};

	return letters[c];
}

static void add_unit(struct pr_buf *out, uint32_t unit)
{
	static const char digits[] = "0123456789abcdef";
	char text[6] = {'\\', 'u', digits[unit >> 12 & 15], digits[unit >> 8 & 15],
		digits[unit >> 4 & 15], digits[unit & 15]};

	pr_buf_add(out, text, sizeof(text));
}

/* Adds the character at the start of `n` bytes in its escaped form; returns its length in bytes. */
static size_t add_escaped(struct pr_buf *out, const char *text, size_t n)
{
	char letter = short_escape((unsigned char)*text);
	uint32_t point = 0;
	size_t len;

	if (letter) {
		char pair[2] = {'\\', letter};

		pr_buf_add(out, pair, sizeof(pair));
		return 1;
	}
	len = pr_text_decode(text, n, &point);
	if (!len) {
		add_unit(out, 0xfffd);
		return 1;
	}
	if (point > 0xffff) {
		add_unit(out, 0xd800 + ((point - 0x10000) >> 10));
		add_unit(out, 0xdc00 + (point & 0x3ff));
	} else {
		add_unit(out, point);
	}
	return len;
}

/* With `ascii` Python also escapes DEL, without it writes DEL as it is. */
static bool is_plain(unsigned char c, bool ascii)
{
	return c >= ' ' && c != '"' && c != '\\' && (!ascii || c < 0x7f);
}

static void write_quoted(struct writer *w, const char *text, size_t n)
{
	size_t done = 0;
	size_t i = 0;

	pr_buf_addc(w->out, '"');
	while (i < n) {
		if (is_plain((unsigned char)text[i], w->style->ascii)) {
			i++;
			continue;
		}
		pr_buf_add(w->out, text + done, i - done);
		i += add_escaped(w->out, text + i, n - i);
		done = i;
	}
	pr_buf_add(w->out, text + done, n - done);
	pr_buf_addc(w->out, '"');
}

static void write_string(struct writer *w, const char *text, size_t n)
{
	PR_AUTO(buf) struct pr_buf safe = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (!w->redact || !pr_redact_found(text, n)) {
		write_quoted(w, text, n);
		return;
	}
	if (pr_redact_copy(text, n, &safe) && !w->out->status)
		w->out->status = safe.status;
	write_quoted(w, pr_buf_str(&safe), safe.len);
}

static void write_integer(struct writer *w, json_int_t value)
{
	char text[24];
	char *at = text + sizeof(text);
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	do {
		*--at = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (value < 0)
		*--at = '-';
	pr_buf_add(w->out, at, (size_t)(text + sizeof(text) - at));
}

static void new_line(struct writer *w)
{
	static const char blanks[] = "                                ";
	size_t left = w->depth * (size_t)w->style->indent;

	pr_buf_addc(w->out, '\n');
	while (left) {
		size_t n = left < sizeof(blanks) - 1 ? left : sizeof(blanks) - 1;

		pr_buf_add(w->out, blanks, n);
		left -= n;
	}
}

/* Gives the sink what has been collected. Its failure becomes the status. */
static void give(struct writer *w)
{
	int rc = w->out->status;

	if (!rc)
		rc = w->sink->write(w->sink->arg, w->out->ptr, w->out->len, w->err);
	else
		pr_buf_check(w->out, "the text of a value", w->err);
	pr_buf_clear(w->out);
	w->out->status = rc;
	w->failed = rc != 0;
}

/* What comes before an element: the separator unless it is the first, and the line end of an
 * indent. */
static void before_element(struct writer *w, bool first)
{
	bool indented = w->style->indent > 0;

	if (w->sink && !w->failed && w->out->len >= PIECE_BYTES)
		give(w);
	if (!first)
		pr_buf_adds(w->out, indented || w->style->compact ? "," : ", ");
	if (indented)
		new_line(w);
}

static void after_elements(struct writer *w, char bracket)
{
	w->depth--;
	if (w->style->indent > 0)
		new_line(w);
	pr_buf_addc(w->out, bracket);
}

static void write_array(struct writer *w, const json_t *array)
{
	size_t n = json_array_size(array);

	if (!n) {
		pr_buf_adds(w->out, "[]");
		return;
	}
	pr_buf_addc(w->out, '[');
	w->depth++;
	for (size_t i = 0; i < n && !w->out->status; i++) {
		before_element(w, i == 0);
		write_value(w, json_array_get(array, i));
	}
	after_elements(w, ']');
}

static void write_member(struct writer *w, const char *key, const json_t *value, bool first)
{
	before_element(w, first);
	write_string(w, key, strlen(key));
	pr_buf_adds(w->out, w->style->compact ? ":" : ": ");
	write_value(w, value);
}

/* The order of UTF-8 bytes is the order of code points. */
static int by_key(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void write_sorted(struct writer *w, const json_t *object)
{
	size_t n = 0;
	PR_AUTO(free) const char **keys = calloc(json_object_size(object), sizeof(*keys));
	const char *key;
	json_t *value;

	if (!keys) {
		w->out->status = PR_ENOMEM;
		return;
	}
	json_object_foreach (pr_json_mutable(object), key, value) {
		keys[n++] = key;
	}
	qsort(keys, n, sizeof(*keys), by_key);
	for (size_t i = 0; i < n && !w->out->status; i++)
		write_member(w, keys[i], json_object_get(object, keys[i]), i == 0);
}

static void write_members(struct writer *w, const json_t *object)
{
	bool first = true;
	const char *key;
	json_t *value;

	json_object_foreach (pr_json_mutable(object), key, value) {
		if (w->out->status)
			return;
		write_member(w, key, value, first);
		first = false;
	}
}

static void write_object(struct writer *w, const json_t *object)
{
	if (!json_object_size(object)) {
		pr_buf_adds(w->out, "{}");
		return;
	}
	pr_buf_addc(w->out, '{');
	w->depth++;
	if (w->style->sort_keys)
		write_sorted(w, object);
	else
		write_members(w, object);
	after_elements(w, '}');
}

static void write_container(struct writer *w, const json_t *value)
{
	if (w->depth >= DEPTH_MAX) {
		if (!w->out->status)
			w->out->status = PR_ELIMIT;
		return;
	}
	if (json_is_array(value))
		write_array(w, value);
	else
		write_object(w, value);
}

static void write_value(struct writer *w, const json_t *value)
{
	switch (value ? json_typeof(value) : JSON_NULL) {
	case JSON_OBJECT:
	case JSON_ARRAY:
		write_container(w, value);
		break;
	case JSON_STRING:
		write_string(w, json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER:
		write_integer(w, json_integer_value(value));
		break;
	case JSON_REAL:
		pr_number_add(w->out, json_real_value(value));
		break;
	case JSON_TRUE:
		pr_buf_adds(w->out, "true");
		break;
	case JSON_FALSE:
		pr_buf_adds(w->out, "false");
		break;
	case JSON_NULL:
		pr_buf_adds(w->out, "null");
		break;
	}
}

int pr_json_write(const json_t *value, const struct pr_json_style *style, struct pr_buf *out)
{
	struct writer w = {
		.style = style,
		.out = out,
		.depth = 0,
		.redact = style->redact && pr_redact_active(),
	};

	write_value(&w, value);
	return out->status;
}

int pr_json_write_to(const json_t *value, const struct pr_json_style *style,
	const struct pr_json_sink *sink, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct writer w = {
		.style = style,
		.out = &out,
		.sink = sink,
		.err = err,
		.redact = style->redact && pr_redact_active(),
	};

	write_value(&w, value);
	if (!w.failed)
		give(&w);
	return out.status;
}

char *pr_json_line(const json_t *value)
{
	static const struct pr_json_style style = {.compact = true};
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	pr_json_write(value, &style, &out);
	return pr_buf_take(&out);
}
