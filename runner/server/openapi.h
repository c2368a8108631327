#ifndef PR_SERVER_OPENAPI_H
#define PR_SERVER_OPENAPI_H

/* The description of the API, made of its table of routes (server/api.h). */

#include "base/compiler.h"

#include <jansson.h>

/*
 * An OpenAPI 3.1 document: each route's parameters, body, answer, and every status it may refuse
 * with. Caller owns. NULL: no memory.
 */
json_t *pr_openapi(void) PR_MUST_CHECK;

#endif
