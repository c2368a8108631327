#include "codec/yaml_write.h"

#include "base/number.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/yaml_scalar.h"

#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* A key that is longer needs the form "? key": the limit of implicit keys, less some room. */
#define KEY_MAX 960

struct writer {
	struct pr_buf *out;
	bool python; /* in the form of pr_yaml_write_python */
};

/* Whether a reader of YAML 1.2, or Go's of 1.1, takes it for a number where PyYAML does not. */
static bool is_other_number(const char *text, size_t n)
{
	PR_AUTO(buf) struct pr_buf digits = PR_BUF_INIT(64);
	size_t sign = *text == '-' || *text == '+';
	double value;

	if (n > sign + 1 && text[sign] == '0' && strchr("xXoObB", text[sign + 1]))
		return true;
	for (size_t i = 0; i < n; i++) {
		if (text[i] != '_')
			pr_buf_addc(&digits, text[i]);
	}
	/* what does not fit is no number that anybody writes, so quotes do no harm */
	return digits.status || pr_text_double(pr_buf_str(&digits), &value, NULL) == 0;
}

/* Go's readers know more dates, and more booleans, than PyYAML. */
static bool is_other_kind(const char *text, size_t n)
{
	if (n == 1 && strchr("yYnN", *text))
		return true;
	if (n > 4 && text[4] == '-' && strspn(text, DIGITS) == 4)
		return true;
	return strchr(DIGITS "+-.", *text) && is_other_number(text, n);
}

static bool is_plain_start(const char *text, size_t n)
{
	if (*text == '-')
		return n > 1 && strchr(LETTERS DIGITS "-", text[1]) && !pr_text_starts(text, "---");
	return strchr(LETTERS DIGITS "_/.$", *text) && !pr_text_starts(text, "...");
}

static bool is_plain(const char *text, size_t n)
{
	if (!n || memchr(text, 0, n) || strspn(text, LETTERS DIGITS " _-./:@+=,%$(){}") < n)
		return false;
	if (!is_plain_start(text, n) || text[n - 1] == ' ' || text[n - 1] == ':')
		return false;
	if (memmem(text, n, ": ", 2))
		return false;
	return pr_yaml_resolve(text, n) == PR_YAML_STR && !is_other_kind(text, n);
}

/* Line breaks of YAML 1.1 and what is not printable. */
static bool needs_escape(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x2028 ||
	       point == 0x2029 || point == 0xfeff || point == 0xfffe || point == 0xffff;
}

static void add_escaped(uint32_t point, struct pr_buf *out)
{
	static const char short_forms[] = "\nn\tt\rr\"\"\\\\";

	for (size_t i = 0; i + 1 < sizeof(short_forms); i += 2) {
		if (point == (unsigned char)short_forms[i]) {
			pr_buf_addf(out, "\\%c", short_forms[i + 1]);
			return;
		}
	}
	if (!needs_escape(point))
		pr_text_encode(point, out);
	else
		pr_buf_addf(out, point < 0x100 ? "\\x%02X" : "\\u%04X", (unsigned)point);
}

int pr_yaml_write_text(const char *text, size_t n, bool quoted, struct pr_buf *out)
{
	if (!quoted && is_plain(text, n))
		return pr_buf_add(out, text, n);
	pr_buf_addc(out, '"');
	while (n) {
		uint32_t point = 0xfffd;
		size_t used = pr_text_decode(text, n, &point);

		used = used ? used : 1;
		add_escaped(point, out);
		text += used;
		n -= used;
	}
	return pr_buf_addc(out, '"');
}

/* A float of YAML 1.1 needs a dot, so that an exponent alone does not make one. */
static void add_real(double value, struct pr_buf *out)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(64);
	const char *digits;
	size_t whole;

	pr_number_add(&text, value);
	digits = pr_buf_str(&text);
	whole = strspn(digits, DIGITS "-.");
	pr_buf_add(out, digits, whole);
	if (!memchr(digits, '.', whole))
		pr_buf_adds(out, ".0");
	pr_buf_adds(out, digits + whole);
}

/* In single quotes where the other form has double ones without an escape. */
static void add_text(const char *text, size_t n, const struct writer *writer)
{
	PR_AUTO(buf) struct pr_buf quoted = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_buf *out = writer->out;

	if (writer->python)
		pr_yaml_write_text(text, n, false, &quoted);
	if (*pr_buf_str(&quoted) != '"' || strchr(pr_buf_str(&quoted), '\\')) {
		pr_yaml_write_text(text, n, false, out);
		return;
	}
	pr_buf_addc(out, '\'');
	for (size_t i = 0; i < n; i++)
		pr_buf_adds(out, text[i] == '\'' ? "''" : (const char[]){text[i], 0});
	pr_buf_addc(out, '\'');
}

static void add_scalar(const json_t *value, const struct writer *writer)
{
	struct pr_buf *out = writer->out;

	if (json_is_string(value))
		add_text(json_string_value(value), json_string_length(value), writer);
	else if (json_is_integer(value))
		pr_buf_addf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_real(value))
		add_real(json_real_value(value), out);
	else if (json_is_boolean(value))
		pr_buf_adds(out, json_is_true(value) ? "true" : "false");
	else if (!writer->python)
		pr_buf_adds(out, "null");
}

static bool has_lines(const json_t *value)
{
	return json_object_size(value) || json_array_size(value);
}

static void add_indent(size_t indent, struct pr_buf *out)
{
	pr_buf_addf(out, "%*s", (int)indent, "");
}

static void add_lines(
	const json_t *value, size_t indent, bool continued, const struct writer *writer);

/* What follows "key:" or "? ". */
static void add_member(const json_t *value, size_t indent, const struct writer *writer)
{
	if (has_lines(value)) {
		pr_buf_addc(writer->out, '\n');
		add_lines(value, writer->python && json_is_array(value) ? indent : indent + 2,
			false, writer);
		return;
	}
	if (!writer->python || !json_is_null(value))
		pr_buf_addc(writer->out, ' ');
	add_lines(value, 0, true, writer);
}

static void add_mapping(
	const json_t *value, size_t indent, bool continued, const struct writer *writer)
{
	struct pr_buf *out = writer->out;
	const char *key;
	json_t *member;

	json_object_foreach (pr_json_mutable(value), key, member) {
		size_t n = strlen(key);

		add_indent(continued ? 0 : indent, out);
		continued = false;
		if (n > KEY_MAX)
			pr_buf_adds(out, "? ");
		add_text(key, n, writer);
		if (n > KEY_MAX) {
			pr_buf_addc(out, '\n');
			add_indent(indent, out);
		}
		pr_buf_addc(out, ':');
		add_member(member, indent, writer);
	}
}

/* `continued`: the first line already has its indent and the "- " of the sequence around it. */
static void add_lines(
	const json_t *value, size_t indent, bool continued, const struct writer *writer)
{
	struct pr_buf *out = writer->out;
	size_t i;
	json_t *item;

	if (json_object_size(value)) {
		add_mapping(value, indent, continued, writer);
		return;
	}
	json_array_foreach (value, i, item) {
		add_indent(continued && i == 0 ? 0 : indent, out);
		pr_buf_adds(out, "- ");
		add_lines(item, indent + 2, true, writer);
	}
	if (json_array_size(value))
		return;
	if (json_is_object(value) || json_is_array(value))
		pr_buf_adds(out, json_is_object(value) ? "{}" : "[]");
	else
		add_scalar(value, writer);
	pr_buf_addc(out, '\n');
}

int pr_yaml_write(const json_t *value, struct pr_buf *out)
{
	add_lines(value, 0, false, &(struct writer){.out = out});
	return out->status;
}

int pr_yaml_write_python(const json_t *value, struct pr_buf *out)
{
	add_lines(value, 0, false, &(struct writer){.out = out, .python = true});
	return out->status;
}
