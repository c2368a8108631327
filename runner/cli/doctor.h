#ifndef PR_CLI_DOCTOR_H
#define PR_CLI_DOCTOR_H

/*
 * Looks for what would stop a plan from being run and reported: settings, network, credentials, the
 * plan itself, files. Each thing that is looked at leaves one line with what was found and, where
 * it is not well, what to do. Nothing on the platform is changed.
 */

#include "base/limits.h"
#include "cli/execution.h"
#include "net/http.h"
#include "platform/environment.h"
#include "platform/plan.h"
#include "platform/service.h"

enum pr_verdict {
	PR_VERDICT_OK,
	PR_VERDICT_WARNING, /* a run would go on */
	PR_VERDICT_FAILED,  /* it would not, or would lose its report */
	PR_VERDICT_SKIPPED, /* something before it has failed */
};

struct pr_doctor {
	struct pr_signals signals;
	const char *config;  /* --config, NULL: none */
	const char *ca_file; /* --ca-file, NULL: none */
	const char *plan_id; /* canonical; NULL: no plan is looked at */
	const struct pr_limits *limits;
	bool tell; /* each line is printed as soon as it is known */
	struct pr_service service;
	struct pr_http_client *client;
	struct pr_plan plan;
	struct pr_secret_files secret_files; /* of the plan's environment */
	bool reachable;                      /* the platform answers */
	bool authorized;                     /* and takes the token */
	bool failed;                         /* something has PR_VERDICT_FAILED */
	json_t *lines;                       /* {check, verdict, detail, remedy}; owned */
};

/* One line. `remedy` may be NULL. */
void pr_doctor_say(struct pr_doctor *doctor, const char *check, enum pr_verdict verdict,
	const char *remedy, const char *fmt, ...) PR_PRINTF(5, 6);

/* What a GET brought. Owned. */
struct pr_doctor_answer {
	enum pr_http_failure failure;
	char detail[256];
	bool unresolved;
	long status;
	long proxy_status;
	char peer[80];
	char *date; /* NULL: none */
	char *content_type;
	struct pr_buf text;
	json_t *body; /* NULL: no JSON */
};

/*
 * GET of `path` below the platform's host, with the token when `authorized`. Fails only for want of
 * memory or when a signal came (PR_ECANCELED). Release in any case.
 */
int pr_doctor_get(struct pr_doctor *doctor, const char *path, bool authorized,
	struct pr_doctor_answer *answer, struct pr_err *err);

/* Frees the contents. */
void pr_doctor_answer_release(struct pr_doctor_answer *answer);

/* PR_AUTO(doctor_answer) */
static inline void pr_auto_doctor_answer(struct pr_doctor_answer *answer)
{
	pr_doctor_answer_release(answer);
}

/* Host, token, organisation: where they come from and whether they are there. */
int pr_doctor_look_settings(struct pr_doctor *doctor, struct pr_err *err);

/* Proxy, name, connection, TLS, clock, by one call without credentials. */
int pr_doctor_look_network(struct pr_doctor *doctor, struct pr_err *err);

/* Whether the platform takes the token, and for that organisation. */
int pr_doctor_look_access(struct pr_doctor *doctor, struct pr_err *err);

/* The plan, its environment and its experiment, and whether this program can run it. */
int pr_doctor_look_plan(struct pr_doctor *doctor, struct pr_err *err);

/* Where a run writes, what earlier runs could not report, and the interpreter. */
int pr_doctor_look_machine(struct pr_doctor *doctor, struct pr_err *err);

/* Everything, in that order. */
int pr_doctor_look(struct pr_doctor *doctor, struct pr_err *err);

/* Frees the contents. */
void pr_doctor_release(struct pr_doctor *doctor);

#endif
