#include "net/dns.h"

#include "base/text.h"
#include "base/uuid.h"
#include "codec/json.h"
#include "net/dns_message.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define US_PER_MS 1000
#define LIFETIME_MS 5000
#define ATTEMPT_MS 2000
#define BACKOFF_MS 100
#define BACKOFF_MAX_MS 2000
#define SERVERS_MAX 64
#define MESSAGE_MAX 65535
#define DNS_PORT 53

struct server {
	struct sockaddr_storage address;
	socklen_t length;
	bool useless; /* it cannot be asked again */
	bool by_tcp;
};

struct pr_dns_call {
	struct pr_loop *loop;
	struct pr_dns_question question;
	struct server *servers;
	size_t server_count;
	size_t next; /* the server that is asked next */
	size_t current;
	int fd; /* -1: none */
	struct pr_watch watch;
	struct pr_timer lifetime, attempt;
	struct pr_buf out, in;
	int64_t backoff_ms;
	char detail[200]; /* of the last failure of a server */
	pr_dns_fn *fn;
	void *arg;
};

static void close_socket(struct pr_dns_call *call)
{
	pr_watch_stop(&call->watch);
	pr_timer_stop(&call->attempt);
	if (call->fd >= 0)
		close(call->fd);
	call->fd = -1;
}

static void finish(struct pr_dns_call *call, enum pr_dns_failure failure, json_t *texts)
{
	struct pr_dns_result result = {.failure = failure, .texts = texts, .detail = call->detail};

	close_socket(call);
	pr_timer_stop(&call->lifetime);
	call->fn(call->arg, &result);
}

static void on_lifetime(void *arg)
{
	struct pr_dns_call *call = arg;

	pr_text_copy(call->detail, sizeof call->detail,
		"the resolution lifetime expired after 5 seconds");
	finish(call, PR_DNS_TIMEOUT, NULL);
}

static void ask_next(void *arg);

/* On to the next attempt, at once or, after all servers were asked, a moment later. */
static void go_on(struct pr_dns_call *call)
{
	int64_t delay_ms = call->next < call->server_count ? 0 : call->backoff_ms;

	close_socket(call);
	if (delay_ms) {
		call->next = 0;
		call->backoff_ms = delay_ms * 2 < BACKOFF_MAX_MS ? delay_ms * 2 : BACKOFF_MAX_MS;
	}
	if (pr_timer_start(call->loop, &call->attempt, delay_ms * US_PER_MS, ask_next, call))
		finish(call, PR_DNS_SERVERS, NULL);
}

/* The server that is asked cannot help. */
static void give_up(struct pr_dns_call *call, const char *why)
{
	pr_text_copy(call->detail, sizeof call->detail, why);
	call->servers[call->current].useless = true;
	go_on(call);
}

static void on_attempt_over(void *arg)
{
	go_on(arg);
}

/* The answer that is in the buffer; what is none to our question is not looked at by UDP. */
static void take_answer(struct pr_dns_call *call, const char *bytes, size_t n)
{
	struct server *server = &call->servers[call->current];
	struct pr_dns_answer answer = {.kind = PR_DNS_STRANGE};
	char why[64];

	if (pr_dns_answer_read(&call->question, (const unsigned char *)bytes, n, &answer, NULL)) {
		finish(call, PR_DNS_SERVERS, NULL);
		return;
	}
	if (answer.kind == PR_DNS_ANSWER) {
		json_auto_t *texts = answer.texts;

		finish(call, PR_DNS_OK, texts);
	} else if (answer.kind == PR_DNS_NO_ANSWER) {
		finish(call, PR_DNS_NODATA, NULL);
	} else if (answer.kind == PR_DNS_NO_NAME) {
		finish(call, PR_DNS_NXDOMAIN, NULL);
	} else if (answer.kind == PR_DNS_TRUNCATED && !server->by_tcp) {
		server->by_tcp = true;
		call->next = call->current;
		go_on(call);
	} else if (answer.kind == PR_DNS_FAILURE) {
		pr_text_print(why, sizeof why, "the server answered with code %u", answer.code);
		give_up(call, why);
	} else if (server->by_tcp) {
		give_up(call, "the server's answer is malformed");
	}
}

static void on_datagram(struct pr_dns_call *call)
{
	char bytes[4096];
	ssize_t n = recv(call->fd, bytes, sizeof bytes, 0);

	if (n >= 0)
		take_answer(call, bytes, (size_t)n);
	else if (errno != EAGAIN && errno != EINTR)
		give_up(call, "the server cannot be reached");
}

/* Two bytes of length, then the message. */
static void on_bytes(struct pr_dns_call *call)
{
	char bytes[4096];
	ssize_t n = recv(call->fd, bytes, sizeof bytes, 0);
	size_t length;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || pr_buf_add(&call->in, bytes, (size_t)n)) {
		give_up(call, "the server ended the connection");
		return;
	}
	if (call->in.len < 2)
		return;
	length = (size_t)(unsigned char)call->in.ptr[0] << 8 | (unsigned char)call->in.ptr[1];
	if (call->in.len >= length + 2)
		take_answer(call, call->in.ptr + 2, length);
}

static void on_ready(void *arg, int fd, unsigned events);

static void watch_for(struct pr_dns_call *call, unsigned events)
{
	if (pr_watch_start(call->loop, &call->watch, call->fd, events, on_ready, call, NULL))
		finish(call, PR_DNS_SERVERS, NULL);
}

static void send_rest(struct pr_dns_call *call)
{
	ssize_t n = send(call->fd, call->out.ptr, call->out.len, MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		give_up(call, "the server cannot be reached");
		return;
	}
	pr_buf_consume(&call->out, (size_t)n);
	if (!call->out.len)
		watch_for(call, PR_IO_READ);
}

static void on_ready(void *arg, int fd, unsigned events)
{
	struct pr_dns_call *call = arg;

	(void)fd;
	if (call->out.len && events & PR_IO_WRITE)
		send_rest(call);
	else if (call->servers[call->current].by_tcp)
		on_bytes(call);
	else
		on_datagram(call);
}

/* The message of this attempt: each has an identifier of its own. */
static int write_question(struct pr_dns_call *call, bool by_tcp)
{
	PR_AUTO(buf) struct pr_buf message = PR_BUF_INIT(MESSAGE_MAX);
	int rc = pr_random_bytes(&call->question.id, sizeof call->question.id, NULL);

	pr_buf_clear(&call->out);
	pr_buf_clear(&call->in);
	pr_dns_question_write(&call->question, &message);
	if (by_tcp) {
		pr_buf_addc(&call->out, (char)(message.len >> 8));
		pr_buf_addc(&call->out, (char)(message.len & 0xffU));
	}
	pr_buf_add(&call->out, message.ptr, message.len);
	return rc ? rc : call->out.status;
}

/* Connected in either case, so that nobody else can answer. */
static bool open_socket(struct pr_dns_call *call, const struct server *server)
{
	int kind = server->by_tcp ? SOCK_STREAM : SOCK_DGRAM;

	call->fd = socket(server->address.ss_family, kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return call->fd >= 0 &&
	       (connect(call->fd, (const struct sockaddr *)&server->address, server->length) == 0 ||
		       errno == EINPROGRESS);
}

static void ask_next(void *arg)
{
	struct pr_dns_call *call = arg;
	const struct server *server;

	while (call->next < call->server_count && call->servers[call->next].useless)
		call->next++;
	if (call->next == call->server_count) {
		bool any = false;

		for (size_t i = 0; i < call->server_count; i++)
			any = any || !call->servers[i].useless;
		if (any)
			go_on(call);
		else
			finish(call, PR_DNS_SERVERS, NULL);
		return;
	}
	call->current = call->next++;
	server = &call->servers[call->current];
	if (write_question(call, server->by_tcp) || !open_socket(call, server)) {
		give_up(call, "the server cannot be reached");
		return;
	}
	if (pr_timer_start(call->loop, &call->attempt, (int64_t)ATTEMPT_MS * US_PER_MS,
		    on_attempt_over, call))
		finish(call, PR_DNS_SERVERS, NULL);
	else
		watch_for(call, PR_IO_WRITE);
}

/* "10.0.0.1", "10.0.0.1:53", "fe80::1", "[fe80::1]:53" */
static int read_server(const char *text, struct server *server, struct pr_err *err)
{
	const char *bracket = text && *text == '[' ? strchr(text, ']') : NULL;
	const char *colon = text ? strrchr(text, ':') : NULL;
	bool has_port = bracket ? colon == bracket + 1 : colon && colon == strchr(text, ':');
	struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)&server->address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)&server->address;
	char host[INET6_ADDRSTRLEN + 2];
	int64_t port = DNS_PORT;

	pr_text_print(host, sizeof host, "%.*s",
		bracket    ? (int)(bracket - text - 1)
		: has_port ? (int)(colon - text)
			   : 255,
		text ? text + (bracket ? 1 : 0) : "");
	if (has_port && (pr_text_int64(colon + 1, &port, NULL) || port < 1 || port > 65535))
		return pr_fail(err, PR_EINVAL, "the name server '%s' has no valid port", text);
	*server = (struct server){.length = sizeof *v4};
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		return 0;
	}
	server->length = sizeof *v6;
	if (inet_pton(AF_INET6, host, &v6->sin6_addr) != 1)
		return pr_fail(err, PR_EINVAL,
			"'%s' is no name server: an IP address, with a port where it is not 53, is",
			text ? text : "");
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons((uint16_t)port);
	return 0;
}

static int read_servers(struct pr_dns_call *call, const json_t *servers, struct pr_err *err)
{
	size_t n = json_array_size(servers);
	int rc = 0;

	if (!n || n > SERVERS_MAX)
		return pr_fail(err, PR_EINVAL, "1 to %d name servers are needed", SERVERS_MAX);
	call->servers = calloc(n, sizeof *call->servers);
	if (!call->servers)
		return pr_fail_nomem(err);
	call->server_count = n;
	for (size_t i = 0; !rc && i < n; i++)
		rc = read_server(
			json_string_value(json_array_get(servers, i)), &call->servers[i], err);
	return rc;
}

void pr_dns_call_free(struct pr_dns_call *call)
{
	if (!call)
		return;
	close_socket(call);
	pr_timer_stop(&call->lifetime);
	pr_buf_release(&call->out);
	pr_buf_release(&call->in);
	free(call->servers);
	free(call);
}

static int begin(struct pr_dns_call *call, const struct pr_dns_request *request, struct pr_err *err)
{
	int rc = pr_dns_question_init(&call->question, request->domain, request->type, err);

	if (!rc)
		rc = read_servers(call, request->servers, err);
	if (rc)
		return rc;
	if (pr_timer_start(call->loop, &call->lifetime, (int64_t)LIFETIME_MS * US_PER_MS,
		    on_lifetime, call) ||
		pr_timer_start(call->loop, &call->attempt, 0, ask_next, call))
		return pr_fail_nomem(err);
	return 0;
}

int pr_dns_start(struct pr_loop *loop, const struct pr_dns_request *request,
	struct pr_dns_call **ret_call, struct pr_err *err)
{
	struct pr_dns_call *call = calloc(1, sizeof *call);
	int rc;

	if (!call)
		return pr_fail_nomem(err);
	call->loop = loop;
	call->fd = -1;
	call->backoff_ms = BACKOFF_MS;
	call->fn = request->fn;
	call->arg = request->arg;
	pr_buf_init(&call->out, MESSAGE_MAX + 2);
	pr_buf_init(&call->in, (size_t)MESSAGE_MAX * 2);
	rc = begin(call, request, err);
	if (rc)
		pr_dns_call_free(call);
	else
		*ret_call = call;
	return rc;
}
