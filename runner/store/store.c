#include "store/store.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "store/database_private.h"
#include "store/store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

struct pr_store {
	struct pr_database *database;
	struct pr_seal *seal;
	int lock; /* of an SQLite file that this server has for itself, -1 for none */
};

static int take_lock(const char *path, int *ret_lock, struct pr_err *err)
{
	PR_AUTO(free) char *name = pr_text_format("%s.lock", path);
	struct pr_err why = PR_ERR_INIT;
	int fd;

	if (!name)
		return pr_fail_nomem(err);
	fd = open(name, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return pr_fail_errno(err, errno,
			"database '%s' cannot be opened: its folder must be there, and file and "
			"folder be this user's; cannot create '%s'",
			path, name);
	close(fd);
	if (!pr_file_lock(name, ret_lock, &why))
		return 0;
	if (why.sys == EWOULDBLOCK)
		return pr_fail(err, PR_EIO,
			"database '%s' is used by another server: end it, or use PostgreSQL for "
			"several servers",
			path);
	return pr_fail(err, why.code, "%s", why.msg);
}

/* What is done before a file of SQLite is opened. */
static int prepare_file(
	struct pr_store *store, const struct pr_store_options *options, struct pr_err *err)
{
	const char *path = pr_sqlite_path(options->database);

	if (!path || !*path)
		return 0;
	if (!options->create && !pr_file_exists(path))
		return pr_fail(err, PR_EIO, "there is no database '%s'", path);
	/* before a lock would be left beside it */
	if (pr_file_exists(path) && !pr_file_is_regular(path))
		return pr_fail(err, PR_EIO,
			"'%s' is no database: it is a folder, or no regular file", path);
	return options->exclusive ? take_lock(path, &store->lock, err) : 0;
}

static int open_parts(
	struct pr_store *store, const struct pr_store_options *options, struct pr_err *err)
{
	int rc = prepare_file(store, options, err);

	if (!rc)
		rc = pr_database_open(options->database, &store->database, err);
	if (!rc)
		rc = pr_store_set_up(store->database, options, &store->seal, err);
	return rc;
}

int pr_store_open(
	const struct pr_store_options *options, struct pr_store **ret_store, struct pr_err *err)
{
	struct pr_store *store = calloc(1, sizeof(*store));
	int rc;

	if (!store)
		return pr_fail_nomem(err);
	store->lock = -1;
	rc = open_parts(store, options, err);
	if (rc) {
		pr_store_close(store);
		return rc;
	}
	*ret_store = store;
	return 0;
}

void pr_store_close(struct pr_store *store)
{
	if (!store)
		return;
	pr_database_close(store->database);
	pr_seal_free(store->seal);
	if (store->lock >= 0)
		close(store->lock);
	free(store);
}

struct pr_database *pr_store_database(const struct pr_store *store)
{
	return store->database;
}

const struct pr_seal *pr_store_seal(const struct pr_store *store)
{
	return store->seal;
}

int pr_store_change(struct pr_store *store, struct pr_err *err)
{
	bool first = !pr_store_is_changing(store);
	int rc = first ? pr_database_begin(store->database, err) : 0;

	if (rc)
		return rc;
	rc = pr_database_mark(store->database, err);
	if (rc && first)
		pr_database_rollback(store->database);
	return rc;
}

int pr_store_keep(struct pr_store *store, struct pr_err *err)
{
	return pr_database_keep(store->database, err);
}

void pr_store_undo(struct pr_store *store)
{
	pr_database_undo(store->database);
}

bool pr_store_is_changing(const struct pr_store *store)
{
	return store->database->changing;
}

int pr_store_commit(struct pr_store *store, struct pr_err *err)
{
	return pr_store_is_changing(store) ? pr_database_commit(store->database, err) : 0;
}

int64_t pr_store_now(void)
{
	const struct pr_clock *clock = pr_clock_system();

	return clock->wall_us(clock->ctx);
}

json_t *pr_store_date(int64_t wall_us)
{
	char text[PR_STAMP_SIZE];
	char *offset;

	pr_stamp_iso6(text, wall_us);
	offset = strrchr(text, '+');
	if (offset)
		memcpy(offset, "Z", 2);
	return json_string(text);
}
