#include "control/native_arguments.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/nearest.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"

#include <string.h>

#define UNKNOWN_MAX 8

/* One object of the arguments: the table's paths that begin with `prefix` are of its members. */
struct level {
	const struct pr_native_known *known;
	char prefix[96]; /* "" or ending with a full stop */
	struct pr_buf *out;
	size_t *unknown; /* how many were found, in all levels */
};

/* The name of a member of this level, NULL: the row is of another one. */
static const char *member_of(const struct level *level, const struct pr_native_known *row)
{
	size_t n = strlen(level->prefix);

	if (strncmp(row->path, level->prefix, n) != 0 || strchr(row->path + n, '.'))
		return NULL;
	return row->path + n;
}

static const struct pr_native_known *find_row(const struct level *level, const char *name)
{
	for (const struct pr_native_known *row = level->known; row->path; row++)
		if (pr_text_eq(member_of(level, row), name))
			return row;
	return NULL;
}

static void list_members(const struct level *level)
{
	const char *before = " (it has: ";

	for (const struct pr_native_known *row = level->known; row->path; row++) {
		const char *name = member_of(level, row);

		if (!name)
			continue;
		pr_buf_addf(level->out, "%s%s", before, name);
		before = ", ";
	}
	pr_buf_adds(level->out, ")");
}

static void tell_unknown(const struct level *level, const char *name)
{
	struct pr_nearest nearest = pr_nearest_to(name, strlen(name));

	if (++*level->unknown > UNKNOWN_MAX)
		return;
	for (const struct pr_native_known *row = level->known; row->path; row++)
		if (member_of(level, row))
			pr_nearest_offer(&nearest, member_of(level, row));
	pr_buf_addf(level->out, "%sit has no argument '%s%s'", level->out->len ? "; " : "",
		level->prefix, name);
	if (nearest.best)
		pr_buf_addf(level->out, " (did you mean '%s'?)", nearest.best);
	else
		list_members(level);
}

/* The level below, of the member of that row; false: what is there is the control's own affair. */
static bool go_down(
	const struct level *level, const struct pr_native_known *row, struct level *ret_below)
{
	*ret_below = *level;
	pr_text_print(ret_below->prefix, sizeof ret_below->prefix, "%s.", row->path);
	for (row = level->known; row->path; row++)
		if (member_of(ret_below, row))
			return true;
	return false;
}

static void check_members(const struct level *level, const json_t *object)
{
	const char *name;
	json_t *value;

	json_object_foreach (pr_json_mutable(object), name, value) {
		const struct pr_native_known *row = find_row(level, name);
		struct level below;

		if (!row)
			tell_unknown(level, name);
		else if (json_is_object(value) && go_down(level, row, &below))
			check_members(&below, value);
	}
}

static bool has_value(const json_t *arguments, const struct pr_native_known *row)
{
	json_auto_t *value = pr_native_argument(json_object_get(arguments, row->path));

	return pr_value_truthy(value);
}

static void check_needed(
	const struct pr_native_control *control, const json_t *arguments, struct pr_buf *out)
{
	bool given = false;

	for (const struct pr_native_known *row = control->known; row->path; row++) {
		if (!row->needed)
			continue;
		if (has_value(arguments, row)) {
			pr_buf_clear(out);
			return;
		}
		given = given || json_object_get(arguments, row->path);
		pr_buf_addf(out, "%s'%s'", out->len ? " or " : "its argument ", row->path);
	}
	if (out->len)
		pr_buf_addf(out, " %s: %s", given ? "has no value" : "is missing", control->idle);
}

void pr_native_arguments_check(const struct pr_native_control *control, const json_t *declaration)
{
	const json_t *arguments = pr_native_arguments(declaration);
	const char *name = pr_json_str(declaration, "name");
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	size_t unknown = 0;
	struct level top = {.known = control->known, .out = &text, .unknown = &unknown};

	if (!control->known)
		return;
	check_needed(control, arguments, &text);
	check_members(&top, arguments);
	if (text.len)
		pr_warn("The control '%s' (%s): %s", name ? name : "(no name)",
			pr_json_str(json_object_get(declaration, "provider"), "module"),
			pr_buf_str(&text));
}
