#ifndef PR_TEST_ACTIVITY_FIXTURE_H
#define PR_TEST_ACTIVITY_FIXTURE_H

/* One activity from start to callback. Included after cmocka's own requirements. */

#include "activity/provider.h"
#include "base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What the callback was given, kept. */
struct ended {
	struct pr_loop *loop;
	unsigned calls;
	enum pr_outcome_kind kind;
	json_t *output;
	char message[512];
};

static inline void note_end(void *arg, const struct pr_outcome *outcome)
{
	struct ended *ended = arg;

	ended->calls++;
	ended->kind = outcome->kind;
	ended->output = json_incref(outcome->output);
	snprintf(ended->message, sizeof ended->message, "%s",
		outcome->message ? outcome->message : "");
	pr_loop_stop(ended->loop);
}

/* Runs it; `ended->output` is the caller's. */
static inline void run_activity(
	const struct pr_activity_env *env, const json_t *activity, struct ended *ended)
{
	struct pr_activity_call *call = NULL;

	*ended = (struct ended){.loop = env->loop};
	assert_int_equal(pr_activity_start(env, activity, note_end, ended, &call, NULL), 0);
	assert_int_equal(ended->calls, 0);
	assert_int_equal(pr_loop_run(env->loop, NULL), 0);
	assert_int_equal(ended->calls, 1);
	pr_activity_release(call);
}

#endif
