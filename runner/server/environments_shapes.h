#ifndef PR_SERVER_ENVIRONMENTS_SHAPES_H
#define PR_SERVER_ENVIRONMENTS_SHAPES_H

/* What a new environment looks like: integrations bring one, too. */

#include "server/shape.h"

/* {"name","used_for","envvars","secrets"} */
extern const struct pr_shape pr_shape_environment_create;

#endif
