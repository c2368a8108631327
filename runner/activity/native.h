#ifndef PR_ACTIVITY_NATIVE_H
#define PR_ACTIVITY_NATIVE_H

/*
 * Functions of Python modules that are built in, so that experiments which call them run without an
 * interpreter (docs/protocol.md 6.1). Each is a row of its module's table: its parameters, as a
 * signature of Python's would have them, and what it does. Adding a function is adding a row.
 *
 * What raises an exception in Python fails the activity (docs/engine.md 4.5), with a text of ours.
 */

#include "activity/provider.h"

#include <stdbool.h>
#include <stddef.h>

struct pr_native_call;

/* The kinds of values that a parameter takes; booleans are numbers, as in Python. */
enum pr_native_kinds {
	PR_NATIVE_TEXT = 1,
	PR_NATIVE_NUMBER = 2,
	PR_NATIVE_LIST = 4,
	PR_NATIVE_OBJECT = 8,
	PR_NATIVE_NULL = 16,
	PR_NATIVE_ANY = 31,
};

struct pr_native_parameter {
	const char *name;
	unsigned kinds;       /* enum pr_native_kinds, several of them */
	const char *fallback; /* its default as JSON; NULL: the argument is required */
};

struct pr_native_function {
	const char *name;
	const struct pr_native_parameter *parameters; /* in the order of the signature */
	size_t parameter_count;
	/* What the function returns at once (PR_EINVAL: what it raises); NULL where `start` is.
	 * With neither, the function is known, but not built in. */
	int (*judge)(const struct pr_native_call *call, json_t **ret_output, struct pr_err *err);
	/*
	 * Begins what takes its time and ends with pr_native_return or pr_native_raise, later. An
	 * error other than PR_ENOMEM is raised by the caller; nothing may call back then.
	 */
	int (*start)(struct pr_native_call *call, struct pr_err *err);
	/* Ends what `start` began and frees the contents of the state. May be NULL. */
	void (*release)(struct pr_native_call *call);
	size_t state_size; /* of the zeroed memory that `start` finds in call->state */
};

struct pr_native_module {
	const char *name;
	const struct pr_native_function *functions;
	size_t function_count;
};

/* One running call. */
struct pr_native_call {
	struct pr_activity_call call;
	const struct pr_native_function *function;
	struct pr_activity_env env;
	json_t *arguments; /* every parameter of the function, defaults included */
	void *state;
	struct pr_task task; /* of what judges or has failed at once */
	char *raised;        /* by a function that could not even begin */
	pr_activity_fn *fn;
	void *arg;
};

/* The module of that name, NULL where none is built in. Static. */
const struct pr_native_module *pr_native_find(const char *module);

/*
 * The rules of docs/engine.md 2.2 for an activity that calls the built-in module: the function is
 * there, its arguments fit its signature.
 */
void pr_native_validate(const struct pr_native_module *module, const json_t *activity,
	const struct pr_place *place, struct pr_findings *findings);

/* As `start` of struct pr_provider, for an activity that calls the built-in module. */
int pr_native_start(const struct pr_activity_env *env, const json_t *activity, pr_activity_fn *fn,
	void *arg, struct pr_activity_call **ret_call, struct pr_err *err);

/* The argument; never NULL for a parameter of the function. Borrowed. */
const json_t *pr_native_get(const struct pr_native_call *call, const char *parameter);

/* The argument as a text, NULL when it is none or empty. Borrowed. */
const char *pr_native_text(const struct pr_native_call *call, const char *parameter);

/* The argument as a number, 0 when it is none. */
double pr_native_number(const struct pr_native_call *call, const char *parameter);

/* Whether the argument is true for Python. */
bool pr_native_truthy(const struct pr_native_call *call, const char *parameter);

/* The function returns `output`, which is taken; NULL (no memory) crashes the call. The call may be
 * gone afterwards. */
void pr_native_return(struct pr_native_call *call, json_t *output);

/* The function raises an exception. The call may be gone afterwards. */
void pr_native_raise(struct pr_native_call *call, const char *message);

#endif
