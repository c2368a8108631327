#include "canned.h"
#include "github/commit.h"

#include "base/redact.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TOKEN "ghs_0123456789abcdef"
#define US_PER_MS INT64_C(1000)
#define BASE "1111111111111111111111111111111111111111"
#define THEIRS "2222222222222222222222222222222222222222"
#define OLD_TREE "3333333333333333333333333333333333333333"
#define NEW_TREE "4444444444444444444444444444444444444444"
#define BLOB "5555555555555555555555555555555555555555"
#define OURS "6666666666666666666666666666666666666666"
#define AGAIN "7777777777777777777777777777777777777777"

#define TREE_BODY                                                      \
	"{\"base_tree\":\"" OLD_TREE "\",\"tree\":[{\"path\":\"plans/" \
	"run.json\",\"mode\":\"100644\",\"type\":\"blob\",\"sha\":\"" BLOB "\"}]}"
#define COMMIT_BODY                                                                   \
	"{\"message\":\"Plan x execution\\n\\nVisit \\\"y\\\"\",\"tree\":\"" NEW_TREE \
	"\",\"parents\":[\"" BASE "\"]}"

#define REF(sha) {.status = 200, .body = "{\"object\":{\"sha\":\"" sha "\"}}"}
#define COMMIT(tree) {.status = 200, .body = "{\"tree\":{\"sha\":\"" tree "\"}}"}
#define MADE(sha) {.status = 201, .body = "{\"sha\":\"" sha "\"}"}
#define SAYS(code, words) {.status = (code), .body = "{\"message\":\"" words "\"}"}
#define FAR SAYS(422, "Update is not a fast forward")
#define LOST {.kind = CANNED_RESET}

/* A loop, a server, and what came of a commit. */
struct fixture {
	struct canned canned;
	struct pr_loop *loop;
	char *url;
	struct pr_github_commit *commit;
	int ends;
	char sha[PR_GITHUB_SHA_SIZE];
	unsigned rounds;
	struct pr_err err;
};

static const struct pr_github_file file = {.path = "plans/run.json", .data = "{}", .n = 2};
static const struct pr_github_change change = {.repository = "acme/shop",
	.branch = "feature/#1",
	.message = "Plan x execution\n\nVisit \"y\"",
	.files = &file,
	.file_count = 1};

static int setup(void **state)
{
	static struct fixture fixture;
	struct fixture *f = &fixture;

	*f = (struct fixture){.ends = 0};
	*state = f;
	if (pr_loop_new(NULL, &f->loop, NULL))
		return -1;
	canned_prepare(&f->canned);
	f->url = canned_url(&f->canned);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	pr_github_commit_free(f->commit);
	pr_loop_free(f->loop);
	canned_stop(&f->canned);
	pr_redact_forget();
	free(f->url);
	return 0;
}

static void on_end(void *arg, const struct pr_github_committed *done, const struct pr_err *error)
{
	struct fixture *f = arg;

	f->ends++;
	pr_text_copy(f->sha, sizeof f->sha, done->sha ? done->sha : "");
	f->rounds = done->rounds;
	if (error)
		f->err = *error;
	pr_github_commit_free(pr_steal(f->commit)); /* that is allowed */
	pr_loop_stop(f->loop);
}

static void run(struct fixture *f, const struct canned_step *steps, size_t n)
{
	struct pr_github_access access = {.token = TOKEN};

	access.api = f->url;
	access.deadline_us = pr_loop_now_us(f->loop) + 60000 * US_PER_MS;
	canned_serve(&f->canned, steps, n);
	assert_int_equal(pr_github_commit_new(f->loop, &access, &change, &f->commit, &f->err), 0);
	assert_int_equal(pr_github_commit_start(f->commit, on_end, f, &f->err), 0);
	assert_int_equal(f->ends, 0);
	assert_int_equal(pr_loop_run(f->loop, NULL), 0);
	assert_int_equal(f->ends, 1);
}

#define RUN(f, steps) run(f, steps, PR_LEN(steps))

static void one_commit_takes_six_calls(void **state)
{
	static const struct canned_step steps[] = {
		REF(BASE), COMMIT(OLD_TREE), MADE(BLOB), MADE(NEW_TREE), MADE(OURS), REF(OURS)};
	/* libcurl sends again what a kept connection loses: what must not be done twice has a new
	 * one */
	static const struct {
		const char *method, *path, *body;
		int connection;
	} calls[] = {{"GET", "/ref/heads/feature/%231", "", 1}, {"GET", "/commits/" BASE, "", 1},
		{"POST", "/blobs", "{\"encoding\":\"base64\",\"content\":\"e30=\"}", 1},
		{"POST", "/trees", TREE_BODY, 1}, {"POST", "/commits", COMMIT_BODY, 1},
		{"PATCH", "/refs/heads/feature/%231", "{\"sha\":\"" OURS "\",\"force\":false}", 2}};
	struct fixture *f = *state;

	RUN(f, steps);
	assert_string_equal(f->sha, OURS);
	assert_int_equal(f->rounds, 1);
	assert_int_equal(f->canned.record->count, PR_LEN(calls));
	for (size_t i = 0; i < PR_LEN(calls); i++) {
		const struct canned_request *request = &f->canned.record->requests[i];

		assert_string_equal(request->method, calls[i].method);
		assert_true(pr_text_starts(request->path, "/repos/acme/shop/git"));
		assert_string_equal(request->path + strlen("/repos/acme/shop/git"), calls[i].path);
		assert_string_equal(request->body, calls[i].body);
		assert_string_equal(request->authorization, "Bearer " TOKEN);
		assert_int_equal(request->connection, calls[i].connection);
	}
}

static void the_same_files_make_no_commit(void **state)
{
	static const struct canned_step steps[] = {
		REF(BASE), COMMIT(OLD_TREE), MADE(BLOB), MADE(OLD_TREE)};
	struct fixture *f = *state;

	RUN(f, steps);
	assert_int_equal(f->err.code, PR_OK);
	assert_string_equal(f->sha, "");
	assert_int_equal(f->canned.record->count, 4);
}

/* The blobs are there, all else is made anew on what somebody else committed. */
static void a_lost_race_is_run_again(void **state)
{
	static const struct canned_step steps[] = {REF(BASE), COMMIT(OLD_TREE), MADE(BLOB),
		MADE(NEW_TREE), MADE(OURS), FAR, REF(THEIRS), COMMIT(BLOB), MADE(OLD_TREE),
		MADE(AGAIN), REF(AGAIN)};
	struct fixture *f = *state;
	const struct canned_request *requests = f->canned.record->requests;

	RUN(f, steps);
	assert_string_equal(f->sha, AGAIN);
	assert_int_equal(f->rounds, 2);
	assert_non_null(strstr(requests[9].body, "\"parents\":[\"" THEIRS "\"]"));
	assert_int_equal(f->canned.record->count, PR_LEN(steps));
}

#define ROUNDS ((size_t)12)
#define ROUND_CALLS ((size_t)5)

/* For so long that time must not be real. */
static void who_is_always_slower_gives_up(void **state)
{
	static const struct canned_step round[2][ROUND_CALLS] = {
		{REF(BASE), COMMIT(OLD_TREE), MADE(NEW_TREE), MADE(OURS), FAR},
		{REF(THEIRS), COMMIT(OLD_TREE), MADE(NEW_TREE), MADE(AGAIN), FAR}};
	static const struct canned_step blob = MADE(BLOB);
	struct canned_step steps[ROUNDS * ROUND_CALLS + 1];
	struct fixture *f = *state;
	struct pr_fake_clock fake;
	size_t n = 0;

	for (size_t i = 0; i < ROUNDS * ROUND_CALLS; i++) {
		steps[n++] = round[i / ROUND_CALLS % 2][i % ROUND_CALLS];
		if (i == 1)
			steps[n++] = blob;
	}
	pr_fake_clock_init(&fake, 0);
	pr_loop_free(pr_steal(f->loop));
	assert_int_equal(pr_loop_new(&fake.clock, &f->loop, NULL), 0);
	run(f, steps, n);
	assert_int_equal(f->rounds, ROUNDS);
	assert_int_equal(f->err.code, PR_EPROTO);
	assert_non_null(strstr(f->err.msg, "not a fast forward; it was tried 12 times"));
	assert_int_equal(f->canned.record->count, n);
	assert_true(fake.monotonic_us > 5000 * US_PER_MS);
}

/* What is made is there, but not seen at once. */
static void what_github_does_not_see_yet_is_waited_for(void **state)
{
	static const struct canned_step steps[] = {REF(BASE), COMMIT(OLD_TREE), MADE(BLOB),
		SAYS(422, "GitRPC::BadObjectState"), REF(BASE), COMMIT(OLD_TREE), MADE(NEW_TREE),
		SAYS(422, "Tree SHA does not exist"), REF(BASE), COMMIT(OLD_TREE), MADE(NEW_TREE),
		MADE(OURS), FAR, REF(THEIRS), COMMIT(OLD_TREE),
		SAYS(422, "base_tree is not a valid tree oid"), REF(THEIRS), COMMIT(OLD_TREE),
		MADE(NEW_TREE), MADE(AGAIN), REF(AGAIN)};
	struct fixture *f = *state;

	RUN(f, steps);
	assert_string_equal(f->sha, AGAIN);
	assert_int_equal(f->rounds, 5);
	assert_int_equal(f->canned.record->count, PR_LEN(steps));
}

/* An answer that got lost, and what the branch shows then. */
static void a_lost_answer_is_looked_for(void **state)
{
	static const struct canned_step there[] = {REF(BASE), COMMIT(OLD_TREE), MADE(BLOB),
		MADE(NEW_TREE), MADE(OURS), LOST, REF(OURS)};
	static const struct canned_step not_there[] = {REF(BASE), COMMIT(OLD_TREE), MADE(BLOB),
		MADE(NEW_TREE), MADE(OURS), LOST, REF(BASE), REF(OURS)};
	static const struct canned_step below[] = {REF(BASE), COMMIT(OLD_TREE), MADE(BLOB),
		MADE(NEW_TREE), MADE(OURS), LOST, REF(THEIRS), COMMIT(NEW_TREE), MADE(NEW_TREE)};
	static const struct {
		const struct canned_step *steps;
		size_t count;
	} rows[] = {{there, PR_LEN(there)}, {not_there, PR_LEN(not_there)}, {below, PR_LEN(below)}};

	for (size_t i = 0; i < PR_LEN(rows); i++) {
		struct fixture *f = *state;

		run(f, rows[i].steps, rows[i].count);
		assert_string_equal(f->sha, OURS);
		assert_int_equal(f->rounds, 2);
		assert_int_equal(f->canned.record->count, rows[i].count);
		teardown(state);
		setup(state);
	}
}

static void a_refusal_on_a_branch_that_stands_still_is_the_end(void **state)
{
	static const struct canned_step steps[] = {REF(BASE), COMMIT(OLD_TREE), MADE(BLOB),
		MADE(NEW_TREE), MADE(OURS),
		SAYS(422, "Changes must be made through a pull request"), REF(BASE)};
	struct fixture *f = *state;

	RUN(f, steps);
	assert_int_equal(f->err.code, PR_EPROTO);
	assert_non_null(strstr(f->err.msg, "422: Changes must be made through a pull request"));
	assert_int_equal(f->canned.record->count, PR_LEN(steps));
}

/* What no GitHub answers is not used: a name of an object becomes a part of a path. */
static void a_strange_answer_is_the_end(void **state)
{
	static const struct canned_step firsts[] = {
		{.status = 200, .body = "[]"},
		{.status = 200, .body = "{}"},
		{.status = 200, .body = "{\"object\":[]}"},
		{.status = 200, .body = "{\"object\":{\"sha\":7}}"},
		{.status = 200, .body = "{\"object\":{\"sha\":\"../../../x\"}}"},
		{.status = 200, .body = "{\"object\":{\"sha\":\"" BASE "/x\"}}"},
		{.status = 200, .body = "<html>Welcome</html>"},
		{.status = 200},
		{.status = 304},
		{.status = 418, .body = "{\"message\":\"I am no \\u0007 \\n" TOKEN "\"}"},
	};

	for (size_t i = 0; i < PR_LEN(firsts); i++) {
		struct fixture *f = *state;

		run(f, &firsts[i], 1);
		assert_int_equal(f->err.code, PR_EPROTO);
		assert_null(strstr(f->err.msg, TOKEN));
		assert_null(strpbrk(f->err.msg, "\n\a"));
		assert_int_equal(f->canned.record->count, 1);
		teardown(state);
		setup(state);
	}
}

static void what_passes_is_tried_again(void **state)
{
	static const struct canned_step steps[] = {LOST, REF(BASE), SAYS(502, "x"),
		COMMIT(OLD_TREE), {.status = 429, .headers = "Retry-After: 0\r\n"}, MADE(BLOB),
		LOST, MADE(NEW_TREE), SAYS(500, "y"), MADE(OURS), SAYS(503, "z"), REF(OURS)};
	struct fixture *f = *state;

	RUN(f, steps);
	assert_string_equal(f->sha, OURS);
	assert_int_equal(f->rounds, 1);
	assert_int_equal(f->canned.record->count, PR_LEN(steps));
}

static void a_long_limit_is_told_at_once(void **state)
{
	static const struct canned_step steps[] = {{.status = 403,
		.headers = "Retry-After: 600\r\n",
		.body = "{\"message\":\"slow\"}"}};
	struct fixture *f = *state;

	RUN(f, steps);
	assert_non_null(strstr(f->err.msg, "403: slow; the next attempt would be in 600 s"));
	assert_int_equal(f->canned.record->count, 1);
}

static void run_until(struct fixture *f, const struct canned_step *steps, size_t n, int64_t ms)
{
	const struct pr_github_access access = {.api = f->url,
		.token = TOKEN,
		.deadline_us = pr_loop_now_us(f->loop) + ms * US_PER_MS};

	canned_serve(&f->canned, steps, n);
	assert_int_equal(pr_github_commit_new(f->loop, &access, &change, &f->commit, NULL), 0);
	assert_int_equal(pr_github_commit_start(f->commit, on_end, f, NULL), 0);
	assert_int_equal(pr_loop_run(f->loop, NULL), 0);
	assert_int_equal(f->ends, 1);
	assert_int_equal(f->err.code, PR_ETIMEOUT);
}

static void time_is_limited(void **state)
{
	static const struct canned_step steps[] = {{.kind = CANNED_SILENCE}};
	struct fixture *f = *state;

	run_until(f, steps, PR_LEN(steps), 50);
	assert_true(pr_text_starts(f->err.msg, "nothing is committed"));
}

static void what_github_does_not_confirm_is_not_denied(void **state)
{
	static const struct canned_step steps[] = {REF(BASE), COMMIT(OLD_TREE), MADE(BLOB),
		MADE(NEW_TREE), MADE(OURS), {.kind = CANNED_SILENCE}};
	struct fixture *f = *state;

	run_until(f, steps, PR_LEN(steps), 2000);
	assert_true(pr_text_starts(f->err.msg, "it is not known whether"));
}

static void nor_is_it_where_the_branch_cannot_be_read_then(void **state)
{
	static const struct canned_step steps[] = {REF(BASE), COMMIT(OLD_TREE), MADE(BLOB),
		MADE(NEW_TREE), MADE(OURS), LOST, SAYS(401, "Bad credentials")};
	struct fixture *f = *state;

	RUN(f, steps);
	assert_true(pr_text_starts(f->err.msg, "it is not known whether"));
	assert_non_null(strstr(f->err.msg, "Bad credentials"));
}

static void it_is_known_where_the_branch_stands_still(void **state)
{
	static const struct canned_step steps[] = {REF(BASE), COMMIT(OLD_TREE), MADE(BLOB),
		MADE(NEW_TREE), MADE(OURS), LOST, REF(BASE), SAYS(403, "Not accessible")};
	struct fixture *f = *state;

	RUN(f, steps);
	assert_true(pr_text_starts(f->err.msg, "nothing is committed"));
}

static void what_cannot_be_is_refused_before_anything_is_sent(void **state)
{
	static const struct pr_github_file up = {.path = "../x", .data = "", .n = 0};
	static const struct pr_github_file large = {
		.path = "x", .data = "", .n = PR_GITHUB_FILE_MAX + 1};
	static const struct {
		const char *repository, *branch, *api, *token;
		const struct pr_github_file *file;
		size_t count;
		int code;
	} rows[] = {{"a/b", "main", "http://x", TOKEN, &file, 1, 0},
		{"a", "main", "http://x", TOKEN, &file, 1, PR_EINVAL},
		{"a/b", "a..b", "http://x", TOKEN, &file, 1, PR_EINVAL},
		{"a/b", "main", "ftp://x", TOKEN, &file, 1, PR_EINVAL},
		{"a/b", "main", "x", TOKEN, &file, 1, PR_EINVAL},
		{"a/b", "main", "http://x", "", &file, 1, PR_EINVAL},
		{"a/b", "main", "http://x", NULL, &file, 1, PR_EINVAL},
		{"a/b", "main", "http://x", "a\r\nX: y", &file, 1, PR_EINVAL},
		{"a/b", "main", "http://x", TOKEN, &up, 1, PR_EINVAL},
		{"a/b", "main", "http://x", TOKEN, &large, 1, PR_ELIMIT},
		{"a/b", "main", "http://x", TOKEN, &file, 0, PR_ELIMIT},
		{"a/b", "main", "http://x", TOKEN, &file, 17, PR_ELIMIT}};
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(rows); i++) {
		const struct pr_github_access access = {.api = rows[i].api, .token = rows[i].token};
		const struct pr_github_change asked = {.repository = rows[i].repository,
			.branch = rows[i].branch,
			.message = "m",
			.files = rows[i].file,
			.file_count = rows[i].count};
		struct pr_github_commit *commit = NULL;
		struct pr_err err = PR_ERR_INIT;
		int rc = pr_github_commit_new(f->loop, &access, &asked, &commit, &err);

		if (rc != rows[i].code || (rc && (commit || !*err.msg)))
			fail_msg("row %zu: %d %s", i, rc, err.msg);
		pr_github_commit_free(commit);
	}
	pr_github_commit_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_commit_takes_six_calls),
		TEST(the_same_files_make_no_commit),
		TEST(a_lost_race_is_run_again),
		TEST(what_github_does_not_see_yet_is_waited_for),
		TEST(who_is_always_slower_gives_up),
		TEST(a_lost_answer_is_looked_for),
		TEST(a_refusal_on_a_branch_that_stands_still_is_the_end),
		TEST(a_strange_answer_is_the_end),
		TEST(what_passes_is_tried_again),
		TEST(a_long_limit_is_told_at_once),
		TEST(time_is_limited),
		TEST(what_github_does_not_confirm_is_not_denied),
		TEST(nor_is_it_where_the_branch_cannot_be_read_then),
		TEST(it_is_known_where_the_branch_stands_still),
		TEST(what_cannot_be_is_refused_before_anything_is_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
