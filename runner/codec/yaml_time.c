#include "codec/yaml_time.h"

struct reader {
	const char *at;
	const char *end;
};

struct timestamp {
	int year, month, day;
	bool has_time;
	int hour, minute, second;
	int micros;
	bool has_zone;
	int zone_minutes; /* east of Greenwich */
};

static char peek(const struct reader *r)
{
	return r->at < r->end ? *r->at : '\0';
}

static bool take(struct reader *r, char c)
{
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

/* A number of `min` to `max` digits. */
static bool take_number(struct reader *r, int min, int max, int *ret_value)
{
	int digits = 0;
	int value = 0;

	while (digits < max && peek(r) >= '0' && peek(r) <= '9') {
		value = value * 10 + (*r->at++ - '0');
		digits++;
	}
	*ret_value = value;
	return digits >= min;
}

static bool take_blanks(struct reader *r)
{
	const char *start = r->at;

	while (peek(r) == ' ' || peek(r) == '\t')
		r->at++;
	return r->at > start;
}

static bool read_date(struct reader *r, struct timestamp *t)
{
	return take_number(r, 4, 4, &t->year) && take(r, '-') && take_number(r, 1, 2, &t->month) &&
	       take(r, '-') && take_number(r, 1, 2, &t->day);
}

/* Digits beyond microseconds are dropped, missing ones are zeros. */
static void read_fraction(struct reader *r, struct timestamp *t)
{
	int weight = 100000;

	for (; peek(r) >= '0' && peek(r) <= '9'; r->at++) {
		t->micros += (*r->at - '0') * weight;
		weight /= 10;
	}
}

static bool read_zone(struct reader *r, struct timestamp *t)
{
	bool west = peek(r) == '-';
	int hours = 0;
	int minutes = 0;

	t->has_zone = true;
	if (take(r, 'Z'))
		return true;
	if (!take(r, '+') && !take(r, '-'))
		return false;
	if (!take_number(r, 1, 2, &hours))
		return false;
	if (take(r, ':') && !take_number(r, 2, 2, &minutes))
		return false;
	t->zone_minutes = (hours * 60 + minutes) * (west ? -1 : 1);
	return true;
}

static bool read_time(struct reader *r, struct timestamp *t)
{
	t->has_time = true;
	if (!take(r, 'T') && !take(r, 't') && !take_blanks(r))
		return false;
	if (!take_number(r, 1, 2, &t->hour) || !take(r, ':') || !take_number(r, 2, 2, &t->minute) ||
		!take(r, ':') || !take_number(r, 2, 2, &t->second))
		return false;
	if (take(r, '.'))
		read_fraction(r, t);
	if (r->at == r->end)
		return true;
	take_blanks(r);
	return read_zone(r, t) && r->at == r->end;
}

static bool read_timestamp(const char *text, size_t n, struct timestamp *t)
{
	struct reader r = {text, text + n};

	*t = (struct timestamp){.has_time = false};
	if (!read_date(&r, t))
		return false;
	return r.at == r.end || read_time(&r, t);
}

bool pr_yaml_is_timestamp(const char *text, size_t n)
{
	struct timestamp t;

	return read_timestamp(text, n, &t) && (t.has_time || n == sizeof("2020-01-01") - 1);
}

static int days_of_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

static bool exists(const struct timestamp *t)
{
	const int day = 24 * 60;

	return t->year >= 1 && t->month >= 1 && t->month <= 12 && t->day >= 1 &&
	       t->day <= days_of_month(t->year, t->month) && t->hour < 24 && t->minute < 60 &&
	       t->second < 60 && t->zone_minutes > -day && t->zone_minutes < day;
}

static void add_time(const struct timestamp *t, struct pr_buf *out)
{
	int minutes = t->zone_minutes < 0 ? -t->zone_minutes : t->zone_minutes;

	pr_buf_addf(out, "T%02d:%02d:%02d", t->hour, t->minute, t->second);
	if (t->micros)
		pr_buf_addf(out, ".%06d", t->micros);
	if (t->has_zone)
		pr_buf_addf(out, "%c%02d:%02d", t->zone_minutes < 0 ? '-' : '+', minutes / 60,
			minutes % 60);
}

bool pr_yaml_timestamp(const char *text, size_t n, struct pr_buf *out)
{
	struct timestamp t;

	if (!read_timestamp(text, n, &t) || !exists(&t))
		return false;
	pr_buf_addf(out, "%04d-%02d-%02d", t.year, t.month, t.day);
	if (t.has_time)
		add_time(&t, out);
	return true;
}
