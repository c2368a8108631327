#include "base/compiler.h"
#include "codec/json.h"
#include "server/api.h"

struct pr_store *pr_call_store(const struct pr_call *call)
{
	return pr_server_store(call->server);
}

const char *pr_call_text(const struct pr_call *call, const char *name)
{
	return pr_json_str(call->body, name);
}

int pr_reply(struct pr_call *call, unsigned status, json_t *value, struct pr_err *err)
{
	if (!value)
		return pr_fail_nomem(err);
	json_decref(call->answer);
	call->answer = value;
	call->status = status;
	return 0;
}

int pr_reply_null(struct pr_call *call)
{
	call->status = 200;
	return 0;
}

static const struct refusal {
	int code;
	unsigned status;
	const char *detail;
} refusals[] = {
	{PR_ENOTFOUND, 404, "Not Found"},
	{PR_EAUTH, 403, "Forbidden"},
	{PR_EEXIST, 409, "Conflict"},
};

int pr_reply_outcome(struct pr_call *call, int rc, json_t *value, struct pr_err *err)
{
	if (!rc)
		return pr_reply(call, call->route->status, value ? value : json_null(), err);
	for (size_t i = 0; i < PR_LEN(refusals); i++)
		if (refusals[i].code == rc) {
			pr_err_clear(err);
			return pr_reply_detail(call, refusals[i].status, refusals[i].detail, err);
		}
	return rc;
}

int pr_reply_detail(struct pr_call *call, unsigned status, const char *detail, struct pr_err *err)
{
	return pr_reply(call, status, json_pack("{s:s}", "detail", detail), err);
}

int pr_reply_missing(struct pr_call *call, struct pr_err *err)
{
	return pr_reply_detail(call, 404, "Not Found", err);
}

int pr_reply_in_use(struct pr_call *call, const char *title, const char *detail, struct pr_err *err)
{
	json_t *value =
		json_pack("{s:s, s:i, s:s}", "title", title, "status", 400, "detail", detail);

	return pr_reply(call, 400, value, err);
}

int pr_reply_invalid(struct pr_call *call, const char *name, const char *type, const char *message,
	const json_t *input, struct pr_err *err)
{
	json_auto_t *problems = json_array();
	json_auto_t *where = json_pack("[s]", "body");
	int rc;

	if (!problems || !where)
		return pr_fail_nomem(err);
	rc = pr_problem_add(problems, where, name, type, message, input, err);
	return rc ? rc : pr_reply(call, 422, json_pack("{s:O}", "detail", problems), err);
}

int pr_reply_page(struct pr_call *call, int64_t count, json_t *items, struct pr_err *err)
{
	if (!items)
		return pr_fail_nomem(err);
	return pr_reply(call, 200,
		json_pack("{s:I, s:o}", "count", (json_int_t)count, "items", items), err);
}

int pr_reply_list(struct pr_call *call, pr_list_fn *list, struct pr_err *err)
{
	struct pr_rows_page page = {.page = call->page, .limit = call->limit};
	int rc = list(pr_call_store(call), call->organization, &page, err);

	return rc ? rc : pr_reply_page(call, page.count, page.items, err);
}

int pr_reply_search(struct pr_call *call, pr_search_fn *search, struct pr_err *err)
{
	struct pr_rows_page page = {.page = call->page, .limit = call->limit};
	int rc = search(pr_call_store(call), call->organization, call->pattern, &page, err);

	return rc ? rc : pr_reply_page(call, page.count, page.items, err);
}

int pr_reply_written(struct pr_call *call, int rc, char *text, struct pr_err *err)
{
	PR_AUTO(free) char *owned = text;

	if (rc)
		return pr_reply_outcome(call, rc, NULL, err);
	if (!text)
		return pr_fail_nomem(err);
	call->content_type = "application/json";
	pr_reply_text(call, pr_steal(owned));
	call->status = call->route->status;
	return 0;
}

int pr_reply_text(struct pr_call *call, char *text)
{
	free(call->text);
	call->text = text;
	if (!call->content_type)
		call->content_type = "text/plain; charset=utf-8";
	call->status = 200;
	return 0;
}
