#include "store/rows.h"

#include "codec/json.h"
#include "codec/json_write.h"
#include "store/store.h"

#include <inttypes.h>
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

/* Status as of pr_buf_add. */
static int write_column(
	const struct pr_column *column, const struct pr_row *row, int index, struct pr_buf *out)
{
	static const struct pr_json_style style = {.compact = true};
	json_auto_t *value = NULL;

	pr_buf_addf(out, "%s\"%s\":", index ? "," : "{", column->name);
	if (column->kind == PR_COLUMN_JSON && !pr_row_is_null(row, index))
		return pr_buf_adds(out, pr_row_text(row, index));
	value = column_value(column->kind, row, index);
	return value ? pr_json_write(value, &style, out) : PR_ENOMEM;
}

static int write_object(const struct pr_columns *columns, const struct pr_row *row,
	struct pr_buf *out, struct pr_err *err)
{
	for (size_t i = 0; i < columns->count; i++)
		if (write_column(&columns->columns[i], row, (int)i, out) == PR_ENOMEM)
			return pr_fail_nomem(err);
	pr_buf_addc(out, '}');
	return pr_buf_check(out, "an answer", err);
}

/* What a statement's rows are put into. */
struct sink {
	const struct pr_columns *columns;
	struct pr_buf *text;
	int (*each)(json_t *item, struct pr_err *err);
	json_t *array;
	json_t *object;
	int64_t number; /* what was read, or how many rows were */
	int64_t limit;  /* of those that are written */
	bool found;
};

static int add_row(void *arg, const struct pr_row *row, struct pr_err *err)
{
	struct sink *sink = arg;
	json_t *object = NULL;
	int rc = pr_rows_object(sink->columns, row, &object, err);

	if (!rc && sink->each)
		rc = sink->each(object, err);
	if (!rc)
		return pr_json_append(sink->array, object, err);
	json_decref(object);
	return rc;
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

/* The first one. */
static int write_row(void *arg, const struct pr_row *row, struct pr_err *err)
{
	struct sink *sink = arg;

	if (sink->found)
		return 0;
	sink->found = true;
	return write_object(sink->columns, row, sink->text, err);
}

int pr_rows_one_text(struct pr_database *database, const struct pr_statement *statement,
	const struct pr_columns *columns, struct pr_buf *out, struct pr_err *err)
{
	struct sink sink = {.columns = columns, .text = out};
	int rc = pr_database_run(database, statement, write_row, &sink, NULL, err);

	if (!rc && !sink.found)
		rc = pr_fail(err, PR_ENOTFOUND, "there is none of that id");
	return rc;
}

/* The rows into `sink`, whose array is made. */
static int read_rows(struct pr_database *database, const struct pr_statement *statement,
	struct sink *sink, json_t **ret_array, struct pr_err *err)
{
	json_auto_t *array = json_array();
	int rc;

	sink->array = array;
	rc = array ? pr_database_run(database, statement, add_row, sink, NULL, err)
		   : pr_fail_nomem(err);
	if (!rc)
		*ret_array = pr_steal(array);
	return rc;
}

int pr_rows_all(struct pr_database *database, const struct pr_statement *statement,
	const struct pr_columns *columns, json_t **ret_array, struct pr_err *err)
{
	struct sink sink = {.columns = columns};

	return read_rows(database, statement, &sink, ret_array, err);
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

static int write_item(void *arg, const struct pr_row *row, struct pr_err *err)
{
	struct sink *sink = arg;

	if (++sink->number > sink->limit)
		return 0;
	if (sink->number > 1)
		pr_buf_addc(sink->text, ',');
	return write_object(sink->columns, row, sink->text, err);
}

static int write_page(struct pr_database *database, const struct pr_statement statements[2],
	const struct pr_columns *columns, struct pr_rows_page *page, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf items = PR_BUF_INIT(page->text->max);
	struct sink sink = {.columns = columns, .text = &items, .limit = page->limit};
	int rc = pr_database_run(database, &statements[1], write_item, &sink, NULL, err);

	if (!rc)
		rc = pr_buf_check(&items, "a list", err);
	if (rc)
		return rc;
	page->count = pr_rows_offset(page) + sink.number;
	if (sink.number > page->limit || (!sink.number && page->page > 1))
		rc = pr_rows_number(database, &statements[0], &page->count, err);
	if (rc)
		return rc;
	pr_buf_addf(page->text, "{\"count\":%" PRId64 ",\"items\":[", page->count);
	pr_buf_add(page->text, items.ptr, items.len);
	pr_buf_adds(page->text, "]}");
	return pr_buf_check(page->text, "a list", err);
}

int pr_rows_list(struct pr_database *database, const struct pr_statement statements[2],
	const struct pr_columns *columns, struct pr_rows_page *page, struct pr_err *err)
{
	struct sink sink;
	int rc;

	if (page->text)
		return write_page(database, statements, columns, page, err);
	rc = pr_rows_number(database, &statements[0], &page->count, err);
	if (rc)
		return rc;
	sink = (struct sink){.columns = columns, .each = page->each};
	return read_rows(database, &statements[1], &sink, &page->items, err);
}
