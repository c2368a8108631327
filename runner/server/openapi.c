#include "server/openapi.h"

#include "base/buf.h"
#include "base/text.h"
#include "codec/json.h"
#include "server/api.h"

#include <ctype.h>
#include <string.h>

/* Behind every status that a route has in its table: what any route may answer. */
#define ALWAYS "400 408 431 500 503"
#define OF_TOKENS "401"
#define OF_MEMBERS "401 403 404 410 422"
#define OF_BODIES "413 422"
#define OF_QUERIES "422"

static const struct {
	unsigned status;
	const char *schema;
	const char *text;
} refusals[] = {
	{400, "BadRequest", "The request is malformed, or what it is about is in use"},
	{401, "Refusal", "The token is missing or wrong"},
	{403, "Refusal", "The user may not"},
	{404, "Refusal", "There is none of that id"},
	{408, "Refusal", "The request came too slowly"},
	{409, "Refusal", "The name is taken"},
	{410, "Refusal", "The organization was deleted"},
	{413, "Refusal", "The body is too large"},
	{422, "Invalid", "A parameter or the body is not as described"},
	{431, "Refusal", "The headers are too large"},
	{500, "Refusal", "The platform failed"},
	{503, "Refusal", "The platform cannot serve now"},
};

static const char refusal_schemas[] =
	"{\"Refusal\":{\"type\":\"object\",\"properties\":{\"detail\":{\"type\":\"string\"}},"
	"\"required\":[\"detail\"],\"additionalProperties\":false},"
	"\"BadRequest\":{\"type\":\"object\",\"properties\":{\"detail\":{\"type\":\"string\"},"
	"\"title\":{\"type\":\"string\"},\"status\":{\"const\":400}},"
	"\"required\":[\"detail\"],\"additionalProperties\":false},"
	"\"Problem\":{\"type\":\"object\",\"properties\":{\"type\":{\"type\":\"string\"},"
	"\"loc\":{\"type\":\"array\",\"items\":{\"type\":[\"string\",\"integer\"]}},"
	"\"msg\":{\"type\":\"string\"},\"input\":{},\"ctx\":{\"type\":\"object\"}},"
	"\"required\":[\"type\",\"loc\",\"msg\"],\"additionalProperties\":false},"
	"\"Invalid\":{\"type\":\"object\",\"properties\":{\"detail\":{\"type\":\"array\","
	"\"minItems\":1,\"items\":{\"$ref\":\"#/components/schemas/Problem\"}}},"
	"\"required\":[\"detail\"],\"additionalProperties\":false}}";

static json_t *reference(const char *name, bool answer)
{
	PR_AUTO(free) char *place =
		pr_text_format("#/components/schemas/%s%s", name, answer ? "Answer" : "");

	return place ? json_pack("{s:s}", "$ref", place) : NULL;
}

/* Adds a shape and all that are inside it to the schemas. */
static int add_shape(json_t *schemas, const struct pr_shape *shape, bool answer)
{
	PR_AUTO(free) char *name = pr_text_format("%s%s", shape->name, answer ? "Answer" : "");

	if (!name)
		return PR_ENOMEM;
	if (json_object_get(schemas, name))
		return 0;
	if (pr_json_set(schemas, name, pr_shape_schema(shape, answer), NULL))
		return PR_ENOMEM;
	for (size_t i = 0; i < shape->field_count; i++)
		if (shape->fields[i].shape && add_shape(schemas, shape->fields[i].shape, answer))
			return PR_ENOMEM;
	for (size_t i = 0; i < shape->variant_count; i++) {
		const struct pr_shape *form = shape->variants[i].shape;

		for (size_t j = 0; j < form->field_count; j++)
			if (form->fields[j].shape &&
				add_shape(schemas, form->fields[j].shape, answer))
				return PR_ENOMEM;
	}
	return 0;
}

/* The schema of an array; takes `items`. */
static json_t *array_of(json_t *items)
{
	return json_pack("{s:s, s:o}", "type", "array", "items", items);
}

static json_t *page_of(json_t *items)
{
	return json_pack("{s:s, s:{s:{s:s, s:i}, s:o}, s:[s, s], s:b}", "type", "object",
		"properties", "count", "type", "integer", "minimum", 0, "items", array_of(items),
		"required", "count", "items", "additionalProperties", 0);
}

static json_t *answer_schema(const struct pr_route *route)
{
	json_t *one;

	if (route->flags & PR_ROUTE_ANY)
		return json_object();
	if (route->flags & PR_ROUTE_TEXT)
		return json_pack("{s:s}", "type", "string");
	if (!route->answer)
		return route->flags & PR_ROUTE_LIST ? array_of(pr_uuid_schema(true))
						    : json_pack("{s:s}", "type", "null");
	one = reference(route->answer->name, true);
	if (route->flags & PR_ROUTE_PAGED)
		return page_of(one);
	if (route->flags & PR_ROUTE_LIST)
		return array_of(one);
	if (route->flags & PR_ROUTE_MAYBE)
		return json_pack("{s:[o, {s:s}]}", "anyOf", one, "type", "null");
	return one;
}

/* An answer with its content; takes `schema`. */
static json_t *content(const char *text, const char *type, json_t *schema)
{
	return json_pack(
		"{s:s, s:{s:{s:o}}}", "description", text, "content", type, "schema", schema);
}

/* Adds the refusals whose status is in `list`: "400 404". */
static int add_refusals(json_t *answers, const char *list)
{
	for (size_t i = 0; list && i < PR_LEN(refusals); i++) {
		char status[8];

		pr_text_print(status, sizeof(status), "%u", refusals[i].status);
		if (!strstr(list, status) || json_object_get(answers, status))
			continue;
		if (pr_json_set(answers, status,
			    content(refusals[i].text, "application/json",
				    reference(refusals[i].schema, false)),
			    NULL))
			return PR_ENOMEM;
	}
	return 0;
}

static json_t *answers_of(const struct pr_route *route)
{
	static const char *const of_access[] = {[PR_ACCESS_PUBLIC] = "",
		[PR_ACCESS_TOKEN] = OF_TOKENS,
		[PR_ACCESS_MEMBER] = OF_MEMBERS};
	bool has_query = route->flags & (PR_ROUTE_PAGED | PR_ROUTE_SEARCH | PR_ROUTE_FILTER);
	const char *type = route->flags & PR_ROUTE_TEXT ? "text/plain" : "application/json";
	json_auto_t *answers = json_object();
	char status[8];

	pr_text_print(status, sizeof(status), "%u", route->status);
	if (!answers ||
		pr_json_set(answers, status, content("Done", type, answer_schema(route)), NULL) ||
		add_refusals(answers, of_access[route->access]) ||
		add_refusals(answers, route->body ? OF_BODIES : "") ||
		add_refusals(answers, has_query || strchr(route->path, '{') ? OF_QUERIES : "") ||
		add_refusals(answers, route->refusals) || add_refusals(answers, ALWAYS))
		return NULL;
	return json_incref(answers);
}

/* Adds a parameter; takes `schema`. */
static int add_parameter(
	json_t *parameters, const char *name, const char *in, bool required, json_t *schema)
{
	return pr_json_append(parameters,
		json_pack("{s:s, s:s, s:b, s:o}", "name", name, "in", in, "required", required,
			"schema", schema),
		NULL);
}

static json_t *number_schema(int most)
{
	json_t *schema = json_pack("{s:s, s:i}", "type", "integer", "minimum", 1);

	if (schema && json_object_set_new(schema, "maximum", json_integer(most))) {
		json_decref(schema);
		return NULL;
	}
	return schema;
}

static json_t *text_schema(void)
{
	return json_pack("{s:s, s:i}", "type", "string", "minLength", 1);
}

static int add_query(const struct pr_route *route, json_t *parameters)
{
	bool is_search = route->flags & PR_ROUTE_SEARCH;

	if ((route->flags & PR_ROUTE_PAGED) &&
		(add_parameter(parameters, "page", "query", false, number_schema(1000000000)) ||
			add_parameter(parameters, "limit", "query", false, number_schema(10))))
		return PR_ENOMEM;
	if (route->flags & (PR_ROUTE_SEARCH | PR_ROUTE_FILTER))
		return add_parameter(parameters, "pattern", "query", is_search, text_schema());
	return 0;
}

/* One {name} of a path: adds it to the path as it is shown, and to the parameters. */
static int add_place(const char *name, size_t n, struct pr_buf *path, json_t *parameters)
{
	bool is_name = n == 4 && !memcmp(name, "name", n);
	PR_AUTO(free) char *whole = pr_text_format("%.*s%s", (int)n, name, is_name ? "" : "_id");

	if (!whole || pr_buf_addf(path, "{%s}", whole))
		return PR_ENOMEM;
	return add_parameter(
		parameters, whole, "path", true, is_name ? text_schema() : pr_uuid_schema(false));
}

/* "{org}/plans/{plan}" -> "/api/v1/organization/{org_id}/plans/{plan_id}". */
static int read_path(const char *pattern, struct pr_buf *path, json_t *parameters)
{
	if (pr_text_starts(pattern, "{org}"))
		(void)pr_buf_adds(path, "/api/v1/organization/");
	while (*pattern) {
		size_t n = strcspn(pattern, "{");

		(void)pr_buf_add(path, pattern, n);
		pattern += n;
		if (*pattern != '{')
			continue;
		n = strcspn(pattern, "}");
		if (add_place(pattern + 1, n - 1, path, parameters))
			return PR_ENOMEM;
		pattern += n + (pattern[n] == '}');
	}
	return path->status;
}

static json_t *body_of(const struct pr_shape *shape)
{
	return json_pack("{s:b, s:{s:{s:o}}}", "required", 1, "content", "application/json",
		"schema", reference(shape->name, false));
}

static int complete(const struct pr_route *route, json_t *operation, json_t *schemas)
{
	if (route->body &&
		(add_shape(schemas, route->body, false) ||
			pr_json_set(operation, "requestBody", body_of(route->body), NULL)))
		return PR_ENOMEM;
	if (route->answer && add_shape(schemas, route->answer, true))
		return PR_ENOMEM;
	if (route->access == PR_ACCESS_PUBLIC)
		return 0;
	return pr_json_set(operation, "security", json_pack("[{s:[]}]", "bearer"), NULL);
}

static int add_route(const char *tag, const struct pr_route *route, json_t *paths, json_t *schemas)
{
	PR_AUTO(buf) struct pr_buf path = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	json_auto_t *parameters = json_array();
	json_auto_t *operation = NULL;
	char method[16] = "";

	for (size_t i = 0; route->method[i] && i + 1 < sizeof(method); i++)
		method[i] = (char)tolower((unsigned char)route->method[i]);
	if (!parameters || read_path(route->path, &path, parameters) ||
		add_query(route, parameters))
		return PR_ENOMEM;
	operation = json_pack("{s:[s], s:s, s:O, s:o}", "tags", tag, "summary", route->summary,
		"parameters", parameters, "responses", answers_of(route));
	if (!operation || complete(route, operation, schemas))
		return PR_ENOMEM;
	if (!json_object_get(paths, pr_buf_str(&path)) &&
		pr_json_set(paths, pr_buf_str(&path), json_object(), NULL))
		return PR_ENOMEM;
	return pr_json_set(
		json_object_get(paths, pr_buf_str(&path)), method, json_incref(operation), NULL);
}

json_t *pr_openapi(void)
{
	json_auto_t *paths = json_object();
	json_auto_t *schemas = json_loads(refusal_schemas, 0, NULL);

	if (!paths || !schemas)
		return NULL;
	for (const struct pr_routes *const *table = pr_api_tables(); *table; table++)
		for (size_t i = 0; i < (*table)->count; i++)
			if (add_route((*table)->tag, &(*table)->routes[i], paths, schemas))
				return NULL;
	return json_pack("{s:s, s:{s:s, s:s}, s:O, s:{s:O, s:{s:{s:s, s:s}}}}", "openapi", "3.1.0",
		"info", "title", "plan-deployer", "version", PR_VERSION, "paths", paths,
		"components", "schemas", schemas, "securitySchemes", "bearer", "type", "http",
		"scheme", "bearer");
}
