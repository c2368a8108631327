#include "control/watcher.h"

#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"

#define US_PER_MS 1000

/* However the interval is set: one runner must not keep the platform busy. */
#define INTERVAL_MIN_MS 50

static void look(void *arg);

/* Acts once: the state stays `terminate` until the run has finished. */
static void react(struct pr_watcher *watcher, const json_t *state)
{
	bool skip = json_is_true(json_object_get(state, "skip_rollbacks"));

	if (watcher->terminated || !pr_text_eq(pr_json_str(state, "current"), "terminate"))
		return;
	watcher->terminated = true;
	pr_info("Execution state was changed to `terminate`. Terminating the execution%s",
		skip ? ", without rollbacks" : "");
	watcher->terminate(watcher->arg, skip);
}

static void on_answer(void *arg, const struct pr_platform_answer *answer)
{
	struct pr_watcher *watcher = arg;

	watcher->call = NULL;
	pr_timer_start(
		watcher->loop, &watcher->timer, watcher->interval_ms * US_PER_MS, look, watcher);
	if (answer->code == PR_OK)
		react(watcher, answer->body);
	else
		pr_debug("The state of the execution could not be read: %s", answer->message);
}

static void look(void *arg)
{
	struct pr_watcher *watcher = arg;
	struct pr_platform_request request = {.method = "GET", .path = watcher->path};

	if (pr_platform_send(watcher->platform, &request, on_answer, watcher, &watcher->call, NULL))
		pr_debug("The state of the execution could not be asked for");
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

void pr_watcher_stop(struct pr_watcher *watcher)
{
	pr_timer_stop(&watcher->timer);
	pr_platform_cancel(watcher->call);
	watcher->call = NULL;
	free(watcher->path);
	watcher->path = NULL;
}
