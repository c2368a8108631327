#ifndef PR_TEST_WEB_FIXTURE_H
#define PR_TEST_WEB_FIXTURE_H

/*
 * A server and its clients on one loop. What it answers goes by the path: /turn when the batch is
 * over, /later when the test says so, /stream with a stream, anything else at once with what was
 * asked.
 */

#include "base/buf.h"
#include "base/clock.h"
#include "web/web.h"

/* cmocka.h wants these three before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FIXTURE_KEPT 256
#define FIXTURE_BODY_MAX 70000
#define FIXTURE_IDLE_S 20

struct fixture {
	struct pr_fake_clock clock;
	struct pr_loop *loop;
	struct pr_web *web;
	struct pr_web_exchange *kept[FIXTURE_KEPT]; /* of /turn and /later */
	size_t kept_count;
	bool later; /* what is kept is not answered in a turn */
	struct pr_web_stream *stream;
	size_t requests, turns, closed;
	size_t descriptors; /* before anything began */
};

/* A raw connection. */
struct client {
	struct fixture *f;
	struct pr_watch watch;
	struct pr_timer guard;
	struct pr_buf got;
	const char *want;
	size_t want_count;
	int fd;
	bool eof, late;
};

/* A cmocka setup: with the system's clock. */
int fixture_setup(void **state);

/* A cmocka setup: with a clock that skips. */
int fixture_setup_skipping(void **state);

/* A cmocka teardown: no descriptor may be left. */
int fixture_teardown(void **state);

/* Serves on a free port of 127.0.0.1; certificate and key may be NULL. */
void fixture_serve(
	struct fixture *f, size_t connection_max, const char *certificate, const char *key);

/* Answers all that is kept with 200 and {}. */
void fixture_answer(struct fixture *f);

/* Connects, and reads whatever comes while the loop runs. */
void client_open(struct client *c, struct fixture *f);

/* Sends all of it. */
void client_send(struct client *c, const char *bytes, size_t n);

/* As client_send, a text. */
void client_say(struct client *c, const char *text);

/* Runs the loop until `text` has come `count` times, or the end. Whether it has. */
bool client_hears(struct client *c, const char *text, size_t count);

/* Runs the loop until the server has closed. Whether it has. */
bool client_ended(struct client *c);

/* Closes it. */
void client_close(struct client *c);

/* Runs the loop for `us`. */
void fixture_run(struct fixture *f, int64_t us);

/* Open descriptors of this process. */
size_t descriptors(void);

#endif
