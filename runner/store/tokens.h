#ifndef PR_STORE_TOKENS_H
#define PR_STORE_TOKENS_H

/*
 * Tokens: 16 random bytes in hexadecimal, of which only the SHA-256 is kept. A token is made for a
 * user in an organisation, and lets its user into every organisation that they are a member of
 * (docs/protocol.md 2.1).
 */

#include "base/uuid.h"
#include "store/rows.h"
#include "store/store.h"

enum pr_membership {
	PR_MEMBERSHIP_UNKNOWN, /* there is no such organisation */
	PR_MEMBERSHIP_GONE,    /* it is deleted */
	PR_MEMBERSHIP_NONE,    /* the user is no member */
	PR_MEMBERSHIP_THERE,
};

struct pr_token_owner {
	char user[PR_UUID_SIZE];
	char user_name[256];
	bool of_run;                   /* the token was made for the runs of a plan */
	enum pr_membership membership; /* of the organisation that was asked for */
};

/*
 * Whose token it is, and what they are in `organization` ("": nowhere). PR_ENOTFOUND: unknown,
 * revoked, or expired.
 */
int pr_tokens_find(struct pr_store *store, const char *token, const char *organization,
	struct pr_token_owner *ret_owner, struct pr_err *err);

struct pr_token_new {
	const char *organization;
	const char *user;
	const char *name; /* of which the user has no other in the organisation */
	const char *plan; /* that it was made for, whose run needs it; NULL: users made it */
	int64_t expires;  /* microseconds since 1970; 0: never */
};

/*
 * Makes a token: *ret_token, which the caller owns, is {"id","name","created_date","token"}; it is
 * the only time that it is shown. PR_EEXIST: the name is taken.
 */
int pr_tokens_create(struct pr_store *store, const struct pr_token_new *token, json_t **ret_token,
	struct pr_err *err);

/* A token that users made; those of runs are not theirs to see. */
struct pr_token_id {
	const char *organization;
	const char *user;
	const char *id;
};

/* What is known of one: {"id","name","created_date"}. PR_ENOTFOUND. Caller owns. */
int pr_tokens_get(struct pr_store *store, const struct pr_token_id *token, json_t **ret_token,
	struct pr_err *err);

/* Those that users made, of a user in an organisation, the oldest first. */
int pr_tokens_list(struct pr_store *store, const char *organization, const char *user,
	struct pr_rows_page *page, struct pr_err *err);

/* Removes one. PR_ENOTFOUND: the user has none of that id in the organisation. */
int pr_tokens_delete(struct pr_store *store, const struct pr_token_id *token, struct pr_err *err);

/* Removes those that were made for a plan's runs. */
int pr_tokens_delete_of_plan(struct pr_store *store, const char *plan, struct pr_err *err);

#endif
