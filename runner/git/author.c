#include "base/env.h"
#include "base/text.h"
#include "git/session_private.h"

#include <ctype.h>
#include <string.h>

#define OUR_NAME "plan-deployer"
#define OUR_MAIL "plan-deployer@users.noreply.github.com"

/* Room for a name or an address of an author. */
#define PERSON_SIZE 256

struct person {
	char name[PERSON_SIZE];
	char mail[PERSON_SIZE];
};

/* Without white space at both ends, and without what would break the line of a commit. */
static int take(char to[PERSON_SIZE], const char *text, size_t length)
{
	while (length && isspace((unsigned char)*text)) {
		text++;
		length--;
	}
	while (length && isspace((unsigned char)text[length - 1]))
		length--;
	if (!length || length >= PERSON_SIZE)
		return PR_EINVAL;
	for (size_t i = 0; i < length; i++)
		if (iscntrl((unsigned char)text[i]) || strchr("<>", text[i]))
			return PR_EINVAL;
	memcpy(to, text, length);
	to[length] = '\0';
	return 0;
}

static int parse(struct person *person, const char *author, struct pr_err *err)
{
	const char *mail = strchr(author, '<');
	const char *end = mail ? strchr(mail, '>') : NULL;

	if (!end || end[1] || !pr_text_is_utf8(author, strlen(author)) ||
		take(person->name, author, (size_t)(mail - author)) ||
		take(person->mail, mail + 1, (size_t)(end - mail - 1)))
		return pr_fail(err, PR_EINVAL,
			"the author '%.100s' is not one: write 'Name <name@example.com>'", author);
	return 0;
}

int pr_git_author_check(const char *author, struct pr_err *err)
{
	struct person person;

	return parse(&person, author, err);
}

/* As git: the environment's goes before the configuration's. */
static int find(char to[PERSON_SIZE], const char *variable, git_config *config, const char *key,
	const char *fallback, struct pr_err *err)
{
	const char *text = pr_env_get_set(variable);
	const char *configured = NULL;

	if (!text && config && !git_config_get_string(&configured, config, key) && *configured)
		text = configured;
	if (!text)
		text = fallback;
	if (take(to, text, strlen(text)))
		return pr_fail(err, PR_EINVAL,
			"the author of %s or of git's %s is malformed: give --author", variable,
			key);
	return 0;
}

int pr_git_author_make(
	git_repository *repository, const char *author, git_signature **ret, struct pr_err *err)
{
	PR_AUTO(git_config) git_config *config = NULL;
	struct person person;
	int rc;

	if (!author && git_repository_config_snapshot(&config, repository))
		config = NULL;
	if (author)
		rc = parse(&person, author, err);
	else if (!(rc = find(person.name, "GIT_AUTHOR_NAME", config, "user.name", OUR_NAME, err)))
		rc = find(person.mail, "GIT_AUTHOR_EMAIL", config, "user.email", OUR_MAIL, err);
	if (rc)
		return rc;
	return git_signature_now(ret, person.name, person.mail)
		       ? pr_fail(err, PR_EINVAL, "'%.200s' cannot be an author", person.name)
		       : 0;
}
