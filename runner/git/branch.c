#include "base/text.h"
#include "git/session_private.h"

#include <string.h>

#define REFS_HEADS "refs/heads/"

/* Longer names are not compared. */
#define COMPARED_MAX 64

static size_t least(size_t a, size_t b, size_t c)
{
	size_t two = a < b ? a : b;

	return two < c ? two : c;
}

/* How many letters lie between two names (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
	size_t row[COMPARED_MAX + 1];
	size_t width = strlen(b);

	if (width > COMPARED_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= width; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t corner = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < width; j++) {
			size_t above = row[j + 1];

			row[j + 1] = least(above + 1, row[j] + 1, corner + (a[i] != b[j]));
			corner = above;
		}
	}
	return row[width];
}

/* The name most like `wanted`, NULL where none is. */
static const char *nearest(const struct pr_git_branches *branches, const char *wanted)
{
	size_t best = strlen(wanted) / 3 + 2;
	const char *name = NULL;

	for (size_t i = 0; i < branches->count; i++) {
		size_t d = distance(wanted, branches->names[i]);

		if (d < best) {
			best = d;
			name = branches->names[i];
		}
	}
	return name;
}

static bool exists(const struct pr_git_branches *branches, const char *name)
{
	for (size_t i = 0; i < branches->count; i++)
		if (pr_text_eq(branches->names[i], name))
			return true;
	return false;
}

static int check(const char *name, struct pr_err *err)
{
	char reference[sizeof(REFS_HEADS) + PR_GIT_BRANCH_SIZE];
	int valid = 0;

	pr_text_print(reference, sizeof(reference), REFS_HEADS "%s", name);
	if (strlen(name) >= PR_GIT_BRANCH_SIZE || *name == '-' ||
		git_reference_name_is_valid(&valid, reference) || !valid)
		return pr_fail(err, PR_EINVAL, "'%.100s' cannot be the name of a branch", name);
	return 0;
}

static int fail_missing(
	const struct pr_git_branches *branches, const char *wanted, struct pr_err *err)
{
	const char *like = nearest(branches, wanted);
	char head[PR_GIT_BRANCH_SIZE + 32] = "";
	char hint[PR_GIT_BRANCH_SIZE + 32] = "";

	if (branches->head)
		pr_text_print(head, sizeof(head), "; its default one is '%s'", branches->head);
	if (like)
		pr_text_print(hint, sizeof(hint), ": did you mean '%s'?", like);
	return pr_fail(err, PR_ENOTFOUND, "'%.200s' has no branch '%.80s'%s%s", branches->location,
		wanted, like ? hint : "", like ? "" : head);
}

int pr_git_branch_choose(const struct pr_git_branches *branches, const char *wanted,
	char name[PR_GIT_BRANCH_SIZE], struct pr_err *err)
{
	const char *chosen = wanted ? wanted : branches->head;

	if (wanted && pr_text_starts(wanted, REFS_HEADS))
		chosen = wanted + strlen(REFS_HEADS);
	if (!chosen && !branches->count)
		chosen = "main";
	if (!chosen)
		return pr_fail(err, PR_ENOTFOUND,
			"'%.200s' does not tell its default branch: name one with --branch, such "
			"as '%.80s'",
			branches->location, branches->names[0]);
	if (check(chosen, err))
		return PR_EINVAL;
	if (branches->count && !exists(branches, chosen))
		return fail_missing(branches, chosen, err);
	pr_text_copy(name, PR_GIT_BRANCH_SIZE, chosen);
	return 0;
}
