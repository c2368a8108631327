#include "base/err.h"
#include "base/text.h"
#include "server/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ORG "/api/v1/organization/o"

static const struct pr_route first[] = {
	{.method = "GET", .path = "/health", .summary = "health"},
	{.method = "GET", .path = "{org}/", .summary = "get"},
	{.method = "GET", .path = "{org}/things", .summary = "list"},
	{.method = "POST", .path = "{org}/things", .summary = "create"},
	{.method = "GET", .path = "{org}/things/all", .summary = "all"},
};

static const struct pr_route second[] = {
	{.method = "PUT", .path = "{org}/things/{thing}", .summary = "replace"},
	{.method = "GET", .path = "{org}/things/{thing}", .summary = "one"},
	{.method = "DELETE", .path = "{org}/things/{thing}/parts/{part}", .summary = "part"},
	{.method = "DELETE", .path = "{org}/things/{thing}/remove/{name}", .summary = "remove"},
};

static const struct pr_routes one = PR_ROUTES("one", first), two = PR_ROUTES("two", second);

static const struct pr_routes *const tables[] = {&one, &two, NULL};

static const struct found {
	const char *method, *path;
	const char *summary; /* NULL: not found */
	const char *allow;
} cases[] = {
	{"GET", "/health", "health", ""},
	{"GET", "/health/", NULL, ""},
	{"GET", "/healt", NULL, ""},
	{"HEAD", "/health", NULL, "GET"},
	{"GET", ORG "/", "get", ""},
	{"GET", ORG, NULL, ""},
	{"GET", "/api/v1/organization//", NULL, ""},
	{"GET", "/api/v2/organization/o/", NULL, ""},
	{"GET", ORG "/things", "list", ""},
	{"POST", ORG "/things", "create", ""},
	{"post", ORG "/things", NULL, "GET, POST"},
	{"DELETE", ORG "/things", NULL, "GET, POST"},
	{"GET", ORG "/things/all", "all", ""},
	{"PUT", ORG "/things/all", "replace", ""},
	{"PATCH", ORG "/things/all", NULL, "GET, PUT"},
	{"GET", ORG "/things/t", "one", ""},
	{"GET", ORG "/things/", NULL, ""},
	{"GET", ORG "/things/t/", NULL, ""},
	{"GET", ORG "/things/t/x", NULL, ""},
	{"DELETE", ORG "/things/t/parts/p", "part", ""},
	{"DELETE", ORG "/things/t/parts/", NULL, ""},
	{"GET", "", NULL, ""},
};

static void a_path_matches_exactly(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_route_match match;

		pr_route_find(tables, cases[i].method, cases[i].path, &match);
		if (cases[i].summary) {
			assert_non_null(match.route);
			assert_string_equal(cases[i].summary, match.route->summary);
		} else {
			assert_null(match.route);
			assert_string_equal(cases[i].allow, match.allow);
		}
	}
}

static void assert_part(const char *name, const char *text, const struct pr_route_part *part)
{
	assert_int_equal(strlen(name), part->name_len);
	assert_memory_equal(name, part->name, part->name_len);
	assert_int_equal(strlen(text), part->len);
	assert_memory_equal(text, part->text, part->len);
}

static void the_parts_of_a_path_are_found(void **state)
{
	struct pr_route_match match;

	(void)state;
	pr_route_find(tables, "DELETE", ORG "/things/t1/parts/p%202", &match);
	assert_part("org", "o", &match.organization);
	assert_part("thing", "t1", &match.ids[0]);
	assert_part("part", "p%202", &match.ids[1]);
	assert_null(match.name.text);
	pr_route_find(tables, "DELETE", ORG "/things/t1/remove/A_B", &match);
	assert_part("name", "A_B", &match.name);
	assert_null(match.ids[1].text);
}

static const struct decoded {
	const char *from, *to; /* NULL: refused */
} decodings[] = {
	{"a", "a"},
	{"a%20b", "a b"},
	{"%c3%A9", "\xc3\xa9"},
	{"%2f%25", "/%"},
	{"a+b", "a+b"},
	{"%", NULL},
	{"%2", NULL},
	{"%2x", NULL},
	{"%00", NULL},
	{"%ff", NULL},
	{"123456789", NULL},
};

static void a_part_is_decoded(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(decodings); i++) {
		const char *from = decodings[i].from;
		struct pr_route_part part = {.text = from, .len = strlen(from)};
		char to[9];
		int rc = pr_route_decode(&part, to, sizeof(to), NULL);

		assert_int_equal(decodings[i].to == NULL, rc != 0);
		if (decodings[i].to)
			assert_string_equal(decodings[i].to, to);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_matches_exactly),
		cmocka_unit_test(the_parts_of_a_path_are_found),
		cmocka_unit_test(a_part_is_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
