#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/noun.h"
#include "codec/json.h"

#include <string.h>

/* The experiment that an execution of the organisation is of: its address needs it. */
static int path_of(struct pr_noun *noun, char *path, size_t size, struct pr_err *err)
{
	char id[PR_UUID_SIZE];
	size_t on_page = 1;
	int rc = pr_uuid_parse(noun->args->positionals[0], id, err);

	for (int page = 1; !rc && on_page; page++) {
		json_auto_t *items = NULL;
		const json_t *item;
		size_t i;

		rc = pr_noun_page(noun, "/executions", page, &items, err);
		on_page = json_array_size(items);
		json_array_foreach (items, i, item) {
			const char *experiment = pr_json_str(item, "experiment_id");

			if (!experiment || !pr_text_eq(pr_json_str(item, "id"), id))
				continue;
			pr_text_print(path, size, "/experiments/%s/executions/%s", experiment, id);
			return 0;
		}
	}
	return rc ? rc : pr_fail(err, PR_ENOTFOUND, "there is no execution '%s'", id);
}

static int ask_of(struct pr_noun *noun, const char *method, const char *after, const json_t *body,
	json_t **ret_answer, struct pr_err *err)
{
	char path[200];
	int rc = path_of(noun, path, sizeof path - 16, err);

	if (rc)
		return rc;
	pr_text_print(path + strlen(path), 16, "%s", after);
	return pr_noun_ask(noun, method, path, body, ret_answer, err);
}

static int list(struct pr_noun *noun, json_t **ret_answer, struct pr_err *err)
{
	const char *plan = pr_args_value(noun->args, "plan");
	const char *limit = pr_args_value(noun->args, "limit");
	int64_t most = 50;
	char id[PR_UUID_SIZE];
	char path[80] = "/executions";
	int rc = 0;

	if (limit && (pr_text_int64(limit, &most, NULL) || most < 1 || most > 1000000))
		return pr_fail(err, PR_EUSAGE, "--limit %.40s: a number from 1 on", limit);
	if (plan)
		rc = pr_noun_find(noun, pr_noun_kind("plan"), plan, id, err);
	if (!rc && plan)
		pr_text_print(path, sizeof path, "/plans/%s/executions", id);
	return rc ? rc : pr_noun_list(noun, path, (size_t)most, ret_answer, err);
}

static int get(struct pr_noun *noun, json_t **ret_answer, struct pr_err *err)
{
	return ask_of(noun, "GET", "", NULL, ret_answer, err);
}

static int delete_one(struct pr_noun *noun, json_t **ret_answer, struct pr_err *err)
{
	json_auto_t *nothing = NULL;

	(void)ret_answer;
	return ask_of(noun, "DELETE", "", NULL, &nothing, err);
}

static int show_log(struct pr_noun *noun, json_t **ret_answer, struct pr_err *err)
{
	PR_AUTO(free) char *text = NULL;
	char path[200];
	int rc = path_of(noun, path, sizeof path - 8, err);

	(void)ret_answer;
	if (rc)
		return rc;
	pr_text_print(path + strlen(path), 8, "/log");
	rc = pr_noun_ask_text(noun, path, &text, err);
	return rc ? rc : pr_print_document(text, strlen(text), err);
}

/* The platform takes any order and would forget over it that the execution has ended. */
static int order(struct pr_noun *noun, json_t *state, struct pr_err *err)
{
	json_auto_t *body = state;
	json_auto_t *before = NULL;
	json_auto_t *nothing = NULL;
	char path[200];
	int rc = body ? path_of(noun, path, sizeof path - 16, err) : pr_fail_nomem(err);

	if (rc)
		return rc;
	pr_text_print(path + strlen(path), 16, "/state");
	rc = pr_noun_ask(noun, "GET", path, NULL, &before, err);
	if (!rc && pr_text_eq(pr_json_str(before, "current"), "finished"))
		rc = pr_fail(err, PR_EINVAL, "the execution has ended: there is nothing to %s",
			noun->args->command->name);
	return rc ? rc : pr_noun_ask(noun, "PUT", path, body, &nothing, err);
}

static int order_pause(struct pr_noun *noun, json_t **ret_answer, struct pr_err *err)
{
	const char *given = pr_args_value(noun->args, "duration");
	int64_t ms = 0;

	(void)ret_answer;
	if (given &&
		(pr_text_duration_ms(given, &ms, NULL) || ms % 1000 || ms > INT64_C(3300) * 1000))
		return pr_fail(
			err, PR_EUSAGE, "--duration %.40s: whole seconds, 3300 at most", given);
	return order(noun,
		json_pack("{s:s, s:I}", "current", "pause", "duration", (json_int_t)ms / 1000),
		err);
}

static int order_resume(struct pr_noun *noun, json_t **ret_answer, struct pr_err *err)
{
	(void)ret_answer;
	return order(noun, json_pack("{s:s}", "current", "resume"), err);
}

static int order_terminate(struct pr_noun *noun, json_t **ret_answer, struct pr_err *err)
{
	(void)ret_answer;
	return order(noun,
		json_pack("{s:s, s:b}", "current", "terminate", "skip_rollbacks",
			pr_args_flag(noun->args, "skip-rollbacks")),
		err);
}

#define MAIN(name)                                                                     \
	static int name##_main(struct pr_context *context, const struct pr_args *args) \
	{                                                                              \
		return pr_noun_run(context, args, name);                               \
	}

MAIN(list)
MAIN(get)
MAIN(delete_one)
MAIN(show_log)
MAIN(order_pause)
MAIN(order_resume)
MAIN(order_terminate)

static const struct pr_option options[] = {PR_NOUN_OPTIONS};

static const struct pr_option list_options[] = {
	PR_NOUN_OPTIONS,
	{"plan", 0, PR_OPTION_VALUE, "ID", "Only those of this plan (id or title).", NULL},
	{"limit", 0, PR_OPTION_VALUE, "N", "At most so many, the newest (50).", NULL},
};

static const struct pr_option pause_options[] = {
	PR_NOUN_OPTIONS,
	{"duration", 0, PR_OPTION_VALUE, "DURATION", "Seconds; else until it is resumed.", NULL},
};

static const struct pr_option terminate_options[] = {
	PR_NOUN_OPTIONS,
	{"skip-rollbacks", 0, PR_OPTION_FLAG, NULL, "End it without its rollbacks.", NULL},
};

static const struct pr_positional positionals[] = {{"ID", "Its UUID.", false}};

#define VERB(verb, words, table, fn)         \
	{.name = (verb),                     \
		.summary = (words),          \
		PR_OPTIONS(table),           \
		PR_POSITIONALS(positionals), \
		.run = (fn)}

static const struct pr_command list_command = {.name = "list",
	.summary = "Show the newest ones.",
	PR_OPTIONS(list_options),
	.run = list_main};

static const struct pr_command get_command =
	VERB("get", "Show one; as json or yaml, with its journal.", options, get_main);
static const struct pr_command log_command = VERB("log", "Show its log.", options, show_log_main);
static const struct pr_command pause_command =
	VERB("pause", "Pause it before its next activity.", pause_options, order_pause_main);
static const struct pr_command resume_command =
	VERB("resume", "Go on after a pause.", options, order_resume_main);
static const struct pr_command terminate_command =
	VERB("terminate", "End it, with its rollbacks.", terminate_options, order_terminate_main);
static const struct pr_command delete_command =
	VERB("delete", "Delete what is kept of it.", options, delete_one_main);

static const struct pr_command *const verbs[] = {&list_command, &get_command, &log_command,
	&pause_command, &resume_command, &terminate_command, &delete_command};

const struct pr_command pr_command_execution = {
	.name = "execution", .summary = "Executions: the runs of plans.", PR_COMMANDS(verbs)};
