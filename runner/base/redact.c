#include "base/redact.h"

#include "base/escape.h"
#include "base/spawn.h"

#include <stdint.h>
#include <string.h>

/* Shorter values would hide half of every text. */
#define MIN_VALUE 6

/* Least length of a line of a value, and of what base64 leaves of a value amid other bytes. */
#define MIN_LINE 16
#define MIN_PART 8

/* A text that is replaced. */
struct form {
	struct form *next; /* shorter, or as long */
	size_t len;
	char text[];
};

/* The global state that base/redact.h speaks of. */
static struct {
	struct form *by_first[256]; /* each list longest first */
	uint8_t pairs[8192]; /* a bit for each pair of first bytes: most places need no more */
	size_t longest;
	pr_redact_heard_fn *heard;
	void *heard_arg;
} registry;

static size_t pair_of(const char *text)
{
	return (size_t)(unsigned char)text[0] << 8 | (unsigned char)text[1];
}

static bool may_match(const char *text)
{
	size_t pair = pair_of(text);

	return registry.pairs[pair >> 3] >> (pair & 7) & 1;
}

/* Where a form of `len` bytes belongs; the form itself when it is known. */
static struct form **find_place(const char *text, size_t len)
{
	struct form **at = &registry.by_first[(unsigned char)text[0]];

	while (*at && (*at)->len > len)
		at = &(*at)->next;
	while (*at && (*at)->len == len && memcmp((*at)->text, text, len) != 0)
		at = &(*at)->next;
	return at;
}

static int add_form(const char *text, size_t len)
{
	struct form **at = find_place(text, len);
	struct form *form;

	if (*at && (*at)->len == len)
		return 0;
	form = malloc(sizeof *form + len);
	if (!form)
		return PR_ENOMEM;
	memcpy(form->text, text, len);
	form->len = len;
	form->next = *at;
	*at = form;
	registry.pairs[pair_of(text) >> 3] |= (uint8_t)(1u << (pair_of(text) & 7));
	if (len > registry.longest)
		registry.longest = len;
	return 0;
}

/* Adds what a buffer holds and empties it. */
static int add_buffer(struct pr_buf *buf)
{
	int rc = buf->status;

	if (!rc)
		rc = add_form(pr_buf_str(buf), buf->len);
	pr_buf_clear(buf);
	return rc;
}

/* As the log shows outputs: which quote Python takes depends on the text around. */
static int add_python_forms(const char *text, size_t n)
{
	PR_AUTO(buf) struct pr_buf coded = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	int rc = 0;

	for (int quote = 0; quote < 2 && !rc; quote++) {
		pr_escape_python(text, n, quote, &coded);
		rc = add_buffer(&coded);
	}
	return rc;
}

/* Once, twice for a document that is a string in another one, and one that the log shows. */
static int add_json_forms(const char *value, size_t n)
{
	int rc = 0;

	for (int ascii = 0; ascii < 2 && !rc; ascii++) {
		PR_AUTO(buf) struct pr_buf once = PR_BUF_INIT(PR_BUF_TEXT_MAX);
		PR_AUTO(buf) struct pr_buf twice = PR_BUF_INIT(PR_BUF_TEXT_MAX);

		pr_escape_json(value, n, ascii, &once);
		pr_escape_json(pr_buf_str(&once), once.len, ascii, &twice);
		rc = add_python_forms(pr_buf_str(&once), once.len);
		if (!rc)
			rc = add_buffer(&once);
		if (!rc)
			rc = add_buffer(&twice);
	}
	return rc;
}

static int add_url_forms(const char *value, size_t n)
{
	PR_AUTO(buf) struct pr_buf coded = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	int rc = 0;

	for (unsigned how = 0; how <= (PR_ESCAPE_LOWER | PR_ESCAPE_URL) && !rc; how++) {
		pr_escape_url(value, n, how, &coded);
		rc = add_buffer(&coded);
	}
	return rc;
}

/* The digits from `start` that hold bits of the value: at the end of a text, and amid one. */
static int add_base64_parts(const char *digits, size_t len, size_t start, size_t stable)
{
	size_t bare = len;
	int rc;

	while (bare > start && digits[bare - 1] == '=')
		bare--;
	if (bare - start < MIN_PART)
		return 0;
	rc = add_form(digits + start, len - start);
	if (!rc)
		rc = add_form(digits + start, bare - start);
	if (!rc && stable - start >= MIN_PART)
		rc = add_form(digits + start, stable - start);
	return rc;
}

/*
 * A value behind other bytes ("user:secret") is coded in one of three ways, by how many bytes are
 * before it. A digit holds 6 bits; those that the neighbours share are left out.
 */
static int add_base64_forms(const char *value, size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < 6 && !rc; i++) {
		size_t before = i / 2;
		PR_AUTO(buf) struct pr_buf bytes = PR_BUF_INIT(PR_BUF_TEXT_MAX);
		PR_AUTO(buf) struct pr_buf digits = PR_BUF_INIT(PR_BUF_TEXT_MAX);

		pr_buf_add(&bytes, "\0\0", before);
		rc = pr_buf_add(&bytes, value, n);
		if (!rc)
			rc = pr_escape_base64(pr_buf_str(&bytes), bytes.len, i % 2, &digits);
		if (!rc)
			rc = add_base64_parts(pr_buf_str(&digits), digits.len, (before * 8 + 5) / 6,
				(before + n) * 8 / 6);
	}
	return rc;
}

static int add_value(const char *value, size_t n)
{
	int rc = add_form(value, n);

	if (!rc)
		rc = add_python_forms(value, n);
	if (!rc)
		rc = add_json_forms(value, n);
	if (!rc)
		rc = add_url_forms(value, n);
	return rc ? rc : add_base64_forms(value, n);
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Without white space at both ends, when at least `least` bytes are left. */
static int add_trimmed(const char *text, size_t n, size_t least)
{
	while (n && blank(text[0])) {
		text++;
		n--;
	}
	while (n && blank(text[n - 1]))
		n--;
	return n >= least ? add_value(text, n) : 0;
}

static int add_lines(const char *value)
{
	int rc = 0;

	while (*value && !rc) {
		size_t n = strcspn(value, "\n");

		rc = add_trimmed(value, n, MIN_LINE);
		value += n;
		value += *value == '\n';
	}
	return rc;
}

static bool is_known(const char *value, size_t n)
{
	const struct form *form = *find_place(value, n);

	return form && form->len == n;
}

int pr_redact_add(const char *value, struct pr_err *err)
{
	size_t n = value ? strlen(value) : 0;
	int rc;

	if (n < MIN_VALUE || strspn(value, " \t\r\n") == n)
		return 0;
	pr_spawn_forbid_core();
	if (registry.heard && !is_known(value, n))
		registry.heard(registry.heard_arg, value);
	rc = add_value(value, n);
	if (!rc)
		rc = add_trimmed(value, n, MIN_VALUE);
	if (!rc && strchr(value, '\n'))
		rc = add_lines(value);
	return rc ? pr_fail_nomem(err) : 0;
}

void pr_redact_listen(pr_redact_heard_fn *heard, void *arg)
{
	registry.heard = heard;
	registry.heard_arg = arg;
}

bool pr_redact_active(void)
{
	return registry.longest > 0;
}

size_t pr_redact_longest(void)
{
	return registry.longest;
}

/* Length of the longest form at the start of `n` bytes, 0 when there is none. */
static size_t match(const char *text, size_t n)
{
	if (n < 2 || !may_match(text))
		return 0;
	for (const struct form *form = registry.by_first[(unsigned char)text[0]]; form;
		form = form->next)
		if (form->len <= n && memcmp(form->text, text, form->len) == 0)
			return form->len;
	return 0;
}

/* As match, with forms that overlap joined to one stretch: no rest of the second one is left. */
static size_t match_stretch(const char *text, size_t n)
{
	size_t end = match(text, n);

	for (size_t i = 1; i < end; i++) {
		size_t len = match(text + i, n - i);

		if (len && i + len > end)
			end = i + len;
	}
	return end;
}

bool pr_redact_found(const char *text, size_t n)
{
	if (!pr_redact_active())
		return false;
	for (size_t i = 0; i < n; i++)
		if (match(text + i, n - i))
			return true;
	return false;
}

int pr_redact_copy(const char *text, size_t n, struct pr_buf *out)
{
	size_t start = 0;
	size_t i = 0;

	if (!n || !pr_redact_active())
		return pr_buf_add(out, text, n);
	while (i < n) {
		size_t len = match_stretch(text + i, n - i);

		if (len) {
			pr_buf_add(out, text + start, i - start);
			pr_buf_adds(out, PR_REDACTED);
			start = i + len;
		}
		i += len ? len : 1;
	}
	return pr_buf_add(out, text + start, n - start);
}

size_t pr_redact_settled(const char *text, size_t n)
{
	size_t limit = registry.longest ? registry.longest - 1 : 0;
	size_t i = 0;

	if (n <= limit)
		return 0;
	limit = n - limit;
	while (i < limit) {
		size_t len = match_stretch(text + i, n - i);

		if (len > limit - i)
			return i;
		i += len ? len : 1;
	}
	return limit;
}

void pr_redact_forget(void)
{
	for (size_t i = 0; i < PR_LEN(registry.by_first); i++)
		while (registry.by_first[i]) {
			struct form *form = registry.by_first[i];

			registry.by_first[i] = form->next;
			explicit_bzero(form->text, form->len);
			free(form);
		}
	memset(&registry, 0, sizeof registry);
}
