#include "control/reporter.h"
#include "platform_fixture.h"

#include "base/env.h"
#include "base/file.h"
#include "codec/json.h"
#include "platform/spool.h"

#include <signal.h>
#include <unistd.h>

#define CREATED "{\"id\":\"" EXECUTION "\",\"result\":{}}"
#define STATUS BASE "/plans/" PLAN "/status"
#define STATE EXECUTIONS "/" EXECUTION "/state"
#define RESULTS EXECUTIONS "/" EXECUTION "/results"

/* In place of the engine: takes the answers of the hook. */
struct waiting {
	struct pr_hook_ticket ticket;
	struct pr_loop *loop;
	int resumed;
	struct pr_hook_answer answer;
};

static void on_resume(struct pr_hook_ticket *ticket, const struct pr_hook_answer *answer)
{
	struct waiting *waiting = pr_container_of(ticket, struct waiting, ticket);

	waiting->resumed++;
	waiting->answer = *answer;
	pr_loop_stop(waiting->loop);
}

struct fixture {
	struct place place;
	char folder[32];
	struct pr_plan plan;
	struct pr_reporter *reporter;
	struct pr_run_view view;
	struct waiting waiting;
	int terminated;
	bool skip_rollbacks;
};

static void on_terminate(void *arg, bool skip_rollbacks)
{
	struct fixture *f = arg;

	f->terminated++;
	f->skip_rollbacks = skip_rollbacks;
}

static int make_reporter(struct fixture *f)
{
	struct pr_reporter_options options = {.platform = f->place.platform,
		.service = &f->place.service,
		.plan = &f->plan,
		.deadline_ms = 300,
		.poll_ms = 20,
		.terminate = on_terminate,
		.arg = f};

	f->plan = (struct pr_plan){.id = PLAN, .experiment = EXPERIMENT, .status = "created"};
	f->view.loop = f->place.loop;
	f->view.run_id = RUN;
	f->view.document = json_pack("{s: s}", "title", "t");
	f->view.journal = json_pack("{s: O, s: s?, s: b, s: []}", "experiment", f->view.document,
		"status", NULL, "deviated", false, "run");
	f->waiting.ticket.resume = on_resume;
	f->waiting.loop = f->place.loop;
	return pr_reporter_new(f->place.loop, &options, &f->reporter, NULL);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	*state = f;
	if (!f || place_open(&f->place))
		return -1;
	memcpy(f->folder, "/tmp/pr-test-reporter-XXXXXX", 29);
	if (!mkdtemp(f->folder) || pr_env_set("PLAN_RUNNER_SPOOL", f->folder, NULL))
		return -1;
	return make_reporter(f);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	pr_reporter_free(f->reporter);
	json_decref(f->view.journal);
	json_decref(f->view.document);
	place_close(&f->place);
	(void)pr_file_remove_tree(f->folder, NULL);
	free(f);
	return 0;
}

/* The hook's answer at a point; when it waits, the one that it gives in the end. */
static struct pr_hook_answer reach(struct fixture *f, enum pr_hook_point point)
{
	struct pr_hook hook = pr_reporter_hook(f->reporter);
	struct pr_hook_event event = {.point = point, .run = &f->view};
	struct pr_hook_answer answer = {.verdict = PR_HOOK_CONTINUE};
	int before = f->waiting.resumed;

	hook.on(hook.self, &event, &f->waiting.ticket, &answer);
	if (answer.verdict != PR_HOOK_WAIT)
		return answer;
	assert_int_equal(f->waiting.resumed, before);
	while (f->waiting.resumed == before)
		place_run(&f->place);
	return f->waiting.answer;
}

/* How many requests had this method and path, and this text in their body. */
static int asked(struct fixture *f, const char *method, const char *path, const char *text)
{
	int found = 0;

	for (int i = 0; i < f->place.canned.record->count; i++) {
		const struct canned_request *request = place_request(&f->place, i);

		found += !strcmp(request->method, method) && !strcmp(request->path, path) &&
			 strstr(request->body, text);
	}
	return found;
}

static int count_entry(void *arg, struct pr_spool_entry *entry)
{
	int *count = arg;

	assert_string_equal(pr_json_str(entry->document, "execution"), EXECUTION);
	assert_string_equal(pr_json_str(entry->document, "plan"), PLAN);
	assert_string_equal(pr_json_str(entry->document, "organization"), ORG);
	++*count;
	return 0;
}

static int spooled(void)
{
	int count = 0;

	assert_int_equal(pr_spool_each(count_entry, &count, NULL), 0);
	return count;
}

#define OK {.status = 200, .body = "{\"current\":\"running\",\"status\":\"running\"}"}
#define OKS OK, OK, OK, OK, OK, OK, OK, OK, OK, OK, OK, OK, OK, OK, OK, OK

static const struct canned_step fine[] = {OK, {.status = 201, .body = CREATED}, OKS};

static void the_run_waits_for_its_execution(void **state)
{
	struct fixture *f = *state;
	const json_t *extension;

	SERVE(&f->place, fine);
	assert_int_equal(reach(f, PR_HOOK_STARTED).verdict, PR_HOOK_CONTINUE);
	assert_null(pr_reporter_refusal(f->reporter));
	assert_non_null(strstr(pr_reporter_execution_url(f->reporter),
		"/executions/view/?id=" EXECUTION "&exp=" EXPERIMENT));
	extension = json_array_get(json_object_get(f->view.document, "extensions"), 0);
	assert_string_equal(pr_json_str(extension, "run_id"), RUN);
	assert_string_equal(
		pr_json_str(extension, "execution_url"), pr_reporter_execution_url(f->reporter));
	assert_int_equal(asked(f, "PUT", STATUS, "\"status\":\"running\""), 1);
	assert_int_equal(asked(f, "POST", EXECUTIONS, "\"plan_id\":\"" PLAN "\""), 1);
	assert_int_equal(asked(f, "POST", EXECUTIONS, RUN), 1);
	assert_string_equal(place_request(&f->place, 0)->path, STATUS);
}

static void without_an_execution_nothing_is_touched(void **state)
{
	static const struct canned_step steps[] = {
		OK, {.status = 400, .body = "{\"detail\":\"Bad Request\"}"}, OK};
	struct fixture *f = *state;
	struct pr_hook_answer answer;

	SERVE(&f->place, steps);
	answer = reach(f, PR_HOOK_STARTED);
	assert_int_equal(answer.verdict, PR_HOOK_INTERRUPT);
	assert_true(answer.never_started);
	assert_true(answer.skip_rollbacks);
	assert_non_null(strstr(answer.reason, "Bad Request"));
	assert_non_null(strstr(pr_reporter_refusal(f->reporter), "Bad Request"));
	assert_null(pr_reporter_execution_url(f->reporter));
	assert_int_equal(asked(f, "PUT", STATUS, "\"status\":\"error\""), 1);
	assert_int_equal(reach(f, PR_HOOK_FINISHED).verdict, PR_HOOK_CONTINUE);
	assert_int_equal(f->place.canned.record->count, 3);
	assert_int_equal(spooled(), 0);
}

static void an_execution_with_a_strange_name_is_refused(void **state)
{
	static const struct canned_step steps[] = {
		OK, {.status = 201, .body = "{\"id\":\"../../x\"}"}, OK};
	struct fixture *f = *state;

	SERVE(&f->place, steps);
	assert_int_equal(reach(f, PR_HOOK_STARTED).verdict, PR_HOOK_INTERRUPT);
	assert_int_equal(reach(f, PR_HOOK_FINISHED).verdict, PR_HOOK_CONTINUE);
	assert_int_equal(f->place.canned.record->count, 3);
}

static void the_end_is_reported_and_the_spool_is_empty_then(void **state)
{
	struct fixture *f = *state;

	SERVE(&f->place, fine);
	assert_int_equal(reach(f, PR_HOOK_STARTED).verdict, PR_HOOK_CONTINUE);
	assert_int_equal(reach(f, PR_HOOK_ENTRY).verdict, PR_HOOK_CONTINUE);
	json_object_set_new(f->view.journal, "status", json_string("completed"));
	json_object_set_new(f->view.journal, "deviated", json_true());
	assert_int_equal(reach(f, PR_HOOK_FINISHED).verdict, PR_HOOK_CONTINUE);
	assert_true(asked(f, "PUT", RESULTS, "\\\"status\\\": \\\"completed\\\"") == 1);
	assert_int_equal(asked(f, "PUT", STATUS, "\"status\":\"completed\""), 1);
	assert_int_equal(asked(f, "PUT", STATE, "\"current\":\"running\""), 1);
	assert_int_equal(
		asked(f, "PUT", STATE,
			"\"current\":\"finished\",\"status\":\"completed\",\"deviated\":true"),
		1);
	assert_null(pr_reporter_undelivered(f->reporter));
	assert_int_equal(spooled(), 0);
}

static void what_cannot_be_delivered_is_kept(void **state)
{
	struct fixture *f = *state;

	SERVE(&f->place, fine);
	assert_int_equal(reach(f, PR_HOOK_STARTED).verdict, PR_HOOK_CONTINUE);
	kill(f->place.canned.pid, SIGKILL);
	close(f->place.canned.fd);
	f->place.canned.fd = -1;
	assert_int_equal(reach(f, PR_HOOK_FINISHED).verdict, PR_HOOK_CONTINUE);
	assert_non_null(pr_reporter_undelivered(f->reporter));
	assert_int_equal(spooled(), 1);
}

static void the_users_order_is_carried_out_once(void **state)
{
	static const struct canned_step terminate = {
		.status = 200, .body = "{\"current\":\"terminate\",\"skip_rollbacks\":true}"};
	struct canned_step steps[] = {OK, {.status = 201, .body = CREATED}, OKS};
	struct fixture *f = *state;

	for (size_t i = 2; i < PR_LEN(steps); i++)
		steps[i] = terminate;
	SERVE(&f->place, steps);
	assert_int_equal(reach(f, PR_HOOK_STARTED).verdict, PR_HOOK_CONTINUE);
	for (int turns = 0; turns < 500 && asked(f, "GET", STATE, "") < 4; turns++) {
		struct pr_timer timer = {0};

		assert_int_equal(pr_timer_start(f->place.loop, &timer, 10 * US_PER_MS, place_stop,
					 &f->place),
			0);
		place_run(&f->place);
	}
	assert_int_equal(f->terminated, 1);
	assert_true(f->skip_rollbacks);
}

static void a_plan_that_was_being_created_is_completed_again(void **state)
{
	struct canned_step steps[] = {OK, {.status = 201, .body = CREATED}, OKS};
	struct fixture *f = *state;

	for (size_t i = 2; i < PR_LEN(steps); i++)
		steps[i].body = "{\"status\":\"created\"}";
	pr_text_copy(f->plan.status, sizeof f->plan.status, "creating");
	SERVE(&f->place, steps);
	assert_int_equal(reach(f, PR_HOOK_STARTED).verdict, PR_HOOK_CONTINUE);
	assert_int_equal(reach(f, PR_HOOK_FINISHED).verdict, PR_HOOK_CONTINUE);
	assert_int_equal(asked(f, "GET", BASE "/plans/" PLAN, ""), 1);
	assert_int_equal(asked(f, "PUT", STATUS, "\"status\":\"completed\""), 2);
}

static void an_interrupted_start_ends_without_the_platform(void **state)
{
	static const struct canned_step steps[] = {OK, {.kind = CANNED_SILENCE}, OK};
	struct fixture *f = *state;
	struct pr_hook hook = pr_reporter_hook(f->reporter);
	struct pr_hook_event event = {.point = PR_HOOK_STARTED, .run = &f->view};
	struct pr_hook_answer answer = {.verdict = PR_HOOK_CONTINUE};

	SERVE(&f->place, steps);
	hook.on(hook.self, &event, &f->waiting.ticket, &answer);
	assert_int_equal(answer.verdict, PR_HOOK_WAIT);
	place_settle(&f->place, 2);
	hook.cancel(hook.self);
	while (!f->waiting.resumed)
		place_run(&f->place);
	assert_int_equal(f->waiting.answer.verdict, PR_HOOK_INTERRUPT);
	assert_true(f->waiting.answer.never_started);
	assert_string_equal(pr_reporter_refusal(f->reporter), "interrupted");
	assert_int_equal(asked(f, "PUT", STATUS, "\"error\":\"interrupted\""), 1);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_run_waits_for_its_execution),
		CASE(without_an_execution_nothing_is_touched),
		CASE(an_execution_with_a_strange_name_is_refused),
		CASE(the_end_is_reported_and_the_spool_is_empty_then),
		CASE(what_cannot_be_delivered_is_kept),
		CASE(the_users_order_is_carried_out_once),
		CASE(a_plan_that_was_being_created_is_completed_again),
		CASE(an_interrupted_start_ends_without_the_platform),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
