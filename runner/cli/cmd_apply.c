#include "base/clock.h"
#include "base/text.h"
#include "cli/cluster_session.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/deployment_options.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "deploy/kubernetes_needs.h"
#include "kube/apply.h"
#include "kube/resource.h"

/* One use of the command. */
struct apply {
	const struct pr_context *context;
	struct pr_cluster_session session;
	struct pr_deploy_job job;
	json_t *objects; /* owned */
	struct pr_kube_applied applied;
	char nonce[32]; /* of --rerun */
	bool dry_run;
	bool wait;
	bool json;
};

/* Once more is another Job: one that has a name of its own, or comes by the clock, is not. */
static int read_rerun(struct apply *apply, const struct pr_args *args, struct pr_err *err)
{
	const struct pr_clock *clock = pr_clock_system();
	const char *other = pr_args_value(args, "name") ? "--name" : NULL;

	if (!pr_args_flag(args, "rerun"))
		return 0;
	if (pr_args_value(args, "schedule"))
		other = "--schedule";
	if (other)
		return pr_fail(err, PR_EUSAGE, "--rerun is of no use with %s: %s", other,
			other[2] == 'n' ? "another --name is another Job"
					: "the CronJob runs the plan again");
	pr_text_print(
		apply->nonce, sizeof(apply->nonce), "%lld", (long long)clock->wall_us(clock->ctx));
	apply->job.deployment.kubernetes.nonce = apply->nonce;
	return 0;
}

static int read_options(struct apply *apply, const struct pr_args *args, struct pr_err *err)
{
	int rc;

	apply->dry_run = pr_args_flag(args, "dry-run");
	apply->wait = pr_args_flag(args, "wait");
	apply->json = pr_text_eq(pr_args_value(args, "output"), "json");
	if (apply->wait && apply->dry_run)
		return pr_fail(err, PR_EUSAGE, "--wait is of no use with --dry-run");
	if (apply->wait && pr_args_value(args, "schedule"))
		return pr_fail(err, PR_EUSAGE,
			"--wait is of no use with --schedule: wait for a Job that the CronJob made "
			"with logs kubernetes --wait");
	rc = pr_deploy_read_kubernetes(&apply->job, args, err);
	return rc ? rc : read_rerun(apply, args, err);
}

/* The object that runs the plan: the last one. */
static const struct pr_kube_item *workload(const struct apply *apply)
{
	return &apply->applied.items[apply->applied.count - 1];
}

static bool is_job(const struct pr_kube_item *item)
{
	return pr_text_eq(pr_json_str(item->wanted, "kind"), "Job");
}

static int put_in_place(struct apply *apply, const struct pr_args *args, struct pr_err *err)
{
	struct pr_kubernetes *settings = &apply->job.deployment.kubernetes;
	int rc = pr_kubernetes_objects(&apply->job.deployment, &apply->objects, err);

	/* what is wrong with the command line needs no cluster to be told */
	if (!rc)
		rc = pr_cluster_session_open(&apply->session, apply->context, args, err);
	if (rc)
		return rc;
	settings->space = pr_cluster_session_space(&apply->session, args);
	json_decref(pr_steal(apply->objects));
	rc = pr_kubernetes_objects(&apply->job.deployment, &apply->objects, err);
	if (!rc)
		rc = pr_kubernetes_check_needs(apply->session.client, settings,
			pr_cluster_session_note, &apply->session, err);
	return rc ? rc
		  : pr_kube_apply(apply->session.client, apply->objects, apply->dry_run,
			    &apply->applied, err);
}

static void print_lines(const struct apply *apply)
{
	for (size_t i = 0; i < apply->applied.count; i++) {
		const struct pr_kube_item *item = &apply->applied.items[i];
		bool known = is_job(item) && item->change != PR_KUBE_CREATED;
		char title[PR_KUBE_TITLE_SIZE];

		pr_kube_title(item->wanted, title);
		pr_print("%s %s%s%s%s%s\n", pr_kube_change_name(item->change), title,
			known ? " (" : "", known ? pr_kube_job_state(item->now) : "",
			known ? ")" : "", apply->dry_run ? " (dry run)" : "");
	}
}

static json_t *described(const struct pr_kube_item *item)
{
	return json_pack("{s:s, s:s*, s:s*, s:s*, s:s*, s:s*}", "change",
		pr_kube_change_name(item->change), "kind", pr_json_str(item->wanted, "kind"),
		"namespace", pr_kube_meta(item->wanted, "namespace"), "name",
		pr_kube_meta(item->wanted, "name"), "uid", pr_kube_meta(item->now, "uid"), "state",
		is_job(item) ? pr_kube_job_state(item->now) : NULL);
}

/* One document, `outcome` NULL where nothing was waited for. */
static void print_json(const struct apply *apply, const struct pr_kube_outcome *outcome)
{
	const struct pr_json_style style = {.indent = 2, .redact = true};
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	json_t *list = json_array();
	json_auto_t *document = json_pack("{s:s, s:b, s:o}", "plan", apply->job.deployment.plan,
		"dry_run", apply->dry_run, "objects", list);

	for (size_t i = 0; i < apply->applied.count; i++)
		json_array_append_new(list, described(&apply->applied.items[i]));
	if (outcome)
		json_object_set_new(document, "outcome",
			json_pack("{s:b, s:o, s:s}", "ended", outcome->ended, "exit_code",
				outcome->ended ? json_integer(outcome->exit_code) : json_null(),
				"text", outcome->text));
	pr_json_write(document, &style, &text);
	pr_print("%s\n", pr_buf_str(&text));
}

/* A plan that was applied before does not run again, which who applies it may not expect. */
static void warn_of_known(struct apply *apply)
{
	const struct pr_kube_item *item = workload(apply);

	if (is_job(item) && item->change != PR_KUBE_CREATED)
		pr_complain(apply->context,
			"the Job '%s' is there already and does not run again: %s",
			pr_kube_meta(item->wanted, "name"),
			apply->job.deployment.kubernetes.name ? "delete it, or give another --name"
							      : "--rerun runs the plan once more");
}

static int wait_for_job(struct apply *apply, struct pr_kube_outcome *outcome, struct pr_err *err)
{
	struct pr_kube_wait wait = {.space = apply->job.deployment.kubernetes.space,
		.job = pr_kube_meta(workload(apply)->wanted, "name"),
		.until_over = true};

	return pr_cluster_session_wait(&apply->session, &wait, outcome, err);
}

/* With --wait, 1 is the plan's: what is refused here is 2 then. */
static int failed(const struct apply *apply, int rc, const struct pr_err *err)
{
	int code = pr_deploy_exit(apply->context, rc, err);

	return apply->wait ? PR_EXIT_FAILED : code;
}

static int finish(struct apply *apply, struct pr_err *err)
{
	struct pr_kube_outcome outcome;
	int rc;

	if (!apply->json)
		print_lines(apply);
	warn_of_known(apply);
	if (!apply->wait) {
		if (apply->json)
			print_json(apply, NULL);
		return PR_EXIT_OK;
	}
	rc = wait_for_job(apply, &outcome, err);
	if (apply->json)
		print_json(apply, rc ? NULL : &outcome);
	return rc ? failed(apply, rc, err)
		  : pr_cluster_session_exit(apply->context,
			    pr_kube_meta(workload(apply)->wanted, "name"), &outcome);
}

static int run_kubernetes(struct pr_context *context, const struct pr_args *args)
{
	struct apply apply = {.context = context};
	struct pr_err err = PR_ERR_INIT;
	int code;
	int rc;

	pr_deploy_job_init(&apply.job, context);
	rc = read_options(&apply, args, &err);
	if (!rc)
		rc = put_in_place(&apply, args, &err);
	code = rc ? failed(&apply, rc, &err) : finish(&apply, &err);
	pr_kube_applied_release(&apply.applied);
	json_decref(apply.objects);
	pr_cluster_session_close(&apply.session);
	pr_deploy_job_release(&apply.job);
	return code;
}

static const char *const outputs[] = {"text", "json", NULL};

static const struct pr_option kubernetes_options[] = {
	PR_KUBERNETES_OPTIONS,
	PR_CLUSTER_OPTIONS,
	{"dry-run", 0, PR_OPTION_FLAG, NULL, "Let the cluster try it, and change nothing.", NULL},
	{"rerun", 0, PR_OPTION_FLAG, NULL,
		"Run the plan once more, as another Job, where it ran before.", NULL},
	PR_WAIT_OPTIONS,
	{"output", 'o', PR_OPTION_VALUE, "FORM", "How to tell what was done: text or json (text).",
		outputs},
};

static const struct pr_positional positionals[] = {PR_PLAN_POSITIONAL};

static const struct pr_command kubernetes = {.name = "kubernetes",
	.summary = "Create or update the Job or CronJob of a plan, all that it needs or nothing.",
	PR_OPTIONS(kubernetes_options),
	PR_POSITIONALS(positionals),
	.run = run_kubernetes};

static const struct pr_command *const commands[] = {&kubernetes};

const struct pr_command pr_command_apply = {
	.name = "apply", .summary = "Put a deployment in place.", PR_COMMANDS(commands)};
