#include "codec/regex.h"

#include "codec/regex_private.h"

#include "base/text.h"

#include <stdint.h>
#include <time.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Backtracking steps from one start position, and memory in KiB. */
#define STEPS_MAX 8000000
#define HEAP_MAX (128 * 1024)

/* Processor time of a whole search, beyond which it is given up. */
#define SEARCH_MAX_US 500000

/* Start positions between two looks at the clock. */
#define POSITIONS 8

struct pr_regex {
	pcre2_code *code;
};

/* Reasons of the library where Python has words of its own. */
static const struct {
	int code;
	const char *text;
} reasons[] = {
	{PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH, "look-behind requires fixed-width pattern"},
	{PCRE2_ERROR_BAD_SUBPATTERN_REFERENCE, "invalid group reference"},
	{PCRE2_ERROR_TOO_MANY_CONDITION_BRANCHES,
		"conditional backref with more than two branches"},
};

static int refuse(int code, struct pr_err *err)
{
	PCRE2_UCHAR text[200] = "";

	for (size_t i = 0; i < PR_LEN(reasons); i++) {
		if (reasons[i].code == code)
			return pr_fail(err, PR_EINVAL, "%s", reasons[i].text);
	}
	if (code == PCRE2_ERROR_HEAP_FAILED)
		return pr_fail_nomem(err);
	pcre2_get_error_message(code, text, sizeof(text));
	return pr_fail(err, PR_EINVAL, "%s", (const char *)text);
}

static pcre2_code *compile(const struct pr_buf *text, uint32_t options, int *ret_code)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	PCRE2_SIZE offset;
	pcre2_code *code;

	*ret_code = PCRE2_ERROR_HEAP_FAILED;
	if (!context)
		return NULL;
	pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	pcre2_set_parens_nest_limit(context, PR_REGEX_DEPTH_MAX + 1);
	code = pcre2_compile(
		(PCRE2_SPTR)pr_buf_str(text), text->len, options, ret_code, &offset, context);
	pcre2_compile_context_free(context);
	return code;
}

/*
 * The library's limit is one for each start position, so a pattern that stays just below it could
 * still take hours. Therefore the pattern begins with a callout, which comes once for each
 * position.
 */
int pr_regex_new(const char *pattern, size_t n, struct pr_regex **ret_regex, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	bool ascii = false;
	struct pr_regex *regex;
	int status;

	pr_buf_adds(&text, "(?C)(?:");
	status = pr_regex_translate(pattern, n, &text, &ascii, err);
	pr_buf_addc(&text, ')');
	if (!status)
		status = pr_buf_check(&text, "the pattern", err);
	if (status)
		return status;
	regex = calloc(1, sizeof(*regex));
	if (!regex)
		return pr_fail_nomem(err);
	regex->code = compile(&text,
		PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_ALT_CIRCUMFLEX |
			(ascii ? 0 : PCRE2_UCP),
		&status);
	if (!regex->code) {
		free(regex);
		return refuse(status, err);
	}
	*ret_regex = regex;
	return 0;
}

void pr_regex_free(struct pr_regex *regex)
{
	if (!regex)
		return;
	pcre2_code_free(regex->code);
	free(regex);
}

/* The processor's, not the wall's: a busy machine must not change a result. */
static int64_t cpu_us(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct watch {
	int64_t deadline_us;
	unsigned positions; /* since the last look at the clock */
};

static int at_position(pcre2_callout_block *block, void *arg)
{
	struct watch *watch = arg;

	(void)block;
	if (++watch->positions < POSITIONS)
		return 0;
	watch->positions = 0;
	return cpu_us() < watch->deadline_us ? 0 : PCRE2_ERROR_CALLOUT;
}

static int search(const struct pr_regex *regex, const char *subject, size_t n)
{
	struct watch watch = {.deadline_us = cpu_us() + SEARCH_MAX_US};
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	pcre2_match_context *context = pcre2_match_context_create(NULL);
	int code = PCRE2_ERROR_NOMEMORY;

	if (data && context) {
		pcre2_set_match_limit(context, STEPS_MAX);
		pcre2_set_heap_limit(context, HEAP_MAX);
		pcre2_set_callout(context, at_position, &watch);
		code = pcre2_match(regex->code, (PCRE2_SPTR)(n ? subject : ""), n, 0,
			PCRE2_NO_UTF_CHECK, data, context);
	}
	pcre2_match_data_free(data);
	pcre2_match_context_free(context);
	return code;
}

int pr_regex_search(const struct pr_regex *regex, const char *subject, size_t n, bool *ret_found,
	struct pr_err *err)
{
	int code;

	if (!pr_text_is_utf8(subject, n))
		return pr_fail(err, PR_EINVAL, "the text to search is not UTF-8");
	code = search(regex, subject, n);
	switch (code) {
	case PCRE2_ERROR_NOMEMORY:
		return pr_fail_nomem(err);
	case PCRE2_ERROR_CALLOUT:
	case PCRE2_ERROR_MATCHLIMIT:
	case PCRE2_ERROR_DEPTHLIMIT:
	case PCRE2_ERROR_HEAPLIMIT:
		return pr_fail(err, PR_ELIMIT, "the pattern takes too long to match");
	default:
		break;
	}
	if (code < 0 && code != PCRE2_ERROR_NOMATCH)
		return refuse(code, err);
	*ret_found = code >= 0; /* 0 where there are more groups than room for them */
	return 0;
}
