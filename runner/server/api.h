#ifndef PR_SERVER_API_H
#define PR_SERVER_API_H

/*
 * The API of docs/protocol.md 2 as one table of routes: who may call, what the body must look like,
 * what comes back, and the function that does it. The table answers what no function needs to see
 * (401, 403, 404, 405, 410, 413, 422) and writes /openapi.json.
 */

#include "base/err.h"
#include "base/uuid.h"
#include "server/server.h"
#include "server/shape.h"
#include "store/rows.h"
#include "web/web.h"

#include <jansson.h>

#define PR_ROUTE_IDS 2

/* Bytes of an answer: a page has ten documents, each of up to 32 MiB. */
#define PR_ANSWER_MAX ((size_t)512 << 20)

/* One request of the API while it is answered. */
struct pr_call {
	struct pr_server *server;
	const struct pr_web_exchange *exchange;
	const struct pr_route *route;
	char user[PR_UUID_SIZE];              /* whose token it is; "" where none is needed */
	char user_name[256];                  /* for the `user` of states */
	char organization[PR_UUID_SIZE];      /* of the path; "" where it has none */
	char ids[PR_ROUTE_IDS][PR_UUID_SIZE]; /* of the path behind it, canonical, in order */
	char name[256];                       /* of the path: what {name} matched, decoded */
	json_t *body;             /* as the shape has read it; NULL without one. Owned */
	int64_t page, limit;      /* of lists: checked, from 1 */
	const char *pattern;      /* of searches: not empty; NULL where it was left out */
	unsigned status;          /* of the answer; 0 until there is one */
	json_t *answer;           /* owned; NULL: `text`, where that is not NULL either: null */
	char *text;               /* text/plain; owned */
	const char *content_type; /* of `text`; NULL: text/plain */
};

enum pr_access {
	PR_ACCESS_PUBLIC,
	PR_ACCESS_TOKEN,  /* any valid token */
	PR_ACCESS_MEMBER, /* of the organisation in the path, which is there */
};

/*
 * Answers with pr_reply…, also where it refuses; a negative code with `err` is what went wrong in
 * the server, answered 500. Of routes that change something, a status of 400 or more undoes what it
 * did.
 */
typedef int pr_route_fn(struct pr_call *call, struct pr_err *err);

#define PR_ROUTE_CHANGES 1u  /* runs inside pr_store_change */
#define PR_ROUTE_PAGED 2u    /* takes page and limit; answers {"count", "items": [shape]} */
#define PR_ROUTE_LIST 4u     /* answers an array of the shape */
#define PR_ROUTE_SEARCH 8u   /* takes pattern, which must be there */
#define PR_ROUTE_TEXT 16u    /* answers text/plain */
#define PR_ROUTE_ANY 32u     /* answers any JSON: a document that users gave */
#define PR_ROUTE_MAYBE 64u   /* answers the shape, or null */
#define PR_ROUTE_FILTER 128u /* takes pattern, which may be left out */
#define PR_ROUTE_USERS                                                             \
	256u /* for users alone: 403 to the token of a run, which would outlive it \
	      */
#define PR_ROUTE_REPORTS 512u /* a change that has no bearing on who may do what */

struct pr_route {
	const char *method;
	const char *path; /* "{org}/plans/{plan}/status"; {org} is /api/v1/organization/<id> */
	enum pr_access access;
	unsigned flags;
	unsigned status;               /* when it went well */
	const struct pr_shape *body;   /* NULL: none */
	const struct pr_shape *answer; /* NULL: null */
	const char *summary;           /* one line, for /openapi.json */
	pr_route_fn *fn;
	const char
		*refusals; /* further statuses it may answer, beside the common ones: "400 409" */
};

/* The routes of one resource: server/<resource>.c has one such table. */
struct pr_routes {
	const char *tag; /* in /openapi.json: "plans" */
	const struct pr_route *routes;
	size_t count;
};

#define PR_ROUTES(name, table) \
	{.tag = (name), .routes = (table), .count = sizeof(table) / sizeof((table)[0])}

extern const struct pr_routes pr_routes_service;       /* health, openapi */
extern const struct pr_routes pr_routes_organizations; /* and members */
extern const struct pr_routes pr_routes_users;
extern const struct pr_routes pr_routes_tokens;
extern const struct pr_routes pr_routes_links;
extern const struct pr_routes pr_routes_experiments;
extern const struct pr_routes pr_routes_environments;
extern const struct pr_routes pr_routes_deployments;
extern const struct pr_routes pr_routes_integrations;
extern const struct pr_routes pr_routes_plans;
extern const struct pr_routes pr_routes_executions;

/* All of them, NULL-terminated. Static. */
const struct pr_routes *const *pr_api_tables(void);

/*
 * Answers a request whose path is of the API: "/health", "/openapi.json", "/api/…". The answer goes
 * out once what it changed is committed.
 */
void pr_api_serve(struct pr_server *server, struct pr_web_exchange *exchange);

/* Answers with JSON; takes `value`; NULL (no memory) is PR_ENOMEM. */
int pr_reply(struct pr_call *call, unsigned status, json_t *value, struct pr_err *err);

/* The store of the server. Borrowed. */
struct pr_store *pr_call_store(const struct pr_call *call);

/* A text of the body, NULL where it is not there. Borrowed. */
const char *pr_call_text(const struct pr_call *call, const char *name);

/*
 * Answers by how the store ended. 0: `value` (taken; NULL: null) with the status of the route;
 * PR_ENOTFOUND: 404; PR_EAUTH: 403; PR_EEXIST: 409. Any other code is returned.
 */
int pr_reply_outcome(struct pr_call *call, int rc, json_t *value, struct pr_err *err);

/* Answers 200 with null. */
int pr_reply_null(struct pr_call *call);

/* Answers {"detail": "<text>"}. */
int pr_reply_detail(struct pr_call *call, unsigned status, const char *detail, struct pr_err *err);

/* Answers {"detail":"Not Found"} with 404. */
int pr_reply_missing(struct pr_call *call, struct pr_err *err);

/* Answers 400 {"title","status","detail"}: the refusal to delete what is in use. */
int pr_reply_in_use(
	struct pr_call *call, const char *title, const char *detail, struct pr_err *err);

/* Answers 422 with one problem at ["body", `name`]; `input` is borrowed, NULL: null. */
int pr_reply_invalid(struct pr_call *call, const char *name, const char *type, const char *message,
	const json_t *input, struct pr_err *err);

/* Answers 200 {"count": n, "items": […]}; takes `items`; NULL is PR_ENOMEM. */
int pr_reply_page(struct pr_call *call, int64_t count, json_t *items, struct pr_err *err);

/* A list of the store: a page of what an organisation has. */
typedef int pr_list_fn(struct pr_store *store, const char *organization, struct pr_rows_page *page,
	struct pr_err *err);

/* The same, of what matches `pattern`. */
typedef int pr_search_fn(struct pr_store *store, const char *organization, const char *pattern,
	struct pr_rows_page *page, struct pr_err *err);

/* Answers with the page of the list that the call asks for. */
int pr_reply_list(struct pr_call *call, pr_list_fn *list, struct pr_err *err);

/* Answers with the page of the search that the call asks for, by its pattern. */
int pr_reply_search(struct pr_call *call, pr_search_fn *search, struct pr_err *err);

/* As pr_reply_outcome, with JSON that is written already; takes `text`; NULL is PR_ENOMEM. */
int pr_reply_written(struct pr_call *call, int rc, char *text, struct pr_err *err);

/* Answers 200 with text/plain; takes `text`; NULL is an empty one. */
int pr_reply_text(struct pr_call *call, char *text);

#endif
