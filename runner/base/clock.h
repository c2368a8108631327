#ifndef PR_BASE_CLOCK_H
#define PR_BASE_CLOCK_H

/*
 * The time, injectable: everything that measures, stamps or waits asks a struct pr_clock, so that
 * tests of pauses and frequencies take no time. Monotonic time is for durations, wall time for
 * stamps. Both are in microseconds.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pr_clock {
	int64_t (*monotonic_us)(void *ctx);
	int64_t (*wall_us)(void *ctx); /* since 1970-01-01T00:00:00Z */
	/*
	 * NULL for real time. Otherwise the event loop calls this instead of sleeping when nothing
	 * but a timer, due in `us`, can happen; the clock moves itself forward.
	 */
	void (*skip)(void *ctx, int64_t us);
	void *ctx;
};

/* CLOCK_MONOTONIC and CLOCK_REALTIME. Static, never freed. */
const struct pr_clock *pr_clock_system(void);

/* A clock that stands still and is moved by pr_fake_clock_advance or by the event loop. */
struct pr_fake_clock {
	struct pr_clock clock;
	int64_t monotonic_us;
	int64_t wall_us;
};

/* Starts at the given wall time, monotonic 0. The struct must not move while its clock is in use.
 */
void pr_fake_clock_init(struct pr_fake_clock *fake, int64_t wall_us);

/* Moves both times forward. */
void pr_fake_clock_advance(struct pr_fake_clock *fake, int64_t us);

/* Room for every text below, with the terminating NUL. */
#define PR_STAMP_SIZE 40

/*
 * "2026-11-20T16:24:56.802927+00:00", the form of journals (docs/engine.md 8): UTC, six digits,
 * which are left out when they are zero.
 */
void pr_stamp_iso(char text[PR_STAMP_SIZE], int64_t wall_us);

/* Reads what pr_stamp_iso wrote. Returns false for anything else and for NULL. */
bool pr_stamp_read(const char *text, int64_t *ret_wall_us);

/*
 * Reads a time of RFC 3339 as Go does: "2026-11-20T16:24:56Z", any fraction, any offset. Returns
 * false for anything else, for a day that does not exist, and for NULL.
 */
bool pr_stamp_read_rfc3339(const char *text, int64_t *ret_wall_us);

/* As pr_stamp_iso, always with six digits: the form of the platform's log lines
 * (docs/protocol.md 1.4). */
void pr_stamp_iso6(char text[PR_STAMP_SIZE], int64_t wall_us);

/* "2026-11-20 16:24:56" in local time: the form of the engine's log lines (docs/engine.md 9.5). */
void pr_stamp_local(char text[PR_STAMP_SIZE], int64_t wall_us);

#endif
