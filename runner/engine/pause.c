#include "engine/pause.h"

#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"

/* About 292 years: upstream's sleep raises an OverflowError for what 2^63 nanoseconds do not hold.
 */
#define LONGEST_S 9223372036.0

int pr_pauses_read(const json_t *activity, const struct pr_scope *scope, json_t **ret_pauses,
	struct pr_err *err)
{
	const json_t *given = json_object_get(activity, "pauses");

	if (!given) {
		*ret_pauses = json_object();
		return *ret_pauses ? 0 : pr_fail_nomem(err);
	}
	if (!json_is_object(given))
		return pr_fail(
			err, PR_EINVAL, "pauses must be an object, not %s", pr_json_kind(given));
	return pr_substitute(given, scope, ret_pauses, err);
}

const json_t *pr_pause_find(const json_t *pauses, const char *when)
{
	const json_t *pause = json_object_get(pauses, when);

	return pr_value_truthy(pause) ? pause : NULL;
}

void pr_pause_announce(const json_t *pause, const char *when)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	pr_value_str(pause, &text);
	if (pr_text_eq(when, "before"))
		pr_info("Pausing before next activity for %ss...", pr_buf_str(&text));
	else
		pr_info("Pausing after activity for %ss...", pr_buf_str(&text));
}

int pr_pause_us(const json_t *pause, int64_t *ret_us, struct pr_err *err)
{
	double seconds;

	if (!pr_value_number(pause, &seconds))
		return pr_fail(err, PR_EINVAL, "a pause must be a number of seconds, not %s",
			pr_json_kind(pause));
	if (seconds < 0)
		return pr_fail(err, PR_EINVAL, "a pause must not be negative");
	if (!(seconds <= LONGEST_S))
		return pr_fail(
			err, PR_EINVAL, "a pause must not be longer than %.0f seconds", LONGEST_S);
	*ret_us = (int64_t)(seconds * 1e6);
	return 0;
}
