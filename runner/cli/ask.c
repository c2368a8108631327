#include "cli/ask.h"

#include "base/text.h"
#include "codec/json_write.h"

#include <string.h>

#define DEADLINE_US ((int64_t)5 * 1000000)
#define TEXT_MAX ((size_t)64 << 20)

struct question {
	struct pr_loop *loop;
	struct pr_reply *reply;
	struct pr_platform_call *call;
};

static void on_answer(void *arg, const struct pr_platform_answer *answer)
{
	struct question *question = arg;
	struct pr_reply *reply = question->reply;

	question->call = NULL;
	reply->code = answer->code;
	reply->status = answer->status;
	reply->body = json_incref(answer->body);
	reply->content_type = pr_text_dup(answer->content_type);
	pr_text_copy(reply->message, sizeof reply->message, answer->message);
	if (answer->text)
		pr_buf_add(&reply->text, answer->text, answer->text_len);
	pr_loop_stop(question->loop);
}

int pr_ask(struct pr_signals *signals, struct pr_platform *platform, const char *method,
	const char *path, const json_t *body, struct pr_reply *reply)
{
	PR_AUTO(free) char *text = body ? pr_json_line(body) : NULL;
	struct question question = {.loop = signals->loop, .reply = reply};
	struct pr_platform_request request = {.method = method,
		.path = path,
		.body = text,
		.body_len = text ? strlen(text) : 0,
		.retry = pr_text_eq(method, "POST") ? PR_RETRY_ONCE_ONLY : PR_RETRY_IDEMPOTENT,
		.deadline_us = pr_loop_now_us(signals->loop) + DEADLINE_US};

	*reply = (struct pr_reply){.code = PR_ECANCELED, .text = PR_BUF_INIT(TEXT_MAX)};
	pr_text_copy(reply->message, sizeof reply->message, "interrupted");
	if (signals->received)
		return PR_ECANCELED;
	if (pr_platform_send(platform, &request, on_answer, &question, &question.call, NULL) ||
		pr_loop_run(signals->loop, NULL)) {
		reply->code = PR_ENOMEM;
		pr_text_copy(reply->message, sizeof reply->message, "out of memory");
	}
	pr_platform_cancel(question.call);
	return reply->code;
}

void pr_reply_release(struct pr_reply *reply)
{
	json_decref(reply->body);
	pr_buf_release(&reply->text);
	free(reply->content_type);
	reply->body = NULL;
	reply->content_type = NULL;
}
