#include "cli/plan_wait.h"

#include "base/text.h"
#include "cli/console.h"
#include "cli/noun.h"
#include "codec/json.h"

#define LOOK_US ((int64_t)1000000)
#define TIMEOUT_MS ((int64_t)3600 * 1000)

/* What became of the plan. */
struct outcome {
	const char *timeout; /* as given */
	char status[32];     /* of its newest execution; "": there is none, or it says none */
	bool completed;
	bool deviated;
};

static bool is_final(const char *status)
{
	static const char *const under_way[] = {"creating", "created", "running", "suspending",
		"suspended", "resuming", "deleting"};

	return pr_text_index(status, under_way, PR_LEN(under_way)) < 0;
}

static void wake(void *loop)
{
	pr_loop_stop(loop);
}

static int pause_us(struct pr_noun *noun, int64_t us, struct pr_err *err)
{
	struct pr_loop *loop = noun->connection.loop;
	struct pr_timer timer = {0};
	int rc = pr_timer_start(loop, &timer, us, wake, loop);

	if (!rc)
		rc = pr_loop_run(loop, err);
	pr_timer_stop(&timer);
	return rc || !noun->connection.signals.received ? rc
							: pr_fail(err, PR_ECANCELED, "interrupted");
}

static int look(struct pr_noun *noun, const char *path, json_t **ret_plan, const char **ret_status,
	struct pr_err *err)
{
	int rc = pr_noun_ask(noun, "GET", path, NULL, ret_plan, err);

	return rc ? rc : pr_json_need_str(*ret_plan, "status", "the plan", ret_status, err);
}

/* Of the newest execution: whether it deviated. */
static int judge(struct pr_noun *noun, const char *path, struct outcome *outcome, json_t **ret_list,
	struct pr_err *err)
{
	char executions[160];
	const json_t *result;
	int rc;

	pr_text_print(executions, sizeof executions, "%s/executions?limit=1", path);
	rc = pr_noun_ask(noun, "GET", executions, NULL, ret_list, err);
	if (rc)
		return rc;
	result = json_object_get(json_array_get(json_object_get(*ret_list, "items"), 0), "result");
	pr_text_copy(outcome->status, sizeof outcome->status, pr_json_str(result, "status"));
	outcome->completed = pr_text_eq(outcome->status, "completed");
	outcome->deviated = json_is_true(json_object_get(result, "deviated"));
	return 0;
}

static int wait_for(
	struct pr_noun *noun, struct outcome *outcome, json_t **ret_answer, struct pr_err *err)
{
	char id[PR_UUID_SIZE];
	char path[64];
	int64_t timeout_ms = TIMEOUT_MS;
	int64_t until;
	int rc = outcome->timeout ? pr_text_duration_ms(outcome->timeout, &timeout_ms, err) : 0;

	if (!rc)
		rc = pr_noun_find(noun, noun->kind, noun->args->positionals[0], id, err);
	pr_text_print(path, sizeof path, "/plans/%s", rc ? "" : id);
	until = pr_loop_now_us(noun->connection.loop) + timeout_ms * 1000;
	while (!rc) {
		json_auto_t *plan = NULL;
		const char *status = NULL;

		rc = look(noun, path, &plan, &status, err);
		if (!rc && is_final(status)) {
			*ret_answer = json_incref(plan);
			return 0;
		}
		if (!rc && pr_loop_now_us(noun->connection.loop) >= until)
			rc = pr_fail(err, PR_ETIMEOUT, "the plan is still %s after %lld s", status,
				(long long)timeout_ms / 1000);
		if (!rc)
			rc = pause_us(noun, LOOK_US, err);
	}
	return rc;
}

/* Tells why the exit code is not 0: the table has no room for it. */
static void explain(const struct pr_noun *noun, const struct outcome *outcome, const json_t *plan)
{
	const char *error = pr_json_str(plan, "error");

	if (outcome->completed && outcome->deviated)
		pr_complain(noun->context, "the run deviated");
	else if (outcome->completed)
		return;
	else if (error && *error)
		pr_complain(noun->context, "%s", error);
	else if (*outcome->status)
		pr_complain(noun->context, "the run has ended as %s", outcome->status);
	else
		pr_complain(noun->context, "the run has not told how it ended");
}

static int wait_and_judge(struct pr_noun *noun, json_t **ret_answer, struct pr_err *err)
{
	struct outcome outcome = {.timeout = pr_args_value(noun->args, "timeout")};
	json_auto_t *executions = NULL;
	char path[64];
	int rc = wait_for(noun, &outcome, ret_answer, err);

	if (rc)
		return rc == PR_EINVAL ? PR_EUSAGE : rc;
	pr_text_print(path, sizeof path, "/plans/%s", pr_json_str(*ret_answer, "id"));
	if (pr_text_eq(pr_json_str(*ret_answer, "status"), "completed"))
		rc = judge(noun, path, &outcome, &executions, err);
	noun->code = outcome.completed ? (outcome.deviated ? PR_EXIT_DEVIATED : PR_EXIT_OK)
				       : PR_EXIT_FAILED;
	if (!rc)
		explain(noun, &outcome, *ret_answer);
	return rc;
}

int pr_plan_wait_main(struct pr_context *context, const struct pr_args *args)
{
	return pr_noun_run(context, args, wait_and_judge);
}
