#ifndef PR_CLI_ENV_DURATION_H
#define PR_CLI_ENV_DURATION_H

/* Settings that are durations and come from the environment. */

#include <stdint.h>

/* How long the closing calls may take when PLAN_RUNNER_REPORT_DEADLINE says nothing. */
#define PR_REPORT_DEADLINE_MS 60000

/* Milliseconds of a variable ("1.5s", "250ms", "2m"); `fallback` when unset, or, with a warning,
 * malformed. */
int64_t pr_env_duration_ms(const char *variable, int64_t fallback);

#endif
