#ifndef PR_CLI_ACTION_PLACE_H
#define PR_CLI_ACTION_PLACE_H

/*
 * Where the workflow runs, as GitHub tells it in the environment. What a plan's own environment
 * says there is not GitHub's: read it before a plan's environment is loaded, or the token goes
 * where the plan wants it.
 */

#include "base/err.h"

/* All owned. All zero is an empty one. */
struct pr_action_place {
	char *repository; /* "owner/name" */
	char *branch;     /* that the workflow runs on */
	char *api;        /* address of GitHub's API, that of GitHub Enterprise with its path */
	char *server;     /* address of GitHub's pages */
	char *ca_file;    /* NULL: none is there */
};

/*
 * Reads GITHUB_REPOSITORY, GITHUB_API_URL, GITHUB_SERVER_URL and GITHUB_REF; of a pull request
 * GITHUB_HEAD_REF, after GITHUB_EVENT_PATH has shown that its branch is in this repository.
 * PR_EINVAL with one line where there is no branch that could be committed to: a tag, a merge
 * queue, a pull request from a fork, no GitHub. Release in any case.
 */
int pr_action_place_read(struct pr_action_place *place, struct pr_err *err);

/* Frees the contents. */
void pr_action_place_release(struct pr_action_place *place);

/* PR_AUTO(action_place) */
static inline void pr_auto_action_place(struct pr_action_place *place)
{
	pr_action_place_release(place);
}

#endif
