#ifndef PR_DEPLOY_REPOSITORY_H
#define PR_DEPLOY_REPOSITORY_H

/* A git repository as users name it: an address in several spellings, or a folder. */

#include "base/err.h"

#include <stdbool.h>

struct pr_repository {
	char *location; /* owned: a folder, or an https:// or http:// address in one spelling */
	bool local;     /* a folder */
};

/*
 * Reads what the user wrote: "https://github.com/o/r", "github.com/o/r", each also with ".git" or
 * slashes at its end, "http://" of this machine, a folder, "file:///folder". What has three parts
 * and begins with the name of a host is an address also where a folder of that name is there
 * ("./github.com/o/r" names the folder). PR_EINVAL: ssh and other protocols, credentials in an
 * address, plain http to another machine, all of which a message tells; never prints credentials.
 * Release with pr_repository_release; `repository` is written only on success.
 */
int pr_repository_parse(const char *text, struct pr_repository *repository, struct pr_err *err);

/* Frees the contents. */
void pr_repository_release(struct pr_repository *repository);

/* PR_AUTO(repository) */
static inline void pr_auto_repository(struct pr_repository *repository)
{
	pr_repository_release(repository);
}

#endif
