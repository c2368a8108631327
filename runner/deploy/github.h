#ifndef PR_DEPLOY_GITHUB_H
#define PR_DEPLOY_GITHUB_H

/* A plan as a workflow of GitHub Actions: ours, or the user's own with its blanks filled in. */

#include <stddef.h>

/* Our action, of the version of this program: OWNER/REPO@REF. */
#define PR_GITHUB_ACTION PR_ACTION "@v" PR_VERSION

/* The secret of the repository that upstream's workflows take the token from. */
#define PR_GITHUB_TOKEN_SECRET "RELIABLY_SERVICE_TOKEN"

/* The settings of the target; borrowed. */
struct pr_github {
	const char *template_text; /* the user's own workflow; NULL: ours */
	size_t template_length;
	const char *template_name; /* of that, for messages */
	const char *action;        /* OWNER/REPO[/PATH]@REF; NULL: ours */
	const char *token_secret;  /* secret of the repository with the platform's token */
};

#endif
