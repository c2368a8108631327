#include "activity/native_values.h"

#include "base/clock.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"

#include <string.h>

#define WEEK_S ((int64_t)7 * 86400)
#define DURATION_MAX_S ((int64_t)86400 * 999999999)
#define NUMBER_SIZE 32

static int64_t unit_of(char unit)
{
	static const struct {
		char name;
		int64_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'d', 86400}, {'w', WEEK_S}};

	for (size_t i = 0; i < PR_LEN(units); i++)
		if (units[i].name == unit)
			return units[i].seconds;
	return 0;
}

int pr_native_duration(const char *text, int64_t *ret_seconds, struct pr_err *err)
{
	size_t n = text ? strlen(text) : 0;
	char number[NUMBER_SIZE];
	int64_t value;
	int64_t unit;

	if (n < 2 || n >= sizeof number)
		return pr_fail(err, PR_EINVAL,
			"'%s' is no duration: a number and one of s, m, d, w is, as in 7d",
			text ? text : "");
	memcpy(number, text, n - 1);
	number[n - 1] = '\0';
	if (pr_text_int64(pr_text_trim(number), &value, NULL))
		return pr_fail(err, PR_EINVAL,
			"'%s' is no duration: a number and one of s, m, d, w is, as in 7d", text);
	unit = unit_of(text[n - 1]);
	if (!unit) {
		*ret_seconds = WEEK_S;
		return 0;
	}
	if (value > DURATION_MAX_S / unit || value < -DURATION_MAX_S / unit)
		return pr_fail(err, PR_EINVAL, "the duration '%s' is too long", text);
	*ret_seconds = value * unit;
	return 0;
}

int pr_native_moment(const char *text, const char *what, int64_t *ret_wall_us, struct pr_err *err)
{
	PR_AUTO(free) char *with_zone = text ? pr_text_format("%sZ", text) : NULL;

	if (pr_stamp_read_rfc3339(text, ret_wall_us) ||
		pr_stamp_read_rfc3339(with_zone, ret_wall_us))
		return 0;
	return pr_fail(err, PR_EINVAL, "%s '%s' is no ISO 8601 time", what, text ? text : "");
}

bool pr_native_contains(const json_t *whole, const json_t *part)
{
	for (size_t i = 0; i < json_array_size(part); i++) {
		bool found = false;

		for (size_t j = 0; !found && j < json_array_size(whole); j++)
			found = pr_value_equal(json_array_get(whole, j), json_array_get(part, i));
		if (!found)
			return false;
	}
	return true;
}
