#include "deploy/cron.h"

#include "base/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define FIELDS 5
#define PART_SIZE 32

static const char *const months[] = {
	"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
static const char *const days[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

static const struct field {
	const char *what;
	int64_t min;
	int64_t max;
	const char *const *names; /* of the numbers from min on */
	size_t name_count;
} fields[FIELDS] = {
	{"minute", 0, 59, NULL, 0},
	{"hour", 0, 23, NULL, 0},
	{"day of the month", 1, 31, NULL, 0},
	{"month", 1, 12, months, PR_LEN(months)},
	{"day of the week", 0, 6, days, PR_LEN(days)},
};

static int bad_part(const struct field *field, const char *part, struct pr_err *err)
{
	return pr_fail(err, PR_EINVAL, "its %s '%s' is not a number, a range or a step: %d-%d/2",
		field->what, part, (int)field->min, (int)field->max);
}

static int number(
	const struct field *field, const char *text, int64_t *ret_value, struct pr_err *err)
{
	int64_t value;

	for (size_t i = 0; i < field->name_count; i++) {
		if (pr_text_eq_nocase(text, field->names[i])) {
			*ret_value = field->min + (int64_t)i;
			return 0;
		}
	}
	if (!isdigit((unsigned char)*text) || pr_text_int64(text, &value, NULL))
		return bad_part(field, text, err);
	if (value < field->min || value > field->max)
		return pr_fail(err, PR_EINVAL, "its %s %s is not in %d-%d%s", field->what, text,
			(int)field->min, (int)field->max,
			field->names == days && value == 7 ? " (Sunday is 0)" : "");
	*ret_value = value;
	return 0;
}

static int check_step(const struct field *field, const char *step, struct pr_err *err)
{
	int64_t value;

	if (isdigit((unsigned char)*step) && pr_text_int64(step, &value, NULL) == 0 && value > 0 &&
		value <= field->max)
		return 0;
	return pr_fail(err, PR_EINVAL, "its %s step '%s' is not in 1-%d", field->what, step,
		(int)field->max);
}

/* What stands between commas; `part` is cut up. */
static int check_part(const struct field *field, char *part, struct pr_err *err)
{
	char *step = part;
	char *last = strsep(&step, "/");
	char *first = strsep(&last, "-");
	int64_t begin = 0;
	int64_t end = 0;
	int rc;

	if (step && check_step(field, step, err))
		return PR_EINVAL;
	if (!last && pr_text_eq(first, "*"))
		return 0;
	rc = number(field, first, &begin, err);
	if (rc || !last)
		return rc;
	rc = number(field, last, &end, err);
	if (!rc && begin > end)
		rc = pr_fail(err, PR_EINVAL, "its %s range %s-%s runs backwards", field->what,
			first, last);
	return rc;
}

static int check_field(const struct field *field, const char *text, size_t n, struct pr_err *err)
{
	for (;;) {
		char part[PART_SIZE];
		size_t used = strcspn(text, ", \t");

		pr_text_print(part, sizeof(part), "%.*s", (int)used, text);
		if (!used || used >= sizeof(part))
			return bad_part(field, part, err);
		if (check_part(field, part, err))
			return PR_EINVAL;
		if (used == n)
			return 0;
		text += used + 1;
		n -= used + 1;
	}
}

static int check_fields(const char *text, struct pr_err *err)
{
	const char *starts[FIELDS];
	size_t count = 0;

	for (const char *at = text + strspn(text, " \t"); *at; at += strspn(at, " \t")) {
		if (count < FIELDS)
			starts[count] = at;
		count++;
		at += strcspn(at, " \t");
	}
	if (count != FIELDS)
		return pr_fail(err, PR_EINVAL,
			"it has %zu of the 5 fields minute, hour, day of the month, month, day of "
			"the week",
			count);
	for (size_t i = 0; i < FIELDS; i++) {
		if (check_field(&fields[i], starts[i], strcspn(starts[i], " \t"), err))
			return PR_EINVAL;
	}
	return 0;
}

int pr_cron_check(const char *text, struct pr_err *err)
{
	struct pr_err reason = PR_ERR_INIT;

	if (check_fields(text, &reason) == 0)
		return 0;
	return pr_fail(
		err, PR_EINVAL, "the schedule '%.100s' cannot be used: %s", text, reason.msg);
}
