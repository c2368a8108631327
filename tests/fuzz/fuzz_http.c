/*
 * The bytes of an answer, as a server would send them: through the client's parsing, into what an
 * http activity makes of it. The first byte says how the client asks. Redirects are not followed:
 * they could lead anywhere.
 */

#include "fuzz.h"

#include "activity/http_exchange.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* A server of one answer, in the client's own loop. */
struct server {
	struct pr_loop *loop;
	int listener;
	int peer;
	struct pr_watch accepting;
	struct pr_watch asked;
	const uint8_t *answer;
	size_t n;
};

static void on_asked(void *arg, int fd, unsigned events)
{
	struct server *server = arg;
	char request[4096];

	(void)events;
	if (read(fd, request, sizeof request) < 0 && errno == EAGAIN)
		return;
	pr_watch_stop(&server->asked);
	/* What does not fit into the socket's buffer is not sent: an answer that is cut. */
	(void)!send(fd, server->answer, server->n, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
	server->peer = -1;
}

static void on_peer(void *arg, int fd, unsigned events)
{
	struct server *server = arg;

	(void)events;
	if (server->peer >= 0)
		return;
	server->peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (server->peer >= 0)
		fuzz_expect(pr_watch_start(server->loop, &server->asked, server->peer, PR_IO_READ,
				    on_asked, server, NULL) == 0);
}

/* Its port. */
static unsigned listen_on(struct server *server)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof address;

	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	server->peer = -1;
	fuzz_expect(server->listener >= 0);
	fuzz_expect(bind(server->listener, (struct sockaddr *)&address, n) == 0);
	fuzz_expect(listen(server->listener, 8) == 0);
	fuzz_expect(getsockname(server->listener, (struct sockaddr *)&address, &n) == 0);
	fuzz_expect(pr_watch_start(server->loop, &server->accepting, server->listener, PR_IO_READ,
			    on_peer, server, NULL) == 0);
	return ntohs(address.sin_port);
}

static void on_answer(void *arg, const struct pr_http_response *response)
{
	struct server *server = arg;
	struct pr_err err = PR_ERR_INIT;
	json_auto_t *output = NULL;

	fuzz_expect(!response->failure == !response->detail[0]);
	if (!response->failure) {
		fuzz_check_status(pr_http_exchange_output(response, &output, &err), &err);
		fuzz_expect(!output == (err.code != PR_OK));
	}
	pr_loop_stop(server->loop);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct pr_http_policy policy = {.verify_tls = true};
	struct server server = {.answer = data + 1, .n = size - 1};
	struct pr_http_client *client = NULL;
	struct pr_http_call *call = NULL;
	char url[64];

	if (!size)
		return 0;
	fuzz_expect(pr_loop_new(NULL, &server.loop, NULL) == 0);
	snprintf(url, sizeof url, "http://127.0.0.1:%u/", listen_on(&server));
	fuzz_expect(pr_http_client_new(server.loop, &policy, &client, NULL) == 0);
	fuzz_expect(pr_http_start(client,
			    &(struct pr_http_request){.method = data[0] & 1 ? "HEAD" : "GET",
				    .url = url,
				    .compressed = data[0] & 2,
				    .body_max = 1 << 20,
				    .idle_ms = 1000,
				    .total_ms = 2000},
			    on_answer, &server, &call, NULL) == 0);
	fuzz_expect(pr_loop_run(server.loop, NULL) == 0);
	pr_http_call_free(call);
	pr_http_client_free(client);
	pr_watch_stop(&server.accepting);
	if (server.peer >= 0) {
		pr_watch_stop(&server.asked);
		close(server.peer);
	}
	close(server.listener);
	pr_loop_free(server.loop);
	return 0;
}
