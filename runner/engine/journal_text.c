#include "engine/journal_text.h"

#include "base/text.h"
#include "codec/json_write.h"

#include <stdint.h>
#include <string.h>

/* What is before an entry, after the comma, and what closes the list after the last one. */
#define ENTRY_BREAK "\n    "
#define LIST_CLOSE "\n  ]"

static const char *const list_names[PR_JOURNAL_LISTS] = {"run", "rollbacks"};

/* A journal has the size that its run gave it. */
#define NO_LIMIT (SIZE_MAX / 4)

void pr_journal_text_init(struct pr_journal_text *text)
{
	memset(text, 0, sizeof(*text));
	pr_buf_init(&text->buf, NO_LIMIT);
}

void pr_journal_text_release(struct pr_journal_text *text)
{
	pr_buf_release(&text->buf);
	pr_journal_text_init(text);
}

static void text_value(struct pr_journal_text *text, const json_t *value, int level)
{
	struct pr_json_style style = PR_JSON_JOURNAL;

	style.level = level;
	pr_json_write(value, &style, &text->buf);
}

/* Adds an entry at the end of the text, behind `list->count` others. */
static void text_entry(
	struct pr_journal_text *text, struct pr_journal_list *list, const json_t *entry)
{
	if (list->count > 0)
		pr_buf_addc(&text->buf, ',');
	list->last = text->buf.len;
	list->count++;
	pr_buf_adds(&text->buf, ENTRY_BREAK);
	text_value(text, entry, 2);
}

static void text_close(struct pr_journal_text *text, struct pr_journal_list *list)
{
	pr_buf_adds(&text->buf, list->count > 0 ? LIST_CLOSE : "]");
	list->end = text->buf.len;
}

static void text_list(
	struct pr_journal_text *text, struct pr_journal_list *list, const json_t *entries)
{
	json_t *entry;
	size_t i;

	list->count = 0;
	pr_buf_addc(&text->buf, '[');
	json_array_foreach (entries, i, entry) {
		text_entry(text, list, entry);
	}
	text_close(text, list);
}

static void text_member(struct pr_journal_text *text, const char *key, const json_t *value)
{
	int list = pr_text_index(key, list_names, PR_LEN(list_names));
	json_auto_t *name = json_string(key);

	if (!name)
		text->buf.status = PR_ENOMEM;
	text_value(text, name, 0);
	pr_buf_adds(&text->buf, ": ");
	if (list >= 0 && json_is_array(value))
		text_list(text, &text->lists[list], value);
	else
		text_value(text, value, 1);
}

int pr_journal_text_make(struct pr_journal_text *text, const json_t *value, struct pr_err *err)
{
	const char *key;
	const char *before = "{\n  ";
	json_t *member;

	pr_buf_clear(&text->buf);
	memset(text->lists, 0, sizeof(text->lists));
	/* The iteration asks for a mutable object and changes nothing. */
	json_object_foreach ((json_t *)(uintptr_t)value, key, member) {
		pr_buf_adds(&text->buf, before);
		text_member(text, key, member);
		before = ",\n  ";
	}
	pr_buf_adds(&text->buf, "\n}");
	return pr_buf_check(&text->buf, "the journal", err);
}

/* `moved` ends elsewhere than it did: so does what follows it. */
static void lists_move(
	struct pr_journal_text *text, const struct pr_journal_list *moved, size_t former_end)
{
	for (size_t i = 0; i < PR_JOURNAL_LISTS; i++) {
		struct pr_journal_list *list = &text->lists[i];

		if (list == moved || list->end <= former_end)
			continue;
		list->end = list->end - former_end + moved->end;
		list->last = list->last - former_end + moved->end;
	}
}

/* Cuts the text where the entry belongs, and adds entry, end of the list and what had followed it.
 */
static void list_set(struct pr_journal_text *text, struct pr_journal_list *list,
	const json_t *entry, size_t index)
{
	PR_AUTO(buf) struct pr_buf rest = PR_BUF_INIT(NO_LIMIT);
	size_t end = list->end;
	size_t close = list->count > 0 ? strlen(LIST_CLOSE) : 1;

	pr_buf_add(&rest, text->buf.ptr + end, text->buf.len - end);
	if (index < list->count) {
		list->count--; /* its comma is written again */
		pr_buf_truncate(&text->buf, list->last - (list->count > 0));
	} else {
		pr_buf_truncate(&text->buf, end - close);
	}
	text_entry(text, list, entry);
	text_close(text, list);
	pr_buf_add(&text->buf, rest.ptr, rest.len);
	if (rest.status)
		text->buf.status = rest.status;
	lists_move(text, list, end);
}

bool pr_journal_text_set(
	struct pr_journal_text *text, const json_t *entry, const char *name, size_t index)
{
	int i = pr_text_index(name, list_names, PR_LEN(list_names));
	struct pr_journal_list *list = i < 0 ? NULL : &text->lists[i];

	if (!list || list->end == 0 || index > list->count || index + 1 < list->count)
		return false;
	list_set(text, list, entry, index);
	return true;
}
