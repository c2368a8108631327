#include "actions/requirements.h"

#include "base/compiler.h"
#include "base/text.h"

#include <string.h>

#define SPACE " \t\r\n"

/* A condition of a version is no package, it goes on with the one before. */
static bool goes_on(const char *text)
{
	text += strspn(text, " \t\r");
	return *text && strchr("<>=!~", *text);
}

/* Length up to what separates, a line end or a comma. */
static size_t length_of(const char *text)
{
	char quote = '\0';
	int depth = 0;
	size_t n;

	for (n = 0; text[n] && text[n] != '\n'; n++) {
		if (quote)
			quote = text[n] == quote ? '\0' : quote;
		else if (strchr("'\"", text[n]))
			quote = text[n];
		else if (strchr("[(", text[n]))
			depth++;
		else if (strchr("])", text[n]))
			depth--;
		else if (text[n] == ',' && depth <= 0 && !goes_on(text + n + 1))
			break;
	}
	return n;
}

static int add(json_t *list, const char *piece, struct pr_err *err)
{
	static const char *const programs[] = {"oha", "aws-authenticator", "lueur"};

	if (!*piece || *piece == '#')
		return 0;
	if (*piece == '-')
		return pr_fail(err, PR_EINVAL,
			"the input dependencies has '%s', it takes packages and no options", piece);
	for (size_t i = 0; i < PR_LEN(programs); i++)
		if (pr_text_eq_nocase(piece, programs[i]))
			return pr_fail(err, PR_EINVAL,
				"the input dependencies has '%s', which is a program and no "
				"package: make an image that has it from " PR_IMAGE ":" PR_VERSION
				"-python",
				piece);
	return json_array_append_new(list, json_string(piece))
		       ? pr_fail(err, PR_EINVAL, "the input dependencies is not UTF-8")
		       : 0;
}

int pr_actions_requirements(const char *text, json_t **ret_list, struct pr_err *err)
{
	json_auto_t *list = json_array();
	int rc = list ? 0 : pr_fail_nomem(err);

	while (!rc && *(text += strspn(text, SPACE ","))) {
		size_t n = *text == '#' ? strcspn(text, "\n") : length_of(text);
		PR_AUTO(free) char *piece = pr_text_format("%.*s", (int)n, text);

		rc = piece ? add(list, pr_text_trim(piece), err) : pr_fail_nomem(err);
		text += n;
	}
	if (!rc)
		*ret_list = pr_steal(list);
	return rc;
}
