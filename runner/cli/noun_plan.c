#include "base/text.h"
#include "cli/commands.h"
#include "cli/noun.h"
#include "cli/plan_wait.h"
#include "codec/json.h"
#include "deploy/cron.h"

/* The id of the object that the option names; NULL where it was not given. */
static int id_of(struct pr_noun *noun, const char *option, const char *given, json_t **ret_id,
	struct pr_err *err)
{
	char id[PR_UUID_SIZE];
	int rc = pr_noun_find(noun, pr_noun_kind(option), given, id, err);

	if (rc)
		return rc;
	*ret_id = json_string(id);
	return *ret_id ? 0 : pr_fail_nomem(err);
}

/* All objects that a repeatable option names, as a list of their ids. */
static int add_ids(struct pr_noun *noun, const char *option, const char *member, json_t *body,
	struct pr_err *err)
{
	json_auto_t *list = json_array();
	const char *given;

	for (size_t i = 0; (given = pr_args_nth(noun->args, option, i)); i++) {
		json_t *id = NULL;
		int rc = id_of(noun, option, given, &id, err);

		if (!rc)
			rc = pr_json_append(list, id, err);
		if (rc)
			return rc;
	}
	return pr_json_set(body, member, json_incref(list), err);
}

static int add_environment(struct pr_noun *noun, json_t *body, struct pr_err *err)
{
	const char *given = pr_args_value(noun->args, "environment");
	json_t *id = NULL;
	int rc;

	if (!given)
		return 0;
	rc = id_of(noun, "environment", given, &id, err);
	return rc ? rc
		  : pr_json_set(body, "environment",
			    json_pack("{s:s, s:o}", "provider", "reliably_cloud", "id", id), err);
}

static int add_deployment(struct pr_noun *noun, json_t *body, struct pr_err *err)
{
	json_t *id = NULL;
	int rc = id_of(noun, "deployment", pr_args_value(noun->args, "deployment"), &id, err);

	return rc ? rc
		  : pr_json_set(body, "deployment", json_pack("{s:o}", "deployment_id", id), err);
}

static int add_schedule(const struct pr_args *args, json_t *body, struct pr_err *err)
{
	const char *pattern = pr_args_value(args, "schedule");
	const char *zone = pr_args_value(args, "time-zone");
	const char *fields = NULL; /* the platform knows no names as @daily */
	int rc = pattern ? pr_cron_read(pattern, &fields, err) : 0;

	if (rc)
		return rc;
	if (zone && !pattern)
		return pr_fail(err, PR_EUSAGE, "--time-zone needs --schedule");
	return pr_json_set(body, "schedule",
		json_pack("{s:s, s:s*, s:s*}", "type", fields ? "cron" : "now", "pattern", fields,
			"timezone", zone),
		err);
}

static int create(struct pr_noun *noun, json_t **ret_answer, struct pr_err *err)
{
	const struct pr_args *args = noun->args;
	json_auto_t *body = json_pack("{s:s*}", "title", args->positionals[0]);
	int rc = body ? 0 : pr_fail(err, PR_EINVAL, "a title must be UTF-8");

	if (!rc && (!pr_args_value(args, "experiment") || !pr_args_value(args, "deployment")))
		rc = pr_fail(err, PR_EUSAGE, "a plan needs --experiment and --deployment");
	if (!rc)
		rc = add_schedule(args, body, err);
	if (!rc)
		rc = add_environment(noun, body, err);
	if (!rc)
		rc = add_deployment(noun, body, err);
	if (!rc)
		rc = add_ids(noun, "experiment", "experiments", body, err);
	if (!rc)
		rc = add_ids(noun, "integration", "integrations", body, err);
	return rc ? rc : pr_noun_ask(noun, "POST", noun->kind->path, body, ret_answer, err);
}

static int create_main(struct pr_context *context, const struct pr_args *args)
{
	return pr_noun_run(context, args, create);
}

/* Why a plan does not take an order: the platform says no more than that it does not. */
static int refused(struct pr_noun *noun, const struct pr_err *why, struct pr_err *err)
{
	static const struct {
		long status;
		const char *order;
		const char *words;
	} reasons[] = {
		{400, "run",
			"the plan is run by its schedule alone: make one without, to run it now"},
		{400, "suspend", "the plan has no schedule: there is nothing to suspend"},
		{400, "resume", "the plan has no schedule: there is nothing to resume"},
		{409, "run",
			"the plan runs, or is about to: `plan-deployer plan wait` waits for its "
			"end"},
	};

	for (size_t i = 0; i < PR_LEN(reasons); i++)
		if (noun->refusal == reasons[i].status &&
			pr_text_eq(noun->args->command->name, reasons[i].order))
			return pr_fail(err, why->code, "%s", reasons[i].words);
	return pr_fail(err, why->code, "%s", why->msg);
}

/* run, suspend, resume: the verb is the last part of the path; what came of it is shown. */
static int order(struct pr_noun *noun, json_t **ret_answer, struct pr_err *err)
{
	json_auto_t *nothing = NULL;
	struct pr_err why = PR_ERR_INIT;
	char after[32];

	pr_text_print(after, sizeof after, "/%s", noun->args->command->name);
	if (pr_noun_post(noun, "POST", after, NULL, &nothing, &why))
		return refused(noun, &why, err);
	return pr_noun_post(noun, "GET", "", NULL, ret_answer, err);
}

static int order_main(struct pr_context *context, const struct pr_args *args)
{
	return pr_noun_run(context, args, order);
}

static const struct pr_option create_options[] = {
	PR_NOUN_OPTIONS,
	{"experiment", 0, PR_OPTION_LIST, "ID", "Id or title; the first one is run.", NULL},
	{"deployment", 0, PR_OPTION_VALUE, "ID", "Id or name: how it is run.", NULL},
	{"environment", 0, PR_OPTION_VALUE, "ID", "Id or name: variables and secrets.", NULL},
	{"integration", 0, PR_OPTION_LIST, "ID", "Id or name.", NULL},
	{"schedule", 0, PR_OPTION_VALUE, "PATTERN",
		"Five fields of cron, or @daily and the like; else it is run once.", NULL},
	{"time-zone", 0, PR_OPTION_VALUE, "ZONE", "Of the schedule (Etc/UTC).", NULL},
};

static const struct pr_option options[] = {PR_NOUN_OPTIONS};

static const struct pr_option wait_options[] = {
	PR_NOUN_OPTIONS,
	{"timeout", 0, PR_OPTION_VALUE, "DURATION", "How long to wait (1h).", NULL},
};

static const struct pr_positional title[] = {{"TITLE", "What it is to be called.", true}};

static const struct pr_positional positionals[] = {
	{"ID", "Its UUID, or its title where only one has it.", false},
};

#define VERB(verb, words)                    \
	{.name = (verb),                     \
		.summary = (words),          \
		PR_OPTIONS(options),         \
		PR_POSITIONALS(positionals), \
		.run = order_main}

static const struct pr_command create_command = {.name = "create",
	.summary = "Create a plan: an experiment, and how and when it is run.",
	PR_OPTIONS(create_options),
	PR_POSITIONALS(title),
	.run = create_main};

static const struct pr_command run_command = VERB("run", "Have the platform run it again, now.");
static const struct pr_command suspend_command = VERB("suspend", "Stop its schedule.");
static const struct pr_command resume_command = VERB("resume", "Take its schedule up again.");

static const struct pr_command wait_command = {.name = "wait",
	.summary = "Wait until a plan has ended; its outcome is the exit code.",
	PR_OPTIONS(wait_options),
	PR_POSITIONALS(positionals),
	.run = pr_plan_wait_main};

static const struct pr_command *const verbs[] = {&create_command, &pr_noun_command_list,
	&pr_noun_command_get, &run_command, &wait_command, &suspend_command, &resume_command,
	&pr_noun_command_delete};

const struct pr_command pr_command_plan = {.name = "plan", .summary = "Plans.", PR_COMMANDS(verbs)};
