#include "server/auth.h"

#include "base/text.h"
#include "server/parameters.h"
#include "server/server_private.h"

#include <string.h>
#include <strings.h>

#define SCHEME "Bearer "

/* The token of the request, NULL where there is none. */
static const char *bearer(const struct pr_call *call)
{
	const char *value = pr_web_header(call->exchange, "authorization");

	if (!value || strncasecmp(value, SCHEME, strlen(SCHEME)) != 0)
		return NULL;
	return value + strlen(SCHEME);
}

static int refuse(struct pr_call *call, const struct pr_token_owner *owner, struct pr_err *err)
{
	switch (owner->membership) {
	case PR_MEMBERSHIP_NONE:
		return pr_reply_detail(call, 403, "Forbidden", err);
	case PR_MEMBERSHIP_GONE:
		return pr_reply_detail(call, 410, "Gone", err);
	case PR_MEMBERSHIP_UNKNOWN:
		return pr_reply_missing(call, err);
	case PR_MEMBERSHIP_THERE:
		break;
	}
	return 0;
}

/* The organisation of the path; "" where there is none, or it is no UUID, which is told later. */
static void read_organization(struct pr_call *call, const struct pr_route_match *match)
{
	if (match->organization.text)
		pr_parameter_uuid(&match->organization, call->organization);
}

static int check_member(struct pr_call *call, const struct pr_route_match *match,
	const struct pr_token_owner *owner, struct pr_err *err)
{
	json_auto_t *problems = NULL;
	int rc;

	if (call->organization[0])
		return refuse(call, owner, err);
	problems = json_array();
	rc = problems ? pr_parameter_problem(&match->organization, problems, err)
		      : pr_fail_nomem(err);
	return rc ? rc : pr_reply(call, 422, json_pack("{s:O}", "detail", problems), err);
}

void pr_auth_forget(struct pr_server *server)
{
	struct pr_auth_memory *memory = pr_server_auth_memory(server);

	explicit_bzero(memory, sizeof(*memory));
}

static int find_owner(struct pr_call *call, const char *token, struct pr_token_owner *ret_owner,
	struct pr_err *err)
{
	struct pr_auth_memory *memory = pr_server_auth_memory(call->server);
	int rc;

	if (*memory->token && pr_text_eq(memory->token, token) &&
		pr_text_eq(memory->organization, call->organization)) {
		*ret_owner = memory->owner;
		return 0;
	}
	rc = pr_tokens_find(
		pr_server_store(call->server), token, call->organization, ret_owner, err);
	if (rc || strlen(token) >= sizeof(memory->token))
		return rc;
	pr_text_copy(memory->token, sizeof(memory->token), token);
	pr_text_copy(memory->organization, sizeof(memory->organization), call->organization);
	memory->owner = *ret_owner;
	return 0;
}

int pr_auth_check(struct pr_call *call, const struct pr_route_match *match, struct pr_err *err)
{
	struct pr_token_owner owner;
	const char *token;
	int rc;

	if (call->route->access == PR_ACCESS_PUBLIC)
		return 0;
	read_organization(call, match);
	token = bearer(call);
	rc = token ? find_owner(call, token, &owner, err) : PR_ENOTFOUND;
	if (rc == PR_ENOTFOUND) {
		pr_err_clear(err);
		return pr_reply_detail(call, 401, "Unauthorized", err);
	}
	if (rc)
		return rc;
	pr_text_copy(call->user, sizeof(call->user), owner.user);
	pr_text_copy(call->user_name, sizeof(call->user_name), owner.user_name);
	if (call->route->access == PR_ACCESS_MEMBER)
		rc = check_member(call, match, &owner, err);
	if (!rc && !call->status && owner.of_run && call->route->flags & PR_ROUTE_USERS)
		rc = pr_reply_detail(call, 403, "Forbidden", err);
	return rc;
}
