#include "codec/regex_private.h"

#include "base/text.h"

#include <string.h>

/* One member of a character class: a code point, or a set such as \d. */
struct member {
	uint32_t point;
	char set; /* the letter, 0 for a code point */
};

static bool is_octal(int c)
{
	return c >= '0' && c <= '7';
}

static int hex_digit(int c)
{
	if (pr_regex_is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The text between `from` and the present place does not say what it should. */
static int refuse(const struct pr_regex_translator *t, const char *reason, size_t from)
{
	size_t n = t->at - from;

	return pr_fail(
		t->err, PR_EINVAL, "%s %.*s", reason, n < 100 ? (int)n : 100, t->text + from);
}

static void add_point(struct pr_regex_translator *t, uint32_t point)
{
	pr_buf_addf(t->out, "\\x{%x}", point);
}

/* Exactly `digits` hexadecimal digits. `from` is where the escape begins. */
static int take_hex(struct pr_regex_translator *t, int digits, size_t from, uint32_t *ret_point)
{
	uint32_t point = 0;

	for (int i = 0; i < digits; i++) {
		int digit = hex_digit(pr_regex_peek(t, 0));

		if (digit < 0)
			return refuse(t, "incomplete escape", from);
		point = point * 16 + (uint32_t)digit;
		t->at++;
	}
	if (point > 0x10FFFF)
		return refuse(t, "bad escape", from);
	*ret_point = point;
	return 0;
}

/* Up to three octal digits. */
static int take_octal(struct pr_regex_translator *t, size_t from, uint32_t *ret_point)
{
	uint32_t point = 0;

	if (!is_octal(pr_regex_peek(t, 0))) {
		t->at++;
		return refuse(t, "bad escape", from);
	}
	for (int i = 0; i < 3 && is_octal(pr_regex_peek(t, 0)); i++)
		point = point * 8 + (uint32_t)(t->text[t->at++] - '0');
	if (point > 0377)
		return pr_fail(t->err, PR_EINVAL,
			"octal escape value %.*s outside of range 0-0o377", (int)(t->at - from),
			t->text + from);
	*ret_point = point;
	return 0;
}

/* Whether the digits here are an octal escape outside of a class: \0, \012, \123. */
static bool at_octal(const struct pr_regex_translator *t)
{
	return pr_regex_peek(t, 0) == '0' ||
	       (is_octal(pr_regex_peek(t, 0)) && is_octal(pr_regex_peek(t, 1)) &&
		       is_octal(pr_regex_peek(t, 2)));
}

/* The escapes that mean one code point. The backslash is read; `letter` not yet. */
static int take_escaped_point(struct pr_regex_translator *t, size_t from, uint32_t *ret_point)
{
	static const char letters[] = "afnrtv";
	static const char values[] = "\a\f\n\r\t\v";
	int letter = pr_regex_peek(t, 0);
	const char *known = letter > 0 ? strchr(letters, letter) : NULL;

	if (!pr_regex_is_letter(letter))
		return pr_regex_take_point(t, ret_point);
	t->at++;
	if (known) {
		*ret_point = (unsigned char)values[known - letters];
		return 0;
	}
	if (letter == 'x')
		return take_hex(t, 2, from, ret_point);
	if (letter == 'u')
		return take_hex(t, 4, from, ret_point);
	if (letter == 'U')
		return take_hex(t, 8, from, ret_point);
	return refuse(t, "bad escape", from);
}

/* One of \d \D \s \S \w \W; Python's white space has four more control characters than PCRE2's. */
static void add_set(struct pr_regex_translator *t, char set, bool in_class)
{
	if ((set == 's' || (set == 'S' && !in_class)) && !t->ascii) {
		pr_buf_adds(t->out, in_class ? "" : set == 's' ? "[" : "[^");
		pr_buf_adds(t->out, "\\s\\x{1c}-\\x{1f}");
		pr_buf_adds(t->out, in_class ? "" : "]");
		return;
	}
	pr_buf_addf(t->out, "\\%c", set);
}

static bool is_set(int letter)
{
	return letter > 0 && strchr("dDsSwW", letter);
}

static int take_member(struct pr_regex_translator *t, struct member *ret_member)
{
	size_t from = t->at;

	*ret_member = (struct member){.point = 0};
	if (pr_regex_peek(t, 0) != '\\')
		return pr_regex_take_point(t, &ret_member->point);
	t->at++;
	if (pr_regex_peek(t, 0) < 0)
		return pr_fail(t->err, PR_EINVAL, "bad escape (end of pattern)");
	if (is_set(pr_regex_peek(t, 0))) {
		ret_member->set = t->text[t->at++];
		return 0;
	}
	if (pr_regex_peek(t, 0) == 'b') {
		t->at++;
		ret_member->point = '\b';
		return 0;
	}
	if (!pr_regex_is_digit(pr_regex_peek(t, 0)))
		return take_escaped_point(t, from, &ret_member->point);
	return take_octal(t, from, &ret_member->point);
}

static void add_member(struct pr_regex_translator *t, const struct member *member)
{
	if (member->set)
		add_set(t, member->set, true);
	else
		add_point(t, member->point);
}

/* A member, or a range of them. */
static int take_range(struct pr_regex_translator *t)
{
	size_t from = t->at;
	struct member low;
	struct member high;
	int status = take_member(t, &low);

	if (status)
		return status;
	add_member(t, &low);
	if (pr_regex_peek(t, 0) != '-' || pr_regex_peek(t, 1) == ']' || pr_regex_peek(t, 1) < 0)
		return 0;
	t->at++;
	status = take_member(t, &high);
	if (status)
		return status;
	if (low.set || high.set || low.point > high.point)
		return refuse(t, "bad character range", from);
	pr_buf_addc(t->out, '-');
	add_member(t, &high);
	return 0;
}

int pr_regex_take_class(struct pr_regex_translator *t)
{
	bool first = true;
	int status = 0;

	pr_buf_addc(t->out, '[');
	if (pr_regex_peek(t, 0) == '^') {
		t->at++;
		pr_buf_addc(t->out, '^');
	}
	while (!status && (first || pr_regex_peek(t, 0) != ']')) {
		if (pr_regex_peek(t, 0) < 0)
			return pr_fail(t->err, PR_EINVAL, "unterminated character set");
		status = take_range(t);
		first = false;
	}
	t->at++;
	pr_buf_addc(t->out, ']');
	t->before = PR_BEFORE_ITEM;
	return status;
}

/* Digits behind a backslash: an octal escape or a reference to a group. */
static int take_digits(struct pr_regex_translator *t, size_t from)
{
	unsigned number = 0;
	uint32_t point = 0;
	int status;

	if (at_octal(t)) {
		status = take_octal(t, from, &point);
		if (!status)
			add_point(t, point);
		return status;
	}
	for (int i = 0; i < 2 && pr_regex_is_digit(pr_regex_peek(t, 0)); i++)
		number = number * 10 + (unsigned)(t->text[t->at++] - '0');
	status = pr_regex_check_reference(t, number);
	if (!status)
		pr_buf_addf(t->out, "\\g{%u}", number);
	return status;
}

/* \A \b \B \Z. Python's \B never matches in an empty text. */
static bool add_assertion(struct pr_regex_translator *t, int letter)
{
	static const char letters[] = "AbBZ";
	static const char *const texts[] = {"\\A", "\\b", "(?!\\A\\z)\\B", "\\z"};
	const char *known = letter > 0 ? strchr(letters, letter) : NULL;

	if (!known)
		return false;
	t->at++;
	t->before = PR_BEFORE_NOTHING;
	pr_buf_adds(t->out, texts[known - letters]);
	return true;
}

int pr_regex_take_escape(struct pr_regex_translator *t)
{
	size_t from = t->at - 1;
	int letter = pr_regex_peek(t, 0);
	uint32_t point = 0;
	int status;

	t->before = PR_BEFORE_ITEM;
	if (letter < 0)
		return pr_fail(t->err, PR_EINVAL, "bad escape (end of pattern)");
	if (pr_regex_is_digit(letter))
		return take_digits(t, from);
	if (add_assertion(t, letter))
		return 0;
	if (is_set(letter)) {
		t->at++;
		add_set(t, (char)letter, false);
		return 0;
	}
	status = take_escaped_point(t, from, &point);
	if (!status)
		add_point(t, point);
	return status;
}
