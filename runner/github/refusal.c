#include "github/refusal.h"

#include <string.h>

/* Names are cut where the line would lose the remedy. */
#define NOTHING "nothing is committed to '%.100s' of '%.120s': "

/* A part of GitHub's words (NULL: any) with a status, and what to do then. */
struct remedy {
	long status;
	const char *words;
	enum pr_code code;
	const char *text;
};

static const struct remedy remedies[] = {
	{401, NULL, PR_EAUTH, "give the input github-token a token that is valid"},
	{403, "SAML", PR_EAUTH, "authorize the token for the organization's single sign-on"},
	{403, "rate limit", PR_EAUTH, "run it later, or with another token"},
	{403, "rule", PR_EAUTH, "let the token's owner bypass the branch's rules"},
	{403, "protected", PR_EAUTH, "let the token's owner bypass the branch's protection"},
	{403, "archived", PR_EAUTH, "nothing can be committed to an archived repository"},
	{403, NULL, PR_EAUTH,
		"the token may not write: the workflow needs 'permissions: contents: write'"},
	{404, NULL, PR_ENOTFOUND,
		"the branch was deleted, or the token may not see the repository"},
	{409, "empty", PR_EPROTO, "the repository needs a first commit"},
	{422, "rule", PR_EPROTO, "let the token's owner bypass the branch's rules"},
	{422, "rotected", PR_EPROTO, "let the token's owner bypass the branch's protection"},
	{422, "does not exist", PR_ENOTFOUND, "the branch was deleted meanwhile"},
	{429, NULL, PR_EPROTO, "run it later, or with another token"},
};

static const struct remedy *remedy_of(const struct pr_github_answer *answer)
{
	for (size_t i = 0; i < PR_LEN(remedies); i++) {
		const struct remedy *remedy = &remedies[i];

		if (remedy->status == answer->status &&
			(!remedy->words || strstr(answer->words, remedy->words)))
			return remedy;
	}
	return NULL;
}

int pr_github_refuse(const struct pr_github_change *change, const struct pr_github_answer *answer,
	struct pr_err *err)
{
	const struct remedy *remedy = remedy_of(answer);
	enum pr_code code = remedy ? remedy->code : answer->code;

	if (code == PR_ENOMEM)
		return pr_fail_nomem(err);
	if (!remedy)
		return pr_fail(err, code, NOTHING "%s", change->branch, change->repository,
			answer->message);
	return pr_fail(err, code, NOTHING "%s (%s)", change->branch, change->repository,
		remedy->text, answer->message);
}

static bool has_one_of(const char *text, const char *const *parts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strstr(text, parts[i]))
			return true;
	return false;
}

bool pr_github_refusal_passes(const struct pr_github_answer *answer)
{
	static const char *const passing[] = {"fast forward", "fast-forward", "cannot lock",
		"cannot be updated", "but expected", "try again"};

	return answer->doubtful || answer->status == 409 ||
	       has_one_of(answer->words, passing, PR_LEN(passing));
}

bool pr_github_refusal_of_objects(const struct pr_github_answer *answer)
{
	static const char *const unseen[] = {
		"does not exist", "not a valid", "BadObjectState", "not found"};

	return answer->status == 422 && has_one_of(answer->words, unseen, PR_LEN(unseen));
}
