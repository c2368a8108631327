/* What libgit2 and servers say, in words that tell what to do. */
#include "base/text.h"
#include "git/session_private.h"

#include <ctype.h>
#include <string.h>

#define STATUS_TEXT "unexpected http status code: "
#define NEEDED "it needs to write contents and workflows"

struct answer {
	const char *text; /* part of what libgit2 says */
	enum pr_code code;
	const char *without; /* a token */
	const char *with;    /* one; NULL: the same */
};

static const struct answer answers[] = {
	{STATUS_TEXT "401", PR_EAUTH, "wants a token: export GITHUB_TOKEN, or give --token-file",
		"refuses the token: it is wrong, or no longer valid"},
	{STATUS_TEXT "403", PR_EAUTH,
		"may not be written to (403): export GITHUB_TOKEN, or give --token-file",
		"may not be written to with this token (403): " NEEDED},
	{STATUS_TEXT "404", PR_ENOTFOUND,
		"is no repository, or one that only a token may see (404): export GITHUB_TOKEN",
		"is no repository that the token may see (404)"},
	{STATUS_TEXT "429", PR_ENET, "is asked too often (429): try again later", NULL},
	{STATUS_TEXT "5", PR_ENET, "has a failure of its own: try again later", NULL},
	{"invalid content-type", PR_EPROTO, "answers, but not as a git repository", NULL},
	{"no content-type", PR_EPROTO, "answers, but not as a git repository", NULL},
	{"unexpected redirect", PR_EPROTO, "redirects in the middle of an exchange", NULL},
	{"cannot redirect from", PR_EPROTO,
		"redirects to another host, which gets no token: name that address if it is the "
		"right one",
		NULL},
};

int pr_git_word_failure(const struct pr_git_failure *failure, struct pr_err *err)
{
	const struct answer *a = NULL;

	if (failure->certificate || strstr(failure->text, "X509"))
		return pr_fail(err, PR_ENET,
			"the certificate of '%.200s' is not trusted: %.160s: name its authority "
			"with --ca-file",
			failure->location, failure->text);
	for (size_t i = 0; i < PR_LEN(answers) && !a; i++)
		if (strstr(failure->text, answers[i].text))
			a = &answers[i];
	if (!a)
		return 0;
	return pr_fail(err, a->code, "'%.250s' %s", failure->location,
		failure->token && a->with ? a->with : a->without);
}

struct reason {
	const char *text[2]; /* either is part of what the server says */
	enum pr_code code;
	const char *before, *after; /* the branch's name */
};

/* The first that fits counts. */
static const struct reason reasons[] = {
	{{"without `workflow", NULL}, PR_EAUTH, "the token may not change workflows of branch",
		": it needs the scope 'workflow', a fine-grained one or an App's 'Workflows: "
		"write'; the GITHUB_TOKEN of a workflow never may"},
	{{"GH013", "repository rule violations"}, PR_EPROTO,
		"a rule of the repository forbids this push to",
		": --branch another one and open a pull request, or let the token's owner bypass "
		"the rule"},
	{{"GH006", "protected branch"}, PR_EPROTO, "protected: the server forbids this push to",
		": --branch another one and open a pull request, or let the token's owner push"},
	{{"hook declined", NULL}, PR_EPROTO, "a hook of the server refuses this push to", ""},
};

static const struct reason other = {{NULL, NULL}, PR_EPROTO, "the server refuses this push to", ""};

static bool says(const struct pr_git_rejection *rejection, const char *text)
{
	return text && (strstr(rejection->status, text) || strstr(rejection->said, text));
}

static const struct reason *reason_of(const struct pr_git_rejection *rejection)
{
	for (size_t i = 0; i < PR_LEN(reasons); i++)
		if (says(rejection, reasons[i].text[0]) || says(rejection, reasons[i].text[1]))
			return &reasons[i];
	return &other;
}

/* "Resolving deltas: 100% (1/1), done." tells nothing, and is overwritten on a terminal. */
static bool is_progress(const char *line, size_t length)
{
	return (line[length] == '\r' && line[length + 1] != '\n') || memmem(line, length, "% (", 3);
}

/* One line of a server's words, without its prefix and what would move a terminal's cursor. */
static void add_line(struct pr_buf *out, const char *line, size_t length)
{
	static const char prefix[] = "error: ";

	if (length >= strlen(prefix) && !strncmp(line, prefix, strlen(prefix))) {
		line += strlen(prefix);
		length -= strlen(prefix);
	}
	while (length && isspace((unsigned char)line[length - 1]))
		length--;
	if (!length)
		return;
	if (out->len)
		pr_buf_adds(out, "; ");
	for (size_t i = 0; i < length; i++)
		pr_buf_addc(out, iscntrl((unsigned char)line[i]) ? ' ' : line[i]);
}

int pr_git_word_rejection(const struct pr_git_rejection *rejection, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf words = PR_BUF_INIT(PR_GIT_SAID_MAX * 2);
	const struct reason *reason = reason_of(rejection);

	add_line(&words, rejection->status, strlen(rejection->status));
	for (const char *line = rejection->said; *line;) {
		size_t length = strcspn(line, "\r\n");

		if (!is_progress(line, length))
			add_line(&words, line, length);
		line += length + (line[length] != '\0');
	}
	return pr_fail(err, reason->code, "%s '%.80s'%s (%s)", reason->before, rejection->branch,
		reason->after, pr_buf_str(&words));
}
