#include "activity/native_gh_pulls.h"

#include "activity/native_values.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"

#define PATH_MAX_BYTES ((size_t)64 << 10)
#define PAGES_MAX 1000
#define US_PER_S 1e6
#define HUNDRED 100.0

/* A time of a pull request; false: it has none. */
static int read_time(
	const json_t *pull, const char *member, bool *ret_has, int64_t *ret_us, struct pr_err *err)
{
	const json_t *text = json_object_get(pull, member);

	*ret_has = pr_value_truthy(text);
	return *ret_has ? pr_native_moment(json_string_value(text), member, ret_us, err) : 0;
}

/* Both times of a pull request. */
struct times {
	bool is_closed, is_created;
	int64_t closed_us, created_us;
};

static int read_times(const json_t *pull, struct times *times, struct pr_err *err)
{
	int rc = read_time(pull, "closed_at", &times->is_closed, &times->closed_us, err);

	return rc ? rc : read_time(pull, "created_at", &times->is_created, &times->created_us, err);
}

/* The list comes newest first, yet one that was closed before the window ends a page. */
static int count_pull(struct pr_native_call *call, const json_t *pull, struct pr_err *err)
{
	struct pr_github_pulls *pulls = call->state;
	struct times times = {.is_closed = false};
	int rc = read_times(pull, &times, err);

	if (rc)
		return rc;
	if (times.is_closed && times.closed_us < pulls->start_us)
		return PR_ECANCELED;
	pulls->closed += times.is_closed;
	if (!times.is_created)
		return 0;
	if (times.created_us >= pulls->start_us)
		pulls->opened++;
	else if (pr_native_truthy(call, "only_opened_and_closed_during_window"))
		pulls->done = true;
	pulls->open += !times.is_closed;
	return 0;
}

static json_t *ratio(struct pr_native_call *call)
{
	const struct pr_github_pulls *pulls = call->state;
	size_t total = pr_native_truthy(call, "only_opened_and_closed_during_window")
			       ? pulls->opened
			       : pulls->open;

	if (!total)
		return json_real(pulls->closed ? HUNDRED : 0);
	return json_real((double)pulls->closed * HUNDRED / (double)total);
}

static int measure_pull(struct pr_native_call *call, const json_t *pull, struct pr_err *err)
{
	struct pr_github_pulls *pulls = call->state;
	struct times times = {.is_closed = false};
	int rc = read_times(pull, &times, err);

	if (rc || !times.is_created)
		return rc;
	if (pulls->has_window && (times.created_us < pulls->start_us ||
					 (times.is_closed && times.closed_us < pulls->start_us)))
		return 0;
	if (!times.is_closed)
		times.closed_us = pr_loop_wall_us(call->env.loop);
	return pr_json_append(pulls->durations,
		json_real((double)(times.closed_us - times.created_us) / US_PER_S), err);
}

static json_t *durations(struct pr_native_call *call)
{
	const struct pr_github_pulls *pulls = call->state;

	return json_incref(pulls->durations);
}

static int ask_page(struct pr_native_call *call, struct pr_err *err);

static int take_page(struct pr_native_call *call, json_t *answer, struct pr_err *err)
{
	struct pr_github_pulls *pulls = call->state;
	size_t n = json_array_size(answer);
	int rc = 0;

	if (answer && !json_is_array(answer))
		return pr_fail(err, PR_EPROTO, "GitHub's answer is no list of pull requests");
	for (size_t i = 0; !rc && i < n; i++)
		rc = pulls->take(call, json_array_get(answer, i), err);
	if (rc && rc != PR_ECANCELED)
		return rc;
	if (n && !pulls->done && pulls->page < PAGES_MAX)
		return ask_page(call, err);
	pr_native_return(call, pulls->conclude(call));
	return 0;
}

static int ask_page(struct pr_native_call *call, struct pr_err *err)
{
	struct pr_github_pulls *pulls = call->state;
	PR_AUTO(buf) struct pr_buf path = PR_BUF_INIT(PATH_MAX_BYTES);
	char page[16];

	pr_text_print(page, sizeof page, "%u", ++pulls->page);
	pr_text_print(pulls->github.failure, sizeof pulls->github.failure,
		"failed to retrieve PR for repo '%s'",
		json_string_value(pr_native_get(call, "repo")));
	pr_github_add_repo(call, &path);
	pr_buf_adds(&path, "/pulls");
	pr_github_add_query(&path, "base", pr_native_text(call, "base"));
	pr_github_add_query(&path, "direction", "desc");
	pr_github_add_query(&path, "state", "all");
	pr_github_add_query(&path, "sort", "created");
	pr_github_add_query(&path, "page", page);
	return pr_github_send(call, "GET", &path, take_page, err);
}

static int start(struct pr_native_call *call, struct pr_err *err)
{
	struct pr_github_pulls *pulls = call->state;
	int rc = pr_github_init(call, err);

	pulls->has_window = pr_native_truthy(call, "window");
	if (!rc && pulls->has_window)
		rc = pr_github_window(call, &pulls->start_us, err);
	return rc ? rc : ask_page(call, err);
}

int pr_github_ratio_start(struct pr_native_call *call, struct pr_err *err)
{
	struct pr_github_pulls *pulls = call->state;

	pulls->take = count_pull;
	pulls->conclude = ratio;
	return start(call, err);
}

int pr_github_durations_start(struct pr_native_call *call, struct pr_err *err)
{
	struct pr_github_pulls *pulls = call->state;

	pulls->take = measure_pull;
	pulls->conclude = durations;
	pulls->durations = json_array();
	return pulls->durations ? start(call, err) : pr_fail_nomem(err);
}

void pr_github_pulls_release(struct pr_native_call *call)
{
	struct pr_github_pulls *pulls = call->state;

	pr_github_release(call);
	json_decref(pulls->durations);
}
