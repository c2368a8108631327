#include "web/web_private.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define SWEEP_US 500000

/* How long, and how many at a time, refused connections are read to their end. */
#define LINGER_US 2000000
#define LINGER_MAX 64

void pr_web_allow(struct pr_web_peer *peer, int64_t us)
{
	int64_t now;

	if (us < 0) {
		peer->deadline_us = INT64_MAX;
		return;
	}
	now = pr_loop_now_us(peer->web->loop);
	peer->deadline_us = us > INT64_MAX - now ? INT64_MAX : now + us;
}

static void add_peer(struct pr_web *web, struct MHD_Connection *connection, void **slot)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct pr_web_peer *peer = calloc(1, sizeof(*peer));

	if (peer == NULL)
		return;
	peer->web = web;
	peer->connection = connection;
	peer->fd = info != NULL ? info->connect_fd : -1;
	peer->next = web->peers;
	if (peer->next != NULL)
		peer->next->prev = peer;
	web->peers = peer;
	pr_web_allow(peer, web->idle_us);
	if (!pr_timer_active(&web->sweep))
		pr_timer_start(web->loop, &web->sweep, SWEEP_US, pr_web_sweep, web);
	*slot = peer;
}

/* A socket that libmicrohttpd has done with. */
struct pr_web_linger {
	struct pr_web_linger *next, *prev;
	struct pr_web *web;
	struct pr_watch watch;
	struct pr_timer timer;
	int fd;
};

static void linger_end(void *arg)
{
	struct pr_web_linger *one = arg;

	if (one->prev != NULL)
		one->prev->next = one->next;
	else
		one->web->lingering = one->next;
	if (one->next != NULL)
		one->next->prev = one->prev;
	one->web->linger_count--;
	pr_watch_stop(&one->watch);
	pr_timer_stop(&one->timer);
	if (one->fd >= 0)
		close(one->fd);
	free(one);
}

static void linger_read(void *arg, int fd, unsigned events)
{
	char thrown[4096];
	ssize_t n = recv(fd, thrown, sizeof(thrown), MSG_DONTWAIT);

	(void)events;
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		linger_end(arg);
}

/*
 * A close with part of the request unread makes the system send a reset, which may destroy the
 * answer before the client has read it: the socket is kept, under a second descriptor, and read
 * until the client has seen the end.
 */
static void linger(const struct pr_web_peer *peer)
{
	struct pr_web *web = peer->web;
	struct pr_web_linger *one;

	if (!peer->refused || web->closing || web->linger_count >= LINGER_MAX)
		return;
	one = calloc(1, sizeof(*one));
	if (one == NULL)
		return;
	one->web = web;
	one->fd = fcntl(peer->fd, F_DUPFD_CLOEXEC, 0);
	one->next = web->lingering;
	if (one->next != NULL)
		one->next->prev = one;
	web->lingering = one;
	web->linger_count++;
	if (one->fd < 0 || shutdown(one->fd, SHUT_WR) < 0 ||
		pr_watch_start(
			web->loop, &one->watch, one->fd, PR_IO_READ, linger_read, one, NULL) < 0 ||
		pr_timer_start(web->loop, &one->timer, LINGER_US, linger_end, one) < 0)
		linger_end(one);
}

void pr_web_linger_release(struct pr_web *web)
{
	struct pr_web_linger *next;

	for (struct pr_web_linger *one = web->lingering; one != NULL; one = next) {
		next = one->next;
		linger_end(one);
	}
}

static void remove_peer(struct pr_web_peer *peer)
{
	if (peer->prev != NULL)
		peer->prev->next = peer->next;
	else
		peer->web->peers = peer->next;
	if (peer->next != NULL)
		peer->next->prev = peer->prev;
	free(peer);
}

void pr_web_on_connection(void *cls, struct MHD_Connection *connection, void **slot,
	enum MHD_ConnectionNotificationCode code)
{
	struct pr_web *web = cls;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		add_peer(web, connection, slot);
		return;
	}
	if (*slot == NULL)
		return;
	linger(*slot);
	remove_peer(*slot);
	/* at its limit, or without descriptors, libmicrohttpd accepts again when it runs again */
	pr_web_wake(web);
	*slot = NULL;
}

/* Whether any byte came of a request whose line is not complete. */
static bool has_begun(const struct pr_web_peer *peer)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	memset(&info, 0, sizeof(info));
	if (getsockopt(peer->fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
		return false;
	if (!peer->asked)
		return info.tcpi_ato > 0; /* set by the first data */
	return info.tcpi_last_data_recv < info.tcpi_last_data_sent;
}

/*
 * libmicrohttpd can only close a connection that takes too long to ask. Nothing of an answer has
 * been sent yet, so that ours may go out beside it; over TLS there is no way to say why.
 */
static void tell(struct pr_web_peer *peer)
{
	const struct pr_web_exchange *exchange = peer->exchange;
	bool large = exchange != NULL && exchange->state == PR_WEB_ANSWERED;
	const char *detail = large ? PR_WEB_TOO_LARGE : "the request took too long";
	char answer[256];

	if (peer->web->secure || (exchange == NULL && !has_begun(peer)))
		return;
	pr_text_print(answer, sizeof(answer),
		"HTTP/1.1 %s\r\nConnection: close\r\nContent-Type: application/json\r\n"
		"Content-Length: %zu\r\n\r\n{\"detail\":\"%s\"}",
		large ? "413 Content Too Large" : "408 Request Timeout",
		strlen(detail) + strlen("{\"detail\":\"\"}"), detail);
	peer->refused = true;
	(void)!send(peer->fd, answer, strlen(answer), MSG_DONTWAIT | MSG_NOSIGNAL);
}

/*
 * Whether the client has ended amid a request, or after the last. libmicrohttpd waits for edges,
 * and hears of no end that came together with the last bytes.
 */
static bool has_left(const struct pr_web_peer *peer)
{
	char byte;

	if (peer->exchange != NULL && peer->exchange->state != PR_WEB_READING)
		return false;
	return recv(peer->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void pr_web_sweep(void *arg)
{
	struct pr_web *web = arg;
	int64_t now = pr_loop_now_us(web->loop);

	for (struct pr_web_peer *peer = web->peers; peer != NULL; peer = peer->next) {
		bool late = peer->deadline_us <= now;

		if (!late && !has_left(peer))
			continue;
		if (late && (peer->exchange == NULL || peer->exchange->state != PR_WEB_QUEUED))
			tell(peer);
		shutdown(peer->fd, SHUT_RDWR);
		peer->deadline_us = INT64_MAX;
	}
	if (web->peers != NULL)
		pr_timer_start(web->loop, &web->sweep, SWEEP_US, pr_web_sweep, web);
}
