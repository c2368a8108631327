#ifndef PR_TESTS_UNIT_TABLE_H
#define PR_TESTS_UNIT_TABLE_H

/* The recorded tables of tests/conformance/tables: one JSON object a line. */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_FOLDER PR_TEST_SOURCE_DIR "/tests/conformance/tables/"

/* Integers beyond 64 bits, of which the tables have a few, become floats. Caller owns; NULL: not
 * JSON. */
static inline json_t *table_row(const char *line)
{
	json_t *row = json_loads(line, JSON_ALLOW_NUL, NULL);

	return row ? row : json_loads(line, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
}

/* A table opened to be read; NULL: it cannot be. */
static inline FILE *table_open(const char *name)
{
	char path[4096];

	if (snprintf(path, sizeof(path), TABLE_FOLDER "%s.jsonl", name) >= (int)sizeof(path))
		return NULL;
	return fopen(path, "re");
}

/* All rows of `<name>.jsonl` as an array that the caller owns; NULL: one is not JSON, or none. */
static inline json_t *table_read(const char *name)
{
	FILE *file = table_open(name);
	json_t *rows = json_array();
	char *line = NULL;
	size_t cap = 0;
	int bad = !file;

	while (file && getline(&line, &cap, file) > 0)
		bad |= json_array_append_new(rows, table_row(line)) != 0;
	free(line);
	if (file && fclose(file))
		bad = 1;
	if (!bad && json_array_size(rows) > 0)
		return rows;
	json_decref(rows);
	return NULL;
}

/*
 * Calls `check` for each row of `<name>.jsonl`, which says whether it passed; failures are printed.
 * Returns how many rows passed, -1 when any failed or the table cannot be read.
 */
static inline int table_check(
	const char *name, int (*check)(const json_t *row, void *arg), void *arg)
{
	FILE *file = table_open(name);
	char *line = NULL;
	size_t cap = 0;
	int passed = 0;
	int failed = 0;

	while (file && getline(&line, &cap, file) > 0) {
		json_t *row = table_row(line);
		int good = row && check(row, arg);

		if (!good)
			fprintf(stderr, "fails: %s", line);
		passed += good;
		failed += !good;
		json_decref(row);
	}
	free(line);
	if (!file || fclose(file) || failed)
		return -1;
	return passed;
}

/* Whether the row expects the input to be refused. */
static inline int table_is_refusal(const json_t *expect)
{
	return json_object_get(expect, "crash") || json_object_get(expect, "error");
}

#endif
