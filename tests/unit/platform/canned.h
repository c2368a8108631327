#ifndef PR_TEST_CANNED_H
#define PR_TEST_CANNED_H

/* A server on loopback, a child process, that gives answers from a list, one a request, and records
 * what it was asked. */

#include <stddef.h>
#include <sys/types.h>

/* What happens to one request. */
enum canned_kind {
	CANNED_ANSWER,
	CANNED_RESET,   /* it is read, then the connection is reset */
	CANNED_PARTIAL, /* the head of the answer and half of the body, then the end */
	CANNED_SILENCE, /* it is read and never answered */
};

struct canned_step {
	enum canned_kind kind;
	int status;
	const char *headers; /* further ones, each with its line end; NULL: none */
	const char *body;    /* NULL: none; application/json */
};

#define CANNED_MAX 32

/* One request as it came. */
struct canned_request {
	char method[8];
	char path[256];
	char authorization[128];
	int connection; /* 1, 2, … */
	size_t body_len;
	char body[8192]; /* its beginning */
};

/* Shared with the child. */
struct canned_record {
	int count;
	struct canned_request requests[CANNED_MAX];
};

struct canned {
	int fd;
	int port;
	pid_t pid;
	struct canned_record *record;
	const struct canned_step *steps;
	size_t step_count;
};

/* Takes a port at which connections are refused until canned_serve. */
void canned_prepare(struct canned *canned);

/* Starts the child. Requests after the last step are answered with 599. `steps` is borrowed. */
void canned_serve(struct canned *canned, const struct canned_step *steps, size_t count);

/* Ends the child and frees everything. */
void canned_stop(struct canned *canned);

/* "http://127.0.0.1:<port>". Caller frees. */
char *canned_url(const struct canned *canned);

#endif
