#include "github/commit.h"

#include "base/escape.h"
#include "base/text.h"
#include "base/uuid.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "github/api.h"
#include "github/refusal.h"
#include "net/retry.h"

#include <stdlib.h>
#include <string.h>

/* A matrix of twenty jobs that end at once needs nine. */
#define ROUNDS_MAX 12
#define FILES_MAX 16
#define US_PER_MS INT64_C(1000)
#define FILE_MODE "100644"
#define UNKNOWN "it is not known whether the results are committed to"

struct sha {
	char text[PR_GITHUB_SHA_SIZE]; /* "": not known yet */
};

struct pr_github_commit {
	struct pr_loop *loop;
	struct pr_github_client *client;
	struct pr_github_change change;
	int64_t deadline_us;
	struct pr_timer limit; /* of the whole */
	struct pr_timer pause; /* before the next round */
	const struct step *step;
	struct pr_buf path, body; /* of the request under way */
	struct sha blobs[FILES_MAX];
	size_t blob_count;     /* those that GitHub has */
	struct sha base;       /* commit that the branch points to */
	struct sha base_tree;  /* of it */
	struct sha tree;       /* of ours */
	struct sha made;       /* our commit on `base` */
	struct sha maybe;      /* one of ours that may be on the branch: no answer told */
	bool passing;          /* what the last refusal to move the branch was */
	struct pr_err refused; /* the last one that another round followed */
	unsigned rounds;
	pr_github_commit_fn *fn;
	void *arg;
};

/* One call: what is sent, and what its answer leads to. */
struct step {
	const char *method;
	const char *place; /* below "/repos/<owner>/<name>/git" */
	bool once;
	/* Adds the rest of the path and the body. */
	int (*write)(struct pr_github_commit *commit);
	int (*take)(struct pr_github_commit *commit, const struct pr_github_answer *answer,
		struct pr_err *err);
	/* What a refusal leads to. NULL: the end. */
	int (*refused)(struct pr_github_commit *commit, const struct pr_github_answer *answer,
		struct pr_err *err);
};

static const struct step read_branch, read_commit, make_blob, make_tree, make_commit, move_branch;

static int go(struct pr_github_commit *commit, const struct step *step, struct pr_err *err);

static void end(struct pr_github_commit *commit, const char *sha, const struct pr_err *error)
{
	const struct pr_github_committed committed = {.sha = sha, .rounds = commit->rounds};

	pr_timer_stop(&commit->limit);
	pr_timer_stop(&commit->pause);
	commit->fn(commit->arg, &committed, error);
}

/* The name of an object at a dotted path. */
static int take_sha(const struct pr_github_answer *answer, const char *path, struct sha *ret_sha,
	struct pr_err *err)
{
	const char *text = NULL;
	int rc = pr_json_need_str(answer->body, path, "GitHub's answer", &text, err);

	if (rc)
		return rc;
	if (!pr_github_api_is_sha(text))
		return pr_fail(
			err, PR_EPROTO, "GitHub's answer has no object's name as '%s'", path);
	pr_text_copy(ret_sha->text, sizeof ret_sha->text, text);
	return 0;
}

static int add_json(struct pr_buf *out, json_t *value)
{
	PR_AUTO(free) char *text = value ? pr_json_line(value) : NULL;

	json_decref(value);
	if (!text)
		return PR_ENOMEM;
	return pr_buf_adds(out, text);
}

static int write_branch(struct pr_github_commit *commit)
{
	return pr_github_api_add_path(commit->change.branch, &commit->path);
}

static void fail(struct pr_github_commit *commit, int rc, struct pr_err *err)
{
	if (!err->code) /* a code without words: no memory, or a buffer's limit */
		(void)(rc == PR_ELIMIT ? pr_fail(err, PR_ELIMIT, "GitHub: too large")
				       : pr_fail_nomem(err));
	end(commit, NULL, err);
}

static void on_pause(void *arg)
{
	struct pr_github_commit *commit = arg;
	struct pr_err err = PR_ERR_INIT;
	int rc = go(commit, &read_branch, &err);

	if (rc)
		fail(commit, rc, &err);
}

/* Looks again where the branch is, and goes on from there. */
static int begin_again(struct pr_github_commit *commit, struct pr_err *err)
{
	int64_t delay_us =
		pr_retry_delay_ms(commit->rounds, pr_random_fraction(), NULL) * US_PER_MS;

	if (commit->rounds >= ROUNDS_MAX)
		return pr_fail(err, commit->refused.code,
			"%s; it was tried %u times: run it again later", commit->refused.msg,
			commit->rounds);
	commit->rounds++;
	return pr_timer_start(commit->loop, &commit->pause, delay_us, on_pause, commit);
}

static int take_branch(
	struct pr_github_commit *commit, const struct pr_github_answer *answer, struct pr_err *err)
{
	struct sha tip;
	int rc = take_sha(answer, "object.sha", &tip, err);

	if (rc)
		return rc;
	if (pr_text_eq(tip.text, commit->maybe.text)) {
		end(commit, commit->maybe.text, NULL);
		return 0;
	}
	if (*commit->made.text && pr_text_eq(tip.text, commit->base.text)) {
		*commit->maybe.text = '\0';
		if (commit->passing)
			return go(commit, &move_branch, err);
		*err = commit->refused;
		return err->code;
	}
	commit->base = tip;
	*commit->made.text = '\0';
	return go(commit, &read_commit, err);
}

static const struct step read_branch = {
	.method = "GET", .place = "ref/heads/", .write = write_branch, .take = take_branch};

static int write_base(struct pr_github_commit *commit)
{
	return pr_buf_adds(&commit->path, commit->base.text);
}

static const struct step *next_object(const struct pr_github_commit *commit)
{
	return commit->blob_count < commit->change.file_count ? &make_blob : &make_tree;
}

static int take_commit(
	struct pr_github_commit *commit, const struct pr_github_answer *answer, struct pr_err *err)
{
	int rc = take_sha(answer, "tree.sha", &commit->base_tree, err);

	return rc ? rc : go(commit, next_object(commit), err);
}

static const struct step read_commit = {
	.method = "GET", .place = "commits/", .write = write_base, .take = take_commit};

static int write_blob(struct pr_github_commit *commit)
{
	const struct pr_github_file *file = &commit->change.files[commit->blob_count];

	pr_buf_adds(&commit->body, "{\"encoding\":\"base64\",\"content\":\"");
	pr_escape_base64(file->data, file->n, false, &commit->body);
	return pr_buf_adds(&commit->body, "\"}");
}

static int take_blob(
	struct pr_github_commit *commit, const struct pr_github_answer *answer, struct pr_err *err)
{
	int rc = take_sha(answer, "sha", &commit->blobs[commit->blob_count], err);

	if (rc)
		return rc;
	commit->blob_count++;
	return go(commit, next_object(commit), err);
}

static const struct step make_blob = {
	.method = "POST", .place = "blobs", .write = write_blob, .take = take_blob};

static int write_tree(struct pr_github_commit *commit)
{
	json_t *entries = json_array();

	for (size_t i = 0; i < commit->change.file_count; i++)
		if (pr_json_append(entries,
			    json_pack("{s:s, s:s, s:s, s:s}", "path", commit->change.files[i].path,
				    "mode", FILE_MODE, "type", "blob", "sha",
				    commit->blobs[i].text),
			    NULL)) {
			json_decref(entries);
			return PR_ENOMEM;
		}
	return add_json(&commit->body,
		json_pack("{s:s, s:o}", "base_tree", commit->base_tree.text, "tree", entries));
}

/* As pr_github_refuse, but what may be on the branch is not said to be missing. */
static int refuse(
	struct pr_github_commit *commit, const struct pr_github_answer *answer, struct pr_err *err)
{
	if (!*commit->maybe.text || answer->code == PR_ENOMEM)
		return pr_github_refuse(&commit->change, answer, err);
	return pr_fail(err, answer->code, UNKNOWN " '%.100s' of '%.120s': %s",
		commit->change.branch, commit->change.repository, answer->message);
}

/* What GitHub has just made is not seen everywhere at once. */
static int not_seen(
	struct pr_github_commit *commit, const struct pr_github_answer *answer, struct pr_err *err)
{
	if (!pr_github_refusal_of_objects(answer))
		return refuse(commit, answer, err);
	pr_err_clear(&commit->refused);
	(void)refuse(commit, answer, &commit->refused);
	return begin_again(commit, err);
}

/* The same tree: the branch has these very files. After a doubtful attempt they are there because
 * of it. */
static int take_tree(
	struct pr_github_commit *commit, const struct pr_github_answer *answer, struct pr_err *err)
{
	int rc = take_sha(answer, "sha", &commit->tree, err);

	if (rc)
		return rc;
	if (!pr_text_eq(commit->tree.text, commit->base_tree.text))
		return go(commit, &make_commit, err);
	end(commit, *commit->maybe.text ? commit->maybe.text : NULL, NULL);
	return 0;
}

static const struct step make_tree = {.method = "POST",
	.place = "trees",
	.write = write_tree,
	.take = take_tree,
	.refused = not_seen};

static int write_commit(struct pr_github_commit *commit)
{
	return add_json(
		&commit->body, json_pack("{s:s, s:s, s:[s]}", "message", commit->change.message,
				       "tree", commit->tree.text, "parents", commit->base.text));
}

static int take_made(
	struct pr_github_commit *commit, const struct pr_github_answer *answer, struct pr_err *err)
{
	int rc = take_sha(answer, "sha", &commit->made, err);

	return rc ? rc : go(commit, &move_branch, err);
}

static const struct step make_commit = {.method = "POST",
	.place = "commits",
	.write = write_commit,
	.take = take_made,
	.refused = not_seen};

static int write_move(struct pr_github_commit *commit)
{
	pr_github_api_add_path(commit->change.branch, &commit->path);
	return add_json(
		&commit->body, json_pack("{s:s, s:b}", "sha", commit->made.text, "force", 0));
}

static int take_moved(
	struct pr_github_commit *commit, const struct pr_github_answer *answer, struct pr_err *err)
{
	(void)answer;
	(void)err;
	end(commit, commit->made.text, NULL);
	return 0;
}

/* Whether somebody else was faster is seen by where the branch is now, not by GitHub's words. */
static int not_moved(
	struct pr_github_commit *commit, const struct pr_github_answer *answer, struct pr_err *err)
{
	if (answer->doubtful)
		commit->maybe = commit->made;
	pr_err_clear(&commit->refused);
	(void)refuse(commit, answer, &commit->refused);
	commit->passing = pr_github_refusal_passes(answer);
	if (answer->doubtful || answer->status == 409 || answer->status == 422)
		return begin_again(commit, err);
	*err = commit->refused;
	return err->code;
}

static const struct step move_branch = {.method = "PATCH",
	.place = "refs/heads/",
	.once = true,
	.write = write_move,
	.take = take_moved,
	.refused = not_moved};

static void on_answer(void *arg, const struct pr_github_answer *answer)
{
	struct pr_github_commit *commit = arg;
	struct pr_err err = PR_ERR_INIT;
	int rc;

	if (answer->code == PR_OK)
		rc = commit->step->take(commit, answer, &err);
	else if (commit->step->refused)
		rc = commit->step->refused(commit, answer, &err);
	else
		rc = refuse(commit, answer, &err);
	if (rc)
		fail(commit, rc, &err);
}

static int go(struct pr_github_commit *commit, const struct step *step, struct pr_err *err)
{
	struct pr_github_request request = {.method = step->method, .once = step->once};

	commit->step = step;
	pr_buf_clear(&commit->path);
	pr_buf_release(&commit->body);
	pr_buf_addf(&commit->path, "/repos/%s/git/%s", commit->change.repository, step->place);
	if (step->write(commit) || commit->path.status || commit->body.status)
		return pr_fail_nomem(err);
	request.path = pr_buf_str(&commit->path);
	request.body = commit->body.len ? pr_buf_str(&commit->body) : NULL;
	request.body_len = commit->body.len;
	return pr_github_client_send(commit->client, &request, on_answer, commit, err);
}

static void on_limit(void *arg)
{
	struct pr_github_commit *commit = arg;
	bool moving = commit->step == &move_branch || *commit->maybe.text;
	struct pr_err err = PR_ERR_INIT;

	(void)pr_fail(&err, PR_ETIMEOUT, "%s '%.100s' of '%.120s': there was no time for more%s%s",
		moving ? UNKNOWN : "nothing is committed to", commit->change.branch,
		commit->change.repository, commit->refused.code ? "; before: " : "",
		commit->refused.code ? commit->refused.msg : "");
	pr_github_client_free(pr_steal(commit->client));
	end(commit, NULL, &err);
}

static int check_file(const struct pr_github_file *file, struct pr_err *err)
{
	int rc = pr_github_api_check_path(file->path, err);

	if (!rc && file->n > PR_GITHUB_FILE_MAX)
		return pr_fail(err, PR_ELIMIT,
			"'%s' has more than %zu MiB: it is too large to be committed", file->path,
			PR_GITHUB_FILE_MAX >> 20);
	return rc;
}

static int check(const struct pr_github_change *change, struct pr_err *err)
{
	int rc = pr_github_api_check_repository(change->repository, err);

	if (!rc)
		rc = pr_github_api_check_branch(change->branch, err);
	if (!rc && (!change->file_count || change->file_count > FILES_MAX))
		rc = pr_fail(err, PR_ELIMIT, "1 to %d files make a commit", FILES_MAX);
	for (size_t i = 0; !rc && i < change->file_count; i++)
		rc = check_file(&change->files[i], err);
	return rc;
}

int pr_github_commit_new(struct pr_loop *loop, const struct pr_github_access *access,
	const struct pr_github_change *change, struct pr_github_commit **ret_commit,
	struct pr_err *err)
{
	struct pr_github_commit *commit;
	int rc = check(change, err);

	if (rc)
		return rc;
	commit = calloc(1, sizeof *commit);
	if (!commit)
		return pr_fail_nomem(err);
	commit->loop = loop;
	commit->change = *change;
	commit->deadline_us = access->deadline_us;
	commit->rounds = 1;
	pr_buf_init(&commit->path, PR_BUF_TEXT_MAX);
	pr_buf_init(&commit->body, PR_BUF_TEXT_MAX);
	rc = pr_github_client_new(loop, access, &commit->client, err);
	if (rc) {
		pr_github_commit_free(commit);
		return rc;
	}
	*ret_commit = commit;
	return 0;
}

int pr_github_commit_start(
	struct pr_github_commit *commit, pr_github_commit_fn *fn, void *arg, struct pr_err *err)
{
	int64_t left_us = commit->deadline_us - pr_loop_now_us(commit->loop);

	commit->fn = fn;
	commit->arg = arg;
	if (pr_timer_start(commit->loop, &commit->limit, left_us, on_limit, commit))
		return pr_fail_nomem(err);
	return go(commit, &read_branch, err);
}

void pr_github_commit_free(struct pr_github_commit *commit)
{
	if (!commit)
		return;
	pr_timer_stop(&commit->limit);
	pr_timer_stop(&commit->pause);
	pr_github_client_free(commit->client);
	pr_buf_release(&commit->path);
	pr_buf_release(&commit->body);
	free(commit);
}
