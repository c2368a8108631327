/*
 * The connections of libgit2, beneath its TLS too: its own wait for ever for a server that says
 * nothing, hear no signal, and would follow a redirect to another port with the token.
 */
#include "base/text.h"
#include "git/session_private.h"

#include <errno.h>
#include <fcntl.h>
#include <git2/sys/stream.h>
#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

struct stream {
	git_stream parent;
	struct pr_git_session *session;
	char *host;
	char *port;
	int fd;
};

/* The session of the process: libgit2 hands nothing of ours to what makes its streams. */
static struct pr_git_session *active;

static int failed(const struct pr_err *err)
{
	git_error_set_str(GIT_ERROR_NET, err->msg);
	return -1;
}

static int fail_io(struct stream *stream, int errnum, const char *what)
{
	struct pr_err *io = &stream->session->io;

	pr_err_clear(io);
	pr_fail_errno(io, errnum, "%s '%.200s'", what, stream->host);
	io->code = PR_ENET;
	return failed(io);
}

static int fail_silent(struct stream *stream)
{
	struct pr_git_session *session = stream->session;

	pr_fail(&session->stop, PR_ETIMEOUT, "'%.200s' says nothing: given up after %.3g s",
		stream->host, (double)session->place->silence_ms / 1e3);
	return failed(&session->stop);
}

/* 1: ready; 0: the time is over; negative: a signal came. */
static int wait_for(struct stream *stream, short events)
{
	struct pr_git_session *session = stream->session;
	struct pollfd fds[] = {
		{.fd = stream->fd, .events = events}, {.fd = session->signals, .events = POLLIN}};
	int64_t ms = session->place->silence_ms;
	int n;

	do
		n = poll(fds, PR_LEN(fds), ms > INT_MAX ? INT_MAX : (int)ms);
	while (n < 0 && errno == EINTR);
	if (!pr_git_session_live(session))
		return failed(&session->stop);
	return n > 0;
}

/* Connects to one address; 0, -1 and an errno, or -2: stopped. */
static int connect_one(struct stream *stream, const struct addrinfo *address, int *ret_errno)
{
	socklen_t size = sizeof(*ret_errno);
	int ready;

	stream->fd = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
		address->ai_protocol);
	if (stream->fd < 0 || !connect(stream->fd, address->ai_addr, address->ai_addrlen)) {
		*ret_errno = errno;
		return stream->fd < 0 ? -1 : 0;
	}
	*ret_errno = errno;
	if (errno == EINPROGRESS) {
		ready = wait_for(stream, POLLOUT);
		if (ready < 0)
			return -2;
		*ret_errno = ETIMEDOUT;
		if (ready && getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, ret_errno, &size))
			*ret_errno = errno;
	}
	return *ret_errno ? -1 : 0;
}

static int stream_close(git_stream *parent)
{
	struct stream *stream = pr_container_of(parent, struct stream, parent);

	if (stream->fd >= 0)
		close(stream->fd);
	stream->fd = -1;
	return 0;
}

/* All connections go to the same host and port, unless a redirect leads elsewhere. */
static bool is_diverted(const struct stream *stream)
{
	struct pr_git_session *session = stream->session;

	if (!session->host[0]) {
		pr_text_copy(session->host, sizeof(session->host), stream->host);
		pr_text_copy(session->port, sizeof(session->port), stream->port);
		return false;
	}
	return !pr_text_eq_nocase(stream->host, session->host) ||
	       !pr_text_eq(stream->port, session->port);
}

static int stream_connect(git_stream *parent)
{
	struct stream *stream = pr_container_of(parent, struct stream, parent);
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC};
	struct addrinfo *list = NULL;
	int errnum = ECONNREFUSED;
	int rc = -1;

	if (is_diverted(stream))
		pr_fail(&stream->session->stop, PR_EPROTO,
			"'%.200s' redirects to another place, '%.80s' at port %.8s, which gets no "
			"token: name that address if it is the right one",
			stream->session->place->location, stream->host, stream->port);
	if (stream->session->stop.code)
		return failed(&stream->session->stop);
	rc = getaddrinfo(stream->host, stream->port, &hints, &list);
	if (rc) {
		pr_err_clear(&stream->session->io);
		pr_fail(&stream->session->io, PR_ENET, "no address of '%.200s' is known: %s",
			stream->host, gai_strerror(rc));
		return failed(&stream->session->io);
	}
	rc = -1;
	for (const struct addrinfo *a = list; a && rc == -1; a = a->ai_next) {
		stream_close(parent);
		rc = connect_one(stream, a, &errnum);
	}
	freeaddrinfo(list);
	if (rc == -1)
		return fail_io(stream, errnum, "cannot connect to");
	if (!rc)
		pr_err_clear(&stream->session->io);
	return rc;
}

/* What a server sends is kept in memory, or in the temporary folder. */
static ssize_t allow(struct stream *stream, ssize_t n)
{
	struct pr_git_session *session = stream->session;

	session->allowance -= n;
	if (session->allowance >= 0)
		return n;
	pr_fail(&session->stop, PR_ELIMIT,
		"'%.200s' sends without an end: is it a repository, or too large a one?",
		session->place->location);
	return failed(&session->stop);
}

static ssize_t stream_read(git_stream *parent, void *data, size_t size)
{
	struct stream *stream = pr_container_of(parent, struct stream, parent);
	ssize_t n = -1;
	int ready;

	if (stream->session->stop.code)
		return failed(&stream->session->stop);
	do {
		ready = wait_for(stream, POLLIN);
		if (ready <= 0)
			return ready < 0 ? -1 : fail_silent(stream);
		n = recv(stream->fd, data, size, 0);
	} while (n < 0 && (errno == EAGAIN || errno == EINTR));
	return n < 0 ? fail_io(stream, errno, "lost the connection to") : allow(stream, n);
}

static ssize_t stream_write(git_stream *parent, const char *data, size_t size, int flags)
{
	struct stream *stream = pr_container_of(parent, struct stream, parent);
	ssize_t n = -1;
	int ready;

	if (stream->session->stop.code)
		return failed(&stream->session->stop);
	do {
		ready = wait_for(stream, POLLOUT);
		if (ready <= 0)
			return ready < 0 ? -1 : fail_silent(stream);
		n = send(stream->fd, data, size, flags | MSG_NOSIGNAL);
	} while (n < 0 && (errno == EAGAIN || errno == EINTR));
	return n < 0 ? fail_io(stream, errno, "lost the connection to") : n;
}

static void stream_free(git_stream *parent)
{
	struct stream *stream = pr_container_of(parent, struct stream, parent);

	stream_close(parent);
	free(stream->host);
	free(stream->port);
	free(stream);
}

static int stream_new(git_stream **ret_stream, const char *host, const char *port)
{
	struct stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return -1;
	stream->parent = (git_stream){.version = GIT_STREAM_VERSION,
		.connect = stream_connect,
		.read = stream_read,
		.write = stream_write,
		.close = stream_close,
		.free = stream_free};
	stream->session = active;
	stream->fd = -1;
	stream->host = pr_text_dup(host);
	stream->port = pr_text_dup(port);
	if (!stream->host || !stream->port) {
		stream_free(&stream->parent);
		return -1;
	}
	*ret_stream = &stream->parent;
	return 0;
}

int pr_git_stream_register(struct pr_git_session *session, struct pr_err *err)
{
	git_stream_registration registration = {
		.version = GIT_STREAM_VERSION, .init = stream_new, .wrap = NULL};

	active = session;
	if (git_stream_register(GIT_STREAM_STANDARD, session ? &registration : NULL))
		return pr_fail_nomem(err);
	return 0;
}
