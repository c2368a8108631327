#include "codec/jsonpath_private.h"

#include <stdint.h>
#include <string.h>

/* Strings are sequences of code points, as they are in Python. */
static size_t count_points(const char *text, size_t n)
{
	size_t points = 0;

	for (size_t i = 0; i < n; i++)
		points += ((unsigned char)text[i] & 0xC0) != 0x80;
	return points;
}

/* Offset of code point number `point`, the length when there are fewer. */
static size_t offset_of_point(const char *text, size_t n, size_t point)
{
	size_t i = 0;

	for (; i < n; i++) {
		if (((unsigned char)text[i] & 0xC0) != 0x80 && point-- == 0)
			break;
	}
	return i;
}

/* An integer argument; booleans are integers in Python. */
static bool get_integer(const json_t *arg, json_int_t *ret_value)
{
	if (json_is_boolean(arg))
		*ret_value = json_is_true(arg);
	else if (json_is_integer(arg))
		*ret_value = json_integer_value(arg);
	else
		return false;
	return true;
}

static int done(json_t *result, json_t **ret_result)
{
	*ret_result = result;
	return result ? 0 : PR_ENOMEM;
}

/* The code points [start, stop) of a string. */
static int cut(const json_t *value, size_t start, size_t stop, json_t **ret_result)
{
	const char *text = json_string_value(value);
	size_t n = json_string_length(value);
	size_t from = offset_of_point(text, n, start);
	size_t to = stop > start ? offset_of_point(text, n, stop) : from;

	return done(json_stringn(text + from, to - from), ret_result);
}

static int call_length(const json_t *value, json_t *const *args, size_t n, json_t **ret_result)
{
	(void)args;
	if (n)
		return 0;
	if (json_is_array(value))
		return done(json_integer((json_int_t)json_array_size(value)), ret_result);
	if (json_is_string(value))
		return done(json_integer((json_int_t)count_points(
				    json_string_value(value), json_string_length(value))),
			ret_result);
	return 0;
}

static int call_char_at(const json_t *value, json_t *const *args, size_t n, json_t **ret_result)
{
	json_int_t index;
	json_int_t length;

	if (n != 1 || !json_is_string(value) || !get_integer(args[0], &index))
		return 0;
	length = (json_int_t)count_points(json_string_value(value), json_string_length(value));
	if (index < -length || index >= length)
		return 0;
	if (index < 0)
		index += length;
	return cut(value, (size_t)index, (size_t)index + 1, ret_result);
}

/* An end of a slice, as Python takes it: negative from the end, then within the bounds. */
static size_t clamp(json_int_t end, json_int_t length)
{
	if (end < -length)
		return 0;
	if (end < 0)
		return (size_t)(end + length);
	return (size_t)(end < length ? end : length);
}

static int call_substring(const json_t *value, json_t *const *args, size_t n, json_t **ret_result)
{
	json_int_t start;
	json_int_t stop;
	json_int_t length;

	if (n < 1 || n > 2 || !json_is_string(value) || !get_integer(args[0], &start))
		return 0;
	length = (json_int_t)count_points(json_string_value(value), json_string_length(value));
	stop = length;
	if (n == 2 && !get_integer(args[1], &stop))
		return 0;
	return cut(value, clamp(start, length), clamp(stop, length), ret_result);
}

/* What keys, values and entries take of one member or element. */
typedef json_t *pick_fn(json_t *key, json_t *value);

static json_t *pick_key(json_t *key, json_t *value)
{
	(void)value;
	return json_incref(key);
}

static json_t *pick_value(json_t *key, json_t *value)
{
	(void)key;
	return json_incref(value);
}

static json_t *pick_entry(json_t *key, json_t *value)
{
	json_t *entry = json_array();

	if (json_array_append(entry, key) || json_array_append(entry, value)) {
		json_decref(entry);
		return NULL;
	}
	return entry;
}

static int add(json_t *list, json_t *key, json_t *value, pick_fn *pick)
{
	json_auto_t *owned = key;

	if (!owned)
		return PR_ENOMEM;
	return json_array_append_new(list, pick(owned, value)) ? PR_ENOMEM : 0;
}

static int list_of(const json_t *value, size_t n, pick_fn *pick, json_t **ret_result)
{
	json_auto_t *list = NULL;
	const char *key;
	json_t *item;
	int status = 0;

	if (n || !(json_is_object(value) || json_is_array(value)))
		return 0;
	list = json_array();
	for (size_t i = 0; !status && i < json_array_size(value); i++)
		status = add(list, json_integer((json_int_t)i), json_array_get(value, i), pick);
	json_object_foreach ((json_t *)(uintptr_t)value, key, item) {
		if (!status)
			status = add(list, json_string(key), item, pick);
	}
	if (status || !list)
		return PR_ENOMEM;
	return done(pr_steal(list), ret_result);
}

static int call_keys(const json_t *value, json_t *const *args, size_t n, json_t **ret_result)
{
	(void)args;
	return list_of(value, n, pick_key, ret_result);
}

static int call_values(const json_t *value, json_t *const *args, size_t n, json_t **ret_result)
{
	(void)args;
	return list_of(value, n, pick_value, ret_result);
}

static int call_entries(const json_t *value, json_t *const *args, size_t n, json_t **ret_result)
{
	(void)args;
	return list_of(value, n, pick_entry, ret_result);
}

static const struct {
	const char *name;
	pr_jp_function *call;
} functions[] = {
	{"charAt", call_char_at},
	{"entries", call_entries},
	{"keys", call_keys},
	{"length", call_length},
	{"substring", call_substring},
	{"values", call_values},
};

pr_jp_function *pr_jsonpath_function(const char *name, size_t n)
{
	for (size_t i = 0; i < PR_LEN(functions); i++) {
		if (strlen(functions[i].name) == n && !memcmp(functions[i].name, name, n))
			return functions[i].call;
	}
	return NULL;
}
