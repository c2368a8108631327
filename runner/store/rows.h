#ifndef PR_STORE_ROWS_H
#define PR_STORE_ROWS_H

/*
 * Rows as JSON values, by a table that names the columns of a statement in their order: what most
 * of the files of this layer are made of.
 */

#include "base/buf.h"
#include "store/database.h"

#include <jansson.h>

enum pr_column_kind {
	PR_COLUMN_TEXT, /* a string, or null */
	PR_COLUMN_INT,  /* an integer, or null */
	PR_COLUMN_BOOL, /* of a number */
	PR_COLUMN_DATE, /* of microseconds since 1970: docs/protocol.md 2.1; or null */
	PR_COLUMN_JSON, /* of JSON text: the value; or null */
};

struct pr_column {
	const char *name;
	enum pr_column_kind kind;
};

/* The columns of one kind of row. */
struct pr_columns {
	const struct pr_column *columns;
	size_t count;
};

#define PR_COLUMNS(table) {.columns = (table), .count = sizeof(table) / sizeof((table)[0])}

/* One row as an object. Caller owns. */
int pr_rows_object(const struct pr_columns *columns, const struct pr_row *row, json_t **ret_object,
	struct pr_err *err);

/* The first row of a statement as an object. PR_ENOTFOUND where it has none. Caller owns. */
int pr_rows_one(struct pr_database *database, const struct pr_statement *statement,
	const struct pr_columns *columns, json_t **ret_object, struct pr_err *err);

/*
 * As pr_rows_one, but adds the JSON text of the object to `out`: what is JSON in the database is
 * neither read nor written anew.
 */
int pr_rows_one_text(struct pr_database *database, const struct pr_statement *statement,
	const struct pr_columns *columns, struct pr_buf *out, struct pr_err *err);

/* All rows of a statement as an array of objects. Caller owns. */
int pr_rows_all(struct pr_database *database, const struct pr_statement *statement,
	const struct pr_columns *columns, json_t **ret_array, struct pr_err *err);

/* The number in the first column of the first row: of "SELECT count(*) …". PR_ENOTFOUND where there
 * is no row. */
int pr_rows_number(struct pr_database *database, const struct pr_statement *statement,
	int64_t *ret_number, struct pr_err *err);

/* Runs a statement that changes rows. PR_ENOTFOUND where it changed none. */
int pr_rows_change(
	struct pr_database *database, const struct pr_statement *statement, struct pr_err *err);

/* One page of a list. */
struct pr_rows_page {
	int64_t page, limit; /* as asked for, from 1 */
	int64_t count;       /* of all there are */
	json_t *items;       /* of this page. Caller owns; NULL where there is `text` */
	int (*each)(json_t *item, struct pr_err *err); /* not NULL: makes each item smaller, before
							* the next one is read */
	struct pr_buf *text; /* not NULL: gets {"count": n, "items": […]}, as of pr_rows_one_text */
};

/* How many rows a page begins behind; for "LIMIT ?n OFFSET ?m". */
static inline int64_t pr_rows_offset(const struct pr_rows_page *page)
{
	return (page->page - 1) * page->limit;
}

/* How many rows are asked for; for "LIMIT ?n OFFSET ?m". Of a text one more than it shows: where
 * there is none, the page ends the list, which need not be counted. */
static inline int64_t pr_rows_limit(const struct pr_rows_page *page)
{
	return page->text ? page->limit + 1 : page->limit;
}

/* Fills count and items of `page` by a statement that counts, and one that reads the rows, at most
 * pr_rows_limit of them. */
int pr_rows_list(struct pr_database *database, const struct pr_statement statements[2],
	const struct pr_columns *columns, struct pr_rows_page *page, struct pr_err *err);

#endif
