#include "client_fixture.h"
#include "kube/wait.h"

#define JSON "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
#define JOB(status) JSON "{\"metadata\":{\"uid\":\"u\"},\"status\":{" status "}}"
#define POD(state)                                                                                \
	JSON "{\"items\":[{\"metadata\":{\"name\":\"p\",\"namespace\":\"n\"},"                    \
	     "\"spec\":{\"containers\":[{\"name\":\"job\"}]},\"status\":{\"containerStatuses\":[" \
	     "{\"name\":\"job\",\"state\":{" state "}}]}}]}"
#define LOG "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"

#define HOUR_US ((int64_t)3600 * 1000000)

static struct pr_buf heard;

static int hear(void *arg, const char *bytes, size_t n)
{
	(void)arg;
	client_skip(HOUR_US);
	return pr_buf_add(&heard, bytes, n);
}

/* How long ago the Job was looked at says nothing when its log went on all the time. */
static void a_log_of_hours_may_lose_its_connection(void **state)
{
	static const struct server_answer answers[] = {
		{.bytes = JOB("\"active\":1")},
		{.bytes = POD("\"running\":{}")},
		{.bytes = LOG "Content-Length: 999\r\n\r\n2026-01-01T00:00:00.1Z one\n"},
		{.bytes = JOB("\"conditions\":[{\"type\":\"Complete\",\"status\":\"True\"}]")},
		{.bytes = POD("\"terminated\":{\"exitCode\":0}")},
		{.bytes = LOG "Connection: close\r\n\r\n2026-01-01T00:00:00.1Z one\n"
			      "2026-01-01T00:00:00.2Z two\n"},
	};
	struct fixture *f = *state;
	char origin[] = "here";
	struct pr_kube_cluster cluster = {.origin = origin, .server = f->url};
	struct pr_kube_client *client = NULL;
	struct pr_kube_outcome outcome;
	struct pr_kube_wait wait = {
		.loop = f->loop, .space = "n", .job = "j", .log = hear, .until_over = true};
	struct pr_err err = PR_ERR_INIT;

	pr_buf_init(&heard, 1024);
	fixture_serve(f, answers, PR_LEN(answers));
	assert_int_equal(pr_kube_client_new(f->loop, &cluster, &client, NULL), 0);
	wait.client = client;
	if (pr_kube_wait(&wait, &outcome, &err))
		fail_msg("%s", err.msg);
	assert_true(outcome.ended);
	assert_int_equal(outcome.exit_code, 0);
	assert_string_equal(pr_buf_str(&heard), "one\ntwo\n");
	pr_kube_client_free(client);
	pr_buf_release(&heard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_log_of_hours_may_lose_its_connection),
	};

	return cmocka_run_group_tests_name("wait", tests, NULL, NULL);
}
