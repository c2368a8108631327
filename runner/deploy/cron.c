#include "deploy/cron.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>

#define PART_SIZE 32
#define DAY_MINUTES (24 * 60)
#define WHOLE_WEEK UINT64_C(0x7f)

static const struct {
	const char *name;
	const char *fields;
} nicknames[] = {
	{"@hourly", "0 * * * *"},
	{"@daily", "0 0 * * *"},
	{"@midnight", "0 0 * * *"},
	{"@weekly", "0 0 * * 0"},
	{"@monthly", "0 0 1 * *"},
	{"@yearly", "0 0 1 1 *"},
	{"@annually", "0 0 1 1 *"},
};

static const char *const months[] = {
	"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
static const char *const days[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

static const struct field {
	const char *what;
	int64_t min;
	int64_t max;
	const char *const *names; /* of the numbers from min on */
	size_t name_count;
} fields[PR_CRON_FIELDS] = {
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

static int read_step(
	const struct field *field, const char *step, int64_t *ret_step, struct pr_err *err)
{
	if (isdigit((unsigned char)*step) && pr_text_int64(step, ret_step, NULL) == 0 &&
		*ret_step > 0 && *ret_step <= field->max)
		return 0;
	return pr_fail(err, PR_EINVAL, "its %s step '%s' is not in 1-%d", field->what, step,
		(int)field->max);
}

/* What stands between commas, as bits of `set`; `part` is cut up. A number with a step begins a
 * range up to the end. */
static int read_part(const struct field *field, char *part, uint64_t *set, struct pr_err *err)
{
	char *stride = part;
	char *last = strsep(&stride, "/");
	char *first = strsep(&last, "-");
	bool all = !last && pr_text_eq(first, "*");
	int64_t begin = field->min;
	int64_t end = field->max;
	int64_t step = 1;

	if ((stride && read_step(field, stride, &step, err)) ||
		(!all && number(field, first, &begin, err)) ||
		(last && number(field, last, &end, err)))
		return PR_EINVAL;
	if (begin > end)
		return pr_fail(err, PR_EINVAL, "its %s range %s-%s runs backwards", field->what,
			first, last);
	if (!all && !last && !stride)
		end = begin;
	for (int64_t value = begin; value <= end; value += step)
		*set |= (uint64_t)1 << value;
	return 0;
}

static int read_field(
	const struct field *field, const char *text, uint64_t *set, struct pr_err *err)
{
	for (;;) {
		char part[PART_SIZE];
		size_t used = strcspn(text, ", \t");

		pr_text_print(part, sizeof(part), "%.*s", (int)used, text);
		if (!used || used >= sizeof(part))
			return bad_part(field, part, err);
		if (read_part(field, part, set, err))
			return PR_EINVAL;
		if (text[used] != ',')
			return 0;
		text += used + 1;
	}
}

int pr_cron_sets(const char *text, uint64_t sets[PR_CRON_FIELDS], struct pr_err *err)
{
	const char *starts[PR_CRON_FIELDS];
	size_t count = 0;

	for (const char *at = text + strspn(text, " \t"); *at; at += strspn(at, " \t")) {
		if (count < PR_CRON_FIELDS)
			starts[count] = at;
		count++;
		at += strcspn(at, " \t");
	}
	if (count != PR_CRON_FIELDS)
		return pr_fail(err, PR_EINVAL,
			"it has %zu of the 5 fields minute, hour, day of the month, month, day of "
			"the week",
			count);
	for (size_t i = 0; i < PR_CRON_FIELDS; i++) {
		sets[i] = 0;
		if (read_field(&fields[i], starts[i], &sets[i], err))
			return PR_EINVAL;
	}
	return 0;
}

static int refuse(const char *text, const char *reason, struct pr_err *err)
{
	return pr_fail(err, PR_EINVAL, "the schedule '%.100s' cannot be used: %s", text, reason);
}

int pr_cron_read(const char *text, const char **ret_fields, struct pr_err *err)
{
	struct pr_err reason = PR_ERR_INIT;
	uint64_t sets[PR_CRON_FIELDS];

	for (size_t i = 0; i < PR_LEN(nicknames); i++) {
		if (pr_text_eq(text, nicknames[i].name)) {
			*ret_fields = nicknames[i].fields;
			return 0;
		}
	}
	if (*text == '@')
		return refuse(text,
			"such a name is one of @hourly, @daily, @weekly, @monthly, @yearly", err);
	if (pr_cron_sets(text, sets, &reason))
		return refuse(text, reason.msg, err);
	*ret_fields = text;
	return 0;
}

int pr_cron_least_gap(const char *text)
{
	uint64_t sets[PR_CRON_FIELDS];
	int first = -1;
	int last = -1;
	int least = DAY_MINUTES;

	if (pr_cron_sets(text, sets, NULL))
		return least;
	for (int at = 0; at < DAY_MINUTES; at++) {
		if (!(sets[0] >> at % 60 & 1) || !(sets[1] >> at / 60 & 1))
			continue;
		if (first < 0)
			first = at;
		else if (at - last < least)
			least = at - last;
		last = at;
	}
	return first + DAY_MINUTES - last < least ? first + DAY_MINUTES - last : least;
}

bool pr_cron_comes(const char *text)
{
	static const unsigned char longest[] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	uint64_t sets[PR_CRON_FIELDS];

	if (pr_cron_sets(text, sets, NULL))
		return false;
	if (sets[4] != WHOLE_WEEK)
		return true;
	for (size_t month = 1; month < PR_LEN(longest); month++)
		if (sets[3] >> month & 1 && sets[2] & ((UINT64_C(2) << longest[month]) - 1))
			return true;
	return false;
}
