#ifndef PR_DEPLOY_WORKFLOW_H
#define PR_DEPLOY_WORKFLOW_H

/*
 * A workflow of GitHub Actions, changed in place: name, triggers and the inputs of an action; every
 * other byte stays what it is, comments, order and quotes among them (docs/protocol.md 5.6).
 */

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"

#include <stdbool.h>

struct pr_workflow;

/* A list of these ends in one without a name. */
struct pr_workflow_input {
	const char *name;
	const char *alias; /* the action takes it by this name too, NULL: by no other */
	const char *value;
	bool keep; /* what the workflow says wins */
};

/*
 * Reads `n` bytes, which are borrowed; `name` begins the messages. PR_EINVAL for what is not YAML,
 * not a mapping in block style, or without jobs. Caller frees.
 */
int pr_workflow_new(const char *text, size_t n, const char *name, const struct pr_limits *limits,
	struct pr_workflow **ret_workflow, struct pr_err *err);

/* NULL is allowed. */
void pr_workflow_free(struct pr_workflow *workflow);

/* Sets the workflow's name. */
int pr_workflow_set_name(struct pr_workflow *workflow, const char *name, struct pr_err *err);

/*
 * Makes the schedule `cron` (with a time zone, or NULL) its only one, or, without one, lets it be
 * started by hand; other triggers stay. PR_EINVAL where `on` has a form that cannot be changed.
 */
int pr_workflow_set_trigger(
	struct pr_workflow *workflow, const char *cron, const char *time_zone, struct pr_err *err);

/*
 * Sets the inputs of every step that uses `action` (OWNER/REPO[/PATH], of any version, or what is
 * in a folder below), under the name that the step has for them, in whatever case, and, unless it
 * is NULL, replaces what the step uses by `uses`. Writes how many steps there are. PR_EINVAL where
 * a step has a form that cannot be changed.
 */
int pr_workflow_set_inputs(struct pr_workflow *workflow, const char *action, const char *uses,
	const struct pr_workflow_input *inputs, size_t *ret_steps, struct pr_err *err);

/* Fails for the workflow `name`, whose form is beyond these changes. */
int pr_workflow_refuse_form(const char *name, struct pr_err *err);

/* Adds the changed text to `out`. PR_EINVAL where it could not be read again. */
int pr_workflow_write(struct pr_workflow *workflow, struct pr_buf *out, struct pr_err *err);

#endif
