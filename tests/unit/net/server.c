#include "server.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static int listen_on_loopback(int *ret_port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_return_code(fd, 0);
	assert_return_code(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_return_code(listen(fd, 16), 0);
	assert_return_code(getsockname(fd, (struct sockaddr *)&address, &n), 0);
	*ret_port = ntohs(address.sin_port);
	return fd;
}

static size_t body_length(const char *head)
{
	const char *field = strcasestr(head, "\r\nContent-Length:");

	return field ? (size_t)strtod(field + strlen("\r\nContent-Length:"), NULL) : 0;
}

#define TLS_HANDSHAKE 0x16

/* One request with its body, or whatever begins as TLS does; false: the connection has ended. */
static bool read_request(int fd, char text[SERVER_REQUEST_SIZE])
{
	size_t n = 0;

	for (;;) {
		const char *end = n ? strstr(text, "\r\n\r\n") : NULL;
		ssize_t got;

		if (end && n >= (size_t)(end - text) + 4 + body_length(text))
			return true;
		got = n + 1 < SERVER_REQUEST_SIZE ? read(fd, text + n, SERVER_REQUEST_SIZE - 1 - n)
						  : 0;
		if (got <= 0)
			return false;
		n += (size_t)got;
		text[n] = '\0';
		if (text[0] == TLS_HANDSHAKE)
			return true;
	}
}

#define MS 1000000L
#define STEP_PATIENCE_MS 20000

/* False: the peer did not take so many in time. */
static bool wait_until_taken(const struct server_log *log, size_t count)
{
	const struct timespec pause = {.tv_nsec = MS};

	for (int i = 0; i < STEP_PATIENCE_MS && log->taken < count; i++)
		nanosleep(&pause, NULL);
	return log->taken >= count;
}

static void send_in_step(int fd, const struct server_log *log, const char *bytes)
{
	size_t head = (size_t)(strstr(bytes, "\r\n\r\n") - bytes) + 4;
	size_t taken = log->taken;
	size_t n = strlen(bytes + head);

	if (send(fd, bytes, head, MSG_NOSIGNAL) < 0)
		return;
	for (size_t at = 0; at < n && wait_until_taken(log, taken + at); at++)
		if (send(fd, bytes + head + at, 1, MSG_NOSIGNAL) < 0)
			return;
}

static void send_bytes(int fd, const struct server_answer *answer)
{
	size_t n = answer->size ? answer->size : strlen(answer->bytes);
	size_t step = answer->pause_ms ? 1 : n;
	const struct timespec pause = {.tv_nsec = answer->pause_ms * MS};

	for (size_t at = 0; at < n; at += step) {
		if (send(fd, answer->bytes + at, step, MSG_NOSIGNAL) < 0)
			return;
		if (answer->pause_ms)
			nanosleep(&pause, NULL);
	}
}

static void serve_connection(
	int fd, struct server_log *log, const struct server_answer *answers, size_t count)
{
	while (log->requests < SERVER_REQUESTS) {
		const struct server_answer *answer;
		char text[SERVER_REQUEST_SIZE] = "";
		char rest;

		if (!read_request(fd, text))
			return;
		memcpy(log->text[log->requests], text, sizeof text);
		log->connection[log->requests] = log->connections;
		answer = &answers[log->requests < count ? log->requests : count - 1];
		log->requests++;
		if (answer->in_step)
			send_in_step(fd, log, answer->bytes);
		else
			send_bytes(fd, answer);
		while (answer->then == SERVER_SILENT && read(fd, &rest, 1) > 0)
			continue;
		if (answer->then != SERVER_KEEP)
			return;
	}
}

static _Noreturn void serve(
	int listener, struct server_log *log, const struct server_answer *answers, size_t count)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			_exit(1);
		log->connections++;
		serve_connection(fd, log, answers, count);
		close(fd);
	}
}

void server_start(struct server *server, const struct server_answer *answers, size_t count)
{
	int listener = listen_on_loopback(&server->port);

	server->log = mmap(NULL, sizeof *server->log, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(server->log != MAP_FAILED);
	server->pid = fork();
	assert_return_code(server->pid, 0);
	if (server->pid == 0)
		serve(listener, server->log, answers, count);
	close(listener);
}

void server_stop(struct server *server)
{
	if (server->pid <= 0)
		return;
	kill(server->pid, SIGKILL);
	waitpid(server->pid, NULL, 0);
	munmap(server->log, sizeof *server->log);
	server->pid = 0;
}

int server_free_port(void)
{
	int port;

	close(listen_on_loopback(&port));
	return port;
}
