#ifndef PR_DEPLOY_TARGET_H
#define PR_DEPLOY_TARGET_H

/*
 * A deployment: a plan, and where it is to run. Each kind of place is a target, one vtable and one
 * file (docs/design.md, "Layers"); its own settings stand in a struct of its own.
 */

#include "base/buf.h"
#include "base/err.h"
#include "base/uuid.h"
#include "deploy/github.h"
#include "deploy/kubernetes.h"

struct pr_deployment {
	char plan[PR_UUID_SIZE];
	char organization[PR_UUID_SIZE];
	const char *host;      /* address of the platform */
	const char *schedule;  /* NULL: once, or on demand */
	const char *time_zone; /* NULL: the target's */
	struct pr_kubernetes kubernetes;
	struct pr_github github;
};

struct pr_target {
	const char *name;
	/* Adds the text of the deployment to `out`, which is of no use after a failure. */
	int (*render)(
		const struct pr_deployment *deployment, struct pr_buf *out, struct pr_err *err);
};

/* deploy/kubernetes.c and deploy/github.c */
extern const struct pr_target pr_target_kubernetes;
extern const struct pr_target pr_target_github;

/*
 * Checks what all targets need and fills those members: UUIDs in any form, an http(s) address.
 * `host` is borrowed. PR_EINVAL.
 */
int pr_deployment_set(struct pr_deployment *deployment, const char *plan, const char *organization,
	const char *host, struct pr_err *err);

/*
 * Sets schedule and time zone, each borrowed or NULL. PR_EINVAL for a schedule out of range, for
 * what cannot be the name of a zone, and for a zone without a schedule.
 */
int pr_deployment_schedule(struct pr_deployment *deployment, const char *schedule,
	const char *time_zone, struct pr_err *err);

#endif
