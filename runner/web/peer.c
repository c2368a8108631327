#include "web/web_private.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define SWEEP_US 500000

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
	remove_peer(*slot);
	*slot = NULL;
}

/* Whether any byte came on a connection that has not yet shown a request line. */
static bool has_begun(const struct pr_web_peer *peer)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	memset(&info, 0, sizeof(info));
	if (peer->exchange != NULL)
		return true;
	return getsockopt(peer->fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
	       info.tcpi_last_data_recv < info.tcpi_last_data_sent;
}

/*
 * libmicrohttpd can only close a connection that takes too long to ask. Nothing of an answer has
 * been sent yet, so that ours may go out beside it; over TLS there is no way to say why.
 */
static void tell(const struct pr_web_peer *peer)
{
	static const char answer[] = "HTTP/1.1 408 Request Timeout\r\n"
				     "Connection: close\r\n"
				     "Content-Type: application/json\r\n"
				     "Content-Length: 38\r\n\r\n"
				     "{\"detail\":\"the request took too long\"}";
	bool asking = peer->exchange == NULL || peer->exchange->state == PR_WEB_READING;

	if (peer->web->secure || !asking || !has_begun(peer))
		return;
	(void)!send(peer->fd, answer, sizeof(answer) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void pr_web_sweep(void *arg)
{
	struct pr_web *web = arg;
	int64_t now = pr_loop_now_us(web->loop);

	for (struct pr_web_peer *peer = web->peers; peer != NULL; peer = peer->next) {
		if (peer->deadline_us > now)
			continue;
		tell(peer);
		shutdown(peer->fd, SHUT_RDWR);
		peer->deadline_us = INT64_MAX;
	}
	if (web->peers != NULL)
		pr_timer_start(web->loop, &web->sweep, SWEEP_US, pr_web_sweep, web);
}

void pr_web_linger_release(struct pr_web *web)
{
	(void)web;
}
