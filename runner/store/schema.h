#ifndef PR_STORE_SCHEMA_H
#define PR_STORE_SCHEMA_H

/*
 * The tables, as the steps that led to them. A step that was released is never changed: the next
 * version adds one.
 */

#include <stddef.h>

struct pr_migration {
	int version;     /* 1, 2, 3 … */
	const char *sql; /* statements as of pr_database_script, with {blob} */
};

/* All of them, in order. Static. */
const struct pr_migration *pr_migrations(size_t *ret_count);

#endif
