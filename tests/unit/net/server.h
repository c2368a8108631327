#ifndef PR_TEST_NET_SERVER_H
#define PR_TEST_NET_SERVER_H

/*
 * A web server with canned answers on a loopback port: a forked child that takes one connection at
 * a time, gives the next answer of its list for each request, and notes in memory that both share
 * what it was sent.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define SERVER_REQUESTS 64
#define SERVER_REQUEST_SIZE 2048

/* What follows after the bytes of an answer. */
enum server_then {
	SERVER_CLOSE,
	SERVER_KEEP,   /* the next request may come on the same connection */
	SERVER_SILENT, /* nothing more is sent; until the peer closes */
};

struct server_answer {
	const char *bytes;
	enum server_then then;
	int pause_ms; /* between two bytes; 0: all at once */
	bool in_step; /* each byte of the body is sent when the one before it was taken, see below
		       */
	size_t size;  /* of the bytes; 0: up to their NUL */
};

/* Written by the child before it answers; `taken` by the test, in which it counts the bytes of
 * bodies that reached it. */
struct server_log {
	_Atomic size_t taken;
	size_t connections;
	size_t requests;
	size_t connection[SERVER_REQUESTS]; /* on which connection each came, from 1 */
	char text[SERVER_REQUESTS][SERVER_REQUEST_SIZE];
};

struct server {
	pid_t pid;
	int port;
	struct server_log *log;
};

/* Starts it; the answers are read by the child and the last one is given for ever. Fails the test
 * where it cannot. */
void server_start(struct server *server, const struct server_answer *answers, size_t count);

/* Ends it. Nothing for one that was not started. */
void server_stop(struct server *server);

/* A port of the loopback device on which nobody listens. */
int server_free_port(void);

#endif
