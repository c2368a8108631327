#include "engine/journal_part.h"

#include "base/text.h"
#include "codec/json.h"
#include "codec/json_write.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FNV_OFFSET UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)
#define PATH_DEPTH 8

static const struct pr_json_style line_style = {
	.indent = 0, .ascii = false, .sort_keys = false, .compact = true, .redact = true};

struct pr_journal_mark pr_journal_mark_of(const char *text, size_t n)
{
	struct pr_journal_mark mark = {.bytes = 0, .checksum = FNV_OFFSET};

	pr_journal_mark_add(&mark, text, n);
	return mark;
}

void pr_journal_mark_add(struct pr_journal_mark *mark, const char *text, size_t n)
{
	uint64_t checksum = mark->checksum;

	for (size_t i = 0; i < n; i++)
		checksum = (checksum ^ (unsigned char)text[i]) * FNV_PRIME;
	mark->checksum = checksum;
	mark->bytes += n;
}

int pr_journal_part_head(const struct pr_journal_mark *mark, struct pr_buf *out)
{
	return pr_buf_addf(out, "{\"journal_bytes\":%zu,\"journal_checksum\":\"%016" PRIx64 "\"}\n",
		mark->bytes, mark->checksum);
}

int pr_journal_part_line(const json_t *entry, const char *list, size_t index, struct pr_buf *out)
{
	pr_buf_addf(out, "{\"list\":\"%s\",\"index\":%zu,\"entry\":", list, index);
	pr_json_write(entry, &line_style, out);
	return pr_buf_adds(out, "}\n");
}

static bool head_matches(const json_t *head, const struct pr_journal_mark *mark)
{
	const char *checksum = pr_json_str(head, "journal_checksum");
	char text[17];

	snprintf(text, sizeof(text), "%016" PRIx64, mark->checksum);
	return checksum && pr_text_eq(checksum, text) &&
	       json_integer_value(json_object_get(head, "journal_bytes")) ==
		       (json_int_t)mark->bytes;
}

/* A state that a hypothesis has begun with: nothing in it yet. */
static json_t *state_new(void)
{
	return json_pack("{s:n, s:[]}", "steady_state_met", "probes");
}

/* The element of an array, which is made where it is the next one. Borrowed; NULL: no such place.
 */
static json_t *element_at(json_t *array, const char *word)
{
	int64_t index;

	if (pr_text_int64(word, &index, NULL) || index < 0)
		return NULL;
	if ((size_t)index == json_array_size(array) && json_array_append_new(array, state_new()))
		return NULL;
	return json_array_get(array, (size_t)index);
}

static json_t *member_at(json_t *object, const char *word)
{
	json_t *member = json_object_get(object, word);

	if (!json_is_null(member))
		return member;
	if (json_object_set_new(object, word, state_new()))
		return NULL;
	return json_object_get(object, word);
}

/* The list at "steady_states.during.3.probes". Borrowed; NULL: no such place. */
static json_t *list_at(json_t *value, const char *path)
{
	PR_AUTO(free) char *words = pr_text_dup(path);
	char *rest = NULL;
	int depth = 0;

	if (!words)
		return NULL;
	for (char *word = strtok_r(words, ".", &rest); word && value;
		word = strtok_r(NULL, ".", &rest)) {
		if (++depth > PATH_DEPTH)
			return NULL;
		value = json_is_array(value) ? element_at(value, word) : member_at(value, word);
	}
	return json_is_array(value) ? value : NULL;
}

/* Returns whether the line made sense. */
static bool fold_line(json_t *value, json_t *line)
{
	const char *path = pr_json_str(line, "list");
	json_t *entry = json_object_get(line, "entry");
	json_t *list = path ? list_at(value, path) : NULL;
	json_int_t index = json_integer_value(json_object_get(line, "index"));

	if (!list || !entry || index < 0 || (size_t)index > json_array_size(list))
		return false;
	if ((size_t)index == json_array_size(list))
		return json_array_append(list, entry) == 0;
	return json_array_set(list, (size_t)index, entry) == 0;
}

int pr_journal_part_fold(json_t *value, const struct pr_journal_mark *mark,
	const struct pr_buf *part, const struct pr_limits *limits, struct pr_err *err)
{
	const char *text = pr_buf_str(part);
	const char *end = text + part->len;
	const char *newline;
	bool first = true;

	for (; (newline = memchr(text, '\n', (size_t)(end - text))); text = newline + 1) {
		json_auto_t *line = NULL;
		int r = pr_json_parse(
			text, (size_t)(newline - text), "journal", limits, &line, NULL);

		if (r == PR_ENOMEM)
			return pr_fail_nomem(err);
		if (r || (first ? !head_matches(line, mark) : !fold_line(value, line)))
			return 0;
		first = false;
	}
	return 0;
}
