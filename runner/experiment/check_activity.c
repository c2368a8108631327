#include "experiment/validate.h"

#include "base/buf.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"

#include <stdarg.h>
#include <stdio.h>

/* One activity under inspection. */
struct subject {
	const json_t *activity;
	const struct pr_provider_rules *rules;
	const struct pr_place *place;
	struct pr_findings *findings;
};

PR_PRINTF(3, 4) static void object_to(
	const struct subject *s, const char *member, const char *fmt, ...)
{
	struct pr_place place = {.outer = s->place, .key = member};
	PR_AUTO(free) char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	pr_findings_add(s->findings, PR_FINDING_ERROR, member ? &place : s->place, "%s",
		text ? text : "out of memory");
}

static void check_type(const struct subject *s)
{
	const json_t *type = json_object_get(s->activity, "type");
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(4096);

	if (!pr_value_truthy(type)) {
		object_to(s, NULL, "an activity must have a type");
		return;
	}
	if (json_is_string(type) && (pr_text_eq(json_string_value(type), "probe") ||
					    pr_text_eq(json_string_value(type), "action")))
		return;
	pr_value_str(type, &text);
	object_to(s, "type", "'%s' is not a supported activity type", pr_buf_str(&text));
}

static void check_name(const struct subject *s)
{
	if (!pr_value_truthy(json_object_get(s->activity, "name")))
		object_to(s, NULL, "an activity must have a name");
}

static void check_provider(const struct subject *s)
{
	const json_t *provider = json_object_get(s->activity, "provider");

	if (!pr_value_truthy(provider))
		object_to(s, NULL, "an activity requires a provider");
	else if (!json_is_object(provider))
		object_to(s, "provider", "a provider must be a mapping, not %s",
			pr_json_kind(provider));
	else if (!pr_value_truthy(json_object_get(provider, "type")))
		object_to(s, "provider", "a provider must have a type");
	else
		s->rules->check(s->rules->arg, s->activity, s->place, s->findings);
}

static void check_timeout(const struct subject *s)
{
	const json_t *timeout = json_object_get(s->activity, "timeout");
	double number;

	if (timeout && !json_is_null(timeout) && !pr_value_number(timeout, &number))
		object_to(s, "timeout", "activity timeout must be a number");
}

static void check_pause(const struct subject *s, const json_t *pauses, const char *when)
{
	const char *text = pr_json_str(pauses, when);

	if (text && !(pr_text_starts(text, "${") && pr_text_ends(text, "}")))
		object_to(s, "pauses",
			"activity %s pause must be a number or a pattern to a variable "
			"from the configuration or secrets",
			when);
}

static void check_pauses(const struct subject *s)
{
	const json_t *pauses = json_object_get(s->activity, "pauses");

	if (!pauses || json_is_null(pauses))
		return;
	if (!json_is_object(pauses)) {
		object_to(s, "pauses",
			"activity pauses must be a mapping with `before` and `after`, "
			"not %s",
			pr_json_kind(pauses));
		return;
	}
	check_pause(s, pauses, "before");
	check_pause(s, pauses, "after");
}

static void check_background(const struct subject *s)
{
	const json_t *background = json_object_get(s->activity, "background");

	if (background && !json_is_boolean(background))
		object_to(s, "background", "activity background must be a boolean");
}

/* Upstream's order (docs/engine.md 2.2): the first finding is the one it stops at. */
static void (*const checks[])(const struct subject *s) = {
	check_type, check_name, check_provider, check_timeout, check_pauses, check_background};

static void check_ref(const struct subject *s, const json_t *ref)
{
	if (!json_is_string(ref) || !json_string_length(ref))
		object_to(s, "ref", "reference to activity must be non-empty strings");
}

void pr_validate_activity(const json_t *activity, const struct pr_provider_rules *rules,
	const struct pr_place *place, struct pr_findings *findings)
{
	struct subject s = {
		.activity = activity, .rules = rules, .place = place, .findings = findings};
	const json_t *ref = json_object_get(activity, "ref");

	if (!pr_value_truthy(activity)) {
		object_to(&s, NULL, "empty activity is no activity");
	} else if (!json_is_object(activity)) {
		object_to(
			&s, NULL, "an activity must be a mapping, not %s", pr_json_kind(activity));
	} else if (ref && !json_is_null(ref)) {
		check_ref(&s, ref);
	} else {
		for (size_t i = 0; i < PR_LEN(checks); i++)
			checks[i](&s);
	}
}
