#ifndef PR_SERVER_PLANS_PRIVATE_H
#define PR_SERVER_PLANS_PRIVATE_H

/* What plans look like in requests and answers (docs/protocol.md 2.5, 2.6). */

#include "server/shape.h"

/* What users give: read, it is a complete definition. Its environment is null where it names none,
 * its integrations are a list. */
extern const struct pr_shape pr_plan_create_shape;

/* A plan of an answer. */
extern const struct pr_shape pr_plan_shape;

/* {"status","error"} */
extern const struct pr_shape pr_plan_status_shape;

/* {"ok":true} */
extern const struct pr_shape pr_plan_ok_shape;

#endif
