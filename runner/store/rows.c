#include "store/rows.h"

#include "codec/json.h"
#include "store/store.h"

#include <string.h>

/* What we have written ourselves is not limited a second time. */
static json_t *read_json(const char *text)
{
	static const struct pr_limits limits = {.document_bytes = SIZE_MAX, .depth = 1024};
	json_t *value = NULL;

	return pr_json_parse(text, strlen(text), "a stored value", &limits, &value, NULL) ? NULL
											  : value;
}

static json_t *column_value(enum pr_column_kind kind, const struct pr_row *row, int index)
{
	if (pr_row_is_null(row, index))
		return json_null();
	switch (kind) {
	case PR_COLUMN_TEXT:
		return json_string(pr_row_text(row, index));
	case PR_COLUMN_INT:
		return json_integer(pr_row_int(row, index));
	case PR_COLUMN_BOOL:
		return json_boolean(pr_row_int(row, index));
	case PR_COLUMN_DATE:
		return pr_store_date(pr_row_int(row, index));
	case PR_COLUMN_JSON:
		return read_json(pr_row_text(row, index));
	}
	return NULL;
}

int pr_rows_object(const struct pr_columns *columns, const struct pr_row *row, json_t **ret_object,
	struct pr_err *err)
{
	json_auto_t *object = json_object();
	int rc = object ? 0 : pr_fail_nomem(err);

	for (size_t i = 0; !rc && i < columns->count; i++) {
		const struct pr_column *column = &columns->columns[i];

		rc = pr_json_set(
			object, column->name, column_value(column->kind, row, (int)i), err);
	}
	if (!rc)
		*ret_object = pr_steal(object);
	return rc;
}

/* What a statement's rows are put into. */
struct sink {
	const struct pr_columns *columns;
	json_t *array;
	json_t *object;
	int64_t number;
	bool found;
};

static int add_row(void *arg, const struct pr_row *row, struct pr_err *err)
{
	struct sink *sink = arg;
	json_t *object = NULL;
	int rc = pr_rows_object(sink->columns, row, &object, err);

	return rc ? rc : pr_json_append(sink->array, object, err);
}

static int take_row(void *arg, const struct pr_row *row, struct pr_err *err)
{
	struct sink *sink = arg;

	return sink->object ? 0 : pr_rows_object(sink->columns, row, &sink->object, err);
}

static int take_number(void *arg, const struct pr_row *row, struct pr_err *err)
{
	struct sink *sink = arg;

	(void)err;
	if (!sink->found)
		sink->number = pr_row_int(row, 0);
	sink->found = true;
	return 0;
}

int pr_rows_one(struct pr_database *database, const struct pr_statement *statement,
	const struct pr_columns *columns, json_t **ret_object, struct pr_err *err)
{
	struct sink sink = {.columns = columns};
	int rc = pr_database_run(database, statement, take_row, &sink, NULL, err);

	if (rc)
		json_decref(sink.object);
	else if (sink.object)
		*ret_object = sink.object;
	else
		rc = pr_fail(err, PR_ENOTFOUND, "there is none of that id");
	return rc;
}

int pr_rows_all(struct pr_database *database, const struct pr_statement *statement,
	const struct pr_columns *columns, json_t **ret_array, struct pr_err *err)
{
	json_auto_t *array = json_array();
	struct sink sink = {.columns = columns, .array = array};
	int rc = array ? pr_database_run(database, statement, add_row, &sink, NULL, err)
		       : pr_fail_nomem(err);

	if (!rc)
		*ret_array = pr_steal(array);
	return rc;
}

int pr_rows_number(struct pr_database *database, const struct pr_statement *statement,
	int64_t *ret_number, struct pr_err *err)
{
	struct sink sink = {.number = 0};
	int rc = pr_database_run(database, statement, take_number, &sink, NULL, err);

	if (rc)
		return rc;
	if (!sink.found)
		return pr_fail(err, PR_ENOTFOUND, "there is none of that id");
	*ret_number = sink.number;
	return 0;
}

int pr_rows_change(
	struct pr_database *database, const struct pr_statement *statement, struct pr_err *err)
{
	int64_t changed = 0;
	int rc = pr_database_run(database, statement, NULL, NULL, &changed, err);

	if (!rc && !changed)
		rc = pr_fail(err, PR_ENOTFOUND, "there is none of that id");
	return rc;
}

int pr_rows_list(struct pr_database *database, const struct pr_statement statements[2],
	const struct pr_columns *columns, struct pr_rows_page *page, struct pr_err *err)
{
	int rc = pr_rows_number(database, &statements[0], &page->count, err);

	return rc ? rc : pr_rows_all(database, &statements[1], columns, &page->items, err);
}
