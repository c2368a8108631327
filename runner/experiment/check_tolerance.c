#include "experiment/check_tolerance.h"

#include "base/buf.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/jsonpath.h"
#include "codec/pyvalue.h"
#include "codec/regex.h"

/* One tolerance under inspection. */
struct subject {
	const json_t *tolerance;
	const struct pr_provider_rules *rules;
	const struct pr_place *place;
	struct pr_findings *findings;
};

#define OBJECT(s, ...) pr_findings_add((s)->findings, PR_FINDING_ERROR, (s)->place, __VA_ARGS__)

/* "<before><value as Python's str><after>" */
static void object_with(
	const struct subject *s, const char *before, const json_t *value, const char *after)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT((size_t)64 << 10);

	pr_value_str(value ? value : json_null(), &text);
	OBJECT(s, "%s%s%s", before, pr_buf_str(&text), after);
}

static void check_probe(const struct subject *s)
{
	pr_validate_activity(s->tolerance, s->rules, s->place, s->findings);
}

static void check_regex(const struct subject *s)
{
	const json_t *pattern = json_object_get(s->tolerance, "pattern");
	struct pr_err err = PR_ERR_INIT;
	struct pr_regex *regex = NULL;

	if (!pattern) {
		OBJECT(s, "hypothesis regex probe tolerance must have a `pattern` key");
		return;
	}
	if (!json_is_string(pattern)) {
		object_with(
			s, "hypothesis probe tolerance pattern ", pattern, " has an invalid type");
		return;
	}
	if (pr_regex_new(json_string_value(pattern), json_string_length(pattern), &regex, &err))
		OBJECT(s, "hypothesis probe tolerance pattern %s seems invalid: %s",
			json_string_value(pattern), err.msg);
	pr_regex_free(regex);
}

static void check_jsonpath(const struct subject *s)
{
	const json_t *path = json_object_get(s->tolerance, "path");
	PR_AUTO(free) char *copy = pr_text_dup(json_string_value(path));
	struct pr_jsonpath *compiled = NULL;
	char *text;

	if (!path) {
		OBJECT(s, "hypothesis jsonpath probe tolerance must have a `path` key");
		return;
	}
	if (!copy) {
		OBJECT(s, "hypothesis probe tolerance JSON path must be text, it is of kind %s",
			pr_json_kind(path));
		return;
	}
	text = pr_text_trim(copy);
	if (!*text)
		OBJECT(s, "hypothesis probe tolerance JSON path cannot be empty");
	else if (pr_jsonpath_new(text, &compiled, NULL))
		OBJECT(s, "hypothesis probe tolerance JSON path %s is invalid", text);
	pr_jsonpath_free(compiled);
}

static bool is_number(const json_t *value)
{
	return json_is_number(value) || json_is_boolean(value);
}

static void check_range(const struct subject *s)
{
	const json_t *range = json_object_get(s->tolerance, "range");

	if (!range)
		OBJECT(s, "hypothesis range probe tolerance must have a `range` key");
	else if (!json_is_array(range))
		OBJECT(s, "hypothesis range must be a sequence");
	else if (json_array_size(range) != 2)
		OBJECT(s, "hypothesis range sequence must be made of two values");
	else if (!is_number(json_array_get(range, 0)))
		OBJECT(s, "hypothesis range lower boundary must be a number");
	else if (!is_number(json_array_get(range, 1)))
		OBJECT(s, "hypothesis range upper boundary must be a number");
}

static const struct {
	const char *type;
	void (*check)(const struct subject *s);
} types[] = {
	{"probe", check_probe},
	{"regex", check_regex},
	{"jsonpath", check_jsonpath},
	{"range", check_range},
};

static void check_object(const struct subject *s)
{
	const json_t *type = json_object_get(s->tolerance, "type");

	for (size_t i = 0; i < PR_LEN(types); i++) {
		if (pr_text_eq(json_string_value(type), types[i].type)) {
			types[i].check(s);
			return;
		}
	}
	object_with(s, "hypothesis probe tolerance type '", type, "' is unsupported");
}

void pr_check_tolerance(const json_t *tolerance, const struct pr_provider_rules *rules,
	const struct pr_place *place, struct pr_findings *findings)
{
	struct subject s = {
		.tolerance = tolerance, .rules = rules, .place = place, .findings = findings};

	if (json_is_object(tolerance))
		check_object(&s);
	else if (!tolerance || json_is_null(tolerance) || json_is_real(tolerance))
		OBJECT(&s,
			"hypothesis probe tolerance must either be an integer, a string, a boolean "
			"or a pair of values for boundaries. It can also be a dictionary which is "
			"a "
			"probe activity definition that takes an argument called `value` with the "
			"value of the probe itself to be validated");
}
