#include "cli/loader.h"

#include "canned.h"

#include "base/compiler.h"
#include "base/env.h"
#include "base/redact.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TOKEN "CHAOSTOOLKIT_LOADER_AUTH_BEARER_TOKEN"

struct fixture {
	struct canned canned;
	struct pr_loop *loop;
	char *url;
	struct pr_limits limits;
	struct pr_load_options options;
	json_t *settings;
	json_t *document;
	struct pr_err err;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	*state = f;
	canned_prepare(&f->canned);
	f->url = canned_url(&f->canned);
	f->limits = (struct pr_limits){.document_bytes = 4096, .depth = 20, .alias_nodes = 100};
	f->options.limits = &f->limits;
	f->options.verify_tls = true;
	unsetenv(TOKEN);
	return pr_loop_new(NULL, &f->loop, NULL);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	unsetenv(TOKEN);
	pr_redact_forget();
	json_decref(f->settings);
	json_decref(f->document);
	pr_loop_free(f->loop);
	canned_stop(&f->canned);
	free(f->url);
	free(f);
	return 0;
}

static int load(struct fixture *f)
{
	return pr_load_source(f->loop, f->url, &f->options, &f->document, &f->err);
}

static const struct canned_request *first(const struct fixture *f)
{
	assert_true(f->canned.record->count > 0);
	return &f->canned.record->requests[0];
}

static void a_document_is_fetched(void **state)
{
	static const struct canned_step steps[] = {{.status = 200, .body = "{\"title\": \"T\"}"}};
	struct fixture *f = *state;

	canned_serve(&f->canned, steps, 1);
	assert_int_equal(load(f), 0);
	assert_string_equal(json_string_value(json_object_get(f->document, "title")), "T");
	assert_string_equal(first(f)->method, "GET");
	assert_string_equal(first(f)->authorization, "");
}

static void what_is_no_experiment_is_refused(void **state)
{
	static const struct {
		struct canned_step step;
		int rc;
		const char *part;
	} cases[] = {
		{{.status = 404, .body = "gone"}, PR_EINVAL, "gone (status 404"},
		{{.status = 201, .body = "{}"}, PR_EINVAL, "status 201"},
		{{.status = 500}, PR_EINVAL, "status 500"},
		{{.status = 200, .body = "{\"title\": "}, PR_EINVAL, ""},
		{{.status = 200, .body = "[1"}, PR_EINVAL, ""},
		{{.kind = CANNED_RESET}, PR_ENET, "cannot fetch"},
		{{.kind = CANNED_PARTIAL, .status = 200, .body = "{\"title\": \"T\"}"}, PR_ENET,
			"cannot fetch"},
	};

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct fixture *f = *state;
		int rc;

		canned_serve(&f->canned, &cases[i].step, 1);
		rc = load(f);
		if (rc != cases[i].rc || !strstr(f->err.msg, cases[i].part))
			fail_msg("row %zu: %d, %s", i, rc, f->err.msg);
		assert_null(f->document);
		teardown(state);
		setup(state);
	}
}

static void a_document_beyond_the_limit_is_refused(void **state)
{
	static const struct canned_step steps[] = {{.status = 200, .body = "{\"title\": \"T\"}"}};
	struct fixture *f = *state;

	f->limits.document_bytes = 8;
	canned_serve(&f->canned, steps, 1);
	assert_true(load(f) < 0);
	assert_null(f->document);
}

static void the_token_of_the_environment_is_sent_and_kept_secret(void **state)
{
	static const struct canned_step steps[] = {{.status = 200, .body = "{}"}};
	struct fixture *f = *state;

	assert_int_equal(setenv(TOKEN, "  a-secret-token\n", 1), 0);
	canned_serve(&f->canned, steps, 1);
	assert_int_equal(load(f), 0);
	assert_string_equal(first(f)->authorization, "bearer a-secret-token");
	assert_true(pr_redact_found("a-secret-token", strlen("a-secret-token")));
}

/* `%s` is the address of the server. */
static json_t *settings_for(const struct fixture *f, const char *text)
{
	PR_AUTO(free) char *whole = pr_text_dup(text);
	char *mark = strstr(whole, "%s");
	PR_AUTO(free) char *settings = NULL;
	json_t *parsed;

	if (mark)
		*mark = '\0';
	settings = pr_text_format(
		"%s%s%s", whole, mark ? strstr(f->url, "//") + 2 : "", mark ? mark + 2 : "");
	parsed = json_loads(settings, 0, NULL);
	assert_non_null(parsed);
	return parsed;
}

static void settings_authorise_by_domain(void **state)
{
	static const struct canned_step steps[] = {{.status = 200, .body = "{}"}};
	static const struct {
		const char *settings;
		int rc;
		const char *authorization;
	} cases[] = {
		{"{\"auths\": {\"%s\": {\"type\": \"digest\", \"value\": \"a-b-c-d\"}}}", 0,
			"digest a-b-c-d"},
		{"{\"auths\": {\"%s\": {\"type\": \"x\", \"value\": 12345}}}", 0, "x 12345"},
		{"{\"auths\": {\"other.test\": {\"type\": \"x\", \"value\": \"y\"}}}", 0, ""},
		{"{\"auths\": [\"other.test\"]}", 0, ""},
		{"{\"auths\": \"other.test\"}", 0, ""},
		{"{}", 0, ""},
		{"{\"auths\": [\"%s\"]}", PR_EINVAL, NULL},
		{"{\"auths\": 5}", PR_EINVAL, NULL},
		{"{\"auths\": {\"%s\": {\"type\": \"x\"}}}", PR_EINVAL, NULL},
		{"{\"auths\": {\"%s\": {\"value\": \"x\"}}}", PR_EINVAL, NULL},
		{"{\"auths\": {\"%s\": 5}}", PR_EINVAL, NULL},
	};

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct fixture *f = *state;
		int rc;

		f->settings = settings_for(f, cases[i].settings);
		f->options.settings = f->settings;
		canned_serve(&f->canned, steps, 1);
		rc = load(f);
		if (rc != cases[i].rc)
			fail_msg("row %zu: %d, %s", i, rc, f->err.msg);
		if (!rc)
			assert_string_equal(first(f)->authorization, cases[i].authorization);
		else
			assert_int_equal(f->canned.record->count, 0);
		teardown(state);
		setup(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_document_is_fetched, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_experiment_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_document_beyond_the_limit_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_token_of_the_environment_is_sent_and_kept_secret, setup, teardown),
		cmocka_unit_test_setup_teardown(settings_authorise_by_domain, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
