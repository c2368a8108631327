#include "platform/delivery.h"

#include "base/text.h"
#include "codec/json.h"
#include "codec/json_write.h"

#include <string.h>

#define LAST_US ((int64_t)1000000) /* what an attempt at the deadline still has */

struct pr_delivery {
	struct pr_platform *platform;
	const json_t *document;
	struct pr_platform_call *call;
	size_t step;
	int64_t deadline_us;
	struct pr_timer timer; /* at the deadline */
	struct pr_delivery_result result;
	pr_delivery_fn *fn;
	void *arg;
};

/* The body that an entry holds, and below what it is put: an execution or a plan. */
static const struct {
	const char *body;
	bool of_plan;
} steps[] = {{"results", false}, {"status", true}, {"state", false}};

static void next_step(struct pr_delivery *delivery);

/* Nothing helps, other than where it is another token (401, 403, 407) or time (408, 429). */
static bool is_refusal(long status)
{
	static const long others[] = {401, 403, 407, 408, 429};

	for (size_t i = 0; i < PR_LEN(others); i++)
		if (status == others[i])
			return false;
	return status >= 400 && status < 500;
}

static void on_answer(void *arg, const struct pr_platform_answer *answer)
{
	struct pr_delivery *delivery = arg;
	struct pr_delivery_result *result = &delivery->result;

	delivery->call = NULL;
	if (answer->code != PR_OK && !*result->message) {
		pr_text_print(result->message, sizeof result->message, "%s: %s",
			steps[delivery->step].body, answer->message);
		result->refused = is_refusal(answer->status);
	}
	if (answer->status == 0 || answer->status >= 500)
		delivery->step = PR_LEN(steps);
	else
		delivery->step++;
	next_step(delivery);
}

static char *path_of(const struct pr_delivery *delivery)
{
	const char *plan = pr_json_str(delivery->document, "plan");
	const char *experiment = pr_json_str(delivery->document, "experiment");
	const char *execution = pr_json_str(delivery->document, "execution");

	if (!plan || !experiment || !execution)
		return NULL;
	if (steps[delivery->step].of_plan)
		return pr_text_format("/plans/%s/%s", plan, steps[delivery->step].body);
	return pr_text_format("/experiments/%s/executions/%s/%s", experiment, execution,
		steps[delivery->step].body);
}

static int send_step(struct pr_delivery *delivery)
{
	const json_t *body = json_object_get(delivery->document, steps[delivery->step].body);
	PR_AUTO(free) char *text = pr_json_line(body);
	PR_AUTO(free) char *path = path_of(delivery);
	struct pr_platform_request request = {.method = "PUT",
		.path = path,
		.body_len = text ? strlen(text) : 0,
		.retry = PR_RETRY_IDEMPOTENT,
		.deadline_us = delivery->deadline_us};

	if (!text || !path)
		return PR_ENOMEM;
	request.own_body = pr_steal(text);
	return pr_platform_send(
		delivery->platform, &request, on_answer, delivery, &delivery->call, NULL);
}

static void next_step(struct pr_delivery *delivery)
{
	struct pr_delivery_result *result = &delivery->result;

	if (delivery->step < PR_LEN(steps) && send_step(delivery) == 0)
		return;
	pr_timer_stop(&delivery->timer);
	if (delivery->step < PR_LEN(steps))
		pr_text_copy(result->message, sizeof result->message, "out of memory");
	result->delivered = !*result->message;
	delivery->fn(delivery->arg, result);
}

static void on_deadline(void *arg)
{
	struct pr_delivery *delivery = arg;
	struct pr_delivery_result *result = &delivery->result;

	pr_platform_cancel(pr_steal(delivery->call));
	if (!*result->message)
		pr_text_print(result->message, sizeof result->message, "%s: no answer in time",
			steps[delivery->step].body);
	delivery->step = PR_LEN(steps);
	next_step(delivery);
}

static bool is_report(const json_t *document)
{
	static const char *const ids[] = {"plan", "experiment", "execution"};

	for (size_t i = 0; i < PR_LEN(ids); i++)
		if (!pr_json_str(document, ids[i]))
			return false;
	for (size_t i = 0; i < PR_LEN(steps); i++)
		if (!pr_json_object(document, steps[i].body))
			return false;
	return true;
}

int pr_delivery_start(struct pr_platform *platform, const json_t *document, int64_t deadline_us,
	pr_delivery_fn *fn, void *arg, struct pr_delivery **ret_delivery, struct pr_err *err)
{
	struct pr_loop *loop = pr_platform_loop(platform);
	struct pr_delivery *delivery;

	if (!is_report(document))
		return pr_fail(err, PR_EPROTO, "this is no closing report");
	delivery = calloc(1, sizeof *delivery);
	if (!delivery)
		return pr_fail_nomem(err);
	*delivery = (struct pr_delivery){.platform = platform,
		.document = document,
		.deadline_us = deadline_us,
		.fn = fn,
		.arg = arg};
	if (pr_timer_start(loop, &delivery->timer, deadline_us + LAST_US - pr_loop_now_us(loop),
		    on_deadline, delivery) ||
		send_step(delivery)) {
		pr_delivery_free(delivery);
		return pr_fail_nomem(err);
	}
	*ret_delivery = delivery;
	return 0;
}

void pr_delivery_hasten(struct pr_delivery *delivery, int64_t deadline_us)
{
	struct pr_loop *loop = pr_platform_loop(delivery->platform);

	if (deadline_us >= delivery->deadline_us || delivery->step == PR_LEN(steps))
		return;
	delivery->deadline_us = deadline_us;
	pr_timer_stop(&delivery->timer);
	if (pr_timer_start(loop, &delivery->timer, deadline_us + LAST_US - pr_loop_now_us(loop),
		    on_deadline, delivery))
		on_deadline(delivery);
}

void pr_delivery_free(struct pr_delivery *delivery)
{
	if (!delivery)
		return;
	pr_timer_stop(&delivery->timer);
	pr_platform_cancel(delivery->call);
	free(delivery);
}
