#include "control/settling.h"

#include "base/text.h"
#include "base/uuid.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "platform/report.h"

#include <stdlib.h>
#include <string.h>

#define LIMIT_US INT64_C(5000000)
#define STEP_US INT64_C(500000)

static void look(void *arg);

static void settle(struct pr_settling *settling)
{
	pr_settling_stop(settling);
	settling->fn(settling->arg);
}

static int send(struct pr_settling *settling, const char *method, const char *tail,
	const char *body, pr_platform_fn *fn)
{
	char path[PR_UUID_SIZE + 24];
	struct pr_platform_request request = {
		.method = method, .path = path, .body = body, .body_len = body ? strlen(body) : 0};

	pr_text_print(path, sizeof path, "/plans/%s%s", settling->plan, tail);
	return pr_platform_send(settling->platform, &request, fn, settling, &settling->call, NULL);
}

static void on_put(void *arg, const struct pr_platform_answer *answer)
{
	struct pr_settling *settling = arg;

	(void)answer;
	settling->call = NULL;
	settle(settling);
}

static void put_again(struct pr_settling *settling)
{
	json_auto_t *body = pr_report_plan_status("completed", NULL);
	PR_AUTO(free) char *text = body ? pr_json_line(body) : NULL;

	if (!text || send(settling, "PUT", "/status", text, on_put))
		settle(settling);
}

/* `created` is the platform's word after the launch; `creating` says that it is still to come. */
static void on_plan(void *arg, const struct pr_platform_answer *answer)
{
	struct pr_settling *settling = arg;
	const char *status = answer->code == PR_OK ? pr_json_str(answer->body, "status") : NULL;
	bool expected =
		!status || pr_text_eq(status, "creating") || pr_text_eq(status, "completed");
	bool late = pr_loop_now_us(pr_platform_loop(settling->platform)) >= settling->until_us;

	settling->call = NULL;
	if (pr_text_eq(status, "created") || (late && pr_text_eq(status, "creating")))
		put_again(settling);
	else if (!expected || late ||
		 pr_timer_start(pr_platform_loop(settling->platform), &settling->timer, STEP_US,
			 look, settling))
		settle(settling);
}

static void look(void *arg)
{
	struct pr_settling *settling = arg;

	if (send(settling, "GET", "", NULL, on_plan))
		settle(settling);
}

void pr_settling_start(struct pr_settling *settling, struct pr_platform *platform, const char *plan,
	pr_loop_fn *fn, void *arg)
{
	*settling = (struct pr_settling){.platform = platform,
		.plan = plan,
		.until_us = pr_loop_now_us(pr_platform_loop(platform)) + LIMIT_US,
		.fn = fn,
		.arg = arg};
	look(settling);
}

bool pr_settling_active(const struct pr_settling *settling)
{
	return settling->platform != NULL;
}

void pr_settling_stop(struct pr_settling *settling)
{
	pr_timer_stop(&settling->timer);
	pr_platform_cancel(pr_steal(settling->call));
	settling->platform = NULL;
}
