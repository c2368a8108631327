#ifndef PR_TEST_PLATFORM_FIXTURE_H
#define PR_TEST_PLATFORM_FIXTURE_H

/* What the tests of this folder share: a loop and a platform at a canned server. */

#include "canned.h"
#include "platform/client.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ORG "6ba7b810-9dad-41d1-80b4-00c04fd430c8"
#define PLAN "11111111-1111-4111-8111-111111111111"
#define EXPERIMENT "22222222-2222-4222-8222-222222222222"
#define EXECUTION "33333333-3333-4333-8333-333333333333"
#define RUN "44444444-4444-4444-8444-444444444444"
#define BASE "/api/v1/organization/" ORG
#define EXECUTIONS BASE "/experiments/" EXPERIMENT "/executions"
#define US_PER_MS ((int64_t)1000)

struct place {
	struct canned canned;
	struct pr_loop *loop;
	struct pr_service service;
	struct pr_platform *platform;
};

static inline int place_open(struct place *place)
{
	if (pr_loop_new(NULL, &place->loop, NULL))
		return -1;
	canned_prepare(&place->canned);
	place->service = (struct pr_service){.host = canned_url(&place->canned),
		.token = pr_text_dup("t"),
		.organization = pr_text_dup(ORG)};
	return pr_platform_new(place->loop, &place->service, &place->platform, NULL);
}

static inline void place_close(struct place *place)
{
	pr_platform_free(place->platform);
	pr_service_release(&place->service);
	pr_loop_free(place->loop);
	canned_stop(&place->canned);
}

static inline void place_run(struct place *place)
{
	assert_int_equal(pr_loop_run(place->loop, NULL), 0);
}

static inline void place_stop(void *arg)
{
	struct place *place = arg;

	pr_loop_stop(place->loop);
}

/* Lets the loop run for a while in which the platform is to be asked `count` times, or none more.
 */
static inline void place_settle(struct place *place, int count)
{
	for (int turns = 0; turns < 200 && place->canned.record->count < count; turns++) {
		struct pr_timer timer = {0};

		assert_int_equal(
			pr_timer_start(place->loop, &timer, 10 * US_PER_MS, place_stop, place), 0);
		place_run(place);
	}
	assert_int_equal(place->canned.record->count, count);
}

static inline const struct canned_request *place_request(const struct place *place, int index)
{
	assert_true(index < place->canned.record->count);
	return &place->canned.record->requests[index];
}

#define SERVE(place, steps) canned_serve(&(place)->canned, steps, PR_LEN(steps))

#endif
