#include "cli/suggest.h"

#include "base/nearest.h"

#include <string.h>

/* The first letters of a command or an option are near to it. */
static struct pr_nearest search_for(const char *given, size_t n)
{
	struct pr_nearest search = pr_nearest_to(given, n);

	search.abbreviated = true;
	return search;
}

void pr_suggest_command(const struct pr_command *command, const char *given, struct pr_buf *out)
{
	struct pr_nearest search = search_for(given, strlen(given));

	for (size_t i = 0; i < command->command_count; i++)
		pr_nearest_offer(&search, command->commands[i]->name);
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
	struct pr_nearest search = search_for(given, n);

	if (suggest_place(args, given, n, out))
		return;
	for (size_t i = 0; i < command->option_count; i++)
		pr_nearest_offer(&search, command->options[i].name);
	if (search.best)
		pr_buf_addf(out, ". Did you mean --%s?", search.best);
}
