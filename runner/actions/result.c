#include "actions/result.h"

#include "base/text.h"
#include "codec/json.h"

#include <string.h>

static const struct {
	const char *word;
	unsigned bit;
} words[] = {{"deviation", PR_ACTIONS_DEVIATION}, {"error", PR_ACTIONS_ERROR},
	{"gate", PR_ACTIONS_GATE}, {"never", 0}};

static int find_word(const char *name, const char *word, struct pr_err *err)
{
	for (size_t i = 0; i < PR_LEN(words); i++)
		if (pr_text_eq_nocase(words[i].word, word))
			return (int)words[i].bit;
	return pr_fail(err, PR_EINVAL,
		"%s has '%s', it takes deviation, error and gate, separated by commas, or never",
		name, word);
}

int pr_actions_read_fail_on(
	const char *name, const char *text, unsigned *ret_fail_on, struct pr_err *err)
{
	PR_AUTO(free) char *copy = pr_text_dup(text);
	char *rest = copy;
	char *word;
	unsigned found = 0;
	bool never = false;

	if (!copy)
		return pr_fail_nomem(err);
	while ((word = strsep(&rest, ","))) {
		int bit = find_word(name, pr_text_trim(word), err);

		if (bit < 0)
			return bit;
		never |= bit == 0;
		found |= (unsigned)bit;
	}
	if (never && found)
		return pr_fail(
			err, PR_EINVAL, "%s is '%s': never does not go with others", name, text);
	*ret_fail_on = found;
	return 0;
}

void pr_actions_read_result(const json_t *journal, struct pr_actions_result *result)
{
	const json_t *states = pr_json_object(journal, "steady_states");
	const json_t *before = pr_json_object(states, "before");
	const char *status = pr_json_str(journal, "status");

	result->status = status ? status : "error";
	result->deviated = json_is_true(json_object_get(journal, "deviated"));
	result->gated = json_is_false(json_object_get(before, "steady_state_met"));
	result->failed = !result->deviated && !pr_text_eq(result->status, "completed");
}

int pr_actions_exit_code(const struct pr_actions_result *result, unsigned fail_on)
{
	if (result->failed && (fail_on & PR_ACTIONS_ERROR))
		return 2;
	if (result->deviated && (fail_on & PR_ACTIONS_DEVIATION))
		return 1;
	return result->gated && (fail_on & PR_ACTIONS_GATE) ? 1 : 0;
}

const char *pr_actions_outcome(const struct pr_actions_result *result)
{
	if (result->failed)
		return "not completed";
	if (result->deviated)
		return "deviated";
	return result->gated ? "steady state not met, nothing was done" : "completed";
}
