#include "cli/commands.h"
#include "cli/noun.h"
#include "codec/json.h"

static int create(struct pr_noun *noun, json_t **ret_answer, struct pr_err *err)
{
	json_auto_t *body = json_pack("{s:s}", "name", noun->args->positionals[0]);

	return body ? pr_noun_ask(noun, "POST", noun->kind->path, body, ret_answer, err)
		    : pr_fail(err, PR_EINVAL, "a name must be UTF-8");
}

static int create_token(struct pr_noun *noun, json_t **ret_answer, struct pr_err *err)
{
	noun->kind = pr_noun_kind("new token");
	return create(noun, ret_answer, err);
}

static int create_token_main(struct pr_context *context, const struct pr_args *args)
{
	return pr_noun_run(context, args, create_token);
}

static int create_main(struct pr_context *context, const struct pr_args *args)
{
	return pr_noun_run(context, args, create);
}

static int link_main(struct pr_noun *noun, json_t **ret_answer, struct pr_err *err)
{
	json_auto_t *body = json_object();

	return body ? pr_noun_ask(noun, "POST", noun->kind->path, body, ret_answer, err)
		    : pr_fail_nomem(err);
}

static int page_main(struct pr_context *context, const struct pr_args *args)
{
	return pr_noun_run(context, args, link_main);
}

static const struct pr_option options[] = {PR_NOUN_OPTIONS};

static const struct pr_positional positionals[] = {
	{"NAME", "What it is to be called.", false},
};

static const struct pr_command org_create = {.name = "create",
	.summary = "Create an organisation, of which the user of the token becomes a member.",
	PR_OPTIONS(options),
	PR_POSITIONALS(positionals),
	.run = create_main};

static const struct pr_command token_create = {.name = "create",
	.summary = "Create a token; it is shown this once.",
	PR_OPTIONS(options),
	PR_POSITIONALS(positionals),
	.run = create_token_main};

static const struct pr_command *const org_verbs[] = {
	&org_create, &pr_noun_command_list, &pr_noun_command_get, &pr_noun_command_delete};

static const struct pr_command *const token_verbs[] = {
	&token_create, &pr_noun_command_list, &pr_noun_command_delete};

const struct pr_command pr_command_org_noun = {
	.name = "org", .summary = "Organisations of the platform.", PR_COMMANDS(org_verbs)};

const struct pr_command pr_command_token = {
	.name = "token", .summary = "Tokens for its API.", PR_COMMANDS(token_verbs)};

const struct pr_command pr_command_page = {.name = "page",
	.summary = "Show a link that opens the live page in a browser, once, within five minutes.",
	PR_OPTIONS(options),
	.run = page_main};
