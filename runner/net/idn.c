#include "net/idn.h"

#include "base/compiler.h"
#include "base/text.h"

#include <stdint.h>

/* The parameters of RFC 3492, 5. */
#define BASE 36u
#define T_MIN 1u
#define T_MAX 26u
#define SKEW 38u
#define DAMP 700u
#define FIRST_BIAS 72u
#define FIRST_POINT 0x80u

#define LABEL_MAX 63

struct label {
	uint32_t points[LABEL_MAX];
	size_t count;
};

/* Capitals of the scripts that have some, as far as names are typed in them. */
static uint32_t lower(uint32_t point)
{
	static const struct {
		uint32_t first, last, step, distance;
	} capitals[] = {
		{'A', 'Z', 1, 32},
		{0xc0, 0xd6, 1, 32},
		{0xd8, 0xde, 1, 32},
		{0x100, 0x12e, 2, 1},
		{0x132, 0x136, 2, 1},
		{0x139, 0x147, 2, 1},
		{0x14a, 0x176, 2, 1},
		{0x179, 0x17d, 2, 1},
		{0x391, 0x3a1, 1, 32},
		{0x3a3, 0x3a9, 1, 32},
		{0x400, 0x40f, 1, 80},
		{0x410, 0x42f, 1, 32},
	};

	for (size_t i = 0; i < PR_LEN(capitals); i++)
		if (capitals[i].first <= point && point <= capitals[i].last &&
			(point - capitals[i].first) % capitals[i].step == 0)
			return point + capitals[i].distance;
	return point;
}

static bool is_dot(uint32_t point)
{
	return point == '.' || point == 0x3002 || point == 0xff0e || point == 0xff61;
}

/* RFC 3492, 6.1. */
static uint32_t adapt(uint32_t delta, size_t count, bool first)
{
	uint32_t k = 0;

	delta /= first ? DAMP : 2;
	delta += delta / (uint32_t)count;
	for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
		delta /= BASE - T_MIN;
	return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static void add_digit(uint32_t digit, struct pr_buf *out)
{
	pr_buf_addc(out, (char)(digit < 26 ? 'a' + digit : '0' + digit - 26));
}

static void add_number(uint32_t number, uint32_t bias, struct pr_buf *out)
{
	for (uint32_t k = BASE;; k += BASE) {
		uint32_t t = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;

		if (number < t)
			break;
		add_digit(t + (number - t) % (BASE - t), out);
		number = (number - t) / (BASE - t);
	}
	add_digit(number, out);
}

/* The least of the points that are not below `from`. There is one. */
static uint32_t next_point(const struct label *label, uint32_t from)
{
	uint32_t least = UINT32_MAX;

	for (size_t i = 0; i < label->count; i++)
		if (label->points[i] >= from && label->points[i] < least)
			least = label->points[i];
	return least;
}

/* RFC 3492, 6.3; with at most 63 points nothing overflows. */
static void add_punycode(const struct label *label, size_t basic, struct pr_buf *out)
{
	uint32_t point = FIRST_POINT;
	uint32_t delta = 0;
	uint32_t bias = FIRST_BIAS;

	for (size_t done = basic; done < label->count; point++, delta++) {
		uint32_t next = next_point(label, point);

		delta += (next - point) * (uint32_t)(done + 1);
		point = next;
		for (size_t i = 0; i < label->count; i++) {
			delta += label->points[i] < point;
			if (label->points[i] != point)
				continue;
			add_number(delta, bias, out);
			bias = adapt(delta, done + 1, done == basic);
			delta = 0;
			done++;
		}
	}
}

static void add_label(const struct label *label, struct pr_buf *out)
{
	size_t basic = 0;

	for (size_t i = 0; i < label->count; i++)
		basic += label->points[i] < FIRST_POINT;
	if (basic < label->count)
		pr_buf_adds(out, "xn--");
	for (size_t i = 0; i < label->count; i++)
		if (label->points[i] < FIRST_POINT)
			pr_buf_addc(out, (char)label->points[i]);
	if (basic == label->count)
		return;
	if (basic)
		pr_buf_addc(out, '-');
	add_punycode(label, basic, out);
}

int pr_idn_add(const char *name, size_t n, struct pr_buf *out)
{
	struct label label = {.count = 0};
	uint32_t point;
	size_t used;

	for (; n; name += used, n -= used) {
		used = pr_text_decode(name, n, &point);
		if (used && is_dot(point)) {
			add_label(&label, out);
			pr_buf_addc(out, '.');
			label.count = 0;
			continue;
		}
		if (!used || label.count == LABEL_MAX)
			return PR_EINVAL;
		label.points[label.count++] = lower(point);
	}
	add_label(&label, out);
	return out->status;
}
