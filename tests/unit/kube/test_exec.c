#include "base/env.h"
#include "base/file.h"
#include "base/redact.h"
#include "kube/cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define V1 "client.authentication.k8s.io/v1"
#define GIVES(status) \
	"echo '{\"apiVersion\":\"" V1 "\",\"kind\":\"ExecCredential\",\"status\":{" status "}}'"

static char folder[64];

static void write_text(const char *name, const char *text, mode_t mode)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(pr_file_replace(path, text, strlen(text), mode, false, NULL), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static int setup(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/kube-exec-XXXXXX");
	return mkdtemp(folder) ? pr_env_set("HOME", folder, NULL) : -1;
}

static int teardown(void **state)
{
	(void)state;
	pr_redact_forget();
	return pr_file_remove_tree(folder, NULL);
}

/* A kubeconfig whose user has that `exec`, beside a program `plugin` with the script. */
static int load(
	const char *exec, const char *script, struct pr_kube_cluster *cluster, struct pr_err *err)
{
	static const struct pr_limits limits = PR_LIMITS_DEFAULT;
	char config[128];
	char text[2048];
	const struct pr_kube_choice choice = {.kubeconfig = config};

	memset(err, 0, sizeof *err);
	snprintf(config, sizeof config, "%s/config", folder);
	snprintf(text, sizeof text, "#!/bin/sh\n%s\n", script);
	write_text("plugin", text, 0700);
	snprintf(text, sizeof text,
		"clusters: [{name: c, cluster: {server: 'https://h', tls-server-name: other}}]\n"
		"contexts: [{name: x, context: {cluster: c, user: u}}]\ncurrent-context: x\n"
		"users: [{name: u, user: {exec: {%s}}}]",
		exec);
	write_text("config", text, 0600);
	return pr_kube_cluster_load(cluster, &choice, &limits, err);
}

#define EXEC "apiVersion: " V1 ", command: ./plugin"

static void takes_what_the_program_gives(void **state)
{
	struct pr_kube_cluster c;
	struct pr_err err;

	(void)state;
	if (load(EXEC,
		    GIVES("\"token\":\"abcdefgh\",\"expirationTimestamp\":\"2999-01-01T00:00:"
			  "00Z\""),
		    &c, &err))
		fail_msg("%s", err.msg);
	assert_string_equal(c.token, "abcdefgh");
	assert_true(pr_redact_found("abcdefgh", 8));
	assert_non_null(c.exec);
	assert_int_equal(c.end_us, 32472144000000000);
	pr_kube_cluster_release(&c);
	assert_int_equal(
		load(EXEC ", interactiveMode: IfAvailable",
			GIVES("\"clientCertificateData\":\"C\",\"clientKeyData\":\"K\""), &c, &err),
		0);
	assert_string_equal(c.certificate, "C");
	assert_string_equal(c.key, "K");
	assert_int_equal(c.end_us, INT64_MAX);
	assert_null(c.token);
	pr_kube_cluster_release(&c);
}

/* The script makes a token of what it was given. */
static void gives_the_program_its_arguments_and_the_environment(void **state)
{
	static const struct {
		const char *exec;
		const char *script;
		const char *token;
	} cases[] = {
		{EXEC ", args: [a, 'b c', '$HOME']", "t=\"$#:$1:$2:$3\"", "3:a:b c:$HOME"},
		{EXEC ", env: [{name: OWN, value: 'x=y'}, {name: HOME, value: nowhere}]",
			"t=\"$OWN:$HOME:$OUTER\"", "x=y:nowhere:inherited"},
		{EXEC, "t=$(echo \"$KUBERNETES_EXEC_INFO\" | tr -d '\"')",
			"{apiVersion:" V1 ",kind:ExecCredential,spec:{interactive:false}}"},
		{EXEC ", provideClusterInfo: true",
			"t=$(echo \"$KUBERNETES_EXEC_INFO\" | tr -d '\"' | sed 's/.*spec/spec/')",
			"spec:{interactive:false,cluster:{server:https://h,tls-server-name:other}"
			"}}"},
	};

	(void)state;
	assert_int_equal(pr_env_set("OUTER", "inherited", NULL), 0);
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_kube_cluster c;
		struct pr_err err;
		char script[512];

		snprintf(script, sizeof script, "%s\n%s", cases[i].script,
			GIVES("\"token\":\"'\"$t\"'\""));
		if (load(cases[i].exec, script, &c, &err))
			fail_msg("%s", err.msg);
		assert_string_equal(c.token, cases[i].token);
		pr_kube_cluster_release(&c);
	}
}

/* It would wait for a terminal that it does not get, or eat what is meant for others. */
static void gives_the_program_no_input(void **state)
{
	int former = dup(STDIN_FILENO);
	struct pr_kube_cluster c;
	struct pr_err err;
	int ends[2];
	int rc;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_true(dup2(ends[0], STDIN_FILENO) >= 0);
	rc = load(
		EXEC, "t=$(readlink /proc/self/fd/0)\n" GIVES("\"token\":\"'\"$t\"'\""), &c, &err);
	if (former >= 0)
		assert_true(dup2(former, STDIN_FILENO) >= 0);
	close(former);
	close(ends[0]);
	close(ends[1]);
	if (rc)
		fail_msg("%s", err.msg);
	assert_string_equal(c.token, "/dev/null");
	pr_kube_cluster_release(&c);
}

static void says_what_went_wrong(void **state)
{
	static const struct {
		const char *exec;
		const char *script;
		enum pr_code code;
		const char *message; /* a part of it */
	} cases[] = {
		{"apiVersion: client.authentication.k8s.io/v1alpha1, command: ./plugin", "",
			PR_EINVAL, "v1alpha1', not client.authentication.k8s.io/v1 or v1beta1"},
		{"command: ./plugin", "", PR_EINVAL, "apiVersion ''"},
		{"apiVersion: " V1, "", PR_EINVAL, "an exec without a command"},
		{EXEC ", interactiveMode: Always", "", PR_EINVAL, "interactiveMode: Always"},
		{EXEC ", args: [1]", "", PR_EINVAL, "'args' of which one is no text"},
		{EXEC ", args: a", "", PR_EINVAL, "'args' that are no list"},
		{EXEC ", env: [{name: A}]", "", PR_EINVAL, "'env' that is no list"},
		{"apiVersion: " V1 ", command: no-such-program, installHint: \"get\\nit\"", "",
			PR_ENOTFOUND, "'no-such-program', which is not there: get it"},
		{EXEC, "echo nope >&2; exit 3", PR_EAUTH, "'./plugin' ended with 3: nope"},
		{EXEC, "kill -9 $$", PR_EAUTH, "ended with signal 9"},
		{EXEC, "echo text", PR_EAUTH, "did not print JSON"},
		{EXEC, "echo '{}'", PR_EAUTH, "something else than an ExecCredential"},
		{EXEC, "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"x\"}'", PR_EAUTH,
			"another apiVersion"},
		{EXEC, "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\"}'", PR_EAUTH,
			"no status"},
		{EXEC, GIVES(""), PR_EAUTH, "neither a token nor a certificate"},
		{EXEC, GIVES("\"clientKeyData\":\"K\""), PR_EAUTH, "a key alone"},
		{EXEC, GIVES("\"token\":\"a\\u000ab\""), PR_EAUTH, "control character"},
		{EXEC, GIVES("\"token\":\"a\",\"expirationTimestamp\":\"2020-01-01T00:00:00Z\""),
			PR_EAUTH, "have ended already"},
		{EXEC,
			GIVES("\"token\":\"a\",\"expirationTimestamp\":\"2020-01-01T01:00:00.5+14:"
			      "00\""),
			PR_EAUTH, "have ended already"},
		{EXEC, GIVES("\"token\":\"a\",\"expirationTimestamp\":\"soon\""), PR_EAUTH,
			"expirationTimestamp that is no time"},
		{EXEC, GIVES("\"token\":\"a\",\"expirationTimestamp\":32503680000"), PR_EAUTH,
			"expirationTimestamp that is no time"},
		{EXEC, "head -c 2000000 /dev/zero", PR_ELIMIT, "more than 1 MiB"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_kube_cluster c;
		struct pr_err err;

		if (load(cases[i].exec, cases[i].script, &c, &err) != (int)cases[i].code)
			fail_msg("%zu: %s", i, err.msg);
		if (!strstr(err.msg, cases[i].message))
			fail_msg("%zu: %s", i, err.msg);
		pr_kube_cluster_release(&c);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(takes_what_the_program_gives),
		TEST(gives_the_program_its_arguments_and_the_environment),
		TEST(gives_the_program_no_input),
		TEST(says_what_went_wrong),
	};

	return cmocka_run_group_tests_name("exec", tests, NULL, NULL);
}
