#include "server/shape_private.h"

#include "base/buf.h"
#include "base/redact.h"
#include "codec/json.h"

int pr_problem_add(json_t *problems, const json_t *where, const char *name, const char *type,
	const char *message, const json_t *input, struct pr_err *err)
{
	json_auto_t *loc = NULL;

	if (json_array_size(problems) >= PR_PROBLEMS_MAX)
		return 0;
	loc = pr_json_copy(where);
	if (!loc)
		return pr_fail_nomem(err);
	if (name && json_array_append_new(loc, json_string(name)))
		return pr_fail_nomem(err);
	return pr_json_append(problems,
		json_pack("{s:s, s:O, s:s, s:O?}", "type", type, "loc", loc, "msg", message,
			"input", pr_json_mutable(input)),
		err);
}

int pr_reading_enter(struct pr_reading *reading, const char *name)
{
	return pr_json_append(reading->where, json_string(name), reading->err);
}

int pr_reading_enter_index(struct pr_reading *reading, size_t index)
{
	return pr_json_append(reading->where, json_integer((json_int_t)index), reading->err);
}

void pr_reading_leave(struct pr_reading *reading)
{
	(void)json_array_remove(reading->where, json_array_size(reading->where) - 1);
}

int pr_reading_complain(
	struct pr_reading *reading, const char *type, const char *message, const json_t *input)
{
	return pr_reading_complain_of(reading, NULL, (const char *const[]){type, message}, input);
}

bool pr_shape_has_secrets(const struct pr_shape *shape)
{
	for (size_t i = 0; i < shape->field_count; i++) {
		const struct pr_field *field = &shape->fields[i];

		if (field->kind == PR_FIELD_SECRET ||
			(field->shape && pr_shape_has_secrets(field->shape)))
			return true;
	}
	for (size_t i = 0; i < shape->variant_count; i++)
		if (pr_shape_has_secrets(shape->variants[i].shape))
			return true;
	return false;
}

/* Masks every text and number below `value`, which is ours: who misspells a name must not find the
 * secret under it in the answer, nor in the log of what had asked. NULL: no memory. */
static json_t *masked(const json_t *value)
{
	json_auto_t *copy = NULL;
	const char *name;
	json_t *member;
	size_t i;

	if (json_is_string(value) || json_is_number(value))
		return json_string(PR_REDACTED);
	if (!json_is_object(value) && !json_is_array(value))
		return json_incref(pr_json_mutable(value));
	copy = json_is_object(value) ? json_object() : json_array();
	json_object_foreach (pr_json_mutable(value), name, member)
		if (json_object_set_new(copy, name, masked(member)))
			return NULL;
	json_array_foreach (value, i, member)
		if (json_array_append_new(copy, masked(member)))
			return NULL;
	return copy ? pr_steal(copy) : NULL;
}

int pr_reading_complain_of(struct pr_reading *reading, const char *name, const char *const what[2],
	const json_t *input)
{
	json_auto_t *shown = NULL;

	if (json_array_size(reading->problems) >= PR_PROBLEMS_MAX)
		return 0;
	shown = reading->secretive && input ? masked(input) : json_incref(pr_json_mutable(input));
	if (!shown && input)
		return pr_fail_nomem(reading->err);
	return pr_problem_add(
		reading->problems, reading->where, name, what[0], what[1], shown, reading->err);
}

size_t pr_words_count(const char *const *words)
{
	size_t n = 0;

	while (words && words[n])
		n++;
	return n;
}

char *pr_words_quoted(const char *const *words, size_t n, const char *last)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	for (size_t i = 0; i < n; i++)
		(void)pr_buf_addf(&text, "%s'%s'",
			i == 0       ? ""
			: i + 1 == n ? last
				     : ", ",
			words[i]);
	return pr_buf_take(&text);
}
