#include "base/log.h"
#include "base/redact.h"
#include "base/text.h"
#include "base/uuid.h"
#include "codec/json.h"
#include "codec/pyvalue.h"
#include "control/extension.h"
#include "control/guard.h"
#include "control/native_rows.h"

#include <inttypes.h>
#include <math.h>

#define FREQUENCY_MIN 0.3
#define FREQUENCY_DEFAULT 5.0

/* What looks after a run: an endpoint that is asked, or probes. */
struct safeguard {
	struct pr_native_env env;
	struct pr_guard *guard;
	const char *kind; /* its member in the reporter's extension; NULL: none */
	bool refuses;     /* before anything was touched: nothing is undone */
	bool gentle;      /* the present activity is not cut */
	bool unmet;
	char reason[200];
	json_t *integrations;          /* of the extension; owned, NULL: there is none */
	struct pr_hook_ticket *ticket; /* while the run waits */
};

static void answer_unmet(const struct safeguard *self, struct pr_hook_answer *answer)
{
	answer->verdict = PR_HOOK_INTERRUPT;
	answer->skip_rollbacks = self->refuses;
	pr_text_copy(answer->reason, sizeof answer->reason, self->reason);
}

static void resume(struct safeguard *self)
{
	struct pr_hook_ticket *ticket = pr_steal(self->ticket);
	struct pr_hook_answer answer = {.verdict = PR_HOOK_CONTINUE};

	if (!ticket)
		return;
	if (self->unmet)
		answer_unmet(self, &answer);
	pr_hook_resume(ticket, &answer);
}

static void on_ready(void *arg)
{
	resume(arg);
}

static void record(const struct safeguard *self, json_t *entry)
{
	json_t *own = json_object_get(self->integrations, self->kind ? self->kind : "");

	if (!own)
		return;
	if (!json_object_get(own, "triggered_probes"))
		(void)json_object_set_new(own, "triggered_probes", json_array());
	(void)json_array_append(json_object_get(own, "triggered_probes"), entry);
}

static void tell(struct safeguard *self, const struct pr_guard_result *result)
{
	pr_text_print(self->reason, sizeof self->reason,
		"Safeguard '%s' triggered the end of the experiment%s%s", result->name,
		result->problem ? ": " : "", result->problem ? result->problem : "");
	if (self->gentle)
		pr_critical("%s. But we will exit only after the current activity is completed",
			self->reason);
	else if (!self->ticket)
		pr_critical("%s", self->reason);
}

static void on_result(void *arg, const struct pr_guard_result *result)
{
	struct safeguard *self = arg;

	if (result->met || self->unmet)
		return;
	self->unmet = true;
	tell(self, result);
	record(self, result->entry);
	pr_guard_stop(self->guard);
	if (self->ticket)
		resume(self);
	else if (!self->gentle)
		pr_native_interrupt(&self->env);
}

/* Both members are there as soon as one of the controls is. */
static void open_integrations(struct safeguard *self, const json_t *document)
{
	static const char *const kinds[] = {"prechecks", "safeguards"};
	json_t *extension = self->kind ? pr_extension_find(document) : NULL;

	if (!extension)
		return;
	if (!pr_json_object(extension, "integrations"))
		(void)json_object_set_new(extension, "integrations", json_object());
	self->integrations = json_incref(pr_json_object(extension, "integrations"));
	for (size_t i = 0; i < PR_LEN(kinds); i++)
		if (!pr_json_object(self->integrations, kinds[i]))
			(void)json_object_set_new(self->integrations, kinds[i], json_object());
}

static void start(struct safeguard *self, const struct pr_hook_event *event,
	struct pr_hook_ticket *ticket, struct pr_hook_answer *answer)
{
	open_integrations(self, event->run->document);
	if (!pr_guard_start(self->guard, event->run, on_ready))
		return;
	self->ticket = ticket;
	answer->verdict = PR_HOOK_WAIT;
}

static void on(void *arg, const struct pr_hook_event *event, struct pr_hook_ticket *ticket,
	struct pr_hook_answer *answer)
{
	struct safeguard *self = arg;

	if (!self->guard)
		return;
	if (event->point == PR_HOOK_BEFORE_EXPERIMENT)
		start(self, event, ticket, answer);
	else if (event->point == PR_HOOK_AFTER_ACTIVITY && self->gentle && self->unmet &&
		 event->phase != PR_PHASE_ROLLBACKS)
		answer_unmet(self, answer);
	else if (event->point == PR_HOOK_BEFORE_ROLLBACKS ||
		 event->point == PR_HOOK_AFTER_EXPERIMENT || event->point == PR_HOOK_INTERRUPTED)
		pr_guard_stop(self->guard); /* what undoes the experiment is not cut short */
}

static void cancel(void *arg)
{
	struct safeguard *self = arg;

	pr_guard_stop(self->guard);
	resume(self);
}

static void safeguard_free(void *arg)
{
	struct safeguard *self = arg;

	pr_guard_free(self->guard);
	json_decref(self->integrations);
	free(self);
}

/* Takes the settings; `probes` NULL: it has nothing to do. */
static int make(const struct safeguard *settings, json_t *probes, struct pr_native *ret_native,
	struct pr_err *err)
{
	struct safeguard *self = malloc(sizeof *self);
	int rc = 0;

	if (!self)
		return pr_fail_nomem(err);
	*self = *settings;
	if (probes)
		rc = pr_guard_new(&self->env, probes, on_result, self, &self->guard, err);
	if (rc) {
		free(self);
		return rc;
	}
	*ret_native = (struct pr_native){
		.hook = {.on = on, .cancel = cancel, .self = self}, .free = safeguard_free};
	return 0;
}

/* The one probe that asks an endpoint; `frequency` 0: once, before the experiment. */
static json_t *endpoint_probe(json_t *url, json_t *auth, double frequency)
{
	json_t *probe;
	uint64_t id;
	char name[32];

	if (pr_random_bytes(&id, sizeof id, NULL))
		return NULL;
	pr_text_print(name, sizeof name, "precheck-%016" PRIx64, id);
	probe = json_pack("{s:s, s:s, s:b, s:{s:s, s:s, s:s, s:{s:O, s:O}}}", "name", name, "type",
		"probe", "tolerance", true, "provider", "type", "python", "module",
		"chaosreliably.activities.safeguard.probes", "func", "call_endpoint", "arguments",
		"url", url, "auth", auth ? auth : json_null());
	if (probe && frequency > 0 && json_object_set_new(probe, "frequency", json_real(frequency)))
		json_decref(pr_steal(probe));
	return probe;
}

static int read_frequency(const json_t *given, double *ret_seconds, struct pr_err *err)
{
	json_auto_t *value = pr_native_argument(given);
	const char *text = json_string_value(value);
	double seconds = FREQUENCY_DEFAULT;

	if (json_is_number(value))
		seconds = json_number_value(value);
	else if (text && *text && pr_text_double(text, &seconds, err))
		return pr_wrap(err, "frequency");
	if (!isfinite(seconds))
		return pr_fail(err, PR_EINVAL, "the frequency is no time in seconds");
	*ret_seconds = seconds > FREQUENCY_MIN ? seconds : FREQUENCY_MIN;
	return 0;
}

static int make_endpoint(const struct safeguard *settings, const json_t *declaration,
	double frequency, struct pr_native *ret_native, struct pr_err *err)
{
	const json_t *arguments = pr_native_arguments(declaration);
	json_auto_t *url = pr_native_argument(json_object_get(arguments, "url"));
	json_auto_t *auth = pr_native_argument(json_object_get(arguments, "auth"));
	json_auto_t *probes = NULL;

	if (!pr_value_truthy(url))
		return make(settings, NULL, ret_native, err);
	if (json_is_string(auth) && pr_redact_add(json_string_value(auth), err))
		return PR_ENOMEM;
	probes = json_pack("[o]", endpoint_probe(url, auth, frequency));
	return probes ? make(settings, probes, ret_native, err) : pr_fail_nomem(err);
}

static int configure_precheck(const struct pr_native_env *env, const json_t *declaration,
	struct pr_native *ret_native, struct pr_err *err)
{
	struct safeguard settings = {.env = *env, .kind = "prechecks", .refuses = true};

	return make_endpoint(&settings, declaration, 0, ret_native, err);
}

static int configure_safeguard(const struct pr_native_env *env, const json_t *declaration,
	struct pr_native *ret_native, struct pr_err *err)
{
	struct safeguard settings = {.env = *env, .kind = "safeguards"};
	const json_t *arguments = pr_native_arguments(declaration);
	double frequency = 0;
	int rc = read_frequency(json_object_get(arguments, "frequency"), &frequency, err);

	return rc ? rc : make_endpoint(&settings, declaration, frequency, ret_native, err);
}

static int configure_probes(const struct pr_native_env *env, const json_t *declaration,
	struct pr_native *ret_native, struct pr_err *err)
{
	const json_t *arguments = pr_native_arguments(declaration);
	struct safeguard settings = {.env = *env};

	settings.gentle = pr_value_truthy(json_object_get(arguments, "interrupt_after_activity"));
	return make(&settings, json_object_get(arguments, "probes"), ret_native, err);
}

static const char *const precheck_modules[] = {"chaosreliably.controls.prechecks", NULL};
static const char *const safeguard_modules[] = {
	"chaosreliably.controls.safeguard", "chaosreliably.controls.safeguards", NULL};
static const char *const probes_modules[] = {"chaosaddons.controls.safeguards", NULL};

static const struct pr_native_known precheck_known[] = {
	{"url", true},
	{"auth", false},
	{NULL, false},
};

static const struct pr_native_known safeguard_known[] = {
	{"url", true},
	{"auth", false},
	{"frequency", false},
	{NULL, false},
};

static const struct pr_native_known probes_known[] = {
	{"probes", true},
	{"interrupt_after_activity", false},
	{NULL, false},
};

static const char guards_nothing[] = "it guards nothing";

const struct pr_native_control pr_native_prechecks = {.modules = precheck_modules,
	.known = precheck_known,
	.idle = guards_nothing,
	.events = true,
	.configure = configure_precheck};
const struct pr_native_control pr_native_safeguards = {.modules = safeguard_modules,
	.known = safeguard_known,
	.idle = guards_nothing,
	.events = true,
	.configure = configure_safeguard};
const struct pr_native_control pr_native_probe_safeguards = {.modules = probes_modules,
	.known = probes_known,
	.idle = guards_nothing,
	.events = true,
	.configure = configure_probes};
