#include "control/creation.h"

#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "control/extension.h"

#include <string.h>

/* Before the search, for a platform that is still busy with what it did not answer; then doubled.
 */
#define SETTLE_US ((int64_t)500000)
#define SETTLE_MAX_US ((int64_t)4000000)

struct pr_creation {
	struct pr_loop *loop;
	struct pr_platform *platform;
	struct pr_platform_call *call;
	char *create_path;
	char *search_path;
	char *run_id;
	char *body;
	int64_t deadline_us;
	struct pr_timer settle;
	int64_t settle_us;
	char doubt[300]; /* why it is not known whether the platform acted */
	pr_creation_fn *fn;
	void *arg;
};

static int post(struct pr_creation *creation);

static void give_up(struct pr_creation *creation, const char *message)
{
	creation->fn(creation->arg, NULL, message);
}

/* The execution among those of the plan whose journal carries our run's id; NULL: none. */
static const char *find_own(const struct pr_creation *creation, const json_t *body)
{
	const json_t *item;
	size_t i;

	json_array_foreach (pr_json_array(body, "items"), i, item) {
		const char *id = pr_extension_run_id(json_object_get(item, "result"));

		if (id && pr_text_eq(id, creation->run_id))
			return pr_json_str(item, "id");
	}
	return NULL;
}

static void on_found(void *arg, const struct pr_platform_answer *answer)
{
	struct pr_creation *creation = arg;
	const char *execution = find_own(creation, answer->body);
	bool may_repeat = answer->code == PR_OK && pr_json_array(answer->body, "items") &&
			  pr_loop_now_us(creation->loop) <= creation->deadline_us;

	creation->call = NULL;
	if (execution)
		creation->fn(creation->arg, execution, "");
	else if (!may_repeat || post(creation))
		give_up(creation, creation->doubt);
}

static void search(void *arg)
{
	struct pr_creation *creation = arg;
	struct pr_platform_request request = {.method = "GET",
		.path = creation->search_path,
		.retry = PR_RETRY_IDEMPOTENT,
		.deadline_us = creation->deadline_us};

	if (pr_platform_send(
		    creation->platform, &request, on_found, creation, &creation->call, NULL))
		give_up(creation, creation->doubt);
}

/* It is not known whether there is an execution now. */
static void doubt(struct pr_creation *creation)
{
	int64_t delay_us = creation->settle_us;

	creation->settle_us = delay_us * 2 < SETTLE_MAX_US ? delay_us * 2 : SETTLE_MAX_US;
	if (pr_timer_start(creation->loop, &creation->settle, delay_us, search, creation))
		give_up(creation, creation->doubt);
}

static void on_created(void *arg, const struct pr_platform_answer *answer)
{
	struct pr_creation *creation = arg;
	const char *execution = pr_json_str(answer->body, "id");

	creation->call = NULL;
	if (answer->code == PR_OK && execution) {
		creation->fn(creation->arg, execution, "");
		return;
	}
	pr_text_copy(creation->doubt, sizeof creation->doubt,
		answer->code == PR_OK ? "the platform's answer is no execution" : answer->message);
	if (answer->ambiguous || answer->code == PR_OK)
		doubt(creation);
	else
		give_up(creation, creation->doubt);
}

static int post(struct pr_creation *creation)
{
	struct pr_platform_request request = {.method = "POST",
		.path = creation->create_path,
		.body = creation->body,
		.body_len = strlen(creation->body),
		.retry = PR_RETRY_ONCE_ONLY,
		.deadline_us = creation->deadline_us};

	return pr_platform_send(
		creation->platform, &request, on_created, creation, &creation->call, NULL);
}

int pr_creation_start(struct pr_loop *loop, struct pr_platform *platform,
	const struct pr_creation_request *request, pr_creation_fn *fn, void *arg,
	struct pr_creation **ret_creation, struct pr_err *err)
{
	struct pr_creation *creation = calloc(1, sizeof *creation);

	if (!creation)
		return pr_fail_nomem(err);
	*creation = (struct pr_creation){.loop = loop,
		.platform = platform,
		.settle_us = SETTLE_US,
		.deadline_us = request->deadline_us,
		.fn = fn,
		.arg = arg};
	creation->create_path = pr_text_format("/experiments/%s/executions", request->experiment);
	creation->search_path = pr_text_format("/plans/%s/executions", request->plan);
	creation->run_id = pr_text_dup(request->run_id);
	creation->body = pr_json_line(request->body);
	if (!creation->create_path || !creation->search_path || !creation->run_id ||
		!creation->body || post(creation)) {
		pr_creation_free(creation);
		return pr_fail_nomem(err);
	}
	*ret_creation = creation;
	return 0;
}

void pr_creation_free(struct pr_creation *creation)
{
	if (!creation)
		return;
	pr_timer_stop(&creation->settle);
	pr_platform_cancel(creation->call);
	free(creation->create_path);
	free(creation->search_path);
	free(creation->run_id);
	free(creation->body);
	free(creation);
}
