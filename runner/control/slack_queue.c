#include "control/slack_queue.h"

#include "base/log.h"
#include "base/redact.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "codec/yaml_write.h"

#define CALL_US INT64_C(30000000)
#define JOBS_MAX 256
#define FAILURES_MAX 3
#define STATE_MAX ((size_t)1 << 20)

/* How far an upload has come; a plain message is one call. */
enum step { STEP_FIRST, STEP_BYTES, STEP_COMPLETE };

struct job {
	struct job *next;
	char *text;
	json_t *attachments;
	bool changes;
	bool uploads;
	struct pr_buf content;
	enum step step;
	char *file; /* Slack's id of it */
	char *url;  /* where its bytes go */
};

struct pr_slack_queue {
	struct pr_loop *loop;
	struct pr_slack_client *client;
	char *channel;
	char *channel_id; /* as Slack answered; NULL: there is no thread yet */
	char *thread;
	struct job *first;
	struct job **end;
	size_t count;
	struct pr_slack_call *call;
	unsigned failures; /* one after the other */
	bool dead;
	bool told;
	int64_t until_us; /* 0: there is more to come */
	struct pr_timer timer;
	pr_loop_fn *fn;
	void *arg;
};

static void send_next(struct pr_slack_queue *queue);

static void tell(struct pr_slack_queue *queue, const char *why)
{
	enum pr_log_level level = queue->told ? PR_LOG_DEBUG : PR_LOG_WARNING;

	queue->told = true;
	pr_log_at(level, __FILE__, __LINE__,
		"Slack messages could not be delivered: %s. The run is not affected", why);
}

static void job_free(struct job *job)
{
	free(job->text);
	free(job->file);
	free(job->url);
	json_decref(job->attachments);
	pr_buf_release(&job->content);
	free(job);
}

static void drop_first(struct pr_slack_queue *queue)
{
	struct job *job = queue->first;

	queue->first = job->next;
	if (!queue->first)
		queue->end = &queue->first;
	queue->count--;
	job_free(job);
}

/* All that waited is sent or given up. */
static void on_empty(struct pr_slack_queue *queue)
{
	pr_loop_fn *fn = pr_steal(queue->fn);

	pr_timer_stop(&queue->timer);
	if (fn)
		fn(queue->arg);
}

static void give_up(struct pr_slack_queue *queue)
{
	queue->dead = true;
	pr_slack_call_free(pr_steal(queue->call));
	while (queue->first)
		drop_first(queue);
	on_empty(queue);
}

static void on_late(void *arg)
{
	struct pr_slack_queue *queue = arg;

	tell(queue, "Slack does not answer in time");
	give_up(queue);
}

static void on_failure(struct pr_slack_queue *queue, const char *why, bool refused)
{
	tell(queue, why);
	pr_slack_call_free(pr_steal(queue->call));
	if (++queue->failures >= FAILURES_MAX || (refused && !queue->thread)) {
		give_up(queue);
		return;
	}
	drop_first(queue);
	send_next(queue);
}

/* The answer to the first message says where the others go. */
static void open_thread(struct pr_slack_queue *queue, const json_t *answer)
{
	const char *channel = pr_json_str(answer, "channel");
	const char *thread = pr_json_str(answer, "ts");

	if (queue->thread || !thread)
		return;
	queue->channel_id = pr_text_dup(channel ? channel : queue->channel);
	queue->thread = pr_text_dup(thread);
}

/* An upload goes on with what the first step answered. */
static bool advance(struct job *job, const json_t *answer)
{
	if (job->step == STEP_FIRST) {
		job->file = pr_text_dup(pr_json_str(answer, "file_id"));
		job->url = pr_text_dup(pr_json_str(answer, "upload_url"));
	}
	job->step++;
	return job->file && job->url;
}

static void on_called(void *arg, const json_t *answer, const char *error, bool refused)
{
	struct pr_slack_queue *queue = arg;
	struct job *job = queue->first;
	bool more = job->uploads && job->step != STEP_COMPLETE;

	if (answer && more && !advance(job, answer)) {
		answer = NULL;
		error = "Slack takes no file";
	}
	if (answer && !job->uploads)
		open_thread(queue, answer);
	if (!answer) {
		on_failure(queue, error, refused);
		return;
	}
	pr_slack_call_free(pr_steal(queue->call));
	queue->failures = 0;
	if (!more)
		drop_first(queue);
	send_next(queue);
}

static int start_call(struct pr_slack_queue *queue, struct pr_slack_request *request)
{
	int64_t until_us = pr_loop_now_us(queue->loop) + CALL_US;
	struct pr_slack_call *call = NULL;
	int rc;

	request->until_us =
		queue->until_us && queue->until_us < until_us ? queue->until_us : until_us;
	rc = pr_slack_call_start(queue->client, request, on_called, queue, &call, NULL);
	queue->call = call;
	return rc;
}

static int send_message(struct pr_slack_queue *queue, const struct job *job)
{
	bool changes = job->changes && queue->thread;
	struct pr_slack_request request = {
		.method = changes ? "chat.update" : "chat.postMessage", .form = PR_SLACK_JSON};
	json_auto_t *arguments = json_pack("{s:s, s:s}", "channel",
		changes ? queue->channel_id : queue->channel, "text", job->text);
	int rc = arguments ? 0 : PR_ENOMEM;

	if (!rc && (changes || !queue->thread))
		rc = pr_json_set(arguments, "attachments", json_incref(job->attachments), NULL);
	if (!rc && queue->thread)
		rc = pr_json_set(
			arguments, changes ? "ts" : "thread_ts", json_string(queue->thread), NULL);
	request.arguments = arguments;
	return rc ? rc : start_call(queue, &request);
}

static int ask_for_url(struct pr_slack_queue *queue, const struct job *job)
{
	char length[24];
	json_auto_t *arguments = NULL;
	struct pr_slack_request request = {
		.method = "files.getUploadURLExternal", .form = PR_SLACK_POST};

	pr_text_print(length, sizeof length, "%zu", job->content.len);
	arguments = json_pack("{s:s, s:s, s:s}", "filename", "state.yaml", "length", length,
		"snippet_type", "yaml");
	request.arguments = arguments;
	return arguments ? start_call(queue, &request) : PR_ENOMEM;
}

static int complete_upload(struct pr_slack_queue *queue, const struct job *job)
{
	json_auto_t *list = json_pack("[{s:s, s:s}]", "id", job->file, "title", "state.yaml");
	PR_AUTO(free) char *files = list ? pr_json_line(list) : NULL;
	json_auto_t *arguments = files ? json_pack("{s:s, s:s, s:s, s:s}", "files", files,
						 "channel_id", queue->channel_id, "thread_ts",
						 queue->thread, "initial_comment", job->text)
				       : NULL;
	struct pr_slack_request request = {.method = "files.completeUploadExternal",
		.form = PR_SLACK_POST,
		.arguments = arguments};

	return arguments ? start_call(queue, &request) : PR_ENOMEM;
}

static int send_bytes(struct pr_slack_queue *queue, const struct job *job)
{
	struct pr_slack_request request = {.url = job->url, .content = &job->content};

	return start_call(queue, &request);
}

/* Before there is a thread, every message tries to begin it, whatever it has with it. */
static int send_job(struct pr_slack_queue *queue, struct job *job)
{
	if (!queue->thread)
		job->uploads = false;
	if (!job->uploads)
		return send_message(queue, job);
	if (job->step == STEP_FIRST)
		return ask_for_url(queue, job);
	return job->step == STEP_BYTES ? send_bytes(queue, job) : complete_upload(queue, job);
}

static void send_next(struct pr_slack_queue *queue)
{
	while (queue->first && !queue->call) {
		if (!send_job(queue, queue->first))
			return;
		tell(queue, "out of memory, or a message is too large");
		drop_first(queue);
	}
	if (!queue->first)
		on_empty(queue);
}

int pr_slack_queue_new(struct pr_loop *loop, struct pr_slack_client *client, const char *channel,
	struct pr_slack_queue **ret_queue, struct pr_err *err)
{
	struct pr_slack_queue *queue = calloc(1, sizeof *queue);

	if (!queue)
		return pr_fail_nomem(err);
	queue->loop = loop;
	queue->client = client;
	queue->end = &queue->first;
	queue->channel = pr_text_dup(channel);
	if (!queue->channel) {
		free(queue);
		return pr_fail_nomem(err);
	}
	*ret_queue = queue;
	return 0;
}

/* Without the secrets in it: its length is told before it is sent. */
static void write_state(const json_t *state, struct pr_buf *out)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(STATE_MAX);

	if (!state)
		return;
	pr_yaml_write(state, &text);
	pr_redact_copy(pr_buf_str(&text), text.len, out);
}

static struct job *job_new(const struct pr_slack_message *message)
{
	struct job *job = calloc(1, sizeof *job);

	if (!job)
		return NULL;
	job->text = pr_text_dup(message->text);
	job->attachments = json_incref(message->attachments);
	job->changes = message->changes;
	job->uploads = message->state != NULL;
	pr_buf_init(&job->content, STATE_MAX);
	write_state(message->state, &job->content);
	if (job->text && job->attachments)
		return job;
	job_free(job);
	return NULL;
}

void pr_slack_queue_add(struct pr_slack_queue *queue, const struct pr_slack_message *message)
{
	struct job *job;

	if (queue->dead)
		return;
	job = queue->count < JOBS_MAX ? job_new(message) : NULL;
	if (!job) {
		tell(queue, "too many messages wait");
		return;
	}
	*queue->end = job;
	queue->end = &job->next;
	queue->count++;
	if (!queue->call)
		send_next(queue);
}

void pr_slack_queue_finish(struct pr_slack_queue *queue, int64_t deadline_us)
{
	queue->until_us = deadline_us;
	if (queue->first)
		(void)pr_timer_start(queue->loop, &queue->timer,
			deadline_us - pr_loop_now_us(queue->loop), on_late, queue);
}

bool pr_slack_queue_wait(struct pr_slack_queue *queue, pr_loop_fn *fn, void *arg)
{
	if (!queue->first)
		return false;
	queue->fn = fn;
	queue->arg = arg;
	return true;
}

void pr_slack_queue_free(struct pr_slack_queue *queue)
{
	if (!queue)
		return;
	pr_timer_stop(&queue->timer);
	pr_slack_call_free(queue->call);
	while (queue->first)
		drop_first(queue);
	free(queue->channel);
	free(queue->channel_id);
	free(queue->thread);
	free(queue);
}
