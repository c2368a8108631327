#include "activity/dynamic.h"

#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"

struct pr_dynamic {
	struct pr_activity_env env; /* with the scope of the probes */
	json_t *configuration;      /* given; emptied and filled anew at the end; owned reference */
	json_t *secrets;            /* owned reference */
	json_t *built;              /* what is known so far: all that a probe may use */
	void *place;                /* in `configuration`: the entry that comes next */
	const char *key;            /* of the probe that runs */
	const json_t *probe;        /* its definition */
	struct pr_activity_call *call;
	struct pr_task task;
	bool failed;          /* a probe */
	bool short_of_memory; /* some entry is left out */
	pr_dynamic_fn *fn;
	void *arg;
};

static void on_turn(void *arg);

static bool is_probe(const json_t *value)
{
	return pr_text_eq(pr_json_str(value, "type"), "probe");
}

/* What Python's str.strip takes away, of ASCII. */
static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
}

static json_t *stripped(const json_t *text)
{
	const char *start = json_string_value(text);
	size_t n = json_string_length(text);

	while (n > 0 && is_space(start[n - 1]))
		n--;
	for (; n > 0 && is_space(*start); n--)
		start++;
	return pr_json_text(start, n);
}

/* The value that an output stands for (docs/engine.md 3.2); NULL: the entry is left out. New
 * reference. */
static json_t *value_of(const json_t *probe, json_t *output)
{
	const char *type = pr_json_str(pr_json_object(probe, "provider"), "type");
	const json_t *stdout_text = json_object_get(output, "stdout");

	if (pr_text_eq(type, "http"))
		return json_incref(json_object_get(output, "body"));
	if (!pr_text_eq(type, "process"))
		return json_incref(output);
	if (json_integer_value(json_object_get(output, "status")) != 0 ||
		!json_is_string(stdout_text))
		return NULL;
	return stripped(stdout_text);
}

static void dynamic_keep(struct pr_dynamic *dynamic, const char *key, json_t *value)
{
	if (!value)
		dynamic->failed = true;
	else if (pr_json_set(dynamic->built, key, value, NULL))
		dynamic->short_of_memory = true;
}

static void dynamic_go_on(struct pr_dynamic *dynamic)
{
	pr_task_post(dynamic->env.loop, &dynamic->task, on_turn, dynamic);
}

static void on_outcome(void *arg, const struct pr_outcome *outcome)
{
	struct pr_dynamic *dynamic = arg;
	json_t *value = NULL;

	if (outcome->kind == PR_OUTCOME_SUCCEEDED)
		value = value_of(dynamic->probe, outcome->output);
	if (!value)
		pr_debug("dynamic configuration '%s' could not be loaded: %s", dynamic->key,
			outcome->message ? outcome->message : "its probe did not succeed");
	dynamic_keep(dynamic, dynamic->key, value);
	pr_activity_release(pr_steal(dynamic->call));
	dynamic_go_on(dynamic);
}

static void dynamic_start_probe(struct pr_dynamic *dynamic)
{
	struct pr_err err = PR_ERR_INIT;

	if (pr_activity_start(
		    &dynamic->env, dynamic->probe, on_outcome, dynamic, &dynamic->call, &err) == 0)
		return;
	pr_debug("dynamic configuration '%s' could not be loaded: %s", dynamic->key, err.msg);
	dynamic->failed = true;
	dynamic_go_on(dynamic);
}

static void dynamic_end(struct pr_dynamic *dynamic)
{
	if (dynamic->failed)
		pr_warn("Some of the dynamic configuration failed to be loaded."
			"Please review the log file for understanding what happened.");
	json_object_clear(dynamic->configuration);
	if (json_object_update(dynamic->configuration, dynamic->built))
		dynamic->short_of_memory = true;
	dynamic->fn(dynamic->arg);
}

/* Takes entries up to the next probe, which it starts. */
static void on_turn(void *arg)
{
	struct pr_dynamic *dynamic = arg;

	while (dynamic->place) {
		const char *key = json_object_iter_key(dynamic->place);
		json_t *value = json_object_iter_value(dynamic->place);

		dynamic->place = json_object_iter_next(dynamic->configuration, dynamic->place);
		if (is_probe(value)) {
			dynamic->key = key;
			dynamic->probe = value;
			dynamic_start_probe(dynamic);
			return;
		}
		dynamic_keep(dynamic, key, json_incref(value));
	}
	dynamic_end(dynamic);
}

/* Upstream stops where a probe does not say at all what it asks. */
static int check_probes(const json_t *configuration, struct pr_err *err)
{
	const char *key;
	json_t *value;

	json_object_foreach (pr_json_mutable(configuration), key, value) {
		if (is_probe(value) && !json_object_get(pr_json_object(value, "provider"), "type"))
			return pr_fail(err, PR_EINVAL,
				"configuration '%s': a probe must have a `provider` with a type",
				key);
	}
	return 0;
}

int pr_dynamic_start(const struct pr_activity_env *env, json_t *configuration, json_t *secrets,
	pr_dynamic_fn *fn, void *arg, struct pr_dynamic **ret_dynamic, struct pr_err *err)
{
	struct pr_dynamic *dynamic;

	if (check_probes(configuration, err))
		return PR_EINVAL;
	dynamic = calloc(1, sizeof(*dynamic));
	if (!dynamic)
		return pr_fail_nomem(err);
	dynamic->built = json_object();
	if (!dynamic->built) {
		free(dynamic);
		return pr_fail_nomem(err);
	}
	dynamic->env = *env;
	dynamic->env.scope.configuration = dynamic->built;
	dynamic->env.scope.secrets = secrets;
	dynamic->configuration = json_incref(configuration);
	dynamic->secrets = json_incref(secrets);
	dynamic->place = json_object_iter(configuration);
	dynamic->fn = fn;
	dynamic->arg = arg;
	dynamic_go_on(dynamic);
	*ret_dynamic = dynamic;
	return 0;
}

int pr_dynamic_check(const struct pr_dynamic *dynamic, struct pr_err *err)
{
	return dynamic->short_of_memory ? pr_fail_nomem(err) : 0;
}

void pr_dynamic_free(struct pr_dynamic *dynamic)
{
	if (!dynamic)
		return;
	pr_activity_release(dynamic->call);
	pr_task_cancel(&dynamic->task);
	json_decref(dynamic->built);
	json_decref(dynamic->configuration);
	json_decref(dynamic->secrets);
	free(dynamic);
}
