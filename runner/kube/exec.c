#include "kube/exec.h"

#include "base/file.h"
#include "base/text.h"
#include "codec/json.h"
#include "kube/exec_private.h"

#include <string.h>

#define VERSIONS "client.authentication.k8s.io/"

void pr_kube_credentials_release(struct pr_kube_credentials *credentials)
{
	free(credentials->token);
	free(credentials->certificate);
	free(credentials->key);
	memset(credentials, 0, sizeof *credentials);
}

void pr_kube_exec_free(struct pr_kube_exec *exec)
{
	if (!exec)
		return;
	for (size_t i = 0; exec->env && exec->env[i]; i++)
		free(exec->env[i]);
	free(exec->env);
	free(exec->argv);
	free(exec->program);
	free(exec->name);
	free(exec->shown);
	json_decref(exec->spec);
	free(exec);
}

static int check_version(struct pr_kube_exec *exec, struct pr_err *err)
{
	exec->version = pr_json_str(exec->spec, "apiVersion");
	if (pr_text_eq(exec->version, VERSIONS "v1") ||
		pr_text_eq(exec->version, VERSIONS "v1beta1"))
		return 0;
	return pr_kube_entry_fail(exec->user, err,
		"has an exec with apiVersion '%s', not " VERSIONS "v1 or v1beta1: have the "
		"kubeconfig written anew (aws eks update-kubeconfig and the like)",
		exec->version ? exec->version : "");
}

/* As a shell finds it, or from the folder of the kubeconfig. */
static int find_program(struct pr_kube_exec *exec, struct pr_err *err)
{
	const char *hint = pr_json_str(exec->spec, "installHint");
	const char *slash = strrchr(exec->user->file->path, '/');
	PR_AUTO(free) char *path = NULL;

	exec->command = pr_json_str(exec->spec, "command");
	if (!exec->command || !*exec->command)
		return pr_kube_entry_fail(exec->user, err, "has an exec without a command");
	if (*exec->command != '/' && strchr(exec->command, '/') && slash)
		path = pr_text_format("%.*s/%s", (int)(slash - exec->user->file->path),
			exec->user->file->path, exec->command);
	else
		path = pr_text_dup(exec->command);
	if (!path)
		return pr_fail_nomem(err);
	exec->program = pr_file_find_program(path);
	if (exec->program)
		return 0;
	return pr_fail(err, PR_ENOTFOUND,
		"'%s': user '%s' gets its credentials from the program '%s', which is not "
		"there%s%s",
		exec->shown, exec->name, exec->command, hint ? ": " : "", hint ? hint : "");
}

static int make_arguments(struct pr_kube_exec *exec, struct pr_err *err)
{
	const json_t *list = json_object_get(exec->spec, "args");
	size_t i;
	json_t *item;

	if (list && !json_is_array(list) && !json_is_null(list))
		return pr_kube_entry_fail(exec->user, err, "has 'args' that are no list");
	exec->argv = calloc(json_array_size(list) + 2, sizeof *exec->argv);
	if (!exec->argv)
		return pr_fail_nomem(err);
	exec->argv[0] = exec->program;
	json_array_foreach (pr_json_mutable(list), i, item) {
		if (!json_is_string(item))
			return pr_kube_entry_fail(
				exec->user, err, "has 'args' of which one is no text");
		exec->argv[i + 1] = (char *)(uintptr_t)json_string_value(item);
	}
	return 0;
}

static int prepare(
	struct pr_kube_exec *exec, const struct pr_kube_cluster *cluster, struct pr_err *err)
{
	int rc = check_version(exec, err);

	if (!rc && pr_text_eq(pr_json_str(exec->spec, "interactiveMode"), "Always"))
		rc = pr_kube_entry_fail(exec->user, err,
			"has an exec that wants to ask somebody ('interactiveMode: Always'), which "
			"is not possible here");
	rc = rc ? rc : find_program(exec, err);
	rc = rc ? rc : make_arguments(exec, err);
	return rc ? rc : pr_kube_exec_environment(exec, cluster, err);
}

int pr_kube_exec_new(const struct pr_kube_cluster *cluster, const struct pr_kube_entry *user,
	struct pr_kube_exec **ret_exec, struct pr_err *err)
{
	struct pr_kube_exec *exec = calloc(1, sizeof *exec);
	int rc;

	if (!exec)
		return pr_fail_nomem(err);
	exec->user = user;
	exec->spec = json_incref(json_object_get(user->value, "exec"));
	exec->shown = pr_text_dup(user->file->shown);
	exec->name = pr_text_dup(user->name);
	rc = exec->shown && exec->name ? prepare(exec, cluster, err) : pr_fail_nomem(err);
	exec->user = NULL;
	if (rc)
		pr_kube_exec_free(exec);
	else
		*ret_exec = exec;
	return rc;
}
