#include "server/scheduler_private.h"

#include "base/compiler.h"
#include "base/log.h"
#include "base/redact.h"
#include "base/shown.h"
#include "base/text.h"
#include "codec/json.h"
#include "server/events.h"
#include "store/tokens.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define SAID_MAX 300

void pr_scheduled_free(struct pr_run *run)
{
	pr_managed_free(run->managed);
	free(run->folder);
	free(run->token);
	free(run);
}

int pr_scheduled_move(struct pr_scheduler *scheduler, const struct pr_plan_id *plan,
	const struct pr_plan_move *move, bool *ret_moved, struct pr_err *err)
{
	struct pr_err why = PR_ERR_INIT;
	int rc = pr_plans_move(pr_server_store(scheduler->server), plan, move, &why);

	if (rc && rc != PR_ENOTFOUND)
		return pr_fail(err, rc, "%s", why.msg);
	if (ret_moved)
		*ret_moved = !rc;
	return 0;
}

int pr_run_fail(struct pr_scheduler *scheduler, const char *organization, const char *plan,
	const char *const errors[2], struct pr_err *err)
{
	const struct pr_plan_id id = {.organization = organization, .id = plan};
	const struct pr_plan_move moves[] = {
		{"creating", "creation error", errors[0]},
		{"created", "creation error", errors[0]},
		{"running", "error", errors[1]},
	};
	bool moved = false;
	int rc = 0;

	for (size_t i = 0; !rc && !moved && i < PR_LEN(moves); i++)
		rc = pr_scheduled_move(scheduler, &id, &moves[i], &moved, err);
	if (!rc && moved)
		pr_events_note(pr_server_events(scheduler->server), organization, "plan", plan);
	return rc;
}

static bool is_deleted(const json_t *plan)
{
	return pr_text_starts(pr_job_text(plan, "status"), "delet");
}

/* What keeps a plan from being launched, as a text; "" when nothing does. */
static void check_plan(const json_t *plan, char text[480])
{
	const char *deployment = pr_job_text(plan, "deployment_id");
	const json_t *definition = json_object_get(plan, "definition");

	*text = '\0';
	if (is_deleted(plan))
		pr_text_print(text, 480, "the plan is deleted");
	else if (!json_is_object(definition))
		pr_text_print(text, 480, "deployment '%s' not found", deployment ? deployment : "");
	else if (!pr_text_eq(pr_job_text(definition, "mode"), "managed"))
		pr_text_print(text, 480,
			"deployment '%s' is not of the kind that the server launches", deployment);
}

static int make_token(struct pr_run *run, struct pr_err *err)
{
	struct pr_scheduler *scheduler = run->scheduler;
	PR_AUTO(free) char *name = pr_text_format("run %s", run->id);
	struct pr_token_new token = {.organization = run->organization,
		.user = run->user,
		.name = name,
		.plan = run->plan,
		.expires = pr_store_now() + PR_RUN_TOKEN_US};
	json_auto_t *made = NULL;
	int rc;

	if (!name)
		return pr_fail_nomem(err);
	rc = pr_tokens_create(pr_server_store(scheduler->server), &token, &made, err);
	if (rc)
		return rc;
	run->token = pr_text_dup(pr_job_text(made, "token"));
	return run->token ? 0 : pr_fail_nomem(err);
}

/* It is created now, so that no later word of ours can come after one of the run. */
static int begin(struct pr_run *run, const json_t *plan, struct pr_err *err)
{
	struct pr_scheduler *scheduler = run->scheduler;
	const char *folder = pr_job_text(json_object_get(plan, "definition"), "base_dir");
	const struct pr_plan_id id = {.organization = run->organization, .id = run->plan};
	const struct pr_plan_move move = {.from = pr_job_text(plan, "status"), .to = "created"};
	int rc = 0;

	pr_text_copy(run->user, sizeof(run->user), pr_job_text(plan, "user_id"));
	if (folder && *folder) {
		run->folder = pr_text_dup(folder);
		if (!run->folder)
			return pr_fail_nomem(err);
	}
	if (!is_deleted(plan))
		rc = pr_scheduled_move(scheduler, &id, &move, NULL, err);
	if (!rc)
		rc = make_token(run, err);
	pr_events_note(pr_server_events(scheduler->server), run->organization, "plan", run->plan);
	return rc;
}

/* What cannot be launched is a run that has ended before it began. */
static int prepare(struct pr_run *run, struct pr_err *err)
{
	json_auto_t *plan = NULL;
	int rc = pr_jobs_plan(run->scheduler->database, run->plan, &plan, err);

	if (rc)
		return rc;
	check_plan(plan, run->unborn);
	rc = begin(run, plan, err);
	if (!rc && *run->unborn) {
		pr_warn("plan %s is not launched: %s", run->plan, run->unborn);
		run->state = PR_RUN_ENDED;
		pr_scheduler_soon(run->scheduler);
	}
	return rc;
}

static int take(struct pr_run *run, const json_t *job, int64_t next, struct pr_err *err)
{
	struct pr_scheduler *scheduler = run->scheduler;
	struct pr_job_claim claim = {.plan = run->plan,
		.due = json_integer_value(json_object_get(job, "due")),
		.next = next,
		.run = run->id,
		.server = scheduler->id,
		.lease = pr_loop_wall_us(scheduler->loop) + scheduler->lease_us};
	bool won = false;
	int rc = pr_jobs_claim(scheduler->database, &claim, &won, err);

	if (rc || !won)
		return rc;
	run->state = PR_RUN_CLAIMED;
	return prepare(run, err);
}

int pr_scheduled_claim(
	struct pr_scheduler *scheduler, const json_t *job, int64_t next, struct pr_err *err)
{
	struct pr_run *run = calloc(1, sizeof(*run));
	int rc;

	if (!run)
		return pr_fail_nomem(err);
	run->scheduler = scheduler;
	run->state = PR_RUN_DONE;
	pr_text_copy(run->plan, sizeof(run->plan), pr_job_text(job, "plan_id"));
	pr_text_copy(run->organization, sizeof(run->organization), pr_job_text(job, "org_id"));
	rc = pr_uuid_random(run->id, err);
	if (!rc)
		rc = take(run, job, next, err);
	if (rc || run->state == PR_RUN_DONE) {
		pr_scheduled_free(run);
		return rc;
	}
	run->next = scheduler->runs;
	scheduler->runs = run;
	scheduler->run_count++;
	return 0;
}

static void describe_status(char text[40], int status)
{
	if (WIFSIGNALED(status))
		pr_text_print(text, 40, "signal %d", WTERMSIG(status));
	else
		pr_text_print(text, 40, "exit code %d", WEXITSTATUS(status));
}

/* The last line, without secrets and without what would command a terminal. */
static void describe_said(struct pr_buf *out, const char *said)
{
	struct pr_buf clean;

	pr_buf_init(&clean, 1 << 16);
	if (*said && !pr_redact_copy(said, strlen(said), &clean)) {
		pr_buf_adds(out, ": ");
		pr_shown_line(PR_SHOWN_PLAIN, clean.ptr, clean.len, SAID_MAX, out);
	}
	pr_buf_release(&clean);
}

static void on_end(void *arg, const struct pr_managed_end *end)
{
	struct pr_run *run = arg;
	struct pr_buf said;
	char how[40];

	pr_buf_init(&said, 4096);
	describe_said(&said, end->said);
	describe_status(how, end->status);
	pr_info("plan %s has ended: %s%s", run->plan, how, end->status ? pr_buf_str(&said) : "");
	pr_text_print(run->unborn, sizeof(run->unborn), "Process '%d' exited abnormally (%s)%s",
		(int)end->pid, how, pr_buf_str(&said));
	pr_text_print(run->broken, sizeof(run->broken),
		"Process '%d' ended without reporting the end of the run (%s)%s", (int)end->pid,
		how, pr_buf_str(&said));
	pr_buf_release(&said);
	run->state = PR_RUN_ENDED;
	pr_scheduler_soon(run->scheduler);
}

void pr_scheduled_start(struct pr_run *run)
{
	struct pr_scheduler *scheduler = run->scheduler;
	struct pr_managed_order order = {.runner = scheduler->runner,
		.url = scheduler->url,
		.token = run->token,
		.organization = run->organization,
		.user = run->user,
		.plan = run->plan,
		.folder = run->folder};
	struct pr_err err = PR_ERR_INIT;

	run->state = PR_RUN_GOING;
	if (!pr_managed_start(scheduler->loop, &order, on_end, run, &run->managed, &err)) {
		pr_info("plan %s is launched", run->plan);
		return;
	}
	pr_warn("plan %s cannot be launched: %s", run->plan, err.msg);
	pr_text_copy(run->unborn, sizeof(run->unborn), err.msg);
	pr_text_copy(run->broken, sizeof(run->broken), err.msg);
	run->state = PR_RUN_ENDED;
	pr_scheduler_soon(scheduler);
}

void pr_scheduled_stop(struct pr_run *run)
{
	if (run->asked || !run->managed || run->state != PR_RUN_GOING)
		return;
	run->asked = true;
	pr_info("plan %s is asked to end", run->plan);
	pr_managed_stop(run->managed);
}

int pr_scheduled_settle(struct pr_run *run, struct pr_err *err)
{
	struct pr_scheduler *scheduler = run->scheduler;
	const char *const errors[2] = {run->unborn, run->broken};
	json_auto_t *job = NULL;
	bool was = false;
	int rc = pr_jobs_end(scheduler->database, run->plan, run->id, &was, err);

	if (!rc && was)
		rc = pr_run_fail(scheduler, run->organization, run->plan, errors, err);
	/* a run that another server has taken for lost may be followed by one that needs its own */
	if (!rc && (was || pr_jobs_get(scheduler->database, run->plan, &job, NULL)))
		rc = pr_tokens_delete_of_plan(pr_server_store(scheduler->server), run->plan, err);
	if (!rc)
		run->state = PR_RUN_DONE;
	return rc;
}
