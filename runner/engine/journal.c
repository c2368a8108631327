#include "engine/journal.h"

#include "base/clock.h"
#include "codec/json.h"
#include "engine/host.h"
#include "engine/journal_file.h"

struct pr_journal {
	struct pr_loop *loop;
	json_t *value;
	struct pr_journal_file *file; /* NULL: in memory only */
	int64_t start_us;             /* wall time */
};

/* The members of a journal whose run has just begun, in upstream's order. NULL: no memory. */
static json_t *value_new(json_t *document, int64_t start_us)
{
	char platform[PR_HOST_SIZE];
	char node[PR_HOST_SIZE];
	char start[PR_STAMP_SIZE];

	pr_host_platform(platform);
	pr_host_node(node);
	pr_stamp_iso(start, start_us);
	return json_pack("{s:s, s:s, s:s, s:O, s:s, s:n, s:b, s:{s:n, s:n, s:[]}, s:[], s:[]}",
		"chaoslib-version", PR_JOURNAL_UPSTREAM_VERSION, "platform", platform, "node", node,
		"experiment", document, "start", start, "status", "deviated", 0, "steady_states",
		"before", "after", "during", "run", "rollbacks");
}

static int journal_make(struct pr_loop *loop, json_t *value, const char *path,
	struct pr_journal **ret_journal, struct pr_err *err)
{
	struct pr_journal *journal = value ? calloc(1, sizeof(*journal)) : NULL;
	const char *start = pr_json_str(value, "start");
	int r = 0;

	if (!journal)
		return pr_fail_nomem(err);
	journal->loop = loop;
	journal->value = json_incref(value);
	if (!pr_stamp_read(start, &journal->start_us))
		journal->start_us = pr_loop_wall_us(loop);
	if (path)
		r = pr_journal_file_new(path, value, &journal->file, err);
	if (r) {
		pr_journal_free(journal);
		return r;
	}
	*ret_journal = journal;
	return 0;
}

int pr_journal_new(struct pr_loop *loop, const struct pr_journal_origin *origin,
	struct pr_journal **ret_journal, struct pr_err *err)
{
	json_auto_t *value = value_new(origin->document, pr_loop_wall_us(loop));

	if (value && origin->extension &&
		json_object_set(value, PR_JOURNAL_EXTENSION, origin->extension))
		return pr_fail_nomem(err);
	return journal_make(loop, value, origin->path, ret_journal, err);
}

int pr_journal_resume(struct pr_loop *loop, json_t *value, const char *path,
	struct pr_journal **ret_journal, struct pr_err *err)
{
	return journal_make(loop, value, path, ret_journal, err);
}

void pr_journal_free(struct pr_journal *journal)
{
	if (!journal)
		return;
	pr_journal_file_free(journal->file);
	json_decref(journal->value);
	free(journal);
}

json_t *pr_journal_value(const struct pr_journal *journal)
{
	return journal->value;
}

int pr_journal_touch(struct pr_journal *journal, json_t *entry, const char *list, size_t index,
	struct pr_err *err)
{
	if (!journal->file)
		return 0;
	return pr_journal_file_touch(journal->file, journal->value, entry, list, index, err);
}

int pr_journal_flush(struct pr_journal *journal, struct pr_err *err)
{
	return journal->file ? pr_journal_file_replace(journal->file, journal->value, err) : 0;
}

int pr_journal_end(struct pr_journal *journal, struct pr_err *err)
{
	int64_t now_us = pr_loop_wall_us(journal->loop);
	double seconds = (double)(now_us - journal->start_us) / 1e6;
	char stamp[PR_STAMP_SIZE];
	int r;

	json_object_del(journal->value, PR_JOURNAL_EXTENSION);
	pr_stamp_iso(stamp, now_us);
	r = pr_json_set(journal->value, "end", json_string(stamp), err);
	if (r)
		return r;
	return pr_json_set(journal->value, "duration", json_real(seconds > 0 ? seconds : 0), err);
}

int pr_journal_close(struct pr_journal *journal, struct pr_err *err)
{
	return journal->file ? pr_journal_file_close(journal->file, journal->value, err) : 0;
}

int pr_journal_read(
	const char *path, const struct pr_limits *limits, json_t **ret_journal, struct pr_err *err)
{
	return pr_journal_file_read(path, limits, ret_journal, err);
}

int pr_journal_fold(const char *path, const json_t *journal, int *lock, struct pr_err *err)
{
	return pr_journal_file_fold(path, journal, lock, err);
}
