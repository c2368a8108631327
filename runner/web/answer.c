#include "web/web_private.h"

#include "base/text.h"

#include <string.h>

/* The slowest that a client may take its answer, after the silence that is allowed. */
#define BYTES_PER_S 4096

bool pr_web_add_headers(struct MHD_Response *response, const struct pr_web_answer *answer)
{
	bool good = answer->content_type == NULL ||
		    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
			    answer->content_type) == MHD_YES;

	for (size_t i = 0; i < answer->header_count; i++)
		good = MHD_add_response_header(response, answer->headers[i].name,
			       answer->headers[i].value) == MHD_YES &&
		       good;
	return good;
}

static struct MHD_Response *response_of(const struct pr_web_answer *answer)
{
	void *body = malloc(answer->body_len + 1);
	struct MHD_Response *response;

	if (body == NULL)
		return NULL;
	if (answer->body_len > 0)
		memcpy(body, answer->body, answer->body_len);
	response = MHD_create_response_from_buffer(answer->body_len, body, MHD_RESPMEM_MUST_FREE);
	if (response == NULL) {
		free(body);
		return NULL;
	}
	if (pr_web_add_headers(response, answer))
		return response;
	MHD_destroy_response(response);
	return NULL;
}

void pr_web_answer(struct pr_web_exchange *exchange, const struct pr_web_answer *answer)
{
	int64_t us = (int64_t)(answer->body_len / BYTES_PER_S) * 1000000;

	exchange->response = response_of(answer);
	exchange->status = answer->status;
	exchange->state = PR_WEB_ANSWERED;
	pr_web_allow(exchange->peer, us + exchange->web->idle_us);
	pr_web_resume(exchange);
}

void pr_web_refuse(struct pr_web_exchange *exchange, unsigned status, const char *detail)
{
	char body[160];
	struct pr_web_answer answer = {.status = status, .content_type = "application/json"};

	pr_text_print(body, sizeof(body), "{\"detail\":\"%s\"}", detail);
	answer.body = body;
	answer.body_len = strlen(body);
	pr_web_answer(exchange, &answer);
}

enum MHD_Result pr_web_queue(struct pr_web_exchange *exchange)
{
	enum MHD_Result queued;

	if (exchange->response == NULL)
		return MHD_NO;
	exchange->state = PR_WEB_QUEUED;
	queued = MHD_queue_response(exchange->connection, exchange->status, exchange->response);
	MHD_destroy_response(pr_steal(exchange->response));
	return queued;
}
