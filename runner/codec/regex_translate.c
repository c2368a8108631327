#include "codec/regex_private.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

int pr_regex_peek(const struct pr_regex_translator *t, size_t ahead)
{
	return ahead < t->n - t->at ? (unsigned char)t->text[t->at + ahead] : -1;
}

int pr_regex_take_point(struct pr_regex_translator *t, uint32_t *ret_point)
{
	size_t n = pr_text_decode(t->text + t->at, t->n - t->at, ret_point);

	if (!n)
		return pr_fail(t->err, PR_EINVAL, "the pattern is not UTF-8");
	t->at += n;
	return 0;
}

bool pr_regex_take_count(struct pr_regex_translator *t, unsigned *ret_count)
{
	bool found = false;
	unsigned count = 0;

	for (; pr_regex_is_digit(pr_regex_peek(t, 0)); t->at++) {
		count = count * 10 + (unsigned)(t->text[t->at] - '0');
		if (count > 1000000)
			count = 1000000;
		found = true;
	}
	if (found)
		*ret_count = count;
	return found;
}

/* "{2,3}", of which either number may be missing. False, and nothing is read, where it is no
 * quantifier. */
static bool take_braces(struct pr_regex_translator *t, char *text, size_t size, bool *ret_inverted)
{
	size_t start = t->at;
	unsigned least = 0;
	unsigned most = 0;
	bool has_least;
	bool has_comma;
	bool has_most;

	t->at++;
	has_least = pr_regex_take_count(t, &least);
	has_comma = pr_regex_peek(t, 0) == ',';
	t->at += has_comma;
	has_most = has_comma && pr_regex_take_count(t, &most);
	if (pr_regex_peek(t, 0) != '}' || !(has_least || has_comma)) {
		t->at = start;
		return false;
	}
	t->at++;
	if (has_most)
		snprintf(text, size, "{%u,%u}", least, most);
	else
		snprintf(text, size, has_comma ? "{%u,}" : "{%u}", least);
	*ret_inverted = has_most && most < least;
	return true;
}

/* A quantifier. A brace that begins none is a character. */
static int take_quantifier(struct pr_regex_translator *t)
{
	char text[40] = {t->text[t->at], 0};
	bool inverted = false;

	if (text[0] != '{') {
		t->at++;
	} else if (!take_braces(t, text, sizeof(text), &inverted)) {
		t->at++;
		t->before = PR_BEFORE_ITEM;
		return pr_buf_adds(t->out, "\\{");
	}
	if (inverted)
		return pr_fail(t->err, PR_EINVAL, "min repeat greater than max repeat");
	if (t->before == PR_BEFORE_NOTHING)
		return pr_fail(t->err, PR_EINVAL, "nothing to repeat");
	if (t->before == PR_BEFORE_REPEATED)
		return pr_fail(t->err, PR_EINVAL, "multiple repeat");
	t->before = PR_BEFORE_REPEATED;
	pr_buf_adds(t->out, text);
	if (pr_regex_peek(t, 0) == '?' || pr_regex_peek(t, 0) == '+')
		pr_buf_addc(t->out, t->text[t->at++]);
	return 0;
}

static int take_close(struct pr_regex_translator *t)
{
	if (!t->depth)
		return pr_fail(t->err, PR_EINVAL, "unbalanced parenthesis");
	t->at++;
	t->verbose = t->open[--t->depth].verbose;
	t->before = PR_BEFORE_ITEM;
	return pr_buf_addc(t->out, ')');
}

/* White space and comments of a verbose pattern. False where there is none. */
static bool skip_blank(struct pr_regex_translator *t)
{
	int c = pr_regex_peek(t, 0);

	if (!t->verbose || c <= 0 || !strchr(" \t\n\r\v\f#", c))
		return false;
	t->at++;
	while (c == '#' && pr_regex_peek(t, 0) >= 0 && t->text[t->at++] != '\n')
		;
	return true;
}

static int take_literal(struct pr_regex_translator *t)
{
	size_t from = t->at;
	uint32_t point;
	int status = pr_regex_take_point(t, &point);

	t->before =
		point == '^' || point == '$' || point == '|' ? PR_BEFORE_NOTHING : PR_BEFORE_ITEM;
	if (point == ']' || point == '}')
		pr_buf_addc(t->out, '\\');
	pr_buf_add(t->out, t->text + from, t->at - from);
	return status;
}

static int take_part(struct pr_regex_translator *t)
{
	int c = pr_regex_peek(t, 0);

	if (c == '(')
		return pr_regex_take_open(t);
	t->begun = true;
	switch (c) {
	case '\\':
		t->at++;
		return pr_regex_take_escape(t);
	case '[':
		t->at++;
		return pr_regex_take_class(t);
	case ')':
		return take_close(t);
	case '*':
	case '+':
	case '?':
	case '{':
		return take_quantifier(t);
	default:
		return take_literal(t);
	}
}

int pr_regex_translate(
	const char *pattern, size_t n, struct pr_buf *out, bool *ret_ascii, struct pr_err *err)
{
	struct pr_regex_translator t = {.text = pattern, .n = n, .out = out, .err = err};
	int status = 0;

	while (!status && t.at < n) {
		if (!skip_blank(&t))
			status = take_part(&t);
	}
	if (!status && t.depth)
		status = pr_fail(err, PR_EINVAL, "missing ), unterminated subpattern");
	if (status)
		return status;
	*ret_ascii = t.ascii;
	return 0;
}
