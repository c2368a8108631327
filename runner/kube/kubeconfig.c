#include "kube/kubeconfig.h"

#include "base/env.h"
#include "base/file.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/yaml.h"

#include <string.h>
#include <sys/stat.h>

/* Files that KUBECONFIG may name. */
#define FILES_MAX 64

void pr_kube_config_release(struct pr_kube_config *config)
{
	for (size_t i = 0; i < config->count; i++) {
		free(config->files[i].path);
		free(config->files[i].shown);
		json_decref(config->files[i].root);
	}
	free(config->files);
	memset(config, 0, sizeof *config);
}

/* With ~ for the home folder: shorter, and the same for everybody. */
static char *shorten(const char *path)
{
	PR_AUTO(free) char *home = pr_env_home();
	size_t n = home ? strlen(home) : 0;

	if (n > 1 && pr_text_starts(path, home) && path[n] == '/')
		return pr_text_format("~%s", path + n);
	return pr_text_dup(path);
}

static int check_root(struct pr_kube_config_file *file, struct pr_err *err)
{
	const char *kind = pr_json_str(file->root, "kind");

	if (json_is_null(file->root)) {
		json_decref(file->root);
		file->root = json_object();
		return file->root ? 0 : pr_fail_nomem(err);
	}
	if (!json_is_object(file->root))
		return pr_fail(err, PR_EINVAL,
			"'%s' is no kubeconfig: it holds one value of kind %s, not clusters and "
			"users",
			file->shown, pr_json_kind(file->root));
	if (kind && !pr_text_eq(kind, "Config"))
		return pr_fail(err, PR_EINVAL, "'%s' is no kubeconfig: its kind is '%s'",
			file->shown, kind);
	return 0;
}

static int parse(struct pr_kube_config_file *file, const struct pr_buf *text,
	const struct pr_limits *limits, struct pr_err *err)
{
	const char *bytes = pr_buf_str(text);
	bool is_json = bytes[strspn(bytes, " \t\r\n")] == '{';
	int rc = PR_EINVAL;

	/* what begins as JSON may be YAML in its flow style */
	if (is_json)
		rc = pr_json_parse(bytes, text->len, file->shown, limits, &file->root, NULL);
	if (rc)
		rc = pr_yaml_parse(bytes, text->len, file->shown, limits, &file->root, err);
	return rc ? rc : check_root(file, err);
}

static int read_file(struct pr_kube_config *config, const char *path,
	const struct pr_limits *limits, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(limits->document_bytes);
	struct pr_kube_config_file *file = &config->files[config->count];
	struct stat info;
	int rc = pr_file_read(path, &text, err);

	if (rc)
		return rc;
	config->count++;
	file->path = pr_text_dup(path);
	file->shown = shorten(path);
	if (!file->path || !file->shown)
		return pr_fail_nomem(err);
	file->exposed = stat(path, &info) == 0 && (info.st_mode & (S_IRGRP | S_IROTH));
	return parse(file, &text, limits, err);
}

static int read_list(struct pr_kube_config *config, const char *list,
	const struct pr_limits *limits, struct pr_err *err)
{
	int rc = 0;

	while (*list && !rc) {
		size_t n = strcspn(list, ":");
		PR_AUTO(free) char *path = pr_text_format("%.*s", (int)n, list);

		if (!path)
			return pr_fail_nomem(err);
		if (*path && pr_file_exists(path))
			rc = config->count < FILES_MAX
				     ? read_file(config, path, limits, err)
				     : pr_fail(err, PR_ELIMIT,
					       "KUBECONFIG names more than %d files: leave out "
					       "what is not needed",
					       FILES_MAX);
		list += n + (list[n] == ':');
	}
	return rc;
}

int pr_kube_config_read(struct pr_kube_config *config, const char *path,
	const struct pr_limits *limits, struct pr_err *err)
{
	const char *list = pr_env_get_set("KUBECONFIG");
	PR_AUTO(free) char *own = NULL;

	memset(config, 0, sizeof *config);
	config->files = calloc(FILES_MAX, sizeof *config->files);
	if (!config->files)
		return pr_fail_nomem(err);
	if (path)
		return read_file(config, path, limits, err);
	if (list)
		return read_list(config, list, limits, err);
	own = pr_file_expand_home("~/.kube/config");
	if (!own)
		return pr_fail_nomem(err);
	return pr_file_exists(own) ? read_file(config, own, limits, err) : 0;
}

bool pr_kube_config_is_empty(const struct pr_kube_config *config)
{
	for (size_t i = 0; i < config->count; i++) {
		const json_t *root = config->files[i].root;

		if (json_array_size(json_object_get(root, "clusters")) ||
			json_array_size(json_object_get(root, "contexts")))
			return false;
	}
	return !pr_kube_config_current(config);
}

const char *pr_kube_config_current(const struct pr_kube_config *config)
{
	for (size_t i = 0; i < config->count; i++) {
		const char *name = pr_json_str(config->files[i].root, "current-context");

		if (name && *name)
			return name;
	}
	return NULL;
}

/* "clusters" of a file; NULL: none. */
static int list_of(const struct pr_kube_config_file *file, const char *kind, json_t **ret_list,
	struct pr_err *err)
{
	char key[16];
	json_t *list;

	pr_text_print(key, sizeof key, "%ss", kind);
	list = json_object_get(file->root, key);
	if (list && !json_is_array(list) && !json_is_null(list))
		return pr_fail(err, PR_EINVAL, "'%s': %s is no list but of kind %s", file->shown,
			key, pr_json_kind(list));
	*ret_list = json_is_array(list) ? list : NULL;
	return 0;
}

char *pr_kube_config_names(const struct pr_kube_config *config, const char *kind)
{
	PR_AUTO(buf) struct pr_buf names = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	json_t *list = NULL;
	json_t *item;
	size_t k;

	for (size_t i = 0; i < config->count; i++) {
		if (list_of(&config->files[i], kind, &list, NULL))
			continue;
		json_array_foreach (list, k, item) {
			const char *name = pr_json_str(item, "name");

			if (name)
				pr_buf_addf(&names, "%s%s", names.len ? ", " : "", name);
		}
	}
	return pr_buf_take(&names);
}

/* The entry in one file; its value stays NULL where there is none. */
static int find_in(
	const struct pr_kube_config_file *file, struct pr_kube_entry *entry, struct pr_err *err)
{
	json_t *list = NULL;
	json_t *item;
	size_t i;
	int rc = list_of(file, entry->kind, &list, err);

	if (rc)
		return rc;
	json_array_foreach (list, i, item) {
		const char *name = pr_json_str(item, "name");

		if (!name || !pr_text_eq(name, entry->name))
			continue;
		if (entry->value)
			return pr_kube_entry_fail(entry, err, "is there twice");
		entry->file = file;
		entry->value = json_object_get(item, entry->kind);
		if (!json_is_object(entry->value))
			return pr_kube_entry_fail(
				entry, err, "has no '%s' with its settings", entry->kind);
	}
	return 0;
}

int pr_kube_config_find(const struct pr_kube_config *config, const char *kind, const char *name,
	struct pr_kube_entry *ret_entry, struct pr_err *err)
{
	struct pr_kube_entry entry = {.kind = kind, .name = name};
	PR_AUTO(free) char *names = NULL;

	for (size_t i = 0; i < config->count && !entry.value; i++) {
		int rc = find_in(&config->files[i], &entry, err);

		if (rc)
			return rc;
	}
	if (entry.value) {
		*ret_entry = entry;
		return 0;
	}
	names = pr_kube_config_names(config, kind);
	return pr_fail(err, PR_EINVAL, "'%s' has no %s '%s': there is %s",
		config->count ? config->files[0].shown : "kubeconfig", kind, name,
		names && *names ? names : "none");
}
