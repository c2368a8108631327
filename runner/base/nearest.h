#ifndef PR_BASE_NEAREST_H
#define PR_BASE_NEAREST_H

/* Which of several known words was meant by one that was misspelt. */

#include <stdbool.h>
#include <stddef.h>

/* A search: made by pr_nearest_to, then every known word is offered. */
struct pr_nearest {
	const char *given; /* borrowed */
	size_t n;
	bool abbreviated; /* the first letters of a word, three at least, are near to it */
	const char *best; /* the nearest of the words so far, borrowed; NULL: none is near */
	size_t distance;  /* of `best`; before, the first that is too far */
};

/*
 * A search for what is near to the `n` bytes of `given`. The longer they are, the more letters may
 * be wrong: one of three, two of six; never more.
 */
struct pr_nearest pr_nearest_to(const char *given, size_t n);

/*
 * Takes a word into account: so many letters are to be changed, added, left out or swapped with
 * the next. Of equally near ones, the first stays. Words of more than 48 letters are near to none.
 */
void pr_nearest_offer(struct pr_nearest *nearest, const char *word);

#endif
