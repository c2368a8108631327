#include "codec/regex_private.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

int pr_regex_check_reference(const struct pr_regex_translator *t, unsigned number)
{
	if (number > t->groups)
		return pr_fail(t->err, PR_EINVAL, "invalid group reference %u", number);
	for (size_t i = 0; i < t->depth; i++) {
		if (t->open[i].number == number)
			return pr_fail(t->err, PR_EINVAL, "cannot refer to an open group");
	}
	return 0;
}

static int open_group(struct pr_regex_translator *t, unsigned number, const char *text)
{
	if (t->depth == PR_REGEX_DEPTH_MAX)
		return pr_fail(t->err, PR_EINVAL, "groups are nested more than %d times",
			PR_REGEX_DEPTH_MAX);
	t->open[t->depth++] = (struct pr_regex_group){.number = number, .verbose = t->verbose};
	t->before = PR_BEFORE_NOTHING;
	return pr_buf_adds(t->out, text);
}

/* A group's name up to `end`, which is read too. */
static int take_name(struct pr_regex_translator *t, char end, const char **ret_name, size_t *ret_n)
{
	const char *name = t->text + t->at;
	const char *stop = memchr(name, end, t->n - t->at);
	size_t n = stop ? (size_t)(stop - name) : t->n - t->at;

	if (!n)
		return pr_fail(t->err, PR_EINVAL, "missing group name");
	if (!stop)
		return pr_fail(t->err, PR_EINVAL, "missing %c, unterminated name", end);
	for (size_t i = 0; i < n; i++) {
		int c = (unsigned char)name[i];

		if (!pr_regex_is_letter(c) && c != '_' && c < 0x80 &&
			!(i > 0 && pr_regex_is_digit(c)))
			return pr_fail(t->err, PR_EINVAL, "bad character in group name '%.*s'",
				n < 100 ? (int)n : 100, name);
	}
	t->at += n + 1;
	*ret_name = name;
	*ret_n = n;
	return 0;
}

static const struct pr_regex_name *find_name(
	const struct pr_regex_translator *t, const char *name, size_t n)
{
	for (size_t i = 0; i < t->names_count; i++) {
		if (t->names[i].n == n && !memcmp(t->names[i].text, name, n))
			return &t->names[i];
	}
	return NULL;
}

/* A name stands for a number: nobody asks for the groups of a match. */
static int open_named(struct pr_regex_translator *t, const char *name, size_t n)
{
	const struct pr_regex_name *known = find_name(t, name, n);

	if (known)
		return pr_fail(t->err, PR_EINVAL,
			"redefinition of group name '%.*s' as group %u; was group %u",
			n < 100 ? (int)n : 100, name, t->groups + 1, known->number);
	if (t->names_count == PR_REGEX_NAMES_MAX)
		return pr_fail(t->err, PR_EINVAL, "more than %d named groups", PR_REGEX_NAMES_MAX);
	t->names[t->names_count++] =
		(struct pr_regex_name){.text = name, .n = n, .number = ++t->groups};
	return open_group(t, t->groups, "(");
}

/* A reference to a named group, as its number. */
static int refer(struct pr_regex_translator *t, const char *name, size_t n, unsigned *ret_number)
{
	const struct pr_regex_name *known = find_name(t, name, n);

	if (!known)
		return pr_fail(t->err, PR_EINVAL, "unknown group name '%.*s'",
			n < 100 ? (int)n : 100, name);
	*ret_number = known->number;
	return 0;
}

/* "(?P" is read: a named group or a reference to one. */
static int take_named(struct pr_regex_translator *t)
{
	int c = pr_regex_peek(t, 0);
	unsigned number = 0;
	const char *name = "";
	size_t n = 0;
	int status;

	if (c < 0)
		return pr_fail(t->err, PR_EINVAL, "unexpected end of pattern");
	if (c != '<' && c != '=')
		return pr_fail(t->err, PR_EINVAL, "unknown extension ?P%c", c);
	t->at++;
	status = take_name(t, c == '<' ? '>' : ')', &name, &n);
	if (status)
		return status;
	if (c == '<')
		return open_named(t, name, n);
	status = refer(t, name, n, &number);
	if (!status)
		status = pr_regex_check_reference(t, number);
	t->before = PR_BEFORE_ITEM;
	return status ? status : pr_buf_addf(t->out, "\\g{%u}", number);
}

/* "(?(" is read: a choice by a group's number or name. */
static int take_condition(struct pr_regex_translator *t)
{
	unsigned number = 0;
	const char *name = "";
	size_t n = 0;
	int status = 0;

	if (pr_regex_is_digit(pr_regex_peek(t, 0))) {
		pr_regex_take_count(t, &number);
		if (!number || pr_regex_peek(t, 0) != ')')
			return pr_fail(t->err, PR_EINVAL, "bad group number");
		t->at++;
	} else {
		status = take_name(t, ')', &name, &n);
		if (!status)
			status = refer(t, name, n, &number);
	}
	if (!status)
		status = open_group(t, 0, "");
	return status ? status : pr_buf_addf(t->out, "(?(%u)", number);
}

/* Letters of flags. Those that PCRE2 has go to `out`, of the others Python's meaning is remembered.
 */
static int take_flags(
	struct pr_regex_translator *t, bool off, struct pr_buf *out, bool *ret_verbose)
{
	size_t from = t->at;

	for (; pr_regex_is_letter(pr_regex_peek(t, 0)); t->at++) {
		char c = t->text[t->at];

		if (!strchr("aiLmsux", c))
			return pr_fail(t->err, PR_EINVAL, "unknown flag");
		if (c == 'L')
			return pr_fail(t->err, PR_EINVAL,
				"bad inline flags: cannot use 'L' flag with a str pattern");
		if (off && (c == 'a' || c == 'u'))
			return pr_fail(t->err, PR_EINVAL,
				"bad inline flags: cannot turn off flags 'a', 'u' and 'L'");
		if (c == 'a')
			t->ascii = true;
		else if (c == 'x')
			*ret_verbose = !off;
		else if (c != 'u')
			pr_buf_addc(out, c);
	}
	return t->at == from ? pr_fail(t->err, PR_EINVAL, "missing flag") : 0;
}

/* Flags behind "(?", for the whole pattern or for a group. White space is dropped here, so is 'x'.
 */
static int take_flag_group(struct pr_regex_translator *t)
{
	bool ascii = t->ascii;
	bool verbose = t->verbose;
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	int status = 0;

	pr_buf_adds(&text, "(?");
	if (pr_regex_peek(t, 0) != '-')
		status = take_flags(t, false, &text, &verbose);
	if (!status && pr_regex_peek(t, 0) == ')') {
		t->at++;
		if (t->begun)
			return pr_fail(t->err, PR_EINVAL,
				"global flags not at the start of the expression");
		t->verbose = verbose;
		return pr_buf_addf(t->out, "%s)", pr_buf_str(&text));
	}
	if (!status && pr_regex_peek(t, 0) == '-') {
		t->at++;
		pr_buf_addc(&text, '-');
		status = take_flags(t, true, &text, &verbose);
	}
	if (status)
		return status;
	if (pr_regex_peek(t, 0) != ':')
		return pr_fail(t->err, PR_EINVAL,
			text.ptr && strchr(pr_buf_str(&text), '-') ? "missing :"
								   : "missing -, : or )");
	if (t->ascii != ascii)
		return pr_fail(t->err, PR_EINVAL, "flag 'a' is for the whole pattern only here");
	t->at++;
	t->begun = true;
	status = open_group(t, 0, pr_buf_str(&text));
	pr_buf_addc(t->out, ':');
	t->verbose = verbose;
	return status;
}

static int take_comment(struct pr_regex_translator *t)
{
	const char *end = memchr(t->text + t->at, ')', t->n - t->at);

	if (!end)
		return pr_fail(t->err, PR_EINVAL, "missing ), unterminated comment");
	t->at = (size_t)(end - t->text) + 1;
	return 0;
}

/* Bytes of the character at that offset. */
static size_t utf8_length(const struct pr_regex_translator *t, size_t at)
{
	uint32_t point;

	return pr_text_decode(t->text + at, t->n - at, &point);
}

/* "(?" is read. */
static int take_extension(struct pr_regex_translator *t)
{
	static const char *const plain[] = {":", "=", "!", ">", "<=", "<!"};
	int c = pr_regex_peek(t, 0);

	if (c < 0)
		return pr_fail(t->err, PR_EINVAL, "unexpected end of pattern");
	if (c == '-' || (pr_regex_is_letter(c) && strchr("aiLmsux", c)))
		return take_flag_group(t);
	if (c == '#')
		return take_comment(t);
	t->begun = true;
	for (size_t i = 0; i < PR_LEN(plain); i++) {
		char text[8];
		size_t n = strlen(plain[i]);

		if (n > t->n - t->at || memcmp(plain[i], t->text + t->at, n) != 0)
			continue;
		t->at += n;
		snprintf(text, sizeof(text), "(?%s", plain[i]);
		return open_group(t, 0, text);
	}
	t->at++;
	if (c == 'P')
		return take_named(t);
	if (c == '(')
		return take_condition(t);
	if (c == '<' && pr_regex_peek(t, 0) < 0)
		return pr_fail(t->err, PR_EINVAL, "unexpected end of pattern");
	return pr_fail(t->err, PR_EINVAL, "unknown extension ?%.*s",
		(int)(utf8_length(t, t->at - 1) + (c == '<')), t->text + t->at - 1);
}

int pr_regex_take_open(struct pr_regex_translator *t)
{
	t->at++;
	if (pr_regex_peek(t, 0) == '?') {
		t->at++;
		return take_extension(t);
	}
	t->begun = true;
	return open_group(t, ++t->groups, "(");
}
