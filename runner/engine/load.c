#include "base/log.h"
#include "codec/json.h"
#include "codec/pyvalue.h"
#include "engine/run_private.h"
#include "experiment/configuration.h"
#include "experiment/shape.h"
#include "experiment/substitute.h"

/* The title is the one member that is substituted in place (docs/engine.md 3.6). */
static int load_title(struct pr_run *run, struct pr_err *err)
{
	struct pr_activity_env env = pr_core_env(&run->core);
	json_t *document = run->core.view.document;
	const json_t *given = json_object_get(document, "title");
	json_auto_t *title = NULL;
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	int r;

	if (!given)
		return pr_fail(err, PR_EINVAL, "experiment requires a title");
	r = pr_substitute(given, &env.scope, &title, err);
	if (r)
		return r;
	pr_value_str(title, &text);
	pr_info("Running experiment: %s", pr_buf_str(&text));
	return pr_json_set(document, "title", pr_steal(title), err);
}

static void on_dynamic(void *arg)
{
	struct pr_run *run = arg;
	int rc = pr_dynamic_check(run->dynamic, &run->error);

	pr_dynamic_free(pr_steal(run->dynamic));
	if (!rc && !run->recovery)
		rc = load_title(run, &run->error);
	if (rc)
		pr_run_refuse(run);
	else if (run->recovery)
		pr_run_recover(run);
	else
		pr_run_begin(run);
}

static void on_vault(void *arg, const struct pr_err *err)
{
	struct pr_run *run = arg;
	struct pr_run_view *view = &run->core.view;
	struct pr_activity_env env = pr_core_env(&run->core);

	if (err)
		run->error = *err;
	pr_vault_free(pr_steal(run->vault));
	if (run->error.code != PR_OK || pr_dynamic_start(&env, view->configuration, view->secrets,
						on_dynamic, run, &run->dynamic, &run->error))
		pr_run_refuse(run);
}

static int load_sections(struct pr_run *run, struct pr_err *err)
{
	struct pr_run_view *view = &run->core.view;
	struct pr_activity_env env;
	int r = pr_shape_check(view->document, err);

	if (r == 0)
		r = pr_configuration_load(
			view->document, run->var_configuration, &view->configuration, err);
	if (r == 0)
		r = pr_secrets_load(view->document, run->var_secrets, &view->secrets, err);
	if (r)
		return r;
	env = pr_core_env(&run->core);
	return pr_vault_start(
		&env, view->secrets, run->var_secrets, on_vault, run, &run->vault, err);
}

void pr_run_load(struct pr_run *run)
{
	run->stage = PR_STAGE_LOADING;
	/* Where nothing is played, nothing needs to be there. */
	if (run->recovery && run->recovery->state != PR_RECOVERY_OWED)
		pr_run_recover(run);
	else if (load_sections(run, &run->error))
		pr_run_refuse(run);
}
