#include "base/env.h"
#include "base/file.h"
#include "base/redact.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/deployment_options.h"
#include "codec/json_write.h"
#include "deploy/commit.h"
#include "deploy/repository.h"
#include "net/tls.h"

#include <ctype.h>
#include <jansson.h>
#include <string.h>

#define SILENCE_DEFAULT "60s"
#define TOKEN_MAX ((size_t)64 << 10)

/* What a commit borrows. */
struct commit_job {
	struct pr_deploy_job deploy;
	struct pr_repository repository;
	struct pr_commit commit;
	struct pr_buf token;
	char *ca_file;
};

static void release(struct commit_job *job)
{
	pr_deploy_job_release(&job->deploy);
	pr_repository_release(&job->repository);
	pr_buf_release(&job->token);
	free(job->ca_file);
}

/* A token is sent in a header: a line end in it would make another one. */
static int check_token(const char *token, struct pr_err *err)
{
	for (const char *c = token; *c; c++)
		if (!isgraph((unsigned char)*c))
			return pr_fail(err, PR_EINVAL,
				"the token for the repository is malformed: it has white space or "
				"other characters that no token has");
	return *token ? 0 : pr_fail(err, PR_EINVAL, "the token for the repository is empty");
}

static int read_token(struct commit_job *job, const struct pr_args *args, struct pr_err *err)
{
	const char *file = pr_args_value(args, "token-file");
	const char *exported = file ? NULL : pr_env_get_set("GITHUB_TOKEN");
	char *token;

	if (!file && !exported)
		return 0;
	if (file && pr_file_read(file, &job->token, err))
		return pr_wrap(err, "--token-file");
	if (exported && pr_buf_adds(&job->token, exported))
		return pr_buf_check(&job->token, "the token", err);
	if (!job->token.len || strlen(pr_buf_str(&job->token)) < job->token.len)
		return pr_fail(err, PR_EINVAL, "there is no token in '%.300s'", file);
	token = pr_text_trim(job->token.ptr);
	if (check_token(token, err) || pr_redact_add(token, err))
		return err->code;
	job->commit.place.token = token;
	return 0;
}

static int read_place(struct commit_job *job, const struct pr_args *args, struct pr_err *err)
{
	const char *silence = pr_args_value(args, "timeout");
	const char *repository = pr_args_value(args, "repository");
	struct pr_git_place *place = &job->commit.place;

	if (!repository)
		return pr_fail(err, PR_EUSAGE,
			"name the repository that the workflow goes to: --repository "
			"github.com/OWNER/NAME");
	if (pr_repository_parse(repository, &job->repository, err))
		return err->code;
	if (pr_text_duration_ms(silence ? silence : SILENCE_DEFAULT, &place->silence_ms, err))
		return pr_wrap(err, "--timeout");
	if (place->silence_ms < 1)
		return pr_fail(err, PR_EINVAL, "--timeout: more than nothing");
	job->ca_file = pr_tls_ca_file(pr_args_value(args, "ca-file"));
	place->location = job->repository.location;
	place->local = job->repository.local;
	place->branch = pr_args_value(args, "branch");
	place->ca_file = job->ca_file;
	return place->local ? 0 : read_token(job, args, err);
}

static int read_job(struct commit_job *job, const struct pr_args *args, struct pr_err *err)
{
	int rc = pr_deploy_read_github(&job->deploy, args, err);

	job->commit.message = pr_args_value(args, "message");
	job->commit.author = pr_args_value(args, "author");
	job->commit.dry_run = pr_args_flag(args, "dry-run");
	return rc ? rc : read_place(job, args, err);
}

static const char *operation_name(enum pr_git_operation operation)
{
	static const char *const names[] = {[PR_GIT_CREATED] = "created",
		[PR_GIT_CHANGED] = "changed",
		[PR_GIT_UNCHANGED] = "unchanged"};

	return names[operation];
}

static int print_json(
	const struct commit_job *job, const struct pr_committed *done, struct pr_err *err)
{
	static const struct pr_json_style style = {.indent = 2, .redact = true};
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	const char *commit = done->git.commit[0] ? done->git.commit : NULL;
	json_auto_t *object = json_pack("{s:s, s:s, s:s, s:s?, s:s, s:b}", "operation",
		operation_name(done->git.operation), "path", done->path, "branch", done->git.branch,
		"commit", commit, "repository", job->repository.location, "dry_run",
		job->commit.dry_run);

	if (!object || pr_json_write(object, &style, &text) || pr_buf_addc(&text, '\n'))
		return pr_fail(err, PR_EINVAL, "what was done cannot be written as JSON");
	return pr_print_document(pr_buf_str(&text), text.len, err);
}

static void print_line(const struct commit_job *job, const struct pr_committed *done)
{
	bool dry = job->commit.dry_run && done->git.operation != PR_GIT_UNCHANGED;
	const char *commit = dry ? "dry run" : done->git.commit;

	pr_print("%s %s on %s of %s (%s)\n", operation_name(done->git.operation), done->path,
		done->git.branch, job->repository.location, commit);
}

static int run_github(struct pr_context *context, const struct pr_args *args)
{
	struct commit_job job = {.token = PR_BUF_INIT(TOKEN_MAX)};
	struct pr_committed done;
	struct pr_err err = PR_ERR_INIT;
	int rc;

	pr_deploy_job_init(&job.deploy, context);
	rc = pr_console_log(pr_args_flag(args, "verbose"), NULL, &err);
	if (!rc)
		rc = read_job(&job, args, &err);
	if (!rc)
		rc = pr_deploy_commit(&job.deploy.deployment, &job.commit, &done, &err);
	if (!rc && pr_text_eq(pr_args_value(args, "output"), "json"))
		rc = print_json(&job, &done, &err);
	else if (!rc)
		print_line(&job, &done);
	release(&job);
	return pr_deploy_exit(context, rc, &err);
}

static const char *const forms[] = {"text", "json", NULL};

static const struct pr_option github_options[] = {
	{"repository", 0, PR_OPTION_VALUE, "URL|PATH",
		"Where it goes: github.com/OWNER/NAME, another https address, a folder. Required.",
		NULL},
	{"branch", 'b', PR_OPTION_VALUE, "NAME",
		"Branch that it is committed to (the default one).", NULL},
	{"message", 'm', PR_OPTION_VALUE, "TEXT", "Message of the commit (names the plan).", NULL},
	{"author", 0, PR_OPTION_VALUE, "'NAME <MAIL>'",
		"Author of the commit (GIT_AUTHOR_NAME and _EMAIL, git's configuration).", NULL},
	{"token-file", 0, PR_OPTION_VALUE, "FILE",
		"File with the token for the repository (the token in GITHUB_TOKEN).", NULL},
	{"ca-file", 0, PR_OPTION_VALUE, "FILE",
		"Certificates of the authorities to trust (PLAN_RUNNER_CA_FILE, the system's).",
		NULL},
	{"timeout", 0, PR_OPTION_VALUE, "TIME",
		"Give up a server that says nothing for so long (" SILENCE_DEFAULT ").", NULL},
	{"dry-run", 0, PR_OPTION_FLAG, NULL, "Tell what would be done, and do nothing.", NULL},
	{"output", 'o', PR_OPTION_VALUE, "FORM", "What is printed: one line, or an object.", forms},
	{"verbose", 'v', PR_OPTION_FLAG, NULL, "Log everything, with its place.", NULL},
	PR_GITHUB_OPTIONS,
};

static const struct pr_positional positionals[] = {PR_PLAN_POSITIONAL};

static const struct pr_command github = {.name = "github",
	.summary = "A plan as a workflow of GitHub Actions, in a branch of a repository.",
	PR_OPTIONS(github_options),
	PR_POSITIONALS(positionals),
	.run = run_github};

static const struct pr_command *const commands[] = {&github};

const struct pr_command pr_command_commit = {.name = "commit",
	.summary = "Put a deployment into a git repository, as one commit.",
	PR_COMMANDS(commands)};
