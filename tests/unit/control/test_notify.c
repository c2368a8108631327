#include "control/notify.h"

#include "canned.h"

#include "base/log.h"
#include "base/redact.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
	struct pr_loop *loop;
	struct canned canned;
	char *url;
	struct pr_buf log;
};

static int setup(void **state)
{
	struct pr_log_sink sink = {.level = PR_LOG_DEBUG, .write = pr_log_write_buf};
	struct fixture *f = calloc(1, sizeof *f);

	*state = f;
	if (!f || pr_loop_new(NULL, &f->loop, NULL))
		return -1;
	canned_prepare(&f->canned);
	f->url = canned_url(&f->canned);
	pr_buf_init(&f->log, PR_BUF_TEXT_MAX);
	sink.arg = &f->log;
	return pr_log_add(&sink, NULL);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	pr_log_reset(NULL);
	pr_redact_forget();
	canned_stop(&f->canned);
	pr_loop_free(f->loop);
	pr_buf_release(&f->log);
	free(f->url);
	free(f);
	return 0;
}

/* Settings in JSON with the server's address for each @. */
static json_t *settings_of(const struct fixture *f, const char *text)
{
	PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(4096);
	json_t *settings;

	for (const char *c = text; *c; c++)
		if (*c == '@')
			pr_buf_adds(&out, f->url);
		else
			pr_buf_addc(&out, *c);
	settings = json_loads(pr_buf_str(&out), 0, NULL);
	if (!settings)
		fail_msg("no JSON: %s", pr_buf_str(&out));
	return settings;
}

static int tell(struct fixture *f, const char *settings, const char *name, const char *error)
{
	json_auto_t *given = settings_of(f, settings);
	json_auto_t *payload = json_pack("{s:s}", "title", "caf\xc3\xa9");
	struct pr_notify_event event = {
		.name = name, .phase = "run", .payload = payload, .error = error};

	return pr_notify(f->loop, given, NULL, &event);
}

#define HTTP "{\"notifications\":[{\"type\":\"http\",\"url\":\"@/hook\""

static void channels_are_called_for_the_events_they_name(void **state)
{
	static const struct canned_step steps[] = {{.status = 200}, {.status = 200},
		{.status = 200}, {.status = 200}, {.status = 200}, {.status = 200}, {.status = 200},
		{.status = 200}};
	static const struct {
		const char *settings;
		int calls;
	} cases[] = {
		{"{}", 0},
		{"{\"notifications\":null}", 0},
		{"{\"notifications\":[]}", 0},
		{"{\"notifications\":{\"type\":\"http\",\"url\":\"@\"}}", 0},
		{"{\"notifications\":[1, null, \"x\", []]}", 0},
		{"{\"notifications\":[{\"url\":\"@\"}]}", 0},
		{"{\"notifications\":[{\"type\":\"mail\",\"url\":\"@\"}]}", 0},
		{"{\"notifications\":[{\"type\":\"plugin\",\"module\":\"m\",\"url\":\"@\"}]}", 0},
		{HTTP "}]}", 1},
		{HTTP ",\"events\":[]}]}", 1},
		{HTTP ",\"events\":null}]}", 1},
		{HTTP ",\"events\":[\"run-failed\"]}]}", 0},
		{HTTP ",\"events\":[\"run-complete\"]}]}", 0},
		{HTTP ",\"events\":[1, \"run-completed\"]}]}", 1},
		{HTTP ",\"events\":\"run-failed,run-completed\"}]}", 1},
		{HTTP ",\"events\":{\"run-completed\":1}}]}", 1},
		{HTTP ",\"events\":7}]}", 0},
		{HTTP "},{\"type\":\"http\",\"url\":\"@/hook\"}]}", 2},
	};
	struct fixture *f = *state;
	int before = 0;

	canned_serve(&f->canned, steps, PR_LEN(steps));
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		assert_int_equal(tell(f, cases[i].settings, "run-completed", NULL), 0);
		if (f->canned.record->count - before != cases[i].calls)
			fail_msg("%s: %d calls", cases[i].settings,
				f->canned.record->count - before);
		before = f->canned.record->count;
	}
}

static void the_body_has_the_event(void **state)
{
	static const struct canned_step steps[] = {{.status = 200}, {.status = 200}};
	struct fixture *f = *state;
	const struct canned_request *request;

	canned_serve(&f->canned, steps, PR_LEN(steps));
	request = f->canned.record->requests;
	assert_int_equal(tell(f, HTTP "}]}", "run-failed", "An exception"), 0);
	assert_string_equal(request->method, "POST");
	assert_string_equal(request->path, "/hook");
	assert_true(pr_text_starts(request->body,
		"{\"name\": \"run-failed\", \"payload\": {\"title\": \"caf\\u00e9\"}, "
		"\"phase\": \"run\", \"ts\": 1"));
	assert_true(pr_text_ends(request->body, ", \"error\": \"An exception\"}"));
	assert_int_equal(tell(f, HTTP ",\"forward_event_payload\":0}]}", "run-failed", "x"), 0);
	assert_string_equal(request[1].method, "GET");
	assert_int_equal(request[1].body_len, 0);
}

static void credentials_go_out_and_are_hidden(void **state)
{
	static const struct canned_step steps[] = {{.status = 500, .body = "\"s3cr3t-value\""}};
	PR_AUTO(buf) struct pr_buf shown = PR_BUF_INIT(4096);
	struct fixture *f = *state;

	canned_serve(&f->canned, steps, PR_LEN(steps));
	assert_int_equal(
		tell(f,
			"{\"notifications\":[{\"type\":\"http\",\"url\":\"@/T0/B0/hook-secret\","
			"\"headers\":{\"Authorization\":\"Bearer s3cr3t-value\","
			"\"X-Where\":\"production\"}}]}",
			"run-completed", NULL),
		0);
	assert_string_equal(f->canned.record->requests[0].authorization, "Bearer s3cr3t-value");
	assert_null(strstr(pr_buf_str(&f->log), "hook-secret"));
	assert_non_null(strstr(pr_buf_str(&f->log), "failed with: status 500"));
	pr_redact_copy("s3cr3t-value production", 23, &shown);
	assert_string_equal(pr_buf_str(&shown), PR_REDACTED " production");
}

static void what_goes_wrong_is_a_line_for_debugging(void **state)
{
	static const struct {
		const char *settings;
		const char *line;
	} cases[] = {
		{HTTP "}]}", "failed calling notification endpoint 127.0.0.1:"},
		{"{\"notifications\":[{\"type\":\"http\"}]}", "missing url"},
		{"{\"notifications\":[{\"type\":\"http\",\"url\":\"\"}]}", "missing url"},
		{"{\"notifications\":[{\"type\":\"http\",\"url\":5}]}", "missing url"},
		{"{\"notifications\":[{\"type\":\"http\",\"url\":\"nowhere\"}]}",
			"an address without a host"},
		{"{\"notifications\":[{\"type\":\"http\",\"url\":\"ftp://127.0.0.1\"}]}",
			"failed calling"},
		{HTTP ",\"headers\":{\"A\":1}}]}", "its headers must be"},
		{HTTP ",\"headers\":[\"A\"]}]}", "its headers must be"},
		{HTTP ",\"headers\":{\"A\":\"b\\r\\nC: d\"}}]}", "failed calling"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		pr_buf_clear(&f->log);
		assert_int_equal(tell(f, cases[i].settings, "run-completed", NULL), 0);
		if (!strstr(pr_buf_str(&f->log), cases[i].line))
			fail_msg("%s: %s", cases[i].settings, pr_buf_str(&f->log));
		assert_null(strstr(pr_buf_str(&f->log), "WARNING"));
	}
}

static void an_address_is_not_repeated(void **state)
{
	static const struct canned_step steps[] = {
		{.status = 302, .headers = "Location: ftp://u:hush@h/hush\r\n"},
		{.status = 302, .headers = "Location: http://u:hush@[h/hush?t=hush\r\n"}};
	/* An @ of JSON's spelling does not stand for the server. */
	static const char *const urls[] = {"@/1", "@/2", "u:hush\\u0040h/hush?token=hush",
		"ftp://u:hush\\u0040h/hush", "http://u:hush\\u0040[h/hush", "http:///hush",
		"http://u:hush\\u0040127.0.0.1:99999/hush"};
	struct fixture *f = *state;

	canned_serve(&f->canned, steps, PR_LEN(steps));
	for (size_t i = 0; i < PR_LEN(urls); i++) {
		PR_AUTO(free) char *settings = pr_text_format(
			"{\"notifications\":[{\"type\":\"http\",\"url\":\"%s\"}]}", urls[i]);

		pr_buf_clear(&f->log);
		assert_int_equal(tell(f, settings, "run-completed", NULL), 0);
		assert_non_null(strstr(pr_buf_str(&f->log), "failed calling"));
		if (strstr(pr_buf_str(&f->log), "hush"))
			fail_msg("%s: %s", urls[i], pr_buf_str(&f->log));
	}
}

static void a_plugin_is_missed_once(void **state)
{
	static const char *const plugin =
		"{\"notifications\":[{\"type\":\"plugin\",\"module\":\"slack\","
		"\"events\":[\"run-completed\"]}]}";
	struct fixture *f = *state;

	assert_int_equal(tell(f, plugin, "run-started", NULL), 0);
	assert_non_null(strstr(pr_buf_str(&f->log), "WARNING"));
	assert_non_null(strstr(pr_buf_str(&f->log), "'slack'"));
	pr_buf_clear(&f->log);
	assert_int_equal(tell(f, plugin, "run-completed", NULL), 0);
	assert_int_equal(f->log.len, 0);
}

static void stop(void *arg)
{
	pr_loop_stop(arg);
}

static void a_stopped_loop_ends_the_telling(void **state)
{
	static const struct canned_step steps[] = {{.kind = CANNED_SILENCE}, {.status = 200}};
	struct fixture *f = *state;
	struct pr_timer timer = {0};

	canned_serve(&f->canned, steps, PR_LEN(steps));
	assert_int_equal(pr_timer_start(f->loop, &timer, 20000, stop, f->loop), 0);
	assert_int_equal(
		tell(f, HTTP "},{\"type\":\"http\",\"url\":\"@/hook\"}]}", "run-completed", NULL),
		PR_ECANCELED);
	assert_true(f->canned.record->count <= 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(channels_are_called_for_the_events_they_name),
		TEST(the_body_has_the_event),
		TEST(credentials_go_out_and_are_hidden),
		TEST(what_goes_wrong_is_a_line_for_debugging),
		TEST(an_address_is_not_repeated),
		TEST(a_plugin_is_missed_once),
		TEST(a_stopped_loop_ends_the_telling),
	};

	return cmocka_run_group_tests_name("control/notify", tests, NULL, NULL);
}
