#include "platform/environment.h"

#include "base/env.h"
#include "base/file.h"
#include "base/log.h"
#include "base/redact.h"
#include "base/text.h"
#include "codec/json.h"

#include <errno.h>
#include <string.h>

/* Makes a private folder in `parent`; 0 or an errno. */
static int make_folder_in(const char *parent, char **ret_folder)
{
	char *folder = pr_file_join(parent, "plan-runner.XXXXXX");

	if (!folder)
		return ENOMEM;
	if (!mkdtemp(folder)) {
		int problem = errno;

		free(folder);
		return problem;
	}
	*ret_folder = folder;
	return 0;
}

/* The last place is one that containers with a read-only root have, too. */
static int make_folder(struct pr_secret_files *files, struct pr_err *err)
{
	const char *const parents[] = {pr_env_get_set("TMPDIR"), "/tmp", "/dev/shm"};
	int first = 0;

	for (size_t i = 0; i < PR_LEN(parents) && !files->folder; i++) {
		int problem = parents[i] ? make_folder_in(parents[i], &files->folder) : 0;

		if (!first)
			first = problem;
	}
	if (files->folder)
		return 0;
	return pr_fail_errno(err, first,
		"no folder for secret files can be made in $TMPDIR, /tmp or /dev/shm: mount one "
		"(docker run --tmpfs /tmp)");
}

/* An absolute path of a file that stays below the folder that it is put in. */
static bool is_usable(const char *path)
{
	return path[0] == '/' && !pr_text_ends(path, "/") && !pr_text_ends(path, "/..") &&
	       !strstr(path, "/../");
}

/* Where the copy of a secret file stands. Caller frees. */
static char *copy_path(const struct pr_secret_files *files, const char *path)
{
	return pr_file_join(files->folder, path + 1);
}

static int write_secret_file(const struct pr_secret_files *files, const char *path,
	const char *value, struct pr_err *err)
{
	PR_AUTO(free) char *copy = NULL;
	char *slash;
	int rc;

	if (!is_usable(path))
		return pr_fail(
			err, PR_EPROTO, "secret file '%s' has no usable absolute path", path);
	copy = copy_path(files, path);
	if (!copy)
		return pr_fail_nomem(err);
	slash = strrchr(copy, '/');
	*slash = '\0';
	rc = pr_file_mkdirs(copy, 0700, err);
	*slash = '/';
	return rc ? rc : pr_file_replace(copy, value, strlen(value), 0600, false, err);
}

static int write_files(const json_t *secrets, struct pr_secret_files *files, struct pr_err *err)
{
	const json_t *secret;
	size_t i;
	int rc = 0;

	json_array_foreach (secrets, i, secret) {
		const char *value = pr_json_str(secret, "value");
		const char *path = pr_json_str(secret, "path");

		if (!value)
			continue;
		rc = pr_redact_add(value, err);
		if (!rc && path)
			rc = make_folder(files, err);
		if (!rc && path)
			rc = write_secret_file(files, path, value, err);
		if (rc)
			return rc;
	}
	return 0;
}

static bool is_secret_file(const json_t *secrets, const char *value)
{
	const json_t *secret;
	size_t i;

	json_array_foreach (secrets, i, secret) {
		if (pr_json_str(secret, "value") && pr_text_eq(pr_json_str(secret, "path"), value))
			return true;
	}
	return false;
}

static int set_variables(const json_t *list, const json_t *secrets,
	const struct pr_secret_files *files, struct pr_err *err)
{
	const json_t *item;
	size_t i;

	json_array_foreach (list, i, item) {
		const char *name = pr_json_str(item, "var_name");
		const char *value = pr_json_str(item, "value");
		PR_AUTO(free) char *copy = NULL;
		bool is_file;
		int rc;

		if (!name || !value || pr_json_str(item, "path"))
			continue;
		is_file = is_secret_file(secrets, value);
		if (is_file)
			copy = copy_path(files, value);
		if (is_file && !copy)
			return pr_fail_nomem(err);
		rc = pr_env_set(name, copy ? copy : value, err);
		if (rc)
			return rc;
	}
	return 0;
}

/* Something else than the platform may answer with an object, too: {"error": …}. */
static bool is_environment(const json_t *document)
{
	return json_object_get(document, "envvars") || json_object_get(document, "secrets");
}

int pr_environment_apply(const json_t *document, struct pr_secret_files *files, struct pr_err *err)
{
	const json_t *secrets = pr_json_array(document, "secrets");
	int rc;

	if (!is_environment(document))
		return pr_fail(err, PR_EPROTO, "the platform's answer is no environment");
	rc = write_files(secrets, files, err);
	if (!rc)
		rc = set_variables(pr_json_array(document, "envvars"), secrets, files, err);
	return rc ? rc : set_variables(secrets, secrets, files, err);
}

void pr_secret_files_remove(struct pr_secret_files *files)
{
	struct pr_err err = PR_ERR_INIT;

	if (files->folder && pr_file_remove_tree(files->folder, &err))
		pr_warn("The secret files are left: %s", err.msg);
	free(files->folder);
	files->folder = NULL;
}
