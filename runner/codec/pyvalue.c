#include "codec/pyvalue.h"

#include "base/number.h"
#include "base/text.h"
#include "codec/json.h"

#include <string.h>

/* Deeper values cannot come from a document (base/limits.h); the bound keeps the stack bounded. */
#define DEPTH_MAX 2000

/* A number of Python's: either an integer or, when `real`, a double. */
struct number {
	bool real;
	json_int_t integer;
	double fraction;
};

bool pr_value_truthy(const json_t *value)
{
	switch (value ? json_typeof(value) : JSON_NULL) {
	case JSON_OBJECT:
		return json_object_size(value) > 0;
	case JSON_ARRAY:
		return json_array_size(value) > 0;
	case JSON_STRING:
		return json_string_length(value) > 0;
	case JSON_INTEGER:
		return json_integer_value(value) != 0;
	case JSON_REAL:
		return json_real_value(value) < 0 || json_real_value(value) > 0;
	case JSON_TRUE:
		return true;
	case JSON_FALSE:
	case JSON_NULL:
		break;
	}
	return false;
}

static bool get_number(const json_t *value, struct number *ret_number)
{
	*ret_number = (struct number){.real = json_is_real(value)};
	if (json_is_real(value))
		ret_number->fraction = json_real_value(value);
	else if (json_is_integer(value))
		ret_number->integer = json_integer_value(value);
	else if (json_is_boolean(value))
		ret_number->integer = json_is_true(value);
	else
		return false;
	return true;
}

bool pr_value_number(const json_t *value, double *ret_number)
{
	struct number number;

	if (!get_number(value, &number))
		return false;
	*ret_number = number.real ? number.fraction : (double)number.integer;
	return true;
}

static int order_of_doubles(double a, double b)
{
	return (a > b) - (a < b);
}

static int order_of_integers(json_int_t a, json_int_t b)
{
	return (a > b) - (a < b);
}

/* Exact: a double holds not every integer, so the integer is not converted. */
static int order_of_mixed(json_int_t a, double b)
{
	json_int_t whole;

	if (b >= 0x1p63)
		return -1;
	if (b < -0x1p63)
		return 1;
	whole = (json_int_t)b;
	if (a != whole)
		return order_of_integers(a, whole);
	return order_of_doubles(0, b - (double)whole);
}

static int order_of_numbers(const struct number *a, const struct number *b)
{
	if (a->real && b->real)
		return order_of_doubles(a->fraction, b->fraction);
	if (a->real)
		return -order_of_mixed(b->integer, a->fraction);
	if (b->real)
		return order_of_mixed(a->integer, b->fraction);
	return order_of_integers(a->integer, b->integer);
}

/* The order of UTF-8 bytes is the order of code points. */
static int order_of_strings(const json_t *a, const json_t *b)
{
	size_t n = json_string_length(a);
	size_t m = json_string_length(b);
	int order = memcmp(json_string_value(a), json_string_value(b), n < m ? n : m);

	if (order)
		return order < 0 ? -1 : 1;
	return (n > m) - (n < m);
}

static bool equal_at(const json_t *a, const json_t *b, size_t depth);

static bool equal_arrays(const json_t *a, const json_t *b, size_t depth)
{
	size_t n = json_array_size(a);

	if (n != json_array_size(b))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!equal_at(json_array_get(a, i), json_array_get(b, i), depth))
			return false;
	}
	return true;
}

static bool equal_objects(const json_t *a, const json_t *b, size_t depth)
{
	const char *key;
	json_t *value;

	if (json_object_size(a) != json_object_size(b))
		return false;
	json_object_foreach (pr_json_mutable(a), key, value) {
		const json_t *other = json_object_get(b, key);

		if (!other || !equal_at(value, other, depth))
			return false;
	}
	return true;
}

static bool equal_at(const json_t *a, const json_t *b, size_t depth)
{
	struct number left;
	struct number right;

	if (a == b)
		return true;
	if (!a || !b || depth >= DEPTH_MAX)
		return false;
	if (get_number(a, &left))
		return get_number(b, &right) && order_of_numbers(&left, &right) == 0;
	if (json_typeof(a) != json_typeof(b))
		return false;
	if (json_is_string(a))
		return order_of_strings(a, b) == 0;
	if (json_is_array(a))
		return equal_arrays(a, b, depth + 1);
	if (json_is_object(a))
		return equal_objects(a, b, depth + 1);
	return true;
}

bool pr_value_equal(const json_t *a, const json_t *b)
{
	return equal_at(a, b, 0);
}

static size_t first_difference(const json_t *a, const json_t *b)
{
	size_t i = 0;

	while (i < json_array_size(a) && i < json_array_size(b) &&
		pr_value_equal(json_array_get(a, i), json_array_get(b, i)))
		i++;
	return i;
}

bool pr_value_compare(const json_t *a, const json_t *b, int *ret_order)
{
	struct number left;
	struct number right;

	/* Lists are as their first different elements; goes down one level a turn. */
	while (json_is_array(a) && json_is_array(b)) {
		size_t at = first_difference(a, b);
		size_t n = json_array_size(a);
		size_t m = json_array_size(b);

		if (at >= n || at >= m) {
			*ret_order = (n > m) - (n < m);
			return true;
		}
		a = json_array_get(a, at);
		b = json_array_get(b, at);
	}
	if (get_number(a, &left) && get_number(b, &right))
		*ret_order = order_of_numbers(&left, &right);
	else if (json_is_string(a) && json_is_string(b))
		*ret_order = order_of_strings(a, b);
	else
		return false;
	return true;
}

static void repr_at(const json_t *value, size_t depth, struct pr_buf *out);

/* Adds what repr writes for a character that it does not show as it is. */
static void add_hidden(uint32_t point, struct pr_buf *out)
{
	if (point == '\n')
		pr_buf_adds(out, "\\n");
	else if (point == '\r')
		pr_buf_adds(out, "\\r");
	else if (point == '\t')
		pr_buf_adds(out, "\\t");
	else if (point < 0x100)
		pr_buf_addf(out, "\\x%02x", (unsigned int)point);
	else if (point < 0x10000)
		pr_buf_addf(out, "\\u%04x", (unsigned int)point);
	else
		pr_buf_addf(out, "\\U%08x", (unsigned int)point);
}

static void repr_string(const char *text, size_t n, struct pr_buf *out)
{
	bool doubled = memchr(text, '\'', n) && !memchr(text, '"', n);
	char quote = doubled ? '"' : '\'';
	size_t len = 0;

	pr_buf_addc(out, quote);
	for (size_t i = 0; i < n; i += len) {
		uint32_t point = (unsigned char)text[i];

		len = pr_text_decode(text + i, n - i, &point);
		if (len && (text[i] == quote || text[i] == '\\'))
			pr_buf_addc(out, '\\');
		if (len && pr_text_is_printable(point))
			pr_buf_add(out, text + i, len);
		else
			add_hidden(point, out);
		len = len ? len : 1;
	}
	pr_buf_addc(out, quote);
}

static void repr_array(const json_t *array, size_t depth, struct pr_buf *out)
{
	size_t i;
	json_t *value;

	pr_buf_addc(out, '[');
	json_array_foreach (array, i, value) {
		if (i)
			pr_buf_adds(out, ", ");
		repr_at(value, depth, out);
	}
	pr_buf_addc(out, ']');
}

static void repr_object(const json_t *object, size_t depth, struct pr_buf *out)
{
	bool first = true;
	const char *key;
	json_t *value;

	pr_buf_addc(out, '{');
	json_object_foreach (pr_json_mutable(object), key, value) {
		if (!first)
			pr_buf_adds(out, ", ");
		first = false;
		repr_string(key, strlen(key), out);
		pr_buf_adds(out, ": ");
		repr_at(value, depth, out);
	}
	pr_buf_addc(out, '}');
}

static void repr_container(const json_t *value, size_t depth, struct pr_buf *out)
{
	if (depth >= DEPTH_MAX && !out->status)
		out->status = PR_ELIMIT;
	if (out->status)
		return;
	if (json_is_array(value))
		repr_array(value, depth + 1, out);
	else
		repr_object(value, depth + 1, out);
}

static void repr_at(const json_t *value, size_t depth, struct pr_buf *out)
{
	switch (value ? json_typeof(value) : JSON_NULL) {
	case JSON_OBJECT:
	case JSON_ARRAY:
		repr_container(value, depth, out);
		break;
	case JSON_STRING:
		repr_string(json_string_value(value), json_string_length(value), out);
		break;
	case JSON_INTEGER:
		pr_buf_addf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		break;
	case JSON_REAL:
		pr_number_add(out, json_real_value(value));
		break;
	case JSON_TRUE:
		pr_buf_adds(out, "True");
		break;
	case JSON_FALSE:
		pr_buf_adds(out, "False");
		break;
	case JSON_NULL:
		pr_buf_adds(out, "None");
		break;
	}
}

int pr_value_str(const json_t *value, struct pr_buf *out)
{
	if (json_is_string(value))
		return pr_buf_add(out, json_string_value(value), json_string_length(value));
	return pr_value_repr(value, out);
}

int pr_value_repr(const json_t *value, struct pr_buf *out)
{
	repr_at(value, 0, out);
	return out->status;
}
