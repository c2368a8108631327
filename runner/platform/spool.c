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

	return given ? pr_text_dup(given) : pr_env_state("spool");
}

static int is_entry(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && pr_text_ends(entry->d_name, ".json");
}

/* One file of the folder. */
struct listed {
	char *path;
	int64_t bytes;
	int64_t written_us;
};

/* The files of the folder, oldest first. */
struct listing {
	struct listed *files;
	size_t count;
};

static void release_listing(struct listing *listing)
{
	for (size_t i = 0; i < listing->count; i++)
		free(listing->files[i].path);
	free(listing->files);
}

static int by_age(const void *left, const void *right)
{
	const struct listed *a = left;
	const struct listed *b = right;

	if (a->written_us != b->written_us)
		return a->written_us < b->written_us ? -1 : 1;
	return strcmp(a->path, b->path);
}

/* Adds the file, unless it has gone meanwhile. */
static int add_file(struct listing *listing, const char *folder, const char *name)
{
	struct listed *file = &listing->files[listing->count];
	PR_AUTO(free) char *path = pr_file_join(folder, name);
	struct stat info;

	if (!path)
		return PR_ENOMEM;
	if (lstat(path, &info) || !S_ISREG(info.st_mode))
		return 0;
	file->bytes = info.st_size;
	file->written_us = (int64_t)info.st_mtim.tv_sec * 1000000 + info.st_mtim.tv_nsec / 1000;
	file->path = pr_steal(path);
	listing->count++;
	return 0;
}

static int list_folder(const char *folder, struct listing *listing, struct pr_err *err)
{
	struct dirent **names = NULL;
	int count = scandir(folder, &names, is_entry, alphasort);
	int rc = 0;

	if (count < 0)
		return pr_fail_errno(err, errno, "cannot read the spool '%s'", folder);
	listing->files = calloc((size_t)count + 1, sizeof *listing->files);
	for (int i = 0; i < count; i++) {
		if (!rc)
			rc = listing->files ? add_file(listing, folder, names[i]->d_name)
					    : PR_ENOMEM;
		free(names[i]);
	}
	free(names);
	if (rc) {
		release_listing(listing);
		*listing = (struct listing){.files = NULL};
		return pr_fail_nomem(err);
	}
	if (listing->count)
		qsort(listing->files, listing->count, sizeof *listing->files, by_age);
	return 0;
}

static int check_room(const char *folder, size_t n, struct pr_err *err)
{
	struct listing listing = {.files = NULL};
	int64_t bytes = (int64_t)n;

	if (list_folder(folder, &listing, err))
		return PR_EIO;
	for (size_t i = 0; i < listing.count; i++)
		bytes += listing.files[i].bytes;
	release_listing(&listing);
	if (bytes > SPOOL_MAX)
		return pr_fail(err, PR_ELIMIT,
			"the spool '%s' is full: run `plan-runner report resend`", folder);
	return 0;
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
	int rc;

	if (!folder)
		return pr_fail(err, PR_ENOTFOUND, "no home for the spool: set PLAN_RUNNER_SPOOL");
	if (pr_file_mkdirs(folder, 0700, err))
		return PR_EIO;
	rc = check_room(folder, n, err);
	if (rc)
		return rc;
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

static int open_entry(const struct listed *file, struct pr_spool_entry *entry, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT((size_t)SPOOL_MAX);
	static const struct pr_limits limits = {
		.document_bytes = (size_t)SPOOL_MAX, .depth = 128, .alias_nodes = 0};
	int rc;

	entry->written_us = file->written_us;
	entry->path = pr_text_dup(file->path);
	if (!entry->path)
		return pr_fail_nomem(err);
	rc = lock(entry, err);
	if (!rc)
		rc = pr_file_read(entry->path, &text, err);
	return rc ? rc
		  : pr_json_parse(pr_buf_str(&text), text.len, entry->path, &limits,
			    &entry->document, err);
}

/* What somebody else has open, or has delivered meanwhile, is none of our business. */
static bool is_elsewhere(const struct pr_err *problem)
{
	return problem->sys == EWOULDBLOCK || problem->code == PR_ENOTFOUND;
}

static int visit(const struct listed *file, pr_spool_fn *fn, void *arg)
{
	struct pr_spool_entry entry = PR_SPOOL_ENTRY_INIT;
	struct pr_err problem = PR_ERR_INIT;
	int rc = 0;

	if (open_entry(file, &entry, &problem) == 0)
		rc = fn(arg, &entry);
	else if (is_elsewhere(&problem))
		pr_debug("%s", problem.msg);
	else
		pr_warn("%s", problem.msg);
	pr_spool_close(&entry);
	return rc;
}

int pr_spool_each(pr_spool_fn *fn, void *arg, struct pr_err *err)
{
	struct listing listing = {.files = NULL};
	PR_AUTO(free) char *folder = pr_spool_folder();
	int rc = 0;

	if (!folder || !pr_file_exists(folder))
		return 0;
	if (list_folder(folder, &listing, err))
		return PR_EIO;
	for (size_t i = 0; i < listing.count && !rc; i++)
		rc = visit(&listing.files[i], fn, arg);
	release_listing(&listing);
	return rc;
}
