#include "codec/toml.h"

#include "base/text.h"
#include "codec/json.h"
#include "codec/toml_value.h"

#include <string.h>

#define KEY_DEPTH_MAX 64

/* Goes on from `table` to its member `key`, a table too, which is made when it is not there. */
static int enter(struct pr_toml *t, const char *key, size_t *depth, json_t **table)
{
	json_t *next = json_object_get(*table, key);
	int rc;

	if (++*depth > KEY_DEPTH_MAX)
		return pr_toml_fail(t, "a key has more than %d parts", KEY_DEPTH_MAX);
	if (!next) {
		next = json_object();
		rc = pr_json_set(*table, key, next, t->err);
		if (rc)
			return rc;
	}
	if (!json_is_object(next))
		return pr_toml_fail(t, "'%s' is a value already, not a table", key);
	*table = next;
	return 0;
}

/* Adds a part to the name of a table, so that no two tables have the same name. */
static void add_part(struct pr_buf *path, const struct pr_buf *part)
{
	pr_buf_addf(path, "%zu:", part->len);
	pr_buf_add(path, pr_buf_str(part), part->len);
}

/* A header may come once; tables that only lie on its way do not count. */
static int declare(struct pr_toml *t, const struct pr_buf *path)
{
	int rc = pr_buf_check(path, "the name of a table", t->err);

	if (rc)
		return rc;
	if (json_object_get(t->declared, pr_buf_str(path)))
		return pr_toml_fail(t, "this table was there before");
	return pr_json_set(t->declared, pr_buf_str(path), json_true(), t->err);
}

/* [a.b.c], from behind the bracket. */
static int read_header(struct pr_toml *t)
{
	PR_AUTO(buf) struct pr_buf path = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	json_t *table = t->root;
	size_t depth = 0;
	int rc;

	if (pr_toml_take(t, '['))
		return pr_toml_fail(t, "arrays of tables are not supported");
	do {
		PR_AUTO(buf) struct pr_buf part = PR_BUF_INIT(PR_BUF_TEXT_MAX);

		rc = pr_toml_key(t, &part);
		if (rc == 0)
			rc = enter(t, pr_buf_str(&part), &depth, &table);
		if (rc)
			return rc;
		add_part(&path, &part);
	} while (pr_toml_take(t, '.'));
	if (!pr_toml_take(t, ']'))
		return pr_toml_fail(t, "expected ']' after the name of the table");
	t->table = table;
	return declare(t, &path);
}

static int set_new(struct pr_toml *t, json_t *table, const char *key)
{
	json_t *value = NULL;
	int rc;

	if (!pr_toml_take(t, '='))
		return pr_toml_fail(t, "expected '=' after the key '%s'", key);
	if (json_object_get(table, key))
		return pr_toml_fail(t, "the key '%s' was there before", key);
	pr_toml_skip_blanks(t);
	rc = pr_toml_value(t, &value);
	return rc ? rc : pr_json_set(table, key, value, t->err);
}

/* key = value, where the key may have dots. */
static int read_pair(struct pr_toml *t)
{
	json_t *table = t->table;
	size_t depth = 0;

	for (;;) {
		PR_AUTO(buf) struct pr_buf part = PR_BUF_INIT(PR_BUF_TEXT_MAX);
		int rc = pr_toml_key(t, &part);

		if (rc)
			return rc;
		if (!pr_toml_take(t, '.'))
			return set_new(t, table, pr_buf_str(&part));
		rc = enter(t, pr_buf_str(&part), &depth, &table);
		if (rc)
			return rc;
	}
}

static int read_line(struct pr_toml *t)
{
	int rc = pr_toml_take(t, '[') ? read_header(t) : read_pair(t);

	if (rc)
		return rc;
	pr_toml_skip_blanks(t);
	if (!pr_toml_at_line_end(t))
		return pr_toml_fail(t, "unexpected text at the end of the line");
	return 0;
}

static int read_lines(struct pr_toml *t)
{
	int rc = pr_toml_skip_lines(t);

	while (rc == 0 && t->at < t->end) {
		rc = read_line(t);
		if (rc == 0)
			rc = pr_toml_skip_lines(t);
	}
	return rc;
}

int pr_toml_parse(
	const char *text, size_t n, const char *name, json_t **ret_table, struct pr_err *err)
{
	json_auto_t *root = json_object();
	json_auto_t *declared = json_object();
	struct pr_toml t = {
		.at = text,
		.end = text + n,
		.line = 1,
		.name = name,
		.root = root,
		.table = root,
		.declared = declared,
		.err = err,
	};
	int rc;

	if (!root || !declared)
		return pr_fail_nomem(err);
	if (n && !pr_text_is_utf8(text, n))
		return pr_fail(err, PR_EINVAL, "%s: is no UTF-8 text", name);
	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		t.at += 3;
	rc = read_lines(&t);
	if (rc == 0)
		*ret_table = pr_steal(root);
	return rc;
}
