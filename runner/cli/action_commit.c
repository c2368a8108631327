#include "cli/action_commit.h"

#include "base/file.h"
#include "base/redact.h"
#include "base/text.h"
#include "cli/execution.h"
#include "github/commit.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define US_PER_MS INT64_C(1000)
#define FILE_COUNT 2

/* A file as it is committed. All zero is none. */
struct result_file {
	char *path; /* in the repository */
	struct pr_buf text;
};

/* What is committed. All zero is nothing. */
struct result_set {
	struct result_file files[FILE_COUNT];
	struct pr_github_file views[FILE_COUNT];
	size_t count;
};

static void release_set(struct result_set *set)
{
	for (size_t i = 0; i < FILE_COUNT; i++) {
		free(set->files[i].path);
		pr_buf_release(&set->files[i].text);
	}
}

static bool goes_up(const char *path)
{
	for (const char *part = path; part; part = strchr(part, '/')) {
		part += *part == '/';
		if (part[0] == '.' && part[1] == '.' && (!part[2] || part[2] == '/'))
			return true;
	}
	return false;
}

/* What is left of the resolved `path` below the resolved `folder`; NULL: it is not there. */
static const char *below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	while (n && folder[n - 1] == '/')
		n--;
	return strncmp(path, folder, n) == 0 && path[n] == '/' ? path + n + 1 : NULL;
}

static int resolve(const char *path, const char *shown, char **ret_path, struct pr_err *err)
{
	*ret_path = realpath(path, NULL);
	return *ret_path ? 0 : pr_fail_errno(err, errno, "'%s' is not committed", shown);
}

/* The path in the repository is that of what links lead to: git has nothing behind a link. A pipe
 * that the plan left there has no end. */
static int read_content(
	const char *path, const char *name, struct result_file *file, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_GITHUB_FILE_MAX);
	int rc;

	if (!pr_file_is_regular(path))
		return pr_fail(err, PR_EINVAL, "'%s' is not committed: it is not a file", name);
	rc = pr_file_read(path, &text, err);
	if (rc == PR_ELIMIT) {
		pr_err_clear(err);
		return pr_fail(err, rc, "'%s' is not committed: it has more than %zu MiB", name,
			PR_GITHUB_FILE_MAX >> 20);
	}
	if (rc)
		return rc;
	file->path = pr_text_dup(name);
	pr_redact_copy(pr_buf_str(&text), text.len, &file->text);
	return file->path ? pr_buf_check(&file->text, name, err) : pr_fail_nomem(err);
}

static int read_file(
	const char *workspace, const char *given, struct result_file *file, struct pr_err *err)
{
	PR_AUTO(free) char *joined =
		*given == '/' ? pr_text_dup(given) : pr_file_join(workspace, given);
	PR_AUTO(free) char *path = NULL;
	PR_AUTO(free) char *folder = NULL;
	const char *name;

	if (!joined)
		return pr_fail_nomem(err);
	if (goes_up(given))
		return pr_fail(err, PR_EINVAL, "'%s' is not committed: write its path without '..'",
			given);
	if (resolve(workspace, workspace, &folder, err) || resolve(joined, given, &path, err))
		return err->code;
	name = below(path, folder);
	if (!name)
		return pr_fail(err, PR_EINVAL,
			"'%s' is not committed: it is not below the workspace '%s'", given,
			workspace);
	return read_content(path, name, file, err);
}

static int read_set(
	const struct pr_action_results *results, struct result_set *set, struct pr_err *err)
{
	const char *const given[FILE_COUNT] = {results->journal, results->log};

	if (!results->workspace || *results->workspace != '/')
		return pr_fail(err, PR_EINVAL, "GITHUB_WORKSPACE is no folder's absolute path");
	for (size_t i = 0; i < FILE_COUNT; i++) {
		struct result_file *file = &set->files[set->count];

		if (!given[i] || !*given[i])
			continue;
		pr_buf_init(&file->text, PR_BUF_TEXT_MAX);
		if (read_file(results->workspace, given[i], file, err))
			return err->code;
		set->views[set->count++] = (struct pr_github_file){
			.path = file->path, .data = pr_buf_str(&file->text), .n = file->text.len};
	}
	return set->count ? 0 : pr_fail(err, PR_EINVAL, "there is no file to commit");
}

/* As the upstream action writes it (docs/protocol.md 5.6). */
static char *message_of(const struct pr_action_results *results)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(buf) struct pr_buf shown = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	pr_buf_addf(&text, "Plan %s execution", results->plan ? results->plan : "");
	if (results->url && *results->url)
		pr_buf_addf(&text, "\n\nVisit %s", results->url);
	if (text.status || pr_redact_copy(pr_buf_str(&text), text.len, &shown))
		return NULL;
	return pr_buf_take(&shown);
}

/* One commit under way. */
struct doing {
	struct pr_loop *loop;
	const struct pr_action_place *place;
	struct pr_action_committed *ret;
	struct pr_err *err;
	bool ended;
	int rc;
};

static void on_committed(
	void *arg, const struct pr_github_committed *committed, const struct pr_err *error)
{
	struct doing *doing = arg;
	struct pr_action_committed *ret = doing->ret;

	doing->ended = true;
	pr_loop_stop(doing->loop);
	ret->rounds = committed->rounds;
	if (error) {
		doing->rc = pr_fail(doing->err, error->code, "%s", error->msg);
		return;
	}
	if (!committed->sha)
		return;
	ret->url = pr_text_format(
		"%s/%s/commit/%s", doing->place->server, doing->place->repository, committed->sha);
	if (!ret->url)
		doing->rc = pr_fail_nomem(doing->err);
}

/* Until it has ended or a signal came. */
static int wait_for(struct doing *doing, struct pr_github_commit *commit, struct pr_err *err)
{
	struct pr_signals signals = {.loop = NULL};
	int rc = pr_signals_watch(&signals, doing->loop, err);

	if (!rc)
		rc = pr_github_commit_start(commit, on_committed, doing, err);
	while (!rc && !doing->ended && !signals.received)
		rc = pr_loop_run(doing->loop, err);
	if (!rc && !doing->ended)
		rc = pr_fail(err, PR_ECANCELED, "interrupted: the results may not be committed");
	return rc ? rc : doing->rc;
}

static int commit_set(const struct pr_action_results *results, struct doing *doing,
	const struct result_set *set, struct pr_err *err)
{
	PR_AUTO(free) char *message = message_of(results);
	const struct pr_github_access access = {.api = doing->place->api,
		.token = results->token,
		.ca_file = doing->place->ca_file,
		.deadline_us = pr_loop_now_us(doing->loop) + results->patience_ms * US_PER_MS};
	const struct pr_github_change change = {.repository = doing->place->repository,
		.branch = doing->place->branch,
		.message = message,
		.files = set->views,
		.file_count = set->count};
	struct pr_github_commit *commit = NULL;
	int rc = message ? pr_github_commit_new(doing->loop, &access, &change, &commit, err)
			 : pr_fail_nomem(err);

	if (!rc)
		rc = wait_for(doing, commit, err);
	pr_github_commit_free(commit);
	return rc;
}

static int commit_to(const struct pr_action_results *results, const struct pr_action_place *place,
	struct pr_action_committed *ret, struct pr_err *err)
{
	__attribute__((cleanup(release_set))) struct result_set set = {.count = 0};
	struct doing doing = {.place = place, .ret = ret, .err = err};
	int rc = read_set(results, &set, err);

	if (rc)
		return rc;
	ret->branch = pr_text_dup(place->branch);
	if (!ret->branch)
		return pr_fail_nomem(err);
	rc = pr_loop_new(NULL, &doing.loop, err);
	if (!rc)
		rc = commit_set(results, &doing, &set, err);
	pr_loop_free(doing.loop);
	return rc;
}

int pr_action_commit(const struct pr_action_results *results, struct pr_action_committed *ret,
	struct pr_err *err)
{
	PR_AUTO(action_place) struct pr_action_place place = {.repository = NULL};
	int rc;

	*ret = (struct pr_action_committed){.branch = NULL};
	if (!results->token || !*results->token)
		return pr_fail(err, PR_EINVAL,
			"nothing is committed without a token: give the input github-token one");
	rc = pr_redact_add(results->token, err);
	if (!rc && !results->place)
		rc = pr_action_place_read(&place, err);
	if (rc)
		return rc;
	return commit_to(results, results->place ? results->place : &place, ret, err);
}

void pr_action_committed_release(struct pr_action_committed *committed)
{
	free(committed->branch);
	free(committed->url);
	*committed = (struct pr_action_committed){.branch = NULL};
}
