#include "control/slack_capture.h"

#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"

#include <inttypes.h>
#include <string.h>

#define US_PER_S INT64_C(1000000)
#define CALLS_MAX 60
#define LIMIT 300

enum stage { STAGE_CHANNEL, STAGE_HISTORY, STAGE_THREADS, STAGE_USERS, STAGE_OVER };

struct pr_slack_capture {
	struct pr_loop *loop;
	struct pr_slack_client *client;
	struct pr_slack_call *call;
	char *channel;
	int64_t since_us;
	int64_t until_us;
	json_int_t limit;
	enum stage stage;
	char *cursor; /* of the next page; NULL: the first one */
	unsigned calls;
	json_t *found;
	json_t *users;    /* of it, borrowed, by id: null until it is asked for */
	json_t *messages; /* likewise */
	json_t *threads;  /* likewise, by their moment: null until it is asked for */
	char *id;         /* of the channel */
	struct pr_timer timer;
	pr_slack_capture_fn *fn;
	void *arg;
};

static void go_on(void *arg);

/* The first member that is still null; NULL: there is none. */
static const char *first_open(const json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach (pr_json_mutable(object), key, value)
		if (json_is_null(value))
			return key;
	return NULL;
}

/* Threads that the control itself has made say nothing new. */
static bool is_own(const json_t *thread)
{
	const json_t *message;
	size_t i;

	json_array_foreach (thread, i, message) {
		const char *text = pr_json_str(message, "text");

		if (json_object_get(message, "bot_id") && text &&
			pr_text_starts(text, "Experiment is "))
			return true;
	}
	return false;
}

/* Takes out what was not reached, and our own threads. */
static void tidy(struct pr_slack_capture *capture)
{
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe (capture->threads, next, key, value) {
		if (json_is_null(value) || is_own(value))
			json_object_del(capture->threads, key);
	}
	json_object_foreach_safe (capture->users, next, key, value) {
		if (json_is_null(value))
			json_object_del(capture->users, key);
	}
}

static void end(void *arg)
{
	struct pr_slack_capture *capture = arg;

	if (capture->stage == STAGE_OVER && !capture->fn)
		return;
	capture->stage = STAGE_OVER;
	pr_timer_stop(&capture->timer);
	pr_slack_call_free(pr_steal(capture->call));
	tidy(capture);
	pr_steal(capture->fn)(capture->arg, capture->found);
}

static int open_channel(struct pr_slack_capture *capture, const json_t *channel)
{
	json_t *entry = json_pack("{s:O, s:s, s:[], s:{}}", "id", json_object_get(channel, "id"),
		"name", capture->channel, "conversation", "threads");

	if (pr_json_append(json_object_get(capture->found, "channels"), entry, NULL))
		return PR_ENOMEM;
	capture->id = pr_text_dup(pr_json_str(channel, "id"));
	if (!capture->id)
		return PR_ENOMEM;
	capture->messages = json_object_get(entry, "conversation");
	capture->threads = json_object_get(entry, "threads");
	return 0;
}

static int read_channels(struct pr_slack_capture *capture, const json_t *answer)
{
	const json_t *channel;
	size_t i;

	json_array_foreach (pr_json_array(answer, "channels"), i, channel) {
		if (pr_text_eq(pr_json_str(channel, "name"), capture->channel) &&
			pr_json_str(channel, "id"))
			return open_channel(capture, channel);
	}
	return 0;
}

static int note(json_t *object, const char *key)
{
	if (!key || json_object_get(object, key))
		return 0;
	return pr_json_set(object, key, json_null(), NULL);
}

static int read_history(struct pr_slack_capture *capture, const json_t *answer)
{
	json_t *message;
	size_t i;

	json_array_foreach (pr_json_array(answer, "messages"), i, message) {
		bool bot = json_is_string(json_object_get(message, "bot_id"));

		if (pr_json_append(capture->messages, json_incref(message), NULL) ||
			note(capture->threads, pr_json_str(message, "thread_ts")) ||
			(!bot && note(capture->users, pr_json_str(message, "user"))))
			return PR_ENOMEM;
	}
	return 0;
}

/* Further pages are added to the first one. */
static int read_thread(struct pr_slack_capture *capture, const json_t *answer)
{
	const char *key = first_open(capture->threads);
	json_t *messages = pr_json_array(answer, "messages");

	return key ? pr_json_set(capture->threads, key,
			     messages ? json_incref(messages) : json_array(), NULL)
		   : 0;
}

static int read_user(struct pr_slack_capture *capture, const json_t *answer)
{
	const char *key = first_open(capture->users);
	const json_t *user = pr_json_object(answer, "user");
	const json_t *profile = pr_json_object(user, "profile");

	return key ? pr_json_set(capture->users, key,
			     json_pack("{s:s, s:O?, s:O?, s:O?, s:O?}", "id", key, "name",
				     json_object_get(user, "name"), "real_name",
				     json_object_get(user, "real_name"), "display_name",
				     json_object_get(profile, "display_name_normalized"), "image",
				     json_object_get(profile, "image_24")),
			     NULL)
		   : 0;
}

static const struct {
	const char *method;
	bool pages;
	int (*read)(struct pr_slack_capture *capture, const json_t *answer);
} stages[] = {
	[STAGE_CHANNEL] = {"conversations.list", true, read_channels},
	[STAGE_HISTORY] = {"conversations.history", true, read_history},
	[STAGE_THREADS] = {"conversations.replies", false, read_thread},
	[STAGE_USERS] = {"users.info", false, read_user},
};

/* Whether the stage has nothing left to ask. */
static bool is_done(const struct pr_slack_capture *capture)
{
	if (capture->stage == STAGE_THREADS)
		return !first_open(capture->threads);
	if (capture->stage == STAGE_USERS)
		return !first_open(capture->users);
	return !capture->cursor;
}

static void on_answer(void *arg, const json_t *answer, const char *error, bool refused)
{
	struct pr_slack_capture *capture = arg;
	const char *cursor =
		pr_json_str(json_object_get(answer, "response_metadata"), "next_cursor");

	(void)refused;
	if (!answer || stages[capture->stage].read(capture, answer)) {
		pr_debug("The Slack channel could not be read to its end: %s",
			error ? error : "out of memory");
		end(capture);
		return;
	}
	free(pr_steal(capture->cursor));
	if (cursor && *cursor && stages[capture->stage].pages &&
		(capture->stage != STAGE_CHANNEL || !capture->id))
		capture->cursor = pr_text_dup(cursor);
	pr_slack_call_free(pr_steal(capture->call));
	if (is_done(capture))
		capture->stage++;
	while (capture->stage > STAGE_HISTORY && capture->stage < STAGE_OVER && is_done(capture))
		capture->stage++;
	if (!capture->id)
		capture->stage = capture->cursor ? STAGE_CHANNEL : STAGE_OVER;
	go_on(capture);
}

static json_t *arguments_of(const struct pr_slack_capture *capture)
{
	char oldest[32];
	char limit[24];

	pr_text_print(limit, sizeof limit, "%" PRId64, (int64_t)capture->limit);
	pr_text_print(oldest, sizeof oldest, "%" PRId64 ".%06d", capture->since_us / US_PER_S,
		(int)(capture->since_us % US_PER_S));
	if (capture->stage == STAGE_CHANNEL)
		return json_pack("{s:s, s:s}", "exclude_archived", "true", "limit", "1000");
	if (capture->stage == STAGE_HISTORY)
		return json_pack("{s:s, s:s, s:s, s:s, s:s}", "channel", capture->id, "inclusive",
			"true", "include_all_metadata", "true", "limit", limit, "oldest", oldest);
	if (capture->stage == STAGE_THREADS)
		return json_pack("{s:s, s:s, s:s, s:s}", "channel", capture->id, "ts",
			first_open(capture->threads), "inclusive", "true", "limit", limit);
	return json_pack("{s:s}", "user", first_open(capture->users));
}

static void go_on(void *arg)
{
	struct pr_slack_capture *capture = arg;
	struct pr_slack_request request = {.form = PR_SLACK_GET, .until_us = capture->until_us};
	json_auto_t *arguments = NULL;

	if (capture->stage >= STAGE_OVER || capture->calls++ >= CALLS_MAX) {
		end(capture);
		return;
	}
	arguments = arguments_of(capture);
	if (arguments && capture->cursor)
		(void)pr_json_set(arguments, "cursor", json_string(capture->cursor), NULL);
	request.method = stages[capture->stage].method;
	request.arguments = arguments;
	if (!arguments || pr_slack_call_start(capture->client, &request, on_answer, capture,
				  &capture->call, NULL))
		end(capture);
}

int pr_slack_capture_start(struct pr_loop *loop, struct pr_slack_client *client,
	const struct pr_slack_capture_request *request, pr_slack_capture_fn *fn, void *arg,
	struct pr_slack_capture **ret_capture, struct pr_err *err)
{
	struct pr_slack_capture *capture = calloc(1, sizeof *capture);
	struct pr_slack_request first = {.method = stages[STAGE_CHANNEL].method,
		.form = PR_SLACK_GET,
		.until_us = request->until_us};
	json_auto_t *arguments = NULL;

	if (!capture)
		return pr_fail_nomem(err);
	*capture = (struct pr_slack_capture){.loop = loop,
		.client = client,
		.since_us = request->since_us,
		.until_us = request->until_us,
		.limit = request->limit > 0 ? request->limit : LIMIT,
		.found = json_pack("{s:[], s:{}}", "channels", "users"),
		.channel = pr_text_dup(request->channel + strspn(request->channel, "# ")),
		.fn = fn,
		.arg = arg};
	capture->users = json_object_get(capture->found, "users");
	arguments = arguments_of(capture);
	first.arguments = arguments;
	if (!capture->found || !capture->channel || !arguments ||
		pr_timer_start(loop, &capture->timer, request->until_us - pr_loop_now_us(loop), end,
			capture) ||
		pr_slack_call_start(client, &first, on_answer, capture, &capture->call, NULL)) {
		pr_slack_capture_free(capture);
		return pr_fail_nomem(err);
	}
	*ret_capture = capture;
	return 0;
}

void pr_slack_capture_stop(struct pr_slack_capture *capture)
{
	if (capture->fn)
		end(capture);
}

void pr_slack_capture_free(struct pr_slack_capture *capture)
{
	if (!capture)
		return;
	pr_timer_stop(&capture->timer);
	pr_slack_call_free(capture->call);
	json_decref(capture->found);
	free(capture->channel);
	free(capture->cursor);
	free(capture->id);
	free(capture);
}
