#include "net/dns_message.h"

#include "base/text.h"
#include "codec/json.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#define CLASS_IN 1
#define TYPE_CNAME 5
#define HEADER_BYTES 12
#define LABEL_MAX 63
#define NAME_WIRE_MAX 255
#define CHAIN_MAX 16
#define RECORD_TEXT_MAX ((size_t)512 << 10)

#define FLAG_RESPONSE 0x8000U
#define FLAG_TRUNCATED 0x0200U
#define FLAG_RECURSION 0x0100U
#define OPCODE_MASK 0x7800U
#define CODE_MASK 0x000fU
#define CODE_NO_NAME 3U

/* Where a message is read; `failed` is sticky. */
struct cursor {
	const unsigned char *bytes;
	size_t n, at;
	bool failed;
};

static bool has(struct cursor *c, size_t n)
{
	if (c->n - c->at < n)
		c->failed = true;
	return !c->failed;
}

static unsigned read8(struct cursor *c)
{
	return has(c, 1) ? c->bytes[c->at++] : 0;
}

static unsigned read16(struct cursor *c)
{
	unsigned high = read8(c);

	return high << 8 | read8(c);
}

static unsigned long read32(struct cursor *c)
{
	unsigned long high = read16(c);

	return high << 16 | read16(c);
}

/* One byte of a label, or of a text between quotes, as dnspython prints it. */
static void add_byte(struct pr_buf *out, unsigned byte, const char *escaped, unsigned lowest)
{
	if (byte && strchr(escaped, (int)byte))
		pr_buf_addf(out, "\\%c", (int)byte);
	else if (byte >= lowest && byte < 0x7f)
		pr_buf_addc(out, (char)byte);
	else
		pr_buf_addf(out, "\\%03u", byte);
}

static void add_label(struct cursor *c, size_t n, struct pr_buf *out)
{
	for (size_t i = 0; i < n; i++)
		add_byte(out, read8(c), "\"().;\\@$", 0x21);
	pr_buf_addc(out, '.');
}

/* Follows a pointer, which must lead to before the labels that led to it; the first one of a name
 * ends it. */
static void follow(struct cursor *c, unsigned high, size_t *limit, size_t *after)
{
	size_t target = (size_t)(high & 0x3fU) << 8 | read8(c);

	if (!*after)
		*after = c->at;
	if (target >= *limit)
		c->failed = true;
	if (!c->failed)
		c->at = target;
	*limit = target;
}

/* A name, compressed or not; the cursor goes behind it. Added to `out` as text. */
static void read_name(struct cursor *c, struct pr_buf *out)
{
	size_t limit = c->at;
	size_t after = 0;
	size_t wire = 1;
	unsigned length = read8(c);

	if (!length && !c->failed)
		pr_buf_addc(out, '.');
	while (length && !c->failed) {
		if (length >= 0xc0) {
			follow(c, length, &limit, &after);
		} else if (length > LABEL_MAX || wire + length + 1 > NAME_WIRE_MAX) {
			c->failed = true;
		} else {
			wire += length + 1;
			add_label(c, length, out);
		}
		length = read8(c);
	}
	if (after && !c->failed)
		c->at = after;
}

static void add_a(struct cursor *c, size_t n, struct pr_buf *out)
{
	char text[INET6_ADDRSTRLEN];

	if (n != 4 || !has(c, n)) {
		c->failed = true;
		return;
	}
	pr_buf_adds(out, inet_ntop(AF_INET, c->bytes + c->at, text, sizeof text) ? text : "");
}

static void add_aaaa(struct cursor *c, size_t n, struct pr_buf *out)
{
	char text[INET6_ADDRSTRLEN];

	if (n != 16 || !has(c, n)) {
		c->failed = true;
		return;
	}
	pr_buf_adds(out, inet_ntop(AF_INET6, c->bytes + c->at, text, sizeof text) ? text : "");
}

static void add_name(struct cursor *c, size_t n, struct pr_buf *out)
{
	(void)n;
	read_name(c, out);
}

static void add_mx(struct cursor *c, size_t n, struct pr_buf *out)
{
	(void)n;
	pr_buf_addf(out, "%u ", read16(c));
	read_name(c, out);
}

static void add_srv(struct cursor *c, size_t n, struct pr_buf *out)
{
	unsigned numbers[3];

	(void)n;
	for (size_t i = 0; i < PR_LEN(numbers); i++)
		numbers[i] = read16(c);
	pr_buf_addf(out, "%u %u %u ", numbers[0], numbers[1], numbers[2]);
	read_name(c, out);
}

static void add_soa(struct cursor *c, size_t n, struct pr_buf *out)
{
	(void)n;
	read_name(c, out);
	pr_buf_addc(out, ' ');
	read_name(c, out);
	for (int i = 0; i < 5; i++)
		pr_buf_addf(out, " %lu", read32(c));
}

static void add_quoted(struct cursor *c, size_t n, struct pr_buf *out)
{
	pr_buf_addc(out, '"');
	for (size_t i = 0; i < n; i++)
		add_byte(out, read8(c), "\"\\", 0x20);
	pr_buf_addc(out, '"');
}

static void add_txt(struct cursor *c, size_t n, struct pr_buf *out)
{
	size_t end = c->at + n;

	if (!n || !has(c, n))
		c->failed = true;
	while (!c->failed && c->at < end) {
		size_t length = read8(c);

		if (length > end - c->at)
			c->failed = true;
		else
			add_quoted(c, length, out);
		if (c->at < end)
			pr_buf_addc(out, ' ');
	}
}

static void add_caa(struct cursor *c, size_t n, struct pr_buf *out)
{
	unsigned flags = read8(c);
	size_t tag = read8(c);

	if (n < 2 || tag > n - 2) {
		c->failed = true;
		return;
	}
	pr_buf_addf(out, "%u ", flags);
	for (size_t i = 0; i < tag; i++)
		add_byte(out, read8(c), "\"\\", 0x20);
	pr_buf_addc(out, ' ');
	add_quoted(c, n - 2 - tag, out);
}

static const struct {
	const char *name;
	uint16_t number;
	void (*add)(struct cursor *c, size_t n, struct pr_buf *out); /* the data, as text */
} types[] = {
	{"A", 1, add_a},
	{"NS", 2, add_name},
	{"CNAME", TYPE_CNAME, add_name},
	{"SOA", 6, add_soa},
	{"PTR", 12, add_name},
	{"MX", 15, add_mx},
	{"TXT", 16, add_txt},
	{"AAAA", 28, add_aaaa},
	{"SRV", 33, add_srv},
	{"CAA", 257, add_caa},
};

uint16_t pr_dns_type(const char *name)
{
	for (size_t i = 0; i < PR_LEN(types); i++)
		if (pr_text_eq_nocase(name, types[i].name))
			return types[i].number;
	return 0;
}

/* Labels of 1 to 63 bytes, 253 in all; nothing that would need escapes. */
static bool is_domain(const char *domain)
{
	size_t length = 0;

	if (pr_text_eq(domain, "."))
		return true;
	if (!*domain || strlen(domain) > NAME_WIRE_MAX - 1)
		return false;
	for (const char *at = domain; *at; at++) {
		unsigned char byte = (unsigned char)*at;

		if (byte <= 0x20 || byte >= 0x7f || strchr("\"();\\@$", byte))
			return false;
		length = byte == '.' ? 0 : length + 1;
		if (length > LABEL_MAX || (byte == '.' && (at == domain || at[-1] == '.')))
			return false;
	}
	return strlen(domain) <= NAME_WIRE_MAX - 2 || pr_text_ends(domain, ".");
}

int pr_dns_question_init(
	struct pr_dns_question *question, const char *domain, const char *type, struct pr_err *err)
{
	if (!is_domain(domain))
		return pr_fail(err, PR_EINVAL,
			"'%s' is no domain name (one in other letters is written as xn--…)",
			domain);
	question->type = pr_dns_type(type);
	if (!question->type)
		return pr_fail(err, PR_EINVAL,
			"records of type '%s' cannot be asked for: A, AAAA, CAA, CNAME, MX, NS, "
			"PTR, SOA, SRV and TXT can",
			type);
	pr_text_print(question->name, sizeof question->name, "%s%s", domain,
		pr_text_ends(domain, ".") ? "" : ".");
	return 0;
}

static void write16(struct pr_buf *out, unsigned value)
{
	pr_buf_addc(out, (char)(value >> 8 & 0xffU));
	pr_buf_addc(out, (char)(value & 0xffU));
}

int pr_dns_question_write(const struct pr_dns_question *question, struct pr_buf *out)
{
	const unsigned header[] = {question->id, FLAG_RECURSION, 1, 0, 0, 0};

	for (size_t i = 0; i < PR_LEN(header); i++)
		write16(out, header[i]);
	for (const char *label = question->name; *label && *label != '.';) {
		size_t n = strcspn(label, ".");

		pr_buf_addc(out, (char)n);
		pr_buf_add(out, label, n);
		label += n + 1;
	}
	pr_buf_addc(out, '\0');
	write16(out, question->type);
	write16(out, CLASS_IN);
	return out->status;
}

/* Reads a name into a text of its own; "" where it cannot be read. */
static void take_name(struct cursor *c, char name[PR_DNS_NAME_SIZE])
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_DNS_NAME_SIZE - 1);

	read_name(c, &text);
	if (text.status)
		c->failed = true;
	pr_text_copy(name, PR_DNS_NAME_SIZE, c->failed ? "" : pr_buf_str(&text));
}

/* The head of a record; the cursor stands at its data. */
struct record {
	char owner[PR_DNS_NAME_SIZE];
	unsigned type, class;
	size_t n;
};

static bool next_record(struct cursor *c, struct record *record)
{
	take_name(c, record->owner);
	record->type = read16(c);
	record->class = read16(c);
	read32(c);
	record->n = read16(c);
	return has(c, record->n);
}

/* Adds the data of a record as text to the list, unless it is there. */
static int add_record(
	struct cursor c, const struct record *record, json_t *texts, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(RECORD_TEXT_MAX);
	size_t end = c.at + record->n;

	for (size_t i = 0; i < PR_LEN(types); i++)
		if (types[i].number == record->type)
			types[i].add(&c, record->n, &text);
	if (text.status == PR_ENOMEM)
		return pr_fail_nomem(err);
	if (c.failed || c.at > end || text.status)
		return pr_fail(err, PR_EPROTO, "a record of the answer is malformed");
	for (size_t i = 0; i < json_array_size(texts); i++)
		if (pr_text_eq(json_string_value(json_array_get(texts, i)), pr_buf_str(&text)))
			return 0;
	return pr_json_append(texts, pr_json_text(pr_buf_str(&text), text.len), err);
}

/*
 * Collects the records of the type that `name` has; where it has none but another name, that one
 * takes its place.
 */
static int collect(struct cursor c, unsigned count, const struct pr_dns_question *question,
	char name[PR_DNS_NAME_SIZE], struct pr_dns_answer *answer)
{
	char alias[PR_DNS_NAME_SIZE] = "";
	struct pr_err err = PR_ERR_INIT;

	for (unsigned i = 0; i < count; i++) {
		struct record record;
		struct cursor data;

		if (!next_record(&c, &record))
			return PR_EPROTO;
		data = c;
		c.at += record.n;
		if (record.class != CLASS_IN || !pr_text_eq_nocase(record.owner, name))
			continue;
		if (record.type == question->type && add_record(data, &record, answer->texts, &err))
			return (int)err.code;
		if (record.type == TYPE_CNAME)
			take_name(&data, alias);
		if (data.failed)
			return PR_EPROTO;
	}
	pr_text_copy(name, PR_DNS_NAME_SIZE, alias);
	return 0;
}

static int follow_chain(struct cursor c, unsigned count, const struct pr_dns_question *question,
	struct pr_dns_answer *answer)
{
	char name[PR_DNS_NAME_SIZE];

	pr_text_copy(name, sizeof name, question->name);
	for (int i = 0; i < CHAIN_MAX && *name; i++) {
		int rc = collect(c, count, question, name, answer);

		if (rc)
			return rc;
		if (json_array_size(answer->texts) > 0) {
			answer->kind = PR_DNS_ANSWER;
			return 0;
		}
	}
	answer->kind = PR_DNS_NO_ANSWER;
	return 0;
}

static bool is_of_question(struct cursor *c, const struct pr_dns_question *question)
{
	char name[PR_DNS_NAME_SIZE];

	take_name(c, name);
	return read16(c) == question->type && read16(c) == CLASS_IN && !c->failed &&
	       pr_text_eq_nocase(name, question->name);
}

static int read_answer(
	const struct pr_dns_question *question, struct cursor *c, struct pr_dns_answer *answer)
{
	unsigned id = read16(c);
	unsigned flags = read16(c);
	unsigned questions = read16(c);
	unsigned count = read16(c);

	c->at = c->n < HEADER_BYTES ? c->n : HEADER_BYTES;
	if (c->failed || id != question->id || !(flags & FLAG_RESPONSE) || flags & OPCODE_MASK ||
		questions != 1 || !is_of_question(c, question))
		return PR_EPROTO;
	answer->code = flags & CODE_MASK;
	if (answer->code == CODE_NO_NAME)
		answer->kind = PR_DNS_NO_NAME;
	else if (answer->code)
		answer->kind = PR_DNS_FAILURE;
	else if (flags & FLAG_TRUNCATED)
		answer->kind = PR_DNS_TRUNCATED;
	else
		return follow_chain(*c, count, question, answer);
	return 0;
}

int pr_dns_answer_read(const struct pr_dns_question *question, const unsigned char *bytes, size_t n,
	struct pr_dns_answer *ret_answer, struct pr_err *err)
{
	struct cursor c = {.bytes = bytes, .n = n};
	struct pr_dns_answer answer = {.kind = PR_DNS_STRANGE};
	int rc;

	answer.texts = json_array();
	if (!answer.texts)
		return pr_fail_nomem(err);
	rc = read_answer(question, &c, &answer);
	if (rc)
		answer.kind = PR_DNS_STRANGE;
	if (rc || answer.kind != PR_DNS_ANSWER) {
		json_decref(answer.texts);
		answer.texts = NULL;
	}
	if (rc == PR_ENOMEM)
		return pr_fail_nomem(err);
	*ret_answer = answer;
	return 0;
}
