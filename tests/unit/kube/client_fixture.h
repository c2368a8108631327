#ifndef PR_TEST_KUBE_CLIENT_FIXTURE_H
#define PR_TEST_KUBE_CLIENT_FIXTURE_H

/* What the tests of the client of the API server share: the fixture of the HTTP client, on a clock
 * that skips what would be waited for. */

#include "http_fixture.h"
#include "kube/client.h"

int client_setup(void **state);

/* Moves the clock of all fixtures. */
void client_skip(int64_t us);

/* One call to the server of the fixture, as `cluster` has it, with a client of its own. `err` and
 * `result` are emptied before. */
int client_call_as(struct fixture *f, struct pr_kube_cluster *cluster,
	const struct pr_kube_request *request, struct pr_kube_result *result, struct pr_err *err);

/* The same as nobody. */
int client_call(struct fixture *f, const struct pr_kube_request *request,
	struct pr_kube_result *result, struct pr_err *err);

#undef TEST
#define TEST(function) cmocka_unit_test_setup_teardown(function, client_setup, fixture_teardown)

#endif
