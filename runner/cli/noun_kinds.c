#include "base/text.h"
#include "cli/noun.h"

#define COLUMNS(table) .columns = (table), .column_count = PR_LEN(table)

static const struct pr_column named[] = {
	{"ID", "id"},
	{"NAME", "name"},
	{"CREATED", "created_date"},
};

static const struct pr_column experiments[] = {
	{"ID", "id"},
	{"TITLE", "definition.title"},
	{"CREATED", "created_date"},
};

static const struct pr_column environments[] = {
	{"ID", "id"},
	{"NAME", "name"},
	{"USED FOR", "used_for"},
	{"CREATED", "created_date"},
};

static const struct pr_column deployments[] = {
	{"ID", "id"},
	{"NAME", "name"},
	{"TYPE", "definition.type"},
	{"MODE", "definition.mode"},
	{"CREATED", "created_date"},
};

static const struct pr_column integrations[] = {
	{"ID", "id"},
	{"NAME", "name"},
	{"PROVIDER", "provider"},
	{"VENDOR", "vendor"},
	{"CREATED", "created_date"},
};

static const struct pr_column plans[] = {
	{"ID", "id"},
	{"TITLE", "definition.title"},
	{"STATUS", "status"},
	{"ERROR", "error"},
	{"RUNS", "executions_count"},
	{"SCHEDULE", "definition.schedule.pattern"},
	{"CREATED", "created_date"},
};

static const struct pr_column executions[] = {
	{"ID", "id"},
	{"PLAN", "plan_id"},
	{"STATE", "user_state.current"},
	{"STATUS", "result.status"},
	{"DEVIATED", "result.deviated"},
	{"CREATED", "created_date"},
};

/* The one answer that has the token itself. */
static const struct pr_column new_tokens[] = {
	{"ID", "id"},
	{"NAME", "name"},
	{"TOKEN", "token"},
};

static const struct pr_column links[] = {
	{"EXPIRES", "expires"},
	{"URL", "url"},
};

static const struct pr_noun_kind kinds[] = {
	{"org", "", "name", COLUMNS(named)},
	{"token", "/tokens", "name", COLUMNS(named)},
	{"new token", "/tokens", "name", COLUMNS(new_tokens)},
	{"experiment", "/experiments", "title", COLUMNS(experiments)},
	{"environment", "/environments", "name", COLUMNS(environments)},
	{"deployment", "/deployments", "name", COLUMNS(deployments)},
	{"integration", "/integrations", "name", COLUMNS(integrations)},
	{"plan", "/plans", "title", COLUMNS(plans)},
	{"execution", "/executions", "id", COLUMNS(executions)},
	{"page", "/links", "url", COLUMNS(links)},
};

const struct pr_noun_kind *pr_noun_kind(const char *name)
{
	for (size_t i = 0; i < PR_LEN(kinds); i++)
		if (pr_text_eq(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}
