#ifndef PR_STORE_PLANS_H
#define PR_STORE_PLANS_H

/*
 * Plans (docs/protocol.md 2.5) as the API answers them: {"id","org_id","created_date",
 * "definition","ref","status","error","executions_count","last_executions_info"}. A deleted plan
 * stays as a row of status `deleted`, which only pr_plans_has_experiment still sees. Which status
 * may follow which is not known here.
 */

#include "store/rows.h"
#include "store/store.h"

/* A plan of an organisation. */
struct pr_plan_id {
	const char *organization;
	const char *id;
};

/*
 * Makes a plan of status `creating` for `user`. `definition` is checked and complete, borrowed.
 * Caller owns *ret_plan.
 */
int pr_plans_create(struct pr_store *store, const char *organization, const char *user,
	const json_t *definition, json_t **ret_plan, struct pr_err *err);

/* As pr_plans_get, but adds it to `out` as JSON text. */
int pr_plans_write(struct pr_store *store, const struct pr_plan_id *plan, struct pr_buf *out,
	struct pr_err *err);

/* PR_ENOTFOUND, also where it is deleted. Caller owns. */
int pr_plans_get(struct pr_store *store, const struct pr_plan_id *plan, json_t **ret_plan,
	struct pr_err *err);

enum pr_plans_order {
	PR_PLANS_NEWEST, /* the newest first */
	PR_PLANS_TITLE,
	PR_PLANS_LAST, /* whose last execution ended last first */
};

struct pr_plans_query {
	const char *organization;
	const char *pattern; /* in the title, in any case (ASCII); NULL: all */
	enum pr_plans_order order;
};

/* Those that are not deleted. */
int pr_plans_list(struct pr_store *store, const struct pr_plans_query *query,
	struct pr_rows_page *page, struct pr_err *err);

/* Puts another definition in place. PR_ENOTFOUND. */
int pr_plans_define(struct pr_store *store, const struct pr_plan_id *plan, const json_t *definition,
	struct pr_err *err);

/* A status in the place of another. */
struct pr_plan_move {
	const char *from;
	const char *to;
	const char *error; /* NULL: none */
};

/* Moves a plan, where its status still is `from`: else PR_ENOTFOUND. */
int pr_plans_move(struct pr_store *store, const struct pr_plan_id *plan,
	const struct pr_plan_move *move, struct pr_err *err);

/* What a plan refers to. */
enum pr_plans_use {
	PR_PLANS_USE_DEPLOYMENT,
	PR_PLANS_USE_ENVIRONMENT,
	PR_PLANS_USE_EXPERIMENT,
	PR_PLANS_USE_INTEGRATION,
};

/* The ids of the plans, not deleted, that refer to `id`, the newest first: an array. Caller owns.
 */
int pr_plans_using(struct pr_store *store, const char *organization, enum pr_plans_use use,
	const char *id, json_t **ret_ids, struct pr_err *err);

/*
 * Whether an execution of `experiment` may be one of the plan: *ret_known, whether there is or was
 * such a plan; *ret_listed, whether that plan lists the experiment.
 */
int pr_plans_has_experiment(struct pr_store *store, const struct pr_plan_id *plan,
	const char *experiment, bool *ret_known, bool *ret_listed, struct pr_err *err);

/* Counts an execution of the plan, and keeps it as the newest. No such plan: nothing. */
int pr_plans_note_created(struct pr_store *store, const struct pr_plan_id *plan,
	const char *execution, int64_t wall_us, struct pr_err *err);

/* Counts one execution less. No such plan: nothing. */
int pr_plans_note_deleted(
	struct pr_store *store, const struct pr_plan_id *plan, struct pr_err *err);

/* Keeps which execution ended last. No such plan: nothing. */
int pr_plans_note_finished(struct pr_store *store, const struct pr_plan_id *plan,
	const char *execution, int64_t wall_us, struct pr_err *err);

#endif
