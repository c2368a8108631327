#ifndef TESTS_UNIT_CODEC_TABLE_H
#define TESTS_UNIT_CODEC_TABLE_H

/* The tables of tests/conformance/tables: one JSON object a line. Needs cmocka's headers before it.
 */

#include "base/compiler.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* All rows of a table as an array that the caller owns; fails the test where one cannot be read. */
static inline json_t *table_read(const char *name)
{
	json_t *rows = json_array();
	char path[4096];
	char *line = NULL;
	size_t room = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/tests/conformance/tables/%s", PR_TEST_SOURCE_DIR, name);
	file = fopen(path, "re");
	assert_non_null(file);
	for (;;) {
		ssize_t n = getline(&line, &room, file);

		if (n < 0)
			break;
		assert_return_code(json_array_append_new(
					   rows, json_loadb(line, (size_t)n, JSON_ALLOW_NUL, NULL)),
			0);
	}
	free(line);
	fclose(file);
	assert_true(json_array_size(rows) > 0);
	return rows;
}

#endif
