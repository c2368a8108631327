#include "http_fixture.h"

static const struct pr_http_policy plain = {.verify_tls = true, .keep_alive = true};

int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	if (!f || pr_loop_new(NULL, &f->loop, NULL))
		return -1;
	*state = f;
	return pr_http_client_new(f->loop, &plain, &f->client, NULL);
}

int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	pr_http_client_free(f->client);
	pr_loop_free(f->loop);
	server_stop(&f->server);
	server_stop(&f->other);
	free(f);
	return 0;
}

void fixture_client(struct fixture *f, const struct pr_http_policy *policy)
{
	pr_http_client_free(f->client);
	f->client = NULL;
	assert_int_equal(pr_http_client_new(f->loop, policy, &f->client, NULL), 0);
}

void fixture_reset(struct fixture *f)
{
	fixture_client(f, &plain);
	server_stop(&f->server);
	server_stop(&f->other);
}

void fixture_serve(struct fixture *f, const struct server_answer *answers, size_t count)
{
	server_start(&f->server, answers, count);
	snprintf(f->url, sizeof f->url, "http://127.0.0.1:%d", f->server.port);
}

void fixture_serve_other(struct fixture *f, const struct server_answer *answers, size_t count)
{
	server_start(&f->other, answers, count);
	snprintf(f->other_url, sizeof f->other_url, "http://127.0.0.1:%d", f->other.port);
}

static void copy_text(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from ? from : "(none)");
}

void fixture_note(void *arg, const struct pr_http_response *response)
{
	struct outcome *outcome = arg;
	PR_AUTO(free) char *value = pr_http_field(response, "X-Value");

	outcome->calls++;
	outcome->failure = response->failure;
	outcome->sent = response->sent;
	outcome->status = response->status;
	copy_text(outcome->detail, sizeof outcome->detail, response->detail);
	copy_text(outcome->content_type, sizeof outcome->content_type, response->content_type);
	copy_text(outcome->body, sizeof outcome->body, pr_buf_str(&response->body));
	copy_text(outcome->x_value, sizeof outcome->x_value, value);
	copy_text(outcome->url, sizeof outcome->url, response->url);
	pr_loop_stop(outcome->loop);
}

void fixture_call(struct fixture *f, const struct pr_http_request *request, struct outcome *outcome)
{
	struct pr_http_request full = *request;
	struct pr_http_call *call = NULL;
	char url[1024];

	if (full.url[0] == '/') {
		snprintf(url, sizeof url, "%s%s", f->url, full.url);
		full.url = url;
	}
	if (!full.method)
		full.method = "GET";
	memset(outcome, 0, sizeof *outcome);
	outcome->loop = f->loop;
	assert_int_equal(pr_http_start(f->client, &full, fixture_note, outcome, &call, NULL), 0);
	assert_int_equal(outcome->calls, 0);
	assert_int_equal(pr_loop_run(f->loop, NULL), 0);
	assert_int_equal(outcome->calls, 1);
	pr_http_call_free(call);
}

bool fixture_was_sent(const struct server *server, size_t n, const char *text)
{
	return n < server->log->requests && strstr(server->log->text[n], text);
}
