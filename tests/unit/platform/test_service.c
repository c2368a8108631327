#include "platform/service.h"

#include "base/env.h"
#include "base/file.h"
#include "base/log.h"
#include "base/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TOKEN "0123456789abcdef0123456789abcdef"
#define ORG "6ba7b810-9dad-41d1-80b4-00c04fd430c8"
#define OTHER_ORG "7ba7b810-9dad-41d1-80b4-00c04fd430c8"

static const char *const variables[] = {"RELIABLY_SERVICE_HOST", "RELIABLY_SERVICE_PORT",
	"RELIABLY_SERVICE_TOKEN", "RELIABLY_SERVICE_TOKEN_FILE", "RELIABLY_ORGANIZATION_ID",
	"RELIABLY_VERIFY_TLS", "RELIABLY_CLI_CONFIG", "XDG_CONFIG_HOME", "reliably_service_token",
	"Reliably_Service_Host"};

static char folder[] = "/tmp/pr-test-service-XXXXXX";

static void write_file(const char *name, const char *text, char **ret_path)
{
	*ret_path = pr_file_join(folder, name);
	assert_non_null(*ret_path);
	assert_int_equal(pr_file_replace(*ret_path, text, strlen(text), 0600, false, NULL), 0);
}

static int forget(void **state)
{
	(void)state;
	for (size_t i = 0; i < PR_LEN(variables); i++)
		(void)pr_env_unset(variables[i], NULL);
	pr_redact_forget();
	return 0;
}

static int make_home(void **state)
{
	(void)state;
	return mkdtemp(folder) ? pr_env_set("HOME", folder, NULL) : -1;
}

static int remove_home(void **state)
{
	(void)state;
	return pr_file_remove_tree(folder, NULL);
}

struct source {
	const char *name; /* of the case */
	const char *env[3][2];
	const char *toml;       /* NULL: no file */
	const char *token_file; /* contents */
	const char *host, *token, *organization;
};

static const struct source sources[] = {
	{.name = "nothing is set", .host = "http://localhost:8090"},
	{.name = "the file",
		.toml = "[service]\nhost = \"http://file:1\"\ntoken = \"" TOKEN
			"\"\n[organization]\nid = \"" ORG "\"\n",
		.host = "http://file:1",
		.token = TOKEN,
		.organization = ORG},
	{.name = "the case of a name does not matter, but the usual one counts first",
		.env = {{"reliably_service_token", TOKEN}, {"Reliably_Service_Host", "https://b"},
			{"RELIABLY_SERVICE_HOST", "https://a"}},
		.host = "https://a",
		.token = TOKEN},
	{.name = "each variable decides for itself",
		.env = {{"RELIABLY_SERVICE_HOST", "https://variable"}},
		.toml = "[service]\nhost = \"http://file:1\"\ntoken = \"" TOKEN "\"\n",
		.host = "https://variable",
		.token = TOKEN},
	{.name = "variables over the file",
		.env = {{"RELIABLY_SERVICE_TOKEN", "of-variable"},
			{"RELIABLY_ORGANIZATION_ID", OTHER_ORG}},
		.toml = "[service]\ntoken = \"" TOKEN "\"\n[organization]\nid = \"" ORG "\"\n",
		.host = "http://localhost:8090",
		.token = "of-variable",
		.organization = OTHER_ORG},
	{.name = "the token's file over the configuration",
		.toml = "[service]\ntoken = \"of-configuration\"\n",
		.token_file = "  of-token-file\n",
		.host = "http://localhost:8090",
		.token = "of-token-file"},
	{.name = "the token's variable over its file",
		.env = {{"RELIABLY_SERVICE_TOKEN", "of-variable"}},
		.token_file = "of-token-file",
		.host = "http://localhost:8090",
		.token = "of-variable"},
	{.name = "white space around the token is no part of it",
		.env = {{"RELIABLY_SERVICE_TOKEN", " of-variable\r\n"}},
		.host = "http://localhost:8090",
		.token = "of-variable"},
	{.name = "an empty token's file counts as none",
		.toml = "[service]\ntoken = \"of-configuration\"\n",
		.token_file = "\n",
		.host = "http://localhost:8090",
		.token = "of-configuration"},
	{.name = "empty values count as absent",
		.env = {{"RELIABLY_SERVICE_TOKEN", ""}, {"RELIABLY_SERVICE_HOST", ""},
			{"RELIABLY_ORGANIZATION_ID", ""}},
		.toml = "[service]\ntoken = \"\"\nhost = \"\"\n[organization]\nid = \"\"\n",
		.host = "http://localhost:8090"},
	{.name = "slashes at the end go",
		.env = {{"RELIABLY_SERVICE_HOST", "https://example.com/base//"}},
		.host = "https://example.com/base"},
	{.name = "an organisation in capitals",
		.env = {{"RELIABLY_ORGANIZATION_ID", "6BA7B810-9DAD-41D1-80B4-00C04FD430C8"}},
		.host = "http://localhost:8090",
		.organization = ORG},
	{.name = "a service link, and the file knows better",
		.env = {{"RELIABLY_SERVICE_HOST", "10.0.0.7"}, {"RELIABLY_SERVICE_PORT", "8090"}},
		.toml = "[service]\nhost = \"https://file\"\n",
		.host = "https://file"},
	{.name = "a service link and no file",
		.env = {{"RELIABLY_SERVICE_HOST", "10.0.0.7"}, {"RELIABLY_SERVICE_PORT", "8090"}},
		.host = "http://10.0.0.7:8090"},
	{.name = "a port does not matter to a whole address",
		.env = {{"RELIABLY_SERVICE_HOST", "https://a"}, {"RELIABLY_SERVICE_PORT", "8090"}},
		.host = "https://a"},
};

static void check_text(const char *name, const char *found, const char *expected)
{
	if (expected ? !found || strcmp(found, expected) != 0 : found != NULL)
		fail_msg("%s: '%s' instead of '%s'", name, found ? found : "(none)",
			expected ? expected : "(none)");
}

static void check_source(const struct source *source)
{
	struct pr_service service = {0};
	struct pr_err err = PR_ERR_INIT;
	PR_AUTO(free) char *config = NULL;
	PR_AUTO(free) char *token_file = NULL;

	for (size_t i = 0; i < PR_LEN(source->env) && source->env[i][0]; i++)
		assert_int_equal(pr_env_set(source->env[i][0], source->env[i][1], NULL), 0);
	if (source->token_file) {
		write_file("token", source->token_file, &token_file);
		assert_int_equal(pr_env_set("RELIABLY_SERVICE_TOKEN_FILE", token_file, NULL), 0);
	}
	if (source->toml)
		write_file("config.toml", source->toml, &config);
	if (pr_service_load(config ? config : "/nonexistent/config.toml", &service, &err))
		fail_msg("%s: %s", source->name, err.msg);
	check_text(source->name, service.host, source->host);
	check_text(source->name, service.token, source->token);
	check_text(source->name, service.organization, source->organization);
	assert_int_equal(service.token != NULL, pr_redact_active());
	pr_service_release(&service);
}

static void the_environment_is_over_the_files_and_those_over_defaults(void **state)
{
	for (size_t i = 0; i < PR_LEN(sources); i++) {
		check_source(&sources[i]);
		forget(state);
	}
}

static void what_cannot_be_right_is_refused_in_one_line(void **state)
{
	static const struct {
		const char *variable, *value, *toml, *says;
	} cases[] = {
		{"RELIABLY_SERVICE_HOST", "example.com", "", "has no scheme"},
		{"RELIABLY_SERVICE_HOST", "example.com", "", "add https://"},
		{"RELIABLY_SERVICE_HOST", "https://example.com/api/v1/", "",
			"leave out the '/api/v1'"},
		{"RELIABLY_SERVICE_HOST", "ftp://example.com", "", "neither http:// nor https://"},
		{"RELIABLY_SERVICE_HOST", "http://", "", "http"},
		{"RELIABLY_SERVICE_HOST", "https://user:hidden@example.com/", "",
			"leave out the user and the password"},
		{"RELIABLY_SERVICE_HOST", "user:hidden@example.com", "",
			"leave out the user and the password"},
		{"RELIABLY_SERVICE_HOST", "https://example.com/?a=b", "", "begins with '?'"},
		{"RELIABLY_SERVICE_HOST", "https://example.com#top", "", "begins with '#'"},
		{"RELIABLY_ORGANIZATION_ID", "42", "", "RELIABLY_ORGANIZATION_ID"},
		{"RELIABLY_SERVICE_TOKEN_FILE", "/nonexistent/token", "", "/nonexistent/token"},
		{"RELIABLY_SERVICE_TOKEN", "of\nlines", "", "RELIABLY_SERVICE_TOKEN"},
		{"RELIABLY_SERVICE_TOKEN", "of-\xc3\xa9", "", "RELIABLY_SERVICE_TOKEN"},
		{"RELIABLY_VERIFY_TLS", "1", "[service\n", "config.toml"},
		{"RELIABLY_VERIFY_TLS", "1", "[organization]\nid = \"x\"\n", "UUID"},
	};

	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_service service = {0};
		struct pr_err err = PR_ERR_INIT;
		PR_AUTO(free) char *config = NULL;

		write_file("config.toml", cases[i].toml, &config);
		assert_int_equal(pr_env_set(cases[i].variable, cases[i].value, NULL), 0);
		assert_true(pr_service_load(config, &service, &err) < 0);
		if (!strstr(err.msg, cases[i].says) || strchr(err.msg, '\n') ||
			strstr(err.msg, "hidden"))
			fail_msg("%s: %s", cases[i].value, err.msg);
		pr_service_release(&service);
		forget(state);
	}
}

static void what_is_missing_is_asked_for_by_name(void **state)
{
	struct pr_service service = {0};
	struct pr_err err = PR_ERR_INIT;
	char token[] = "t";
	char organization[] = ORG;

	(void)state;
	assert_int_equal(pr_service_require(&service, true, &err), PR_EAUTH);
	assert_non_null(strstr(err.msg, "RELIABLY_SERVICE_TOKEN"));
	pr_err_clear(&err);
	service.token = token;
	assert_int_equal(pr_service_require(&service, true, &err), PR_EAUTH);
	assert_non_null(strstr(err.msg, "RELIABLY_ORGANIZATION_ID"));
	assert_int_equal(pr_service_require(&service, false, NULL), 0);
	service.organization = organization;
	assert_int_equal(pr_service_require(&service, true, NULL), 0);
}

static void check_path(const char *given, const char *expected)
{
	PR_AUTO(free) char *path = pr_service_config_path(given);

	assert_non_null(path);
	assert_string_equal(path, expected);
}

static void the_configuration_is_found_by_variable_option_and_home(void **state)
{
	PR_AUTO(free) char *in_home = pr_file_join(folder, ".config/reliably/config.toml");

	(void)state;
	assert_non_null(in_home);
	check_path(NULL, in_home);
	assert_int_equal(pr_env_set("XDG_CONFIG_HOME", "/xdg", NULL), 0);
	check_path(NULL, "/xdg/reliably/config.toml");
	check_path("/given", "/given");
	assert_int_equal(pr_env_set("RELIABLY_CLI_CONFIG", "/variable", NULL), 0);
	check_path("/given", "/variable");
	check_path(NULL, "/variable");
}

static void tls_is_verified_unless_switched_off(void **state)
{
	static const struct {
		const char *value;
		bool verify;
	} cases[] = {{"", true}, {"1", true}, {"true", true}, {"0", false}, {"false", false},
		{"maybe", true}};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_service service = {0};

		assert_int_equal(pr_env_set("RELIABLY_VERIFY_TLS", cases[i].value, NULL), 0);
		assert_int_equal(pr_service_load("/dev/null/none", &service, NULL), 0);
		assert_int_equal(service.verify_tls, cases[i].verify);
		pr_service_release(&service);
	}
}

#define CLEAN(test) cmocka_unit_test_setup_teardown(test, forget, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLEAN(the_environment_is_over_the_files_and_those_over_defaults),
		CLEAN(what_cannot_be_right_is_refused_in_one_line),
		CLEAN(what_is_missing_is_asked_for_by_name),
		CLEAN(the_configuration_is_found_by_variable_option_and_home),
		CLEAN(tls_is_verified_unless_switched_off),
	};

	return cmocka_run_group_tests(tests, make_home, remove_home);
}
