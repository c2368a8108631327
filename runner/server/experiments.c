#include "store/experiments.h"
#include "server/api.h"
#include "server/experiments_document.h"
#include "server/usage.h"

static const struct pr_field experiment_fields[] = {
	{.name = "definition", .kind = PR_FIELD_DOCUMENT, .flags = PR_FIELD_REQUIRED},
	{.name = "id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},
	{.name = "org_id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},
	{.name = "template_id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_NULLABLE},
	{.name = "created_date", .kind = PR_FIELD_DATE, .flags = PR_FIELD_REQUIRED},
	{.name = "executions_count", .kind = PR_FIELD_INT, .flags = PR_FIELD_REQUIRED},
};

static const struct pr_shape experiment = {.name = "Experiment", PR_FIELDS(experiment_fields)};

static const struct pr_field import_fields[] = {
	{.name = "experiment", .kind = PR_FIELD_DOCUMENT_TEXT, .flags = PR_FIELD_REQUIRED},
};

static const struct pr_shape import_shape = {.name = "ExperimentImport", PR_FIELDS(import_fields)};

static const struct pr_field create_fields[] = {
	{.name = "definition", .kind = PR_FIELD_DOCUMENT_EITHER, .flags = PR_FIELD_REQUIRED},
	{.name = "template_id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_NULLABLE},
};

static const struct pr_shape create_shape = {.name = "ExperimentCreate", PR_FIELDS(create_fields)};

static const struct pr_field brief_fields[] = {
	{.name = "id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},
	{.name = "title", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
	{.name = "template_id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_NULLABLE},
	{.name = "executions_count", .kind = PR_FIELD_INT, .flags = PR_FIELD_REQUIRED},
};

static const struct pr_shape brief = {.name = "ExperimentBrief", PR_FIELDS(brief_fields)};

static const struct pr_field all_fields[] = {
	{.name = "count", .kind = PR_FIELD_INT, .flags = PR_FIELD_REQUIRED},
	{.name = "items", .kind = PR_FIELD_LIST, .flags = PR_FIELD_REQUIRED, .shape = &brief},
};

static const struct pr_shape all_shape = {.name = "ExperimentsAll", PR_FIELDS(all_fields)};

static const struct pr_field summary_fields[] = {
	{.name = "id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},
	{.name = "title", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_REQUIRED},
	{.name = "desc", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_NULLABLE},
	{.name = "created_by", .kind = PR_FIELD_TEXT, .flags = PR_FIELD_NULLABLE},
	{.name = "created_date", .kind = PR_FIELD_DATE, .flags = PR_FIELD_REQUIRED},
	{.name = "org_id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_REQUIRED},
	{.name = "template_id", .kind = PR_FIELD_UUID, .flags = PR_FIELD_NULLABLE},
	{.name = "last_statuses", .kind = PR_FIELD_ANY, .flags = PR_FIELD_REQUIRED},
	{.name = "last_execution", .kind = PR_FIELD_DATE, .flags = PR_FIELD_NULLABLE},
	{.name = "score", .kind = PR_FIELD_NUMBER, .flags = PR_FIELD_NULLABLE},
	{.name = "trend", .kind = PR_FIELD_ANY, .flags = PR_FIELD_NULLABLE},
	{.name = "executions_count", .kind = PR_FIELD_INT, .flags = PR_FIELD_REQUIRED},
};

static const struct pr_shape summary_shape = {
	.name = "ExperimentSummary", PR_FIELDS(summary_fields)};

static struct pr_experiment_id id_of(const struct pr_call *call)
{
	return (struct pr_experiment_id){.organization = call->organization, .id = call->ids[0]};
}

/* The document of the body; NULL where it was refused, which is answered. Borrowed. */
static json_t *document_of(struct pr_call *call, const char *name, int *ret_rc, struct pr_err *err)
{
	json_t *document = json_object_get(call->body, name);
	const char *problem = pr_experiment_problem(document);

	if (!problem)
		return document;
	*ret_rc = pr_reply_invalid(call, name, "value_error", problem, document, err);
	return NULL;
}

static int keep(struct pr_call *call, json_t *document, struct pr_err *err)
{
	char id[PR_UUID_SIZE];
	struct pr_experiment_id made = {call->organization, id};
	json_t *kept = NULL;
	int rc = pr_uuid_random(id, err);

	if (!rc)
		rc = pr_experiment_inject(document, call->organization, id, err);
	if (!rc)
		rc = pr_experiments_create(pr_call_store(call), &made, document, &kept, err);
	return pr_reply_outcome(call, rc, kept, err);
}

static int import(struct pr_call *call, struct pr_err *err)
{
	int rc = 0;
	json_t *document = document_of(call, "experiment", &rc, err);

	if (!document)
		return rc;
	pr_experiment_clean(document);
	return keep(call, document, err);
}

static int create(struct pr_call *call, struct pr_err *err)
{
	int rc = 0;
	json_t *document = document_of(call, "definition", &rc, err);

	return document ? keep(call, document, err) : rc;
}

static int replace(struct pr_call *call, struct pr_err *err)
{
	struct pr_experiment_id id = id_of(call);
	json_t *kept = NULL;
	int rc = 0;
	json_t *document = document_of(call, "experiment", &rc, err);

	if (!document)
		return rc;
	rc = pr_experiment_inject_again(document, id.organization, id.id, err);
	if (!rc)
		rc = pr_experiments_define(pr_call_store(call), &id, document, err);
	if (!rc)
		rc = pr_experiments_get(pr_call_store(call), &id, &kept, err);
	return pr_reply_outcome(call, rc, kept, err);
}

static int list(struct pr_call *call, struct pr_err *err)
{
	return pr_reply_list(call, pr_experiments_list, err);
}

static int search(struct pr_call *call, struct pr_err *err)
{
	return pr_reply_search(call, pr_experiments_search, err);
}

static int summarise(struct pr_call *call, struct pr_err *err)
{
	return pr_reply_search(call, pr_experiments_summary, err);
}

static int list_all(struct pr_call *call, struct pr_err *err)
{
	json_t *items = NULL;
	int rc = pr_experiments_all(pr_call_store(call), call->organization, &items, err);

	return rc ? rc : pr_reply_page(call, (int64_t)json_array_size(items), items, err);
}

static int get(struct pr_call *call, struct pr_err *err)
{
	struct pr_experiment_id id = id_of(call);
	json_t *found = NULL;
	int rc = pr_experiments_get(pr_call_store(call), &id, &found, err);

	return pr_reply_outcome(call, rc, found, err);
}

static int get_raw(struct pr_call *call, struct pr_err *err)
{
	struct pr_experiment_id id = id_of(call);
	json_auto_t *found = NULL;
	int rc = pr_experiments_get(pr_call_store(call), &id, &found, err);

	return pr_reply_outcome(call, rc, json_incref(json_object_get(found, "definition")), err);
}

static int list_plans(struct pr_call *call, struct pr_err *err)
{
	return pr_usage_list(call, PR_PLANS_USE_EXPERIMENT, err);
}

static int delete(struct pr_call *call, struct pr_err *err)
{
	struct pr_experiment_id id = id_of(call);
	json_auto_t *found = NULL;
	bool is_used = false;
	int rc = pr_experiments_get(pr_call_store(call), &id, &found, err);

	if (!rc)
		rc = pr_usage_any(call, PR_PLANS_USE_EXPERIMENT, &is_used, err);
	if (!rc && is_used)
		return pr_usage_refuse(call, PR_PLANS_USE_EXPERIMENT, err);
	if (!rc)
		rc = pr_experiments_delete(pr_call_store(call), &id, err);
	return pr_reply_outcome(call, rc, NULL, err);
}

static const struct pr_route routes[] = {
	{"POST", "{org}/experiments/import", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES, 201, &import_shape,
		&experiment, "Import an experiment", import, ""},
	{"POST", "{org}/experiments", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES, 201, &create_shape,
		&experiment, "Create an experiment", create, ""},
	{"GET", "{org}/experiments", PR_ACCESS_MEMBER, PR_ROUTE_PAGED, 200, NULL, &experiment,
		"List experiments", list, ""},
	{"GET", "{org}/experiments/all", PR_ACCESS_MEMBER, 0, 200, NULL, &all_shape,
		"List all experiments, briefly", list_all, ""},
	{"GET", "{org}/experiments/summary", PR_ACCESS_MEMBER, PR_ROUTE_PAGED | PR_ROUTE_FILTER,
		200, NULL, &summary_shape, "List experiments and how they went", summarise, ""},
	{"GET", "{org}/experiments/search", PR_ACCESS_MEMBER, PR_ROUTE_PAGED | PR_ROUTE_SEARCH, 200,
		NULL, &experiment, "Search experiments by title", search, ""},
	{"GET", "{org}/experiments/{exp}", PR_ACCESS_MEMBER, 0, 200, NULL, &experiment,
		"Get an experiment", get, "404"},
	{"PUT", "{org}/experiments/{exp}", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES, 200, &import_shape,
		&experiment, "Replace an experiment", replace, "404"},
	{"DELETE", "{org}/experiments/{exp}", PR_ACCESS_MEMBER, PR_ROUTE_CHANGES, 200, NULL, NULL,
		"Delete an experiment, and its executions", delete, "400 404"},
	{"GET", "{org}/experiments/{exp}/raw", PR_ACCESS_MEMBER, PR_ROUTE_ANY, 200, NULL, NULL,
		"Get the document of an experiment", get_raw, "404"},
	{"GET", "{org}/experiments/{exp}/plans", PR_ACCESS_MEMBER, PR_ROUTE_LIST, 200, NULL, NULL,
		"List the plans that use an experiment", list_plans, ""},
};

const struct pr_routes pr_routes_experiments = PR_ROUTES("experiments", routes);
