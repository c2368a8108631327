#include "deploy/edit.h"

#include "base/text.h"

#include <stdlib.h>

void pr_edits_release(struct pr_edits *edits)
{
	for (size_t i = 0; i < edits->count; i++)
		free(edits->list[i].text);
	free(edits->list);
	*edits = (struct pr_edits){.list = NULL};
}

int pr_edits_add(
	struct pr_edits *edits, size_t at, size_t removed, const char *text, struct pr_err *err)
{
	struct pr_edit *list = reallocarray(edits->list, edits->count + 1, sizeof(*list));
	struct pr_edit added = {.at = at, .removed = removed, .text = pr_text_dup(text)};
	size_t place = edits->count;

	if (list)
		edits->list = list;
	if (!list || !added.text) {
		free(added.text);
		return pr_fail_nomem(err);
	}
	for (; place && list[place - 1].at > at; place--)
		list[place] = list[place - 1];
	list[place] = added;
	edits->count++;
	return 0;
}

int pr_edits_apply(struct pr_edits *edits, const char *text, size_t n, struct pr_buf *out)
{
	size_t done = 0;

	for (size_t i = 0; i < edits->count; i++) {
		const struct pr_edit *edit = &edits->list[i];

		if (edit->at > done) {
			pr_buf_add(out, text + done, edit->at - done);
			done = edit->at;
		}
		pr_buf_adds(out, edit->text);
		if (edit->at + edit->removed > done)
			done = edit->at + edit->removed;
	}
	return pr_buf_add(out, text + done, n - done);
}
