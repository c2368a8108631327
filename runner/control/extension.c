#include "control/extension.h"

#include "base/env.h"
#include "base/limits.h"
#include "base/text.h"
#include "codec/json.h"
#include "experiment/activities.h"

#include <string.h>

static const char extension_name[] = "reliably";

json_t *pr_extension_named(const json_t *document, const char *name)
{
	json_t *extension;
	size_t i;

	json_array_foreach (pr_json_array(document, "extensions"), i, extension) {
		if (pr_text_eq(pr_json_str(extension, "name"), name))
			return extension;
	}
	return NULL;
}

json_t *pr_extension_find(const json_t *document)
{
	return pr_extension_named(document, extension_name);
}

static int append(json_t *document, json_t **ret_extension, struct pr_err *err)
{
	json_t *list = pr_json_array(document, "extensions");
	json_t *extension;

	if (!list) {
		if (pr_json_set(document, "extensions", json_array(), err))
			return PR_ENOMEM;
		list = pr_json_array(document, "extensions");
	}
	if (pr_json_append(list, json_pack("{s: s}", "name", extension_name), err))
		return PR_ENOMEM;
	extension = json_array_get(list, json_array_size(list) - 1);
	*ret_extension = extension;
	return 0;
}

static int set_default(json_t *extension, const char *key, json_t *value, struct pr_err *err)
{
	if (json_object_get(extension, key)) {
		json_decref(value);
		return 0;
	}
	return pr_json_set(extension, key, value, err);
}

int pr_extension_open(
	json_t *document, const char *run_id, json_t **ret_extension, struct pr_err *err)
{
	json_t *extension = pr_extension_find(document);

	if (!extension && append(document, &extension, err))
		return PR_ENOMEM;
	if (pr_json_set(extension, "run_id", json_string(run_id), err) ||
		set_default(extension, "pauses", json_array(), err) ||
		set_default(extension, "termination", json_null(), err))
		return PR_ENOMEM;
	*ret_extension = extension;
	return 0;
}

static json_t *extra_of_environment(void)
{
	static const struct pr_limits limits = {.document_bytes = (size_t)1 << 20, .depth = 32};
	const char *text = pr_env_get_set("RELIABLY_EXECUTION_EXTRA");
	json_t *extra = NULL;

	if (text)
		pr_json_parse(
			text, strlen(text), "RELIABLY_EXECUTION_EXTRA", &limits, &extra, NULL);
	if (json_is_array(extra))
		return extra;
	json_decref(extra);
	return json_array();
}

static int add_link(json_t *extra, const char *topic, const char *value, struct pr_err *err)
{
	return pr_json_append(extra,
		json_pack("{s: s, s: s, s: s, s: s}", "type", "url", "provider", "github", "topic",
			topic, "value", value),
		err);
}

/* In a pipeline: where the repository and the run are. */
static int add_pipeline(json_t *extra, struct pr_err *err)
{
	const char *server = pr_env_get_set("GITHUB_SERVER_URL");
	const char *repository = pr_env_get_set("GITHUB_REPOSITORY");
	const char *run = pr_env_get_set("GITHUB_RUN_ID");
	PR_AUTO(free) char *repo_url = NULL;
	PR_AUTO(free) char *run_url = NULL;

	if (!pr_env_get("CI") || !server || !repository)
		return 0;
	repo_url = pr_text_format("%s/%s", server, repository);
	if (!repo_url || add_link(extra, "repo", repo_url, err))
		return PR_ENOMEM;
	if (!run)
		return 0;
	run_url = pr_text_format("%s/actions/runs/%s", repo_url, run);
	return !run_url || add_link(extra, "run", run_url, err) ? PR_ENOMEM : 0;
}

/* Python packages whose modules are built in, with the version that they follow. */
static const struct package {
	const char *module, *name, *version;
} packages[] = {
	{"chaosreliably.", "chaostoolkit-reliably", "0.84.0"},
};

static bool is_used(const struct package *package, const json_t *document, json_t *list)
{
	json_t *item;
	size_t i;

	json_array_foreach (list, i, item) {
		const json_t *activity = pr_activity_resolve(document, item);
		const char *module = pr_json_str(json_object_get(activity, "provider"), "module");

		if (module && pr_text_starts(module, package->module))
			return true;
	}
	return false;
}

static json_t *packages_of(const json_t *document)
{
	json_auto_t *found = json_array();

	for (size_t i = 0; found && i < PR_LEN(packages); i++) {
		const struct package *package = &packages[i];

		if (!is_used(package, document, pr_document_method(document)) &&
			!is_used(package, document, pr_document_probes(document)) &&
			!is_used(package, document, pr_document_rollbacks(document)))
			continue;
		if (pr_json_append(found,
			    json_pack("{s: s, s: s}", "name", package->name, "version",
				    package->version),
			    NULL))
			return NULL;
	}
	return pr_steal(found);
}

/* In Slack's own syntax of a link. */
static int add_slack_link(json_t *configuration, const char *execution_url, struct pr_err *err)
{
	PR_AUTO(free) char *link = pr_text_format("<%s|View Reliably Execution>", execution_url);

	if (!link || (!json_object_get(configuration, "slack_extra") &&
			     pr_json_set(configuration, "slack_extra", json_array(), err)))
		return pr_fail_nomem(err);
	if (!pr_json_array(configuration, "slack_extra"))
		return 0;
	return pr_json_append(pr_json_array(configuration, "slack_extra"), json_string(link), err);
}

static int tell_slack(const struct pr_run_view *run, const char *execution_url, struct pr_err *err)
{
	json_t *own = json_object_get(run->document, "configuration");

	if (!pr_env_get_set("SLACK_CHANNEL"))
		return 0;
	if (!own && pr_json_set(run->document, "configuration", json_object(), err))
		return PR_ENOMEM;
	own = pr_json_object(run->document, "configuration");
	if (own && add_slack_link(own, execution_url, err))
		return PR_ENOMEM;
	if (!json_is_object(run->configuration) || run->configuration == own)
		return 0;
	return add_slack_link(run->configuration, execution_url, err);
}

int pr_extension_complete(json_t *extension, const struct pr_run_view *run,
	const char *execution_url, struct pr_err *err)
{
	json_auto_t *extra = extra_of_environment();

	if (tell_slack(run, execution_url, err))
		return PR_ENOMEM;
	if (pr_json_set(extension, "execution_url", json_string(execution_url), err) ||
		pr_json_set(extension, "extra", json_incref(extra), err) ||
		add_pipeline(extra, err))
		return pr_fail_nomem(err);
	return pr_json_set(extension, "chaostoolkit_extensions", packages_of(run->document), err);
}

int pr_extension_close(json_t *extension, struct pr_err *err)
{
	return set_default(extension, "captures", json_pack("{s: n}", "slack"), err);
}

const char *pr_extension_run_id(const json_t *journal)
{
	return pr_json_str(pr_extension_find(json_object_get(journal, "experiment")), "run_id");
}
