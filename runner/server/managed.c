#include "server/managed.h"

#include "base/child.h"
#include "base/compiler.h"
#include "base/env.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "base/uuid.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LINE_SIZE 4096
#define VARIABLES_MAX 64

/* Lines of one output; what is longer than a line has room for is cut. */
struct lines {
	size_t used;
	char line[LINE_SIZE];
	char last[LINE_SIZE]; /* that was not empty */
};

struct pr_managed {
	struct pr_child *child;
	struct lines out, errors;
	char *folder;
	bool is_ours; /* the folder: removed at the end */
	char plan[PR_UUID_SIZE];
	char *env[VARIABLES_MAX + 1];
	size_t env_count;
	pr_managed_fn *fn;
	void *arg;
};

static int add_variable(
	struct pr_managed *managed, const char *name, const char *value, struct pr_err *err)
{
	char *entry = pr_text_format("%s=%s", name, value);

	if (!entry || managed->env_count == VARIABLES_MAX) {
		free(entry);
		return pr_fail_nomem(err);
	}
	managed->env[managed->env_count++] = entry;
	return 0;
}

/* Those that a program needs of whoever starts it. */
static int add_inherited(struct pr_managed *managed, struct pr_err *err)
{
	static const char *const names[] = {
		"PATH", "USER", "LANG", "SSL_CERT_FILE", "PLAN_RUNNER_CA_FILE"};
	const char *path = pr_env_get_set("PATH");
	int rc = path ? 0 : add_variable(managed, "PATH", "/usr/local/bin:/usr/bin:/bin", err);

	for (size_t i = 0; !rc && i < PR_LEN(names); i++) {
		const char *value = pr_env_get_set(names[i]);

		if (value)
			rc = add_variable(managed, names[i], value, err);
	}
	for (char *const *entry = pr_env_all(); !rc && entry && *entry; entry++) {
		const char *value = strchr(*entry, '=');
		char name[32];

		if (!value || !pr_text_starts(*entry, "LC_"))
			continue;
		pr_text_print(name, sizeof(name), "%.*s", (int)(value - *entry), *entry);
		rc = add_variable(managed, name, value + 1, err);
	}
	return rc;
}

static int add_variables(
	struct pr_managed *managed, const struct pr_managed_order *order, struct pr_err *err)
{
	const char *authority = strstr(order->url, "://");
	const char *verify = pr_env_get_set("RELIABLY_VERIFY_TLS");
	const struct {
		const char *name;
		const char *value;
	} variables[] = {
		{"HOME", managed->folder},
		{"RELIABLY_SERVICE_TOKEN", order->token},
		{"RELIABLY_SERVICE_HOST", order->url},
		{"RELIABLY_DOMAIN", order->url},
		{"RELIABLY_HOST", authority ? authority + 3 : order->url},
		{"RELIABLY_VERIFY_TLS", verify ? verify : "true"},
		{"RELIABLY_USE_HTTP", pr_text_starts(order->url, "http://") ? "true" : "false"},
		{"RELIABLY_ORGANIZATION_ID", order->organization},
		{"RELIABLY_USER_ID", order->user},
		{"RELIABLY_PLAN_ID", order->plan},
	};
	int rc = add_inherited(managed, err);

	for (size_t i = 0; !rc && i < PR_LEN(variables); i++)
		rc = add_variable(managed, variables[i].name, variables[i].value, err);
	return rc;
}

static int make_folder(struct pr_managed *managed, struct pr_err *err)
{
	const char *place = pr_env_get_set("TMPDIR");

	managed->folder = pr_text_format("%s/plan-run-XXXXXX", place ? place : "/tmp");
	if (!managed->folder)
		return pr_fail_nomem(err);
	managed->is_ours = mkdtemp(managed->folder);
	if (!managed->is_ours)
		return pr_fail_errno(err, errno, "cannot create the folder '%s'", managed->folder);
	return 0;
}

static int use_folder(struct pr_managed *managed, const char *folder, struct pr_err *err)
{
	struct stat found;

	if (!folder)
		return make_folder(managed, err);
	if (*folder != '/')
		return pr_fail(
			err, PR_EINVAL, "the base_dir '%s' does not begin with a slash", folder);
	if (stat(folder, &found))
		return pr_fail_errno(err, errno, "the base_dir '%s' cannot be used", folder);
	if (!S_ISDIR(found.st_mode))
		return pr_fail(err, PR_EINVAL, "the base_dir '%s' is no folder", folder);
	managed->folder = pr_text_dup(folder);
	return managed->folder ? 0 : pr_fail_nomem(err);
}

/* The path of the program, which is started in another folder than ours. */
static int find_runner(const char *runner, char **ret_path, struct pr_err *err)
{
	PR_AUTO(free) char *found = pr_file_find_program(runner);
	char *path;

	if (!found)
		return pr_fail(err, PR_ENOTFOUND,
			"there is no program '%s': start the server with another one", runner);
	path = realpath(found, NULL);
	if (!path)
		return pr_fail_errno(err, errno, "cannot find '%s'", found);
	*ret_path = path;
	return 0;
}

static void end_line(struct pr_managed *managed, struct lines *lines)
{
	lines->line[lines->used] = '\0';
	lines->used = 0;
	if (!lines->line[strspn(lines->line, " \t\r")])
		return;
	pr_text_copy(lines->last, sizeof(lines->last), lines->line);
	pr_debug("[plan %s] %s", managed->plan, lines->line);
}

static void on_output(void *arg, int stream, const char *data, size_t n)
{
	struct pr_managed *managed = arg;
	struct lines *lines = stream == 1 ? &managed->out : &managed->errors;

	for (size_t i = 0; i < n; i++) {
		if (data[i] == '\n')
			end_line(managed, lines);
		else if (data[i] && lines->used < sizeof(lines->line) - 1)
			lines->line[lines->used++] = data[i];
	}
}

static void remove_folder(struct pr_managed *managed)
{
	struct pr_err err = PR_ERR_INIT;

	if (managed->is_ours && pr_file_remove_tree(managed->folder, &err))
		pr_warn("%s", err.msg);
	managed->is_ours = false;
}

static void on_end(void *arg, const struct pr_child_result *result)
{
	struct pr_managed *managed = arg;
	struct pr_managed_end end = {.pid = pr_child_pid(managed->child), .status = result->status};

	end_line(managed, &managed->out);
	end_line(managed, &managed->errors);
	end.said = *managed->errors.last ? managed->errors.last : managed->out.last;
	remove_folder(managed);
	managed->fn(managed->arg, &end);
}

static int launch(struct pr_managed *managed, struct pr_loop *loop,
	const struct pr_managed_order *order, struct pr_err *err)
{
	PR_AUTO(free) char *program = NULL;
	char *argv[] = {(char[]){"plan-runner"}, (char[]){"service"}, (char[]){"plan"},
		(char[]){"execute"}, (char[]){"--set-status"}, (char[]){"--log-stdout"},
		(char[]){"--load-environment"}, managed->plan, NULL};
	struct pr_child_options options = {.argv = argv,
		.timeout_us = -1,
		.env = managed->env,
		.no_input = true,
		.death_signal = SIGTERM,
		.folder = managed->folder,
		.output = on_output};
	int rc = find_runner(order->runner, &program, err);

	if (rc)
		return rc;
	options.program = program;
	return pr_child_start(loop, &options, on_end, managed, &managed->child, err);
}

int pr_managed_start(struct pr_loop *loop, const struct pr_managed_order *order, pr_managed_fn *fn,
	void *arg, struct pr_managed **ret_managed, struct pr_err *err)
{
	struct pr_managed *managed = calloc(1, sizeof(*managed));
	int rc;

	if (!managed)
		return pr_fail_nomem(err);
	managed->fn = fn;
	managed->arg = arg;
	pr_text_copy(managed->plan, sizeof(managed->plan), order->plan);
	rc = use_folder(managed, order->folder, err);
	if (!rc)
		rc = add_variables(managed, order, err);
	if (!rc)
		rc = launch(managed, loop, order, err);
	if (rc)
		pr_managed_free(managed);
	else
		*ret_managed = managed;
	return rc;
}

void pr_managed_stop(struct pr_managed *managed)
{
	pr_child_signal(managed->child, SIGTERM);
}

void pr_managed_free(struct pr_managed *managed)
{
	if (!managed)
		return;
	pr_child_free(managed->child);
	remove_folder(managed);
	for (size_t i = 0; i < managed->env_count; i++)
		free(managed->env[i]);
	free(managed->folder);
	free(managed);
}
