#include "base/file.h"
#include "base/redact.h"
#include "client_fixture.h"

#include <sys/stat.h>

#define OK "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
#define REFUSED "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
#define MINUTE_US ((int64_t)60 * 1000000)

static const struct server_answer ok = {.bytes = OK, .then = SERVER_KEEP};
static const struct server_answer refused = {.bytes = REFUSED, .then = SERVER_KEEP};
static const struct pr_kube_request get = {.method = "GET", .path = "/", .repeatable = true};

/* A server, and a client whose credentials a program in a folder of its own gives. */
struct scene {
	struct fixture *f;
	char folder[64];
	struct pr_kube_cluster cluster;
	struct pr_kube_client *client;
};

static void write_text(const struct scene *s, const char *name, const char *text, mode_t mode)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", s->folder, name);
	assert_int_equal(pr_file_replace(path, text, strlen(text), mode, false, NULL), 0);
	assert_int_equal(chmod(path, mode), 0);
}

/* What the program gives from now on; `end_us` from now, in a zone of its own; 0: no end. */
static void give(const struct scene *s, const char *credentials, int64_t end_us)
{
	const int64_t east_us = 150 * MINUTE_US;
	char text[512];
	char end[PR_STAMP_SIZE];

	pr_stamp_iso(end, pr_loop_wall_us(s->f->loop) + end_us + east_us);
	snprintf(text, sizeof text,
		"{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\","
		"\"status\":{%s%s%.*s%s}}",
		credentials, end_us ? ",\"expirationTimestamp\":\"" : "",
		end_us ? (int)strlen(end) - 6 : 0, end, end_us ? "+02:30\"" : "");
	write_text(s, "answer", text, 0600);
}

static void begin(struct scene *s, void **state, const struct server_answer *answers, size_t count)
{
	static const struct pr_limits limits = PR_LIMITS_DEFAULT;
	struct pr_kube_choice choice = {.context = "x"};
	char text[512];
	char path[128];

	s->f = *state;
	s->client = NULL;
	snprintf(s->folder, sizeof s->folder, "/tmp/kube-renewal-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	fixture_serve(s->f, answers, count);
	write_text(s, "plugin", "#!/bin/sh\necho >>\"$0.runs\"\ncat \"${0%plugin}answer\"\n", 0700);
	snprintf(text, sizeof text,
		"clusters: [{name: c, cluster: {server: '%s'}}]\n"
		"contexts: [{name: x, context: {cluster: c, user: u}}]\n"
		"users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, "
		"command: ./plugin}}}]",
		s->f->url);
	write_text(s, "config", text, 0600);
	snprintf(path, sizeof path, "%s/config", s->folder);
	choice.kubeconfig = path;
	give(s, "\"token\":\"first-token\"", MINUTE_US);
	assert_int_equal(pr_kube_cluster_load(&s->cluster, &choice, &limits, NULL), 0);
	assert_int_equal(pr_kube_client_new(s->f->loop, &s->cluster, &s->client, NULL), 0);
}

static void end(struct scene *s)
{
	pr_kube_client_free(s->client);
	pr_kube_cluster_release(&s->cluster);
	pr_redact_forget();
	assert_int_equal(pr_file_remove_tree(s->folder, NULL), 0);
}

/* How often the program was run. */
static size_t runs(const struct scene *s)
{
	char path[128];
	struct stat info;

	snprintf(path, sizeof path, "%s/plugin.runs", s->folder);
	assert_int_equal(stat(path, &info), 0);
	return (size_t)info.st_size;
}

static int call(const struct scene *s, struct pr_err *err)
{
	struct pr_kube_result result;
	int rc = pr_kube_call(s->client, &get, &result, err);

	pr_kube_result_release(&result);
	return rc;
}

static void credentials_that_have_ended_are_asked_for_again(void **state)
{
	struct scene s;

	begin(&s, state, &ok, 1);
	give(&s, "\"token\":\"second-token\"", 0);
	client_skip(MINUTE_US / 2);
	assert_int_equal(call(&s, NULL), 0);
	assert_int_equal(runs(&s), 1);
	client_skip(MINUTE_US / 2);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(call(&s, NULL), 0);
	assert_int_equal(runs(&s), 2);
	assert_true(fixture_was_sent(&s.f->server, 0, "Bearer first-token\r\n"));
	assert_true(fixture_was_sent(&s.f->server, 1, "Bearer second-token\r\n"));
	assert_true(fixture_was_sent(&s.f->server, 2, "Bearer second-token\r\n"));
	assert_int_equal(s.f->server.log->connections, 1);
	assert_true(pr_redact_found("second-token", 12));
	end(&s);
}

static void what_is_refused_is_asked_for_again_once(void **state)
{
	const struct server_answer answers[] = {ok, refused, ok, refused};
	struct pr_err err = PR_ERR_INIT;
	struct scene s;

	begin(&s, state, answers, PR_LEN(answers));
	assert_int_equal(call(&s, NULL), 0);
	give(&s, "\"token\":\"second-token\"", MINUTE_US);
	assert_int_equal(call(&s, NULL), 0);
	assert_int_equal(runs(&s), 2);
	assert_true(fixture_was_sent(&s.f->server, 1, "Bearer first-token\r\n"));
	assert_true(fixture_was_sent(&s.f->server, 2, "Bearer second-token\r\n"));
	assert_int_equal(call(&s, &err), PR_EAUTH);
	if (!strstr(err.msg, "answered 401"))
		fail_msg("%s", err.msg);
	assert_int_equal(runs(&s), 3);
	assert_int_equal(s.f->server.log->requests, 5);
	end(&s);
}

static void a_program_that_gives_nothing_more_is_told_of(void **state)
{
	const struct server_answer answers[] = {refused, ok};
	struct scene s;

	begin(&s, state, answers, PR_LEN(answers));
	write_text(&s, "plugin", "#!/bin/sh\necho >>\"$0.runs\"\necho log in >&2\nexit 7\n", 0700);
	for (size_t i = 0; i < 2; i++) { /* refused, then ended */
		struct pr_err err = PR_ERR_INIT;

		assert_int_equal(call(&s, &err), PR_EAUTH);
		assert_non_null(strstr(err.msg, "'./plugin' ended with 7: log in"));
		client_skip(MINUTE_US);
	}
	assert_int_equal(runs(&s), 3);
	assert_int_equal(s.f->server.log->requests, 1);
	end(&s);
}

struct tally {
	struct pr_loop *loop;
	size_t answers;
	size_t wanted;
};

static void on_answer(void *arg, const struct pr_kube_answer *answer)
{
	struct tally *tally = arg;

	assert_int_equal(answer->code, PR_OK);
	if (++tally->answers == tally->wanted)
		pr_loop_stop(tally->loop);
}

static void never(void *arg, const struct pr_kube_answer *answer)
{
	(void)arg, (void)answer;
	fail();
}

static void all_calls_wait_for_one_program(void **state)
{
	static const struct server_answer closing = {.bytes = OK};
	struct pr_kube_call *given_up = NULL;
	struct tally tally = {.wanted = 3};
	struct scene s;

	begin(&s, state, &closing, 1);
	tally.loop = s.f->loop;
	give(&s, "\"token\":\"second-token\"", 0);
	client_skip(MINUTE_US);
	assert_int_equal(pr_kube_send(s.client, &get, never, NULL, &given_up, NULL), 0);
	for (size_t i = 0; i < tally.wanted; i++)
		assert_int_equal(pr_kube_send(s.client, &get, on_answer, &tally, NULL, NULL), 0);
	pr_kube_cancel(given_up);
	assert_int_equal(pr_loop_run(s.f->loop, NULL), 0);
	assert_int_equal(tally.answers, tally.wanted);
	assert_int_equal(runs(&s), 2);
	for (size_t i = 0; i < tally.wanted; i++)
		assert_true(fixture_was_sent(&s.f->server, i, "Bearer second-token\r\n"));
	end(&s);
}

static void a_client_that_is_freed_ends_the_program(void **state)
{
	struct scene s;

	begin(&s, state, &ok, 1);
	write_text(&s, "plugin", "#!/bin/sh\nexec sleep 1000\n", 0700);
	client_skip(MINUTE_US);
	assert_int_equal(pr_kube_send(s.client, &get, never, NULL, NULL, NULL), 0);
	end(&s);
	assert_int_equal(s.f->server.log->requests, 0);
}

/* A server asks for a certificate when a connection begins. */
static void another_certificate_is_shown_on_a_new_connection(void **state)
{
	static const struct {
		const char *credentials;
		size_t connection;
		bool authorized;
	} rows[] = {
		{"\"clientCertificateData\":\"C1\",\"clientKeyData\":\"K1\"", 2, false},
		{"\"clientCertificateData\":\"C1\",\"clientKeyData\":\"K1\",\"token\":\"a-token\"",
			2, true},
		{"\"clientCertificateData\":\"C2\",\"clientKeyData\":\"K2\"", 3, false},
		{"\"clientCertificateData\":\"C2\",\"clientKeyData\":\"K1\"", 4, false},
		{"\"token\":\"a-token\"", 5, true},
		{"\"token\":\"b-token\"", 5, true},
	};
	struct scene s;

	begin(&s, state, &ok, 1);
	assert_int_equal(call(&s, NULL), 0);
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		client_skip(i ? 2 * MINUTE_US : MINUTE_US);
		give(&s, rows[i].credentials, 2 * MINUTE_US);
		assert_int_equal(call(&s, NULL), 0);
		assert_int_equal(s.f->server.log->connection[i + 1], rows[i].connection);
		assert_int_equal(fixture_was_sent(&s.f->server, i + 1, "Authorization: "),
			rows[i].authorized);
	}
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(credentials_that_have_ended_are_asked_for_again),
		TEST(what_is_refused_is_asked_for_again_once),
		TEST(a_program_that_gives_nothing_more_is_told_of),
		TEST(all_calls_wait_for_one_program),
		TEST(a_client_that_is_freed_ends_the_program),
		TEST(another_certificate_is_shown_on_a_new_connection),
	};

	return cmocka_run_group_tests_name("client_renewal", tests, NULL, NULL);
}
