#include "store/organizations.h"
#include "server/api.h"
#include "server/shapes.h"

static const struct pr_field organization_fields[] = {
	{.name = "id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},
	{.name = "name", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
	{.name = "created_date", .kind = PR_FIELD_DATE, .flags = PR_FIELD_REQUIRED},
};

static const struct pr_shape organization = {
	.name = "Organization", PR_FIELDS(organization_fields)};

static const struct pr_field create_fields[] = {
	{.name = "name", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED, .min = 1, .max = 255},
};

static const struct pr_shape create_shape = {
	.name = "OrganizationCreate", PR_FIELDS(create_fields)};

static const struct pr_field candidate_fields[] = {
	{.name = "name", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED, .min = 3, .max = 64},
};

static const struct pr_shape candidate_shape = {
	.name = "OrganizationNameCandidate", PR_FIELDS(candidate_fields)};

static const struct pr_field available_fields[] = {
	{.name = "available", .kind = PR_FIELD_BOOL, .flags = PR_FIELD_REQUIRED},
};

static const struct pr_shape available = {
	.name = "OrganizationNameAvailable", PR_FIELDS(available_fields)};

static const struct pr_field member_fields[] = {
	{.name = "user_id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},
};

static const struct pr_shape member_shape = {.name = "UserIdentifier", PR_FIELDS(member_fields)};

static int create(struct pr_call *call, struct pr_err *err)
{
	json_t *made = NULL;
	int rc = pr_organizations_create(
		pr_call_store(call), call->user, pr_call_text(call, "name"), &made, err);

	return pr_reply_outcome(call, rc, made, err);
}

static int list(struct pr_call *call, struct pr_err *err)
{
	struct pr_rows_page page = {.page = call->page, .limit = call->limit};
	int rc = pr_organizations_list(pr_call_store(call), call->user, &page, err);

	return rc ? rc : pr_reply_page(call, page.count, page.items, err);
}

static int get(struct pr_call *call, struct pr_err *err)
{
	json_t *found = NULL;
	int rc = pr_organizations_get(pr_call_store(call), call->organization, &found, err);

	return pr_reply_outcome(call, rc, found, err);
}

static int delete(struct pr_call *call, struct pr_err *err)
{
	int rc = pr_organizations_delete(pr_call_store(call), call->user, call->organization, err);

	return pr_reply_outcome(call, rc, NULL, err);
}

static int try_name(struct pr_call *call, struct pr_err *err)
{
	bool is_free = false;
	int rc = pr_organizations_is_free(
		pr_call_store(call), pr_call_text(call, "name"), &is_free, err);

	return rc ? rc : pr_reply(call, 200, json_pack("{s:b}", "available", is_free), err);
}

static int list_members(struct pr_call *call, struct pr_err *err)
{
	return pr_reply_list(call, pr_members_list, err);
}

static int add_member(struct pr_call *call, struct pr_err *err)
{
	int rc = pr_members_add(
		pr_call_store(call), call->organization, pr_call_text(call, "user_id"), err);

	return pr_reply_outcome(call, rc, NULL, err);
}

static int remove_member(struct pr_call *call, struct pr_err *err)
{
	int rc = pr_members_remove(pr_call_store(call), call->organization, call->ids[0], err);

	return pr_reply_outcome(call, rc, NULL, err);
}

static const struct pr_route routes[] = {
	{"POST", "/api/v1/organization", PR_ACCESS_TOKEN, PR_ROUTE_CHANGES | PR_ROUTE_USERS, 201,
		&create_shape, &organization, "Create an organization", create, "403"},
	{"GET", "/api/v1/organization", PR_ACCESS_TOKEN, PR_ROUTE_PAGED, 200, NULL, &organization,
		"List the user's organizations", list, ""},
	{"GET", "{org}/", PR_ACCESS_MEMBER, 0, 200, NULL, &organization, "Get an organization", get,
		""},
	{"DELETE", "{org}/", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES | PR_ROUTE_USERS, 200, NULL, NULL,
		"Delete an organization; its owner may", delete, "403"},
	{"POST", "{org}/try-name-candidate", PR_ACCESS_MEMBER, 0, 200, &candidate_shape, &available,
		"Whether a name is free", try_name, ""},
	{"GET", "{org}/users", PR_ACCESS_MEMBER, PR_ROUTE_PAGED, 200, NULL, &pr_shape_user,
		"List the members", list_members, ""},
	{"POST", "{org}/users", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES | PR_ROUTE_USERS, 200,
		&member_shape, NULL, "Add a member", add_member, "404"},
	{"DELETE", "{org}/users/{user}", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES | PR_ROUTE_USERS, 200,
		NULL, NULL, "Remove a member; not its owner", remove_member, "403 404"},
};

const struct pr_routes pr_routes_organizations = PR_ROUTES("organizations", routes);
