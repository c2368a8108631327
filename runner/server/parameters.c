#include "server/parameters.h"

#include "base/text.h"
#include "codec/json.h"

#include <string.h>

#define LIMIT_MAX 10

/* Version and variant of RFC 4122, version 4. */
static bool is_version_4(const char *canonical)
{
	return canonical[14] == '4' && strchr("89ab", canonical[19]);
}

static bool parse_uuid(const struct pr_route_part *part, char ret_id[PR_UUID_SIZE])
{
	char text[64];

	return !pr_route_decode(part, text, sizeof(text), NULL) &&
	       !pr_uuid_parse(text, ret_id, NULL);
}

bool pr_parameter_uuid(const struct pr_route_part *part, char ret_id[PR_UUID_SIZE])
{
	char id[PR_UUID_SIZE];
	bool good = parse_uuid(part, id) && is_version_4(id);

	pr_text_copy(ret_id, PR_UUID_SIZE, good ? id : "");
	return good;
}

/* A problem with `text`, which may have any bytes, at [`from`, `name`]. */
static int add(json_t *problems, const char *from, const char *name, const char *const what[2],
	const char *text)
{
	json_auto_t *where = json_pack("[s]", from);
	json_auto_t *input = text ? pr_json_text(text, strlen(text)) : json_null();

	if (!where || !input)
		return pr_fail_nomem(NULL);
	return pr_problem_add(problems, where, name, what[0], what[1], input, NULL);
}

int pr_parameter_problem(const struct pr_route_part *part, json_t *problems, struct pr_err *err)
{
	static const char *const malformed[] = {"uuid_parsing", "Input should be a valid UUID"};
	static const char *const other[] = {"uuid_version", "UUID version 4 expected"};
	char id[PR_UUID_SIZE];
	PR_AUTO(free) char *name = pr_text_format("%.*s_id", (int)part->name_len, part->name);
	PR_AUTO(free) char *text = pr_text_format("%.*s", (int)part->len, part->text);

	if (!name || !text ||
		add(problems, "path", name, parse_uuid(part, id) ? other : malformed, text))
		return pr_fail_nomem(err);
	return 0;
}

static int read_path(struct pr_call *call, const struct pr_route_match *match, json_t *problems,
	struct pr_err *err)
{
	static const char *const broken[] = {"string_type", "Input should be a valid string"};

	for (size_t i = 0; i < PR_ROUTE_IDS && match->ids[i].text; i++)
		if (!pr_parameter_uuid(&match->ids[i], call->ids[i]) &&
			pr_parameter_problem(&match->ids[i], problems, err))
			return PR_ENOMEM;
	if (match->name.text &&
		pr_route_decode(&match->name, call->name, sizeof(call->name), NULL) &&
		add(problems, "path", "name", broken, NULL))
		return pr_fail_nomem(err);
	return 0;
}

/* A number of the query, from 1 to `most`. */
static int read_number(
	struct pr_call *call, const char *name, int64_t most, int64_t *number, json_t *problems)
{
	static const char *const no_number[] = {"int_parsing",
		"Input should be a valid integer, unable to parse string as an integer"};
	static const char *const small[] = {
		"greater_than_equal", "Input should be greater than or equal to 1"};
	static const char *const large[] = {
		"less_than_equal", "Input should be less than or equal to 10"};
	const char *text = pr_web_query(call->exchange, name);

	if (!text)
		return 0;
	if (pr_text_int64(text, number, NULL))
		return add(problems, "query", name, no_number, text);
	if (*number < 1)
		return add(problems, "query", name, small, text);
	return *number > most ? add(problems, "query", name, large, text) : 0;
}

static int read_pattern(struct pr_call *call, json_t *problems)
{
	static const char *const missing[] = {"missing", "Field required"};
	static const char *const empty[] = {
		"string_too_short", "String should have at least 1 character"};
	const char *text = pr_web_query(call->exchange, "pattern");

	call->pattern = text;
	if (!text)
		return call->route->flags & PR_ROUTE_SEARCH
			       ? add(problems, "query", "pattern", missing, NULL)
			       : 0;
	return *text ? 0 : add(problems, "query", "pattern", empty, text);
}

/* Pages end far from where an offset overflows. */
#define PAGE_MAX (INT64_MAX / LIMIT_MAX)

static int read_query(struct pr_call *call, json_t *problems, struct pr_err *err)
{
	unsigned flags = call->route->flags;
	int rc = 0;

	call->page = 1;
	call->limit = LIMIT_MAX;
	if (flags & PR_ROUTE_PAGED) {
		rc = read_number(call, "page", PAGE_MAX, &call->page, problems);
		if (!rc)
			rc = read_number(call, "limit", LIMIT_MAX, &call->limit, problems);
	}
	if (!rc && flags & (PR_ROUTE_SEARCH | PR_ROUTE_FILTER))
		rc = read_pattern(call, problems);
	return rc ? pr_fail_nomem(err) : 0;
}

/* Whether some string of a JSON text has a NUL, which no database keeps: \u0000 behind an even
 * number of backslashes. */
static bool has_nul(const char *text, size_t n)
{
	size_t slashes = 0;

	for (size_t i = 0; i < n; i++) {
		if (text[i] == 'u' && slashes % 2 && n - i > 4 && !memcmp(text + i, "u0000", 5))
			return true;
		slashes = text[i] == '\\' ? slashes + 1 : 0;
	}
	return false;
}

static int parse(const char *text, size_t n, json_t **ret_value, struct pr_err *err)
{
	static const struct pr_limits limits = PR_LIMITS_DEFAULT;

	if (!pr_text_is_utf8(text, n))
		return pr_fail(err, PR_EINVAL, "it is no valid UTF-8");
	if (has_nul(text, n))
		return pr_fail(err, PR_EINVAL, "a string has a NUL");
	return pr_json_parse(text, n, "body", &limits, ret_value, err);
}

/* What the text has at that place is not repeated: it may be a part of a secret. */
static int add_malformed(json_t *problems, struct pr_err *why, struct pr_err *err)
{
	char *quoted = strstr(why->msg, " near '");
	json_t *problem;

	if (quoted)
		*quoted = '\0';
	problem = json_pack("{s:s, s:[s], s:s, s:{}, s:{s:s}}", "type", "json_invalid", "loc",
		"body", "msg", "JSON decode error", "input", "ctx", "error", why->msg);

	return pr_json_append(problems, problem, err);
}

static int read_body(struct pr_call *call, json_t *problems, struct pr_err *err)
{
	static const char *const missing[] = {"missing", "Field required"};
	struct pr_err why = PR_ERR_INIT;
	json_auto_t *value = NULL;
	size_t n = 0;
	const char *text = pr_web_body(call->exchange, &n);
	int rc;

	if (!call->route->body)
		return 0;
	rc = n ? parse(text, n, &value, &why) : 0;
	if (rc == PR_ENOMEM)
		return pr_fail_nomem(err);
	if (rc)
		return add_malformed(problems, &why, err);
	if (!value || json_is_null(value))
		return add(problems, "body", NULL, missing, NULL) ? pr_fail_nomem(err) : 0;
	return pr_shape_read(call->route->body, value, problems, &call->body, err);
}

int pr_parameters_read(struct pr_call *call, const struct pr_route_match *match, struct pr_err *err)
{
	json_auto_t *problems = json_array();
	int rc = problems ? read_path(call, match, problems, err) : pr_fail_nomem(err);

	if (!rc)
		rc = read_query(call, problems, err);
	if (!rc)
		rc = read_body(call, problems, err);
	if (rc || !json_array_size(problems))
		return rc;
	return pr_reply(call, 422, json_pack("{s:O}", "detail", problems), err);
}
