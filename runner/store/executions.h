#ifndef PR_STORE_EXECUTIONS_H
#define PR_STORE_EXECUTIONS_H

/*
 * Executions (docs/protocol.md 2.7) as the API answers them: {"result","id","org_id",
 * "experiment_id","plan_id","user_id","created_date","user_state"}. Journals and logs are kept as
 * the text that was reported: reporting one is the platform's most frequent call, and costs one
 * statement.
 */

#include "store/rows.h"
#include "store/store.h"

/* An execution of an experiment of an organisation. */
struct pr_execution_id {
	const char *organization;
	const char *experiment;
	const char *id;
};

/* What a runner reports. All borrowed. */
struct pr_execution_report {
	const char *result; /* JSON text of an object */
	const char *log;    /* NULL: none */
};

/* What is known of an execution when it is made. */
struct pr_execution_new {
	const char *organization;
	const char *experiment;
	const char *plan; /* NULL: none */
	const char *user;
	const json_t *state;
	struct pr_execution_report report;
	int64_t created; /* microseconds since 1970 */
};

/* Makes one. PR_ENOTFOUND: the organisation has no such experiment. Caller owns *ret_execution. */
int pr_executions_create(struct pr_store *store, const struct pr_execution_new *execution,
	json_t **ret_execution, struct pr_err *err);

/* PR_ENOTFOUND. Caller owns. */
int pr_executions_get(struct pr_store *store, const struct pr_execution_id *execution,
	json_t **ret_execution, struct pr_err *err);

/* As pr_executions_get, but adds it to `out` as JSON text, journal and state as they are stored. */
int pr_executions_write(struct pr_store *store, const struct pr_execution_id *execution,
	struct pr_buf *out, struct pr_err *err);

/* Replaces journal and log entirely. PR_ENOTFOUND. */
int pr_executions_report(struct pr_store *store, const struct pr_execution_id *execution,
	const struct pr_execution_report *report, struct pr_err *err);

/* The journal. PR_ENOTFOUND. Caller owns. */
int pr_executions_get_result(struct pr_store *store, const struct pr_execution_id *execution,
	json_t **ret_result, struct pr_err *err);

/* The journal as the JSON text that is stored. PR_ENOTFOUND. Caller frees. */
int pr_executions_get_result_text(struct pr_store *store, const struct pr_execution_id *execution,
	char **ret_text, struct pr_err *err);

/* The log, "" where there is none. PR_ENOTFOUND. Caller frees. */
int pr_executions_get_log(struct pr_store *store, const struct pr_execution_id *execution,
	char **ret_log, struct pr_err *err);

/* The state. PR_ENOTFOUND. Caller owns. */
int pr_executions_get_state(struct pr_store *store, const struct pr_execution_id *execution,
	json_t **ret_state, struct pr_err *err);

/* Replaces the state, and tells the plan: *ret_plan is its id, NULL where it has none.
 * PR_ENOTFOUND. Caller frees. */
int pr_executions_set_state(struct pr_store *store, const struct pr_execution_id *execution,
	const json_t *state, char **ret_plan, struct pr_err *err);

/* Which executions, beside the organisation. Not more than one is not NULL. */
struct pr_executions_query {
	const char *organization;
	const char *experiment;
	const char *plan;
};

/* The newest first. */
int pr_executions_list(struct pr_store *store, const struct pr_executions_query *query,
	struct pr_rows_page *page, struct pr_err *err);

/* As pr_executions_set_state, for one that is deleted. */
int pr_executions_delete(struct pr_store *store, const struct pr_execution_id *execution,
	char **ret_plan, struct pr_err *err);

#endif
