#include "github/refusal.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct pr_github_change change = {.repository = "acme/shop", .branch = "main"};

/* What GitHub says, and a part of what a user reads. */
static const struct {
	long status;
	const char *words;
	int code;
	const char *part;
} rows[] = {
	{401, "Bad credentials", PR_EAUTH, "github-token a token that is valid"},
	{403, "Resource not accessible by integration", PR_EAUTH, "'permissions: contents: write'"},
	{403, "API rate limit exceeded for installation", PR_EAUTH, "run it later"},
	{403, "Resource protected by organization SAML enforcement.", PR_EAUTH, "single sign-on"},
	{403, "Repository was archived so is read-only.", PR_EAUTH, "archived repository"},
	{403, "Cannot update this protected ref.", PR_EAUTH, "bypass the branch's protection"},
	{404, "Not Found", PR_ENOTFOUND, "may not see the repository"},
	{409, "Git Repository is empty.", PR_EPROTO, "a first commit"},
	{409, "Reference cannot be updated", PR_EPROTO, "Reference cannot be updated"},
	{422, "Repository rule violations found", PR_EPROTO, "bypass the branch's rules"},
	{422, "Protected branch update failed for refs/heads/main.", PR_EPROTO,
		"bypass the branch's protection"},
	{422, "Reference does not exist", PR_ENOTFOUND, "deleted meanwhile"},
	{500, "", PR_EPROTO, "told 500"},
};

static void set(struct pr_github_answer *answer, long status, const char *words)
{
	*answer = (struct pr_github_answer){.code = PR_EPROTO, .status = status};
	pr_text_copy(answer->words, sizeof answer->words, words);
	pr_text_print(answer->message, sizeof answer->message, "told %ld: %s", status, words);
}

static void a_refusal_says_what_to_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct pr_github_answer answer;
		struct pr_err err = PR_ERR_INIT;

		set(&answer, rows[i].status, rows[i].words);
		if (pr_github_refuse(&change, &answer, &err) != rows[i].code ||
			!strstr(err.msg, rows[i].part) ||
			!strstr(err.msg, "nothing is committed to 'main' of 'acme/shop'"))
			fail_msg("row %zu: %d %s", i, (int)err.code, err.msg);
	}
}

/* The line has room for everything that is as long as it may be, but for the end of the words. */
static void the_line_keeps_its_beginning(void **state)
{
	struct pr_github_answer answer;
	struct pr_err err = PR_ERR_INIT;
	char branch[256];
	struct pr_github_change far = change;

	(void)state;
	memset(branch, 'b', sizeof branch);
	branch[sizeof branch - 1] = '\0';
	far.branch = branch;
	set(&answer, 403, branch);
	assert_int_equal(pr_github_refuse(&far, &answer, &err), PR_EAUTH);
	assert_non_null(strstr(err.msg,
		"b' of 'acme/shop': the token may not write: the workflow needs 'permissions: "
		"contents: write' (told 403: bbb"));
}

static void out_of_memory_stays_that(void **state)
{
	const struct pr_github_answer answer = {.code = PR_ENOMEM};
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	assert_int_equal(pr_github_refuse(&change, &answer, &err), PR_ENOMEM);
	assert_int_equal(pr_github_refuse(&change, &answer, NULL), PR_ENOMEM);
}

static void what_may_pass_is_tried_again(void **state)
{
	static const struct {
		long status;
		const char *words;
		bool passes;
	} tries[] = {{422, "Update is not a fast forward", true},
		{409, "Reference cannot be updated", true},
		{422, "is at 1234 but expected 5678", true},
		{422, "Reference does not exist", false},
		{422, "Protected branch update failed", false}, {403, "", false}};
	struct pr_github_answer answer;

	(void)state;
	for (size_t i = 0; i < PR_LEN(tries); i++) {
		set(&answer, tries[i].status, tries[i].words);
		if (pr_github_refusal_passes(&answer) != tries[i].passes)
			fail_msg("%s", tries[i].words);
		answer.doubtful = true;
		assert_true(pr_github_refusal_passes(&answer));
	}
}

static void objects_that_are_not_seen_are_told_from_wrong_ones(void **state)
{
	static const struct {
		long status;
		const char *words;
		bool unseen;
	} tries[] = {{422, "Tree SHA does not exist", true}, {422, "GitRPC::BadObjectState", true},
		{422, "base_tree is not a valid tree oid", true},
		{422, "tree.path contains a malformed path component", false},
		{404, "Not Found", false}, {403, "does not exist", false}};
	struct pr_github_answer answer;

	(void)state;
	for (size_t i = 0; i < PR_LEN(tries); i++) {
		set(&answer, tries[i].status, tries[i].words);
		if (pr_github_refusal_of_objects(&answer) != tries[i].unseen)
			fail_msg("%s", tries[i].words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refusal_says_what_to_do),
		cmocka_unit_test(the_line_keeps_its_beginning),
		cmocka_unit_test(out_of_memory_stays_that),
		cmocka_unit_test(what_may_pass_is_tried_again),
		cmocka_unit_test(objects_that_are_not_seen_are_told_from_wrong_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
