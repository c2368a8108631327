#include "web/web_private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static int parse(
	const char *text, uint16_t port, union address *to, socklen_t *ret_len, struct pr_err *err)
{
	memset(to, 0, sizeof(*to));
	if (inet_pton(AF_INET, text, &to->v4.sin_addr) == 1) {
		to->v4.sin_family = AF_INET;
		to->v4.sin_port = htons(port);
		*ret_len = sizeof(to->v4);
		return 0;
	}
	if (inet_pton(AF_INET6, text, &to->v6.sin6_addr) == 1) {
		to->v6.sin6_family = AF_INET6;
		to->v6.sin6_port = htons(port);
		*ret_len = sizeof(to->v6);
		return 0;
	}
	return pr_fail(err, PR_EINVAL,
		"'%s' is no numeric IPv4 or IPv6 address to listen on; give one like 127.0.0.1",
		text);
}

static const char *advice(int errnum)
{
	switch (errnum) {
	case EADDRINUSE:
		return "; another program listens there: end it or choose another port";
	case EADDRNOTAVAIL:
		return "; this machine has no such address: choose one of its own, or 0.0.0.0";
	case EACCES:
		return "; ports below 1024 are reserved: choose a higher one";
	default:
		return "";
	}
}

static int bound(int fd, const union address *at, socklen_t len)
{
	int on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return errno;
	if (at->any.sa_family == AF_INET6 &&
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){0}, sizeof(int)) < 0)
		return errno;
	if (bind(fd, &at->any, len) < 0 || listen(fd, SOMAXCONN) < 0)
		return errno;
	return 0;
}

int pr_web_listen(const char *address, uint16_t port, int *ret_fd, struct pr_err *err)
{
	PR_AUTO(close) int fd = -1;
	union address at;
	socklen_t len = 0;
	struct pr_err why = PR_ERR_INIT;
	int errnum;

	if (parse(address, port, &at, &len, err) < 0)
		return PR_EINVAL;
	fd = socket(at.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	errnum = fd < 0 ? errno : bound(fd, &at, len);
	if (errnum == 0) {
		*ret_fd = pr_steal_fd(&fd);
		return 0;
	}
	pr_fail_errno(&why, errnum, "cannot listen on address '%s', port %u", address, port);
	return pr_fail(err, PR_EIO, "%s%s", why.msg, advice(errnum));
}

uint16_t pr_web_bound_port(int fd)
{
	union address at = {.any = {.sa_family = AF_UNSPEC}};
	socklen_t len = sizeof(at);

	if (getsockname(fd, &at.any, &len) < 0)
		return 0;
	return ntohs(at.any.sa_family == AF_INET6 ? at.v6.sin6_port : at.v4.sin_port);
}
