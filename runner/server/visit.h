#ifndef PR_SERVER_VISIT_H
#define PR_SERVER_VISIT_H

/* What the pages show to somebody who has signed in: their organisation's, and nothing else. */

#include "base/err.h"
#include "page/page.h"
#include "server/server.h"
#include "server/session.h"
#include "web/web.h"

#define PR_VISIT_PARTS 2
#define PR_VISIT_PART_SIZE 80

/* One request of somebody who has signed in. */
struct pr_visit {
	struct pr_server *server;
	struct pr_store *store;
	struct pr_web_exchange *exchange;
	struct pr_session session;
	struct pr_page_frame frame;
	char parts[PR_VISIT_PARTS][PR_VISIT_PART_SIZE]; /* of the path, as they came */
};

/* Each answers, or fails without an answer: PR_ENOTFOUND where there is no such thing. */
typedef int pr_visit_fn(struct pr_visit *visit, struct pr_err *err);

/* "/?plans=1&executions=1" */
int pr_visit_home(struct pr_visit *visit, struct pr_err *err);

/* "/plans/<plan>?executions=1" */
int pr_visit_plan(struct pr_visit *visit, struct pr_err *err);

/* "/executions/view/?id=<execution>&exp=<experiment>": the address that runners put into journals
 */
int pr_visit_execution(struct pr_visit *visit, struct pr_err *err);

/* "/executions/<experiment>/<execution>/journal.json" */
int pr_visit_journal(struct pr_visit *visit, struct pr_err *err);

/* "/executions/<experiment>/<execution>/log.txt" */
int pr_visit_log(struct pr_visit *visit, struct pr_err *err);

/* The stream of what changes. */
int pr_visit_events(struct pr_visit *visit, struct pr_err *err);

#endif
