#include "kube/wait.h"

#include "base/text.h"
#include "codec/json.h"
#include "kube/job_view.h"
#include "kube/logs.h"

#define US_PER_MS 1000
#define PATIENCE_US ((int64_t)5 * 60 * 1000000)
#define PAUSE_FIRST_US ((int64_t)500 * US_PER_MS)
#define PAUSE_MOST_US ((int64_t)5000 * US_PER_MS)

struct waiting {
	const struct pr_kube_wait *wait;
	struct pr_kube_view view;
	struct pr_kube_lines lines;
	json_t *told;        /* object: reasons that were told */
	int64_t began_us;    /* from when on the pace slows down */
	int64_t answered_us; /* when something was last heard */
	int64_t kept_us;     /* since when something keeps the pod from starting; -1: nothing */
	bool log_done;
};

static void on_time(void *arg)
{
	pr_loop_stop(arg);
}

/* A tenth of the time that it has lasted, within bounds. PR_ECANCELED when the loop was stopped. */
static int rest(struct waiting *w, struct pr_err *err)
{
	struct pr_loop *loop = w->wait->loop;
	int64_t pause = (pr_loop_now_us(loop) - w->began_us) / 10;
	struct pr_timer timer = {.loop = NULL};
	bool cut;
	int rc;

	if (pause < PAUSE_FIRST_US)
		pause = PAUSE_FIRST_US;
	if (pause > PAUSE_MOST_US)
		pause = PAUSE_MOST_US;
	if (pr_timer_start(loop, &timer, pause, on_time, loop))
		return pr_fail_nomem(err);
	rc = pr_loop_run(loop, err);
	cut = pr_timer_active(&timer);
	pr_timer_stop(&timer);
	return !rc && cut ? pr_fail(err, PR_ECANCELED, "interrupted") : rc;
}

/* "<key>: <text>", once for each key. */
static void tell(struct waiting *w, const char *key, const char *text)
{
	PR_AUTO(free) char *line = NULL;

	if (json_object_get(w->told, key) || pr_json_set(w->told, key, json_true(), NULL))
		return;
	line = pr_text_format("%s%s%s", key, *text ? ": " : "", text);
	if (line && w->wait->note)
		w->wait->note(w->wait->arg, line);
}

/*
 * Forgives what is worth another attempt: the network, and servers that are just starting. Not what
 * we may not do, and not the end of our own.
 */
static int overcome(struct waiting *w, int rc, struct pr_err *err)
{
	int64_t silent = pr_loop_now_us(w->wait->loop) - w->answered_us;

	if (!rc || rc == PR_EAUTH || rc == PR_ECANCELED || rc == PR_ENOMEM || rc == PR_EIO ||
		silent > PATIENCE_US)
		return rc;
	if (rc != PR_ETIMEOUT)
		tell(w, "trying again", err->msg);
	pr_err_clear(err);
	return 0;
}

/* What keeps the pod from starting; false: nothing, or it is meant to wait. */
static bool is_kept(struct waiting *w, struct pr_kube_reason *reason)
{
	bool known;

	if (pr_kube_container_began(w->view.pod))
		return false;
	known = pr_kube_view_is_stuck(&w->view, reason);
	if (known)
		tell(w, reason->name, reason->text);
	/* a Job that gets no pod may be so for a reason that we may not read */
	return known ? !reason->meant : w->view.job && !w->view.pod;
}

/* What lasts too long ends the waiting. */
static int look_at_start(struct waiting *w, struct pr_err *err)
{
	struct pr_kube_reason reason = {.name = "no pod was made"};
	int64_t now = pr_loop_now_us(w->wait->loop);
	bool kept = is_kept(w, &reason);

	if (!kept || w->kept_us < 0)
		w->kept_us = kept ? now : -1;
	if (!kept || !w->wait->start_ms || now - w->kept_us < w->wait->start_ms * US_PER_MS)
		return 0;
	return pr_fail(err, PR_ETIMEOUT,
		"the pod of the Job '%s' did not start in %g s (%s): %s; the Job is left as it is",
		w->view.name, (double)w->wait->start_ms / 1000, reason.name,
		pr_kube_reason_remedy(&reason));
}

static int look(struct waiting *w, struct pr_err *err)
{
	int rc = pr_kube_view_look(&w->view, err);

	if (rc)
		return overcome(w, rc, err);
	if (!*w->view.uid)
		return pr_fail(err, PR_ENOTFOUND, "the namespace '%s' has no Job '%s'",
			w->view.space, w->view.name);
	w->answered_us = pr_loop_now_us(w->wait->loop);
	rc = look_at_start(w, err);
	return w->view.interrupted ? pr_fail(err, PR_ECANCELED, "interrupted") : rc;
}

/* All of the log is there when the container had ended before it was read to its end. */
static int read_log(struct waiting *w, struct pr_err *err)
{
	bool over = pr_kube_container_state(w->view.pod, "terminated") != NULL;
	int rc = pr_kube_logs_read(w->view.client, w->view.pod, !over, &w->lines, err);

	if (rc == PR_ENOTFOUND && over) {
		tell(w, "the log is gone", err->msg);
		pr_err_clear(err);
		rc = 0;
	}
	if (rc) {
		/* the log may have lasted for hours: the next look tells whether all is lost */
		w->answered_us = pr_loop_now_us(w->wait->loop);
		return overcome(w, rc, err);
	}
	w->log_done = over;
	w->began_us = pr_loop_now_us(w->wait->loop); /* its end is near */
	return over && pr_kube_lines_finish(&w->lines)
		       ? pr_fail(err, PR_EIO, "the log cannot be written")
		       : 0;
}

static bool wants_log(const struct waiting *w)
{
	return w->wait->log && !w->log_done && !w->view.pod_gone &&
	       pr_kube_container_began(w->view.pod);
}

/* Nothing is known as long as no look has succeeded. */
static bool is_done(const struct waiting *w)
{
	bool over = *w->view.uid ? !w->view.job || pr_kube_job_is_over(w->view.job) : false;

	if (wants_log(w))
		return false;
	return over || (w->wait->log && w->log_done && !w->wait->until_over);
}

static int turn(struct waiting *w, struct pr_err *err)
{
	int rc = look(w, err);

	if (!rc && wants_log(w))
		rc = read_log(w, err);
	return rc || is_done(w) ? rc : rest(w, err);
}

static int no_log(void *arg, const char *bytes, size_t n)
{
	(void)arg;
	(void)bytes;
	(void)n;
	return 0;
}

int pr_kube_wait(
	const struct pr_kube_wait *wait, struct pr_kube_outcome *outcome, struct pr_err *err)
{
	struct pr_err own = PR_ERR_INIT;
	struct waiting w = {.wait = wait,
		.view = {.client = wait->client, .space = wait->space, .name = wait->job},
		.told = json_object(),
		.began_us = pr_loop_now_us(wait->loop),
		.kept_us = -1};
	int rc = w.told ? 0 : pr_fail_nomem(&own);

	w.answered_us = w.began_us;
	pr_kube_lines_init(&w.lines, wait->log ? wait->log : no_log, wait->arg);
	while (!rc && !is_done(&w))
		rc = turn(&w, &own);
	if (!rc)
		pr_kube_outcome_read(w.view.job, w.view.pod, outcome);
	else
		rc = pr_fail(err, own.code, "%s", own.msg);
	pr_kube_lines_release(&w.lines);
	pr_kube_view_release(&w.view);
	json_decref(w.told);
	return rc;
}
