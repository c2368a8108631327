#include "fixture.h"

#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "experiment/activities.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define BEGINNING_US INT64_C(1800000000000000)

/* The fixture that the fake provider reports to. */
static struct fixture *present;

struct call {
	struct pr_activity_call base;
	char name[64];
	json_t *provider;
	struct pr_timer timer;
	pr_activity_fn *fn;
	void *arg;
	bool answered;
};

json_t *fixture_json(const char *text)
{
	char *copy = strdup(text);
	json_error_t error;
	json_t *value;

	for (char *p = copy; *p; p++)
		if (*p == '\'')
			*p = '"';
	value = json_loads(copy, JSON_DECODE_ANY, &error);
	if (!value)
		fail_msg("%s: %s", error.text, text);
	free(copy);
	return value;
}

static void call_release(struct pr_activity_call *base)
{
	struct call *call = pr_container_of(base, struct call, base);

	if (!call->answered)
		pr_buf_addf(&present->ended, "%s ", call->name);
	pr_timer_stop(&call->timer);
	json_decref(call->provider);
	free(call);
}

static const struct pr_provider fake = {.type = "fake", .release = call_release};

static void call_answer(void *arg)
{
	struct call *call = arg;
	struct pr_outcome outcome = {.kind = PR_OUTCOME_SUCCEEDED};
	const char *failure = pr_json_str(call->provider, "fail");
	const char *crash = pr_json_str(call->provider, "crash");

	call->answered = true;
	if (failure || crash) {
		outcome.kind = failure ? PR_OUTCOME_FAILED : PR_OUTCOME_CRASHED;
		outcome.message = failure ? failure : crash;
	} else {
		outcome.output = json_object_get(call->provider, "output");
		if (!outcome.output)
			outcome.output = json_null();
	}
	call->fn(call->arg, &outcome);
}

static int fake_start(const struct pr_activity_env *env, const json_t *activity, pr_activity_fn *fn,
	void *arg, struct pr_activity_call **ret_call, struct pr_err *err)
{
	struct call *call = calloc(1, sizeof(*call));
	json_t *provider = json_object_get(activity, "provider");

	(void)err;
	call->base.provider = &fake;
	snprintf(call->name, sizeof(call->name), "%s", pr_activity_name(activity));
	call->provider = json_incref(provider);
	call->fn = fn;
	call->arg = arg;
	pr_buf_addf(&present->started, "%s ", call->name);
	assert_int_equal(0, pr_timer_start(env->loop, &call->timer,
				    json_integer_value(json_object_get(provider, "ms")) * 1000,
				    call_answer, call));
	*ret_call = &call->base;
	return 0;
}

/* Takes the stamp off: "[2026-11-20 16:24:56 INFO] text" becomes "INFO text". */
static void on_line(void *arg, const char *line, size_t n)
{
	struct fixture *fixture = arg;
	const char *bracket = memchr(line, ']', n);
	const char *level = bracket;

	if (*line != '[' || !bracket) {
		pr_buf_add(&fixture->log, line, n);
		return;
	}
	while (level[-1] != ' ')
		level--;
	pr_buf_add(&fixture->log, level, (size_t)(bracket - level));
	pr_buf_add(&fixture->log, bracket + 1, n - (size_t)(bracket + 1 - line));
}

static void point_text(const struct pr_hook_event *event, struct pr_buf *out)
{
	pr_buf_adds(out, pr_hook_point_name(event->point));
	if (event->phase != PR_PHASE_NONE)
		pr_buf_addf(out, " %s", pr_phase_name(event->phase));
	if (event->point == PR_HOOK_GATE || event->point == PR_HOOK_BEFORE_ACTIVITY ||
		event->point == PR_HOOK_ENTRY || event->point == PR_HOOK_AFTER_ACTIVITY)
		pr_buf_addf(out, " %s", pr_activity_name(event->context));
	if (event->reason)
		pr_buf_addf(out, ": %s", event->reason);
}

static void hook_resume(void *arg)
{
	struct fixture *fixture = arg;
	struct pr_hook_ticket *ticket = pr_steal(fixture->ticket);
	struct pr_hook_answer answer = fixture->answer;

	pr_timer_stop(&fixture->resume_timer);
	answer.verdict = fixture->resume_interrupts ? PR_HOOK_INTERRUPT : PR_HOOK_CONTINUE;
	if (ticket)
		pr_hook_resume(ticket, &answer);
}

static void hook_on(void *self, const struct pr_hook_event *event, struct pr_hook_ticket *ticket,
	struct pr_hook_answer *answer)
{
	struct fixture *fixture = self;
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	point_text(event, &text);
	pr_buf_addf(&fixture->points, "%s\n", pr_buf_str(&text));
	if (!fixture->answer_at || !pr_text_eq(fixture->answer_at, pr_buf_str(&text)))
		return;
	fixture->answer_at = NULL;
	*answer = fixture->answer;
	if (answer->verdict != PR_HOOK_WAIT)
		return;
	fixture->ticket = ticket;
	if (fixture->answer_after_ms >= 0)
		pr_timer_start(event->run->loop, &fixture->resume_timer,
			fixture->answer_after_ms * 1000, hook_resume, fixture);
}

static void hook_cancel(void *self)
{
	struct fixture *fixture = self;

	fixture->cancels++;
	hook_resume(fixture);
}

void fixture_init(struct fixture *fixture, const char *document)
{
	memset(fixture, 0, sizeof(*fixture));
	present = fixture;
	pr_fake_clock_init(&fixture->fake, BEGINNING_US);
	assert_int_equal(0, pr_loop_new(&fixture->fake.clock, &fixture->loop, NULL));
	pr_buf_init(&fixture->log, PR_BUF_TEXT_MAX);
	pr_buf_init(&fixture->started, PR_BUF_TEXT_MAX);
	pr_buf_init(&fixture->ended, PR_BUF_TEXT_MAX);
	pr_buf_init(&fixture->points, PR_BUF_TEXT_MAX);
	fixture->options = (struct pr_run_options){
		.document = fixture_json(document),
		.strategies = {.frequency = 1.0},
		.limits = PR_LIMITS_DEFAULT,
		.start = fake_start,
	};
	pr_log_reset(&fixture->fake.clock);
	assert_int_equal(0, pr_log_add(&(struct pr_log_sink){.level = PR_LOG_INFO,
					       .format = PR_LOG_SHORT,
					       .write = on_line,
					       .arg = fixture},
				    NULL));
}

void fixture_release(struct fixture *fixture)
{
	pr_run_free(fixture->run);
	pr_timer_stop(&fixture->resume_timer);
	pr_loop_free(fixture->loop);
	pr_buf_release(&fixture->log);
	pr_buf_release(&fixture->started);
	pr_buf_release(&fixture->ended);
	pr_buf_release(&fixture->points);
	json_decref(fixture->options.document);
	json_decref(fixture->journal);
	pr_log_reset(NULL);
}

void fixture_interrupt(
	struct fixture *fixture, int64_t ms, enum pr_interrupt_kind kind, const char *reason)
{
	assert_true(fixture->timer_count < FIXTURE_EVENTS);
	fixture->interrupts[fixture->timer_count++] =
		(struct fixture_interrupt){.ms = ms, .kind = kind, .reason = reason};
}

static void on_interrupt(void *arg)
{
	struct fixture_interrupt *interrupt = arg;

	if (!present->over)
		pr_run_interrupt(present->run, interrupt->kind, interrupt->reason);
}

static void on_over(void *arg, const struct pr_run_result *result)
{
	struct fixture *fixture = arg;

	fixture->over = true;
	snprintf(fixture->status, sizeof(fixture->status), "%s",
		result->status ? result->status : "none");
	fixture->deviated = result->deviated;
	snprintf(fixture->error, sizeof(fixture->error), "%s",
		result->error ? result->error->msg : "");
	fixture->journal = json_incref(result->journal);
	fixture->elapsed_ms = pr_loop_now_us(fixture->loop) / 1000;
	pr_loop_stop(fixture->loop);
}

void fixture_run(struct fixture *fixture)
{
	struct pr_hook hooks[2] = {
		{.name = "recorder", .on = hook_on, .cancel = hook_cancel, .self = fixture}};
	struct pr_err err = PR_ERR_INIT;

	if (fixture->beside)
		hooks[1] = *fixture->beside;
	fixture->options.hooks = hooks;
	fixture->options.hook_count = fixture->beside ? 2 : 1;
	if (pr_run_new(fixture->loop, &fixture->options, &fixture->run, &err))
		fail_msg("%s", err.msg);
	assert_int_equal(0, pr_run_start(fixture->run, on_over, fixture, &err));
	for (size_t i = 0; i < fixture->timer_count; i++)
		pr_timer_start(fixture->loop, &fixture->timers[i], fixture->interrupts[i].ms * 1000,
			on_interrupt, &fixture->interrupts[i]);
	assert_int_equal(0, pr_loop_run(fixture->loop, &err));
	assert_true(fixture->over);
}

void fixture_expect(const char *what, const char *got, const char *want)
{
	if (!pr_text_eq(got, want))
		fail_msg("%s is\n%s\ninstead of\n%s", what, got, want);
}

const char *fixture_entries(const json_t *list)
{
	static char text[2048];
	size_t used = 0;
	json_t *entry;
	size_t i;

	text[0] = '\0';
	json_array_foreach (list, i, entry) {
		const char *status = pr_json_str(entry, "status");

		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s:%s", i ? " " : "",
			pr_activity_name(json_object_get(entry, "activity")),
			status ? status : "-");
	}
	return text;
}

json_t *fixture_at(const struct fixture *fixture, const char *path)
{
	char copy[128];
	char *rest = NULL;
	json_t *value = fixture->journal;

	snprintf(copy, sizeof(copy), "%s", path);
	for (char *word = strtok_r(copy, ".", &rest); word; word = strtok_r(NULL, ".", &rest)) {
		int64_t index;

		if (json_is_array(value) && pr_text_int64(word, &index, NULL) == 0)
			value = json_array_get(value, (size_t)index);
		else
			value = json_object_get(value, word);
	}
	return value;
}
