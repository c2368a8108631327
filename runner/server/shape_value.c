#include "server/shape_private.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/uuid.h"
#include "codec/json.h"
#include "codec/json_plain.h"
#include "store/store.h"

#include <string.h>

typedef int read_fn(struct pr_reading *reading, const struct pr_field *field, const json_t *value,
	json_t **ret_clean);

static int give(struct pr_reading *reading, json_t *value, json_t **ret_clean)
{
	*ret_clean = value;
	return value ? 0 : pr_fail_nomem(reading->err);
}

static int share(struct pr_reading *reading, const json_t *value, json_t **ret_clean)
{
	return give(reading, json_incref(pr_json_mutable(value)), ret_clean);
}

/* Characters, of valid UTF-8. */
static size_t characters(const json_t *text)
{
	const char *bytes = json_string_value(text);
	size_t n = 0;

	for (size_t i = 0; i < json_string_length(text); i++)
		n += ((unsigned char)bytes[i] & 0xc0) != 0x80;
	return n;
}

static int check_length(
	struct pr_reading *reading, const struct pr_field *field, const json_t *value)
{
	int64_t n = (int64_t)characters(value);
	bool is_short = n < field->min;
	int64_t bound = is_short ? field->min : field->max;
	char text[80];

	if (!is_short && (field->max == 0 || n <= field->max))
		return 0;
	pr_text_print(text, sizeof(text), "String should have at %s %lld character%s",
		is_short ? "least" : "most", (long long)bound, bound == 1 ? "" : "s");
	return pr_reading_complain(
		reading, is_short ? "string_too_short" : "string_too_long", text, value);
}

static int check_choice(
	struct pr_reading *reading, const struct pr_field *field, const json_t *value)
{
	size_t n = pr_words_count(field->choices);
	PR_AUTO(free) char *words = NULL;
	PR_AUTO(free) char *text = NULL;

	if (json_is_string(value) &&
		pr_text_index(json_string_value(value), field->choices, n) >= 0)
		return 0;
	words = pr_words_quoted(field->choices, n, " or ");
	text = words ? pr_text_format("Input should be %s", words) : NULL;
	if (!text)
		return pr_fail_nomem(reading->err);
	return pr_reading_complain(
		reading, field->flags & PR_FIELD_ENUM ? "enum" : "literal_error", text, value);
}

static int read_text(struct pr_reading *reading, const struct pr_field *field, const json_t *value,
	json_t **ret_clean)
{
	size_t before = json_array_size(reading->problems);
	int rc = 0;

	if (field->choices)
		rc = check_choice(reading, field, value);
	else if (!json_is_string(value))
		rc = pr_reading_complain(
			reading, "string_type", "Input should be a valid string", value);
	else if (strlen(json_string_value(value)) != json_string_length(value))
		rc = pr_reading_complain(reading, "value_error",
			"Value error, a text must not have a NUL in it", value);
	else
		rc = check_length(reading, field, value);
	if (rc || json_array_size(reading->problems) != before)
		return rc;
	return share(reading, value, ret_clean);
}

static int read_path(struct pr_reading *reading, const struct pr_field *field, const json_t *value,
	json_t **ret_clean)
{
	if (json_is_string(value) && *json_string_value(value) != '/')
		return pr_reading_complain(reading, "value_error",
			"Value error, secret path must start with a forward slash", value);
	return read_text(reading, field, value, ret_clean);
}

static int read_bool(struct pr_reading *reading, const struct pr_field *field, const json_t *value,
	json_t **ret_clean)
{
	static const char *const words[] = {
		"0", "1", "false", "true", "f", "t", "no", "yes", "n", "y", "off", "on"};
	const char *text = json_string_value(value);

	(void)field;
	if (json_is_boolean(value))
		return share(reading, value, ret_clean);
	if (json_is_number(value) &&
		(json_number_value(value) == 0 || json_number_value(value) == 1))
		return give(reading, json_boolean(json_number_value(value) == 1), ret_clean);
	for (size_t i = 0; text && i < PR_LEN(words); i++)
		if (pr_text_eq_nocase(text, words[i]))
			return give(reading, json_boolean(i % 2), ret_clean);
	if (text || json_is_number(value))
		return pr_reading_complain(reading, "bool_parsing",
			"Input should be a valid boolean, unable to interpret input", value);
	return pr_reading_complain(reading, "bool_type", "Input should be a valid boolean", value);
}

static int read_number(struct pr_reading *reading, const struct pr_field *field,
	const json_t *value, json_t **ret_clean)
{
	double number = json_number_value(value);
	bool is_low = number < (double)field->min;
	char text[80];

	if (field->kind == PR_FIELD_INT && !json_is_integer(value))
		return pr_reading_complain(
			reading, "int_type", "Input should be a valid integer", value);
	if (!json_is_number(value))
		return pr_reading_complain(
			reading, "float_type", "Input should be a valid number", value);
	if ((field->min == 0 && field->max == 0) ||
		(!is_low && (field->max == 0 || number <= (double)field->max)))
		return share(reading, value, ret_clean);
	pr_text_print(text, sizeof(text), "Input should be %s than or equal to %lld",
		is_low ? "greater" : "less", (long long)(is_low ? field->min : field->max));
	return pr_reading_complain(
		reading, is_low ? "greater_than_equal" : "less_than_equal", text, value);
}

static int read_uuid(struct pr_reading *reading, const struct pr_field *field, const json_t *value,
	json_t **ret_clean)
{
	char id[PR_UUID_SIZE];

	(void)field;
	if (!json_is_string(value))
		return pr_reading_complain(reading, "uuid_type",
			"UUID input should be a string, bytes or UUID object", value);
	if (strlen(json_string_value(value)) != json_string_length(value) ||
		pr_uuid_parse(json_string_value(value), id, NULL))
		return pr_reading_complain(reading, "uuid_parsing",
			"Input should be a valid UUID, invalid character or length", value);
	if (id[14] != '4')
		return pr_reading_complain(
			reading, "uuid_version", "UUID version 4 expected", value);
	return give(reading, json_string(id), ret_clean);
}

static int read_date(struct pr_reading *reading, const struct pr_field *field, const json_t *value,
	json_t **ret_clean)
{
	int64_t wall_us = 0;

	(void)field;
	if (!json_is_string(value))
		return pr_reading_complain(
			reading, "datetime_type", "Input should be a valid datetime", value);
	if (!pr_stamp_read_rfc3339(json_string_value(value), &wall_us))
		return pr_reading_complain(reading, "datetime_from_date_parsing",
			"Input should be a valid datetime or date", value);
	return give(reading, pr_store_date(wall_us), ret_clean);
}

static int read_shape(struct pr_reading *reading, const struct pr_field *field, const json_t *value,
	json_t **ret_clean)
{
	return pr_reading_object(reading, field->shape, value, ret_clean);
}

static int read_element(struct pr_reading *reading, const struct pr_field *field,
	const json_t *value, json_t *clean)
{
	json_t *read = NULL;
	int rc = field->shape ? pr_reading_object(reading, field->shape, value, &read)
			      : read_uuid(reading, field, value, &read);

	if (!rc && read)
		return pr_json_append(clean, read, reading->err);
	json_decref(read);
	return rc;
}

static int read_list(struct pr_reading *reading, const struct pr_field *field, const json_t *value,
	json_t **ret_clean)
{
	json_auto_t *clean = NULL;
	int rc = 0;

	if (!json_is_array(value))
		return pr_reading_complain(
			reading, "list_type", "Input should be a valid list", value);
	clean = json_array();
	if (!clean)
		return pr_fail_nomem(reading->err);
	for (size_t i = 0; !rc && i < json_array_size(value); i++) {
		rc = pr_reading_enter_index(reading, i);
		if (rc)
			return rc;
		rc = read_element(reading, field, json_array_get(value, i), clean);
		pr_reading_leave(reading);
	}
	if (!rc)
		*ret_clean = pr_steal(clean);
	return rc;
}

static int read_document(struct pr_reading *reading, const struct pr_field *field,
	const json_t *value, json_t **ret_clean)
{
	(void)field;
	if (!json_is_object(value))
		return pr_reading_complain(
			reading, "dict_type", "Input should be a valid dictionary", value);
	return share(reading, value, ret_clean);
}

static int read_document_text(struct pr_reading *reading, const struct pr_field *field,
	const json_t *value, json_t **ret_clean)
{
	static const struct pr_limits limits = PR_LIMITS_DEFAULT;
	json_auto_t *document = NULL;
	struct pr_err why = PR_ERR_INIT;
	int rc;

	if (!json_is_string(value))
		return pr_reading_complain(reading, "json_type",
			"JSON input should be string, bytes or bytearray", value);
	rc = pr_json_parse(json_string_value(value), json_string_length(value), "Invalid JSON",
		&limits, &document, &why);
	if (rc == PR_ENOMEM)
		return pr_fail_nomem(reading->err);
	if (rc)
		return pr_reading_complain(reading, "json_invalid", why.msg, value);
	return read_document(reading, field, document, ret_clean);
}

/* Whether it is the text of a document, which can be kept as it is. */
static bool is_document(const json_t *value)
{
	static const struct pr_limits limits = PR_LIMITS_DEFAULT;
	const char *text = json_string_value(value);
	size_t n = json_string_length(value);
	json_auto_t *document = NULL;

	if (text && pr_json_is_plain_object(text, n, &limits))
		return true;
	return text && !strstr(text, "\\u0000") &&
	       !pr_json_parse(text, n, "", &limits, &document, NULL) && json_is_object(document);
}

static int read_either(struct pr_reading *reading, const struct pr_field *field,
	const json_t *value, json_t **ret_clean)
{
	if (field->flags & PR_FIELD_AS_IT_IS && is_document(value))
		return share(reading, value, ret_clean);
	return json_is_object(value) ? share(reading, value, ret_clean)
				     : read_document_text(reading, field, value, ret_clean);
}

static int read_any(struct pr_reading *reading, const struct pr_field *field, const json_t *value,
	json_t **ret_clean)
{
	(void)field;
	return share(reading, value, ret_clean);
}

int pr_reading_field(struct pr_reading *reading, const struct pr_field *field, const json_t *value,
	json_t **ret_clean)
{
	static read_fn *const readers[] = {
		[PR_FIELD_TEXT] = read_text,
		[PR_FIELD_BOOL] = read_bool,
		[PR_FIELD_INT] = read_number,
		[PR_FIELD_NUMBER] = read_number,
		[PR_FIELD_UUID] = read_uuid,
		[PR_FIELD_DATE] = read_date,
		[PR_FIELD_SHAPE] = read_shape,
		[PR_FIELD_LIST] = read_list,
		[PR_FIELD_DOCUMENT] = read_document,
		[PR_FIELD_DOCUMENT_TEXT] = read_document_text,
		[PR_FIELD_DOCUMENT_EITHER] = read_either,
		[PR_FIELD_SECRET] = read_text,
		[PR_FIELD_MAP] = read_document,
		[PR_FIELD_ANY] = read_any,
		[PR_FIELD_PATH] = read_path,
	};

	bool before = reading->secretive;
	int rc;

	if (json_is_null(value) && (field->flags & PR_FIELD_NULLABLE))
		return share(reading, value, ret_clean);
	reading->secretive = reading->guessing || field->kind == PR_FIELD_SECRET ||
			     (field->shape && pr_shape_has_secrets(field->shape));
	rc = readers[field->kind](reading, field, value, ret_clean);
	reading->secretive = before;
	return rc;
}
