#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"
#include "control/native_rows.h"
#include "control/pause_activity.h"
#include "experiment/activities.h"

#include <math.h>

/* The longest pause whose seconds every reader of JSON takes exactly. */
#define DURATION_MAX 9007199254740992.0

/* After what a pause comes. */
struct rule {
	bool enabled;
	json_int_t duration; /* seconds; 0: until the user resumes */
};

struct autopause {
	struct rule actions;
	struct rule probes;
	struct rule hypothesis;
	struct rule rollbacks;
};

static bool is_enabled(const json_t *given)
{
	static const char *const no[] = {"", "f", "false", "0", "False"};
	json_auto_t *value = pr_native_argument(given);
	const char *text = json_string_value(value);

	return text ? pr_text_index(text, no, PR_LEN(no)) < 0 : pr_value_truthy(value);
}

/* In whole seconds, rounded up: the platform takes no others. */
static int read_duration(const json_t *given, json_int_t *ret_seconds, struct pr_err *err)
{
	json_auto_t *value = pr_native_argument(given);
	const char *text = json_string_value(value);
	double seconds = 0;

	if (json_is_number(value))
		seconds = json_number_value(value);
	else if (text && *text && pr_text_double(text, &seconds, err))
		return pr_wrap(err, "pause_duration");
	if (!(seconds >= 0 && seconds <= DURATION_MAX))
		return pr_fail(err, PR_EINVAL, "pause_duration is out of range");
	*ret_seconds = (json_int_t)ceil(seconds);
	return 0;
}

static int read_rule(const json_t *given, struct rule *rule, struct pr_err *err)
{
	rule->enabled = is_enabled(json_object_get(given, "enabled"));
	return rule->enabled ? read_duration(json_object_get(given, "pause_duration"),
				       &rule->duration, err)
			     : 0;
}

/* Behind every activity of the list that a rule is for. */
static int insert_pauses(
	const json_t *document, json_t *list, struct rule actions, struct rule probes)
{
	for (size_t i = json_array_size(list); i > 0; i--) {
		const json_t *activity = pr_activity_resolve(document, json_array_get(list, i - 1));
		struct rule rule = pr_activity_is_probe(activity) ? probes : actions;

		if (rule.enabled && activity &&
			json_array_insert_new(list, i,
				pr_pause_activity_new("reliably-autopause",
					json_pack("{s:I}", "duration", rule.duration))))
			return PR_ENOMEM;
	}
	return 0;
}

static int insert_all(const struct autopause *rules, const json_t *document)
{
	int rc = insert_pauses(
		document, pr_document_method(document), rules->actions, rules->probes);

	if (!rc)
		rc = insert_pauses(document, pr_document_probes(document), rules->hypothesis,
			rules->hypothesis);
	return rc ? rc
		  : insert_pauses(document, pr_document_rollbacks(document), rules->rollbacks,
			    rules->rollbacks);
}

static void on(void *self, const struct pr_hook_event *event, struct pr_hook_ticket *ticket,
	struct pr_hook_answer *answer)
{
	(void)ticket;
	if (event->point == PR_HOOK_STARTED && insert_all(self, event->run->document)) {
		answer->verdict = PR_HOOK_INTERRUPT;
		answer->never_started = true;
		pr_text_copy(answer->reason, sizeof answer->reason, "out of memory");
	}
}

static int configure(const struct pr_native_env *env, const json_t *declaration,
	struct pr_native *ret_native, struct pr_err *err)
{
	const json_t *tree = pr_json_object(pr_native_arguments(declaration), "autopause");
	const json_t *method = pr_json_object(tree, "method");
	struct autopause rules = {0};
	struct autopause *self;
	int rc = read_rule(json_object_get(method, "actions"), &rules.actions, err);

	(void)env;
	if (!rc)
		rc = read_rule(json_object_get(method, "probes"), &rules.probes, err);
	if (!rc)
		rc = read_rule(
			json_object_get(tree, "steady-state-hypothesis"), &rules.hypothesis, err);
	if (!rc)
		rc = read_rule(json_object_get(tree, "rollbacks"), &rules.rollbacks, err);
	if (rc)
		return rc;
	self = malloc(sizeof *self);
	if (!self)
		return pr_fail_nomem(err);
	*self = rules;
	*ret_native = (struct pr_native){.hook = {.on = on, .self = self}, .free = free};
	return 0;
}

static const char *const modules[] = {"chaosreliably.controls.autopause", NULL};

static const struct pr_native_known known[] = {
	{"autopause", true},
	{"autopause.method", false},
	{"autopause.method.actions", false},
	{"autopause.method.actions.enabled", false},
	{"autopause.method.actions.pause_duration", false},
	{"autopause.method.probes", false},
	{"autopause.method.probes.enabled", false},
	{"autopause.method.probes.pause_duration", false},
	{"autopause.steady-state-hypothesis", false},
	{"autopause.steady-state-hypothesis.enabled", false},
	{"autopause.steady-state-hypothesis.pause_duration", false},
	{"autopause.rollbacks", false},
	{"autopause.rollbacks.enabled", false},
	{"autopause.rollbacks.pause_duration", false},
	{NULL, false},
};

const struct pr_native_control pr_native_autopause = {.modules = modules,
	.known = known,
	.idle = "nothing is paused",
	.events = true,
	.configure = configure};
