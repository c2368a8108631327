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

/* A member that must be a mapping where it is given; NULL: it is not. */
static int mapping_in(
	const json_t *parent, const char *name, const json_t **ret_mapping, struct pr_err *err)
{
	const json_t *member = json_object_get(parent, name);

	if (member && !json_is_object(member))
		return pr_fail(err, PR_EINVAL, "`%s` must be a mapping, not %s", name,
			pr_json_kind(member));
	*ret_mapping = member;
	return 0;
}

/* What files say, of any kind; NULL: nothing. An experiment with a runtime of its own decides both
 * strategies. */
static int strategy_of_files(const json_t *document, const json_t *settings, const char *section,
	const json_t **ret_strategy, struct pr_err *err)
{
	const json_t *own = json_object_get(document, "runtime");
	const json_t *from = pr_value_truthy(own) ? document : settings;
	const json_t *common = NULL;
	const json_t *runtime = NULL;
	const json_t *part = NULL;

	if (mapping_in(settings, "runtime", &common, err) ||
		mapping_in(common, section, &part, err) ||
		mapping_in(from, "runtime", &runtime, err) ||
		mapping_in(runtime, section, &part, err))
		return pr_wrap(err, "runtime");
	*ret_strategy = json_object_get(part, "strategy");
	return 0;
}

/* How a strategy of a file is told to people; one that is no text is unknown in any case. */
static const char *name_of(const json_t *strategy)
{
	return json_is_string(strategy) ? json_string_value(strategy) : pr_json_kind(strategy);
}

static int decide_hypothesis(const json_t *document, const json_t *settings, const char *flag,
	struct pr_strategies *strategies, struct pr_err *err)
{
	const json_t *of_files = NULL;
	const char *name = flag;
	int index = PR_HYPOTHESIS_DEFAULT;

	if (strategy_of_files(document, settings, "hypothesis", &of_files, err))
		return PR_EINVAL;
	if (!name && of_files)
		name = name_of(of_files);
	if (pr_text_eq(name, misspelt_continuously)) {
		name = hypothesis_names[PR_HYPOTHESIS_CONTINUOUSLY];
		pr_warn("The strategy \"%s\" is misspelt and will not be known for ever: use "
			"\"%s\" instead",
			misspelt_continuously, name);
	}
	if (name && parse_name("steady-state strategy", name, hypothesis_names,
			    PR_LEN(hypothesis_names), &index, err))
		return PR_EINVAL;
	strategies->hypothesis = (enum pr_hypothesis_strategy)index;
	return 0;
}

static int decide_rollbacks(const json_t *document, const json_t *settings,
	const struct pr_strategy_flags *flags, struct pr_strategies *strategies, struct pr_err *err)
{
	const json_t *of_files = NULL;
	const char *name = flags->rollbacks;
	int index = PR_ROLLBACK_DEFAULT;

	if (strategy_of_files(document, settings, "rollbacks", &of_files, err))
		return PR_EINVAL;
	if (!name && of_files) {
		name = name_of(of_files);
		if (pr_text_index(name, rollback_names, PR_LEN(rollback_names)) < 0) {
			pr_warn("Unknown rollback strategy '%s': no rollbacks will be played",
				name);
			strategies->rollbacks = PR_ROLLBACK_NEVER;
			return 0;
		}
	}
	if (!name)
		name = flags->fallback_rollbacks;
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
