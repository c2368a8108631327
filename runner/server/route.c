#include "server/route.h"

#include "base/text.h"

#include <string.h>

#define ORG "{org}"

/* The segment that `*path` begins with; false where it is empty. */
static bool take_segment(const char **path, struct pr_route_part *part)
{
	part->text = *path;
	part->len = strcspn(*path, "/");
	*path += part->len;
	return part->len > 0;
}

static struct pr_route_part *place_of(
	struct pr_route_match *match, const char *name, size_t len, size_t *ids)
{
	if (len == strlen("name") && !strncmp(name, "name", len))
		return &match->name;
	return *ids < PR_ROUTE_IDS ? &match->ids[(*ids)++] : NULL;
}

/* Takes what "{…}" at `*form` matches. */
static bool take_part(
	const char **form, const char **path, struct pr_route_match *match, size_t *ids)
{
	const char *name = *form + 1;
	size_t len = strcspn(name, "}");
	struct pr_route_part *part = place_of(match, name, len, ids);

	if (!part)
		return false;
	part->name = name;
	part->name_len = len;
	*form = name + len + 1;
	return take_segment(path, part);
}

static bool take_organization(const char **path, struct pr_route_part *part)
{
	if (!pr_text_starts(*path, PR_ROUTE_ORGANIZATION))
		return false;
	*path += strlen(PR_ROUTE_ORGANIZATION);
	part->name = "org";
	part->name_len = strlen("org");
	return take_segment(path, part);
}

static bool matches(const char *form, const char *path, struct pr_route_match *match)
{
	size_t ids = 0;

	memset(match, 0, sizeof(*match));
	if (pr_text_starts(form, ORG)) {
		form += strlen(ORG);
		if (!take_organization(&path, &match->organization))
			return false;
	}
	while (*form)
		if (*form == '{') {
			if (!take_part(&form, &path, match, &ids))
				return false;
		} else if (*form++ != *path++) {
			return false;
		}
	return !*path;
}

static void add_method(char allow[64], const char *method)
{
	size_t n = strlen(allow);

	if (!strstr(allow, method))
		pr_text_print(allow + n, 64 - n, "%s%s", n ? ", " : "", method);
}

void pr_route_find(const struct pr_routes *const *tables, const char *method, const char *path,
	struct pr_route_match *ret_match)
{
	char allow[64] = "";

	for (; *tables; tables++)
		for (size_t i = 0; i < (*tables)->count; i++) {
			const struct pr_route *route = &(*tables)->routes[i];

			if (!matches(route->path, path, ret_match))
				continue;
			ret_match->route = route;
			if (pr_text_eq(route->method, method))
				return;
			add_method(allow, route->method);
		}
	memset(ret_match, 0, sizeof(*ret_match));
	pr_text_copy(ret_match->allow, sizeof(ret_match->allow), allow);
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) % 16 : -1;
}

int pr_route_decode(const struct pr_route_part *part, char *to, size_t size, struct pr_err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < part->len; i++) {
		int c = (unsigned char)part->text[i];

		if (c == '%') {
			int high = i + 2 < part->len ? hex_digit(part->text[i + 1]) : -1;
			int low = high >= 0 ? hex_digit(part->text[i + 2]) : -1;

			if (low < 0 || !(high * 16 + low))
				return pr_fail(err, PR_EINVAL, "a broken percent code in the path");
			c = high * 16 + low;
			i += 2;
		}
		if (n + 1 >= size)
			return pr_fail(err, PR_ELIMIT, "a name in the path is too long");
		to[n++] = (char)c;
	}
	to[n] = '\0';
	return pr_text_is_utf8(to, n) ? 0 : pr_fail(err, PR_EINVAL, "the path is no UTF-8");
}
