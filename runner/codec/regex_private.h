#ifndef PR_CODEC_REGEX_PRIVATE_H
#define PR_CODEC_REGEX_PRIVATE_H

/*
 * From Python's syntax of regular expressions to PCRE2's. What both spell alike passes; what Python
 * spells otherwise is rewritten; what only PCRE2 knows, or Python refuses, is refused with Python's
 * words. regex_translate.c goes through a pattern, regex_escape.c does escapes and character
 * classes, regex_group.c what parentheses begin.
 */

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Adds the translation of `pattern` (`n` bytes) to `out`, whose status the caller checks, and
 * writes whether the classes are those of ASCII only: (?a). PR_EINVAL with Python's reason.
 */
int pr_regex_translate(
	const char *pattern, size_t n, struct pr_buf *out, bool *ret_ascii, struct pr_err *err);

/* Depth of groups: PCRE2's own limit. Number of named groups. */
#define PR_REGEX_DEPTH_MAX 250
#define PR_REGEX_NAMES_MAX 200

/* What a quantifier would stand behind. */
enum pr_regex_before {
	PR_BEFORE_NOTHING, /* the start of an alternative, or an assertion such as ^ */
	PR_BEFORE_ITEM,
	PR_BEFORE_REPEATED,
};

struct pr_regex_group {
	unsigned number; /* 0: captures nothing */
	bool verbose;    /* as it was outside */
};

struct pr_regex_name {
	const char *text; /* inside the pattern */
	size_t n;
	unsigned number;
};

/* A pattern on its way through. */
struct pr_regex_translator {
	const char *text;
	size_t n;
	size_t at;
	struct pr_buf *out;
	enum pr_regex_before before;
	bool begun; /* something other than global flags was seen */
	bool verbose;
	bool ascii;
	unsigned groups;
	size_t depth;
	struct pr_regex_group open[PR_REGEX_DEPTH_MAX];
	size_t names_count;
	struct pr_regex_name names[PR_REGEX_NAMES_MAX];
	struct pr_err *err;
};

/* The byte `ahead` of the present place, -1 behind the end. */
int pr_regex_peek(const struct pr_regex_translator *t, size_t ahead);

/* Reads one code point of the pattern and moves behind it. PR_EINVAL when it is not UTF-8. */
int pr_regex_take_point(struct pr_regex_translator *t, uint32_t *ret_point);

/* An escape outside of a class; the backslash is read. */
int pr_regex_take_escape(struct pr_regex_translator *t);

/* A character class; the bracket is read. */
int pr_regex_take_class(struct pr_regex_translator *t);

/* Whether a reference to the group may stand here: 0 or PR_EINVAL. */
int pr_regex_check_reference(const struct pr_regex_translator *t, unsigned number);

/* The decimal number at the present place, saturated; moves behind it. False when there is none. */
bool pr_regex_take_count(struct pr_regex_translator *t, unsigned *ret_count);

/* A parenthesis that opens, and what belongs to it: its name, flags, condition, a comment. */
int pr_regex_take_open(struct pr_regex_translator *t);

/* ASCII digits and letters; any int is allowed. */
static inline bool pr_regex_is_digit(int c)
{
	return c >= '0' && c <= '9';
}

/* As pr_regex_is_digit. */
static inline bool pr_regex_is_letter(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

#endif
