#include "engine/run.h"

#include "base/file.h"
#include "base/text.h"
#include "codec/json.h"
#include "engine/run_private.h"

#include <string.h>

static int copy_text(const char *text, char **ret_copy, struct pr_err *err)
{
	if (!text)
		return 0;
	*ret_copy = pr_text_dup(text);
	return *ret_copy ? 0 : pr_fail_nomem(err);
}

/* json_incref for what is only read. */
static json_t *share(const json_t *value)
{
	return json_incref((json_t *)(uintptr_t)value);
}

static int copy_hooks(
	struct pr_core *core, const struct pr_run_options *options, struct pr_err *err)
{
	if (options->hook_count == 0)
		return 0;
	core->hooks = calloc(options->hook_count, sizeof(*core->hooks));
	if (!core->hooks)
		return pr_fail_nomem(err);
	memcpy(core->hooks, options->hooks, options->hook_count * sizeof(*core->hooks));
	core->hook_count = options->hook_count;
	return 0;
}

static void fill_view(struct pr_run *run, const struct pr_run_options *options)
{
	struct pr_core *core = &run->core;

	core->view = (struct pr_run_view){
		.loop = core->loop,
		.document = json_incref(options->document),
		.settings = options->settings ? json_incref(options->settings) : json_object(),
		.run_id = core->run_id,
		.journal_path = run->journal_path,
		.pauses = &core->pauses,
		.traceparent = core->traceparent,
	};
}

static int fill_core(struct pr_run *run, struct pr_loop *loop, const struct pr_run_options *options,
	struct pr_err *err)
{
	struct pr_core *core = &run->core;
	int r = copy_text(options->ca_file, &core->ca_file, err);

	core->run = run;
	core->loop = loop;
	core->limits = options->limits;
	core->strategies = options->strategies;
	run->dry_when_set = options->dry_when_set;
	run->recovery = options->recovery;
	core->start = options->start ? options->start : pr_activity_start;
	if (r == 0)
		r = copy_text(options->journal_path, &run->journal_path, err);
	if (r == 0)
		r = copy_hooks(core, options, err);
	if (r == 0)
		r = pr_uuid_random(core->run_id, err);
	if (r == 0)
		core->load_results = json_object();
	if (r == 0 && !core->load_results)
		r = pr_fail_nomem(err);
	if (r == 0)
		fill_view(run, options);
	return r;
}

static int check_options(const struct pr_run_options *options, struct pr_err *err)
{
	if (!json_is_object(options->document))
		return pr_fail(err, PR_EINVAL, "an experiment must be an object, not %s",
			pr_json_kind(options->document));
	if (!options->journal_path)
		return 0;
	return pr_file_check_writable(options->journal_path, err);
}

int pr_run_new(struct pr_loop *loop, const struct pr_run_options *options, struct pr_run **ret_run,
	struct pr_err *err)
{
	struct pr_run *run;
	int r = check_options(options, err);

	if (r)
		return r;
	run = calloc(1, sizeof(*run));
	if (!run)
		return pr_fail_nomem(err);
	run->var_configuration = share(options->var_configuration);
	run->var_secrets = share(options->var_secrets);
	r = fill_core(run, loop, options, err);
	if (r) {
		pr_run_free(run);
		return r;
	}
	*ret_run = run;
	return 0;
}

static void on_start(void *arg)
{
	pr_run_load(arg);
}

int pr_run_start(struct pr_run *run, pr_run_fn *fn, void *arg, struct pr_err *err)
{
	if (run->stage != PR_STAGE_NEW)
		return pr_fail(err, PR_EINVAL, "the run has been started already");
	run->stage = PR_STAGE_LOADING;
	run->fn = fn;
	run->arg = arg;
	pr_task_post(run->core.loop, &run->task, on_start, run);
	return 0;
}

void pr_run_ask(struct pr_run *run, enum pr_hook_point point, json_t *state, pr_ask_fn *fn)
{
	struct pr_hook_event event = {
		.point = point,
		.phase = PR_PHASE_NONE,
		.context = run->core.view.document,
		.state = state,
	};

	if (point == PR_HOOK_BEFORE_METHOD || point == PR_HOOK_AFTER_METHOD)
		event.phase = PR_PHASE_METHOD;
	if (point == PR_HOOK_BEFORE_ROLLBACKS || point == PR_HOOK_AFTER_ROLLBACKS)
		event.phase = PR_PHASE_ROLLBACKS;
	pr_ask_start(&run->ask, &run->core, &event, fn, run);
}

static void core_release(struct pr_core *core)
{
	pr_journal_free(core->journal);
	json_decref(core->view.document);
	json_decref(core->view.settings);
	json_decref(core->view.configuration);
	json_decref(core->view.secrets);
	json_decref(core->load_results);
	free(core->hooks);
	free(core->ca_file);
}

void pr_run_free(struct pr_run *run)
{
	if (!run)
		return;
	pr_ask_release(&run->ask);
	pr_task_cancel(&run->task);
	pr_vault_free(run->vault);
	pr_dynamic_free(run->dynamic);
	pr_sequence_release(&run->sequence);
	pr_continuous_release(&run->continuous);
	pr_hypothesis_release(&run->hypothesis);
	json_decref(run->var_configuration);
	json_decref(run->var_secrets);
	core_release(&run->core);
	free(run->journal_path);
	free(run);
}
