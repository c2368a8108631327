#include "store/tokens.h"
#include "server/api.h"

#define TOKEN_FIELDS                                                                      \
	{.name = "id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},                \
		{.name = "name", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},      \
	{                                                                                 \
		.name = "created_date", .kind = PR_FIELD_DATE, .flags = PR_FIELD_REQUIRED \
	}

static const struct pr_field token_fields[] = {TOKEN_FIELDS};

static const struct pr_shape token = {.name = "Token", PR_FIELDS(token_fields)};

static const struct pr_field shown_fields[] = {
	TOKEN_FIELDS,
	{.name = "token", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
};

static const struct pr_shape shown = {.name = "TokenShown", PR_FIELDS(shown_fields)};

static const struct pr_field create_fields[] = {
	{.name = "name", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED, .min = 1, .max = 255},
};

static const struct pr_shape create_shape = {.name = "TokenCreate", PR_FIELDS(create_fields)};

static struct pr_token_id id_of(const struct pr_call *call)
{
	return (struct pr_token_id){
		.organization = call->organization, .user = call->user, .id = call->ids[0]};
}

static int create(struct pr_call *call, struct pr_err *err)
{
	struct pr_token_new wish = {.organization = call->organization,
		.user = call->user,
		.name = pr_call_text(call, "name")};
	json_t *made = NULL;
	int rc = pr_tokens_create(pr_call_store(call), &wish, &made, err);

	return pr_reply_outcome(call, rc, made, err);
}

static int list(struct pr_call *call, struct pr_err *err)
{
	struct pr_rows_page page = {.page = call->page, .limit = call->limit};
	int rc = pr_tokens_list(pr_call_store(call), call->organization, call->user, &page, err);

	return rc ? rc : pr_reply_page(call, page.count, page.items, err);
}

static int get(struct pr_call *call, struct pr_err *err)
{
	struct pr_token_id id = id_of(call);
	json_t *found = NULL;
	int rc = pr_tokens_get(pr_call_store(call), &id, &found, err);

	return pr_reply_outcome(call, rc, found, err);
}

static int delete(struct pr_call *call, struct pr_err *err)
{
	struct pr_token_id id = id_of(call);

	return pr_reply_outcome(call, pr_tokens_delete(pr_call_store(call), &id, err), NULL, err);
}

static const struct pr_route routes[] = {
	{"POST", "{org}/tokens", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES | PR_ROUTE_USERS, 201,
		&create_shape, &shown, "Create a token, which is shown this once", create, "409"},
	{"GET", "{org}/tokens", PR_ACCESS_MEMBER, PR_ROUTE_PAGED, 200, NULL, &token,
		"List the user's tokens", list, ""},
	{"GET", "{org}/tokens/{token}", PR_ACCESS_MEMBER, 0, 200, NULL, &token, "Get a token", get,
		"404"},
	{"DELETE", "{org}/tokens/{token}", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES | PR_ROUTE_USERS, 200,
		NULL, NULL, "Revoke a token", delete, "404"},
};

const struct pr_routes pr_routes_tokens = PR_ROUTES("tokens", routes);
