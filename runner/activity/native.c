#include "activity/native.h"

#include "activity/native_modules.h"
#include "activity/refusal.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"
#include "experiment/activities.h"

/* Adding a module is adding its table and its row. */
static const struct pr_native_module *const modules[] = {
	&pr_native_dns_probes,
	&pr_native_dns_tolerances,
	&pr_native_gh_actions,
	&pr_native_gh_probes,
	&pr_native_gh_tolerances,
	&pr_native_http_probes,
	&pr_native_http_tolerances,
	&pr_native_load_actions,
	&pr_native_load_probes,
	&pr_native_pauses,
	&pr_native_safeguard_probes,
	&pr_native_tls_probes,
	&pr_native_tls_tolerances,
};

const struct pr_native_module *pr_native_find(const char *module)
{
	for (size_t i = 0; i < PR_LEN(modules); i++)
		if (pr_text_eq(module, modules[i]->name))
			return modules[i];
	return NULL;
}

static const struct pr_native_function *find_function(
	const struct pr_native_module *module, const char *name)
{
	for (size_t i = 0; module && i < module->function_count; i++)
		if (pr_text_eq(name, module->functions[i].name))
			return &module->functions[i];
	return NULL;
}

static bool is_built_in(const struct pr_native_function *function)
{
	return function && (function->judge || function->start);
}

static const struct pr_native_parameter *find_parameter(
	const struct pr_native_function *function, const char *name)
{
	for (size_t i = 0; i < function->parameter_count; i++)
		if (pr_text_eq(name, function->parameters[i].name))
			return &function->parameters[i];
	return NULL;
}

static void check_arguments(const struct pr_native_function *function, json_t *arguments,
	const struct pr_place *place, struct pr_findings *findings)
{
	const char *name;
	json_t *value;

	for (size_t i = 0; i < function->parameter_count; i++) {
		const struct pr_native_parameter *parameter = &function->parameters[i];

		if (!parameter->fallback && !json_object_get(arguments, parameter->name))
			pr_findings_add(findings, PR_FINDING_ERROR, place,
				"required argument '%s' is missing from activity '%s'",
				parameter->name, function->name);
	}
	json_object_foreach (arguments, name, value) {
		if (!find_parameter(function, name))
			pr_findings_add(findings, PR_FINDING_ERROR, place,
				"argument '%s' is not part of the function signature in activity "
				"'%s'",
				name, function->name);
	}
}

void pr_native_validate(const struct pr_native_module *module, const json_t *activity,
	const struct pr_place *place, struct pr_findings *findings)
{
	const json_t *provider = json_object_get(activity, "provider");
	const char *name = pr_json_str(provider, "func");
	const char *type = pr_json_str(activity, "type");
	const struct pr_native_function *function = find_function(module, name);
	json_t *arguments = json_object_get(provider, "arguments");

	if (!function)
		pr_findings_add(findings, PR_FINDING_ERROR, place,
			"The python module '%s' does not expose a function called '%s' in %s '%s'",
			module->name, name ? name : "", type ? type : "activity",
			pr_activity_name(activity));
	else if (!is_built_in(function))
		pr_findings_add(findings, PR_FINDING_ERROR, place,
			"activity '%s' calls %s.%s, which is not built in, and this build has no "
			"Python interpreter",
			pr_activity_name(activity), module->name, name);
	else if (arguments && !json_is_object(arguments))
		pr_findings_add(findings, PR_FINDING_ERROR, place,
			"the arguments of a Python activity must be a mapping, they are of kind %s",
			pr_json_kind(arguments));
	else
		check_arguments(function, arguments, place, findings);
}

const json_t *pr_native_get(const struct pr_native_call *call, const char *parameter)
{
	return json_object_get(call->arguments, parameter);
}

const char *pr_native_text(const struct pr_native_call *call, const char *parameter)
{
	const char *text = json_string_value(pr_native_get(call, parameter));

	return text && *text ? text : NULL;
}

double pr_native_number(const struct pr_native_call *call, const char *parameter)
{
	double number = 0;

	return pr_value_number(pr_native_get(call, parameter), &number) ? number : 0;
}

bool pr_native_truthy(const struct pr_native_call *call, const char *parameter)
{
	return pr_value_truthy(pr_native_get(call, parameter));
}

void pr_native_return(struct pr_native_call *call, json_t *output)
{
	json_auto_t *owned = output;
	struct pr_outcome outcome = {.kind = PR_OUTCOME_SUCCEEDED, .output = owned};

	if (!owned) {
		outcome.kind = PR_OUTCOME_CRASHED;
		outcome.message = "out of memory";
	}
	call->fn(call->arg, &outcome);
}

void pr_native_raise(struct pr_native_call *call, const char *message)
{
	struct pr_outcome outcome = {.kind = PR_OUTCOME_FAILED, .message = message};

	call->fn(call->arg, &outcome);
}

static unsigned kind_of(const json_t *value)
{
	if (json_is_string(value))
		return PR_NATIVE_TEXT;
	if (json_is_array(value))
		return PR_NATIVE_LIST;
	if (json_is_object(value))
		return PR_NATIVE_OBJECT;
	return json_is_null(value) ? PR_NATIVE_NULL : PR_NATIVE_NUMBER;
}

/* "text or null" */
static const char *kinds_text(unsigned kinds, struct pr_buf *out)
{
	static const char *const names[] = {"text", "a number", "a list", "an object", "null"};

	for (size_t i = 0; i < PR_LEN(names); i++)
		if (kinds & 1U << i)
			pr_buf_addf(out, "%s%s", out->len ? " or " : "", names[i]);
	return pr_buf_str(out);
}

static int take_argument(const struct pr_native_call *call,
	const struct pr_native_parameter *parameter, json_t *given, struct pr_err *err)
{
	json_t *value = json_object_get(given, parameter->name);
	PR_AUTO(buf) struct pr_buf kinds = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (!value && !parameter->fallback)
		return pr_fail(err, PR_EINVAL, "TypeError: %s() missing required argument: '%s'",
			call->function->name, parameter->name);
	if (!value)
		return pr_json_set(call->arguments, parameter->name,
			json_loads(parameter->fallback, JSON_DECODE_ANY, NULL), err);
	if (!(kind_of(value) & parameter->kinds))
		return pr_fail(err, PR_EINVAL, "argument '%s' of %s must be %s, it is of kind %s",
			parameter->name, call->function->name, kinds_text(parameter->kinds, &kinds),
			pr_json_kind(value));
	return pr_json_set(call->arguments, parameter->name, json_incref(value), err);
}

static int take_arguments(struct pr_native_call *call, json_t *given, struct pr_err *err)
{
	const char *name;
	json_t *value;
	int rc = 0;

	call->arguments = json_object();
	if (!call->arguments)
		return pr_fail_nomem(err);
	json_object_foreach (given, name, value) {
		if (!find_parameter(call->function, name))
			return pr_fail(err, PR_EINVAL,
				"TypeError: %s() got an unexpected keyword argument '%s'",
				call->function->name, name);
	}
	for (size_t i = 0; !rc && i < call->function->parameter_count; i++)
		rc = take_argument(call, &call->function->parameters[i], given, err);
	return rc;
}

/* The members of the scopes that provider.secrets names, later ones first. Caller owns. */
static int merge_secrets(
	const json_t *names, const json_t *secrets, json_t **ret_merged, struct pr_err *err)
{
	json_auto_t *merged = json_object();
	size_t i;
	json_t *name;

	if (!merged)
		return pr_fail_nomem(err);
	json_array_foreach (names, i, name) {
		json_t *scope = json_object_get(secrets, json_string_value(name));

		if (json_is_object(scope) && json_object_update(merged, scope))
			return pr_fail_nomem(err);
	}
	*ret_merged = pr_steal(merged);
	return 0;
}

/* Python's injection of `secrets` and `configuration` into functions with such parameters. */
static int inject(const struct pr_native_call *call, const json_t *provider, json_t *arguments,
	struct pr_err *err)
{
	const json_t *names = json_object_get(provider, "secrets");
	const struct pr_scope *scope = &call->env.scope;
	json_t *merged = NULL;
	int rc = 0;

	if (names && find_parameter(call->function, "secrets")) {
		rc = merge_secrets(names, scope->secrets, &merged, err);
		if (!rc)
			rc = pr_json_set(arguments, "secrets", merged, err);
	}
	if (!rc && find_parameter(call->function, "configuration"))
		rc = pr_json_set(arguments, "configuration",
			scope->configuration ? pr_json_copy(scope->configuration) : json_object(),
			err);
	return rc;
}

static int prepare(struct pr_native_call *call, const json_t *provider, struct pr_err *err)
{
	json_t *given = json_object_get(provider, "arguments");
	json_auto_t *substituted = NULL;
	json_auto_t *arguments = NULL;
	int rc;

	if (given && !json_is_object(given))
		return pr_fail(err, PR_EINVAL,
			"the arguments of a Python activity must be a mapping, they are of kind %s",
			pr_json_kind(given));
	if (given) {
		rc = pr_substitute_arguments(given, &call->env.scope, &substituted, err);
		if (rc)
			return rc;
	}
	arguments = given ? pr_json_copy(substituted) : json_object();
	if (!arguments)
		return pr_fail_nomem(err);
	rc = inject(call, provider, arguments, err);
	return rc ? rc : take_arguments(call, arguments, err);
}

static void native_release(struct pr_activity_call *activity_call)
{
	struct pr_native_call *call = pr_container_of(activity_call, struct pr_native_call, call);

	if (call->state && call->function->release)
		call->function->release(call);
	pr_task_cancel(&call->task);
	json_decref(call->arguments);
	free(call->raised);
	free(call->state);
	free(call);
}

static const struct pr_provider native = {.type = "python", .release = native_release};

static void deliver_raised(void *arg)
{
	struct pr_native_call *call = arg;

	pr_native_raise(call, call->raised);
}

static void judge(void *arg)
{
	struct pr_native_call *call = arg;
	struct pr_err err = PR_ERR_INIT;
	json_t *output = NULL;
	int rc = call->function->judge(call, &output, &err);

	if (rc && err.code != PR_ENOMEM)
		pr_native_raise(call, err.msg);
	else
		pr_native_return(call, rc ? NULL : output);
}

static int begin(struct pr_native_call *call, const json_t *provider, struct pr_err *err)
{
	int rc = prepare(call, provider, err);

	if (rc)
		return rc;
	if (call->function->judge) {
		pr_task_post(call->env.loop, &call->task, judge, call);
		return 0;
	}
	call->state = calloc(1, call->function->state_size);
	return call->state ? call->function->start(call, err) : pr_fail_nomem(err);
}

/* Takes the call in any case. */
static int raise_later(struct pr_native_call *call, const char *message, struct pr_err *err)
{
	call->raised = pr_text_dup(message);
	if (!call->raised) {
		native_release(&call->call);
		return pr_fail_nomem(err);
	}
	pr_task_post(call->env.loop, &call->task, deliver_raised, call);
	return 0;
}

int pr_native_start(const struct pr_activity_env *env, const json_t *activity, pr_activity_fn *fn,
	void *arg, struct pr_activity_call **ret_call, struct pr_err *err)
{
	const json_t *provider = json_object_get(activity, "provider");
	struct pr_err problem = PR_ERR_INIT;
	struct pr_native_call *call;
	const struct pr_native_function *function = find_function(
		pr_native_find(pr_json_str(provider, "module")), pr_json_str(provider, "func"));
	int rc;

	if (!is_built_in(function))
		return pr_refusal_start(env,
			"the function is not one of those that are built in, and this build has no "
			"Python interpreter",
			fn, arg, ret_call, err);
	call = calloc(1, sizeof *call);
	if (!call)
		return pr_fail_nomem(err);
	*call = (struct pr_native_call){
		.call.provider = &native, .function = function, .env = *env, .fn = fn, .arg = arg};
	rc = begin(call, provider, &problem);
	if (rc == PR_ENOMEM) {
		native_release(&call->call);
		return pr_fail_nomem(err);
	}
	if (rc && raise_later(call, problem.msg, err))
		return PR_ENOMEM;
	*ret_call = &call->call;
	return 0;
}
