#include "cli/noun_table.h"

#include "base/shown.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "codec/yaml_write.h"

#include <string.h>

#define CELL_MAX 60
#define LAST_CELL_MAX 4096 /* the last column may be a link, of use only as a whole */
#define COLUMN_MAX 8

/* Columns of a terminal that UTF-8 text takes, as far as one column a character goes. */
static size_t width_of(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

static const json_t *value_at(const json_t *object, const char *path)
{
	const char *dot;
	char key[64];

	for (; (dot = strchr(path, '.')); path = dot + 1) {
		pr_text_print(key, sizeof key, "%.*s", (int)(dot - path), path);
		object = json_object_get(object, key);
	}
	return json_object_get(object, path);
}

static void add_value(const json_t *value, size_t max, struct pr_buf *out)
{
	const json_t *item;
	size_t i;

	if (!value || json_is_null(value)) {
		pr_buf_adds(out, "-");
	} else if (json_is_string(value)) {
		pr_shown_line(PR_SHOWN_PLAIN, json_string_value(value), json_string_length(value),
			max, out);
	} else if (json_is_array(value)) {
		json_array_foreach (pr_json_mutable(value), i, item) {
			pr_buf_adds(out, i ? "," : "");
			add_value(item, max, out);
		}
	} else {
		PR_AUTO(free) char *line = pr_json_line(value);

		pr_shown_line(
			PR_SHOWN_PLAIN, line ? line : "", line ? strlen(line) : 0, CELL_MAX, out);
	}
}

/* What stands in column `i` of an object. */
static void add_cell(
	const struct pr_noun_kind *kind, size_t i, const json_t *object, struct pr_buf *out)
{
	add_value(value_at(object, kind->columns[i].path),
		i + 1 < kind->column_count ? CELL_MAX : LAST_CELL_MAX, out);
}

static void add_row(const struct pr_noun_kind *kind, const json_t *object, const size_t *widths,
	struct pr_buf *out)
{
	for (size_t i = 0; i < kind->column_count; i++) {
		PR_AUTO(buf) struct pr_buf cell = PR_BUF_INIT(PR_BUF_TEXT_MAX);
		const char *text = kind->columns[i].title;
		size_t room;

		if (object) {
			add_cell(kind, i, object, &cell);
			text = pr_buf_str(&cell);
		}
		room = i + 1 < kind->column_count ? widths[i] + 2 - width_of(text) : 0;
		pr_buf_addf(out, "%s%*s", text, (int)room, "");
	}
	pr_buf_addc(out, '\n');
}

static void widen(const struct pr_noun_kind *kind, const json_t *object, size_t *widths)
{
	for (size_t i = 0; i < kind->column_count; i++) {
		PR_AUTO(buf) struct pr_buf cell = PR_BUF_INIT(PR_BUF_TEXT_MAX);
		size_t width;

		add_cell(kind, i, object, &cell);
		width = width_of(pr_buf_str(&cell));
		if (width > widths[i])
			widths[i] = width;
	}
}

static void add_table(const struct pr_noun_kind *kind, const json_t *objects, struct pr_buf *out)
{
	size_t widths[COLUMN_MAX] = {0};
	const json_t *object;
	size_t i;

	for (i = 0; i < kind->column_count; i++)
		widths[i] = width_of(kind->columns[i].title);
	json_array_foreach (pr_json_mutable(objects), i, object)
		widen(kind, object, widths);
	add_row(kind, NULL, widths, out);
	json_array_foreach (pr_json_mutable(objects), i, object)
		add_row(kind, object, widths, out);
}

static void add_ids(const json_t *objects, struct pr_buf *out)
{
	const json_t *object;
	size_t i;

	json_array_foreach (pr_json_mutable(objects), i, object) {
		const char *id = pr_json_str(object, "id");

		if (!id)
			id = pr_json_str(object, "url"); /* all that a link is */
		if (id)
			pr_buf_addf(out, "%s\n", id);
	}
}

/* The objects of an answer: the items of a list, or the answer alone. */
static json_t *objects_of(const json_t *answer)
{
	json_t *items = json_object_get(answer, "items");

	if (json_is_array(answer) || json_is_array(items))
		return json_incref(json_is_array(answer) ? pr_json_mutable(answer) : items);
	return json_pack("[O]", pr_json_mutable(answer));
}

int pr_noun_show(const struct pr_noun_kind *kind, const char *form, const json_t *answer,
	struct pr_buf *out, struct pr_err *err)
{
	static const struct pr_json_style style = {.indent = 2, .redact = false};
	json_auto_t *objects = objects_of(answer);

	if (!objects)
		return pr_fail_nomem(err);
	if (pr_text_eq(form, "json")) {
		pr_json_write(answer, &style, out);
		pr_buf_addc(out, '\n');
	} else if (pr_text_eq(form, "yaml")) {
		pr_yaml_write(answer, out);
	} else if (pr_text_eq(form, "id")) {
		add_ids(objects, out);
	} else {
		add_table(kind, objects, out);
	}
	return pr_buf_check(out, "the answer", err);
}
