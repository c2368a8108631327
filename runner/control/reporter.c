#include "control/reporter.h"

#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "control/creation.h"
#include "control/extension.h"
#include "control/pausing.h"
#include "control/settling.h"
#include "control/uplink.h"
#include "control/watcher.h"
#include "platform/delivery.h"
#include "platform/report.h"
#include "platform/spool.h"

#include <string.h>

#define US_PER_MS INT64_C(1000)
#define CREATION_DEADLINE_MS INT64_C(15000)
#define HURRY_MS INT64_C(1000)
#define LEAST_MS INT64_C(1000)
#define DRAIN_MS INT64_C(5000)

struct pr_reporter {
	struct pr_loop *loop;
	struct pr_reporter_options options;
	struct pr_hook_ticket *ticket; /* of the point at which the run waits for us */
	json_t *journal;               /* the run's; owned */
	json_t *extension;             /* borrowed from it */
	char run_id[PR_UUID_SIZE];
	char execution[PR_UUID_SIZE]; /* "" until it was created */
	char *execution_url;
	char *refusal;
	char *undelivered;
	char *status_path;
	char started_on[PR_STAMP_SIZE];
	bool paused;                   /* as the platform was told last */
	struct pr_platform_call *call; /* plan status */
	struct pr_creation *creation;
	struct pr_uplink uplink;
	struct pr_watcher watcher;
	struct pr_pausing pausing;
	struct pr_spool_entry spool;
	json_t *closing;
	struct pr_delivery *delivery;
	struct pr_timer hurry; /* of an interrupted start */
	int64_t deadline_us;   /* of the closing calls */
	int64_t until_us;      /* pr_reporter_hasten; 0: nobody is in a hurry */
	struct pr_settling settling;
};

static void resume(struct pr_reporter *reporter, const struct pr_hook_answer *answer)
{
	struct pr_hook_ticket *ticket = pr_steal(reporter->ticket);

	if (ticket)
		pr_hook_resume(ticket, answer);
}

static void go_on(struct pr_reporter *reporter)
{
	struct pr_hook_answer answer = {.verdict = PR_HOOK_CONTINUE};

	resume(reporter, &answer);
}

/* Puts the plan's status; `fn` NULL: nobody waits for the answer. */
static int put_plan_status(
	struct pr_reporter *reporter, const char *status, const char *error, pr_platform_fn *fn)
{
	json_auto_t *body = pr_report_plan_status(status, error);
	PR_AUTO(free) char *text = body ? pr_json_line(body) : NULL;
	struct pr_platform_request request = {.method = "PUT",
		.path = reporter->status_path,
		.body = text,
		.body_len = text ? strlen(text) : 0};

	if (!text)
		return PR_ENOMEM;
	return pr_platform_send(
		reporter->options.platform, &request, fn, reporter, &reporter->call, NULL);
}

static void stop_run(struct pr_reporter *reporter)
{
	struct pr_hook_answer answer = {
		.verdict = PR_HOOK_INTERRUPT, .skip_rollbacks = true, .never_started = true};

	pr_text_print(answer.reason, sizeof answer.reason, "the execution could not be created: %s",
		reporter->refusal ? reporter->refusal : "out of memory");
	resume(reporter, &answer);
}

static void on_error_told(void *arg, const struct pr_platform_answer *answer)
{
	struct pr_reporter *reporter = arg;

	(void)answer;
	reporter->call = NULL;
	stop_run(reporter);
}

/* Nothing was touched: the plan is told why, and the run ends. */
static void refuse(struct pr_reporter *reporter, const char *message)
{
	reporter->refusal = pr_text_dup(message);
	if (put_plan_status(reporter, "error", message, on_error_told))
		stop_run(reporter);
}

/* The platform had its time: nothing was touched, so the run can end without it. */
static void on_hurry(void *arg)
{
	struct pr_reporter *reporter = arg;

	if (!reporter->ticket || *reporter->execution)
		return;
	pr_platform_cancel(pr_steal(reporter->call));
	if (reporter->refusal) {
		stop_run(reporter);
		return;
	}
	pr_creation_free(pr_steal(reporter->creation));
	refuse(reporter, "interrupted");
	(void)pr_timer_start(
		reporter->loop, &reporter->hurry, HURRY_MS * US_PER_MS, on_hurry, reporter);
}

/* An answer on its way is waited for, since it may tell of an execution that exists already. */
static void hurry(void *self)
{
	struct pr_reporter *reporter = self;

	if (*reporter->execution)
		pr_pausing_cancel(&reporter->pausing);
	else if (!pr_timer_active(&reporter->hurry))
		(void)pr_timer_start(
			reporter->loop, &reporter->hurry, HURRY_MS * US_PER_MS, on_hurry, reporter);
}

static int open_execution(struct pr_reporter *reporter, const char *execution, struct pr_err *err)
{
	const struct pr_plan *plan = reporter->options.plan;

	if (pr_uuid_parse(execution, reporter->execution, err))
		return PR_EPROTO;
	reporter->execution_url = pr_text_format("%s/executions/view/?id=%s&exp=%s",
		reporter->options.service->host, reporter->execution, plan->experiment);
	if (!reporter->execution_url ||
		pr_extension_complete(
			reporter->extension, reporter->pausing.view, reporter->execution_url, err))
		return pr_fail_nomem(err);
	pr_stamp_iso6(reporter->started_on, pr_loop_wall_us(reporter->loop));
	if (pr_uplink_start(&reporter->uplink, plan->experiment, reporter->execution,
		    pr_report_running(reporter->started_on, plan->id), err))
		return PR_ENOMEM;
	return pr_watcher_start(&reporter->watcher, plan->experiment, reporter->execution, err);
}

static void on_created(void *arg, const char *execution, const char *message)
{
	struct pr_reporter *reporter = arg;
	struct pr_err err = PR_ERR_INIT;

	if (!execution)
		refuse(reporter, message);
	else if (open_execution(reporter, execution, &err))
		refuse(reporter, err.msg);
	else
		go_on(reporter);
}

static void on_running(void *arg, const struct pr_platform_answer *answer)
{
	struct pr_reporter *reporter = arg;
	const struct pr_plan *plan = reporter->options.plan;
	json_auto_t *body = pr_report_results(reporter->journal, NULL, plan->id);
	struct pr_creation_request request = {.experiment = plan->experiment,
		.plan = plan->id,
		.run_id = reporter->run_id,
		.body = body,
		.deadline_us = pr_loop_now_us(reporter->loop) + CREATION_DEADLINE_MS * US_PER_MS};

	reporter->call = NULL;
	if (answer->code != PR_OK)
		pr_debug("The plan's status could not be set: %s", answer->message);
	if (!body || pr_creation_start(reporter->loop, reporter->options.platform, &request,
			     on_created, reporter, &reporter->creation, NULL))
		refuse(reporter, "out of memory");
}

static void start(struct pr_reporter *reporter, const struct pr_hook_event *event,
	struct pr_hook_ticket *ticket, struct pr_hook_answer *answer)
{
	reporter->journal = json_incref(event->run->journal);
	reporter->uplink.journal = reporter->journal;
	pr_text_copy(reporter->run_id, sizeof reporter->run_id, event->run->run_id);
	reporter->ticket = ticket;
	answer->verdict = PR_HOOK_WAIT;
	if (pr_extension_open(
		    event->run->document, event->run->run_id, &reporter->extension, NULL) ||
		put_plan_status(reporter, "running", NULL, on_running)) {
		reporter->ticket = NULL;
		answer->verdict = PR_HOOK_INTERRUPT;
		answer->never_started = true;
		pr_text_copy(answer->reason, sizeof answer->reason, "out of memory");
	}
	pr_pausing_start(&reporter->pausing, event->run, reporter->extension);
}

static void on_settled(void *arg)
{
	go_on(arg);
}

static void keep(struct pr_reporter *reporter, const char *message)
{
	if (reporter->spool.path)
		reporter->undelivered = pr_text_format("the results could not be delivered (%s); "
						       "they are kept in '%s', `plan-runner "
						       "report resend` delivers them",
			message, reporter->spool.path);
	else
		reporter->undelivered = pr_text_format("the results could not be delivered (%s), "
						       "and there is no spool to keep them in; "
						       "the journal has them",
			message);
	if (reporter->undelivered)
		pr_error("%s", reporter->undelivered);
	pr_spool_close(&reporter->spool);
}

static void on_delivered(void *arg, const struct pr_delivery_result *result)
{
	struct pr_reporter *reporter = arg;

	if (!result->delivered) {
		keep(reporter, result->message);
		go_on(reporter);
		return;
	}
	pr_spool_remove(&reporter->spool);
	if (reporter->until_us || !pr_text_eq(reporter->options.plan->status, "creating")) {
		go_on(reporter);
		return;
	}
	pr_settling_start(&reporter->settling, reporter->options.platform,
		reporter->options.plan->id, on_settled, reporter);
}

static json_t *closing_report(const struct pr_reporter *reporter)
{
	const struct pr_plan *plan = reporter->options.plan;
	const struct pr_service *service = reporter->options.service;
	const char *status = pr_json_str(reporter->journal, "status");
	bool deviated = json_is_true(json_object_get(reporter->journal, "deviated"));

	return json_pack("{s: i, s: s, s: s, s: s, s: s, s: s, s: o, s: o, s: o}", "version", 1,
		"host", service->host, "organization", service->organization, "plan", plan->id,
		"experiment", plan->experiment, "execution", reporter->execution, "results",
		pr_report_results(reporter->journal, reporter->options.log, plan->id), "status",
		pr_report_plan_status("completed", NULL), "state",
		pr_report_finished(status ? status : "aborted", deviated, plan->id));
}

/* The updates have ended: the closing calls. */
static void deliver(void *arg)
{
	struct pr_reporter *reporter = arg;

	if (pr_delivery_start(reporter->options.platform, reporter->closing, reporter->deadline_us,
		    on_delivered, reporter, &reporter->delivery, NULL)) {
		keep(reporter, "out of memory");
		go_on(reporter);
	}
}

/* How long an update may hold up the closing calls. */
static int64_t patience_us(const struct pr_reporter *reporter)
{
	int64_t ms = reporter->options.deadline_ms;
	int64_t us = (ms < DRAIN_MS ? ms : DRAIN_MS) * US_PER_MS;
	int64_t half = (reporter->deadline_us - pr_loop_now_us(reporter->loop)) / 2;

	return reporter->until_us && half < us ? half : us;
}

static void bound_deadline(struct pr_reporter *reporter)
{
	int64_t least = pr_loop_now_us(reporter->loop) + LEAST_MS * US_PER_MS;
	int64_t until = reporter->until_us > least ? reporter->until_us : least;

	if (reporter->until_us && until < reporter->deadline_us)
		reporter->deadline_us = until;
}

/* The results are there: what else we look for is left. */
static void stop_settling(void *arg)
{
	struct pr_reporter *reporter = arg;

	pr_settling_stop(&reporter->settling);
	go_on(reporter);
}

void pr_reporter_hasten(struct pr_reporter *reporter, int64_t until_us)
{
	int64_t rest;

	if (reporter->until_us)
		return;
	reporter->until_us = until_us;
	if (!reporter->closing || !reporter->ticket)
		return;
	bound_deadline(reporter);
	rest = reporter->deadline_us - pr_loop_now_us(reporter->loop);
	if (pr_settling_active(&reporter->settling))
		(void)pr_timer_start(
			reporter->loop, &reporter->hurry, rest, stop_settling, reporter);
	else if (reporter->delivery)
		pr_delivery_hasten(reporter->delivery, reporter->deadline_us);
	else
		pr_uplink_drain(&reporter->uplink, patience_us(reporter), deliver, reporter);
}

static void finish(
	struct pr_reporter *reporter, struct pr_hook_ticket *ticket, struct pr_hook_answer *answer)
{
	struct pr_err err = PR_ERR_INIT;

	if (!*reporter->execution)
		return;
	pr_info("Finishing Reliably execution...");
	pr_watcher_stop(&reporter->watcher);
	reporter->deadline_us =
		pr_loop_now_us(reporter->loop) + reporter->options.deadline_ms * US_PER_MS;
	bound_deadline(reporter);
	reporter->closing = closing_report(reporter);
	if (!reporter->closing) {
		pr_error("The results could not be reported: out of memory");
		return;
	}
	if (pr_spool_write(json_incref(reporter->closing), &reporter->spool, &err))
		pr_warn("The results cannot be kept for a later delivery: %s", err.msg);
	reporter->ticket = ticket;
	answer->verdict = PR_HOOK_WAIT;
	pr_uplink_drain(&reporter->uplink, patience_us(reporter), deliver, reporter);
}

static void on_event(void *self, const struct pr_hook_event *event, struct pr_hook_ticket *ticket,
	struct pr_hook_answer *answer)
{
	struct pr_reporter *reporter = self;

	pr_pausing_on(&reporter->pausing, event, ticket, answer);
	if (event->point == PR_HOOK_STARTED)
		start(reporter, event, ticket, answer);
	else if (event->point == PR_HOOK_AFTER_EXPERIMENT && reporter->extension &&
		 pr_extension_close(reporter->extension, NULL))
		pr_warn("out of memory: the journal lacks what the extension ends with");
	else if (event->point == PR_HOOK_FINISHED)
		finish(reporter, ticket, answer);
	else if (event->point == PR_HOOK_ENTRY || event->point == PR_HOOK_AFTER_ACTIVITY)
		pr_uplink_touch(&reporter->uplink);
}

/* The user's order is part of what the journal says of the run. */
static void terminate(struct pr_reporter *reporter, bool skip_rollbacks)
{
	char now[PR_STAMP_SIZE];

	pr_stamp_iso6(now, pr_loop_wall_us(reporter->loop));
	if (pr_json_set(reporter->extension, "termination",
		    json_pack("{s: s, s: b}", "timestamp", now, "skip_rollbacks", skip_rollbacks),
		    NULL))
		pr_debug("The termination could not be recorded");
	reporter->options.terminate(reporter->options.arg, skip_rollbacks);
}

static void on_order(void *arg, const struct pr_order *order)
{
	struct pr_reporter *reporter = arg;

	pr_pausing_order(&reporter->pausing, order);
	if (order->kind == PR_ORDER_TERMINATE)
		terminate(reporter, order->skip_rollbacks);
}

/* A pause begins or ends: the state of the execution, then what the journal says of it. */
static void on_pausing(void *arg, bool paused, int64_t duration_s)
{
	struct pr_reporter *reporter = arg;
	const char *plan = reporter->options.plan->id;

	reporter->paused = paused;
	pr_uplink_say(&reporter->uplink, paused ? pr_report_paused(duration_s, plan)
						: pr_report_running(reporter->started_on, plan));
	pr_uplink_touch(&reporter->uplink);
}

static void on_state_taken(void *arg)
{
	struct pr_reporter *reporter = arg;

	pr_watcher_outdate(&reporter->watcher);
	if (!reporter->paused)
		pr_pausing_settled(&reporter->pausing);
}

int pr_reporter_new(struct pr_loop *loop, const struct pr_reporter_options *options,
	struct pr_reporter **ret_reporter, struct pr_err *err)
{
	struct pr_reporter *reporter = calloc(1, sizeof *reporter);

	if (!reporter)
		return pr_fail_nomem(err);
	reporter->loop = loop;
	reporter->options = *options;
	reporter->spool = (struct pr_spool_entry)PR_SPOOL_ENTRY_INIT;
	reporter->uplink = (struct pr_uplink){.loop = loop,
		.platform = options->platform,
		.log = options->log,
		.plan = options->plan->id,
		.taken = on_state_taken,
		.taken_arg = reporter};
	reporter->pausing = (struct pr_pausing){.fn = on_pausing, .arg = reporter};
	reporter->watcher = (struct pr_watcher){.loop = loop,
		.platform = options->platform,
		.interval_ms = options->poll_ms,
		.fn = on_order,
		.arg = reporter};
	reporter->status_path = pr_text_format("/plans/%s/status", options->plan->id);
	if (!reporter->status_path) {
		pr_reporter_free(reporter);
		return pr_fail_nomem(err);
	}
	*ret_reporter = reporter;
	return 0;
}

void pr_reporter_free(struct pr_reporter *reporter)
{
	if (!reporter)
		return;
	pr_settling_stop(&reporter->settling);
	pr_timer_stop(&reporter->hurry);
	pr_platform_cancel(reporter->call);
	pr_creation_free(reporter->creation);
	pr_watcher_stop(&reporter->watcher);
	pr_pausing_release(&reporter->pausing);
	pr_uplink_release(&reporter->uplink);
	pr_delivery_free(reporter->delivery);
	pr_spool_close(&reporter->spool);
	json_decref(reporter->closing);
	json_decref(reporter->journal);
	free(reporter->execution_url);
	free(reporter->refusal);
	free(reporter->undelivered);
	free(reporter->status_path);
	free(reporter);
}

struct pr_hook pr_reporter_hook(struct pr_reporter *reporter)
{
	return (struct pr_hook){
		.name = "reporter", .on = on_event, .cancel = hurry, .self = reporter};
}

const char *pr_reporter_execution_url(const struct pr_reporter *reporter)
{
	return reporter->execution_url;
}

const char *pr_reporter_refusal(const struct pr_reporter *reporter)
{
	return reporter->refusal;
}

const char *pr_reporter_undelivered(const struct pr_reporter *reporter)
{
	return reporter->undelivered;
}
