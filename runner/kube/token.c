#include "kube/token.h"

#include "base/file.h"
#include "base/redact.h"
#include "base/text.h"

#include <string.h>

#define TOKEN_MAX ((size_t)64 << 10)

int pr_kube_token_check(const char *text, const char *what, struct pr_err *err)
{
	if (!*text)
		return pr_fail(err, PR_EINVAL, "%s is empty", what);
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return pr_fail(err, PR_EINVAL,
				"%s has a control character (a line end?) and cannot be sent",
				what);
	return 0;
}

static int check_file(const char *path, const char *token, struct pr_err *err)
{
	PR_AUTO(free) char *what = pr_text_format("the token in '%s'", path);

	return what ? pr_kube_token_check(token, what, err) : pr_fail_nomem(err);
}

int pr_kube_token_read(const char *path, char **ret_token, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(TOKEN_MAX);
	PR_AUTO(free) char *whole = NULL;
	PR_AUTO(free) char *token = NULL;
	int rc = pr_file_read(path, &text, err);

	if (rc)
		return rc;
	if (memchr(pr_buf_str(&text), '\0', text.len))
		return pr_fail(err, PR_EINVAL, "'%s' holds no token but binary data", path);
	whole = pr_buf_take(&text);
	token = whole ? pr_text_dup(pr_text_trim(whole)) : NULL;
	if (!token)
		return pr_fail_nomem(err);
	rc = check_file(path, token, err);
	rc = rc ? rc : pr_redact_add(token, err);
	if (!rc)
		*ret_token = pr_steal(token);
	return rc;
}
