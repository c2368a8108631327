#include "codec/dotenv.h"

#include "base/text.h"
#include "codec/json.h"

#include <string.h>

/* Adds the variable that `line` holds; it is trimmed as a whole, what stands around '=' stays. */
static int read_line(
	char *line, const char *name, size_t number, json_t *variables, struct pr_err *err)
{
	char *text = pr_text_trim(line);
	char *equal = strchr(text, '=');

	if (!*text || *text == '#')
		return 0;
	if (!equal)
		return pr_fail(err, PR_EINVAL, "%s: line %zu: expected NAME=VALUE", name, number);
	if (equal == text)
		return pr_fail(err, PR_EINVAL, "%s: line %zu: no name before '='", name, number);
	*equal = '\0';
	return pr_json_set(variables, text, json_string(equal + 1), err);
}

/* Line ends are \n, \r\n and \r, as for Python's text files. */
static int read_lines(char *text, const char *name, json_t *variables, struct pr_err *err)
{
	size_t number = 0;
	int rc = 0;

	while (text && rc == 0) {
		char *end = text + strcspn(text, "\r\n");
		char *next = *end ? end + 1 : NULL;

		if (*end == '\r' && *next == '\n')
			next++;
		*end = '\0';
		rc = read_line(text, name, ++number, variables, err);
		text = next;
	}
	return rc;
}

int pr_dotenv_parse(
	const char *text, size_t n, const char *name, json_t **ret_variables, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf copy = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	json_auto_t *variables = json_object();
	int rc;

	if (n && (memchr(text, '\0', n) || !pr_text_is_utf8(text, n)))
		return pr_fail(err, PR_EINVAL, "%s: is no UTF-8 text", name);
	pr_buf_add(&copy, text, n);
	rc = pr_buf_check(&copy, name, err);
	if (rc || !variables)
		return rc ? rc : pr_fail_nomem(err);
	rc = read_lines(copy.ptr, name, variables, err);
	if (rc == 0)
		*ret_variables = pr_steal(variables);
	return rc;
}
