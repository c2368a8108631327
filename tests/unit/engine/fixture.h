#ifndef PR_TESTS_ENGINE_FIXTURE_H
#define PR_TESTS_ENGINE_FIXTURE_H

/*
 * A run whose activities, clock and hooks are the test's. The provider of an activity says what
 * becomes of it: {"output": any, "ms": time it takes, "fail": message, "crash": message}. Its name
 * is added to `started` when it starts and to `ended` when it was ended by the engine.
 */

#include "base/buf.h"
#include "base/clock.h"
#include "base/loop.h"
#include "engine/run.h"

#include <jansson.h>

#define FIXTURE_EVENTS 8

/* What an interruption or a hook's answer is set for. */
struct fixture_interrupt {
	int64_t ms; /* after the start of the run */
	enum pr_interrupt_kind kind;
	const char *reason;
};

struct fixture {
	struct pr_fake_clock fake;
	struct pr_loop *loop;
	struct pr_run *run;
	struct pr_run_options options;
	const struct pr_hook *beside; /* a hook of the test's own; NULL: none */
	struct pr_buf log;            /* "INFO text" lines */
	struct pr_buf started;        /* names */
	struct pr_buf ended;
	struct pr_buf points; /* "before-activity method name" lines of the recording hook */
	struct fixture_interrupt interrupts[FIXTURE_EVENTS];
	struct pr_timer timers[FIXTURE_EVENTS];
	size_t timer_count;
	/* The recording hook answers thus at the point with this line. */
	const char *answer_at;
	struct pr_hook_answer answer;
	int64_t answer_after_ms; /* of WAIT: then it resumes with `answer` as CONTINUE or INTERRUPT
				  */
	bool resume_interrupts;
	struct pr_hook_ticket *ticket;
	struct pr_timer resume_timer;
	unsigned cancels;
	/* How the run ended. */
	bool over;
	char status[32]; /* "none" when it crashed */
	bool deviated;
	char error[480];
	json_t *journal;
	int64_t elapsed_ms;
};

/* A document in JSON, with ' for ". */
void fixture_init(struct fixture *fixture, const char *document);
void fixture_release(struct fixture *fixture);

/* Adds an interruption at a time after the start. */
void fixture_interrupt(
	struct fixture *fixture, int64_t ms, enum pr_interrupt_kind kind, const char *reason);

/* Makes, starts and runs it to its end. */
void fixture_run(struct fixture *fixture);

/* Fails the test unless the texts are equal. */
void fixture_expect(const char *what, const char *got, const char *want);

/* "name:status name:-" of a list of run entries. Static buffer. */
const char *fixture_entries(const json_t *list);

/* The value at a dotted path of the journal. */
json_t *fixture_at(const struct fixture *fixture, const char *path);

/* Parses JSON with ' for ". */
json_t *fixture_json(const char *text);

#endif
