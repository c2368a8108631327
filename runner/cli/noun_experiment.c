#include "cli/commands.h"
#include "cli/loader.h"
#include "cli/noun.h"
#include "codec/json.h"
#include "codec/json_write.h"

/* The platform takes experiments as the text of a JSON document (docs/protocol.md 3). */
static int body_of(struct pr_noun *noun, json_t **ret_body, struct pr_err *err)
{
	struct pr_load_options options = {.limits = &noun->context->limits,
		.ca_file = noun->connection.service.ca_file,
		.verify_tls = true};
	json_auto_t *document = NULL;
	PR_AUTO(free) char *text = NULL;
	int rc = pr_load_source(noun->connection.loop,
		noun->args->positionals[noun->args->positionals[1] ? 1 : 0], &options, &document,
		err);

	if (rc)
		return rc;
	text = pr_json_line(document);
	*ret_body = text ? json_pack("{s:s}", "experiment", text) : NULL;
	return *ret_body ? 0 : pr_fail_nomem(err);
}

static int import(struct pr_noun *noun, json_t **ret_answer, struct pr_err *err)
{
	json_auto_t *body = NULL;
	int rc = body_of(noun, &body, err);

	return rc ? rc : pr_noun_ask(noun, "POST", "/experiments/import", body, ret_answer, err);
}

static int import_main(struct pr_context *context, const struct pr_args *args)
{
	return pr_noun_run(context, args, import);
}

static int replace(struct pr_noun *noun, json_t **ret_answer, struct pr_err *err)
{
	json_auto_t *body = NULL;
	json_auto_t *nothing = NULL;
	int rc = body_of(noun, &body, err);

	if (!rc)
		rc = pr_noun_post(noun, "PUT", "", body, &nothing, err);
	return rc ? rc : pr_noun_post(noun, "GET", "", NULL, ret_answer, err);
}

static int replace_main(struct pr_context *context, const struct pr_args *args)
{
	return pr_noun_run(context, args, replace);
}

static const struct pr_option options[] = {PR_NOUN_OPTIONS};

static const struct pr_positional source_positionals[] = {
	{"SOURCE", "A file, or an http(s) address; JSON or YAML.", false},
};

static const struct pr_positional replace_positionals[] = {
	{"ID", "Its UUID, or its title where only one has it.", false},
	{"SOURCE", "A file, or an http(s) address; JSON or YAML.", false},
};

static const struct pr_command import_command = {.name = "import",
	.summary = "Bring an experiment to the platform.",
	PR_OPTIONS(options),
	PR_POSITIONALS(source_positionals),
	.run = import_main};

static const struct pr_command replace_command = {.name = "replace",
	.summary = "Put another document in the place of an experiment.",
	PR_OPTIONS(options),
	PR_POSITIONALS(replace_positionals),
	.run = replace_main};

static const struct pr_command *const verbs[] = {&import_command, &replace_command,
	&pr_noun_command_list, &pr_noun_command_get, &pr_noun_command_delete};

const struct pr_command pr_command_experiment = {
	.name = "experiment", .summary = "Experiments.", PR_COMMANDS(verbs)};
