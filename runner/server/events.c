#include "server/events.h"

#include "base/buf.h"
#include "base/compiler.h"
#include "base/text.h"
#include "base/uuid.h"

#include <string.h>

#define NOTES_MAX 256
#define STREAMS_MAX 200
#define KEEP_ALIVE_US (15 * INT64_C(1000000))

/* A change of this turn. */
struct note {
	char organization[PR_UUID_SIZE];
	char id[PR_UUID_SIZE];
	const char *kind; /* static */
};

/* A page that is open. */
struct listener {
	struct listener *next, **place;
	struct pr_events *events;
	struct pr_web_stream *stream;
	char organization[PR_UUID_SIZE];
};

struct pr_events {
	struct pr_loop *loop;
	struct listener *listeners;
	size_t listener_count;
	struct note notes[NOTES_MAX];
	size_t note_count;
	bool too_many; /* more than are noted one by one */
	struct pr_timer keep_alive;
};

static void on_keep_alive(void *arg);

static int start_timer(struct pr_events *events)
{
	return pr_timer_start(
		events->loop, &events->keep_alive, KEEP_ALIVE_US, on_keep_alive, events);
}

int pr_events_new(struct pr_loop *loop, struct pr_events **ret_events, struct pr_err *err)
{
	struct pr_events *events = calloc(1, sizeof(*events));

	if (!events)
		return pr_fail_nomem(err);
	events->loop = loop;
	if (start_timer(events)) {
		free(events);
		return pr_fail_nomem(err);
	}
	*ret_events = events;
	return 0;
}

static void forget(struct listener *listener)
{
	*listener->place = listener->next;
	if (listener->next)
		listener->next->place = listener->place;
	listener->events->listener_count--;
	free(listener);
}

void pr_events_free(struct pr_events *events)
{
	struct listener *next;

	if (!events)
		return;
	for (struct listener *l = events->listeners; l; l = next) {
		next = l->next;
		pr_web_stream_end(l->stream);
		free(l);
	}
	pr_timer_stop(&events->keep_alive);
	free(events);
}

/* One that is too far behind is cut off by the server, which calls on_closed later. */
static void send(struct listener *listener, const char *text)
{
	(void)pr_web_stream_send(listener->stream, text, strlen(text));
}

/* A comment, so that proxies keep the connection, and that of a client that vanished is noticed. */
static void on_keep_alive(void *arg)
{
	struct pr_events *events = arg;

	for (struct listener *l = events->listeners; l; l = l->next)
		send(l, ":\n\n");
	(void)start_timer(events);
}

void pr_events_note(
	struct pr_events *events, const char *organization, const char *kind, const char *id)
{
	struct note *note;

	for (size_t i = 0; i < events->note_count; i++)
		if (pr_text_eq(events->notes[i].id, id))
			return;
	if (events->note_count == NOTES_MAX) {
		events->too_many = true;
		return;
	}
	note = &events->notes[events->note_count++];
	note->kind = kind;
	pr_text_copy(note->organization, sizeof(note->organization), organization);
	pr_text_copy(note->id, sizeof(note->id), id);
}

static void tell(const struct pr_events *events, const struct note *note)
{
	char text[128];

	pr_text_print(text, sizeof(text), "event: %s\ndata: %s\n\n", note->kind, note->id);
	for (struct listener *l = events->listeners; l; l = l->next)
		if (pr_text_eq(l->organization, note->organization))
			send(l, text);
}

/* Whichever page is open looks anew. */
static void tell_all(const struct pr_events *events)
{
	for (struct listener *l = events->listeners; l; l = l->next)
		send(l, "event: plan\ndata: *\n\n");
}

void pr_events_tell(struct pr_events *events)
{
	if (events->too_many)
		tell_all(events);
	for (size_t i = 0; i < events->note_count && !events->too_many; i++)
		tell(events, &events->notes[i]);
	pr_events_forget(events);
}

void pr_events_forget(struct pr_events *events)
{
	events->note_count = 0;
	events->too_many = false;
}

static void on_closed(void *arg)
{
	forget(arg);
}

static void refuse(struct pr_web_exchange *exchange)
{
	static const char body[] = "{\"detail\":\"Service Unavailable\"}";
	static const struct pr_web_header again = {"retry-after", "5"};

	pr_web_answer(exchange, &(struct pr_web_answer){.status = 503,
					.content_type = "application/json",
					.body = body,
					.body_len = strlen(body),
					.headers = &again,
					.header_count = 1});
}

static void add(struct pr_events *events, struct listener *listener)
{
	listener->next = events->listeners;
	listener->place = &events->listeners;
	if (events->listeners)
		events->listeners->place = &listener->next;
	events->listeners = listener;
	events->listener_count++;
}

void pr_events_serve(
	struct pr_events *events, const char *organization, struct pr_web_exchange *exchange)
{
	static const char hello[] = "retry: 2000\n\n";
	static const struct pr_web_header headers[] = {
		{"cache-control", "no-store"}, {"x-accel-buffering", "no"}};
	const struct pr_web_answer head = {.status = 200,
		.content_type = "text/event-stream",
		.body = hello,
		.body_len = strlen(hello),
		.headers = headers,
		.header_count = PR_LEN(headers)};
	struct listener *listener =
		events->listener_count < STREAMS_MAX ? calloc(1, sizeof(*listener)) : NULL;

	if (!listener) {
		refuse(exchange);
		return;
	}
	listener->events = events;
	pr_text_copy(listener->organization, sizeof(listener->organization), organization);
	listener->stream = pr_web_stream(exchange, &head, on_closed, listener);
	if (listener->stream)
		add(events, listener);
	else
		free(listener);
}
