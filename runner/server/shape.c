#include "server/shape_private.h"

#include "base/buf.h"
#include "base/text.h"
#include "codec/json.h"

/* What a member is that was left out: *ret_value stays NULL where it stays out. */
static int read_absent(struct pr_reading *reading, const struct pr_field *field,
	const json_t *object, json_t **ret_value)
{
	static const char *const missing[] = {"missing", "Field required"};

	if (field->flags & PR_FIELD_REQUIRED) {
		return pr_reading_complain_of(reading, field->name, missing, object);
	}
	if (field->fallback)
		*ret_value = json_loads(field->fallback, JSON_DECODE_ANY, NULL);
	else if ((field->flags & PR_FIELD_NULLABLE) && !(field->flags & PR_FIELD_OMITTED))
		*ret_value = json_null();
	else
		return 0;
	return *ret_value ? 0 : pr_fail_nomem(reading->err);
}

static int read_member(struct pr_reading *reading, const struct pr_field *field,
	const json_t *object, json_t *clean)
{
	const json_t *value = json_object_get(object, field->name);
	json_t *read = NULL;
	int rc;

	if (!value) {
		rc = read_absent(reading, field, object, &read);
	} else {
		rc = pr_reading_enter(reading, field->name);
		if (!rc) {
			rc = pr_reading_field(reading, field, value, &read);
			pr_reading_leave(reading);
		}
	}
	if (!rc && read)
		return pr_json_set(clean, field->name, read, reading->err);
	json_decref(read);
	return rc;
}

static int read_fields(struct pr_reading *reading, const struct pr_shape *shape,
	const json_t *object, json_t *clean)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < shape->field_count; i++)
		rc = read_member(reading, &shape->fields[i], object, clean);
	return rc;
}

/* One variant's members into `clean`, under its name in `loc`. */
static int read_variant(struct pr_reading *reading, const struct pr_variant *variant,
	const json_t *object, json_t *clean)
{
	json_t *read = NULL;
	int rc = pr_reading_enter(reading, variant->value);

	if (rc)
		return rc;
	rc = pr_reading_object(reading, variant->shape, object, &read);
	pr_reading_leave(reading);
	if (!rc && read && json_object_update(clean, read))
		rc = pr_fail_nomem(reading->err);
	json_decref(read);
	return rc;
}

static int refuse_tag(struct pr_reading *reading, const struct pr_shape *shape,
	const json_t *object, const char *tag)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (!tag) {
		(void)pr_buf_addf(
			&text, "Unable to extract tag using discriminator '%s'", shape->tag);
		return pr_reading_complain(
			reading, "union_tag_not_found", pr_buf_str(&text), object);
	}
	(void)pr_buf_addf(&text,
		"Input tag '%s' found using '%s' does not match any of the expected tags: ", tag,
		shape->tag);
	for (size_t i = 0; i < shape->variant_count; i++)
		(void)pr_buf_addf(&text, "%s'%s'", i == 0 ? "" : ", ", shape->variants[i].value);
	return pr_reading_complain(reading, "union_tag_invalid", pr_buf_str(&text), object);
}

static int read_tagged(struct pr_reading *reading, const struct pr_shape *shape,
	const json_t *object, json_t *clean)
{
	const char *tag = pr_json_str(object, shape->tag);

	for (size_t i = 0; tag && i < shape->variant_count; i++) {
		if (!pr_text_eq(tag, shape->variants[i].value))
			continue;
		if (json_object_set_new(clean, shape->tag, json_string(tag)))
			return pr_fail_nomem(reading->err);
		return read_variant(reading, &shape->variants[i], object, clean);
	}
	return refuse_tag(reading, shape, object, tag);
}

/* The first variant that fits; else the problems of all. */
static int read_untagged(struct pr_reading *reading, const struct pr_shape *shape,
	const json_t *object, json_t *clean)
{
	json_auto_t *all = json_array();

	for (size_t i = 0; i < shape->variant_count; i++) {
		json_auto_t *problems = json_array();
		struct pr_reading trial = *reading;
		int rc;

		if (!all || !problems)
			return pr_fail_nomem(reading->err);
		trial.problems = problems;
		trial.guessing = reading->guessing || pr_shape_has_secrets(shape);
		rc = read_variant(&trial, &shape->variants[i], object, clean);
		if (rc || json_array_size(problems) == 0)
			return rc;
		if (json_array_extend(all, problems))
			return pr_fail_nomem(reading->err);
	}
	return json_array_extend(reading->problems, all) ? pr_fail_nomem(reading->err) : 0;
}

static int read_contents(struct pr_reading *reading, const struct pr_shape *shape,
	const json_t *object, json_t *clean)
{
	int rc;

	if (shape->open && json_object_update(clean, pr_json_mutable(object)))
		return pr_fail_nomem(reading->err);
	rc = read_fields(reading, shape, object, clean);
	if (rc || shape->variant_count == 0)
		return rc;
	return shape->tag ? read_tagged(reading, shape, object, clean)
			  : read_untagged(reading, shape, object, clean);
}

static int read_object(struct pr_reading *reading, const struct pr_shape *shape,
	const json_t *value, json_t **ret_clean)
{
	json_auto_t *clean = NULL;
	size_t before = json_array_size(reading->problems);
	int rc;

	if (!json_is_object(value))
		return pr_reading_complain(reading, "model_attributes_type",
			"Input should be a valid dictionary or object to extract fields from",
			value);
	clean = json_object();
	if (!clean)
		return pr_fail_nomem(reading->err);
	rc = read_contents(reading, shape, value, clean);
	if (!rc && shape->check && json_array_size(reading->problems) == before)
		rc = shape->check(clean, reading->where, reading->problems, reading->err);
	if (!rc && json_array_size(reading->problems) == before)
		*ret_clean = pr_steal(clean);
	return rc;
}

int pr_reading_object(struct pr_reading *reading, const struct pr_shape *shape, const json_t *value,
	json_t **ret_clean)
{
	bool before = reading->secretive;
	int rc;

	reading->secretive = before || pr_shape_has_secrets(shape);
	rc = read_object(reading, shape, value, ret_clean);
	reading->secretive = before;
	return rc;
}

int pr_shape_read(const struct pr_shape *shape, const json_t *value, json_t *problems,
	json_t **ret_clean, struct pr_err *err)
{
	json_auto_t *where = json_pack("[s]", "body");
	struct pr_reading reading = {.problems = problems, .where = where, .err = err};

	return where ? pr_reading_object(&reading, shape, value, ret_clean) : pr_fail_nomem(err);
}
