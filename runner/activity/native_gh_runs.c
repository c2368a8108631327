#include "activity/native_gh_pulls.h"
#include "activity/native_github.h"
#include "activity/native_modules.h"
#include "base/text.h"
#include "base/uuid.h"
#include "codec/json.h"
#include "codec/pyvalue.h"
#include "codec/regex.h"
#include "net/url.h"

#include <string.h>

#define PATH_MAX_BYTES ((size_t)64 << 10)

/* PR_AUTO(regex) */
static inline void pr_auto_regex(struct pr_regex **regex)
{
	pr_regex_free(*regex);
}

static int give(struct pr_native_call *call, json_t *answer, struct pr_err *err)
{
	(void)err;
	pr_native_return(call, answer ? json_incref(answer) : json_null());
	return 0;
}

static void set_failure(struct pr_native_call *call, const char *what)
{
	struct pr_github *github = call->state;

	pr_text_print(github->failure, sizeof github->failure, "%s repo '%s'", what,
		json_string_value(pr_native_get(call, "repo")));
}

/* An identifier as one segment of a path. */
static void add_id(struct pr_buf *path, const json_t *id)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PATH_MAX_BYTES);

	pr_value_str(id, &text);
	pr_url_encode(pr_buf_str(&text), text.len, path);
}

static int list_start(struct pr_native_call *call, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf path = PR_BUF_INIT(PATH_MAX_BYTES);
	int64_t start_us = 0;
	int rc = pr_github_init(call, err);

	if (!rc)
		rc = pr_github_window(call, &start_us, err);
	if (rc)
		return rc;
	set_failure(call, "failed to list the workflow runs of");
	pr_github_add_repo(call, &path);
	pr_buf_adds(&path, "/actions/runs");
	pr_github_add_run_filter(call, &path);
	pr_github_add_query(&path, "status", pr_native_text(call, "status"));
	pr_github_add_created(&path, start_us);
	pr_github_add_query(&path, "per_page", "100");
	return pr_github_send(call, "GET", &path, give, err);
}

static int ask_most_recent(struct pr_native_call *call, pr_github_fn *then, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf path = PR_BUF_INIT(PATH_MAX_BYTES);
	int rc = pr_github_init(call, err);

	if (rc)
		return rc;
	set_failure(call, "failed to get the last runs of the workflow in");
	pr_github_add_repo(call, &path);
	pr_buf_adds(&path, "/actions/workflows/");
	add_id(&path, pr_native_get(call, "workflow_id"));
	pr_buf_adds(&path, "/runs");
	pr_github_add_run_filter(call, &path);
	pr_github_add_query(&path, "status", "completed");
	pr_github_add_query(&path, "per_page", "1");
	return pr_github_send(call, "GET", &path, then, err);
}

static int recent_start(struct pr_native_call *call, struct pr_err *err)
{
	return ask_most_recent(call, give, err);
}

/* GitHub answers with a list of runs, in which upstream looks for an `id` of its own. */
static int ask_usage(struct pr_native_call *call, json_t *answer, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf path = PR_BUF_INIT(PATH_MAX_BYTES);
	const json_t *run = json_array_get(json_object_get(answer, "workflow_runs"), 0);
	const json_t *id = json_object_get(run ? run : answer, "id");

	if (!json_is_integer(id))
		return pr_fail(err, PR_EPROTO, "the workflow has no run that matches");
	set_failure(call, "failed to get the billing of the last workflow run in");
	pr_github_add_repo(call, &path);
	pr_buf_addf(&path, "/actions/runs/%" JSON_INTEGER_FORMAT "/timing", json_integer_value(id));
	return pr_github_send(call, "GET", &path, give, err);
}

static int usage_start(struct pr_native_call *call, struct pr_err *err)
{
	return ask_most_recent(call, ask_usage, err);
}

struct cancel {
	struct pr_github github;
	json_t *target; /* what is returned */
};

static int give_target(struct pr_native_call *call, json_t *answer, struct pr_err *err)
{
	const struct cancel *cancel = call->state;

	(void)answer, (void)err;
	pr_native_return(call, json_incref(cancel->target));
	return 0;
}

static int send_cancel(struct pr_native_call *call, const json_t *id, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf path = PR_BUF_INIT(PATH_MAX_BYTES);

	set_failure(call, "failed to cancel the workflow run in");
	pr_github_add_repo(call, &path);
	pr_buf_adds(&path, "/actions/runs/");
	add_id(&path, id);
	pr_buf_adds(&path, "/cancel");
	return pr_github_send(call, "POST", &path, give_target, err);
}

/* Values of GitHub are numbers where an argument may be their text. */
static bool same_text(const json_t *a, const json_t *b)
{
	PR_AUTO(buf) struct pr_buf left = PR_BUF_INIT(PATH_MAX_BYTES);
	PR_AUTO(buf) struct pr_buf right = PR_BUF_INIT(PATH_MAX_BYTES);

	return pr_value_str(a ? a : json_null(), &left) == 0 && pr_value_str(b, &right) == 0 &&
	       pr_text_eq(pr_buf_str(&left), pr_buf_str(&right));
}

/* re.match of the argument commit_message_pattern; true without one. PR_EINVAL for a bad one. */
static int matches_message(
	const struct pr_native_call *call, const json_t *run, bool *ret_matches, struct pr_err *err)
{
	const char *pattern = json_string_value(pr_native_get(call, "commit_message_pattern"));
	const json_t *message = json_object_get(json_object_get(run, "head_commit"), "message");
	PR_AUTO(free) char *anchored = pattern ? pr_text_format("\\A(?:%s)", pattern) : NULL;
	PR_AUTO(regex) struct pr_regex *regex = NULL;
	int rc;

	*ret_matches = !pattern || pr_native_truthy(call, "workflow_id");
	if (*ret_matches || !json_is_string(message))
		return 0;
	if (!anchored)
		return pr_fail_nomem(err);
	rc = pr_regex_new(anchored, strlen(anchored), &regex, err);
	return rc ? rc
		  : pr_regex_search(regex, json_string_value(message), json_string_length(message),
			    ret_matches, err);
}

static int matches(
	const struct pr_native_call *call, const json_t *run, bool *ret_matches, struct pr_err *err)
{
	*ret_matches = same_text(json_object_get(run, "status"), pr_native_get(call, "status"));
	if (*ret_matches && pr_native_truthy(call, "workflow_id"))
		*ret_matches = same_text(
			json_object_get(run, "workflow_id"), pr_native_get(call, "workflow_id"));
	return *ret_matches ? matches_message(call, run, ret_matches, err) : 0;
}

static size_t choose(const struct pr_native_call *call, size_t n)
{
	uint32_t random = 0;

	if (!pr_native_truthy(call, "at_random") || pr_random_bytes(&random, sizeof random, NULL))
		return 0;
	return random % n;
}

static int cancel_one(struct pr_native_call *call, json_t *answer, struct pr_err *err)
{
	struct cancel *cancel = call->state;
	const json_t *runs = json_object_get(answer, "workflow_runs");
	json_auto_t *found = json_array();
	int rc = found ? 0 : pr_fail_nomem(err);

	for (size_t i = 0; !rc && i < json_array_size(runs); i++) {
		json_t *run = json_array_get(runs, i);
		bool match = false;

		rc = matches(call, run, &match, err);
		if (!rc && match)
			rc = pr_json_append(found, json_incref(run), err);
	}
	if (rc)
		return rc;
	if (!json_array_size(found))
		return pr_fail(err, PR_ENOTFOUND,
			"Failed to locate a GitHub Workflow run matching your query");
	cancel->target = json_incref(json_array_get(found, choose(call, json_array_size(found))));
	return send_cancel(call, json_object_get(cancel->target, "id"), err);
}

static int cancel_start(struct pr_native_call *call, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf path = PR_BUF_INIT(PATH_MAX_BYTES);
	struct cancel *cancel = call->state;
	json_t *id = pr_json_mutable(pr_native_get(call, "workflow_run_id"));
	int64_t start_us = 0;
	int rc = pr_github_init(call, err);

	if (!rc)
		rc = pr_github_window(call, &start_us, err);
	if (rc)
		return rc;
	if (pr_value_truthy(id)) {
		cancel->target = json_pack("{s:O}", "id", id);
		return cancel->target ? send_cancel(call, id, err) : pr_fail_nomem(err);
	}
	set_failure(call, "failed to list the workflow runs of");
	pr_github_add_repo(call, &path);
	pr_buf_adds(&path, "/actions/runs");
	pr_github_add_run_filter(call, &path);
	pr_github_add_created(&path, start_us);
	return pr_github_send(call, "GET", &path, cancel_one, err);
}

static void cancel_release(struct pr_native_call *call)
{
	struct cancel *cancel = call->state;

	pr_github_release(call);
	json_decref(cancel->target);
}

#define TEXT (PR_NATIVE_TEXT | PR_NATIVE_NULL)
#define ID (PR_NATIVE_TEXT | PR_NATIVE_NUMBER)
#define SCOPE {"configuration", PR_NATIVE_ANY, "null"}, {"secrets", PR_NATIVE_ANY, "null"}
#define FILTER                                                                              \
	{"actor", TEXT, "null"}, {"branch", TEXT, "\"main\""}, {"event", TEXT, "\"push\""}, \
		{"status", TEXT, "\"in_progress\""}

static const struct pr_native_parameter ratio_parameters[] = {
	{"repo", PR_NATIVE_TEXT, NULL},
	{"base", TEXT, "\"main\""},
	{"only_opened_and_closed_during_window", PR_NATIVE_ANY, "true"},
	{"window", PR_NATIVE_TEXT, "\"5d\""},
	SCOPE,
};

static const struct pr_native_parameter durations_parameters[] = {
	{"repo", PR_NATIVE_TEXT, NULL},
	{"base", TEXT, "\"main\""},
	{"window", TEXT, "\"5d\""},
	SCOPE,
};

static const struct pr_native_parameter list_parameters[] = {
	{"repo", PR_NATIVE_TEXT, NULL},
	FILTER,
	{"window", PR_NATIVE_TEXT, "\"5d\""},
	{"exclude_pull_requests", PR_NATIVE_ANY, "false"},
	SCOPE,
};

static const struct pr_native_parameter recent_parameters[] = {
	{"repo", PR_NATIVE_TEXT, NULL},
	{"workflow_id", ID, NULL},
	FILTER,
	{"exclude_pull_requests", PR_NATIVE_ANY, "false"},
	SCOPE,
};

static const struct pr_native_parameter cancel_parameters[] = {
	{"repo", PR_NATIVE_TEXT, NULL},
	{"at_random", PR_NATIVE_ANY, "false"},
	{"commit_message_pattern", TEXT, "null"},
	FILTER,
	{"window", PR_NATIVE_TEXT, "\"5d\""},
	{"workflow_id", ID | PR_NATIVE_NULL, "null"},
	{"workflow_run_id", ID | PR_NATIVE_NULL, "null"},
	{"exclude_pull_requests", PR_NATIVE_ANY, "false"},
	SCOPE,
};

static const struct pr_native_function probes[] = {
	{.name = "closed_pr_ratio",
		.parameters = ratio_parameters,
		.parameter_count = PR_LEN(ratio_parameters),
		.start = pr_github_ratio_start,
		.release = pr_github_pulls_release,
		.state_size = sizeof(struct pr_github_pulls)},
	{.name = "pr_duration",
		.parameters = durations_parameters,
		.parameter_count = PR_LEN(durations_parameters),
		.start = pr_github_durations_start,
		.release = pr_github_pulls_release,
		.state_size = sizeof(struct pr_github_pulls)},
	{.name = "list_workflow_runs",
		.parameters = list_parameters,
		.parameter_count = PR_LEN(list_parameters),
		.start = list_start,
		.release = pr_github_release,
		.state_size = sizeof(struct pr_github)},
	{.name = "get_workflow_most_recent_run",
		.parameters = recent_parameters,
		.parameter_count = PR_LEN(recent_parameters),
		.start = recent_start,
		.release = pr_github_release,
		.state_size = sizeof(struct pr_github)},
	{.name = "get_workflow_most_recent_run_billing_usage",
		.parameters = recent_parameters,
		.parameter_count = PR_LEN(recent_parameters),
		.start = usage_start,
		.release = pr_github_release,
		.state_size = sizeof(struct pr_github)},
};

static const struct pr_native_function actions[] = {
	{.name = "cancel_workflow_run",
		.parameters = cancel_parameters,
		.parameter_count = PR_LEN(cancel_parameters),
		.start = cancel_start,
		.release = cancel_release,
		.state_size = sizeof(struct cancel)},
};

const struct pr_native_module pr_native_gh_probes = {.name = "chaosreliably.activities.gh.probes",
	.functions = probes,
	.function_count = PR_LEN(probes)};

const struct pr_native_module pr_native_gh_actions = {.name = "chaosreliably.activities.gh.actions",
	.functions = actions,
	.function_count = PR_LEN(actions)};
