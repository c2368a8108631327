#include "control/slack.h"

#include "base/env.h"
#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "control/extension.h"
#include "control/slack_capture.h"
#include "control/slack_queue.h"
#include "experiment/activities.h"

#include <ctype.h>

/* The name that the platform gives to its control (docs/protocol.md 4.3). */
#define INTEGRATION "reliably-integration-slack"
#define DEADLINE_US INT64_C(5000000)
#define HURRY_US INT64_C(2000000)
#define CAPTURE_US INT64_C(4000000)

struct slack {
	struct pr_loop *loop;
	const char *ca_file; /* borrowed, as all of the environment */
	const char *channel; /* of the declaration; NULL: SLACK_CHANNEL */
	bool opened;         /* it was tried */
	bool interrupted;    /* whoever stopped the run waits */
	bool ended;
	struct pr_slack_client *client;
	struct pr_slack_queue *queue; /* NULL: nothing is sent */
	const char *name;             /* of the declaration */
	json_int_t limit;             /* messages of one answer, as it says */
	struct pr_slack_capture *capture;
	json_t *extension; /* the platform's, while a capture runs; owned */
	struct pr_hook_ticket *ticket;
};

/* How a run stands, in words and in colour. */
static const struct stand {
	const char *status;
	const char *words;
	const char *colour;
} stands[] = {
	{"completed", "Completed successfully", "#06FF00"},
	{"interrupted", "Interrupted by operator or signal", "#CEAB93"},
	{"failed", "Failed to complete", "#FF8E00"},
	{"aborted", "Failed to complete", "#FF8E00"},
};

static const struct stand running = {NULL, "Running", "#222831"};
static const struct stand deviated = {NULL, "Deviated", "#FF1700"};

static const struct stand *stand_of(const json_t *journal)
{
	const char *status = pr_json_str(journal, "status");

	if (pr_text_eq(status, "completed") && json_is_true(json_object_get(journal, "deviated")))
		return &deviated;
	for (size_t i = 0; i < PR_LEN(stands); i++)
		if (pr_text_eq(status, stands[i].status))
			return &stands[i];
	return &running;
}

static void open_queue(struct slack *slack, const struct pr_hook_event *event)
{
	const json_t *secrets = json_object_get(event->run->secrets, "slack");
	const char *token = pr_json_str(secrets, "token");
	const char *channel = slack->channel ? slack->channel : pr_env_get_set("SLACK_CHANNEL");
	struct pr_err err = PR_ERR_INIT;

	slack->opened = true;
	if (!token)
		token = pr_env_get_set("SLACK_BOT_TOKEN");
	if (!channel || !token) {
		pr_warn("Slack is told nothing: %s is missing",
			channel ? "the token (SLACK_BOT_TOKEN)" : "the channel (SLACK_CHANNEL)");
		return;
	}
	if (pr_slack_client_new(slack->loop, token, slack->ca_file, &slack->client, &err) ||
		pr_slack_queue_new(slack->loop, slack->client, channel, &slack->queue, &err))
		pr_warn("Slack is told nothing: %s", err.msg);
}

static json_t *section(const char *text)
{
	return json_pack(
		"{s:s, s:{s:s, s:s}}", "type", "section", "text", "type", "mrkdwn", "text", text);
}

static int add_extra(json_t *blocks, const json_t *configuration)
{
	json_t *item;
	size_t i;

	json_array_foreach (pr_json_array(configuration, "slack_extra"), i, item) {
		if (json_is_string(item) &&
			pr_json_append(blocks, section(json_string_value(item)), NULL))
			return PR_ENOMEM;
	}
	return 0;
}

static json_t *make_attachments(
	const struct pr_hook_event *event, const char *text, const struct stand *stand)
{
	const char *title = pr_json_str(event->run->document, "title");
	const char *node = pr_json_str(event->run->journal, "node");
	PR_AUTO(free) char *bold = pr_text_format("*%s*", title ? title : "");
	PR_AUTO(free) char *where =
		pr_text_format("*Host:* %s\n*State:* %s", node ? node : "", stand->words);
	json_auto_t *blocks = json_array();

	if (!bold || !where || pr_json_append(blocks, section(bold), NULL) ||
		pr_json_append(blocks,
			json_pack("{s:s, s:[{s:s, s:s}]}", "type", "context", "elements", "type",
				"mrkdwn", "text", where),
			NULL) ||
		add_extra(blocks, event->run->configuration))
		return NULL;
	return json_pack(
		"[{s:s, s:s, s:O}]", "color", stand->colour, "fallback", text, "blocks", blocks);
}

static void say(struct slack *slack, const struct pr_hook_event *event,
	const struct pr_slack_message *message, const struct stand *stand)
{
	struct pr_slack_message full = *message;
	json_auto_t *attachments = make_attachments(event, message->text, stand);

	full.attachments = attachments;
	pr_slack_queue_add(slack->queue, &full);
}

static void say_hypothesis(struct slack *slack, const struct pr_hook_event *event)
{
	bool missed = json_is_false(json_object_get(event->state, "steady_state_met"));
	struct pr_slack_message message = {
		.text = missed ? "Steady state hypothesis finished and *deviated*"
			       : "Steady state hypothesis finished and did not deviate",
		.state = event->state};

	say(slack, event, &message, &running);
}

static void say_activity(struct slack *slack, const struct pr_hook_event *event)
{
	bool over = event->point == PR_HOOK_AFTER_ACTIVITY;
	const char *name = pr_activity_name(event->context);
	const char *status = pr_json_str(event->state, "status");
	PR_AUTO(free) char *text = over ? pr_text_format("Activity `%s` finished with status `%s`",
						  name, status ? status : "interrupted")
					: pr_text_format("Activity `%s` is starting", name);
	struct pr_slack_message message = {.text = text, .state = over ? event->state : NULL};

	if (text)
		say(slack, event, &message, &running);
}

static void say_end(struct slack *slack, const struct pr_hook_event *event)
{
	const struct stand *stand = stand_of(event->run->journal);
	struct pr_slack_message change = {.text = "Experiment is finished", .changes = true};
	char words[64];
	char text[128];
	struct pr_slack_message reply = {.text = text};

	pr_text_copy(words, sizeof words, stand->words);
	*words = (char)tolower((unsigned char)*words);
	pr_text_print(text, sizeof text, "Experiment is finished with status `%s`", words);
	say(slack, event, &change, stand);
	say(slack, event, &reply, stand);
}

static const char *const words[] = {
	[PR_HOOK_BEFORE_EXPERIMENT] = "Experiment is starting",
	[PR_HOOK_BEFORE_HYPOTHESIS] = "Steady state hypothesis is being evaluated",
	[PR_HOOK_BEFORE_METHOD] = "Method is starting",
	[PR_HOOK_AFTER_METHOD] = "Method is finished",
	[PR_HOOK_BEFORE_ROLLBACKS] = "Rollback is starting",
	[PR_HOOK_AFTER_ROLLBACKS] = "Rollback is finished",
};

static void say_words(struct slack *slack, const struct pr_hook_event *event)
{
	struct pr_slack_message message = {
		.text = words[event->point], .changes = event->point == PR_HOOK_BEFORE_EXPERIMENT};

	say(slack, event, &message, &running);
}

static void (*const points[])(struct slack *, const struct pr_hook_event *) = {
	[PR_HOOK_BEFORE_EXPERIMENT] = say_words,
	[PR_HOOK_BEFORE_HYPOTHESIS] = say_words,
	[PR_HOOK_AFTER_HYPOTHESIS] = say_hypothesis,
	[PR_HOOK_BEFORE_METHOD] = say_words,
	[PR_HOOK_AFTER_METHOD] = say_words,
	[PR_HOOK_BEFORE_ROLLBACKS] = say_words,
	[PR_HOOK_AFTER_ROLLBACKS] = say_words,
	[PR_HOOK_BEFORE_ACTIVITY] = say_activity,
	[PR_HOOK_AFTER_ACTIVITY] = say_activity,
	[PR_HOOK_AFTER_EXPERIMENT] = say_end,
};

static void end(struct slack *slack)
{
	int64_t us = slack->interrupted ? HURRY_US : DEADLINE_US;

	if (!slack->ended)
		pr_slack_queue_finish(slack->queue, pr_loop_now_us(slack->loop) + us);
	slack->ended = true;
}

static void on_sent(void *arg)
{
	struct slack *slack = arg;
	struct pr_hook_answer answer = {.verdict = PR_HOOK_CONTINUE};

	pr_hook_resume(pr_steal(slack->ticket), &answer);
}

/* What was found belongs to the journal, which is closed when this wait ends. */
static void on_captured(void *arg, json_t *found)
{
	struct slack *slack = arg;

	if (pr_json_set(slack->extension, "captures", json_pack("{s:O}", "slack", found), NULL))
		pr_warn("out of memory: what was said on Slack is left out");
	on_sent(slack);
}

/* For the page of the execution, where there is one. Returns whether it is waited for. */
static bool capture(struct slack *slack, const struct pr_hook_event *event)
{
	const char *channel = slack->channel ? slack->channel : pr_env_get_set("SLACK_CHANNEL");
	struct pr_slack_capture_request request = {.channel = channel,
		.until_us = pr_loop_now_us(slack->loop) + CAPTURE_US,
		.limit = slack->limit};
	json_t *extension = pr_extension_find(event->run->document);

	if (!extension || slack->capture || slack->interrupted ||
		!pr_text_eq(slack->name, INTEGRATION) ||
		!pr_stamp_read(pr_json_str(event->run->journal, "start"), &request.since_us) ||
		pr_slack_capture_start(slack->loop, slack->client, &request, on_captured, slack,
			&slack->capture, NULL))
		return false;
	slack->extension = json_incref(extension);
	return true;
}

static void cancel(void *self)
{
	struct slack *slack = self;

	if (slack->capture && slack->ticket)
		pr_slack_capture_stop(slack->capture);
}

static void on_event(void *self, const struct pr_hook_event *event, struct pr_hook_ticket *ticket,
	struct pr_hook_answer *answer)
{
	struct slack *slack = self;
	void (*speak)(struct slack *, const struct pr_hook_event *) =
		event->point < PR_LEN(points) ? points[event->point] : NULL;

	if (event->point == PR_HOOK_INTERRUPTED)
		slack->interrupted = true;
	if (speak && !slack->opened)
		open_queue(slack, event);
	if (!slack->queue)
		return;
	if (speak)
		speak(slack, event);
	if (event->point == PR_HOOK_AFTER_EXPERIMENT || event->point == PR_HOOK_FINISHED)
		end(slack);
	if (event->point == PR_HOOK_AFTER_EXPERIMENT ? !capture(slack, event)
						     : event->point != PR_HOOK_FINISHED)
		return;
	if (event->point == PR_HOOK_FINISHED && !pr_slack_queue_wait(slack->queue, on_sent, slack))
		return;
	slack->ticket = ticket;
	answer->verdict = PR_HOOK_WAIT;
}

static void slack_free(void *self)
{
	struct slack *slack = self;

	pr_slack_queue_free(slack->queue);
	pr_slack_capture_free(slack->capture);
	json_decref(slack->extension);
	pr_slack_client_free(slack->client);
	free(slack);
}

static int configure(const struct pr_native_env *env, const json_t *declaration,
	struct pr_native *ret_native, struct pr_err *err)
{
	struct slack *slack = calloc(1, sizeof *slack);

	if (!slack)
		return pr_fail_nomem(err);
	slack->loop = env->loop;
	slack->ca_file = env->ca_file;
	slack->name = pr_json_str(declaration, "name");
	slack->limit =
		json_integer_value(json_object_get(pr_native_arguments(declaration), "limit"));
	slack->channel = pr_json_str(pr_native_arguments(declaration), "channel");
	*ret_native = (struct pr_native){.hook = {.name = pr_json_str(declaration, "name"),
						 .on = on_event,
						 .cancel = cancel,
						 .self = slack},
		.free = slack_free};
	return 0;
}

static const char *const modules[] = {"chaosslack.control", NULL};

static const struct pr_native_known known[] = {
	{"channel", false},
	{NULL, false},
};

const struct pr_native_control pr_native_slack = {
	.modules = modules, .known = known, .configure = configure};
