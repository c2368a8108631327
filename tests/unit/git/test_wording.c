#include "git/session_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *status;
	const char *said;
	int code;
	const char *line;
} rejections[] = {
	{"protected branch hook declined",
		"error: GH006: Protected branch update failed for refs/heads/main.\n"
		"error: At least 1 approving review is required.\n",
		PR_EPROTO,
		"protected: the server forbids this push to 'main': --branch another one "
		"and open "
		"a pull request, or let the token's owner push (protected branch hook "
		"declined; "
		"GH006: Protected branch update failed for refs/heads/main.; At least 1 "
		"approving "
		"review is required.)"},
	{"push declined due to repository rule violations",
		"error: GH013: Repository rule violations found for refs/heads/main.\n\n"
		"- Changes must be made through a pull request.\n",
		PR_EPROTO,
		"a rule of the repository forbids this push to 'main': --branch another "
		"one and "
		"open a pull request, or let the token's owner bypass the rule (push "
		"declined "
		"due to repository rule violations; GH013: Repository rule violations "
		"found for "
		"refs/heads/main.; - Changes must be made through a pull request.)"},
	{"refusing to allow a GitHub App to create or update workflow "
	 "`.github/workflows/x.yml` without `workflows` permission",
		"", PR_EAUTH,
		"the token may not change workflows of branch 'main': it needs the scope "
		"'workflow', a fine-grained one or an App's 'Workflows: write'; the "
		"GITHUB_TOKEN "
		"of a workflow never may (refusing to allow a GitHub App to create or "
		"update "
		"workflow `.github/workflows/x.yml` without `workflows` permission)"},
	{"refusing to allow an OAuth App to create or update workflow `x` without "
	 "`workflow` "
	 "scope",
		NULL, PR_EAUTH, NULL},
	{"pre-receive hook declined", "Resolving deltas:  50% (1/2)\rno\tentry\r\nlast", PR_EPROTO,
		"a hook of the server refuses this push to 'main' (pre-receive hook "
		"declined; no "
		"entry; last)"},
	{"cannot lock ref", "Resolving deltas: 100% (2/2), done.\n", PR_EPROTO,
		"the server refuses this push to 'main' (cannot lock ref)"},
	{"\033[2Jx\001", "", PR_EPROTO, "the server refuses this push to 'main' ( [2Jx )"},
};

static void rejections_are_told_with_a_remedy_and_the_servers_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(rejections); i++) {
		const struct pr_git_rejection rejection = {.branch = "main",
			.status = rejections[i].status,
			.said = rejections[i].said ? rejections[i].said : ""};
		struct pr_err err = PR_ERR_INIT;

		assert_int_equal(pr_git_word_rejection(&rejection, &err), rejections[i].code);
		if (rejections[i].line)
			assert_string_equal(err.msg, rejections[i].line);
	}
}

static void failed_connections_are_told_with_a_remedy(void **state)
{
	static const struct {
		const char *text;
		bool token, certificate;
		int code;
		const char *words;
	} rows[] = {
		{"unexpected http status code: 404", false, false, PR_ENOTFOUND,
			"'https://h/r' is no repository, or one that only a token may see (404)"},
		{"unexpected http status code: 404", true, false, PR_ENOTFOUND,
			"'https://h/r' is no repository that the token may see (404)"},
		{"unexpected http status code: 403", true, false, PR_EAUTH,
			"(403): it needs to write"},
		{"unexpected http status code: 401", false, false, PR_EAUTH, "wants a token"},
		{"unexpected http status code: 401", true, false, PR_EAUTH, "refuses the token"},
		{"unexpected http status code: 503", true, false, PR_ENET, "a failure of its own"},
		{"invalid content-type: 'text/html'", true, false, PR_EPROTO,
			"not as a git repository"},
		{"cannot redirect from 'a' to 'b'", true, false, PR_EPROTO,
			"redirects to another host"},
		{"the SSL certificate is invalid: 0x08", true, true, PR_ENET,
			"the certificate of 'https://h/r' is not trusted: the SSL certificate is "
			"invalid: "
			"0x08: name its authority with --ca-file"},
		{"something else", true, false, 0, ""},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		const struct pr_git_failure failure = {.location = "https://h/r",
			.token = rows[i].token,
			.certificate = rows[i].certificate,
			.text = rows[i].text};
		struct pr_err err = PR_ERR_INIT;

		assert_int_equal(pr_git_word_failure(&failure, &err), rows[i].code);
		if (!strstr(err.msg, rows[i].words))
			fail_msg("%s: %s", rows[i].text, err.msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rejections_are_told_with_a_remedy_and_the_servers_words),
		cmocka_unit_test(failed_connections_are_told_with_a_remedy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
