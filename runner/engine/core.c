#include "engine/core.h"

#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"

struct pr_activity_env pr_core_env(const struct pr_core *core)
{
	struct pr_activity_env env = {
		.loop = core->loop,
		.scope = {.configuration = core->view.configuration, .secrets = core->view.secrets},
		.limits = &core->limits,
		.ca_file = core->ca_file,
		.load_results = core->load_results,
		.pauses = core->view.pauses,
		.traceparent = core->traceparent,
	};

	return env;
}

void pr_core_set_status(struct pr_core *core, const char *status)
{
	core->status = status;
	if (core->view.journal)
		json_object_set_new(core->view.journal, "status", json_string(status));
}

void pr_core_set_deviated(struct pr_core *core)
{
	core->deviated = true;
	json_object_set_new(core->view.journal, "deviated", json_true());
}

bool pr_core_is_stopping(const struct pr_core *core)
{
	static const char *const stopping[] = {"aborted", "failed", "interrupted"};

	return core->status && pr_text_index(core->status, stopping, PR_LEN(stopping)) >= 0;
}

/* Losing the file must not lose the run: its hooks still report it. */
static void core_note(struct pr_core *core, int status, const struct pr_err *err)
{
	if (status == 0 || core->journal_failed)
		return;
	core->journal_failed = true;
	pr_warn("The journal could not be written: %s", err->msg);
}

void pr_core_touch(struct pr_core *core, json_t *entry, const char *list, size_t index)
{
	struct pr_err err = PR_ERR_INIT;

	core_note(core, pr_journal_touch(core->journal, entry, list, index, &err), &err);
}

void pr_core_flush(struct pr_core *core)
{
	struct pr_err err = PR_ERR_INIT;

	core_note(core, pr_journal_flush(core->journal, &err), &err);
}
