#include "control/uplink.h"

#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "engine/journal.h"
#include "net/retry.h"
#include "platform/report.h"

#include <string.h>

#define US_PER_MS INT64_C(1000)
#define BYTES_FACTOR 4
#define SILENCE_US ((int64_t)30 * 1000000)
#define BYTES_PER_S 16384 /* of uploads that only end a silence */

static void send_next(struct pr_uplink *uplink);

static void on_answer(void *arg, const struct pr_platform_answer *answer)
{
	struct pr_uplink *uplink = arg;

	uplink->call = NULL;
	if (answer->code != PR_OK)
		pr_debug("The platform did not take an update: %s", answer->message);
	send_next(uplink);
}

/* Whether a failure may pass; what the platform refuses it will refuse again. */
static bool may_pass(const struct pr_platform_answer *answer)
{
	return answer->status == 0 || answer->status == 429 || answer->status >= 500;
}

static void on_again(void *arg)
{
	send_next(arg);
}

/* The state was not taken: unless there is another one by now, it goes again after a while. */
static void say_again(struct pr_uplink *uplink, json_t *state)
{
	int64_t ms = pr_retry_delay_ms(++uplink->refusals, 1, NULL);

	if (pr_timer_start(uplink->loop, &uplink->again, ms * US_PER_MS, on_again, uplink)) {
		json_decref(state);
		return;
	}
	uplink->state = state;
}

static void on_state(void *arg, const struct pr_platform_answer *answer)
{
	struct pr_uplink *uplink = arg;
	json_auto_t *state = pr_steal(uplink->said);

	uplink->call = NULL;
	if (answer->code != PR_OK) {
		pr_debug("The platform did not take the state: %s", answer->message);
		if (!uplink->state && !uplink->drained && may_pass(answer))
			say_again(uplink, pr_steal(state));
	} else if (!uplink->state && uplink->taken) {
		uplink->taken(uplink->taken_arg);
	}
	send_next(uplink);
}

/* Returns the size of what was sent; 0: nothing could be. */
static size_t send_body(
	struct pr_uplink *uplink, const char *path, const json_t *body, pr_platform_fn *fn)
{
	char *text = pr_json_line(body);
	struct pr_platform_request request = {.method = "PUT",
		.path = path,
		.own_body = text,
		.body_len = text ? strlen(text) : 0};

	if (!text ||
		pr_platform_send(uplink->platform, &request, fn, uplink, &uplink->call, NULL)) {
		pr_debug("An update could not be sent");
		return 0;
	}
	uplink->sent_bytes += request.body_len;
	return request.body_len;
}

/*
 * After how long one that was skipped goes all the same: the larger, the later, or the bytes of a
 * long run would grow with its journal and with its time.
 */
static int64_t silence_us(const struct pr_uplink *uplink)
{
	int64_t us = (int64_t)(uplink->last_size * 1000 / BYTES_PER_S) * US_PER_MS;

	return us > SILENCE_US ? us : SILENCE_US;
}

/* Keeps the bytes of a run linear in its journal: its present size is estimated by its entries. */
static bool is_worth_sending(const struct pr_uplink *uplink)
{
	uint64_t entries = pr_report_entries(uplink->journal);
	uint64_t size;

	if (!uplink->last_entries ||
		pr_loop_now_us(uplink->loop) - uplink->last_sent_us > silence_us(uplink))
		return true;
	size = uplink->last_size * entries / uplink->last_entries;
	return uplink->sent_bytes <= BYTES_FACTOR * size;
}

static void on_silence(void *arg)
{
	pr_uplink_touch(arg);
}

/* What is skipped goes after a long silence, if nothing else happens before. */
static void send_later(struct pr_uplink *uplink)
{
	int64_t due_us = uplink->last_sent_us + silence_us(uplink) - pr_loop_now_us(uplink->loop);

	if (!pr_timer_active(&uplink->timer))
		(void)pr_timer_start(uplink->loop, &uplink->timer, due_us + 1, on_silence, uplink);
}

/* What is ours in a journal under way is for this machine: the platform gets what it knows. */
static json_t *results_of(const struct pr_uplink *uplink)
{
	json_auto_t *journal = pr_json_copy(uplink->journal);

	json_object_del(journal, PR_JOURNAL_EXTENSION);
	return journal ? pr_report_results(journal, uplink->log, uplink->plan) : NULL;
}

static void send_results(struct pr_uplink *uplink)
{
	json_auto_t *body = NULL;

	uplink->dirty = false;
	if (!is_worth_sending(uplink)) {
		send_later(uplink);
		return;
	}
	pr_timer_stop(&uplink->timer);
	body = results_of(uplink);
	if (!body)
		return;
	uplink->last_entries = pr_report_entries(uplink->journal);
	uplink->last_size = send_body(uplink, uplink->results_path, body, on_answer);
	uplink->last_sent_us = pr_loop_now_us(uplink->loop);
}

static void send_next(struct pr_uplink *uplink)
{
	if (uplink->call)
		return;
	if (uplink->state && !pr_timer_active(&uplink->again)) {
		json_decref(uplink->said);
		uplink->said = pr_steal(uplink->state);
		(void)send_body(uplink, uplink->state_path, uplink->said, on_state);
	} else if (uplink->drained) {
		pr_timer_stop(&uplink->timer);
		uplink->drained(uplink->arg);
	} else if (uplink->dirty) {
		send_results(uplink);
	}
}

int pr_uplink_start(struct pr_uplink *uplink, const char *experiment, const char *execution,
	json_t *running, struct pr_err *err)
{
	uplink->state = running;
	uplink->state_path =
		pr_text_format("/experiments/%s/executions/%s/state", experiment, execution);
	uplink->results_path =
		pr_text_format("/experiments/%s/executions/%s/results", experiment, execution);
	if (!running || !uplink->state_path || !uplink->results_path)
		return pr_fail_nomem(err);
	send_next(uplink);
	return 0;
}

void pr_uplink_say(struct pr_uplink *uplink, json_t *state)
{
	if (!state || !uplink->state_path || uplink->drained) {
		json_decref(state);
		return;
	}
	json_decref(uplink->state);
	uplink->state = state;
	uplink->refusals = 0;
	pr_timer_stop(&uplink->again);
	send_next(uplink);
}

void pr_uplink_touch(struct pr_uplink *uplink)
{
	if (!uplink->results_path || uplink->drained)
		return;
	uplink->dirty = true;
	send_next(uplink);
}

/* The platform keeps silent about an update: the closing calls matter more. */
static void on_impatient(void *arg)
{
	struct pr_uplink *uplink = arg;

	pr_platform_cancel(pr_steal(uplink->call));
	json_decref(pr_steal(uplink->state));
	send_next(uplink);
}

void pr_uplink_drain(struct pr_uplink *uplink, int64_t patience_us, pr_loop_fn *fn, void *arg)
{
	pr_timer_stop(&uplink->timer);
	if (pr_timer_active(&uplink->again)) /* the last one is to come: it has had its time */
		json_decref(pr_steal(uplink->state));
	pr_timer_stop(&uplink->again);
	uplink->drained = fn;
	uplink->arg = arg;
	if (uplink->call &&
		pr_timer_start(uplink->loop, &uplink->timer, patience_us, on_impatient, uplink))
		on_impatient(uplink);
	else
		send_next(uplink);
}

void pr_uplink_release(struct pr_uplink *uplink)
{
	pr_timer_stop(&uplink->timer);
	pr_platform_cancel(uplink->call);
	pr_timer_stop(&uplink->again);
	json_decref(uplink->state);
	json_decref(uplink->said);
	free(uplink->state_path);
	free(uplink->results_path);
	*uplink = (struct pr_uplink){0};
}
