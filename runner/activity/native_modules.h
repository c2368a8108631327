#ifndef PR_ACTIVITY_NATIVE_MODULES_H
#define PR_ACTIVITY_NATIVE_MODULES_H

/* The built-in modules, one table each, in the files named after their packages. */

#include "activity/native.h"

extern const struct pr_native_module pr_native_dns_probes;
extern const struct pr_native_module pr_native_dns_tolerances;
extern const struct pr_native_module pr_native_gh_actions;
extern const struct pr_native_module pr_native_gh_probes;
extern const struct pr_native_module pr_native_gh_tolerances;
extern const struct pr_native_module pr_native_http_probes;
extern const struct pr_native_module pr_native_http_tolerances;
extern const struct pr_native_module pr_native_load_actions;
extern const struct pr_native_module pr_native_load_probes;
extern const struct pr_native_module pr_native_pauses;
extern const struct pr_native_module pr_native_safeguard_probes;
extern const struct pr_native_module pr_native_tls_probes;
extern const struct pr_native_module pr_native_tls_tolerances;

#endif
