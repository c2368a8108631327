#include "engine/recovery.h"

#include "base/file.h"
#include "base/redact.h"
#include "base/text.h"
#include "codec/json.h"
#include "engine/journal.h"
#include "engine/recovery_owed.h"
#include "experiment/activities.h"

#include <errno.h>
#include <string.h>

static const char *const sections[] = {"configuration", "secrets"};

/* NULL: no memory. */
static json_t *names_of(const json_t *values)
{
	json_auto_t *names = json_array();
	const char *name;
	json_t *value;

	json_object_foreach (pr_json_mutable(values), name, value)
		if (json_array_append_new(names, json_string(name)))
			return NULL;
	return pr_steal(names);
}

json_t *pr_recovery_extension(
	const struct pr_strategies *strategies, const struct pr_recovery_variables *variables)
{
	json_auto_t *extension = json_pack("{s:s, s:s?}", "rollback-strategy",
		pr_rollback_strategy_name(strategies->rollbacks), "dry",
		pr_dry_name(strategies->dry));

	if (extension && variables &&
		json_object_size(variables->configuration) + json_object_size(variables->secrets) &&
		json_object_set_new(extension, "variables",
			json_pack("{s:o, s:o}", "configuration", names_of(variables->configuration),
				"secrets", names_of(variables->secrets))))
		return NULL;
	return pr_steal(extension);
}

static int check_journal(const json_t *journal, const char *path, struct pr_err *err)
{
	static const char *const lists[] = {"run", "rollbacks"};

	if (!pr_json_object(journal, "experiment") || !pr_json_str(journal, "start"))
		return pr_fail(err, PR_EINVAL, "'%s' is not the journal of an experiment", path);
	for (size_t i = 0; i < PR_LEN(lists); i++)
		if (!pr_json_array(journal, lists[i]))
			return pr_fail(err, PR_EINVAL,
				"'%s' is not the journal of an experiment: it has no list '%s'",
				path, lists[i]);
	return 0;
}

/* Reads again what nobody changes any more. */
static int read_journal(struct pr_recovery *recovery, const char *path,
	const struct pr_recovery_options *options, struct pr_err *err)
{
	struct pr_err why = PR_ERR_INIT;
	int r = pr_file_lock(path, &recovery->lock, &why);

	if (r && why.sys == EWOULDBLOCK)
		return pr_fail(err, PR_EIO,
			"'%s' is in use: its run is still alive, or another recovery is at work",
			path);
	if (r)
		return pr_fail(err, why.code, "%s", why.msg);
	if (!pr_file_is_regular(path))
		return pr_fail(err, PR_EINVAL, "'%s' is not a journal: it is no file", path);
	r = pr_journal_read(path, options->limits, &recovery->journal, err);
	return r ? r : check_journal(recovery->journal, path, err);
}

/* Whether a recovery before had begun to play rollbacks, and did not come to its end. */
static bool is_half_recovered(const json_t *journal)
{
	const json_t *extension = pr_json_object(journal, PR_JOURNAL_EXTENSION);
	const json_t *done = pr_json_array(extension, "recoveries");
	const json_t *last = json_array_get(done, json_array_size(done) - 1);

	return json_array_size(json_object_get(last, "rollbacks")) > 0 && !pr_json_str(last, "end");
}

static int decide_strategies(struct pr_recovery *recovery, const char *path,
	const struct pr_recovery_options *options, struct pr_err *err)
{
	const json_t *extension = pr_json_object(recovery->journal, PR_JOURNAL_EXTENSION);
	struct pr_strategy_flags flags = {
		.rollbacks = options->rollback_strategy,
		.dry = pr_json_str(extension, "dry"),
	};

	if (!flags.rollbacks && is_half_recovered(recovery->journal))
		flags.rollbacks = pr_rollback_strategy_name(PR_ROLLBACK_ALWAYS);
	if (!flags.rollbacks)
		flags.rollbacks = pr_json_str(extension, "rollback-strategy");
	if (!flags.rollbacks)
		return pr_fail(err, PR_EINVAL,
			"'%s' does not say with which rollback strategy its run was started: give "
			"--rollback-strategy",
			path);
	return pr_strategies_decide(NULL, NULL, &flags, &recovery->strategies, err);
}

/* Why a run that has no end owes no rollback at all; NULL: it may. */
static const char *reason_of(const struct pr_recovery *recovery)
{
	const json_t *journal = recovery->journal;

	if (recovery->strategies.rollbacks == PR_ROLLBACK_NEVER)
		return "the rollback strategy 'never' plays none";
	if (json_array_size(json_object_get(journal, "rollbacks")) > 0)
		return NULL;
	if (json_array_size(json_object_get(journal, "run")) == 0)
		return "its method had not begun";
	switch (recovery->strategies.rollbacks) {
	case PR_ROLLBACK_ALWAYS:
	case PR_ROLLBACK_NEVER:
		return NULL;
	case PR_ROLLBACK_DEVIATED:
		return json_is_true(json_object_get(journal, "deviated"))
			       ? NULL
			       : "the rollback strategy 'deviated' plays none, the experiment had "
				 "not deviated";
	case PR_ROLLBACK_DEFAULT:
		break;
	}
	return "the rollback strategy 'default' plays none after an interruption (with "
	       "--rollback-strategy always they are played)";
}

/* Whether text of the value has been redacted. */
static bool is_redacted(const json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;

	if (json_is_string(value))
		return strstr(json_string_value(value), PR_REDACTED) != NULL;
	json_object_foreach (pr_json_mutable(value), key, member) {
		if (is_redacted(member))
			return true;
	}
	json_array_foreach (pr_json_mutable(value), i, member) {
		if (is_redacted(member))
			return true;
	}
	return false;
}

static int check_redaction(const struct pr_recovery *recovery, struct pr_err *err)
{
	json_t *item;
	size_t i;

	json_array_foreach (recovery->owed, i, item) {
		const json_t *activity = pr_activity_resolve(recovery->document, item);

		if (is_redacted(activity))
			return pr_fail(err, PR_EINVAL,
				"rollback '%s' had a value that the journal has only redacted: "
				"give --experiment",
				pr_activity_name(activity));
	}
	for (i = 0; i < PR_LEN(sections); i++)
		if (is_redacted(json_object_get(recovery->document, sections[i])))
			return pr_fail(err, PR_EINVAL,
				"the experiment's %s had a value that the journal has only "
				"redacted: give --experiment",
				sections[i]);
	return 0;
}

/* The experiment has values of its own for these, which the run did not use. */
static int check_variables(const struct pr_recovery *recovery,
	const struct pr_recovery_variables *variables, struct pr_err *err)
{
	const json_t *extension = pr_json_object(recovery->journal, PR_JOURNAL_EXTENSION);
	const json_t *told = pr_json_object(extension, "variables");
	const json_t *given[] = {variables->configuration, variables->secrets};

	for (size_t i = 0; i < PR_LEN(sections); i++) {
		const json_t *declared = pr_json_object(recovery->document, sections[i]);
		const json_t *name;
		size_t k;

		json_array_foreach (pr_json_array(told, sections[i]), k, name) {
			const char *text = json_string_value(name);

			if (text && json_object_get(declared, text) &&
				!json_object_get(given[i], text))
				return pr_fail(err, PR_EINVAL,
					"the run was given '%s' of the %s by --var or --var-file: "
					"give it here as well",
					text, sections[i]);
		}
	}
	return 0;
}

/* Fills owed and notes; returns whether there are any, or a negative code. */
static int find_owed(struct pr_recovery *recovery, struct pr_err *err)
{
	const json_t *rollbacks = pr_document_rollbacks(recovery->document);
	int r;

	recovery->reason = reason_of(recovery);
	if (recovery->reason)
		return 0;
	r = pr_recovery_find_owed(recovery, err);
	if (r == 0 && json_array_size(recovery->owed) > 0)
		return 1;
	recovery->reason = json_array_size(rollbacks) > 0 ? "all had been played"
							  : "the experiment declares none";
	return r;
}

/* Whether the journal was ended by a recovery that played less than is asked for now. */
static bool is_reopened(
	const struct pr_recovery *recovery, const struct pr_recovery_options *options)
{
	const json_t *extension = pr_json_object(recovery->journal, PR_JOURNAL_EXTENSION);

	return options->rollback_strategy && pr_json_array(extension, "recoveries");
}

static int decide(struct pr_recovery *recovery, const char *path,
	const struct pr_recovery_options *options, struct pr_err *err)
{
	bool ended = pr_json_str(recovery->journal, "end") != NULL;
	int r;

	recovery->state = PR_RECOVERY_NOTHING;
	if (ended && !is_reopened(recovery, options)) {
		recovery->reason = pr_json_object(recovery->journal, PR_JOURNAL_EXTENSION)
					   ? "it has been recovered already"
					   : "its run came to its end";
		return 0;
	}
	r = decide_strategies(recovery, path, options, err);
	if (r == 0)
		r = find_owed(recovery, err);
	if (r < 0)
		return r;
	if (r > 0)
		recovery->state = PR_RECOVERY_OWED;
	else if (!ended)
		recovery->state = PR_RECOVERY_UNFINISHED;
	if (r == 0)
		return 0;
	r = options->document ? 0 : check_redaction(recovery, err);
	return r ? r : check_variables(recovery, &options->variables, err);
}

int pr_recovery_open(struct pr_recovery *recovery, const char *path,
	const struct pr_recovery_options *options, struct pr_err *err)
{
	int r = read_journal(recovery, path, options, err);

	if (r)
		return r;
	recovery->document =
		json_incref(options->document ? options->document
					      : json_object_get(recovery->journal, "experiment"));
	return decide(recovery, path, options, err);
}

void pr_recovery_release(struct pr_recovery *recovery)
{
	json_decref(recovery->journal);
	json_decref(recovery->document);
	json_decref(recovery->owed);
	json_decref(recovery->notes);
	pr_auto_close(&recovery->lock);
	*recovery = (struct pr_recovery)PR_RECOVERY_INIT;
}
