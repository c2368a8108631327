#ifndef PR_SERVER_SHAPES_H
#define PR_SERVER_SHAPES_H

/* Shapes that more than one resource uses. */

#include "server/shape.h"

/* {"username","email","id","created_date"} */
extern const struct pr_shape pr_shape_user;

/* {"name","used_for","envvars","secrets"}: a new environment, which integrations bring, too. */
extern const struct pr_shape pr_shape_environment_create;

#endif
