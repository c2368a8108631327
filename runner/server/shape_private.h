#ifndef PR_SERVER_SHAPE_PRIVATE_H
#define PR_SERVER_SHAPE_PRIVATE_H

/* Between the files that read a value by its shape. */

#include "server/shape.h"

/* A value on its way through its shape. */
struct pr_reading {
	json_t *problems; /* borrowed */
	json_t *where;    /* names and indices down to the value that is looked at */
	struct pr_err *err;
	bool secretive; /* what is looked at is a secret, or may hold one: problems do not show it
			 */
	bool guessing;  /* the form is not told by a tag, and one of them has secrets */
};

/* Whether a shape has a PR_FIELD_SECRET anywhere. */
bool pr_shape_has_secrets(const struct pr_shape *shape);

/* Goes down to the member `name`; pr_reading_leave comes back. */
int pr_reading_enter(struct pr_reading *reading, const char *name);

/* Goes down to an element. */
int pr_reading_enter_index(struct pr_reading *reading, size_t index);

/* Goes up again. */
void pr_reading_leave(struct pr_reading *reading);

/* Adds a problem with the value that is looked at, which is borrowed; `name` (NULL: none) is that
 * of the member of it that is missing. */
int pr_reading_complain_of(struct pr_reading *reading, const char *name, const char *const what[2],
	const json_t *input);

/* As pr_reading_complain_of, of the value itself. */
int pr_reading_complain(
	struct pr_reading *reading, const char *type, const char *message, const json_t *input);

/*
 * Both read a value: *ret_clean (caller owns) is what was read; it stays as it is where problems
 * were added.
 */
int pr_reading_object(struct pr_reading *reading, const struct pr_shape *shape, const json_t *value,
	json_t **ret_clean);

/* As pr_reading_object, for what a field holds; null is refused unless it is nullable. */
int pr_reading_field(struct pr_reading *reading, const struct pr_field *field, const json_t *value,
	json_t **ret_clean);

/* "'a', 'b' or 'c'" or, with "," as `last`, "'a', 'b', 'c'"; caller frees; NULL: no memory. */
char *pr_words_quoted(const char *const *words, size_t n, const char *last) PR_MUST_CHECK;

/* How many words a NULL-terminated list has. */
size_t pr_words_count(const char *const *words);

#endif
