#include "cli/plan_context.h"

#include "base/log.h"
#include "base/text.h"
#include "base/uuid.h"
#include "cli/ask.h"
#include "cli/console.h"
#include "codec/json.h"
#include "platform/context.h"

#include <string.h>

#define PATH_SIZE (PR_UUID_SIZE + 32)

static int get(const struct pr_plan_context *context, struct pr_reply *reply, const char *path)
{
	return pr_ask(context->signals, context->platform, "GET", path, NULL, reply);
}

int pr_plan_context_environment(
	const struct pr_plan_context *context, const char *id, struct pr_err *err)
{
	PR_AUTO(reply) struct pr_reply reply = {.code = PR_OK};
	char path[PATH_SIZE];

	pr_text_print(path, sizeof path, "/environments/%s/clear", id);
	if (get(context, &reply, path))
		return pr_fail(err, reply.code, "%s", reply.message);
	return pr_environment_apply(reply.body, context->secret_files, err);
}

/* What the platform has not, and what its handler cannot answer, is not waited for. */
static bool is_missing(const struct pr_reply *reply)
{
	return reply->status == 404 || reply->status == 410 || reply->status == 422;
}

static int load_environment(
	const struct pr_plan_context *context, const json_t *integration, struct pr_err *err)
{
	const char *given = pr_json_str(integration, "environment_id");
	char id[PR_UUID_SIZE];

	if (!given || !context->secret_files)
		return 0;
	return pr_uuid_parse(given, id, err) || pr_plan_context_environment(context, id, err)
		       ? pr_wrap(err, "its environment cannot be loaded")
		       : 0;
}

static int load_control(const struct pr_plan_context *context, const char *id,
	const json_t *integration, struct pr_err *err)
{
	PR_AUTO(reply) struct pr_reply reply = {.code = PR_OK};
	const char *name = pr_json_str(integration, "name");
	char path[PATH_SIZE];

	if (!pr_context_brings_control(pr_json_str(integration, "provider"))) {
		pr_debug("The integration '%s' has no control", name ? name : id);
		return 0;
	}
	pr_text_print(path, sizeof path, "/integrations/%s/control", id);
	if (get(context, &reply, path) == 0)
		return pr_context_add_control(context->controls, reply.body, err);
	if (!is_missing(&reply) && reply.status != 500)
		return pr_fail(err, reply.code, "its control cannot be loaded: %s", reply.message);
	pr_warn("The integration '%s' takes no part in this run, its control cannot be loaded: %s",
		name ? name : id, reply.message);
	return 0;
}

static int load_integration(
	const struct pr_plan_context *context, const char *given, struct pr_err *err)
{
	PR_AUTO(reply) struct pr_reply reply = {.code = PR_OK};
	char id[PR_UUID_SIZE];
	char path[PATH_SIZE];
	int rc;

	if (pr_uuid_parse(given, id, err))
		return PR_EPROTO;
	pr_text_print(path, sizeof path, "/integrations/%s", id);
	rc = get(context, &reply, path);
	if (is_missing(&reply)) {
		(context->printing ? pr_print_error : pr_print)(
			"Plan references integration %s which does not exist\n", id);
		return 0;
	}
	if (rc)
		return pr_fail(err, reply.code, "%s", reply.message);
	if (!pr_json_str(reply.body, "id"))
		return pr_fail(err, PR_EPROTO, "the platform's answer is no integration");
	rc = load_environment(context, reply.body, err);
	return rc ? rc : load_control(context, id, reply.body, err);
}

int pr_plan_context_load(
	const struct pr_plan_context *context, const json_t *plan, struct pr_err *err)
{
	const json_t *item;
	size_t i;
	int rc = 0;

	json_array_foreach (pr_context_integrations(plan), i, item) {
		const char *id = json_string_value(item);

		rc = id ? load_integration(context, id, err)
			: pr_fail(err, PR_EPROTO, "it has no id");
		if (rc) {
			(void)pr_wrap(err, "the plan's integration '%s' cannot be loaded",
				id ? id : "(none)");
			return rc;
		}
	}
	return 0;
}
