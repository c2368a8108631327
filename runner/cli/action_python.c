#include "cli/action_python.h"

#include "actions/requirements.h"
#include "base/child.h"
#include "base/env.h"
#include "base/file.h"
#include "base/loop.h"
#include "base/redact.h"
#include "base/text.h"
#include "cli/execution.h"
#include "codec/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define LINE_MAX_BYTES ((size_t)64 << 10)
#define LAST_MAX 300
#define OUT_AND_ERR 2

/* What uv leaves behind may keep its output for good. */
#define LINGER_US INT64_C(1000000)

/* One run of uv. */
struct run {
	struct pr_loop *loop;
	struct pr_signals signals;
	struct pr_child *child;
	struct pr_buf lines[OUT_AND_ERR]; /* what has come of the line under way */
	char last[LAST_MAX];              /* line that was not empty */
	pr_log_write_fn *write;
	void *arg;
	int status;
	bool ended;
};

static void run_release(struct run *run)
{
	pr_child_free(run->child);
	for (size_t i = 0; i < OUT_AND_ERR; i++)
		pr_buf_release(&run->lines[i]);
	pr_loop_free(run->loop);
}

static void write_line(struct run *run, struct pr_buf *line)
{
	PR_AUTO(buf) struct pr_buf shown = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (pr_redact_copy(pr_buf_str(line), line->len, &shown) == 0) {
		if (shown.len)
			pr_text_copy(run->last, sizeof run->last, pr_buf_str(&shown));
		if (pr_buf_addc(&shown, '\n') == 0)
			run->write(run->arg, pr_buf_str(&shown), shown.len);
	}
	pr_buf_clear(line);
}

static void on_output(void *arg, int stream, const char *data, size_t n)
{
	struct run *run = arg;
	struct pr_buf *line = &run->lines[stream == 2];

	for (size_t i = 0; i < n; i++) {
		if (data[i] != '\n' && data[i])
			pr_buf_addc(line, data[i]);
		if (data[i] == '\n' || line->len >= LINE_MAX_BYTES)
			write_line(run, line);
	}
}

static void on_end(void *arg, const struct pr_child_result *result)
{
	struct run *run = arg;

	for (size_t i = 0; i < OUT_AND_ERR; i++)
		if (run->lines[i].len)
			write_line(run, &run->lines[i]);
	run->status = result->status;
	run->ended = true;
	pr_loop_stop(run->loop);
}

static int start(struct run *run, char *const *argv, struct pr_err *err)
{
	const struct pr_child_options options = {.program = argv[0],
		.argv = argv,
		.timeout_us = -1,
		.linger_us = LINGER_US,
		.no_input = true,
		.output = on_output};
	int rc = pr_loop_new(NULL, &run->loop, err);

	if (!rc)
		rc = pr_signals_watch(&run->signals, run->loop, err);
	return rc ? rc : pr_child_start(run->loop, &options, on_end, run, &run->child, err);
}

static int judge(const struct run *run, const char *what, struct pr_err *err)
{
	if (run->signals.received)
		return pr_fail(err, PR_ECANCELED, "%s: cancelled", what);
	if (WIFEXITED(run->status) && WEXITSTATUS(run->status) == 0)
		return 0;
	if (WIFSIGNALED(run->status))
		return pr_fail(
			err, PR_EIO, "%s: uv was ended by signal %d", what, WTERMSIG(run->status));
	return pr_fail(err, PR_EIO, "%s: uv ended with exit code %d, its last line: %s", what,
		WEXITSTATUS(run->status), *run->last ? run->last : "(none)");
}

/* Runs uv to its end, or to the first signal; `what` begins messages. */
static int run_uv(struct run *run, char *const *argv, const char *what, struct pr_err *err)
{
	int rc;

	for (size_t i = 0; i < OUT_AND_ERR; i++)
		pr_buf_init(&run->lines[i], LINE_MAX_BYTES + 1);
	rc = start(run, argv, err);
	while (!rc && !run->ended && !run->signals.received)
		rc = pr_loop_run(run->loop, err);
	return rc ? pr_wrap(err, "%s", what) : judge(run, what, err);
}

/* A folder, the sink for what is said, and uv. */
struct maker {
	const struct pr_action_python *python;
	char *uv;
	char *place; /* of the environment */
	pr_log_write_fn *write;
	void *arg;
};

static int call_uv(
	const struct maker *maker, char *const *argv, const char *what, struct pr_err *err)
{
	__attribute__((cleanup(run_release))) struct run run = {
		.write = maker->write, .arg = maker->arg};

	return run_uv(&run, argv, what, err);
}

static int make_environment(const struct maker *maker, const char *version, struct pr_err *err)
{
	PR_AUTO(free) char *python = pr_text_format("--python=%s", version ? version : "");
	char *argv[] = {maker->uv, (char[]){"venv"}, python, maker->place, NULL};
	char *bare[] = {maker->uv, (char[]){"venv"}, maker->place, NULL};

	if (!python)
		return pr_fail_nomem(err);
	return call_uv(
		maker, version ? argv : bare, "the environment of Python cannot be made", err);
}

/* Adds the words of a command, each with its NUL; the number of them. */
static size_t add_words(
	const struct maker *maker, const char *python, const json_t *packages, struct pr_buf *out)
{
	const char *const fixed[] = {maker->uv, "pip", "install", python, "--"};
	size_t i;
	const json_t *package;

	for (i = 0; i < PR_LEN(fixed); i++)
		pr_buf_add(out, fixed[i], strlen(fixed[i]) + 1);
	json_array_foreach (pr_json_mutable(packages), i, package)
		pr_buf_add(out, json_string_value(package), json_string_length(package) + 1);
	return PR_LEN(fixed) + json_array_size(packages);
}

/* `words`: what add_words made, `count` of them. */
static int call_words(
	const struct maker *maker, const struct pr_buf *words, size_t count, struct pr_err *err)
{
	char **argv = calloc(count + 1, sizeof *argv);
	char *word = words->ptr;
	int rc;

	if (!argv)
		return pr_fail_nomem(err);
	for (size_t i = 0; i < count; i++, word += strlen(word) + 1)
		argv[i] = word;
	rc = call_uv(maker, argv, "the dependencies cannot be installed", err);
	free(argv);
	return rc;
}

static int install(const struct maker *maker, const json_t *packages, struct pr_err *err)
{
	PR_AUTO(free) char *python = pr_text_format("--python=%s/bin/python", maker->place);
	PR_AUTO(buf) struct pr_buf words = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	size_t count = python ? add_words(maker, python, packages, &words) : 0;

	if (!json_array_size(packages))
		return 0;
	if (!count || words.status)
		return pr_fail_nomem(err);
	return call_words(maker, &words, count, err);
}

static int export_environment(const char *place, struct pr_err *err)
{
	const char *before = pr_env_get_set("PATH");
	PR_AUTO(free) char *path =
		pr_text_format("%s/bin%s%s", place, before ? ":" : "", before ? before : "");

	if (!path)
		return pr_fail_nomem(err);
	if (pr_env_set("PATH", path, err) || pr_env_set("VIRTUAL_ENV", place, err))
		return err ? (int)err->code : PR_ENOMEM;
	return pr_env_unset("PYTHONHOME", err);
}

static int make_folder(struct pr_action_python *python, struct pr_err *err)
{
	const char *given = pr_env_get_set("TMPDIR");

	python->folder = pr_file_join(given ? given : "/tmp", "plan-runner-python.XXXXXX");
	if (!python->folder)
		return pr_fail_nomem(err);
	if (mkdtemp(python->folder))
		return 0;
	(void)pr_fail_errno(err, errno, "there is no place for the environment of Python, '%s'",
		python->folder);
	free(pr_steal(python->folder));
	return PR_EIO;
}

static void maker_release(struct maker *maker)
{
	free(maker->uv);
	free(maker->place);
}

bool pr_action_python_wanted(const struct pr_actions_inputs *inputs)
{
	return inputs->values[PR_INPUT_PYTHON_VERSION] || inputs->values[PR_INPUT_DEPENDENCIES];
}

static int make_both(const struct maker *maker, const struct pr_actions_inputs *inputs,
	const json_t *packages, struct pr_err *err)
{
	int rc = make_environment(maker, inputs->values[PR_INPUT_PYTHON_VERSION], err);

	return rc ? rc : install(maker, packages, err);
}

/* What uv keeps is of no use to anybody later: in GitHub's container the home is the machine's. */
static int make_in(const struct maker *maker, const struct pr_actions_inputs *inputs,
	const json_t *packages, struct pr_err *err)
{
	static const char *const kept[] = {"UV_CACHE_DIR", "UV_PYTHON_INSTALL_DIR"};
	bool ours[PR_LEN(kept)] = {false};
	int rc = 0;

	for (size_t i = 0; i < PR_LEN(kept) && !rc; i++) {
		PR_AUTO(free) char *place = pr_file_join(maker->python->folder, kept[i]);

		ours[i] = !pr_env_get_set(kept[i]);
		if (ours[i])
			rc = place ? pr_env_set(kept[i], place, err) : pr_fail_nomem(err);
	}
	if (!rc)
		rc = make_both(maker, inputs, packages, err);
	for (size_t i = 0; i < PR_LEN(kept); i++)
		if (ours[i])
			(void)pr_env_unset(kept[i], NULL);
	return rc;
}

int pr_action_python_make(struct pr_action_python *python, const struct pr_actions_inputs *inputs,
	pr_log_write_fn *write, void *arg, struct pr_err *err)
{
	__attribute__((cleanup(maker_release))) struct maker maker = {
		.python = python, .uv = pr_file_find_program("uv"), .write = write, .arg = arg};
	const char *dependencies = inputs->values[PR_INPUT_DEPENDENCIES];
	json_auto_t *packages = NULL;
	int rc = pr_actions_requirements(dependencies ? dependencies : "", &packages, err);

	if (!rc && !maker.uv)
		rc = pr_fail(err, PR_ENOTFOUND,
			"there is no uv on the PATH, which python-version and dependencies need: "
			"the image " PR_IMAGE ":" PR_VERSION "-python has it");
	if (!rc)
		rc = make_folder(python, err);
	if (rc)
		return rc;
	maker.place = pr_file_join(python->folder, "venv");
	if (!maker.place)
		return pr_fail_nomem(err);
	rc = make_in(&maker, inputs, packages, err);
	return rc ? rc : export_environment(maker.place, err);
}

void pr_action_python_release(struct pr_action_python *python)
{
	if (python->folder)
		(void)pr_file_remove_tree(python->folder, NULL);
	free(python->folder);
	*python = (struct pr_action_python){0};
}
