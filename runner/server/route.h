#ifndef PR_SERVER_ROUTE_H
#define PR_SERVER_ROUTE_H

/*
 * Which route of the tables a request is for. Paths match exactly: no slash is added or dropped
 * (docs/protocol.md 2.1). What stands in braces matches one segment, which is not empty.
 */

#include "server/api.h"

#include <stdbool.h>

/* What "{org}" at the beginning of a path stands for, before the id. */
#define PR_ROUTE_ORGANIZATION "/api/v1/organization/"

/* A part of the path, as it came, with what it is called in the route: "plan". Borrowed. */
struct pr_route_part {
	const char *name;
	size_t name_len;
	const char *text; /* NULL where the route has none */
	size_t len;
};

struct pr_route_match {
	const struct pr_route *route; /* NULL: none */
	struct pr_route_part organization;
	struct pr_route_part ids[PR_ROUTE_IDS];
	struct pr_route_part name; /* of {name} */
	char allow[64];            /* where the path is there for other methods alone: which */
};

/* Looks through `tables`, as pr_api_tables gives them; of several routes that match the first
 * counts. */
void pr_route_find(const struct pr_routes *const *tables, const char *method, const char *path,
	struct pr_route_match *ret_match);

/* Decodes the percent codes of a part. PR_EINVAL where one is broken, or what comes out is no UTF-8
 * or has a NUL; PR_ELIMIT where it does not fit. */
int pr_route_decode(const struct pr_route_part *part, char *to, size_t size, struct pr_err *err);

#endif
