#include "server/batch.h"

#include "base/compiler.h"
#include "base/log.h"
#include "server/events.h"
#include "server/scheduler.h"
#include "server/server_private.h"

#include <string.h>

static void answer(struct pr_web_exchange *exchange, unsigned status, const char *content_type,
	const char *body, size_t body_len)
{
	static const struct pr_web_header again = {"retry-after", "1"};
	struct pr_web_answer head = {.status = status,
		.content_type = content_type,
		.body = body ? body : "",
		.body_len = body ? body_len : 0,
		.headers = &again,
		.header_count = status == 503};

	pr_web_answer(exchange, &head);
}

static void answer_not_kept(struct pr_web_exchange *exchange)
{
	static const char body[] = "{\"detail\":\"Service Unavailable\"}";

	answer(exchange, 503, "application/json", body, strlen(body));
}

/* Where there is no memory to hold it back the client is told to ask again, which it may: what it
 * changed is there then or not, as after a lost answer. */
void pr_batch_answer(struct pr_server *server, struct pr_web_exchange *exchange, unsigned status,
	const char *content_type, char *body, size_t body_len)
{
	struct pr_batch *batch = pr_server_batch(server);
	PR_AUTO(free) char *owned = body;
	struct pr_held *held;

	if (!pr_store_is_changing(pr_server_store(server))) {
		answer(exchange, status, content_type, body, body_len);
		return;
	}
	held = malloc(sizeof(*held));
	if (!held) {
		answer_not_kept(exchange);
		return;
	}
	*held = (struct pr_held){.exchange = exchange,
		.status = status,
		.content_type = content_type,
		.body = pr_steal(owned),
		.body_len = body_len};
	*(batch->last ? &batch->last->next : &batch->first) = held;
	batch->last = held;
}

static struct pr_held *take_first(struct pr_batch *batch)
{
	struct pr_held *held = batch->first;

	if (held)
		batch->first = held->next;
	if (!batch->first)
		batch->last = NULL;
	return held;
}

static void settle(struct pr_batch *batch, bool kept)
{
	struct pr_held *held;

	while ((held = take_first(batch))) {
		if (kept)
			answer(held->exchange, held->status, held->content_type, held->body,
				held->body_len);
		else
			answer_not_kept(held->exchange);
		free(held->body);
		free(held);
	}
}

int pr_batch_commit(struct pr_server *server, struct pr_err *err)
{
	struct pr_store *store = pr_server_store(server);
	struct pr_err failure = PR_ERR_INIT;
	int rc = 0;

	if (!pr_store_is_changing(store))
		return 0;
	rc = pr_store_commit(store, &failure);
	if (rc)
		pr_error("nothing of the last requests is kept: %s", failure.msg);
	(rc ? pr_events_forget : pr_events_tell)(pr_server_events(server));
	settle(pr_server_batch(server), !rc);
	if (!rc)
		pr_scheduler_wake(pr_server_scheduler(server));
	return rc ? pr_fail(err, rc, "%s", failure.msg) : 0;
}

void pr_batch_release(struct pr_batch *batch)
{
	struct pr_held *held;

	while ((held = take_first(batch))) {
		free(held->body);
		free(held);
	}
}
