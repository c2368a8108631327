#include "base/text.h"
#include "store/postgresql_private.h"

#include <libpq-fe.h>
#include <string.h>

/* The numbers of types that never change (src/include/catalog/pg_type.dat of PostgreSQL). */
enum {
	TYPE_BOOL = 16,
	TYPE_BYTES = 17,
	TYPE_NAME = 19,
	TYPE_INT8 = 20,
	TYPE_INT2 = 21,
	TYPE_INT4 = 23,
	TYPE_TEXT = 25,
	TYPE_VARCHAR = 1043,
	TYPE_VOID = 2278
};

#define UNIQUE_VIOLATION "23505"

static const char *value_of(const struct pr_row *row, int column)
{
	return PQgetvalue(row->source, row->index, column);
}

static bool row_is_null(const struct pr_row *row, int column)
{
	return PQgetisnull(row->source, row->index, column);
}

static const char *row_text(const struct pr_row *row, int column)
{
	return row_is_null(row, column) ? NULL : value_of(row, column);
}

/* Answers are binary: an integer, or a truth, is its bytes, the highest first. */
static int64_t row_number(const struct pr_row *row, int column)
{
	const unsigned char *bytes = (const unsigned char *)value_of(row, column);
	int n = PQgetlength(row->source, row->index, column);
	uint64_t value = 0;

	if (n <= 0 || n > 8)
		return 0;
	if (bytes[0] & 0x80)
		value = UINT64_MAX;
	for (int i = 0; i < n; i++)
		value = value << 8 | bytes[i];
	return (int64_t)value;
}

static const void *row_blob(const struct pr_row *row, int column, size_t *ret_n)
{
	*ret_n = (size_t)PQgetlength(row->source, row->index, column);
	return row_is_null(row, column) ? NULL : value_of(row, column);
}

static const struct pr_row_kind row_kind = {
	.text = row_text, .number = row_number, .blob = row_blob, .is_null = row_is_null};

static int check_columns(const PGresult *result, struct pr_err *err)
{
	static const unsigned int known[] = {TYPE_BOOL, TYPE_BYTES, TYPE_NAME, TYPE_INT8, TYPE_INT2,
		TYPE_INT4, TYPE_TEXT, TYPE_VARCHAR, TYPE_VOID};
	int columns = PQnfields(result);

	for (int i = 0; i < columns; i++) {
		size_t at = 0;

		while (at < PR_LEN(known) && known[at] != PQftype(result, i))
			at++;
		if (at == PR_LEN(known))
			return pr_fail(err, PR_EINVAL,
				"column '%s' of an answer has type %u, which is none of ours",
				PQfname(result, i), PQftype(result, i));
	}
	return 0;
}

int pr_postgresql_rows(PGresult *result, pr_row_fn *fn, void *arg, struct pr_err *err)
{
	struct pr_row row = {.kind = &row_kind, .source = result};
	int count = PQntuples(result);
	int rc = check_columns(result, err);

	for (; row.index < count && !rc; row.index++)
		rc = fn(arg, &row, err);
	return rc;
}

int pr_postgresql_fail(const PGresult *result, struct pr_err *err)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	enum pr_code code = pr_text_eq(state, UNIQUE_VIOLATION) ? PR_EEXIST : PR_EIO;

	return pr_fail(err, code, "PostgreSQL: %s (%s)", message ? message : "no answer",
		state ? state : "no state");
}
