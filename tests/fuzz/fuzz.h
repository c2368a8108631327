#ifndef PR_TESTS_FUZZ_H
#define PR_TESTS_FUZZ_H

/*
 * What the targets share. A target is one function of libFuzzer's signature; it must survive any
 * bytes, and end the process with fuzz_expect where a result breaks a promise.
 */

#include "base/err.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Called once for each input; 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process, which is what the fuzzer looks for, unless `holds`. */
#define fuzz_expect(holds)                                                                  \
	do {                                                                                \
		if (!(holds)) {                                                             \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #holds); \
			abort();                                                            \
		}                                                                           \
	} while (0)

/* A failure has a message of one line, a success none. */
static inline void fuzz_check_status(int status, const struct pr_err *err)
{
	fuzz_expect(status <= 0);
	fuzz_expect((status < 0) == (err->msg[0] != '\0'));
	fuzz_expect(status == (int)err->code);
	fuzz_expect(!strchr(err->msg, '\n'));
}

/* An input of two parts: a line, and what follows it. */
struct fuzz_input {
	char *line; /* terminated; may hold NUL */
	size_t line_n;
	const char *rest;
	size_t rest_n;
};

/* Splits the input at the first newline; the caller frees `line`. */
static inline struct fuzz_input fuzz_split(const uint8_t *data, size_t size)
{
	const uint8_t *newline = size ? memchr(data, '\n', size) : NULL;
	size_t n = newline ? (size_t)(newline - data) : size;
	struct fuzz_input input = {.line = calloc(1, n + 1), .line_n = n};

	fuzz_expect(input.line);
	if (n)
		memcpy(input.line, data, n);
	input.rest_n = newline ? size - n - 1 : 0;
	input.rest = input.rest_n ? (const char *)newline + 1 : "";
	return input;
}

/* Any JSON value, NULL for what is none. Caller owns. */
static inline json_t *fuzz_json(const char *text, size_t n)
{
	return json_loadb(text, n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
}

#endif
