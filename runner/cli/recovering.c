#include "cli/recovering.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "engine/journal.h"
#include "experiment/activities.h"
#include "experiment/variables.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NAMES_MAX 1000
#define TEXT_BYTES 65536

/* What became of the rollbacks. */
struct tally {
	size_t owed;
	size_t succeeded;
	size_t failed;
};

static struct tally tally_of(const struct pr_recovery *recovery, size_t before)
{
	const json_t *entries = json_object_get(recovery->journal, "rollbacks");
	struct tally tally = {.owed = json_array_size(recovery->owed)};

	for (size_t i = before; i < json_array_size(entries); i++) {
		const char *status = pr_json_str(json_array_get(entries, i), "status");

		tally.succeeded += pr_text_eq(status, "succeeded");
		tally.failed += pr_text_eq(status, "failed");
	}
	return tally;
}

static void announce(const struct pr_recovering *how, const struct pr_recovery *recovery)
{
	if (recovery->state == PR_RECOVERY_NOTHING)
		pr_info("Nothing to recover in '%s': %s", how->path, recovery->reason);
	else if (recovery->state == PR_RECOVERY_UNFINISHED)
		pr_info("The run of '%s' did not come to its end. No rollbacks are owed: %s",
			how->path, recovery->reason);
	else
		pr_info("The run of '%s' did not come to its end. Rollbacks that are owed: %zu "
			"(strategy '%s')",
			how->path, json_array_size(recovery->owed),
			pr_rollback_strategy_name(recovery->strategies.rollbacks));
}

/* The last line, and the verdict. */
static int conclude(const struct pr_recovering *how, const struct tally *tally,
	const json_t *journal, struct pr_err *err)
{
	size_t played = tally->succeeded + tally->failed;

	if (!pr_json_str(journal, "end"))
		return pr_fail(err, PR_ECANCELED,
			"The recovery of '%s' was interrupted: %zu of %zu rollbacks were played, "
			"recover it again",
			how->path, played, tally->owed);
	if (tally->succeeded < tally->owed)
		return pr_fail(err, PR_EINVAL,
			"'%s' is complete, but %zu of %zu rollbacks did not succeed", how->path,
			tally->owed - tally->succeeded, tally->owed);
	pr_info("'%s' is complete: status interrupted, rollbacks played: %zu", how->path, played);
	return 0;
}

int pr_recovering_run(
	const struct pr_recovering *how, struct pr_recovery *recovery, struct pr_err *err)
{
	struct pr_run_options options = {.document = recovery->document,
		.settings = how->settings,
		.var_configuration = how->variables->configuration,
		.var_secrets = how->variables->secrets,
		.strategies = recovery->strategies,
		.limits = *how->limits,
		.journal_path = how->path,
		.ca_file = how->ca_file,
		.recovery = recovery};
	size_t before = json_array_size(json_object_get(recovery->journal, "rollbacks"));
	struct pr_execution execution = {.crashed = false};
	struct tally tally;
	int rc;

	announce(how, recovery);
	if (recovery->state == PR_RECOVERY_NOTHING)
		return 0;
	rc = pr_execution_run(how->signals, &options, NULL, &execution, err);
	tally = tally_of(recovery, before);
	if (!rc && execution.crashed &&
		(tally.succeeded == tally.owed || !pr_json_str(recovery->journal, "end")))
		rc = pr_fail(err, PR_EINVAL, "'%s' could not be recovered: %s", how->path,
			execution.error.msg);
	else if (!rc)
		rc = conclude(how, &tally, recovery->journal, err);
	pr_execution_release(&execution);
	return rc;
}

/* "journal-20261120T162456Z.json" for "journal.json", with a number where that exists. */
static char *kept_name(const char *path, const char *start)
{
	size_t stem = strlen(path) - (pr_text_ends(path, ".json") ? strlen(".json") : 0);
	char stamp[PR_STAMP_SIZE] = "before";
	struct tm tm = {0};
	int64_t us;
	time_t seconds;

	if (pr_stamp_read(start, &us)) {
		seconds = (time_t)(us / 1000000);
		gmtime_r(&seconds, &tm);
		strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &tm);
	}
	for (int i = 1; i < NAMES_MAX; i++) {
		char number[16] = "";
		PR_AUTO(free) char *name = NULL;

		if (i > 1)
			pr_text_print(number, sizeof number, "-%d", i);
		name = pr_text_format("%.*s-%s%s%s", (int)stem, path, stamp, number, path + stem);
		if (!name || !pr_file_exists(name))
			return pr_steal(name);
	}
	return NULL;
}

/*
 * Gives the journal another name; *ret_name is owned by the caller. It is one file before: of two
 * renames a kill could do one.
 */
static int keep(
	const char *path, const json_t *journal, int *lock, char **ret_name, struct pr_err *err)
{
	PR_AUTO(free) char *name = kept_name(path, pr_json_str(journal, "start"));
	int rc;

	if (!name)
		return pr_fail(err, PR_EIO, "there is no free name to keep '%s' under", path);
	rc = pr_journal_fold(path, journal, lock, err);
	if (rc)
		return rc;
	if (rename(path, name))
		return pr_fail_errno(err, errno, "cannot keep '%s' as '%s'", path, name);
	*ret_name = pr_steal(name);
	return 0;
}

/* Titles of journals are substituted, so one with variables fits when the method does. */
static bool is_same_experiment(const json_t *left, const json_t *document)
{
	return json_equal(json_object_get(left, "title"), json_object_get(document, "title")) ||
	       json_equal(pr_document_method(left), pr_document_method(document));
}

static int recover_and_keep(const struct pr_recovering *how, struct pr_recovery *recovery,
	const json_t *document, struct pr_err *err)
{
	const json_t *left = json_object_get(recovery->journal, "experiment");
	PR_AUTO(free) char *name = NULL;
	struct pr_err of_keep = PR_ERR_INIT;
	int rc;

	if (!is_same_experiment(left, document))
		return pr_fail(err, PR_EINVAL,
			"'%s' was left by a run of another experiment ('%s'): recover that one, or "
			"give another --journal-path",
			how->path, pr_json_str(left, "title") ? pr_json_str(left, "title") : "");
	rc = pr_recovering_run(how, recovery, err);
	/* However it went: a run would write over it. */
	if (!pr_json_str(recovery->journal, "end"))
		return rc;
	if (keep(how->path, recovery->journal, &recovery->lock, &name, &of_keep))
		return rc ? rc : pr_fail(err, PR_EIO, "%s", of_keep.msg);
	pr_info("The recovered journal is kept as '%s'", name);
	return rc;
}

int pr_recovering_first(const struct pr_recovering *how, const json_t *document, struct pr_err *err)
{
	struct pr_recovery recovery = PR_RECOVERY_INIT;
	struct pr_recovery_options options = {.limits = how->limits,
		.variables = {how->variables->configuration, how->variables->secrets}};
	int rc = 0;

	if (!how->path || !pr_file_exists(how->path))
		return 0;
	rc = pr_recovery_open(&recovery, how->path, &options, err);
	if (!rc && recovery.state != PR_RECOVERY_NOTHING)
		rc = recover_and_keep(how, &recovery, document, err);
	pr_recovery_release(&recovery);
	return rc;
}

/*
 * Whether the file has the member of a journal under way: most have not, and are not parsed. It may
 * be far from the end, since a journal has one line and more for each rollback it recovered.
 */
static bool may_be_unfinished(const char *path)
{
	static const char member[] = "\"" PR_JOURNAL_EXTENSION "\"";
	char text[TEXT_BYTES];
	PR_AUTO(close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat info;
	size_t kept = 0; /* the end of what was read before: the member may begin there */
	ssize_t n;

	if (fd < 0 || fstat(fd, &info) || !S_ISREG(info.st_mode))
		return false;
	while ((n = read(fd, text + kept, sizeof text - kept)) > 0) {
		size_t have = kept + (size_t)n;

		if (memmem(text, have, member, sizeof member - 1))
			return true;
		kept = have < sizeof member ? have : sizeof member;
		memmove(text, text + have - kept, kept);
	}
	return false;
}

int pr_recovering_keep(const char *path, struct pr_err *err)
{
	static const struct pr_limits limits = PR_LIMITS_DEFAULT;
	PR_AUTO(free) char *name = NULL;
	PR_AUTO(close) int lock = -1;
	json_auto_t *journal = NULL;
	struct pr_err of_lock = PR_ERR_INIT;
	int rc;

	if (!path || !may_be_unfinished(path))
		return 0;
	rc = pr_file_lock(path, &lock, &of_lock);
	if (rc && of_lock.sys == EWOULDBLOCK)
		pr_warn("'%s' is being written by another run that is alive: only the last one to "
			"write it is kept, give each its own --journal-path",
			path);
	if (rc || pr_journal_read(path, &limits, &journal, NULL))
		return 0;
	if (pr_json_str(journal, "end") || !pr_json_object(journal, PR_JOURNAL_EXTENSION))
		return 0;
	rc = keep(path, journal, &lock, &name, err);
	if (!rc)
		pr_warn("'%s' was left by a run that did not come to its end. It is kept as '%s': "
			"'recover' plays the rollbacks that it may still owe",
			path, name);
	return rc;
}
