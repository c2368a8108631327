#ifndef PR_STORE_EXPERIMENTS_H
#define PR_STORE_EXPERIMENTS_H

/*
 * Experiments (docs/protocol.md 2.2, 3): {"definition","id","org_id","template_id","created_date",
 * "executions_count"}. What is in a definition is the caller's; only its title is looked at here,
 * which is "" where it has none that is a string.
 */

#include "store/rows.h"
#include "store/store.h"

struct pr_experiment_id {
	const char *organization;
	const char *id;
};

/* Keeps a new one. Caller owns *ret_experiment. */
int pr_experiments_create(struct pr_store *store, const struct pr_experiment_id *experiment,
	const json_t *definition, json_t **ret_experiment, struct pr_err *err);

/* PR_ENOTFOUND. Caller owns. */
int pr_experiments_get(struct pr_store *store, const struct pr_experiment_id *experiment,
	json_t **ret_experiment, struct pr_err *err);

/* Puts another definition in place. PR_ENOTFOUND. */
int pr_experiments_define(struct pr_store *store, const struct pr_experiment_id *experiment,
	const json_t *definition, struct pr_err *err);

/* In the order of their titles. */
int pr_experiments_list(struct pr_store *store, const char *organization, struct pr_rows_page *page,
	struct pr_err *err);

/* Those with `pattern` in their title, as it is written, the newest first. */
int pr_experiments_search(struct pr_store *store, const char *organization, const char *pattern,
	struct pr_rows_page *page, struct pr_err *err);

/* All, in the order of their titles, each {"id","title","template_id","executions_count"}. Caller
 * owns. */
int pr_experiments_all(struct pr_store *store, const char *organization, json_t **ret_experiments,
	struct pr_err *err);

/*
 * Those with `pattern` in their title, in any case (ASCII; NULL: all), in the order of their
 * titles:
 * {"id","title","desc","created_by","created_date","org_id","template_id","last_statuses",
 * "last_execution","score","trend","executions_count"}, with how the last five executions ended,
 * the newest first; null for one that has not.
 */
int pr_experiments_summary(struct pr_store *store, const char *organization, const char *pattern,
	struct pr_rows_page *page, struct pr_err *err);

/* Deletes one with its executions. PR_ENOTFOUND. Whether plans need it is the caller's to ask. */
int pr_experiments_delete(
	struct pr_store *store, const struct pr_experiment_id *experiment, struct pr_err *err);

#endif
