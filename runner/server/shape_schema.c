#include "server/shape_private.h"

#include "base/text.h"
#include "codec/json.h"

#include <string.h>

/* Each takes what it is given, and is NULL where memory is out. */

static json_t *set(json_t *schema, const char *key, json_t *value)
{
	if (!schema || pr_json_set(schema, key, value, NULL)) {
		if (!schema)
			json_decref(value);
		json_decref(schema);
		return NULL;
	}
	return schema;
}

static json_t *of_type(const char *type)
{
	return json_pack("{s:s}", "type", type);
}

static json_t *of_format(const char *format)
{
	return json_pack("{s:s, s:s}", "type", "string", "format", format);
}

/* Of version 4, in its canonical form; other forms are read, too. */
#define UUID_4 "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"

json_t *pr_uuid_schema(bool answer)
{
	if (answer)
		return of_format("uuid");
	return json_pack("{s:s, s:s, s:s}", "type", "string", "format", "uuid4", "pattern", UUID_4);
}

static json_t *reference(const struct pr_shape *shape, bool answer)
{
	PR_AUTO(free) char *place =
		pr_text_format("#/components/schemas/%s%s", shape->name, answer ? "Answer" : "");

	return place ? json_pack("{s:s}", "$ref", place) : NULL;
}

static json_t *words_array(const char *const *words)
{
	json_t *array = json_array();

	for (size_t i = 0; array && words[i]; i++) {
		if (json_array_append_new(array, json_string(words[i]))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *bounded(
	json_t *schema, const struct pr_field *field, const char *low, const char *high)
{
	if (field->min != 0 || (field->max != 0 && field->kind != PR_FIELD_TEXT))
		schema = set(schema, low, json_integer(field->min));
	if (field->max != 0)
		schema = set(schema, high, json_integer(field->max));
	return schema;
}

static json_t *text_schema(const struct pr_field *field)
{
	if (field->choices)
		return set(of_type("string"), "enum", words_array(field->choices));
	return bounded(of_type("string"), field, "minLength", "maxLength");
}

/* What is read as a truth value beside the two that are one. */
static json_t *bool_schema(bool answer)
{
	if (answer)
		return of_type("boolean");
	return json_pack("{s:[{s:s}, {s:s, s:[i, i]}, {s:s, s:s}]}", "anyOf", "type", "boolean",
		"type", "number", "enum", 0, 1, "type", "string", "pattern",
		"^([01tTfFyYnN]|[tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|[yY][eE][sS]|[nN][oO]|"
		"[oO][nN]|[oO][fF][fF])$");
}

static json_t *text_of_object(void)
{
	return json_pack("{s:s, s:s}", "type", "string", "contentMediaType", "application/json");
}

static json_t *plain_schema(const struct pr_field *field, bool answer)
{
	switch (field->kind) {
	case PR_FIELD_TEXT:
	case PR_FIELD_SECRET:
		return text_schema(field);
	case PR_FIELD_BOOL:
		return bool_schema(answer);
	case PR_FIELD_INT:
		return bounded(of_type("integer"), field, "minimum", "maximum");
	case PR_FIELD_NUMBER:
		return bounded(of_type("number"), field, "minimum", "maximum");
	case PR_FIELD_UUID:
		return pr_uuid_schema(answer);
	case PR_FIELD_DATE:
		return of_format("date-time");
	case PR_FIELD_SHAPE:
		return reference(field->shape, answer);
	case PR_FIELD_LIST:
		return set(of_type("array"), "items",
			field->shape ? reference(field->shape, answer) : pr_uuid_schema(answer));
	case PR_FIELD_DOCUMENT_TEXT:
		return answer ? of_type("object") : text_of_object();
	case PR_FIELD_DOCUMENT_EITHER:
		return answer ? of_type("object")
			      : json_pack(
					"{s:[o, o]}", "anyOf", of_type("object"), text_of_object());
	case PR_FIELD_DOCUMENT:
	case PR_FIELD_MAP:
		return of_type("object");
	case PR_FIELD_PATH:
		return json_pack("{s:s, s:s}", "type", "string", "pattern", "^/");
	case PR_FIELD_ANY:
		return json_object();
	}
	return NULL;
}

static json_t *field_schema(const struct pr_field *field, bool answer)
{
	json_t *schema = plain_schema(field, answer);

	if (schema && (field->flags & PR_FIELD_NULLABLE))
		schema = json_pack("{s:[o, {s:s}]}", "anyOf", schema, "type", "null");
	if (schema && field->fallback && !answer)
		schema = set(schema, "default", json_loads(field->fallback, JSON_DECODE_ANY, NULL));
	return schema;
}

static bool is_needed(const struct pr_field *field, bool answer)
{
	return (field->flags & PR_FIELD_REQUIRED) || (answer && !(field->flags & PR_FIELD_OMITTED));
}

static int add_fields(const struct pr_shape *shape, bool answer, json_t *properties, json_t *needed)
{
	for (size_t i = 0; i < shape->field_count; i++) {
		const struct pr_field *field = &shape->fields[i];

		if (pr_json_set(properties, field->name, field_schema(field, answer), NULL))
			return PR_ENOMEM;
		if (is_needed(field, answer) &&
			pr_json_append(needed, json_string(field->name), NULL))
			return PR_ENOMEM;
	}
	return 0;
}

/* The schema of an object with the fields of `shape`, and of `base` where not NULL, and the tag. */
static json_t *object_schema(
	const struct pr_shape *base, const struct pr_shape *shape, const char *tag, bool answer)
{
	json_auto_t *properties = json_object();
	json_auto_t *needed = json_array();
	const char *name = base ? base->tag : NULL;
	json_t *schema;

	if (!properties || !needed)
		return NULL;
	if (base && add_fields(base, answer, properties, needed))
		return NULL;
	if (name && (pr_json_set(properties, name, json_pack("{s:s}", "const", tag), NULL) ||
			    pr_json_append(needed, json_string(name), NULL)))
		return NULL;
	if (add_fields(shape, answer, properties, needed))
		return NULL;
	schema = json_pack("{s:s, s:O}", "type", "object", "properties", properties);
	if (json_array_size(needed) > 0)
		schema = set(schema, "required", json_incref(needed));
	if (answer && !shape->open)
		schema = set(schema, "additionalProperties", json_false());
	return schema;
}

json_t *pr_shape_schema(const struct pr_shape *shape, bool answer)
{
	json_auto_t *forms = NULL;

	if (shape->variant_count == 0)
		return object_schema(NULL, shape, NULL, answer);
	forms = json_array();
	for (size_t i = 0; forms && i < shape->variant_count; i++) {
		json_t *form = object_schema(
			shape, shape->variants[i].shape, shape->variants[i].value, answer);

		if (pr_json_append(forms, form, NULL))
			return NULL;
	}
	return forms ? json_pack("{s:O}", "anyOf", forms) : NULL;
}
