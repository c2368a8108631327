#ifndef PR_TEST_NET_HTTP_FIXTURE_H
#define PR_TEST_NET_HTTP_FIXTURE_H

/* What the tests of the HTTP client share: a loop, a client, two servers, and one call at a time.
 * Included after cmocka's own requirements. */

#include "base/loop.h"
#include "net/http.h"
#include "server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
	struct pr_loop *loop;
	struct pr_http_client *client;
	struct server server; /* the one that is asked */
	struct server other;
	char url[128]; /* of the server, without a path */
	char other_url[128];
};

/* What the callback was given, copied. */
struct outcome {
	struct pr_loop *loop;
	unsigned calls;
	enum pr_http_failure failure;
	char detail[256];
	bool sent;
	long status;
	char content_type[64];
	char body[4096];
	char x_value[256]; /* of the header X-Value, "(none)" without */
	char url[256];
};

int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Starts the server that is asked, or the other one. */
void fixture_serve(struct fixture *f, const struct server_answer *answers, size_t count);
void fixture_serve_other(struct fixture *f, const struct server_answer *answers, size_t count);

/* Ends both servers and forgets the client's connections. */
void fixture_reset(struct fixture *f);

/* A client of another kind takes the place of the present one. */
void fixture_client(struct fixture *f, const struct pr_http_policy *policy);

/* One call from start to callback. `url` may begin with "/": then it is the server's. */
void fixture_call(
	struct fixture *f, const struct pr_http_request *request, struct outcome *outcome);

/* The callback of a call whose `arg` is a struct outcome; stops its loop. */
void fixture_note(void *arg, const struct pr_http_response *response);

/* Whether the server's n-th request (from 0) has the text in it. */
bool fixture_was_sent(const struct server *server, size_t n, const char *text);

/* A test with a fixture of its own. */
#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

#endif
