#include "kube/kubeconfig.h"

#include "base/escape.h"
#include "base/file.h"
#include "base/text.h"
#include "codec/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PEM_MAX ((size_t)1 << 20)

int pr_kube_entry_fail(const struct pr_kube_entry *entry, struct pr_err *err, const char *fmt, ...)
{
	char text[300];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	return pr_fail(err, PR_EINVAL, "'%s': %s '%s' %s", entry->file->shown, entry->kind,
		entry->name, text);
}

int pr_kube_entry_text(const struct pr_kube_entry *entry, const char *key, const char **ret_text,
	struct pr_err *err)
{
	const json_t *value = json_object_get(entry->value, key);
	const char *text = json_string_value(value);

	if (value && !text && !json_is_null(value))
		return pr_kube_entry_fail(entry, err, "has a '%s' that is no text but of kind %s%s",
			key, pr_json_kind(value),
			json_is_number(value) ? ": put it in quotes" : "");
	*ret_text = text && *text ? text : NULL;
	return 0;
}

int pr_kube_entry_flag(
	const struct pr_kube_entry *entry, const char *key, bool *ret_on, struct pr_err *err)
{
	const json_t *value = json_object_get(entry->value, key);

	if (value && !json_is_boolean(value) && !json_is_null(value))
		return pr_kube_entry_fail(
			entry, err, "has a '%s' that is neither true nor false", key);
	*ret_on = json_is_true(value);
	return 0;
}

/* A relative path starts at the folder of the file that has it. */
static char *resolve(const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');

	if (*path == '/' || !slash)
		return pr_text_dup(path);
	return pr_text_format("%.*s/%s", (int)(slash - file), file, path);
}

int pr_kube_entry_path(
	const struct pr_kube_entry *entry, const char *key, char **ret_path, struct pr_err *err)
{
	const char *text = NULL;
	int rc = pr_kube_entry_text(entry, key, &text, err);

	*ret_path = NULL;
	if (rc || !text)
		return rc;
	*ret_path = resolve(entry->file->path, text);
	return *ret_path ? 0 : pr_fail_nomem(err);
}

/* The bytes of `key`-data, or of the file of `key`; `ret_name` is the one of both there is, or
 * NULL.
 */
static int read_pem(const struct pr_kube_entry *entry, const char *const keys[2],
	struct pr_buf *pem, const char **ret_name, struct pr_err *err)
{
	PR_AUTO(free) char *path = NULL;
	const char *text = NULL;
	int rc = pr_kube_entry_text(entry, keys[0], &text, err);

	rc = rc || text ? rc : pr_kube_entry_path(entry, keys[1], &path, err);
	if (rc)
		return rc;
	*ret_name = text ? keys[0] : path ? keys[1] : NULL;
	if (text && pr_escape_base64_decode(text, pem))
		return pr_kube_entry_fail(entry, err, "has a '%s' that is no base64", keys[0]);
	if (path && pr_file_read(path, pem, err))
		return pr_wrap(err, "'%s': %s '%s': %s", entry->file->shown, entry->kind,
			entry->name, keys[1]);
	return 0;
}

int pr_kube_entry_pem(
	const struct pr_kube_entry *entry, const char *key, char **ret_pem, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf pem = PR_BUF_INIT(PEM_MAX);
	const char *name = NULL;
	char data[64];
	int rc;

	*ret_pem = NULL;
	pr_text_print(data, sizeof data, "%s-data", key);
	rc = read_pem(entry, (const char *const[]){data, key}, &pem, &name, err);
	if (rc || !name)
		return rc;
	if (!strstr(pr_buf_str(&pem), "-----BEGIN "))
		return pr_kube_entry_fail(
			entry, err, "has a '%s' that holds no PEM (-----BEGIN …)", name);
	*ret_pem = pr_buf_take(&pem);
	return *ret_pem ? 0 : pr_fail_nomem(err);
}
