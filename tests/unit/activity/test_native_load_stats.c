#include "activity/native_load_stats.h"

#include "base/compiler.h"
#include "codec/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define HISTOGRAM_BINS 11

static const struct {
	const char *name;
	size_t per_ten_thousand;
} percentiles[] = {{"p10", 1000}, {"p25", 2500}, {"p50", 5000}, {"p75", 7500}, {"p90", 9000},
	{"p95", 9500}, {"p99", 9900}, {"p99.9", 9990}, {"p99.99", 9999}};

static const char *const distributions[][2] = {{"responseTimeHistogram", "latencyPercentiles"},
	{"firstByteHistogram", "firstBytePercentiles"},
	{"responseTimeHistogramSuccessful", "latencyPercentilesSuccessful"},
	{"responseTimeHistogramNotSuccessful", "latencyPercentilesNotSuccessful"}};

/* PR_AUTO(stats) */
static inline void pr_auto_stats(struct pr_load_stats *stats)
{
	pr_load_stats_release(stats);
}

static void add(struct pr_load_stats *stats, double start, double duration, long status)
{
	const struct pr_load_sample sample = {.start = start,
		.end = start + duration,
		.first_byte = start + duration / 2,
		.lookup = 0.25,
		.dialup = 0.5,
		.status = status,
		.bytes = 10,
		.connected = stats->count == 0};

	assert_int_equal(pr_load_stats_add(stats, &sample), 0);
}

static json_t *summarise(const struct pr_load_stats *stats, double total)
{
	json_t *summary = NULL;

	assert_int_equal(pr_load_stats_summarise(stats, total, &summary, NULL), 0);
	return summary;
}

static const json_t *at(const json_t *summary, const char *group, const char *name)
{
	const json_t *value = json_object_get(json_object_get(summary, group), name);

	assert_non_null(value);
	return value;
}

static void assert_near(const json_t *value, double wanted)
{
	assert_true(json_is_number(value));
	assert_true(fabs(json_number_value(value) - wanted) <= 1e-9 * fmax(1, fabs(wanted)));
}

static json_int_t sum_of(json_t *histogram)
{
	json_int_t sum = 0;
	const char *key;
	json_t *count;

	assert_true(json_is_object(histogram));
	json_object_foreach (histogram, key, count) {
		assert_true(json_integer_value(count) >= 0);
		sum += json_integer_value(count);
	}
	return sum;
}

/* As tests want them: the same for every run. */
static uint64_t next_random(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *seed >> 33;
}

static int ascending(const void *a, const void *b)
{
	const double *x = a;
	const double *y = b;

	return (*x > *y) - (*x < *y);
}

static void expect_percentiles(const json_t *found, const double *sorted, size_t n)
{
	assert_int_equal(json_object_size(found), PR_LEN(percentiles));
	for (size_t i = 0; i < PR_LEN(percentiles); i++) {
		const json_t *value = json_object_get(found, percentiles[i].name);
		size_t rank = percentiles[i].per_ten_thousand * n / 10000;

		if (n)
			assert_near(value, sorted[rank]);
		else
			assert_true(json_is_null(value));
	}
}

/* The numbers of all requests of one random test against those that were put in. */
static void check_random(size_t n, uint64_t seed)
{
	PR_AUTO(stats) struct pr_load_stats stats = {.samples = NULL};
	double *all = calloc(n, sizeof *all);
	double *good = calloc(n, sizeof *good);
	json_auto_t *summary = NULL;
	size_t good_count = 0;

	assert_true(all && good);
	for (size_t i = 0; i < n; i++) {
		double duration = (double)(next_random(&seed) % 100000 + 1) / 1024;
		bool ok = next_random(&seed) % 3 != 0;

		all[i] = duration;
		if (ok)
			good[good_count++] = duration;
		add(&stats, floor((double)i / 4), duration, ok ? 200 : 503);
	}
	qsort(all, n, sizeof *all, ascending);
	qsort(good, good_count, sizeof *good, ascending);
	summary = summarise(&stats, 100);
	expect_percentiles(json_object_get(summary, "latencyPercentiles"), all, n);
	expect_percentiles(
		json_object_get(summary, "latencyPercentilesSuccessful"), good, good_count);
	assert_int_equal(sum_of(json_object_get(summary, "responseTimeHistogram")), n);
	assert_int_equal(sum_of(json_object_get(summary, "firstByteHistogram")), n);
	assert_int_equal(
		sum_of(json_object_get(summary, "responseTimeHistogramSuccessful")), good_count);
	assert_int_equal(sum_of(json_object_get(summary, "responseTimeHistogramNotSuccessful")),
		n - good_count);
	assert_near(at(summary, "summary", "slowest"), all[n - 1]);
	assert_near(at(summary, "summary", "fastest"), all[0]);
	free(all);
	free(good);
}

static void percentiles_and_histograms_are_those_of_the_samples(void **state)
{
	static const size_t counts[] = {1, 2, 3, 9, 10, 11, 99, 100, 101, 257, 5000, 10001};

	(void)state;
	for (size_t i = 0; i < PR_LEN(counts); i++)
		check_random(counts[i], 7 * i + 1);
}

static void a_histogram_has_eleven_bins_up_to_three_times_the_mean(void **state)
{
	PR_AUTO(stats) struct pr_load_stats stats = {.samples = NULL};
	json_auto_t *summary = NULL;
	json_t *histogram;
	const json_t *last = NULL;
	const char *key;
	json_t *count;

	(void)state;
	for (size_t i = 0; i < 99; i++)
		add(&stats, 0, 1 + (double)i / 100, 200);
	add(&stats, 0, 1000, 200);
	summary = summarise(&stats, 1000);
	histogram = json_object_get(summary, "responseTimeHistogram");
	assert_int_equal(json_object_size(histogram), HISTOGRAM_BINS);
	json_object_foreach (histogram, key, count)
		last = count;
	assert_int_equal(json_integer_value(last), 1);
	assert_int_equal(sum_of(histogram), 100);
}

static void equal_durations_are_one_bin(void **state)
{
	PR_AUTO(stats) struct pr_load_stats stats = {.samples = NULL};
	json_auto_t *summary = NULL;

	(void)state;
	for (size_t i = 0; i < 40; i++)
		add(&stats, 0, 0.5, 200);
	summary = summarise(&stats, 1);
	assert_int_equal(json_object_size(json_object_get(summary, "responseTimeHistogram")), 1);
	assert_int_equal(sum_of(json_object_get(summary, "responseTimeHistogram")), 40);
}

static void assert_empty_distributions(const json_t *summary, size_t from)
{
	for (size_t i = from; i < PR_LEN(distributions); i++) {
		assert_int_equal(
			json_object_size(json_object_get(summary, distributions[i][0])), 0);
		expect_percentiles(json_object_get(summary, distributions[i][1]), NULL, 0);
	}
}

static void what_no_answer_tells_is_null(void **state)
{
	static const char *const none[] = {
		"successRate", "slowest", "fastest", "average", "sizePerRequest"};
	static const double totals[] = {0, 1.5};
	const struct pr_load_stats stats = {.samples = NULL};

	(void)state;
	for (size_t t = 0; t < PR_LEN(totals); t++) {
		json_auto_t *summary = summarise(&stats, totals[t]);

		for (size_t i = 0; i < PR_LEN(none); i++)
			assert_true(json_is_null(at(summary, "summary", none[i])));
		assert_int_equal(json_integer_value(at(summary, "summary", "totalData")), 0);
		assert_int_equal(
			json_object_size(json_object_get(summary, "errorDistribution")), 0);
		assert_int_equal(
			json_object_size(json_object_get(summary, "statusCodeDistribution")), 0);
		assert_true(json_is_null(at(summary, "rps", "mean")));
		assert_true(json_is_null(
			json_object_get(at(summary, "details", "firstByte"), "average")));
		assert_empty_distributions(summary, 0);
	}
}

static void a_test_without_answers_counts_its_errors(void **state)
{
	PR_AUTO(stats) struct pr_load_stats stats = {.samples = NULL};
	json_auto_t *summary = NULL;
	json_t *errors;

	(void)state;
	for (size_t i = 0; i < 30; i++)
		assert_int_equal(
			pr_load_stats_fail(&stats, i % 3 ? "refused" : PR_LOAD_DEADLINE), 0);
	summary = summarise(&stats, 2);
	errors = json_object_get(summary, "errorDistribution");
	assert_int_equal(json_integer_value(json_object_get(errors, "refused")), 20);
	assert_int_equal(json_integer_value(json_object_get(errors, PR_LOAD_DEADLINE)), 10);
	assert_near(at(summary, "summary", "successRate"), 0);
	assert_near(at(summary, "summary", "requestsPerSec"), 15);
	assert_empty_distributions(summary, 0);
}

static void answers_that_refuse_are_no_successes(void **state)
{
	static const long statuses[] = {199, 300, 404, 500, 503};
	PR_AUTO(stats) struct pr_load_stats stats = {.samples = NULL};
	json_auto_t *summary = NULL;

	(void)state;
	for (size_t i = 0; i < PR_LEN(statuses); i++)
		add(&stats, 0, 1 + (double)i, statuses[i]);
	summary = summarise(&stats, 10);
	assert_int_equal(
		json_object_size(json_object_get(summary, "responseTimeHistogramSuccessful")), 0);
	assert_int_equal(sum_of(json_object_get(summary, "responseTimeHistogramNotSuccessful")), 5);
	assert_int_equal(sum_of(json_object_get(summary, "statusCodeDistribution")), 5);
	assert_near(at(summary, "summary", "successRate"), 1); /* each was answered */
}

static void requests_that_the_end_cut_off_do_not_spoil_the_success_rate(void **state)
{
	PR_AUTO(stats) struct pr_load_stats stats = {.samples = NULL};
	json_auto_t *summary = NULL;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		add(&stats, 0, 1, 200);
	assert_int_equal(pr_load_stats_fail(&stats, "reset"), 0);
	assert_int_equal(pr_load_stats_fail(&stats, PR_LOAD_DEADLINE), 0);
	summary = summarise(&stats, 2);
	assert_near(at(summary, "summary", "successRate"), 0.75);
	assert_near(at(summary, "summary", "requestsPerSec"), 2.5);
	assert_near(at(summary, "summary", "sizePerSec"), 15);
	assert_int_equal(json_integer_value(at(summary, "summary", "sizePerRequest")), 10);
}

static void only_new_connections_have_a_lookup_and_a_dialup(void **state)
{
	PR_AUTO(stats) struct pr_load_stats stats = {.samples = NULL};
	json_auto_t *summary = NULL;

	(void)state;
	add(&stats, 0, 1, 200); /* connected */
	stats.samples[0].lookup = 3;
	add(&stats, 0, 1, 200);
	summary = summarise(&stats, 1);
	assert_near(json_object_get(at(summary, "details", "DNSLookup"), "average"), 3);
	assert_near(json_object_get(at(summary, "details", "DNSDialup"), "slowest"), 0.5);
}

/* Ten answers a second for four seconds. */
static void the_rate_is_that_of_the_answers(void **state)
{
	PR_AUTO(stats) struct pr_load_stats stats = {.samples = NULL};
	json_auto_t *summary = NULL;

	(void)state;
	for (size_t i = 1; i <= 40; i++)
		add(&stats, (double)i / 10 - 0.05, 0.05, 200);
	summary = summarise(&stats, 4);
	assert_near(at(summary, "rps", "mean"), 10);
	assert_near(at(summary, "rps", "min"), 10);
	assert_near(at(summary, "rps", "max"), 10);
	assert_true(json_number_value(at(summary, "rps", "stddev")) < 1e-6);
}

static void large_tests_and_large_answers_are_counted(void **state)
{
	const size_t count = 200000;
	PR_AUTO(stats) struct pr_load_stats stats = {.samples = NULL};
	json_auto_t *summary = NULL;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		add(&stats, 0, 1 + (double)(i % 100), 200);
		stats.samples[i].bytes = i < 4 ? SIZE_MAX : 0;
	}
	summary = summarise(&stats, 100);
	assert_int_equal(sum_of(json_object_get(summary, "responseTimeHistogram")), count);
	assert_int_equal(sum_of(json_object_get(summary, "statusCodeDistribution")), count);
	assert_true(json_integer_value(at(summary, "summary", "totalData")) == INT64_MAX);
	assert_true(json_integer_value(at(summary, "summary", "sizePerRequest")) > 0);
}

static void one_error_can_come_for_ever(void **state)
{
	PR_AUTO(stats) struct pr_load_stats stats = {
		.errors = json_pack("{s: I, s: I}", "refused", (json_int_t)INT64_MAX, "reset",
			(json_int_t)INT64_MAX)};
	json_auto_t *summary = NULL;

	(void)state;
	assert_int_equal(pr_load_stats_fail(&stats, "refused"), 0);
	assert_true(json_integer_value(json_object_get(stats.errors, "refused")) == INT64_MAX);
	add(&stats, 0, 1, 200);
	summary = summarise(&stats, 1);
	assert_true(json_number_value(at(summary, "summary", "successRate")) < 1e-9);
	assert_true(json_number_value(at(summary, "summary", "requestsPerSec")) > 1e18);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percentiles_and_histograms_are_those_of_the_samples),
		cmocka_unit_test(a_histogram_has_eleven_bins_up_to_three_times_the_mean),
		cmocka_unit_test(equal_durations_are_one_bin),
		cmocka_unit_test(what_no_answer_tells_is_null),
		cmocka_unit_test(a_test_without_answers_counts_its_errors),
		cmocka_unit_test(answers_that_refuse_are_no_successes),
		cmocka_unit_test(requests_that_the_end_cut_off_do_not_spoil_the_success_rate),
		cmocka_unit_test(only_new_connections_have_a_lookup_and_a_dialup),
		cmocka_unit_test(the_rate_is_that_of_the_answers),
		cmocka_unit_test(large_tests_and_large_answers_are_counted),
		cmocka_unit_test(one_error_can_come_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
