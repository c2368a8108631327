#include "cli/noun.h"

#include "base/text.h"
#include "cli/console.h"
#include "cli/noun_table.h"
#include "codec/json.h"

#include <string.h>

/* Most that a page of the platform has (docs/protocol.md 2.1). */
#define PAGE_ITEMS 10
#define LIST_ITEMS 50

const char *const pr_noun_outputs[] = {"table", "json", "yaml", "id", NULL};

static void auto_noun(struct pr_noun *noun)
{
	pr_connection_close(&noun->connection);
}

static int print_answer(const struct pr_noun *noun, const json_t *answer, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	int rc = pr_noun_show(noun->kind, pr_args_value(noun->args, "output"), answer, &text, err);

	return rc ? rc : pr_print_document(pr_buf_str(&text), text.len, err);
}

/* What is not set was printed by `init`: the pages that others are sent to are not there. */
static void complain(const struct pr_noun *noun, const struct pr_err *err)
{
	const struct pr_service *service = &noun->connection.service;

	if (err->code == PR_EAUTH && (!service->token || !service->organization))
		pr_complain(noun->context,
			"%s `plan-deployer init` prints host, organisation and token.", err->msg);
	else
		pr_complain(noun->context, "%s", err->msg);
}

int pr_noun_run(struct pr_context *context, const struct pr_args *args, pr_noun_fn *work)
{
	__attribute__((cleanup(auto_noun))) struct pr_noun noun = {
		.context = context, .args = args, .kind = pr_noun_kind(args->path[1]->name)};
	json_auto_t *answer = NULL;
	struct pr_err err = PR_ERR_INIT;
	int rc = pr_console_log(false, NULL, &err);

	if (!rc)
		rc = pr_connection_open(&noun.connection, args, *noun.kind->path, &err);
	if (!rc)
		rc = work(&noun, &answer, &err);
	if (!rc && answer)
		rc = print_answer(&noun, answer, &err);
	if (rc == PR_EUSAGE)
		return pr_console_usage(context, args, &err);
	if (rc)
		complain(&noun, &err);
	return rc ? PR_EXIT_DEVIATED : noun.code;
}

/* What the checks of a body found, in sentences where it has any: the other findings are then those
 * of alternatives that were not meant. */
static void add_findings(const json_t *findings, struct pr_buf *out)
{
	static const char prefix[] = "Value error, ";
	const json_t *finding;
	size_t i;

	json_array_foreach (pr_json_mutable(findings), i, finding) {
		const json_t *place = json_object_get(finding, "loc");
		const char *words = pr_json_str(finding, "msg");
		const char *name =
			json_string_value(json_array_get(place, json_array_size(place) - 1));

		if (!pr_text_starts(words, prefix))
			continue;
		pr_buf_addf(out, "%s%s%s%s", out->len ? "; " : "", name ? name : "",
			name ? ": " : "", words + strlen(prefix));
	}
}

/* Where nothing was found: one object, or the organisation itself. */
static int not_found(const struct pr_noun *noun, const struct pr_reply *reply, const char *path,
	struct pr_err *err)
{
	const struct pr_service *service = &noun->connection.service;
	bool is_whole = !strchr(*path ? path + 1 : path, '/');

	if (!service->organization || !is_whole)
		return pr_fail(err, reply->code, "not found: %s", *path ? path : "organisations");
	return pr_fail(err, reply->code,
		"%s has no organisation %s, or not for this token: see RELIABLY_ORGANIZATION_ID",
		service->host, service->organization);
}

/* The platform's own words, where it has refused with some. */
static int refused(
	struct pr_noun *noun, const struct pr_reply *reply, const char *path, struct pr_err *err)
{
	const json_t *findings = json_object_get(reply->body, "detail");
	const char *detail = json_string_value(findings);
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (reply->status == 404)
		return not_found(noun, reply, path, err);
	if (!reply->status && reply->code == PR_ENET)
		return pr_fail(err, reply->code,
			"%s; RELIABLY_SERVICE_HOST names the platform, `plan-deployer serve` is "
			"one",
			reply->message);
	add_findings(findings, &text);
	noun->refusal = reply->status;
	if (reply->status == 410)
		return pr_fail(err, reply->code, "the organisation was deleted");
	if (reply->status >= 400 && reply->status != 401 && (detail || text.len))
		return pr_fail(err, reply->code, "the platform refuses (%ld): %.300s",
			reply->status, detail ? detail : pr_buf_str(&text));
	return pr_fail(err, reply->code, "%s", reply->message);
}

/* The platform says "Conflict" only, where it is asked for another object of a name that is unique.
 */
static const char *taken_name(const struct pr_noun *noun, const char *method, const char *path,
	const json_t *body, const struct pr_reply *reply)
{
	if (reply->status != 409 || !pr_text_eq(method, "POST") ||
		!pr_text_eq(path, noun->kind->path))
		return NULL;
	return pr_json_str(body, noun->kind->label);
}

static int refused_as_taken(
	struct pr_noun *noun, const struct pr_reply *reply, const char *name, struct pr_err *err)
{
	const char *command = noun->args->path[1]->name; /* the kind is that of what is shown */

	noun->refusal = reply->status;
	return pr_fail(err, reply->code, "there is %s %s '%.100s' already",
		strchr("aeio", *command) ? "an" : "a", command, name);
}

int pr_noun_ask(struct pr_noun *noun, const char *method, const char *path, const json_t *body,
	json_t **ret_answer, struct pr_err *err)
{
	PR_AUTO(reply) struct pr_reply reply = {.code = PR_OK};
	const char *taken;

	if (pr_ask(&noun->connection.signals, noun->connection.platform, method, path, body,
		    &reply)) {
		taken = taken_name(noun, method, path, body, &reply);
		return taken ? refused_as_taken(noun, &reply, taken, err)
			     : refused(noun, &reply, path, err);
	}
	*ret_answer = json_incref(reply.body);
	return 0;
}

int pr_noun_ask_text(struct pr_noun *noun, const char *path, char **ret_text, struct pr_err *err)
{
	PR_AUTO(reply) struct pr_reply reply = {.code = PR_OK};

	if (pr_ask(&noun->connection.signals, noun->connection.platform, "GET", path, NULL, &reply))
		return refused(noun, &reply, path, err);
	*ret_text = pr_text_dup(pr_buf_str(&reply.text));
	return *ret_text ? 0 : pr_fail_nomem(err);
}

int pr_noun_page(
	struct pr_noun *noun, const char *path, int page, json_t **ret_items, struct pr_err *err)
{
	json_auto_t *answer = NULL;
	json_t *items;
	char query[256];
	int rc;

	pr_text_print(query, sizeof query, "%s?page=%d&limit=%d", path, page, PAGE_ITEMS);
	rc = pr_noun_ask(noun, "GET", query, NULL, &answer, err);
	if (rc)
		return rc;
	items = json_object_get(answer, "items");
	if (!json_is_array(items))
		return pr_fail(err, PR_EPROTO, "the platform's answer to '%s' is no list", query);
	*ret_items = json_incref(items);
	return 0;
}

int pr_noun_list(struct pr_noun *noun, const char *path, size_t most, json_t **ret_answer,
	struct pr_err *err)
{
	json_auto_t *all = json_array();
	bool more = true;

	for (int page = 1; more; page++) {
		json_auto_t *items = NULL;
		int rc = pr_noun_page(noun, path, page, &items, err);

		if (rc)
			return rc;
		more = json_array_size(items) == PAGE_ITEMS && json_array_size(all) < most;
		if (json_array_extend(all, items))
			return pr_fail_nomem(err);
	}
	while (json_array_size(all) > most)
		json_array_remove(all, json_array_size(all) - 1);
	*ret_answer =
		json_pack("{s:I, s:O}", "count", (json_int_t)json_array_size(all), "items", all);
	return *ret_answer ? 0 : pr_fail_nomem(err);
}

/* Counts the objects of that name, and notes the id of the last. */
static size_t count_named(const struct pr_noun_kind *kind, const json_t *items, const char *name,
	char ret_id[PR_UUID_SIZE])
{
	const json_t *item;
	size_t count = 0;
	size_t i;

	json_array_foreach (pr_json_mutable(items), i, item) {
		const json_t *definition = json_object_get(item, "definition");
		const char *label = pr_json_str(item, kind->label);

		if (!label)
			label = pr_json_str(definition, kind->label);
		if (!pr_text_eq(label, name) || !pr_json_str(item, "id"))
			continue;
		pr_text_copy(ret_id, PR_UUID_SIZE, pr_json_str(item, "id"));
		count++;
	}
	return count;
}

int pr_noun_find(struct pr_noun *noun, const struct pr_noun_kind *kind, const char *text,
	char ret_id[PR_UUID_SIZE], struct pr_err *err)
{
	size_t found = 0;
	size_t items_on_page = PAGE_ITEMS;

	if (!pr_uuid_parse(text, ret_id, NULL))
		return 0;
	for (int page = 1; items_on_page == PAGE_ITEMS; page++) {
		json_auto_t *items = NULL;
		int rc = pr_noun_page(noun, kind->path, page, &items, err);

		if (rc)
			return rc;
		items_on_page = json_array_size(items);
		found += count_named(kind, items, text, ret_id);
	}
	if (!found)
		return pr_fail(err, PR_ENOTFOUND, "there is no %s with the id or name '%.100s'",
			kind->name, text);
	return found == 1 ? 0
			  : pr_fail(err, PR_EINVAL,
				    "%zu of '%.100s': several have this name, give the id", found,
				    text);
}

int pr_noun_post(struct pr_noun *noun, const char *method, const char *after, const json_t *body,
	json_t **ret_answer, struct pr_err *err)
{
	char id[PR_UUID_SIZE];
	char path[160];
	int rc = pr_noun_find(noun, noun->kind, noun->args->positionals[0], id, err);

	if (rc)
		return rc;
	pr_text_print(path, sizeof path, "%s/%s%s", noun->kind->path, id, after);
	return pr_noun_ask(noun, method, path, body, ret_answer, err);
}

static int list(struct pr_noun *noun, json_t **ret_answer, struct pr_err *err)
{
	const char *limit = pr_args_value(noun->args, "limit");
	int64_t most = LIST_ITEMS;

	if (limit && (pr_text_int64(limit, &most, NULL) || most < 1 || most > 1000000))
		return pr_fail(err, PR_EUSAGE, "--limit %.40s: a number from 1 on", limit);
	return pr_noun_list(noun, noun->kind->path, (size_t)most, ret_answer, err);
}

static int get(struct pr_noun *noun, json_t **ret_answer, struct pr_err *err)
{
	return pr_noun_post(noun, "GET", *noun->kind->path ? "" : "/", NULL, ret_answer, err);
}

static int delete_one(struct pr_noun *noun, json_t **ret_answer, struct pr_err *err)
{
	json_auto_t *nothing = NULL;

	(void)ret_answer;
	return pr_noun_post(noun, "DELETE", *noun->kind->path ? "" : "/", NULL, &nothing, err);
}

int pr_noun_verb_list(struct pr_context *context, const struct pr_args *args)
{
	return pr_noun_run(context, args, list);
}

int pr_noun_verb_get(struct pr_context *context, const struct pr_args *args)
{
	return pr_noun_run(context, args, get);
}

int pr_noun_verb_delete(struct pr_context *context, const struct pr_args *args)
{
	return pr_noun_run(context, args, delete_one);
}

static const struct pr_option list_options[] = {
	PR_NOUN_OPTIONS,
	{"limit", 0, PR_OPTION_VALUE, "N", "At most so many (50).", NULL},
};

static const struct pr_option options[] = {PR_NOUN_OPTIONS};

static const struct pr_positional positionals[] = {
	{"ID", "Its UUID, or its name where only one has it.", false},
};

const struct pr_command pr_noun_command_list = {
	.name = "list", .summary = "Show all.", PR_OPTIONS(list_options), .run = pr_noun_verb_list};

const struct pr_command pr_noun_command_get = {.name = "get",
	.summary = "Show one.",
	PR_OPTIONS(options),
	PR_POSITIONALS(positionals),
	.run = pr_noun_verb_get};

const struct pr_command pr_noun_command_delete = {.name = "delete",
	.summary = "Delete one; refused while something uses it.",
	PR_OPTIONS(options),
	PR_POSITIONALS(positionals),
	.run = pr_noun_verb_delete};
