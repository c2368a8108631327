#include "cli/progress.h"

#include "base/env.h"
#include "base/log.h"
#include "base/redact.h"
#include "base/shown.h"
#include "base/text.h"
#include "codec/json.h"
#include "experiment/activities.h"

#include <inttypes.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TICK_US 200000
#define US_PER_S 1000000
#define NAME_MAX_BYTES 48
#define LINE_MAX_BYTES 1024
#define USUAL_WIDTH 80
#define ERASE "\r\033[K"
#define ERASE_REST "\033[K"
#define ELLIPSIS "\xe2\x80\xa6"

struct pr_progress {
	struct pr_progress_options options;
	struct pr_timer timer;
	int64_t began_us;    /* of the run; 0: not yet */
	const char *place;   /* what is done at present, static; NULL: nothing of note */
	size_t number;       /* of the activity in its list, from 1; 0: none runs */
	size_t count;        /* of that list */
	size_t beside;       /* running in the background */
	int64_t started_us;  /* the activity */
	struct pr_buf name;  /* of it, as it is shown */
	struct pr_buf next;  /* of the one behind it; empty: none */
	struct pr_buf drawn; /* what stands on the terminal */
	bool interrupted;
};

/* Where the activities of a phase are listed, and what people call it. */
static const struct phase {
	const char *place;
	json_t *(*list)(const json_t *document);
} phases[] = {
	[PR_PHASE_BEFORE] = {"steady state before", pr_document_probes},
	[PR_PHASE_METHOD] = {"method", pr_document_method},
	[PR_PHASE_AFTER] = {"steady state after", pr_document_probes},
	[PR_PHASE_ROLLBACKS] = {"rollbacks", pr_document_rollbacks},
};

static const struct phase *phase_of(const struct pr_hook_event *event)
{
	bool listed = (size_t)event->phase < PR_LEN(phases) && phases[event->phase].place;

	return listed ? &phases[event->phase] : NULL;
}

bool pr_progress_is_for(int fd)
{
	const char *term = pr_env_get_set("TERM");

	return isatty(fd) && term && !pr_text_eq(term, "dumb");
}

static void set_name(struct pr_buf *name, const json_t *activity)
{
	const char *given = pr_json_str(activity, "name");
	PR_AUTO(buf) struct pr_buf hidden = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (!given)
		given = pr_json_str(activity, "ref");
	pr_buf_clear(name);
	if (given && pr_redact_copy(given, strlen(given), &hidden) == 0)
		pr_shown_line(
			PR_SHOWN_PLAIN, pr_buf_str(&hidden), hidden.len, NAME_MAX_BYTES, name);
}

static void enter(struct pr_progress *progress, const char *place)
{
	progress->place = place;
	progress->number = 0;
	progress->count = 0;
	progress->beside = 0;
}

static void enter_phase(struct pr_progress *progress, const struct pr_hook_event *event)
{
	const struct phase *phase = phase_of(event);

	if (!phase)
		return;
	enter(progress, phase->place);
	set_name(&progress->next, json_array_get(phase->list(event->run->document), 0));
}

static void begin_activity(struct pr_progress *progress, const struct pr_hook_event *event)
{
	const struct phase *phase = phase_of(event);
	const json_t *list = phase ? phase->list(event->run->document) : NULL;

	if (!phase)
		return;
	progress->number++;
	progress->count = json_array_size(list);
	progress->beside += event->background;
	progress->started_us = pr_loop_now_us(progress->options.loop);
	set_name(&progress->name, event->context);
	set_name(&progress->next, json_array_get(list, progress->number));
}

static void end_activity(struct pr_progress *progress, const struct pr_hook_event *event)
{
	if (event->background && progress->beside)
		progress->beside--;
}

static void begin(struct pr_progress *progress, const struct pr_hook_event *event)
{
	(void)event;
	progress->began_us = pr_loop_now_us(progress->options.loop);
	enter(progress, "starting");
}

static void interrupt(struct pr_progress *progress, const struct pr_hook_event *event)
{
	(void)event;
	progress->interrupted = true;
}

static void end(struct pr_progress *progress, const struct pr_hook_event *event)
{
	(void)event;
	enter(progress, "reporting");
	pr_buf_clear(&progress->next);
}

static void on_event(void *self, const struct pr_hook_event *event, struct pr_hook_ticket *ticket,
	struct pr_hook_answer *answer)
{
	static void (*const handlers[])(struct pr_progress *, const struct pr_hook_event *) = {
		[PR_HOOK_STARTED] = begin,
		[PR_HOOK_BEFORE_HYPOTHESIS] = enter_phase,
		[PR_HOOK_BEFORE_METHOD] = enter_phase,
		[PR_HOOK_BEFORE_ROLLBACKS] = enter_phase,
		[PR_HOOK_BEFORE_ACTIVITY] = begin_activity,
		[PR_HOOK_AFTER_ACTIVITY] = end_activity,
		[PR_HOOK_INTERRUPTED] = interrupt,
		[PR_HOOK_AFTER_EXPERIMENT] = end,
	};

	(void)ticket;
	(void)answer;
	if ((size_t)event->point < PR_LEN(handlers) && handlers[event->point])
		handlers[event->point](self, event);
}

/* "1:04", "2:00:09". */
static void add_time(struct pr_buf *out, int64_t us)
{
	int64_t seconds = us / US_PER_S;

	if (seconds >= 3600)
		pr_buf_addf(out, "%" PRId64 ":%02d:", seconds / 3600, (int)(seconds / 60 % 60));
	else
		pr_buf_addf(out, "%d:", (int)(seconds / 60));
	pr_buf_addf(out, "%02d", (int)(seconds % 60));
}

static void add_activity(const struct pr_progress *progress, int64_t now_us, struct pr_buf *out)
{
	size_t count = progress->count > progress->number ? progress->count : progress->number;

	pr_buf_addf(out, " %zu of %zu: %s ", progress->number, count, pr_buf_str(&progress->name));
	add_time(out, now_us - progress->started_us);
	if (progress->beside)
		pr_buf_addf(out, ", %zu in the background", progress->beside);
}

int pr_progress_text(const struct pr_progress *progress, struct pr_buf *out)
{
	int64_t now_us = pr_loop_now_us(progress->options.loop);

	if (!progress->place)
		return 0;
	add_time(out, now_us - progress->began_us);
	pr_buf_addf(out, " | %s%s", progress->interrupted ? "interrupted, " : "", progress->place);
	if (progress->number)
		add_activity(progress, now_us, out);
	if (progress->next.len)
		pr_buf_addf(out, " | next: %s", pr_buf_str(&progress->next));
	return out->status;
}

static size_t width_of(const struct pr_progress *progress)
{
	struct winsize size = {0};

	if (progress->options.width)
		return progress->options.width;
	if (ioctl(progress->options.fd, TIOCGWINSZ, &size) || size.ws_col == 0)
		return USUAL_WIDTH;
	return size.ws_col;
}

/* Columns of a character, rather too many: those of Asian scripts and pictures take two. */
static size_t columns_of(uint32_t point)
{
	bool punctuation = point >= 0x2000 && point < 0x2e80;

	return point >= 0x1100 && !punctuation ? 2 : 1;
}

/* As much of the line as fits, with one column to spare: a full one would wrap. */
static void fit(struct pr_buf *line, size_t width)
{
	size_t columns = 0;
	size_t room = 0; /* up to here there is place for the ellipsis, too */
	size_t used;
	uint32_t point = 0;

	for (size_t at = 0; at < line->len; at += used) {
		used = pr_text_decode(line->ptr + at, line->len - at, &point);
		used = used ? used : 1;
		if (columns + 2 <= width)
			room = at;
		columns += columns_of(point);
		if (columns + 1 > width) {
			pr_buf_truncate(line, room);
			pr_buf_adds(line, width > 1 ? ELLIPSIS : "");
			return;
		}
	}
}

static void write_out(const struct pr_progress *progress, const struct pr_buf *out)
{
	if (out->status == 0)
		pr_log_write_fd((void *)(intptr_t)progress->options.fd, pr_buf_str(out), out->len);
}

/* A terminal that is held (Ctrl-S) must not hold up the run. */
static bool is_writable(int fd)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};

	return poll(&ready, 1, 0) == 1 && ready.revents == POLLOUT;
}

static void draw(struct pr_progress *progress)
{
	PR_AUTO(buf) struct pr_buf line = PR_BUF_INIT(LINE_MAX_BYTES);
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(LINE_MAX_BYTES);

	if (pr_progress_text(progress, &line))
		return;
	fit(&line, width_of(progress));
	if (pr_text_eq(pr_buf_str(&line), pr_buf_str(&progress->drawn)) ||
		!is_writable(progress->options.fd))
		return;
	pr_buf_addf(&out, "\r%s" ERASE_REST, pr_buf_str(&line));
	write_out(progress, &out);
	pr_buf_clear(&progress->drawn);
	pr_buf_adds(&progress->drawn, pr_buf_str(&line));
}

/* A pr_log_write_fn: the line takes the place of ours, which comes again below it. */
static void write_log_line(void *arg, const char *line, size_t n)
{
	struct pr_progress *progress = arg;
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (progress->drawn.len)
		pr_buf_adds(&out, ERASE);
	pr_buf_add(&out, line, n);
	pr_buf_adds(&out, pr_buf_str(&progress->drawn));
	write_out(progress, &out);
}

static void on_tick(void *arg)
{
	struct pr_progress *progress = arg;

	draw(progress);
	(void)pr_timer_start(progress->options.loop, &progress->timer, TICK_US, on_tick, progress);
}

int pr_progress_new(const struct pr_progress_options *options, struct pr_progress **ret_progress,
	struct pr_err *err)
{
	struct pr_progress *progress = calloc(1, sizeof *progress);

	if (!progress)
		return pr_fail_nomem(err);
	progress->options = *options;
	pr_buf_init(&progress->name, LINE_MAX_BYTES);
	pr_buf_init(&progress->next, LINE_MAX_BYTES);
	pr_buf_init(&progress->drawn, LINE_MAX_BYTES);
	if (pr_timer_start(options->loop, &progress->timer, TICK_US, on_tick, progress)) {
		free(progress);
		return pr_fail_nomem(err);
	}
	pr_log_reroute((void *)(intptr_t)options->fd, write_log_line, progress);
	*ret_progress = progress;
	return 0;
}

struct pr_hook pr_progress_hook(struct pr_progress *progress)
{
	return (struct pr_hook){.name = "progress", .on = on_event, .self = progress};
}

void pr_progress_free(struct pr_progress *progress)
{
	if (!progress)
		return;
	pr_timer_stop(&progress->timer);
	if (progress->drawn.len)
		pr_log_write_fd((void *)(intptr_t)progress->options.fd, ERASE, sizeof ERASE - 1);
	pr_log_reroute(progress, pr_log_write_fd, (void *)(intptr_t)progress->options.fd);
	pr_buf_release(&progress->name);
	pr_buf_release(&progress->next);
	pr_buf_release(&progress->drawn);
	free(progress);
}
