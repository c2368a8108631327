#ifndef PR_TEST_LOOP_FIXTURE_H
#define PR_TEST_LOOP_FIXTURE_H

/* What the tests of the event loop share. Included after cmocka's own requirements. */

#include "base/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* A loop on a clock that stands still, and what its callbacks have noted. */
struct fixture {
	struct pr_fake_clock clock;
	struct pr_loop *loop;
	char notes[64];
	size_t count;
};

static inline int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	if (!f)
		return -1;
	pr_fake_clock_init(&f->clock, 0);
	*state = f;
	return pr_loop_new(&f->clock.clock, &f->loop, NULL);
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;

	pr_loop_free(f->loop);
	free(f);
	return 0;
}

static inline void note(struct fixture *f, char c)
{
	assert_true(f->count + 1 < sizeof f->notes);
	f->notes[f->count++] = c;
}

static inline void run(struct fixture *f)
{
	assert_int_equal(pr_loop_run(f->loop, NULL), 0);
}

static inline void stop_loop(void *arg)
{
	pr_loop_stop(arg);
}

#endif
