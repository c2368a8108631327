#include "cli/progress.h"

#include "base/clock.h"
#include "base/env.h"
#include "base/log.h"
#include "base/redact.h"
#include "base/text.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000)
#define DOCUMENT                                                                                   \
	"{\"method\": [{\"name\": \"one\"}, {\"ref\": \"two\"}, {\"name\": \"th\\u001b[2Jree\"}]," \
	"\"rollbacks\": [{\"name\": \"hide hush-hush\"}],"                                         \
	"\"steady-state-hypothesis\": {\"probes\": [{\"name\": \"up\"}]}}"

struct screen {
	struct pr_fake_clock fake;
	struct pr_loop *loop;
	struct pr_progress *progress;
	struct pr_run_view view;
	int ends[2]; /* a pipe in the terminal's place */
	char seen[4096];
};

static void screen_init(struct screen *screen, size_t width)
{
	struct pr_progress_options options = {.width = width};

	*screen = (struct screen){.progress = NULL};
	pr_fake_clock_init(&screen->fake, 0);
	assert_int_equal(pr_loop_new(&screen->fake.clock, &screen->loop, NULL), 0);
	assert_int_equal(pipe2(screen->ends, O_CLOEXEC | O_NONBLOCK), 0);
	options.loop = screen->loop;
	options.fd = screen->ends[1];
	assert_int_equal(pr_log_add(&(struct pr_log_sink){.level = PR_LOG_INFO,
					    .write = pr_log_write_fd,
					    .arg = (void *)(intptr_t)options.fd},
				 NULL),
		0);
	assert_int_equal(pr_progress_new(&options, &screen->progress, NULL), 0);
	screen->view.document = json_loads(DOCUMENT, 0, NULL);
	assert_non_null(screen->view.document);
}

static void screen_release(struct screen *screen)
{
	pr_progress_free(screen->progress);
	pr_log_reset(NULL);
	pr_loop_free(screen->loop);
	json_decref(screen->view.document);
	close(screen->ends[0]);
	close(screen->ends[1]);
}

/* What was written since the last call. */
static const char *screen_read(struct screen *screen)
{
	ssize_t n = read(screen->ends[0], screen->seen, sizeof screen->seen - 1);

	screen->seen[n > 0 ? n : 0] = '\0';
	return screen->seen;
}

static void stop(void *arg)
{
	pr_loop_stop(arg);
}

static void let_pass(struct screen *screen, int64_t us)
{
	struct pr_timer timer = {0};

	assert_int_equal(pr_timer_start(screen->loop, &timer, us, stop, screen->loop), 0);
	assert_int_equal(pr_loop_run(screen->loop, NULL), 0);
}

static void tell(struct screen *screen, enum pr_hook_point point, enum pr_phase phase, size_t at,
	bool background)
{
	const char *list = phase == PR_PHASE_ROLLBACKS ? "rollbacks" : "method";
	json_t *activities = json_object_get(screen->view.document, list);
	struct pr_hook hook = pr_progress_hook(screen->progress);
	struct pr_hook_event event = {.point = point,
		.phase = phase,
		.run = &screen->view,
		.context = json_array_get(activities, at),
		.background = background};
	struct pr_hook_answer answer = {.verdict = PR_HOOK_CONTINUE};

	hook.on(hook.self, &event, NULL, &answer);
	assert_int_equal(answer.verdict, PR_HOOK_CONTINUE);
}

static void expect_text(const struct screen *screen, const char *want)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(10000);

	assert_int_equal(pr_progress_text(screen->progress, &text), 0);
	assert_string_equal(pr_buf_str(&text), want);
}

static void it_says_what_runs_how_long_and_what_comes_next(void **state)
{
	struct screen screen;

	(void)state;
	screen_init(&screen, 80);
	assert_int_equal(pr_redact_add("hush-hush", NULL), 0);
	expect_text(&screen, "");
	tell(&screen, PR_HOOK_STARTED, PR_PHASE_NONE, 0, false);
	expect_text(&screen, "0:00 | starting");
	tell(&screen, PR_HOOK_BEFORE_HYPOTHESIS, PR_PHASE_BEFORE, 0, false);
	expect_text(&screen, "0:00 | steady state before | next: up");
	tell(&screen, PR_HOOK_BEFORE_METHOD, PR_PHASE_METHOD, 0, false);
	expect_text(&screen, "0:00 | method | next: one");
	tell(&screen, PR_HOOK_BEFORE_ACTIVITY, PR_PHASE_METHOD, 0, true);
	let_pass(&screen, 65 * SECOND);
	expect_text(&screen, "1:05 | method 1 of 3: one 1:05, 1 in the background | next: two");
	tell(&screen, PR_HOOK_BEFORE_HYPOTHESIS, PR_PHASE_DURING, 0, false);
	tell(&screen, PR_HOOK_BEFORE_ACTIVITY, PR_PHASE_DURING, 0, false);
	tell(&screen, PR_HOOK_AFTER_ACTIVITY, PR_PHASE_METHOD, 0, true);
	tell(&screen, PR_HOOK_BEFORE_ACTIVITY, PR_PHASE_METHOD, 1, false);
	pr_fake_clock_advance(&screen.fake, 3600 * SECOND);
	expect_text(&screen, "1:01:05 | method 2 of 3: two 1:00:00 | next: th\xef\xbf\xbd[2Jree");
	tell(&screen, PR_HOOK_INTERRUPTED, PR_PHASE_NONE, 0, false);
	tell(&screen, PR_HOOK_BEFORE_ROLLBACKS, PR_PHASE_ROLLBACKS, 0, false);
	tell(&screen, PR_HOOK_BEFORE_ACTIVITY, PR_PHASE_ROLLBACKS, 0, false);
	expect_text(&screen, "1:01:05 | interrupted, rollbacks 1 of 1: hide ********** 0:00");
	tell(&screen, PR_HOOK_AFTER_EXPERIMENT, PR_PHASE_NONE, 0, false);
	expect_text(&screen, "1:01:05 | interrupted, reporting");
	screen_release(&screen);
	pr_redact_forget();
}

static void one_line_is_redrawn_and_gone_at_the_end(void **state)
{
	struct screen screen;

	(void)state;
	screen_init(&screen, 80);
	let_pass(&screen, SECOND);
	assert_string_equal(screen_read(&screen), "");
	tell(&screen, PR_HOOK_STARTED, PR_PHASE_NONE, 0, false);
	let_pass(&screen, SECOND / 2);
	assert_string_equal(screen_read(&screen), "\r0:00 | starting\033[K");
	let_pass(&screen, SECOND / 2 + 1);
	assert_string_equal(screen_read(&screen), "\r0:01 | starting\033[K");
	pr_progress_free(pr_steal(screen.progress));
	assert_string_equal(screen_read(&screen), "\r\033[K");
	screen_release(&screen);
}

static void a_log_line_takes_its_place_and_goes_above(void **state)
{
	struct screen screen;

	(void)state;
	screen_init(&screen, 80);
	pr_info("before");
	assert_null(strstr(screen_read(&screen), "\033"));
	tell(&screen, PR_HOOK_STARTED, PR_PHASE_NONE, 0, false);
	let_pass(&screen, SECOND / 2);
	screen_read(&screen);
	pr_debug("below the level");
	assert_string_equal(screen_read(&screen), "");
	pr_info("beside");
	assert_true(pr_text_starts(screen_read(&screen), "\r\033[K["));
	assert_true(pr_text_ends(screen.seen, " INFO] beside\n0:00 | starting"));
	pr_progress_free(pr_steal(screen.progress));
	screen_read(&screen);
	pr_info("after");
	assert_true(pr_text_starts(screen_read(&screen), "["));
	assert_true(pr_text_ends(screen.seen, " INFO] after\n"));
	screen_release(&screen);
}

static void it_never_wraps(void **state)
{
	static const struct {
		size_t width;
		const char *drawn;
	} rows[] = {{16, "\r0:00 | starting\033[K"}, {15, "\r0:00 | starti\xe2\x80\xa6\033[K"},
		{2, "\r\xe2\x80\xa6\033[K"}, {1, ""}};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct screen screen;

		screen_init(&screen, rows[i].width);
		tell(&screen, PR_HOOK_STARTED, PR_PHASE_NONE, 0, false);
		let_pass(&screen, SECOND / 2);
		assert_string_equal(screen_read(&screen), rows[i].drawn);
		screen_release(&screen);
	}
}

static void a_pipe_is_not_for_it(void **state)
{
	struct screen screen;

	(void)state;
	screen_init(&screen, 80);
	assert_int_equal(pr_env_set("TERM", "xterm", NULL), 0);
	assert_false(pr_progress_is_for(screen.ends[1]));
	screen_release(&screen);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_says_what_runs_how_long_and_what_comes_next),
		cmocka_unit_test(one_line_is_redrawn_and_gone_at_the_end),
		cmocka_unit_test(a_log_line_takes_its_place_and_goes_above),
		cmocka_unit_test(it_never_wraps),
		cmocka_unit_test(a_pipe_is_not_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
