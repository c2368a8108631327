#include "control/controls.h"

#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"
#include "control/application.h"
#include "control/native_arguments.h"
#include "control/relay.h"
#include "experiment/activities.h"
#include "experiment/check_control.h"
#include "experiment/substitute.h"

/* One native control that was configured. */
struct instance {
	json_t *declaration; /* as it stands where it was declared; owned */
	json_t *configured;  /* what it was made of; owned */
	const struct pr_native_control *control;
	struct pr_native native;
	bool global;
};

struct pr_controls {
	struct pr_controls_options options;
	json_t *globals;  /* those that are applied; owned */
	json_t *missing;  /* modules that were warned of; owned */
	bool configuring; /* once */
	struct instance *instances;
	size_t count;
	size_t room;
	struct pr_relay relay;
};

static const char *module_of(const json_t *declaration)
{
	return pr_json_str(json_object_get(declaration, "provider"), "module");
}

static bool is_python(const json_t *declaration)
{
	return pr_text_eq(pr_json_str(json_object_get(declaration, "provider"), "type"), "python");
}

/* Whether what was made of one declaration is what another one means, too. */
static bool means(const struct instance *instance, const json_t *declaration)
{
	const json_t *name = json_object_get(declaration, "name");
	const json_t *own = json_object_get(instance->declaration, "name");

	if (instance->declaration == declaration)
		return true;
	if (instance->global || !name || !own || !pr_value_equal(name, own))
		return false;
	if (instance->control->events)
		return pr_text_eq(module_of(declaration), module_of(instance->declaration));
	return json_equal(json_object_get(declaration, "provider"),
		json_object_get(instance->declaration, "provider"));
}

static struct instance *find_instance(struct pr_controls *controls, const json_t *declaration)
{
	for (size_t i = 0; i < controls->count; i++)
		if (means(&controls->instances[i], declaration))
			return &controls->instances[i];
	return NULL;
}

/* Once per module; the reporter stands in the place of its module by itself. */
static void warn_missing(struct pr_controls *controls, const json_t *declaration, bool global)
{
	const char *module = module_of(declaration);
	const char *name = pr_json_str(declaration, "name");
	const char *near = module ? pr_control_module_near(module) : NULL;

	if (!module || pr_text_eq(module, "chaosreliably.controls.experiment") ||
		json_object_get(controls->missing, module))
		return;
	(void)json_object_set_new(controls->missing, module, json_true());
	if (global || !controls->options.validated)
		pr_warn("Control module '%s' is not available in this version: the control '%s' is "
			"ignored%s%s%s",
			module, name ? name : "(no name)", near ? "; did you mean '" : "",
			near ? near : "", near ? "'?" : "");
}

static struct instance *instance_add(struct pr_controls *controls)
{
	size_t room = controls->room ? 2 * controls->room : 8;
	struct instance *grown;

	if (controls->count == controls->room) {
		grown = reallocarray(controls->instances, room, sizeof *grown);
		if (!grown)
			return NULL;
		controls->instances = grown;
		controls->room = room;
	}
	controls->instances[controls->count] = (struct instance){0};
	return &controls->instances[controls->count++];
}

static void instance_release(struct instance *instance)
{
	if (instance->native.free)
		instance->native.free(instance->native.hook.self);
	json_decref(instance->declaration);
	json_decref(instance->configured);
}

/* The declaration with its arguments as the functions of a control get them. */
static int substitute(const struct pr_run_view *view, const json_t *declaration,
	json_t **ret_declaration, struct pr_err *err)
{
	struct pr_scope scope = {.configuration = view->configuration, .secrets = view->secrets};
	json_auto_t *copy = pr_json_deep_copy(declaration);
	json_t *provider = json_object_get(copy, "provider");
	json_t *arguments = NULL;
	int rc = copy ? 0 : pr_fail_nomem(err);

	if (!rc && json_object_get(provider, "arguments")) {
		rc = pr_substitute_arguments(
			json_object_get(provider, "arguments"), &scope, &arguments, err);
		if (!rc)
			rc = pr_json_set(provider, "arguments", arguments, err);
	}
	if (!rc)
		*ret_declaration = pr_steal(copy);
	return rc;
}

static int make_native(struct pr_controls *controls, const struct pr_run_view *view,
	struct instance *instance, struct pr_err *err)
{
	int rc = 0;

	if (instance->control->events)
		instance->configured = json_incref(instance->declaration);
	else
		rc = substitute(view, instance->declaration, &instance->configured, err);
	if (!rc)
		rc = instance->control->configure(
			&controls->options.env, instance->configured, &instance->native, err);
	if (!rc)
		instance->native.hook.name = pr_json_str(instance->declaration, "name");
	return rc;
}

/* Returns whether there is a native control for the declaration. */
static bool configure(struct pr_controls *controls, const struct pr_run_view *view,
	json_t *declaration, bool global)
{
	const struct pr_native_control *control = controls->options.find(module_of(declaration));
	struct pr_err err = PR_ERR_INIT;
	struct instance *instance;

	if (!control) {
		warn_missing(controls, declaration, global);
		return false;
	}
	instance = instance_add(controls);
	if (!instance) {
		pr_warn("out of memory: a control is left out");
		return false;
	}
	instance->declaration = json_incref(declaration);
	instance->global = global;
	instance->control = control;
	if (make_native(controls, view, instance, &err) == 0) {
		pr_native_arguments_check(control, instance->configured);
		return true;
	}
	pr_warn("The control '%s' is left out: %s", pr_json_str(declaration, "name"), err.msg);
	instance_release(instance);
	controls->count--;
	return false;
}

/* A global one that cannot be used counts for nothing, not even where the rules count them. */
static void configure_globals(struct pr_controls *controls, const struct pr_run_view *view)
{
	json_t *control;
	size_t i;

	json_array_foreach (pr_json_mutable(controls->options.globals), i, control) {
		if (!is_python(control) || configure(controls, view, control, true))
			(void)json_array_append(controls->globals, control);
	}
}

static void configure_list(
	struct pr_controls *controls, const struct pr_run_view *view, const json_t *owner)
{
	json_t *control;
	size_t i;

	json_array_foreach (pr_json_array(owner, "controls"), i, control) {
		if (pr_value_truthy(json_object_get(control, "name")) && is_python(control) &&
			!find_instance(controls, control))
			(void)configure(controls, view, control, false);
	}
}

static void configure_activities(
	struct pr_controls *controls, const struct pr_run_view *view, const json_t *activities)
{
	json_t *activity;
	size_t i;

	json_array_foreach (activities, i, activity) {
		configure_list(controls, view, activity);
	}
}

static void configure_all(struct pr_controls *controls, const struct pr_run_view *view)
{
	const json_t *document = view->document;

	configure_globals(controls, view);
	configure_list(controls, view, document);
	configure_list(controls, view, json_object_get(document, "steady-state-hypothesis"));
	configure_activities(controls, view, pr_document_probes(document));
	configure_activities(controls, view, pr_document_method(document));
	configure_activities(controls, view, pr_document_rollbacks(document));
}

/* Those that hear of the point whatever the rules are. */
static int add_listeners(struct pr_controls *controls, struct pr_relay_turn *turn)
{
	static const unsigned for_all =
		1U << PR_HOOK_STARTED | 1U << PR_HOOK_INTERRUPTED | 1U << PR_HOOK_FINISHED;
	bool all = for_all & 1U << turn->event.point;
	int rc = 0;

	for (size_t i = 0; !rc && i < controls->count; i++)
		if (all || controls->instances[i].control->events)
			rc = pr_relay_add(turn, &controls->instances[i].native.hook);
	return rc;
}

static int add_called(struct pr_controls *controls, struct pr_relay_turn *turn)
{
	json_auto_t *calls = NULL;
	const json_t *declaration;
	size_t i;
	int rc = 0;

	if (!pr_application_is_for(turn->event.point))
		return 0;
	calls = pr_application_of(controls->globals, &turn->event);
	json_array_foreach (calls, i, declaration) {
		const struct instance *instance = find_instance(controls, declaration);

		if (!rc && instance && !instance->control->events)
			rc = pr_relay_add(turn, &instance->native.hook);
	}
	return calls ? rc : PR_ENOMEM;
}

static void tell(struct pr_controls *controls, const struct pr_hook_event *event,
	struct pr_hook_ticket *ticket, struct pr_hook_answer *answer)
{
	struct pr_relay_turn *turn;

	if (event->point == PR_HOOK_STARTED && !controls->configuring) {
		controls->configuring = true;
		configure_all(controls, event->run);
	}
	if (controls->count == 0)
		return;
	turn = pr_relay_new(&controls->relay, event, ticket);
	if (!turn || add_listeners(controls, turn) || add_called(controls, turn))
		pr_warn("out of memory: controls are not told of %s",
			pr_hook_point_name(event->point));
	if (turn)
		pr_relay_go(turn, answer);
}

static void on(void *self, const struct pr_hook_event *event, struct pr_hook_ticket *ticket,
	struct pr_hook_answer *answer)
{
	if (event->point != PR_HOOK_FINISHED)
		tell(self, event, ticket, answer);
}

static void on_closing(void *self, const struct pr_hook_event *event, struct pr_hook_ticket *ticket,
	struct pr_hook_answer *answer)
{
	if (event->point == PR_HOOK_FINISHED)
		tell(self, event, ticket, answer);
}

static void cancel(void *self)
{
	struct pr_controls *controls = self;

	pr_relay_cancel(&controls->relay);
}

struct pr_hook pr_controls_hook(struct pr_controls *controls)
{
	return (struct pr_hook){.name = "controls", .on = on, .cancel = cancel, .self = controls};
}

struct pr_hook pr_controls_closing_hook(struct pr_controls *controls)
{
	return (struct pr_hook){.name = "controls", .on = on_closing, .self = controls};
}

int pr_controls_new(const struct pr_controls_options *options, struct pr_controls **ret_controls,
	struct pr_err *err)
{
	struct pr_controls *controls = calloc(1, sizeof *controls);

	if (!controls)
		return pr_fail_nomem(err);
	controls->options = *options;
	if (!options->find)
		controls->options.find = pr_native_control_find;
	controls->globals = json_array();
	controls->missing = json_object();
	if (!controls->globals || !controls->missing) {
		pr_controls_free(controls);
		return pr_fail_nomem(err);
	}
	*ret_controls = controls;
	return 0;
}

void pr_controls_free(struct pr_controls *controls)
{
	if (!controls)
		return;
	pr_relay_release(&controls->relay);
	for (size_t i = controls->count; i > 0; i--)
		instance_release(&controls->instances[i - 1]);
	free(controls->instances);
	json_decref(controls->globals);
	json_decref(controls->missing);
	free(controls);
}
