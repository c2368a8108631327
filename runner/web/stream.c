#include "web/web_private.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

/* Taken by libmicrohttpd from the backlog at a time. */
#define PIECE 4096

static void cut(struct pr_web_stream *stream)
{
	stream->cut = true;
	pr_watch_stop(&stream->watch);
	shutdown(stream->exchange->peer->fd, SHUT_RDWR);
	pr_web_resume(stream->exchange);
}

/* Level-triggered: a client that talks into the stream is not listened to again until we send. */
static void on_client(void *arg, int fd, unsigned events)
{
	struct pr_web_stream *stream = arg;
	struct pollfd look = {.fd = fd, .events = POLLRDHUP};

	(void)events;
	pr_watch_stop(&stream->watch);
	if (poll(&look, 1, 0) > 0)
		cut(stream);
}

static void watch_client(struct pr_web_stream *stream)
{
	/* without it the client's end shows when something is next sent */
	if (stream->watch.loop == NULL && !stream->cut)
		pr_watch_start(stream->exchange->web->loop, &stream->watch,
			stream->exchange->peer->fd, PR_IO_READ, on_client, stream, NULL);
}

static ssize_t read_backlog(void *cls, uint64_t pos, char *to, size_t max)
{
	struct pr_web_stream *stream = cls;
	size_t n = stream->backlog.len < max ? stream->backlog.len : max;

	(void)pos;
	/* of an error that is told here, or an end without chunks, libmicrohttpd only makes a note,
	 * and keeps the connection until all that are older are closed; sending fails, which closes
	 * it */
	if (stream->cut) {
		*to = '\n';
		return 1;
	}
	if (n > 0) {
		memcpy(to, stream->backlog.ptr, n);
		pr_buf_consume(&stream->backlog, n);
		return (ssize_t)n;
	}
	if (stream->ended || stream->exchange->web->closing)
		return MHD_CONTENT_READER_END_OF_STREAM;
	stream->suspended = true;
	MHD_suspend_connection(stream->exchange->connection);
	return 0;
}

static struct MHD_Response *response_of(
	struct pr_web_stream *stream, const struct pr_web_answer *answer)
{
	struct MHD_Response *response = MHD_create_response_from_callback(
		MHD_SIZE_UNKNOWN, PIECE, read_backlog, stream, NULL);

	if (response == NULL)
		return NULL;
	if (pr_buf_add(&stream->backlog, answer->body, answer->body_len) == 0 &&
		pr_web_add_headers(response, answer))
		return response;
	MHD_destroy_response(response);
	return NULL;
}

struct pr_web_stream *pr_web_stream(struct pr_web_exchange *exchange,
	const struct pr_web_answer *answer, pr_web_closed_fn *closed, void *arg)
{
	struct pr_web_stream *stream;

	if (strcmp(exchange->method, "HEAD") == 0) {
		pr_web_answer(exchange, answer);
		return NULL;
	}
	stream = calloc(1, sizeof(*stream));
	exchange->status = answer->status;
	exchange->state = PR_WEB_ANSWERED;
	if (stream != NULL) {
		stream->exchange = exchange;
		stream->closed = closed;
		stream->arg = arg;
		pr_buf_init(&stream->backlog, PR_WEB_BACKLOG_MAX);
		exchange->response = response_of(stream, answer);
		if (exchange->response == NULL) {
			pr_buf_release(&stream->backlog);
			free(pr_steal(stream));
		}
	}
	pr_web_allow(exchange->peer, stream != NULL ? -1 : exchange->web->idle_us);
	pr_web_resume(exchange);
	exchange->stream = stream;
	if (stream != NULL)
		watch_client(stream);
	return stream;
}

int pr_web_stream_send(struct pr_web_stream *stream, const void *bytes, size_t n)
{
	if (stream->cut || pr_buf_add(&stream->backlog, bytes, n) < 0) {
		if (!stream->cut)
			cut(stream);
		return PR_ELIMIT;
	}
	watch_client(stream);
	pr_web_resume(stream->exchange);
	return 0;
}

void pr_web_stream_end(struct pr_web_stream *stream)
{
	stream->ended = true;
	pr_web_allow(stream->exchange->peer, stream->exchange->web->idle_us);
	pr_web_resume(stream->exchange);
}

void pr_web_stream_over(struct pr_web_exchange *exchange)
{
	struct pr_web_stream *stream = pr_steal(exchange->stream);

	if (stream == NULL)
		return;
	pr_watch_stop(&stream->watch);
	if (!stream->ended)
		stream->closed(stream->arg);
	pr_buf_release(&stream->backlog);
	free(stream);
}
