#include "cli/suggest.h"

#include "base/text.h"

#include <string.h>

#define WORD_MAX 48

/* The nearest of the words offered so far. */
struct search {
	const char *given;
	size_t n;
	const char *best;
	size_t distance; /* of `best`; before, the first that is too far */
};

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

static void offer(struct search *search, const char *word)
{
	size_t m = strlen(word);
	size_t d;

	if (search->n > WORD_MAX || m > WORD_MAX)
		return;
	d = distance(search->given, search->n, word, m);
	if (search->n >= 3 && search->n < m && memcmp(word, search->given, search->n) == 0)
		d = 1;
	if (d >= search->distance)
		return;
	search->best = word;
	search->distance = d;
}

/* The longer the word, the more of its letters may be wrong: one of three, two of six. */
static struct search search_for(const char *given, size_t n)
{
	return (struct search){.given = given, .n = n, .distance = least(n / 3, 2) + 1};
}

void pr_suggest_command(const struct pr_command *command, const char *given, struct pr_buf *out)
{
	struct search search = search_for(given, strlen(given));

	for (size_t i = 0; i < command->command_count; i++)
		offer(&search, command->commands[i]->name);
	if (search.best)
		pr_buf_addf(out, " Did you mean '%s'?", search.best);
}

static bool has_option(const struct pr_command *command, const char *name, size_t n)
{
	for (size_t i = 0; i < command->option_count; i++)
		if (strlen(command->options[i].name) == n &&
			memcmp(command->options[i].name, name, n) == 0)
			return true;
	return false;
}

/* Whether the option belongs elsewhere: before the command, or after one of its commands. */
static bool suggest_place(
	const struct pr_args *args, const char *given, size_t n, struct pr_buf *out)
{
	const struct pr_command *command = args->command;

	for (size_t i = 0; i + 1 < args->depth; i++)
		if (has_option(args->path[i], given, n)) {
			pr_buf_addf(out, ". It goes before '%s'.", args->path[i + 1]->name);
			return true;
		}
	for (size_t i = 0; i < command->command_count; i++)
		if (has_option(command->commands[i], given, n)) {
			pr_buf_addf(out, ". It goes after '%s'.", command->commands[i]->name);
			return true;
		}
	return false;
}

void pr_suggest_option(const struct pr_args *args, const char *given, size_t n, struct pr_buf *out)
{
	const struct pr_command *command = args->command;
	struct search search = search_for(given, n);

	if (suggest_place(args, given, n, out))
		return;
	for (size_t i = 0; i < command->option_count; i++)
		offer(&search, command->options[i].name);
	if (search.best)
		pr_buf_addf(out, ". Did you mean --%s?", search.best);
}
