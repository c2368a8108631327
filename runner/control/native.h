#ifndef PR_CONTROL_NATIVE_H
#define PR_CONTROL_NATIVE_H

/*
 * Controls that this program has itself in place of the Python modules that declare them
 * (docs/protocol.md 4.4). Each is a hook of the engine behind one row of a table; adding a control
 * is adding a file and a row. Which of the declared controls hear of a point of the run is decided
 * by control/controls.h (docs/engine.md 7.3), not by the control.
 */

#include "base/err.h"
#include "base/limits.h"
#include "engine/hooks.h"

#include <jansson.h>

struct pr_run;

/* What native controls need of their surroundings. Borrowed for the length of the run. */
struct pr_native_env {
	struct pr_loop *loop;
	const struct pr_limits *limits;
	const char *ca_file;       /* NULL: as net/tls.h chooses */
	const char *plan;          /* the plan that is executed, NULL: none */
	struct pr_run *const *run; /* where the run is found while there is one; NULL: nowhere */
};

/* One configured control. The hook is the control's; its `name` is the name in the declaration. */
struct pr_native {
	struct pr_hook hook;
	void (*free)(void *self); /* of hook.self; ends what is under way; NULL: nothing to do */
};

/* An argument that a control knows. */
struct pr_native_known {
	const char *path; /* its name; "a.b": the member b of the argument a; NULL ends a table */
	bool needed;      /* without a value for one of those that are, it has nothing to do */
};

struct pr_native_control {
	const char *const *modules; /* provider.module, every name it is known by; ends with NULL */
	const struct pr_native_known *known; /* its arguments; NULL: they are not checked */
	const char *idle; /* what follows where none has a value that is needed, for the log */
	/*
	 * Its Python module registers for the events of the run (docs/engine.md 7.4): it hears of
	 * every point, once. Without: of the points that a control has functions for, as often as
	 * docs/engine.md 7.3 says, and of STARTED, INTERRUPTED and FINISHED.
	 */
	bool events;
	/*
	 * Makes one of a declaration (`name`, `provider`; borrowed until freed), when the run
	 * starts: the first point that it hears of is STARTED. The arguments are substituted,
	 * except where `events` is set. An error means that this control is left out with a
	 * warning.
	 */
	int (*configure)(const struct pr_native_env *env, const json_t *declaration,
		struct pr_native *ret_native, struct pr_err *err);
};

/* The control of that module, NULL: none is native. Static. */
const struct pr_native_control *pr_native_control_find(const char *module);

/*
 * Ends the run as upstream's controls do from beside it ("exit gracefully", docs/engine.md 7.2):
 * what runs is ended, rollbacks by strategy. For callbacks of the loop; at a point of the run the
 * hook answers PR_HOOK_INTERRUPT.
 */
void pr_native_interrupt(const struct pr_native_env *env);

/* The arguments of a declaration; NULL: it has none. Borrowed. */
json_t *pr_native_arguments(const json_t *declaration);

/*
 * The value of an argument that may be written as {"type": "env", "key": …, "default"?: …}
 * (docs/protocol.md 4.4): the variable, else the default, else NULL; any other value as it is.
 * Caller decrefs.
 */
json_t *pr_native_argument(const json_t *value);

#endif
