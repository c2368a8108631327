#include "cli/action_place.h"

#include "base/buf.h"
#include "base/env.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "codec/json.h"
#include "github/api.h"
#include "net/tls.h"
#include "net/url.h"

#include <stdlib.h>
#include <string.h>

#define SERVER_DEFAULT "https://github.com"
#define EVENT_MAX ((size_t)32 << 20)
#define HEADS "refs/heads/"
#define QUEUE "gh-readonly-queue/"

static int read_event(json_t **ret_event, struct pr_err *err)
{
	const struct pr_limits limits = {.document_bytes = EVENT_MAX, .depth = 128};
	const char *path = pr_env_get_set("GITHUB_EVENT_PATH");
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(EVENT_MAX);

	if (!path)
		return pr_fail(err, PR_EINVAL, "GITHUB_EVENT_PATH is not set");
	if (pr_file_read(path, &text, err))
		return err->code;
	return pr_json_parse(pr_buf_str(&text), text.len, path, &limits, ret_event, err);
}

/* A branch of that name in this repository would be another one. */
static int read_pull_request(const char *repository, char **ret_branch, struct pr_err *err)
{
	json_auto_t *event = NULL;
	const json_t *head;
	const char *from;
	const char *branch = pr_env_get_set("GITHUB_HEAD_REF");

	if (read_event(&event, err))
		return pr_wrap(err, "whether the pull request is from a fork cannot be told");
	head = json_object_get(json_object_get(event, "pull_request"), "head");
	from = pr_json_str(json_object_get(head, "repo"), "full_name");
	if (!branch)
		branch = pr_json_str(head, "ref");
	if (!branch)
		return pr_fail(err, PR_EINVAL, "the event that started the workflow has no branch");
	if (!pr_text_eq_nocase(from, repository))
		return pr_fail(err, PR_EINVAL,
			"the pull request is from %s%.200s, and results are committed to branches "
			"of "
			"'%s' only",
			from ? "the fork " : "a fork that is gone", from ? from : "", repository);
	*ret_branch = pr_text_dup(branch);
	return *ret_branch ? 0 : pr_fail_nomem(err);
}

static int read_branch(const char *repository, char **ret_branch, struct pr_err *err)
{
	const char *ref = pr_env_get_set("GITHUB_REF");

	if (!ref)
		return pr_fail(err, PR_EINVAL, "GITHUB_REF is not set: no workflow of GitHub runs");
	if (pr_text_starts(ref, "refs/pull/"))
		return read_pull_request(repository, ret_branch, err);
	if (!pr_text_starts(ref, HEADS))
		return pr_fail(err, PR_EINVAL,
			"the workflow runs on '%.200s': results are committed to branches only",
			ref);
	ref += strlen(HEADS);
	if (pr_text_starts(ref, QUEUE))
		return pr_fail(err, PR_EINVAL,
			"the workflow runs in a merge queue, whose branches take no commits");
	*ret_branch = pr_text_dup(ref);
	return *ret_branch ? 0 : pr_fail_nomem(err);
}

/* The value of a variable that is an address. */
static int read_address(const char *name, const char *usual, char **ret_address, struct pr_err *err)
{
	const char *address = pr_env_get_set(name);

	if (address && pr_url_check(address, err))
		return pr_wrap(err, "%s", name);
	*ret_address = pr_text_dup(address ? address : usual);
	return *ret_address ? 0 : pr_fail_nomem(err);
}

int pr_action_place_read(struct pr_action_place *place, struct pr_err *err)
{
	const char *repository = pr_env_get_set("GITHUB_REPOSITORY");
	int rc;

	*place = (struct pr_action_place){.repository = NULL};
	if (pr_github_api_check_repository(repository, err))
		return pr_wrap(err, "GITHUB_REPOSITORY");
	rc = read_branch(repository, &place->branch, err);
	if (!rc)
		rc = pr_github_api_check_branch(place->branch, err);
	if (!rc)
		rc = read_address("GITHUB_API_URL", PR_GITHUB_API_DEFAULT, &place->api, err);
	if (!rc)
		rc = read_address("GITHUB_SERVER_URL", SERVER_DEFAULT, &place->server, err);
	if (rc)
		return rc;
	place->repository = pr_text_dup(repository);
	place->ca_file = pr_tls_ca_file(NULL);
	return place->repository ? 0 : pr_fail_nomem(err);
}

void pr_action_place_release(struct pr_action_place *place)
{
	free(place->repository);
	free(place->branch);
	free(place->api);
	free(place->server);
	free(place->ca_file);
	*place = (struct pr_action_place){.repository = NULL};
}
