#include "codec/yaml_scalar.h"

#include "base/text.h"
#include "codec/yaml.h"
#include "codec/yaml_time.h"

#include <math.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#define DIGITS "0123456789"
#define NUMBER_MAX ((size_t)1 << 20)

/* A text that is read from the left. */
struct cursor {
	const char *at;
	const char *end;
};

static bool at_end(const struct cursor *c)
{
	return c->at == c->end;
}

/* Steps over one byte of `set` (which holds no NUL). */
static bool take(struct cursor *c, const char *set)
{
	if (at_end(c) || !*c->at || !strchr(set, *c->at))
		return false;
	c->at++;
	return true;
}

/* Steps over as many bytes of `set` as there are; how many. */
static size_t take_all(struct cursor *c, const char *set)
{
	const char *start = c->at;

	while (take(c, set))
		;
	return (size_t)(c->at - start);
}

static bool take_text(struct cursor *c, const char *text)
{
	size_t n = strlen(text);

	if ((size_t)(c->end - c->at) < n || memcmp(c->at, text, n) != 0)
		return false;
	c->at += n;
	return true;
}

/* One or more of ":59", the further places of a number of base 60. */
static bool take_sixties(struct cursor *c)
{
	size_t parts = 0;

	while (take(c, ":")) {
		bool small = take(c, "012345");

		if (!take(c, DIGITS) && !small)
			return false;
		parts++;
	}
	return parts > 0;
}

static bool take_exponent(struct cursor *c)
{
	if (!take(c, "eE"))
		return true;
	return take(c, "+-") && take_all(c, DIGITS) > 0;
}

static bool is_int(struct cursor c)
{
	take(&c, "+-");
	if (take(&c, "0")) {
		if (at_end(&c))
			return true;
		if (take(&c, "b"))
			return take_all(&c, "01_") && at_end(&c);
		if (take(&c, "x"))
			return take_all(&c, DIGITS "abcdefABCDEF_") && at_end(&c);
		return take_all(&c, "01234567_") && at_end(&c);
	}
	if (!take(&c, "123456789"))
		return false;
	take_all(&c, DIGITS "_");
	return at_end(&c) || (take_sixties(&c) && at_end(&c));
}

static bool is_infinite(struct cursor c)
{
	take(&c, "+-");
	return (take_text(&c, ".inf") || take_text(&c, ".Inf") || take_text(&c, ".INF")) &&
	       at_end(&c);
}

static bool is_nan(struct cursor c)
{
	return (take_text(&c, ".nan") || take_text(&c, ".NaN") || take_text(&c, ".NAN")) &&
	       at_end(&c);
}

/* A dot is needed, an exponent needs its sign, and only a number with a whole part may have a sign.
 */
static bool is_finite(struct cursor c)
{
	if (take(&c, "."))
		return take(&c, DIGITS) && (take_all(&c, DIGITS "_"), take_exponent(&c)) &&
		       at_end(&c);
	take(&c, "+-");
	if (!take(&c, DIGITS))
		return false;
	take_all(&c, DIGITS "_");
	if (take(&c, ".")) {
		take_all(&c, DIGITS "_");
		return take_exponent(&c) && at_end(&c);
	}
	if (!take_sixties(&c) || !take(&c, "."))
		return false;
	take_all(&c, DIGITS "_");
	return at_end(&c);
}

static bool is_float(struct cursor c)
{
	return is_finite(c) || is_infinite(c) || is_nan(c);
}

/* Texts that are a kind as a whole. */
static const struct word {
	const char *text;
	enum pr_yaml_kind kind;
} words[] = {
	{"", PR_YAML_NULL},
	{"~", PR_YAML_NULL},
	{"null", PR_YAML_NULL},
	{"Null", PR_YAML_NULL},
	{"NULL", PR_YAML_NULL},
	{"yes", PR_YAML_BOOL},
	{"Yes", PR_YAML_BOOL},
	{"YES", PR_YAML_BOOL},
	{"no", PR_YAML_BOOL},
	{"No", PR_YAML_BOOL},
	{"NO", PR_YAML_BOOL},
	{"true", PR_YAML_BOOL},
	{"True", PR_YAML_BOOL},
	{"TRUE", PR_YAML_BOOL},
	{"false", PR_YAML_BOOL},
	{"False", PR_YAML_BOOL},
	{"FALSE", PR_YAML_BOOL},
	{"on", PR_YAML_BOOL},
	{"On", PR_YAML_BOOL},
	{"ON", PR_YAML_BOOL},
	{"off", PR_YAML_BOOL},
	{"Off", PR_YAML_BOOL},
	{"OFF", PR_YAML_BOOL},
	{"<<", PR_YAML_MERGE},
	{"=", PR_YAML_VALUE},
};

/* No word is longer. */
#define WORD_MAX 5

static enum pr_yaml_kind resolve_word(const char *text, size_t n)
{
	for (size_t i = 0; n <= WORD_MAX && i < PR_LEN(words); i++) {
		if (strlen(words[i].text) == n && memcmp(words[i].text, text, n) == 0)
			return words[i].kind;
	}
	return PR_YAML_STR;
}

enum pr_yaml_kind pr_yaml_resolve(const char *text, size_t n)
{
	struct cursor c = {text, text + n};

	if (!n || !strchr(DIGITS "+-.", *text) || !*text)
		return resolve_word(text, n);
	if (is_float(c))
		return PR_YAML_FLOAT;
	if (is_int(c))
		return PR_YAML_INT;
	return pr_yaml_is_timestamp(text, n) ? PR_YAML_TIMESTAMP : PR_YAML_STR;
}

/* Quotes the text, or what is at most 60 bytes of it, cut between characters. */
static int bad_text(const char *what, const char *text, size_t n, struct pr_err *err)
{
	size_t shown = n > 60 ? 60 : n;

	while (shown && shown < n && ((unsigned char)text[shown] & 0xc0) == 0x80)
		shown--;
	return pr_fail(
		err, PR_EINVAL, "'%.*s%s' is not %s", (int)shown, text, shown < n ? "…" : "", what);
}

static int make(json_t *value, json_t **ret_value, struct pr_err *err)
{
	if (!value)
		return pr_fail_nomem(err);
	*ret_value = value;
	return 0;
}

static int make_null(const char *text, size_t n, json_t **ret_value, struct pr_err *err)
{
	(void)text;
	(void)n;
	return make(json_null(), ret_value, err);
}

static int make_string(const char *text, size_t n, json_t **ret_value, struct pr_err *err)
{
	json_t *value = json_stringn(text, n);

	return make(value, ret_value, err);
}

/* A tag makes other spellings of case possible too. */
static int make_bool(const char *text, size_t n, json_t **ret_value, struct pr_err *err)
{
	static const char *const names[] = {"no", "yes", "false", "true", "off", "on"};

	for (size_t i = 0; i < PR_LEN(names); i++) {
		if (strlen(names[i]) == n && strncasecmp(names[i], text, n) == 0)
			return make(json_boolean(i % 2), ret_value, err);
	}
	return bad_text("a boolean", text, n, err);
}

/* The digits of a number without '_' and sign, as both kinds of numbers are read. */
static int plain_digits(
	const char *text, size_t n, struct pr_buf *digits, bool *ret_negative, struct pr_err *err)
{
	const char *start;

	for (size_t i = 0; i < n; i++) {
		if (text[i] != '_')
			pr_buf_addc(digits, text[i]);
	}
	start = pr_buf_str(digits);
	*ret_negative = *start == '-';
	if (*start == '-' || *start == '+')
		pr_buf_consume(digits, 1);
	return pr_buf_check(digits, "the number", err);
}

enum outcome { READ, NO_NUMBER, TOO_LARGE };

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

/* Digits of `base`, all of them and at least one. */
static enum outcome read_digits(const char *text, size_t n, unsigned int base, uint64_t *ret_value)
{
	uint64_t value = 0;
	bool over = false;

	if (!n)
		return NO_NUMBER;
	for (size_t i = 0; i < n; i++) {
		int digit = digit_value(text[i]);

		if (digit >= (int)base)
			return NO_NUMBER;
		over = over || __builtin_mul_overflow(value, base, &value) ||
		       __builtin_add_overflow(value, (uint64_t)digit, &value);
	}
	*ret_value = value;
	return over ? TOO_LARGE : READ;
}

/* Places of base 60, which are decimal numbers of any size. */
static enum outcome read_sixties(const char *text, size_t n, uint64_t *ret_value)
{
	const char *end = text + n;
	uint64_t value = 0;

	for (;;) {
		const char *colon = memchr(text, ':', (size_t)(end - text));
		size_t len = (size_t)((colon ? colon : end) - text);
		uint64_t part = 0;
		enum outcome outcome = read_digits(text, len, 10, &part);

		if (outcome != READ)
			return outcome;
		if (__builtin_mul_overflow(value, 60U, &value) ||
			__builtin_add_overflow(value, part, &value))
			return TOO_LARGE;
		if (!colon)
			break;
		text = colon + 1;
	}
	*ret_value = value;
	return READ;
}

static enum outcome read_unsigned(const char *text, size_t n, uint64_t *ret_value)
{
	if (n > 1 && *text == '0') {
		unsigned int base = text[1] == 'b' ? 2 : text[1] == 'x' ? 16 : 8;
		size_t skip = base != 8 || text[1] == 'o' || text[1] == 'O' ? 2 : 1;

		return read_digits(text + skip, n - skip, base, ret_value);
	}
	if (memchr(text, ':', n))
		return read_sixties(text, n, ret_value);
	return read_digits(text, n, 10, ret_value);
}

static int make_int(const char *text, size_t n, json_t **ret_value, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf digits = PR_BUF_INIT(NUMBER_MAX);
	bool negative = false;
	uint64_t value = 0;
	enum outcome outcome;
	int rc;

	rc = plain_digits(text, n, &digits, &negative, err);
	if (rc)
		return rc;
	outcome = read_unsigned(pr_buf_str(&digits), digits.len, &value);
	if (outcome == NO_NUMBER)
		return bad_text("an integer", text, n, err);
	if (outcome == TOO_LARGE || value > (uint64_t)INT64_MAX + negative)
		return bad_text("an integer of at most 64 bits", text, n, err);
	/* The smallest integer has no positive counterpart, hence the detour by unsigned numbers.
	 */
	return make(json_integer((json_int_t)(negative ? 0 - value : value)), ret_value, err);
}

/* Places of base 60 of which the last may have decimals; cuts `text` up from its end. */
static int read_places(char *text, double *ret_value, struct pr_err *err)
{
	double value = 0;
	double base = 1;

	for (;;) {
		char *colon = strrchr(text, ':');
		double part = 0;
		int rc = pr_text_double(colon ? colon + 1 : text, &part, err);

		if (rc)
			return rc;
		value += part * base;
		base *= 60;
		if (!colon)
			break;
		*colon = '\0';
	}
	*ret_value = value;
	return 0;
}

static int no_json_value(const char *text, size_t n, struct pr_err *err)
{
	return bad_text("a number that JSON can hold", text, n, err);
}

static int make_float(const char *text, size_t n, json_t **ret_value, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf digits = PR_BUF_INIT(NUMBER_MAX);
	struct pr_err ignored = PR_ERR_INIT;
	bool negative = false;
	double value = 0;
	const char *start;
	int rc;

	rc = plain_digits(text, n, &digits, &negative, err);
	if (rc)
		return rc;
	start = pr_buf_str(&digits);
	if (strcasecmp(start, ".inf") == 0 || strcasecmp(start, ".nan") == 0)
		return no_json_value(text, n, err);
	if (!digits.len || strlen(start) != digits.len || !strchr(DIGITS ".", *start) ||
		read_places(digits.ptr, &value, &ignored))
		return bad_text("a number", text, n, err);
	if (!isfinite(value))
		return no_json_value(text, n, err);
	return make(json_real(negative ? -value : value), ret_value, err);
}

static int make_timestamp(const char *text, size_t n, json_t **ret_value, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf iso = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (!pr_yaml_timestamp(text, n, &iso))
		return bad_text("a date that exists", text, n, err);
	if (iso.status)
		return pr_fail_nomem(err);
	return make_string(pr_buf_str(&iso), iso.len, ret_value, err);
}

static int make_nothing(const char *text, size_t n, json_t **ret_value, struct pr_err *err)
{
	(void)ret_value;
	return pr_fail(err, PR_EINVAL,
		"could not determine a constructor for the tag '%s' of '%.*s'",
		n == 1 ? "tag:yaml.org,2002:value" : "tag:yaml.org,2002:merge", (int)n, text);
}

int pr_yaml_construct(
	enum pr_yaml_kind kind, const char *text, size_t n, json_t **ret_value, struct pr_err *err)
{
	static int (*const makers[])(const char *, size_t, json_t **, struct pr_err *) = {
		[PR_YAML_STR] = make_string,
		[PR_YAML_NULL] = make_null,
		[PR_YAML_BOOL] = make_bool,
		[PR_YAML_INT] = make_int,
		[PR_YAML_FLOAT] = make_float,
		[PR_YAML_TIMESTAMP] = make_timestamp,
		[PR_YAML_MERGE] = make_nothing,
		[PR_YAML_VALUE] = make_nothing,
	};

	return makers[kind](text, n, ret_value, err);
}

int pr_yaml_scalar(const char *text, size_t n, json_t **ret_value, struct pr_err *err)
{
	return pr_yaml_construct(pr_yaml_resolve(text, n), text, n, ret_value, err);
}
