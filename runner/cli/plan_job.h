#ifndef PR_CLI_PLAN_JOB_H
#define PR_CLI_PLAN_JOB_H

/* Executing a plan: everything between reading the command line and the run itself
 * (docs/protocol.md 1.7). */

#include "cli/execution.h"
#include "cli/plan_log.h"
#include "control/controls.h"
#include "control/honeycomb.h"
#include "control/reporter.h"
#include "experiment/variables.h"
#include "platform/client.h"
#include "platform/environment.h"
#include "platform/plan.h"
#include "platform/service.h"

struct pr_plan_job_options {
	const char *config;      /* --config, NULL: none */
	const char *plan;        /* as the user wrote it */
	const char *result_file; /* NULL: the default */
	const char *log_file;
	const char *ca_file;
	struct pr_log_sink console;    /* where the log is seen; without a function: nowhere */
	const struct pr_hook *watcher; /* sees the run before the reporter does; NULL: none */
	int64_t grace_ms;              /* how soon after a signal we may be killed; 0: not known */
	bool set_status;
	bool load_environment;
	bool skip_context; /* the plan's integrations take no part */
	struct pr_execution_terms terms;
	struct pr_limits limits;
};

struct pr_plan_job {
	struct pr_plan_job_options options;
	char plan_id[PR_UUID_SIZE];
	struct pr_loop *loop;
	struct pr_signals signals;
	struct pr_service service;
	struct pr_platform *platform;
	struct pr_plan plan;
	struct pr_secret_files secret_files;
	struct pr_variables variables;
	struct pr_plan_log log;
	char *result_path; /* NULL: memory only */
	char *log_path;
	json_t *settings;
	json_t *integrations; /* their controls, by name */
	json_t *globals;      /* all global controls, a list */
	json_t *document;
	struct pr_strategies strategies;
	struct pr_controls *controls;
	struct pr_honeycomb *honeycomb; /* NULL: not asked for */
	struct pr_reporter *reporter;
	bool hastened;       /* by a signal */
	int64_t hastened_us; /* when: the loop's time of the first one */
	char told[600]; /* what upstream prints of a refusal (docs/protocol.md 1.4); "": nothing */
	struct pr_execution execution;
};

/*
 * Fetches plan and environment, sets the plan's status: what fails with exit code 1. `err` has the
 * line for a human. PR_EUSAGE when the plan's id is no UUID.
 */
int pr_plan_job_open(struct pr_plan_job *job, struct pr_err *err);

/* Fetches and checks the experiment, and decides how to run it: what fails with exit code 2. */
int pr_plan_job_load(struct pr_plan_job *job, struct pr_err *err);

/* Runs and reports. The outcome is in job->execution; errors are those of not running at all. */
int pr_plan_job_run(struct pr_plan_job *job, struct pr_err *err);

/* Tells the platform, with --set-status, that the plan ended in an error. */
void pr_plan_job_tell_error(struct pr_plan_job *job, const char *message);

/* Frees everything; the secret files go. */
void pr_plan_job_release(struct pr_plan_job *job);

#endif
