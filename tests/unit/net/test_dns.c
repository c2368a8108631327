#include "net/dns.h"

#include "base/compiler.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define QUESTION_MAX 512
#define LIFETIME_US INT64_C(5000000)
#define ATTEMPT_US INT64_C(2000000)
#define RECORD "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\1\2\3\4"

/* What a server does with a question. */
enum act {
	SILENT,
	ANSWERS,
	FAILS,     /* code 2 */
	NO_NAME,   /* code 3 */
	NO_RECORD, /* nothing of the type */
	TRUNCATES, /* over UDP; over TCP: as the next line says */
	STRANGE,   /* the identifier of another question, then the answer */
	HANGS_UP,  /* over TCP */
	MALFORMED, /* over TCP */
	IN_PARTS,  /* over TCP, a byte at a time */
};

/* A server on one port, over UDP and TCP, on the loop of the test. */
struct server {
	struct pr_loop *loop;
	struct pr_fake_clock *clock;
	int port;
	int udp, tcp, peer; /* peer: of the connection, -1: none */
	struct pr_watch on_udp, on_tcp, on_peer;
	enum act by_udp, by_tcp;
	int asked;
};

struct fixture {
	struct pr_fake_clock clock;
	struct pr_loop *loop;
	struct server servers[2];
	struct pr_dns_call *call;
	int done;
	enum pr_dns_failure failure;
	char detail[200];
	char text[64]; /* the first record */
};

/* The answer to a question of `n` bytes; returns its length. */
static size_t answer(enum act act, const char *question, size_t n, char *out)
{
	bool full = act == ANSWERS || act == IN_PARTS || act == STRANGE;
	const unsigned char codes[] = {[FAILS] = 2, [NO_NAME] = 3, [IN_PARTS] = 0};

	memcpy(out, question, n);
	out[2] = (char)(act == TRUNCATES ? 0x83 : 0x81);
	out[3] = (char)(0x80 | codes[act]);
	out[7] = full;
	if (full)
		memcpy(out + n, RECORD, sizeof RECORD - 1);
	return act == MALFORMED ? 5 : n + (full ? sizeof RECORD - 1 : 0);
}

/* As long as one attempt or the whole call may take: nothing else is to happen. */
static void pass_time(struct pr_fake_clock *clock)
{
	int64_t left = LIFETIME_US - clock->monotonic_us;

	pr_fake_clock_advance(clock, left < ATTEMPT_US ? left : ATTEMPT_US);
}

static void on_datagram(void *arg, int fd, unsigned events)
{
	struct server *s = arg;
	char question[QUESTION_MAX];
	char bytes[QUESTION_MAX * 2];
	struct sockaddr_in from;
	socklen_t length = sizeof from;
	ssize_t n = recvfrom(
		fd, question, sizeof question, 0, (struct sockaddr *)(void *)&from, &length);
	size_t size;

	(void)events;
	if (n <= 12)
		fail_msg("no question: %zd", n);
	s->asked++;
	if (n <= 12 || s->by_udp == SILENT) {
		pass_time(s->clock);
		return;
	}
	size = answer(s->by_udp, question, (size_t)n, bytes);
	if (s->by_udp == STRANGE) {
		bytes[0] ^= 1;
		sendto(fd, bytes, size, 0, (struct sockaddr *)(void *)&from, length);
		bytes[0] ^= 1;
	}
	sendto(fd, bytes, size, 0, (struct sockaddr *)(void *)&from, length);
}

static void close_peer(struct server *s)
{
	pr_watch_stop(&s->on_peer);
	if (s->peer >= 0)
		close(s->peer);
	s->peer = -1;
}

static void on_stream(void *arg, int fd, unsigned events)
{
	struct server *s = arg;
	char question[QUESTION_MAX];
	char bytes[QUESTION_MAX * 2] = {0};
	ssize_t n = recv(fd, question, sizeof question, 0);
	size_t size;

	(void)events;
	if (n <= 2 || s->by_tcp == HANGS_UP) {
		close_peer(s);
		return;
	}
	s->asked++;
	assert_int_equal((unsigned char)question[0] << 8 | (unsigned char)question[1], n - 2);
	size = answer(s->by_tcp, question + 2, (size_t)n - 2, bytes + 2);
	bytes[1] = (char)size;
	for (size_t i = 0; s->by_tcp == IN_PARTS && i < size + 2; i++)
		assert_int_equal(send(fd, bytes + i, 1, MSG_NOSIGNAL), 1);
	if (s->by_tcp != IN_PARTS)
		assert_int_equal(send(fd, bytes, size + 2, MSG_NOSIGNAL), size + 2);
}

static void on_connection(void *arg, int fd, unsigned events)
{
	struct server *s = arg;
	int no = 1;

	(void)events;
	close_peer(s);
	s->peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	assert_true(s->peer >= 0);
	setsockopt(s->peer, IPPROTO_TCP, 1 /* TCP_NODELAY */, &no, sizeof no);
	assert_int_equal(
		pr_watch_start(s->loop, &s->on_peer, s->peer, PR_IO_READ, on_stream, s, NULL), 0);
}

static int bound_socket(int kind, int *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)*port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	int fd = socket(AF_INET, kind | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)(void *)&address, length)) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	assert_int_equal(getsockname(fd, (struct sockaddr *)(void *)&address, &length), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

/* The same number must be free for both. */
static void server_open(struct server *s, struct pr_loop *loop, struct pr_fake_clock *clock)
{
	s->loop = loop;
	s->clock = clock;
	s->peer = s->udp = -1;
	for (int tries = 0; s->udp < 0 && tries < 50; tries++) {
		s->port = 0;
		s->tcp = bound_socket(SOCK_STREAM, &s->port);
		s->udp = bound_socket(SOCK_DGRAM, &s->port);
		if (s->udp < 0)
			close(s->tcp);
	}
	assert_true(s->udp >= 0);
	assert_true(s->tcp >= 0 && listen(s->tcp, 4) == 0);
	assert_int_equal(
		pr_watch_start(loop, &s->on_udp, s->udp, PR_IO_READ, on_datagram, s, NULL), 0);
	assert_int_equal(
		pr_watch_start(loop, &s->on_tcp, s->tcp, PR_IO_READ, on_connection, s, NULL), 0);
}

static void server_close(struct server *s)
{
	if (!s->loop)
		return;
	close_peer(s);
	pr_watch_stop(&s->on_udp);
	pr_watch_stop(&s->on_tcp);
	close(s->udp);
	close(s->tcp);
	s->loop = NULL;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	*state = f;
	pr_fake_clock_init(&f->clock, 0);
	assert_int_equal(pr_loop_new(&f->clock.clock, &f->loop, NULL), 0);
	for (size_t i = 0; i < PR_LEN(f->servers); i++)
		server_open(&f->servers[i], f->loop, &f->clock);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	pr_dns_call_free(f->call);
	for (size_t i = 0; i < PR_LEN(f->servers); i++)
		server_close(&f->servers[i]);
	pr_loop_free(f->loop);
	free(f);
	return 0;
}

static void on_result(void *arg, const struct pr_dns_result *result)
{
	struct fixture *f = arg;
	const char *text = json_string_value(json_array_get(result->texts, 0));

	f->done++;
	f->failure = result->failure;
	pr_text_copy(f->detail, sizeof f->detail, result->detail ? result->detail : "");
	pr_text_copy(f->text, sizeof f->text, text ? text : "");
	pr_loop_stop(f->loop);
}

static int start(struct fixture *f, const json_t *servers)
{
	const struct pr_dns_request request = {
		.domain = "a.test", .type = "A", .servers = servers, .fn = on_result, .arg = f};

	return pr_dns_start(f->loop, &request, &f->call, NULL);
}

/* Asks the servers of the fixture, the second only where `both`. */
static void ask(struct fixture *f, bool both)
{
	json_auto_t *servers = json_array();

	for (size_t i = 0; i < (both ? 2 : 1); i++)
		json_array_append_new(servers, json_sprintf("127.0.0.1:%d", f->servers[i].port));
	assert_int_equal(start(f, servers), 0);
	assert_int_equal(f->done, 0);
	assert_int_equal(pr_loop_run(f->loop, NULL), 0);
	assert_int_equal(f->done, 1);
}

static void one_server_is_asked_until_it_says_something(void **state)
{
	static const struct {
		enum act by_udp, by_tcp;
		enum pr_dns_failure failure;
		int asked;
		const char *detail;
	} cases[] = {
		{ANSWERS, SILENT, PR_DNS_OK, 1, ""},
		{STRANGE, SILENT, PR_DNS_OK, 1, ""},
		{NO_RECORD, SILENT, PR_DNS_NODATA, 1, ""},
		{NO_NAME, SILENT, PR_DNS_NXDOMAIN, 1, ""},
		{FAILS, SILENT, PR_DNS_SERVERS, 1, "code 2"},
		{TRUNCATES, ANSWERS, PR_DNS_OK, 2, ""},
		{TRUNCATES, IN_PARTS, PR_DNS_OK, 2, ""},
		{TRUNCATES, NO_NAME, PR_DNS_NXDOMAIN, 2, ""},
		{TRUNCATES, FAILS, PR_DNS_SERVERS, 2, "code 2"},
		{TRUNCATES, TRUNCATES, PR_DNS_SERVERS, 2, "malformed"},
		{TRUNCATES, MALFORMED, PR_DNS_SERVERS, 2, "malformed"},
		{TRUNCATES, HANGS_UP, PR_DNS_SERVERS, 1, "ended the connection"},
	};

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct fixture *f = *state;

		f->servers[0].by_udp = cases[i].by_udp;
		f->servers[0].by_tcp = cases[i].by_tcp;
		ask(f, false);
		if (f->failure != cases[i].failure || f->servers[0].asked != cases[i].asked)
			fail_msg("row %zu: %d after %d questions", i, (int)f->failure,
				f->servers[0].asked);
		assert_non_null(strstr(f->detail, cases[i].detail));
		assert_string_equal(f->text, f->failure == PR_DNS_OK ? "1.2.3.4" : "");
		teardown(state);
		setup(state);
	}
}

static void silence_ends_after_five_seconds(void **state)
{
	struct fixture *f = *state;

	ask(f, false);
	assert_int_equal(f->failure, PR_DNS_TIMEOUT);
	assert_true(pr_loop_now_us(f->loop) == LIFETIME_US);
	assert_int_equal(f->servers[0].asked, 3); /* at 0 s, 2.1 s, 4.3 s */
	assert_non_null(strstr(f->detail, "5 seconds"));
}

static void the_next_server_is_asked_where_one_is_silent_or_fails(void **state)
{
	static const struct {
		enum act first;
		int64_t after_us;
	} cases[] = {{SILENT, ATTEMPT_US}, {FAILS, 0}};

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct fixture *f = *state;

		f->servers[0].by_udp = cases[i].first;
		f->servers[1].by_udp = ANSWERS;
		ask(f, true);
		assert_int_equal(f->failure, PR_DNS_OK);
		assert_int_equal(f->servers[0].asked, 1);
		assert_true(pr_loop_now_us(f->loop) == cases[i].after_us);
		teardown(state);
		setup(state);
	}
}

static void what_failed_once_is_not_asked_again(void **state)
{
	struct fixture *f = *state;

	f->servers[0].by_udp = FAILS;
	ask(f, true); /* the second is silent */
	assert_int_equal(f->failure, PR_DNS_TIMEOUT);
	assert_int_equal(f->servers[0].asked, 1);
	assert_true(f->servers[1].asked >= 2);
}

static void a_closed_port_is_told(void **state)
{
	struct fixture *f = *state;

	server_close(&f->servers[0]);
	ask(f, false);
	assert_int_equal(f->failure, PR_DNS_SERVERS);
	assert_string_equal(f->detail, "the server cannot be reached");
}

static void a_port_that_is_closed_to_tcp_only_is_told(void **state)
{
	struct fixture *f = *state;

	f->servers[0].by_udp = TRUNCATES;
	pr_watch_stop(&f->servers[0].on_tcp);
	assert_int_equal(shutdown(f->servers[0].tcp, SHUT_RDWR), 0);
	ask(f, false);
	assert_int_equal(f->failure, PR_DNS_SERVERS);
	assert_string_equal(f->detail, "the server cannot be reached");
}

static void a_call_can_be_ended(void **state)
{
	struct fixture *f = *state;
	json_auto_t *servers = json_pack("[s]", "127.0.0.1:9");

	assert_int_equal(start(f, servers), 0);
	pr_dns_call_free(f->call);
	f->call = NULL;
	pr_dns_call_free(NULL);
	pr_loop_stop(f->loop);
	assert_int_equal(pr_loop_run(f->loop, NULL), 0);
	assert_int_equal(f->done, 0);
}

static void servers_are_addresses_with_or_without_port(void **state)
{
	static const struct {
		const char *server;
		int rc;
	} cases[] = {
		{"10.0.0.1", 0},
		{"10.0.0.1:5353", 0},
		{"::1", 0},
		{"fe80::1:53", 0},
		{"[::1]", 0},
		{"[::1]:5353", 0},
		{"", PR_EINVAL},
		{"ns.test", PR_EINVAL},
		{"10.0.0.1:", PR_EINVAL},
		{"10.0.0.1:0", PR_EINVAL},
		{"10.0.0.1:65536", PR_EINVAL},
		{"10.0.0.1:x", PR_EINVAL},
		{"10.0.0", PR_EINVAL},
		{"[::1", PR_EINVAL},
		{"[::1]:x", PR_EINVAL},
		{"[ns.test]:53", PR_EINVAL},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		json_auto_t *servers = json_pack("[s]", cases[i].server);
		int rc = start(f, servers);

		if (rc != cases[i].rc)
			fail_msg("'%s': %d", cases[i].server, rc);
		pr_dns_call_free(f->call);
		f->call = NULL;
	}
}

static void what_cannot_be_asked_is_refused(void **state)
{
	struct fixture *f = *state;
	json_auto_t *none = json_array();
	json_auto_t *number = json_pack("[i]", 5);
	json_auto_t *many = json_array();

	for (int i = 0; i < 65; i++)
		json_array_append_new(many, json_string("10.0.0.1"));
	assert_int_equal(start(f, none), PR_EINVAL);
	assert_int_equal(start(f, NULL), PR_EINVAL);
	assert_int_equal(start(f, number), PR_EINVAL);
	assert_int_equal(start(f, many), PR_EINVAL);
	json_array_remove(many, 0);
	assert_int_equal(start(f, many), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			one_server_is_asked_until_it_says_something, setup, teardown),
		cmocka_unit_test_setup_teardown(silence_ends_after_five_seconds, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_next_server_is_asked_where_one_is_silent_or_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_failed_once_is_not_asked_again, setup, teardown),
		cmocka_unit_test_setup_teardown(a_closed_port_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_port_that_is_closed_to_tcp_only_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(a_call_can_be_ended, setup, teardown),
		cmocka_unit_test_setup_teardown(
			servers_are_addresses_with_or_without_port, setup, teardown),
		cmocka_unit_test_setup_teardown(what_cannot_be_asked_is_refused, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
