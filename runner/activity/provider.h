#ifndef PR_ACTIVITY_PROVIDER_H
#define PR_ACTIVITY_PROVIDER_H

/*
 * A provider of activities is one table of functions; the list of providers is one table of these
 * (activity/registry.c). Adding a provider is adding a file and a row.
 *
 * A call is started and calls back once, later, from the event loop; it never blocks. Only an
 * outcome of kind FAILED is a failed activity; CRASHED is what upstream does not catch
 * (docs/engine.md 4, 13.9): the engine decides what becomes of the run.
 */

#include "base/err.h"
#include "base/limits.h"
#include "base/loop.h"
#include "experiment/findings.h"
#include "experiment/substitute.h"
#include "experiment/validate.h"

#include <jansson.h>

enum pr_outcome_kind {
	PR_OUTCOME_SUCCEEDED,
	PR_OUTCOME_FAILED,  /* upstream's ActivityFailed */
	PR_OUTCOME_CRASHED, /* any other exception upstream */
};

/* How a call ended. `output` is borrowed by the callback; take a reference to keep it. */
struct pr_outcome {
	enum pr_outcome_kind kind;
	json_t *output;      /* of SUCCEEDED, else NULL */
	const char *message; /* of FAILED and CRASHED: one line for a human, upstream's words; else
				NULL */
};

/* Room for a header `traceparent` of the W3C's trace context, with the terminating NUL. */
#define PR_TRACEPARENT_SIZE 56

/* What calls need of their surroundings. Borrowed for the length of the call. */
struct pr_activity_env {
	struct pr_loop *loop;
	struct pr_scope scope; /* configuration and secrets of the run, as they are now */
	const struct pr_limits *limits;
	const char *ca_file;      /* NULL: as net/tls.h chooses */
	json_t *load_results;     /* of load tests by name, for probes on them; NULL: not kept */
	struct pr_pauses *pauses; /* for pause activities; NULL: only time ends a pause */
	const char *traceparent;  /* sent with HTTP requests; NULL or "": none */
};

struct pr_pauses;
struct pr_activity_call; /* each provider has its own, with this as its first member */

typedef void pr_activity_fn(void *arg, const struct pr_outcome *outcome);

struct pr_provider {
	const char *type; /* `provider.type` */
	/* The rules of docs/engine.md 2.2 for this provider. */
	void (*validate)(
		const json_t *activity, const struct pr_place *place, struct pr_findings *findings);
	/*
	 * Starts the activity (already resolved, not substituted). On success `fn` comes once,
	 * never from within this call. Errors only for want of memory or of an event source.
	 */
	int (*start)(const struct pr_activity_env *env, const json_t *activity, pr_activity_fn *fn,
		void *arg, struct pr_activity_call **ret_call, struct pr_err *err);
	/* Ends a running call at once, with everything it started; no callback. Frees it, also when
	 * ended. */
	void (*release)(struct pr_activity_call *call);
};

struct pr_activity_call {
	const struct pr_provider *provider;
};

/* The provider of that type, NULL when there is none. Static. */
const struct pr_provider *pr_provider_find(const char *type);

/* The rules of every provider, for pr_validate. Static. */
const struct pr_provider_rules *pr_provider_rules(void);

/*
 * Starts an activity by its provider.type. An unknown type is reported through the callback as
 * CRASHED. Free with pr_activity_release.
 */
int pr_activity_start(const struct pr_activity_env *env, const json_t *activity, pr_activity_fn *fn,
	void *arg, struct pr_activity_call **ret_call, struct pr_err *err);

/* NULL is allowed. */
void pr_activity_release(struct pr_activity_call *call);

#endif
