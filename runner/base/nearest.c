#include "base/nearest.h"

#include <string.h>

#define WORD_MAX 48

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Rows of the table of distances, the last three. */
struct rows {
	size_t before[WORD_MAX + 1];
	size_t last[WORD_MAX + 1];
	size_t now[WORD_MAX + 1];
};

static size_t cell(const struct rows *rows, const char *a, const char *b, size_t i, size_t j)
{
	size_t d = rows->last[j - 1] + (a[i - 1] != b[j - 1]);

	d = least(d, least(rows->last[j], rows->now[j - 1]) + 1);
	if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
		d = least(d, rows->before[j - 2] + 1);
	return d;
}

/* Letters to change, add, leave out or swap with the next, to come from one word to the other. */
static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
	struct rows rows = {{0}, {0}, {0}};

	for (size_t j = 0; j <= m; j++)
		rows.last[j] = j;
	for (size_t i = 1; i <= n; i++) {
		rows.now[0] = i;
		for (size_t j = 1; j <= m; j++)
			rows.now[j] = cell(&rows, a, b, i, j);
		memcpy(rows.before, rows.last, sizeof rows.last);
		memcpy(rows.last, rows.now, sizeof rows.now);
	}
	return rows.last[m];
}

void pr_nearest_offer(struct pr_nearest *nearest, const char *word)
{
	size_t m = strlen(word);
	size_t d;

	if (nearest->n > WORD_MAX || m > WORD_MAX)
		return;
	d = distance(nearest->given, nearest->n, word, m);
	if (nearest->abbreviated && nearest->n >= 3 && nearest->n < m &&
		memcmp(word, nearest->given, nearest->n) == 0)
		d = 1;
	if (d >= nearest->distance)
		return;
	nearest->best = word;
	nearest->distance = d;
}

struct pr_nearest pr_nearest_to(const char *given, size_t n)
{
	return (struct pr_nearest){.given = given, .n = n, .distance = least(n / 3, 2) + 1};
}
