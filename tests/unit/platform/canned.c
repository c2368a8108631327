#include "canned.h"

#include "base/compiler.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define CONNECTIONS 8
#define HEAD_MAX 8192

/* What the child keeps of one connection. */
struct connection {
	int fd;
	int number;
	size_t len;
	char text[HEAD_MAX + ((size_t)1 << 20)];
};

static struct connection connections[CONNECTIONS];

void canned_prepare(struct canned *canned)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t n = sizeof address;

	*canned = (struct canned){.pid = -1};
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	canned->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(canned->fd >= 0);
	assert_int_equal(bind(canned->fd, (struct sockaddr *)&address, n), 0);
	assert_int_equal(getsockname(canned->fd, (struct sockaddr *)&address, &n), 0);
	canned->port = ntohs(address.sin_port);
	canned->record = mmap(NULL, sizeof *canned->record, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(canned->record != MAP_FAILED);
}

char *canned_url(const struct canned *canned)
{
	return pr_text_format("http://127.0.0.1:%d", canned->port);
}

static void drop(struct connection *connection, bool reset)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};

	if (reset)
		setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	close(connection->fd);
	connection->fd = -1;
}

static void answer(struct connection *connection, const struct canned_step *step)
{
	const char *body = step->body ? step->body : "";
	size_t n = strlen(body);
	char head[1024];
	int head_len = snprintf(head, sizeof head,
		"HTTP/1.1 %d Canned\r\nContent-Type: application/json\r\n"
		"Content-Length: %zu\r\n%s\r\n",
		step->status, n, step->headers ? step->headers : "");

	if (step->kind == CANNED_PARTIAL)
		n /= 2;
	(void)!write(connection->fd, head, (size_t)head_len);
	(void)!write(connection->fd, body, n);
	if (step->kind == CANNED_PARTIAL)
		drop(connection, false);
}

static void copy_header(const char *text, const char *name, char *out, size_t size)
{
	const char *line = strstr(text, name);
	size_t n = line ? strcspn(line + strlen(name), "\r") : 0;

	if (line)
		snprintf(out, size, "%.*s", (int)n, line + strlen(name));
}

static void copy_word(const char *text, char *out, size_t size)
{
	snprintf(out, size, "%.*s", (int)strcspn(text, " "), text);
}

static void note(struct canned_record *record, const struct connection *connection,
	const char *body, size_t body_len)
{
	struct canned_request *request = &record->requests[record->count % CANNED_MAX];

	memset(request, 0, sizeof *request);
	copy_word(connection->text, request->method, sizeof request->method);
	copy_word(strchr(connection->text, ' ') + 1, request->path, sizeof request->path);
	copy_header(connection->text, "\r\nAuthorization: ", request->authorization,
		sizeof request->authorization);
	request->connection = connection->number;
	request->body_len = body_len;
	snprintf(request->body, sizeof request->body, "%.*s", (int)body_len, body);
	record->count++;
}

/* Deals with the request that the connection holds, if it is complete. */
static void serve_request(struct canned *canned, struct connection *connection)
{
	static const struct canned_step over = {.status = 599, .body = "\"no more answers\""};
	const struct canned_step *step = &over;
	char *body = strstr(connection->text, "\r\n\r\n");
	char length[32] = "0";
	int64_t body_len = 0;

	if (!body)
		return;
	body += 4;
	copy_header(connection->text, "\r\nContent-Length: ", length, sizeof length);
	(void)pr_text_int64(length, &body_len, NULL);
	if (connection->text + connection->len - body < body_len)
		return;
	if ((size_t)canned->record->count < canned->step_count)
		step = &canned->steps[canned->record->count];
	note(canned->record, connection, body, (size_t)body_len);
	connection->len = 0;
	if (step->kind == CANNED_RESET)
		drop(connection, true);
	else if (step->kind != CANNED_SILENCE)
		answer(connection, step);
}

static void read_more(struct canned *canned, struct connection *connection)
{
	ssize_t n = read(connection->fd, connection->text + connection->len,
		sizeof connection->text - 1 - connection->len);

	if (n <= 0) {
		drop(connection, false);
		return;
	}
	connection->len += (size_t)n;
	connection->text[connection->len] = '\0';
	serve_request(canned, connection);
}

static void accept_one(int listener, int number)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	for (size_t i = 0; i < CONNECTIONS && fd >= 0; i++) {
		if (connections[i].fd >= 0)
			continue;
		connections[i].fd = fd;
		connections[i].number = number;
		connections[i].len = 0;
		return;
	}
	_exit(3);
}

static _Noreturn void serve(struct canned *canned)
{
	struct pollfd fds[CONNECTIONS + 1];
	int accepted = 0;

	for (size_t i = 0; i < CONNECTIONS; i++)
		connections[i].fd = -1;
	for (;;) {
		fds[CONNECTIONS] = (struct pollfd){.fd = canned->fd, .events = POLLIN};
		for (size_t i = 0; i < CONNECTIONS; i++)
			fds[i] = (struct pollfd){.fd = connections[i].fd, .events = POLLIN};
		poll(fds, CONNECTIONS + 1, -1);
		for (size_t i = 0; i < CONNECTIONS; i++)
			if (connections[i].fd >= 0 && fds[i].revents)
				read_more(canned, &connections[i]);
		if (fds[CONNECTIONS].revents & POLLIN)
			accept_one(canned->fd, ++accepted);
	}
}

void canned_serve(struct canned *canned, const struct canned_step *steps, size_t count)
{
	canned->steps = steps;
	canned->step_count = count;
	assert_int_equal(listen(canned->fd, 8), 0);
	canned->pid = fork();
	assert_true(canned->pid >= 0);
	if (canned->pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	serve(canned);
}

void canned_stop(struct canned *canned)
{
	if (canned->pid > 0) {
		kill(canned->pid, SIGKILL);
		waitpid(canned->pid, NULL, 0);
	}
	close(canned->fd);
	munmap(canned->record, sizeof *canned->record);
	*canned = (struct canned){.pid = -1, .fd = -1};
}
