#include "activity/native_load_stats.h"

#include "base/compiler.h"
#include "base/number.h"
#include "base/text.h"
#include "codec/json.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define BINS 11
#define RATE_WINDOW_S 0.01
#define HUNDRED 100.0

/* Numbers of one kind, in ascending order. */
struct numbers {
	double *values;
	size_t n;
};

/* PR_AUTO(numbers) */
static inline void pr_auto_numbers(struct numbers *numbers)
{
	free(numbers->values);
}

/* What a number of a sample is, NAN where it has none. */
typedef double sample_fn(const struct pr_load_sample *sample);

int pr_load_stats_add(struct pr_load_stats *stats, const struct pr_load_sample *sample)
{
	if (stats->count == stats->cap) {
		size_t cap = stats->cap ? stats->cap * 2 : 256;
		struct pr_load_sample *samples =
			realloc(stats->samples, cap * sizeof *stats->samples);

		if (!samples)
			return PR_ENOMEM;
		stats->samples = samples;
		stats->cap = cap;
	}
	stats->samples[stats->count++] = *sample;
	return 0;
}

int pr_load_stats_fail(struct pr_load_stats *stats, const char *error)
{
	json_int_t count;

	if (!stats->errors)
		stats->errors = json_object();
	count = json_integer_value(json_object_get(stats->errors, error));
	return pr_json_set(
		stats->errors, error, json_integer(count < INT64_MAX ? count + 1 : count), NULL);
}

void pr_load_stats_release(struct pr_load_stats *stats)
{
	free(stats->samples);
	json_decref(stats->errors);
	*stats = (struct pr_load_stats){.samples = NULL};
}

static double duration_of(const struct pr_load_sample *sample)
{
	return sample->end - sample->start;
}

static double success_of(const struct pr_load_sample *sample)
{
	return sample->status >= 200 && sample->status < 300 ? duration_of(sample) : NAN;
}

static double failure_of(const struct pr_load_sample *sample)
{
	return sample->status < 200 || sample->status >= 300 ? duration_of(sample) : NAN;
}

static double first_byte_of(const struct pr_load_sample *sample)
{
	return sample->first_byte - sample->start;
}

static double lookup_of(const struct pr_load_sample *sample)
{
	return sample->connected ? sample->lookup : NAN;
}

static double dialup_of(const struct pr_load_sample *sample)
{
	return sample->connected ? sample->dialup : NAN;
}

static double end_of(const struct pr_load_sample *sample)
{
	return sample->end;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

static int pick(const struct pr_load_stats *stats, sample_fn *of, struct numbers *ret_numbers)
{
	struct numbers numbers = {.values = calloc(stats->count + 1, sizeof(double))};

	if (!numbers.values)
		return PR_ENOMEM;
	for (size_t i = 0; i < stats->count; i++) {
		double value = of(&stats->samples[i]);

		if (!isnan(value))
			numbers.values[numbers.n++] = value;
	}
	qsort(numbers.values, numbers.n, sizeof(double), compare);
	*ret_numbers = numbers;
	return 0;
}

static double mean_of(const struct numbers *numbers)
{
	double sum = 0;

	for (size_t i = 0; i < numbers->n; i++)
		sum += numbers->values[i];
	return numbers->n ? sum / (double)numbers->n : NAN;
}

static double least(const struct numbers *numbers)
{
	return numbers->n ? numbers->values[0] : NAN;
}

static double most(const struct numbers *numbers)
{
	return numbers->n ? numbers->values[numbers->n - 1] : NAN;
}

static json_t *number_json(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *percentiles(const struct numbers *numbers)
{
	static const struct {
		const char *name;
		double part;
	} wanted[] = {{"p10", 10}, {"p25", 25}, {"p50", 50}, {"p75", 75}, {"p90", 90}, {"p95", 95},
		{"p99", 99}, {"p99.9", 99.9}, {"p99.99", 99.99}};
	json_auto_t *found = json_object();

	for (size_t i = 0; i < PR_LEN(wanted); i++) {
		size_t at = (size_t)(wanted[i].part / HUNDRED * (double)numbers->n);
		double value = at < numbers->n ? numbers->values[at] : NAN;

		if (pr_json_set(found, wanted[i].name, number_json(value), NULL))
			return NULL;
	}
	return pr_steal(found);
}

/* Bins of equal width up to three times the mean; what is above is in the last one. */
static json_t *histogram(const struct numbers *numbers)
{
	size_t counts[BINS] = {0};
	double width = (fmin(most(numbers), mean_of(numbers) * 3) - least(numbers)) / BINS;
	json_auto_t *found = json_object();

	for (size_t i = 0; i < numbers->n; i++) {
		double at = width > 0 ? (numbers->values[i] - least(numbers)) / width : 0;

		counts[at < BINS ? (size_t)at : BINS - 1]++;
	}
	for (size_t i = 0; i < (width > 0 ? BINS : numbers->n > 0); i++) {
		PR_AUTO(buf) struct pr_buf key = PR_BUF_INIT(PR_BUF_TEXT_MAX);

		if (pr_number_add(&key, width * (double)(i + 1)) ||
			pr_json_set(
				found, pr_buf_str(&key), json_integer((json_int_t)counts[i]), NULL))
			return NULL;
	}
	return pr_steal(found);
}

/* The histogram and the percentiles of one kind of numbers, under these names. */
static int add_distribution(const struct pr_load_stats *stats, sample_fn *of,
	const char *const names[2], json_t *summary)
{
	PR_AUTO(numbers) struct numbers numbers = {.values = NULL};

	if (pick(stats, of, &numbers) || pr_json_set(summary, names[0], histogram(&numbers), NULL))
		return PR_ENOMEM;
	return pr_json_set(summary, names[1], percentiles(&numbers), NULL);
}

static int add_triple(
	const struct pr_load_stats *stats, sample_fn *of, const char *name, json_t *details)
{
	PR_AUTO(numbers) struct numbers numbers = {.values = NULL};

	if (pick(stats, of, &numbers))
		return PR_ENOMEM;
	return pr_json_set(details, name,
		json_pack("{s:o, s:o, s:o}", "average", number_json(mean_of(&numbers)), "fastest",
			number_json(least(&numbers)), "slowest", number_json(most(&numbers))),
		NULL);
}

static double count_errors(const struct pr_load_stats *stats, bool deadline_too)
{
	double count = 0;
	const char *text;
	json_t *value;

	json_object_foreach (stats->errors, text, value) {
		if (deadline_too || !pr_text_eq(text, PR_LOAD_DEADLINE))
			count += json_number_value(value);
	}
	return count;
}

static json_int_t whole(double value)
{
	return value < (double)INT64_MAX ? (json_int_t)value : INT64_MAX;
}

static int add_totals(const struct pr_load_stats *stats, double total, json_t *summary)
{
	PR_AUTO(numbers) struct numbers durations = {.values = NULL};
	double count = (double)stats->count;
	double bytes = 0;

	if (pick(stats, duration_of, &durations))
		return PR_ENOMEM;
	for (size_t i = 0; i < stats->count; i++)
		bytes += (double)stats->samples[i].bytes;
	return pr_json_set(summary, "summary",
		json_pack("{s:o, s:f, s:o, s:o, s:o, s:o, s:I, s:o, s:o}", "successRate",
			number_json(count / (count + count_errors(stats, false))), "total", total,
			"slowest", number_json(most(&durations)), "fastest",
			number_json(least(&durations)), "average", number_json(mean_of(&durations)),
			"requestsPerSec", number_json((count + count_errors(stats, true)) / total),
			"totalData", whole(bytes), "sizePerRequest",
			stats->count ? json_integer(whole(bytes / count)) : json_null(),
			"sizePerSec", number_json(bytes / total)),
		NULL);
}

/* How many answers a second came, over stretches of at least one answer and 10 ms. */
static int collect_rates(const struct numbers *ends, struct numbers *ret_rates)
{
	struct numbers rates = {.values = calloc(ends->n + 1, sizeof(double))};
	double from = 0;

	if (!rates.values)
		return PR_ENOMEM;
	for (size_t i = 0; i < ends->n;) {
		size_t first = i++;

		while (i < ends->n && ends->values[i] < from + RATE_WINDOW_S)
			i++;
		if (ends->values[i - 1] > from)
			rates.values[rates.n++] =
				(double)(i - first) / (ends->values[i - 1] - from);
		from = ends->values[i - 1];
	}
	qsort(rates.values, rates.n, sizeof(double), compare);
	*ret_rates = rates;
	return 0;
}

static double deviation(const struct numbers *numbers)
{
	double mean = mean_of(numbers);
	double sum = 0;

	for (size_t i = 0; i < numbers->n; i++)
		sum += (numbers->values[i] - mean) * (numbers->values[i] - mean);
	return numbers->n > 1 ? sqrt(sum / (double)(numbers->n - 1)) : NAN;
}

static int add_rates(const struct pr_load_stats *stats, json_t *summary)
{
	PR_AUTO(numbers) struct numbers ends = {.values = NULL};
	PR_AUTO(numbers) struct numbers rates = {.values = NULL};

	if (pick(stats, end_of, &ends) || collect_rates(&ends, &rates))
		return PR_ENOMEM;
	return pr_json_set(summary, "rps",
		json_pack("{s:o, s:o, s:o, s:o, s:o}", "mean", number_json(mean_of(&rates)),
			"stddev", number_json(deviation(&rates)), "max", number_json(most(&rates)),
			"min", number_json(least(&rates)), "percentiles", percentiles(&rates)),
		NULL);
}

static int add_statuses(const struct pr_load_stats *stats, json_t *summary)
{
	json_t *counts = json_object();

	if (pr_json_set(summary, "statusCodeDistribution", counts, NULL))
		return PR_ENOMEM;
	for (size_t i = 0; i < stats->count; i++) {
		char status[16];

		pr_text_print(status, sizeof status, "%ld", stats->samples[i].status);
		if (pr_json_set(counts, status,
			    json_integer(json_integer_value(json_object_get(counts, status)) + 1),
			    NULL))
			return PR_ENOMEM;
	}
	return 0;
}

static int add_distributions(const struct pr_load_stats *stats, json_t *summary)
{
	static const struct {
		sample_fn *of;
		const char *names[2];
	} distributions[] = {
		{duration_of, {"responseTimeHistogram", "latencyPercentiles"}},
		{first_byte_of, {"firstByteHistogram", "firstBytePercentiles"}},
		{success_of, {"responseTimeHistogramSuccessful", "latencyPercentilesSuccessful"}},
		{failure_of,
			{"responseTimeHistogramNotSuccessful", "latencyPercentilesNotSuccessful"}},
	};
	int rc = 0;

	for (size_t i = 0; !rc && i < PR_LEN(distributions); i++)
		rc = add_distribution(stats, distributions[i].of, distributions[i].names, summary);
	return rc;
}

static int add_details(const struct pr_load_stats *stats, json_t *summary)
{
	json_t *details = json_object();
	int rc = pr_json_set(summary, "details", details, NULL);

	if (!rc)
		rc = add_triple(stats, dialup_of, "DNSDialup", details);
	if (!rc)
		rc = add_triple(stats, lookup_of, "DNSLookup", details);
	return rc ? rc : add_triple(stats, first_byte_of, "firstByte", details);
}

int pr_load_stats_summarise(
	const struct pr_load_stats *stats, double total, json_t **ret_summary, struct pr_err *err)
{
	json_auto_t *summary = json_object();
	json_t *errors = stats->errors ? json_incref(stats->errors) : json_object();
	int rc = summary ? add_totals(stats, total, summary) : PR_ENOMEM;

	if (!rc)
		rc = add_distributions(stats, summary);
	if (!rc)
		rc = add_rates(stats, summary);
	if (!rc)
		rc = add_details(stats, summary);
	if (!rc)
		rc = add_statuses(stats, summary);
	if (rc) {
		json_decref(errors);
		return pr_fail_nomem(err);
	}
	rc = pr_json_set(summary, "errorDistribution", errors, err);
	if (!rc)
		*ret_summary = pr_steal(summary);
	return rc;
}
