#include "control/watcher.h"

#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"

#define US_PER_MS 1000

/* However the interval is set: one runner must not keep the platform busy. */
#define INTERVAL_MIN_MS 50

/* Between looks at a platform that does not answer, unless the interval is longer. */
#define BACK_OFF_MAX_MS 10000

/* A longer pause is as good as one without an end that it has: about 31 years. */
#define PAUSE_MAX_S INT64_C(1000000000)

static void look(void *arg);

static void give(struct pr_watcher *watcher, const struct pr_order *order)
{
	watcher->fn(watcher->arg, order);
}

/* Acts once: the state stays `terminate` until the run has finished. */
static void give_end(struct pr_watcher *watcher, const json_t *state)
{
	bool skip = json_is_true(json_object_get(state, "skip_rollbacks"));

	watcher->terminated = true;
	pr_info("Execution state was changed to `terminate`. Terminating the execution%s",
		skip ? ", without rollbacks" : "");
	give(watcher, &(struct pr_order){.kind = PR_ORDER_TERMINATE, .skip_rollbacks = skip});
}

static void give_pause(struct pr_watcher *watcher, const json_t *state)
{
	json_int_t duration = json_integer_value(json_object_get(state, "duration"));
	const json_t *user = json_object_get(state, "user");
	const char *name = pr_json_str(user, "name");
	const char *id = pr_json_str(user, "id");

	if (duration > PAUSE_MAX_S)
		duration = PAUSE_MAX_S;
	give(watcher, &(struct pr_order){.kind = PR_ORDER_PAUSE,
			      .duration_s = duration > 0 ? duration : 0,
			      .user = name ? name : "",
			      .user_id = id ? id : ""});
}

static void react(struct pr_watcher *watcher, const json_t *state, bool outdated)
{
	const char *current = pr_json_str(state, "current");

	if (watcher->terminated)
		return;
	if (pr_text_eq(current, "terminate"))
		give_end(watcher, state);
	else if (pr_text_eq(current, "pause") && !outdated)
		give_pause(watcher, state);
	else if (pr_text_eq(current, "resume") && !outdated)
		give(watcher, &(struct pr_order){.kind = PR_ORDER_RESUME});
}

static void look_later(struct pr_watcher *watcher)
{
	int64_t ms = watcher->interval_ms;
	int64_t longest = ms > BACK_OFF_MAX_MS ? ms : BACK_OFF_MAX_MS;

	for (unsigned i = 0; i < watcher->failures && ms < longest; i++)
		ms *= 2;
	(void)pr_timer_start(watcher->loop, &watcher->timer,
		(ms < longest ? ms : longest) * US_PER_MS, look, watcher);
}

static void on_answer(void *arg, const struct pr_platform_answer *answer)
{
	struct pr_watcher *watcher = arg;
	bool outdated = watcher->outdated;
	bool understood = answer->code == PR_OK && json_is_object(answer->body);

	watcher->call = NULL;
	watcher->outdated = false;
	watcher->failures = understood ? 0 : watcher->failures + 1;
	look_later(watcher);
	if (understood)
		react(watcher, answer->body, outdated);
	else
		pr_debug("The state of the execution could not be read: %s",
			answer->code == PR_OK ? "the answer is no JSON object" : answer->message);
}

static void look(void *arg)
{
	struct pr_watcher *watcher = arg;
	struct pr_platform_request request = {.method = "GET", .path = watcher->path};

	if (!pr_platform_send(
		    watcher->platform, &request, on_answer, watcher, &watcher->call, NULL))
		return;
	pr_debug("The state of the execution could not be asked for");
	watcher->failures++;
	look_later(watcher);
}

int pr_watcher_start(struct pr_watcher *watcher, const char *experiment, const char *execution,
	struct pr_err *err)
{
	if (watcher->interval_ms < INTERVAL_MIN_MS)
		watcher->interval_ms = INTERVAL_MIN_MS;
	watcher->path =
		pr_text_format("/experiments/%s/executions/%s/state", experiment, execution);
	if (!watcher->path)
		return pr_fail_nomem(err);
	look(watcher);
	return 0;
}

void pr_watcher_outdate(struct pr_watcher *watcher)
{
	watcher->outdated = watcher->call != NULL;
}

void pr_watcher_stop(struct pr_watcher *watcher)
{
	pr_timer_stop(&watcher->timer);
	pr_platform_cancel(watcher->call);
	watcher->call = NULL;
	free(watcher->path);
	watcher->path = NULL;
}
