#ifndef PR_SERVER_SHAPE_H
#define PR_SERVER_SHAPE_H

/*
 * What bodies look like, as tables: one table checks a request, fills in what was left out, words
 * the refusal as the platform does (docs/protocol.md 2.1), and describes it in /openapi.json.
 */

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pr_field_kind {
	PR_FIELD_TEXT,
	PR_FIELD_BOOL, /* also 0, 1 and "true", "yes", "off" …, as upstream */
	PR_FIELD_INT,  /* strictly an integer: 5.0 is refused */
	PR_FIELD_NUMBER,
	PR_FIELD_UUID,            /* version 4; canonical in what was read */
	PR_FIELD_DATE,            /* RFC 3339 */
	PR_FIELD_SHAPE,           /* an object: `shape` */
	PR_FIELD_LIST,            /* of `shape`, or of UUIDs where there is none */
	PR_FIELD_DOCUMENT,        /* any object */
	PR_FIELD_DOCUMENT_TEXT,   /* a string that is JSON of an object; read as that object */
	PR_FIELD_DOCUMENT_EITHER, /* either of the two before */
	PR_FIELD_SECRET, /* a string that no problem shows. It is not registered for redaction: that
			  * would grow for as long as the server runs */
	PR_FIELD_MAP,    /* an object with values of any kind, by name */
	PR_FIELD_ANY,    /* any value */
	PR_FIELD_PATH,   /* a text that begins with a slash: where a secret is put */
};

#define PR_FIELD_REQUIRED 1u /* must be there */
#define PR_FIELD_NULLABLE 2u /* may be null; left out, it becomes null unless it has a default */
#define PR_FIELD_OMITTED 4u  /* of answers and requests: left out where there is none */
#define PR_FIELD_ENUM 8u     /* a refusal of `choices` is of type "enum", not "literal_error" */
#define PR_FIELD_AS_IT_IS                                                           \
	16u /* PR_FIELD_DOCUMENT_EITHER: a string may be read as that string, which \
	     * is surely JSON of an object without a NUL */

struct pr_shape;

struct pr_field {
	const char *name;
	enum pr_field_kind kind;
	unsigned flags;
	int64_t min, max; /* of the number, or of the length of a text; `max` 0: none above */
	const char *const *choices; /* NULL-terminated: the only texts allowed */
	const struct pr_shape *shape;
	const char *fallback; /* JSON of the default; NULL: none */
};

/* One form of a union. */
struct pr_variant {
	const char
		*value; /* of the member `tag`; without a tag: its name in the `loc` of problems */
	const struct pr_shape *shape; /* its fields beside the tag */
};

struct pr_shape {
	const char *name; /* in /openapi.json: "PlanCreate" */
	const struct pr_field *fields;
	size_t field_count;
	const char *tag; /* of a union: the member that tells the variants apart. NULL: the first
			  * variant that a value fits; the problems are those of all */
	const struct pr_variant *variants;
	size_t variant_count;
	bool open; /* further members are kept; else they are dropped, as upstream drops them */
	/* What a table cannot say: adds to `problems` with pr_problem_add; NULL: nothing. `value`
	 * is the object as it was read, and may be completed. Called where its fields are right. */
	int (*check)(json_t *value, const json_t *where, json_t *problems, struct pr_err *err);
};

#define PR_FIELDS(table) .fields = (table), .field_count = sizeof(table) / sizeof((table)[0])
#define PR_VARIANTS(table) .variants = (table), .variant_count = sizeof(table) / sizeof((table)[0])

/*
 * Reads `value`: *ret_clean (caller owns) is an object of the members that the shape knows, with
 * defaults. What is wrong is added to the array `problems`, each as
 * {"type","loc":["body",…],"msg","input"}; then *ret_clean is not written. Where the shape has
 * secrets, inputs are masked that may hold one. Texts with a NUL are refused. 0 in both cases;
 * PR_ENOMEM.
 */
int pr_shape_read(const struct pr_shape *shape, const json_t *value, json_t *problems,
	json_t **ret_clean, struct pr_err *err);

/* Most problems that are told of one request. */
#define PR_PROBLEMS_MAX 100

/*
 * Adds a problem at `where` (a list of names and indices), with `name` behind it where not NULL.
 * `input` is borrowed, NULL: null. Beyond PR_PROBLEMS_MAX nothing is added.
 */
int pr_problem_add(json_t *problems, const json_t *where, const char *name, const char *type,
	const char *message, const json_t *input, struct pr_err *err);

/*
 * The JSON Schema of a shape, for /openapi.json; shapes inside it are references to
 * "#/components/schemas/<name>". As an answer the names end in "Answer", what is not
 * PR_FIELD_OMITTED is always there, and nothing else is. Caller owns. NULL: no memory.
 */
json_t *pr_shape_schema(const struct pr_shape *shape, bool answer) PR_MUST_CHECK;

/* The JSON Schema of a UUID: of one that is wanted, version 4. Caller owns. NULL: no memory. */
json_t *pr_uuid_schema(bool answer) PR_MUST_CHECK;

#endif
