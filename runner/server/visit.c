#include "server/visit.h"

#include "base/text.h"
#include "codec/json_write.h"
#include "server/events.h"
#include "server/page_answer.h"
#include "store/executions.h"
#include "store/plans.h"

#define ROWS 10

static int answer_html(struct pr_visit *visit, const struct pr_buf *html)
{
	pr_page_answer_html(visit->exchange, 200, html);
	return 0;
}

/* Which page of a list the query asks for. */
static int64_t page_of(const struct pr_visit *visit, const char *name)
{
	const char *text = pr_web_query(visit->exchange, name);
	int64_t page;

	if (!text || pr_text_int64(text, &page, NULL) || page < 1 || page > 1000000)
		return 1;
	return page;
}

static struct pr_page_list list_of(const struct pr_rows_page *page)
{
	return (struct pr_page_list){.items = page->items,
		.count = page->count,
		.page = page->page,
		.limit = page->limit};
}

int pr_visit_home(struct pr_visit *visit, struct pr_err *err)
{
	struct pr_rows_page plans = {.page = page_of(visit, "plans"), .limit = ROWS};
	struct pr_rows_page executions = {
		.page = page_of(visit, "executions"), .limit = ROWS, .each = pr_page_summarise};
	struct pr_plans_query which = {.organization = visit->session.organization};
	struct pr_executions_query runs = {.organization = visit->session.organization};
	PR_AUTO(buf) struct pr_buf html = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	int rc = pr_plans_list(visit->store, &which, &plans, err);

	if (!rc)
		rc = pr_executions_list(visit->store, &runs, &executions, err);
	if (!rc) {
		struct pr_page_list lists[] = {list_of(&plans), list_of(&executions)};

		pr_page_home(&visit->frame, &lists[0], &lists[1], &html);
		rc = answer_html(visit, &html);
	}
	json_decref(plans.items);
	json_decref(executions.items);
	return rc;
}

int pr_visit_plan(struct pr_visit *visit, struct pr_err *err)
{
	char id[PR_UUID_SIZE];
	struct pr_plan_id plan = {.organization = visit->session.organization, .id = id};
	struct pr_executions_query runs = {.organization = plan.organization, .plan = id};
	struct pr_rows_page executions = {
		.page = page_of(visit, "executions"), .limit = ROWS, .each = pr_page_summarise};
	PR_AUTO(buf) struct pr_buf html = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	json_auto_t *found = NULL;
	int rc;

	if (pr_uuid_parse(visit->parts[0], id, NULL))
		return PR_ENOTFOUND;
	rc = pr_plans_get(visit->store, &plan, &found, err);
	if (!rc)
		rc = pr_executions_list(visit->store, &runs, &executions, err);
	if (!rc) {
		struct pr_page_list list = list_of(&executions);

		pr_page_plan(&visit->frame, found, &list, &html);
		rc = answer_html(visit, &html);
	}
	json_decref(executions.items);
	return rc;
}

/* An execution by two texts of the request; what `id` points to is beside it. */
struct wanted {
	char experiment[PR_UUID_SIZE], execution[PR_UUID_SIZE];
	struct pr_execution_id id;
};

static int read_wanted(const struct pr_visit *visit, const char *experiment, const char *id,
	struct wanted *ret_wanted)
{
	if (!experiment || pr_uuid_parse(experiment, ret_wanted->experiment, NULL))
		return PR_ENOTFOUND;
	if (!id || pr_uuid_parse(id, ret_wanted->execution, NULL))
		return PR_ENOTFOUND;
	ret_wanted->id = (struct pr_execution_id){.organization = visit->session.organization,
		.experiment = ret_wanted->experiment,
		.id = ret_wanted->execution};
	return 0;
}

int pr_visit_execution(struct pr_visit *visit, struct pr_err *err)
{
	struct wanted wanted;
	PR_AUTO(buf) struct pr_buf html = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(free) char *log = NULL;
	json_auto_t *execution = NULL;
	int rc = read_wanted(visit, pr_web_query(visit->exchange, "exp"),
		pr_web_query(visit->exchange, "id"), &wanted);

	if (!rc)
		rc = pr_executions_get(visit->store, &wanted.id, &execution, err);
	if (!rc)
		rc = pr_executions_get_log(visit->store, &wanted.id, &log, err);
	if (rc)
		return rc;
	pr_page_execution(&visit->frame, execution, log, &html);
	return answer_html(visit, &html);
}

static int answer_download(struct pr_visit *visit, const char *content_type,
	const char *disposition, const struct pr_buf *text)
{
	pr_page_answer(visit->exchange, &(struct pr_page_answer){.status = 200,
						.content_type = content_type,
						.body = pr_buf_str(text),
						.body_len = text->len,
						.extra = {{"Content-Disposition", disposition}}});
	return 0;
}

int pr_visit_journal(struct pr_visit *visit, struct pr_err *err)
{
	static const struct pr_json_style style = PR_JSON_JOURNAL;
	struct wanted wanted;
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	json_auto_t *journal = NULL;
	int rc = read_wanted(visit, visit->parts[0], visit->parts[1], &wanted);

	if (!rc)
		rc = pr_executions_get_result(visit->store, &wanted.id, &journal, err);
	if (!rc && pr_json_write(journal, &style, &text))
		rc = pr_buf_check(&text, "the journal", err);
	return rc ? rc
		  : answer_download(visit, "application/json",
			    "attachment; filename=\"journal.json\"", &text);
}

int pr_visit_log(struct pr_visit *visit, struct pr_err *err)
{
	struct wanted wanted;
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(free) char *log = NULL;
	int rc = read_wanted(visit, visit->parts[0], visit->parts[1], &wanted);

	if (!rc)
		rc = pr_executions_get_log(visit->store, &wanted.id, &log, err);
	if (!rc && pr_buf_adds(&text, log))
		rc = pr_buf_check(&text, "the log", err);
	return rc ? rc
		  : answer_download(visit, "text/plain; charset=utf-8",
			    "attachment; filename=\"log.txt\"", &text);
}

int pr_visit_events(struct pr_visit *visit, struct pr_err *err)
{
	(void)err;
	pr_events_serve(
		pr_server_events(visit->server), visit->session.organization, visit->exchange);
	return 0;
}
