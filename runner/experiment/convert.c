#include "experiment/variables.h"

#include "base/limits.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

/* First of the ten digits of each decimal system in Unicode (category Nd): int() and float() take
 * all. */
static const uint32_t digit_zeros[] = {0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66,
	0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810,
	0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900,
	0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136,
	0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50,
	0x11d50, 0x11da0, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6,
	0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0};

static bool digit_of(uint32_t point, char *ret_digit)
{
	for (size_t i = 0; i < PR_LEN(digit_zeros); i++) {
		if (point < digit_zeros[i] || point > digit_zeros[i] + 9)
			continue;
		*ret_digit = (char)('0' + (point - digit_zeros[i]));
		return true;
	}
	return false;
}

static bool is_digit(const struct pr_buf *text, size_t i)
{
	return i < text->len && isdigit((unsigned char)text->ptr[i]);
}

/* Drops the underscores that Python allows: one at a time, between digits. */
static bool drop_underscores(struct pr_buf *text)
{
	size_t kept = 0;

	for (size_t i = 0; i < text->len; i++) {
		if (text->ptr[i] != '_')
			text->ptr[kept++] = text->ptr[i];
		else if (!i || !is_digit(text, i + 1) || !isdigit((unsigned char)text->ptr[i - 1]))
			return false;
	}
	pr_buf_truncate(text, kept);
	return true;
}

/* A numeral in ASCII without underscores and white space around it; false where Python refuses it.
 */
static bool plain_numeral(const char *bytes, size_t n, struct pr_buf *out)
{
	while (n && isspace((unsigned char)bytes[n - 1]))
		n--;
	for (size_t i = 0; i < n;) {
		uint32_t point;
		size_t len = pr_text_decode(bytes + i, n - i, &point);
		char digit;

		if (!len || !point)
			return false;
		if (digit_of(point, &digit))
			pr_buf_addc(out, digit);
		else if (!(out->len == 0 && point < 128 && isspace((int)point)))
			pr_buf_add(out, bytes + i, len);
		i += len;
	}
	return out->len && drop_underscores(out);
}

static json_t *int_of_text(const json_t *text)
{
	PR_AUTO(buf) struct pr_buf numeral = PR_BUF_INIT(4096);
	int64_t value;

	if (!plain_numeral(json_string_value(text), json_string_length(text), &numeral) ||
		pr_text_int64(pr_buf_str(&numeral), &value, NULL))
		return NULL;
	return json_integer(value);
}

static json_t *float_of_text(const json_t *text)
{
	PR_AUTO(buf) struct pr_buf numeral = PR_BUF_INIT(4096);
	double value;

	if (!plain_numeral(json_string_value(text), json_string_length(text), &numeral) ||
		pr_text_double(pr_buf_str(&numeral), &value, NULL) || !isfinite(value))
		return NULL;
	return json_real(value);
}

static json_t *to_same(const json_t *value)
{
	return pr_json_deep_copy(value);
}

static json_t *to_int(const json_t *value)
{
	double number;

	if (json_is_string(value))
		return int_of_text(value);
	if (json_is_integer(value))
		return json_integer(json_integer_value(value));
	if (!pr_value_number(value, &number) || fabs(number) >= 0x1p63)
		return NULL;
	return json_integer((json_int_t)number);
}

static json_t *to_float(const json_t *value)
{
	double number;

	if (json_is_string(value))
		return float_of_text(value);
	return pr_value_number(value, &number) ? json_real(number) : NULL;
}

static json_t *to_bool(const json_t *value)
{
	static const char *const no[] = {"false", "0", "no"};

	if (json_is_boolean(value))
		return json_boolean(json_is_true(value));
	if (!json_is_string(value))
		return NULL;
	for (size_t i = 0; i < PR_LEN(no); i++)
		if (pr_text_eq_nocase(json_string_value(value), no[i]))
			return json_false();
	return json_true();
}

static json_t *to_json(const json_t *value)
{
	static const struct pr_limits limits = PR_LIMITS_DEFAULT;
	json_t *parsed = NULL;

	if (!json_is_string(value) || !json_string_length(value))
		return pr_json_deep_copy(value);
	pr_json_parse(json_string_value(value), json_string_length(value), "value", &limits,
		&parsed, NULL);
	return parsed;
}

static const struct {
	const char *name;
	json_t *(*convert)(const json_t *value); /* NULL: the value does not convert */
} types[] = {
	{"str", to_same},
	{"string", to_same},
	{"int", to_int},
	{"integer", to_int},
	{"float", to_float},
	{"number", to_float},
	{"bytes", to_same},
	{"bool", to_bool},
	{"json", to_json},
};

int pr_convert(const json_t *value, const char *type, json_t **ret_value, struct pr_err *err)
{
	for (size_t i = 0; i < PR_LEN(types); i++) {
		if (!pr_text_eq(type ? type : "str", types[i].name))
			continue;
		*ret_value = types[i].convert(value);
		if (*ret_value)
			return 0;
		return pr_fail(err, PR_EINVAL, "the value cannot be read as %s", types[i].name);
	}
	return pr_fail(err, PR_EINVAL,
		"variable type can only be: bool, str, int, float, bytes or json, not '%s'", type);
}
