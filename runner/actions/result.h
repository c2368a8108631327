#ifndef PR_ACTIONS_RESULT_H
#define PR_ACTIONS_RESULT_H

/* What became of a plan, for the outputs of the step and for its exit code. */

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>

/* What fails a step, or a command, when it is asked for nothing else. */
#define PR_ACTIONS_FAIL_ON "deviation,error"

/* What may fail the step, as bits. */
enum pr_actions_fail {
	PR_ACTIONS_DEVIATION = 1, /* the steady state was lost */
	PR_ACTIONS_ERROR = 2,     /* the plan did not run to its end, or not at all */
	PR_ACTIONS_GATE = 4,      /* the steady state was not there before the method */
};

struct pr_actions_result {
	const char *status; /* of the journal, borrowed; "error" when nothing ran */
	bool deviated;
	bool gated;
	bool failed;
};

/*
 * Reads a list of deviation, error and gate, separated by commas, or the one word never. White
 * space and case do not matter. PR_EINVAL names the word that is none of these; `name` begins the
 * message ("the input fail-on").
 */
int pr_actions_read_fail_on(
	const char *name, const char *text, unsigned *ret_fail_on, struct pr_err *err);

/* Reads a journal; NULL: nothing ran. It is borrowed as long as the result is used. */
void pr_actions_read_result(const json_t *journal, struct pr_actions_result *result);

/* The exit code: 2 for an error, 1 for a deviation or a closed gate, 0 for what is not listed. */
int pr_actions_exit_code(const struct pr_actions_result *result, unsigned fail_on);

/* The outcome in a few words, for a heading: "deviated". Static. */
const char *pr_actions_outcome(const struct pr_actions_result *result);

#endif
