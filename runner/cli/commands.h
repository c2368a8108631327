#ifndef PR_CLI_COMMANDS_H
#define PR_CLI_COMMANDS_H

/* The commands of both programs, one file each (cmd_<name>.c), and the tables that have them all.
 */

#include "cli/context.h"

extern const struct pr_command pr_commands_runner; /* the roots */
extern const struct pr_command pr_commands_chaos;
extern const struct pr_command pr_commands_reliably;
extern const struct pr_command pr_commands_deployer;

/* What --show-completion and --install-completion of `reliably` do; the exit code. */
int pr_reliably_completion(struct pr_context *context, const struct pr_args *args);

extern const struct pr_command pr_command_run;
extern const struct pr_command pr_command_validate;
extern const struct pr_command pr_command_recover;
extern const struct pr_command pr_command_service;
extern const struct pr_command pr_command_plan_get;
extern const struct pr_command pr_command_store_context;
extern const struct pr_command pr_command_org;
extern const struct pr_command pr_command_config;
extern const struct pr_command pr_command_config_init;
extern const struct pr_command pr_command_report;
extern const struct pr_command pr_command_report_show;
extern const struct pr_command pr_command_action;
extern const struct pr_command pr_command_serve;
extern const struct pr_command pr_command_init_platform;
extern const struct pr_command pr_command_apply;
extern const struct pr_command pr_command_logs;
extern const struct pr_command pr_command_render;
extern const struct pr_command pr_command_commit;
extern const struct pr_command pr_command_org_noun; /* and further nouns of the platform */
extern const struct pr_command pr_command_token;
extern const struct pr_command pr_command_experiment;
extern const struct pr_command pr_command_environment;
extern const struct pr_command pr_command_deployment;
extern const struct pr_command pr_command_integration;
extern const struct pr_command pr_command_plan;
extern const struct pr_command pr_command_execution;
extern const struct pr_command pr_command_page;
extern const struct pr_command pr_command_discover;
extern const struct pr_command pr_command_doctor;
extern const struct pr_command pr_command_info;
extern const struct pr_command pr_command_init;
extern const struct pr_command pr_command_settings;
extern const struct pr_command pr_command_version;
extern const struct pr_command pr_command_completion;
extern const struct pr_command pr_command_man;

#endif
