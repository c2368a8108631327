#include "platform/spool.h"

#include "base/env.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "base/uuid.h"
#include "codec/json.h"
#include "codec/json_write.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define SPOOL_MAX ((int64_t)64 << 20)

char *pr_spool_folder(void)
{
	const char *given = pr_env_get_set("PLAN_RUNNER_SPOOL");
	const char *state = pr_env_get_set("XDG_STATE_HOME");
	PR_AUTO(free) char *home = NULL;

	if (given)
		return pr_text_dup(given);
	if (state)
		return pr_file_join(state, "plan-runner/spool");
	home = pr_env_home();
	return home ? pr_file_join(home, ".local/state/plan-runner/spool") : NULL;
}

static int is_entry(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && pr_text_ends(entry->d_name, ".json");
}

static void free_names(struct dirent **names, int count)
{
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

static int64_t folder_bytes(const char *folder)
{
	struct dirent **names = NULL;
	int count = scandir(folder, &names, is_entry, alphasort);
	int64_t bytes = 0;

	for (int i = 0; i < count; i++) {
		PR_AUTO(free) char *path = pr_file_join(folder, names[i]->d_name);
		struct stat info;

		if (path && stat(path, &info) == 0)
			bytes += info.st_size;
	}
	if (count >= 0)
		free_names(names, count);
	return bytes;
}

/* The lock is taken on the file itself; replaced files are other files, so it is taken after
 * writing. */
static int lock(struct pr_spool_entry *entry, struct pr_err *err)
{
	entry->fd = open(entry->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (entry->fd < 0)
		return pr_fail_errno(err, errno, "cannot open '%s'", entry->path);
	if (flock(entry->fd, LOCK_EX | LOCK_NB))
		return pr_fail_errno(err, errno, "'%s' is in use", entry->path);
	return 0;
}

static int prepare_folder(size_t n, char **ret_folder, struct pr_err *err)
{
	PR_AUTO(free) char *folder = pr_spool_folder();

	if (!folder)
		return pr_fail(err, PR_ENOTFOUND, "no home for the spool: set PLAN_RUNNER_SPOOL");
	if (pr_file_mkdirs(folder, 0700, err))
		return PR_EIO;
	if (folder_bytes(folder) + (int64_t)n > SPOOL_MAX)
		return pr_fail(err, PR_ELIMIT,
			"the spool '%s' is full: run `plan-runner report resend`", folder);
	*ret_folder = pr_steal(folder);
	return 0;
}

/* The name is made of the execution's own identifier, checked, since it becomes a path. */
static char *entry_path(const char *folder, const json_t *document)
{
	char id[PR_UUID_SIZE];
	PR_AUTO(free) char *name = NULL;

	if (!pr_json_str(document, "execution") ||
		pr_uuid_parse(pr_json_str(document, "execution"), id, NULL))
		return NULL;
	name = pr_text_format("%s.json", id);
	return name ? pr_file_join(folder, name) : NULL;
}

int pr_spool_write(json_t *document, struct pr_spool_entry *entry, struct pr_err *err)
{
	static const struct pr_json_style style = {.redact = true};
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(free) char *folder = NULL;
	struct pr_spool_entry made = PR_SPOOL_ENTRY_INIT;
	int rc;

	made.document = document;
	pr_json_write(document, &style, &text);
	rc = pr_buf_check(&text, "the closing report", err);
	if (!rc)
		rc = prepare_folder(text.len, &folder, err);
	if (!rc && !(made.path = entry_path(folder, document)))
		rc = pr_fail(err, PR_EINVAL, "an entry of the spool needs its execution");
	if (!rc)
		rc = pr_file_replace(made.path, pr_buf_str(&text), text.len, 0600, false, err);
	if (!rc)
		rc = lock(&made, err);
	if (rc) {
		pr_spool_close(&made);
		return rc;
	}
	*entry = made;
	return 0;
}

void pr_spool_remove(struct pr_spool_entry *entry)
{
	if (entry->path && unlink(entry->path))
		pr_debug("cannot remove '%s'", entry->path);
	pr_spool_close(entry);
}

void pr_spool_close(struct pr_spool_entry *entry)
{
	if (entry->fd >= 0)
		close(entry->fd);
	free(entry->path);
	json_decref(entry->document);
	*entry = (struct pr_spool_entry)PR_SPOOL_ENTRY_INIT;
}

static int open_entry(
	const char *folder, const char *name, struct pr_spool_entry *entry, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT((size_t)SPOOL_MAX);
	static const struct pr_limits limits = {.document_bytes = (size_t)SPOOL_MAX, .depth = 128};
	int rc;

	entry->path = pr_file_join(folder, name);
	if (!entry->path)
		return pr_fail_nomem(err);
	rc = lock(entry, err);
	if (!rc)
		rc = pr_file_read(entry->path, &text, err);
	return rc ? rc
		  : pr_json_parse(pr_buf_str(&text), text.len, entry->path, &limits,
			    &entry->document, err);
}

static int visit(const char *folder, const char *name, pr_spool_fn *fn, void *arg)
{
	struct pr_spool_entry entry = PR_SPOOL_ENTRY_INIT;
	struct pr_err problem = PR_ERR_INIT;
	int rc = 0;

	if (open_entry(folder, name, &entry, &problem) == 0)
		rc = fn(arg, &entry);
	else if (problem.sys == EWOULDBLOCK)
		pr_debug("%s", problem.msg);
	else
		pr_warn("%s", problem.msg);
	pr_spool_close(&entry);
	return rc;
}

int pr_spool_each(pr_spool_fn *fn, void *arg, struct pr_err *err)
{
	PR_AUTO(free) char *folder = pr_spool_folder();
	struct dirent **names = NULL;
	int count;
	int rc = 0;

	if (!folder || !pr_file_exists(folder))
		return 0;
	count = scandir(folder, &names, is_entry, alphasort);
	if (count < 0)
		return pr_fail_errno(err, errno, "cannot read the spool '%s'", folder);
	for (int i = 0; i < count && !rc; i++)
		rc = visit(folder, names[i]->d_name, fn, arg);
	free_names(names, count);
	return rc;
}
