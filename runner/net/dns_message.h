#ifndef PR_NET_DNS_MESSAGE_H
#define PR_NET_DNS_MESSAGE_H

/*
 * Messages of the DNS (RFC 1035): one question out, its answer in. What comes in is anybody's:
 * every length is checked, pointers of compressed names lead only backwards.
 */

#include "base/buf.h"
#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* A name of 255 bytes as text, every one of them escaped. */
#define PR_DNS_NAME_SIZE 1024

struct pr_dns_question {
	char name[PR_DNS_NAME_SIZE]; /* absolute, as texts of answers have names: "example.com." */
	uint16_t type;
	uint16_t id;
};

enum pr_dns_kind {
	PR_DNS_ANSWER,    /* at least one record of the type */
	PR_DNS_NO_ANSWER, /* the name has none of that type */
	PR_DNS_NO_NAME,   /* NXDOMAIN */
	PR_DNS_TRUNCATED, /* to be asked again over TCP */
	PR_DNS_FAILURE,   /* any other code of the server */
	PR_DNS_STRANGE,   /* no answer to the question, or malformed */
};

struct pr_dns_answer {
	enum pr_dns_kind kind;
	unsigned code; /* RCODE */
	json_t *texts; /* of ANSWER: the records as dnspython prints them; the caller's */
};

/* The number of a type (A, AAAA, CAA, CNAME, MX, NS, PTR, SOA, SRV, TXT, in either case); 0: not
 * known. */
uint16_t pr_dns_type(const char *name);

/* Sets name and type. PR_EINVAL for what is no ASCII domain name and for an unknown type. */
int pr_dns_question_init(
	struct pr_dns_question *question, const char *domain, const char *type, struct pr_err *err);

/* Adds the message with that question, recursion desired. Status as of pr_buf_add. */
int pr_dns_question_write(const struct pr_dns_question *question, struct pr_buf *out);

/* Reads a message of `n` bytes. PR_ENOMEM. */
int pr_dns_answer_read(const struct pr_dns_question *question, const unsigned char *bytes, size_t n,
	struct pr_dns_answer *ret_answer, struct pr_err *err);

#endif
