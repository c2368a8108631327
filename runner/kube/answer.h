#ifndef PR_KUBE_ANSWER_H
#define PR_KUBE_ANSWER_H

/* What an answer of the API server means, in a code and a line for a human. */

#include "kube/client.h"
#include "net/http.h"

/*
 * Fills an empty `answer` from a response: its body (owned by the caller, also borrowed by the
 * answer) goes to `ret_body`, the reason of a Status is borrowed from it. `streamed`: what came
 * with status 200 was taken piece by piece, and is no JSON.
 */
void pr_kube_answer_fill(struct pr_kube_answer *answer, const struct pr_kube_cluster *cluster,
	const struct pr_http_response *response, bool streamed, json_t **ret_body);

/*
 * Takes one warning out of a Warning header, which may hold several (RFC 7234, 5.5): the text of
 * the next one with code 299 is written to `text`, and what follows it returned; NULL: no more.
 */
const char *pr_kube_warning_next(const char *header, char *text, size_t size);

#endif
