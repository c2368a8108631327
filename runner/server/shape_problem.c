#include "server/shape_private.h"

#include "base/buf.h"
#include "codec/json.h"

int pr_problem_add(json_t *problems, const json_t *where, const char *name, const char *type,
	const char *message, const json_t *input, struct pr_err *err)
{
	json_auto_t *loc = NULL;

	if (json_array_size(problems) >= PR_PROBLEMS_MAX)
		return 0;
	loc = pr_json_copy(where);
	if (!loc)
		return pr_fail_nomem(err);
	if (name && json_array_append_new(loc, json_string(name)))
		return pr_fail_nomem(err);
	return pr_json_append(problems,
		json_pack("{s:s, s:O, s:s, s:O?}", "type", type, "loc", loc, "msg", message,
			"input", pr_json_mutable(input)),
		err);
}

int pr_reading_enter(struct pr_reading *reading, const char *name)
{
	return pr_json_append(reading->where, json_string(name), reading->err);
}

int pr_reading_enter_index(struct pr_reading *reading, size_t index)
{
	return pr_json_append(reading->where, json_integer((json_int_t)index), reading->err);
}

void pr_reading_leave(struct pr_reading *reading)
{
	(void)json_array_remove(reading->where, json_array_size(reading->where) - 1);
}

int pr_reading_complain(
	struct pr_reading *reading, const char *type, const char *message, const json_t *input)
{
	return pr_problem_add(
		reading->problems, reading->where, NULL, type, message, input, reading->err);
}

size_t pr_words_count(const char *const *words)
{
	size_t n = 0;

	while (words && words[n])
		n++;
	return n;
}

char *pr_words_quoted(const char *const *words, size_t n, const char *last)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	for (size_t i = 0; i < n; i++)
		(void)pr_buf_addf(&text, "%s'%s'",
			i == 0       ? ""
			: i + 1 == n ? last
				     : ", ",
			words[i]);
	return pr_buf_take(&text);
}
