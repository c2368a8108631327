#include "web_fixture.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* More than any deadline of the server. */
#define GUARD_US 120000000

size_t descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	assert_non_null(dir);
	while (dir != NULL && readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

static void on_closed(void *arg)
{
	struct fixture *f = arg;

	f->closed++;
	f->stream = NULL;
}

static void echo(struct pr_web_exchange *exchange)
{
	const char *query = pr_web_query(exchange, "q"), *name = pr_web_header(exchange, "X-Name");
	struct pr_web_header header = {"X-Extra", "yes"};
	struct pr_web_answer answer = {.status = 200, .content_type = "application/json"};
	char text[512];
	size_t n = 0;
	const char *body = pr_web_body(exchange, &n);

	answer.headers = &header;
	answer.header_count = 1;
	snprintf(text, sizeof(text), "[%s %.100s q=%s x=%s body=%zu:%.20s]",
		pr_web_method(exchange), pr_web_path(exchange), query != NULL ? query : "-",
		name != NULL ? name : "-", n, body);
	answer.body = text;
	answer.body_len = strlen(text);
	pr_web_answer(exchange, &answer);
}

static void on_request(void *arg, struct pr_web_exchange *exchange)
{
	struct fixture *f = arg;
	struct pr_web_answer answer = {.status = 200, .content_type = "text/event-stream"};
	const char *path = pr_web_path(exchange);

	f->requests++;
	if (strcmp(path, "/stream") == 0) {
		answer.body = ": begin\n\n";
		answer.body_len = 9;
		f->stream = pr_web_stream(exchange, &answer, on_closed, f);
		return;
	}
	if (strcmp(path, "/turn") != 0 && strcmp(path, "/later") != 0) {
		echo(exchange);
		return;
	}
	f->later = f->later || path[1] == 'l';
	if (f->kept_count >= FIXTURE_KEPT)
		abort();
	f->kept[f->kept_count++] = exchange;
}

void fixture_answer(struct fixture *f)
{
	struct pr_web_answer answer = {.status = 200, .content_type = "application/json"};

	answer.body = "{}";
	answer.body_len = 2;
	for (size_t i = 0; i < f->kept_count; i++)
		pr_web_answer(f->kept[i], &answer);
	f->kept_count = 0;
}

static void on_turn(void *arg)
{
	struct fixture *f = arg;

	f->turns++;
	if (!f->later)
		fixture_answer(f);
}

static int make(void **state, bool skipping)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct pr_err err = PR_ERR_INIT;

	assert_non_null(f);
	f->descriptors = descriptors();
	pr_fake_clock_init(&f->clock, 0);
	assert_int_equal(pr_loop_new(skipping ? &f->clock.clock : NULL, &f->loop, &err), 0);
	*state = f;
	return 0;
}

int fixture_setup(void **state)
{
	return make(state, false);
}

int fixture_setup_skipping(void **state)
{
	return make(state, true);
}

int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	pr_web_free(f->web);
	pr_loop_free(f->loop);
	assert_int_equal(descriptors(), f->descriptors);
	free(f);
	return 0;
}

void fixture_serve(
	struct fixture *f, size_t connection_max, const char *certificate, const char *key)
{
	const struct pr_web_options options = {.address = "127.0.0.1",
		.certificate = certificate,
		.key = key,
		.body_max = FIXTURE_BODY_MAX,
		.connection_max = connection_max,
		.idle_s = FIXTURE_IDLE_S};
	const struct pr_web_handlers handlers = {on_request, on_turn, f};
	struct pr_err err = PR_ERR_INIT;

	if (pr_web_new(f->loop, &options, &handlers, &f->web, &err) < 0)
		fail_msg("%s", err.msg);
}

static size_t count(const struct client *c)
{
	size_t n = 0;

	if (c->want == NULL)
		return 0;
	for (const char *at = pr_buf_str(&c->got); (at = strstr(at, c->want)) != NULL; at++)
		n++;
	return n;
}

static void on_readable(void *arg, int fd, unsigned events)
{
	struct client *c = arg;
	char piece[16384];
	ssize_t n = recv(fd, piece, sizeof(piece), MSG_DONTWAIT);

	(void)events;
	if (n > 0) {
		pr_buf_add(&c->got, piece, (size_t)n);
	} else {
		c->eof = true;
		pr_watch_stop(&c->watch);
	}
	if (c->eof || count(c) >= c->want_count)
		pr_loop_stop(c->f->loop);
}

void client_open(struct client *c, struct fixture *f)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(pr_web_port(f->web))};

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	memset(c, 0, sizeof(*c));
	pr_buf_init(&c->got, 8 << 20);
	c->f = f;
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(c->fd >= 0);
	assert_int_equal(connect(c->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	c->want_count = 1;
	assert_int_equal(
		pr_watch_start(f->loop, &c->watch, c->fd, PR_IO_READ, on_readable, c, NULL), 0);
}

static void on_stop(void *arg)
{
	pr_loop_stop(arg);
}

void fixture_run(struct fixture *f, int64_t us)
{
	struct pr_timer timer = {0};

	pr_timer_start(f->loop, &timer, us, on_stop, f->loop);
	assert_int_equal(pr_loop_run(f->loop, NULL), 0);
	pr_timer_stop(&timer);
}

void client_send(struct client *c, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(c->fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent > 0) {
			bytes += sent;
			n -= (size_t)sent;
		} else if (sent < 0) {
			fixture_run(c->f, 1000);
		}
		if (c->eof)
			return;
	}
}

void client_say(struct client *c, const char *text)
{
	client_send(c, text, strlen(text));
}

static void on_guard(void *arg)
{
	struct client *c = arg;

	c->late = true;
	pr_loop_stop(c->f->loop);
}

static void listen_for(struct client *c, const char *text, size_t times)
{
	c->want = text;
	c->want_count = times;
	pr_timer_start(c->f->loop, &c->guard, GUARD_US, on_guard, c);
	while (!c->eof && !c->late && count(c) < times)
		pr_loop_run(c->f->loop, NULL);
	pr_timer_stop(&c->guard);
}

bool client_hears(struct client *c, const char *text, size_t times)
{
	listen_for(c, text, times);
	return count(c) >= times;
}

bool client_ended(struct client *c)
{
	listen_for(c, NULL, 1);
	return c->eof;
}

void client_close(struct client *c)
{
	pr_watch_stop(&c->watch);
	close(c->fd);
	pr_buf_release(&c->got);
}
