#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"
#include "control/native_rows.h"
#include "experiment/activities.h"

/* Leaves activities out, by type or by name (chaosaddons.controls.bypass). */
struct bypass {
	const char *type;    /* NULL: any is executed */
	const json_t *names; /* borrowed, NULL: none is left out */
};

static bool is_named(const struct bypass *self, const json_t *activity)
{
	const char *name = pr_json_str(activity, "name");
	const json_t *item;
	size_t i;

	json_array_foreach (pr_json_mutable(self->names), i, item) {
		if (name && pr_text_eq(json_string_value(item), name))
			return true;
	}
	return false;
}

static bool is_meant(const struct bypass *self, const json_t *activity)
{
	return (self->type && pr_text_eq(pr_json_str(activity, "type"), self->type)) ||
	       is_named(self, activity);
}

static void announce(const struct bypass *self)
{
	PR_AUTO(buf) struct pr_buf names = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	const json_t *item;
	size_t i;

	if (self->type)
		pr_warn("No '%s' will be executed as configured by the bypass control", self->type);
	json_array_foreach (pr_json_mutable(self->names), i, item) {
		pr_buf_addf(&names, "%s%s", i ? ", " : "",
			json_is_string(item) ? json_string_value(item) : "?");
	}
	if (names.len)
		pr_warn("The following activities will not be executed: %s", pr_buf_str(&names));
}

static void on(void *arg, const struct pr_hook_event *event, struct pr_hook_ticket *ticket,
	struct pr_hook_answer *answer)
{
	const struct bypass *self = arg;

	(void)ticket;
	if (event->point == PR_HOOK_BEFORE_EXPERIMENT) {
		announce(self);
	} else if (event->point == PR_HOOK_BEFORE_ACTIVITY && is_meant(self, event->context)) {
		answer->bypass = true;
		(void)json_object_set_new(event->context, "dry", json_true());
	} else if (event->point == PR_HOOK_AFTER_ACTIVITY && is_meant(self, event->context)) {
		(void)json_object_del(event->context, "dry");
	}
}

static int configure(const struct pr_native_env *env, const json_t *declaration,
	struct pr_native *ret_native, struct pr_err *err)
{
	const json_t *arguments = pr_native_arguments(declaration);
	const json_t *type = json_object_get(arguments, "target_type");
	const json_t *names = json_object_get(arguments, "target_names");
	struct bypass *self;

	(void)env;
	if (pr_value_truthy(type) && !json_is_string(type))
		return pr_fail(
			err, PR_EINVAL, "target_type must be a text, not %s", pr_json_kind(type));
	if (pr_value_truthy(names) && !json_is_array(names))
		return pr_fail(
			err, PR_EINVAL, "target_names must be a list, not %s", pr_json_kind(names));
	self = malloc(sizeof *self);
	if (!self)
		return pr_fail_nomem(err);
	self->type = pr_json_str(arguments, "target_type");
	self->names = pr_json_array(arguments, "target_names");
	*ret_native = (struct pr_native){.hook = {.on = on, .self = self}, .free = free};
	return 0;
}

static const char *const modules[] = {"chaosaddons.controls.bypass", NULL};

static const struct pr_native_known known[] = {
	{"target_type", true},
	{"target_names", true},
	{NULL, false},
};

const struct pr_native_control pr_native_bypass = {.modules = modules,
	.known = known,
	.idle = "no activity is left out",
	.configure = configure};
