#ifndef PR_DEPLOY_TEMPLATE_H
#define PR_DEPLOY_TEMPLATE_H

/* workflow-templates/reliably-plan.yaml, carried inside the program. */

#include <stddef.h>

extern const char pr_template_text[];
extern const size_t pr_template_length;

#endif
