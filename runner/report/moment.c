#include "report/moment.h"

#include "base/shown.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define DAY 86400

/* Reads exactly `n` digits; -1 where there are none. */
static int digits(const char **text, int n)
{
	int value = 0;

	for (int i = 0; i < n; i++, ++*text) {
		if (**text < '0' || **text > '9')
			return -1;
		value = value * 10 + (**text - '0');
	}
	return value;
}

/* As `digits`, and the character before them; -1 where it is another. */
static int part(const char **text, char before, int n)
{
	if (**text != before)
		return -1;
	++*text;
	return digits(text, n);
}

/* Days since 1970-01-01 in the Gregorian calendar; years begin in March, so that leap days end
 * them. */
static int64_t days(int year, int month, int day)
{
	int64_t years = month > 2 ? year : year - 1;
	int64_t months = month > 2 ? month - 3 : month + 9;

	return years * 365 + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + day -
	       719469;
}

static double fraction(const char **text)
{
	double value = 0;
	double unit = 0.1;

	if (**text != '.')
		return 0;
	for (++*text; **text >= '0' && **text <= '9'; ++*text, unit /= 10)
		value += unit * (**text - '0');
	return value;
}

/* The zone in seconds, or false for what is none. */
static bool zone(const char *text, int *ret_seconds)
{
	int sign = *text == '-' ? -1 : 1;
	int hours;
	int minutes;

	*ret_seconds = 0;
	if (!*text || strcmp(text, "Z") == 0)
		return true;
	if (*text != '+' && *text != '-')
		return false;
	text++;
	hours = digits(&text, 2);
	minutes = part(&text, ':', 2);
	*ret_seconds = sign * (hours * 3600 + minutes * 60);
	return hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60 && !*text;
}

static bool fields_read(const char **text, int field[6])
{
	static const char before[] = "\0--T::";
	static const int last[] = {9999, 12, 31, 23, 59, 60};

	for (int i = 0; i < 6; i++) {
		bool spaced = i == 3 && **text == ' ';

		field[i] = i ? part(text, spaced ? ' ' : before[i], 2) : digits(text, 4);
		if (field[i] < 0 || field[i] > last[i])
			return false;
	}
	return field[1] && field[2];
}

bool pr_moment_read(const char *text, double *ret_seconds)
{
	int field[6];
	double rest;
	int offset;
	int seconds;

	if (!text || !fields_read(&text, field))
		return false;
	rest = fraction(&text);
	if (!zone(text, &offset))
		return false;
	seconds = field[3] * 3600 + field[4] * 60 + field[5] - offset;
	*ret_seconds = (double)(days(field[0], field[1], field[2]) * DAY + seconds) + rest;
	return true;
}

int pr_moment_add(const char *text, struct pr_buf *out)
{
	const char *end;
	double seconds;

	if (!pr_moment_read(text, &seconds))
		return pr_shown_line(PR_SHOWN_PLAIN, text, strlen(text), 64, out);
	end = text + 19;
	fraction(&end);
	pr_buf_addf(out, "%.10s %.8s ", text, text + 11);
	return pr_buf_adds(out, strspn(end, "Z+0:") == strlen(end) ? "UTC" : end);
}

int pr_moment_duration(double seconds, struct pr_buf *out)
{
	if (!(seconds >= 0) || seconds > 1e12)
		return pr_buf_adds(out, "-");
	if (seconds < 5e-7)
		return pr_buf_adds(out, "0 ms");
	if (seconds < 0.9995)
		return pr_buf_addf(out, "%.3g ms", seconds * 1000);
	if (seconds < 59.95)
		return pr_buf_addf(out, "%.3g s", seconds);
	seconds = round(seconds);
	if (seconds < 3600)
		return pr_buf_addf(out, "%.0f min %.0f s", floor(seconds / 60), fmod(seconds, 60));
	return pr_buf_addf(
		out, "%.0f h %.0f min", floor(seconds / 3600), floor(fmod(seconds, 3600) / 60));
}
