#include "experiment/strategy.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"

#include <stddef.h>

/* Row number = enum pr_hypothesis_strategy; the log calls one of them otherwise
 * (docs/engine.md 6.1). */
static const char *const hypothesis_names[] = {"default", "before-method-only", "after-method-only",
	"during-method-only", "continuously", "skip"};
static const char *const rollback_names[] = {"default", "always", "never", "deviated"};
static const char *const dry_names[] = {"probes", "actions", "activities", "pause"};

static const char misspelt_continuously[] = "continously";

const char *pr_hypothesis_strategy_name(enum pr_hypothesis_strategy strategy)
{
	return strategy == PR_HYPOTHESIS_CONTINUOUSLY ? "continuous" : hypothesis_names[strategy];
}

const char *pr_rollback_strategy_name(enum pr_rollback_strategy strategy)
{
	return rollback_names[strategy];
}

const char *pr_dry_name(enum pr_dry dry)
{
	return dry == PR_DRY_NONE ? NULL : dry_names[dry - 1];
}

static int add_names(struct pr_buf *text, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		pr_buf_addf(text, "%s%s", i ? ", " : "", names[i]);
	return text->status;
}

static int parse_name(const char *what, const char *name, const char *const *names, size_t n,
	int *ret_index, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf known = PR_BUF_INIT(256);
	int index = pr_text_index(name, names, n);

	if (index >= 0) {
		*ret_index = index;
		return 0;
	}
	add_names(&known, names, n);
	return pr_fail(
		err, PR_EINVAL, "unknown %s '%s': use one of %s", what, name, pr_buf_str(&known));
}

/* runtime.<section>.strategy; wrong kinds count as nothing said. */
static const char *strategy_in(const json_t *runtime, const char *section)
{
	return pr_json_str(pr_json_object(runtime, section), "strategy");
}

/* What files say; an experiment with a runtime of its own decides both strategies. */
static const char *strategy_of_files(
	const json_t *document, const json_t *settings, const char *section)
{
	const json_t *own = pr_json_object(document, "runtime");

	if (pr_value_truthy(own))
		return strategy_in(own, section);
	return strategy_in(pr_json_object(settings, "runtime"), section);
}

static int decide_hypothesis(const json_t *document, const json_t *settings, const char *flag,
	struct pr_strategies *strategies, struct pr_err *err)
{
	const char *name = flag ? flag : strategy_of_files(document, settings, "hypothesis");
	int index = PR_HYPOTHESIS_DEFAULT;

	if (pr_text_eq(name, misspelt_continuously))
		name = hypothesis_names[PR_HYPOTHESIS_CONTINUOUSLY];
	if (name && parse_name("steady-state strategy", name, hypothesis_names,
			    PR_LEN(hypothesis_names), &index, err))
		return PR_EINVAL;
	strategies->hypothesis = (enum pr_hypothesis_strategy)index;
	return 0;
}

static int decide_rollbacks(const json_t *document, const json_t *settings,
	const struct pr_strategy_flags *flags, struct pr_strategies *strategies, struct pr_err *err)
{
	const char *of_files = strategy_of_files(document, settings, "rollbacks");
	const char *name = flags->rollbacks ? flags->rollbacks : of_files;
	int index = PR_ROLLBACK_DEFAULT;

	if (!name)
		name = flags->fallback_rollbacks;
	if (name == of_files && name &&
		pr_text_index(name, rollback_names, PR_LEN(rollback_names)) < 0) {
		pr_warn("Unknown rollback strategy '%s': no rollbacks will be played", name);
		strategies->rollbacks = PR_ROLLBACK_NEVER;
		return 0;
	}
	if (name && parse_name("rollback strategy", name, rollback_names, PR_LEN(rollback_names),
			    &index, err))
		return PR_EINVAL;
	strategies->rollbacks = (enum pr_rollback_strategy)index;
	return 0;
}

static int decide_dry(const char *flag, struct pr_strategies *strategies, struct pr_err *err)
{
	int index = -1;

	if (flag && parse_name("dry mode", flag, dry_names, PR_LEN(dry_names), &index, err))
		return PR_EINVAL;
	strategies->dry = (enum pr_dry)(index + 1);
	return 0;
}

int pr_strategies_decide(const json_t *document, const json_t *settings,
	const struct pr_strategy_flags *flags, struct pr_strategies *strategies, struct pr_err *err)
{
	struct pr_strategies decided = *strategies;

	if (decide_hypothesis(document, settings, flags->hypothesis, &decided, err) ||
		decide_rollbacks(document, settings, flags, &decided, err) ||
		decide_dry(flags->dry, &decided, err))
		return PR_EINVAL;
	*strategies = decided;
	return 0;
}
