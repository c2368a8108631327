#include "canned.h"
#include "cli/action_commit.h"

#include "base/file.h"
#include "base/redact.h"
#include "base/text.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define TOKEN "ghs_0123456789abcdef"
#define SECRET "hunter2hunter2"
#define SHA(digit) digit digit digit digit digit digit digit digit
#define A SHA("aaaaa")
#define B SHA("bbbbb")
#define C SHA("ccccc")
#define MADE(sha) {.status = 201, .body = "{\"sha\":\"" sha "\"}"}
#define REF {.status = 200, .body = "{\"object\":{\"sha\":\"" A "\"}}"}
#define BASE {.status = 200, .body = "{\"tree\":{\"sha\":\"" B "\"}}"}

/* A workspace and a server. */
struct fixture {
	struct canned canned;
	char *folder, *workspace, *url;
	struct pr_action_place place;
	struct pr_action_committed done;
	struct pr_err err;
};

static void write_file(const struct fixture *f, const char *name, const char *text)
{
	PR_AUTO(free) char *path = pr_file_join(f->folder, name);
	PR_AUTO(free) char *parent = pr_text_dup(path);

	*strrchr(parent, '/') = '\0';
	assert_int_equal(pr_file_mkdirs(parent, 0700, NULL), 0);
	assert_int_equal(pr_file_replace(path, text, strlen(text), 0600, false, NULL), 0);
}

static void link_file(const struct fixture *f, const char *target, const char *name)
{
	PR_AUTO(free) char *path = pr_file_join(f->folder, name);

	assert_int_equal(symlink(target, path), 0);
}

static int setup(void **state)
{
	char folder[] = "/tmp/plan-runner-commit-XXXXXX";
	struct fixture *f = calloc(1, sizeof *f);

	*state = f;
	if (!f || !mkdtemp(folder))
		return -1;
	f->folder = pr_text_dup(folder);
	f->workspace = pr_file_join(folder, "ws");
	canned_prepare(&f->canned);
	f->url = canned_url(&f->canned);
	f->place = (struct pr_action_place){.repository = pr_text_dup("acme/shop"),
		.branch = pr_text_dup("main"),
		.api = pr_text_format("%s/api/v3/", f->url),
		.server = pr_text_dup("https://ghe.example")};
	write_file(f, "ws/run.json", "{\"a\": \"" SECRET "\"}");
	write_file(f, "ws/run.log", "done\n");
	return pr_redact_add(SECRET, NULL);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	canned_stop(&f->canned);
	pr_file_remove_tree(f->folder, NULL);
	pr_action_place_release(&f->place);
	pr_action_committed_release(&f->done);
	pr_redact_forget();
	free(f->folder);
	free(f->workspace);
	free(f->url);
	free(f);
	return 0;
}

static int commit(struct fixture *f, const char *journal, const char *log)
{
	const struct pr_action_results results = {.place = &f->place,
		.plan = "the-plan",
		.url = "https://platform.example/view?x=" SECRET,
		.workspace = f->workspace,
		.journal = journal,
		.log = log,
		.token = TOKEN,
		.patience_ms = 20000};

	pr_err_clear(&f->err);
	pr_action_committed_release(&f->done);
	return pr_action_commit(&results, &f->done, &f->err);
}

static void journal_and_log_are_committed_without_secrets(void **state)
{
	static const struct canned_step steps[] = {
		REF, BASE, MADE(C), MADE(C), MADE(A), MADE(C), REF};
	struct fixture *f = *state;
	const struct canned_request *requests = f->canned.record->requests;
	PR_AUTO(free) char *journal = pr_file_join(f->workspace, "run.json");

	canned_serve(&f->canned, steps, PR_LEN(steps));
	assert_int_equal(commit(f, journal, "run.log"), 0);
	assert_string_equal(f->done.branch, "main");
	assert_string_equal(f->done.url, "https://ghe.example/acme/shop/commit/" C);
	assert_int_equal(f->done.rounds, 1);
	assert_string_equal(requests[0].path, "/api/v3/repos/acme/shop/git/ref/heads/main");
	/* {"a": "**********"} and done\n */
	assert_non_null(strstr(requests[2].body, "\"eyJhIjogIioqKioqKioqKioifQ==\""));
	assert_non_null(strstr(requests[3].body, "\"ZG9uZQo=\""));
	assert_non_null(strstr(requests[4].body, "\"run.json\""));
	assert_non_null(strstr(requests[4].body, "\"run.log\""));
	assert_non_null(
		strstr(requests[5].body, "\"Plan the-plan execution\\n\\nVisit "
					 "https://platform.example/view?x=" PR_REDACTED "\""));
}

/* A path, and that in the repository; NULL: refused with a message that has the part. */
struct path_row {
	const char *given;
	const char *path;
	const char *part;
};

static const struct path_row path_rows[] = {
	{"run.json", "run.json", NULL},
	{"./run.json", "run.json", NULL},
	{"sub/real.json", "sub/real.json", NULL},
	{"link.json", "sub/real.json", NULL},
	{"linked/real.json", "sub/real.json", NULL},
	{"out.json", NULL, "'out.json' is not committed: it is not below the workspace"},
	{"outside/x.json", NULL, "it is not below the workspace"},
	{"/etc/passwd", NULL, "it is not below the workspace"},
	{"../x.json", NULL, "without '..'"},
	{"sub/../run.json", NULL, "without '..'"},
	{"../ws-2/x.json", NULL, "without '..'"},
	{"twin.json", NULL, "it is not below the workspace"},
	{".git/x", NULL, "git's own files"},
	{"config", NULL, "git's own files"},
	{".github/workflows/x.yml", NULL, "GitHub runs what is there"},
	{"absent.json", NULL, "'absent.json'"},
	{"sub", NULL, "sub"},
	{NULL, NULL, "there is no file to commit"},
	{"", NULL, "there is no file to commit"},
};

static void make_paths(const struct fixture *f)
{
	write_file(f, "ws/sub/real.json", "{}");
	write_file(f, "ws/.git/x", "x");
	write_file(f, "ws/.github/workflows/x.yml", "x");
	write_file(f, "x.json", "{}");
	write_file(f, "ws-2/x.json", "{}");
	link_file(f, "sub/real.json", "ws/link.json");
	link_file(f, "sub", "ws/linked");
	link_file(f, "../x.json", "ws/out.json");
	link_file(f, "..", "ws/outside");
	link_file(f, "../ws-2/x.json", "ws/twin.json");
	link_file(f, ".git/x", "ws/config");
}

static void check_path(void **state, const struct path_row *row)
{
	static const struct canned_step steps[] = {REF, BASE, MADE(C), MADE(B)};
	struct fixture *f = *state;
	PR_AUTO(free) char *member = pr_text_format("\"path\":\"%s\"", row->path ? row->path : "");
	int rc;

	make_paths(f);
	if (row->path)
		canned_serve(&f->canned, steps, PR_LEN(steps));
	rc = commit(f, row->given, NULL);
	if (row->path ? rc || !strstr(f->canned.record->requests[3].body, member)
		      : !rc || !strstr(f->err.msg, row->part))
		fail_msg("'%s': %d %s", row->given ? row->given : "NULL", rc, f->err.msg);
	assert_null(f->done.url);
}

static void a_path_is_below_the_workspace(void **state)
{
	for (size_t i = 0; i < PR_LEN(path_rows); i++) {
		check_path(state, &path_rows[i]);
		teardown(state);
		setup(state);
	}
}

static void a_large_file_is_refused(void **state)
{
	struct fixture *f = *state;
	PR_AUTO(free) char *path = pr_file_join(f->workspace, "run.log");

	assert_int_equal(truncate(path, ((off_t)32 << 20) + 1), 0);
	assert_int_equal(commit(f, "run.json", "run.log"), PR_ELIMIT);
	assert_non_null(strstr(f->err.msg, "more than 32 MiB"));
}

static void without_a_token_nothing_is_sent(void **state)
{
	struct fixture *f = *state;
	struct pr_action_results results = {.place = &f->place, .journal = "run.json"};

	results.workspace = f->workspace;
	assert_int_equal(pr_action_commit(&results, &f->done, &f->err), PR_EINVAL);
	assert_non_null(strstr(f->err.msg, "github-token"));
	results.token = TOKEN;
	results.workspace = NULL;
	pr_err_clear(&f->err);
	assert_int_equal(pr_action_commit(&results, &f->done, &f->err), PR_EINVAL);
	assert_non_null(strstr(f->err.msg, "GITHUB_WORKSPACE"));
}

/* Cancelled while GitHub is silent. */
static void a_signal_ends_it(void **state)
{
	static const struct canned_step steps[] = {REF, {.kind = CANNED_SILENCE}};
	struct fixture *f = *state;
	pid_t self = getpid();
	pid_t child;

	canned_serve(&f->canned, steps, PR_LEN(steps));
	child = fork();
	if (child == 0) {
		while (((volatile struct canned_record *)f->canned.record)->count < 2)
			poll(NULL, 0, 1);
		_exit(kill(self, SIGTERM));
	}
	assert_int_equal(commit(f, "run.json", NULL), PR_ECANCELED);
	assert_non_null(strstr(f->err.msg, "interrupted"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(journal_and_log_are_committed_without_secrets),
		TEST(a_path_is_below_the_workspace),
		TEST(a_large_file_is_refused),
		TEST(without_a_token_nothing_is_sent),
		TEST(a_signal_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
