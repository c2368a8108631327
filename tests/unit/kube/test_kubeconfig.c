#include "base/env.h"
#include "base/file.h"
#include "base/log.h"
#include "base/redact.h"
#include "base/text.h"
#include "kube/cluster_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

/* "-----BEGIN X-----", "-----BEGIN Y-----" */
#define PEM_X "LS0tLS1CRUdJTiBYLS0tLS0="
#define PEM_Y "LS0tLS1CRUdJTiBZLS0tLS0="

#define CLUSTER "clusters: [{name: c, cluster: {server: 'https://h:6443'}}]\n"
#define CONTEXT "contexts: [{name: x, context: {cluster: c, user: u}}]\ncurrent-context: x\n"
#define USER(text) CLUSTER CONTEXT "users: [{name: u, user: {" text "}}]\n"
#define SERVER(text) \
	CONTEXT "clusters: [{name: c, cluster: {" text "}}]\nusers: [{name: u, user: {}}]\n"

static char folder[64];

static const char *path_of(const char *name)
{
	static char paths[8][128];
	static size_t next;
	char *path = paths[next++ % PR_LEN(paths)];

	snprintf(path, sizeof paths[0], "%s/%s", folder, name);
	return path;
}

static const char *write_text(const char *name, const char *text)
{
	const char *path = path_of(name);

	assert_int_equal(pr_file_replace(path, text, strlen(text), 0600, false, NULL), 0);
	assert_int_equal(chmod(path, 0600), 0);
	return path;
}

static int setup(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/kubeconfig-XXXXXX");
	return mkdtemp(folder) && pr_env_set("HOME", folder, NULL) == 0 &&
			       pr_env_unset("KUBECONFIG", NULL) == 0 &&
			       pr_env_unset("KUBERNETES_SERVICE_HOST", NULL) == 0
		       ? 0
		       : -1;
}

static int teardown(void **state)
{
	(void)state;
	pr_redact_forget();
	return pr_file_remove_tree(folder, NULL);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

static int load(
	const struct pr_kube_choice *choice, struct pr_kube_cluster *cluster, struct pr_err *err)
{
	static const struct pr_limits limits = PR_LIMITS_DEFAULT;

	memset(err, 0, sizeof *err);
	return pr_kube_cluster_load(cluster, choice, &limits, err);
}

/* Of one file that is given. */
static int load_text(const char *text, struct pr_kube_cluster *cluster, struct pr_err *err)
{
	const struct pr_kube_choice choice = {.kubeconfig = write_text("config", text)};

	return load(&choice, cluster, err);
}

static void assert_text(const char *text, const char *expected)
{
	if (!expected)
		assert_null(text);
	else
		assert_string_equal(text ? text : "(null)", expected);
}

static void takes_server_and_user_of_the_context(void **state)
{
	static const struct {
		const char *text;
		struct {
			const char *server, *space, *ca, *server_name, *proxy, *certificate, *key,
				*token, *username, *password;
			bool insecure;
		} is;
	} cases[] = {
		{USER("token: abcdef"), {.server = "https://h:6443", .token = "abcdef"}},
		{USER("token: '', username: me, password: secret"),
			{.server = "https://h:6443", .username = "me", .password = "secret"}},
		{USER("client-certificate-data: " PEM_X ", client-key-data: " PEM_Y),
			{.server = "https://h:6443",
				.certificate = "-----BEGIN X-----",
				.key = "-----BEGIN Y-----"}},
		{SERVER("server: 'https://h/k8s/c/', certificate-authority-data: " PEM_X
			", tls-server-name: other, proxy-url: 'socks5://p:1'"),
			{.server = "https://h/k8s/c",
				.ca = "-----BEGIN X-----",
				.server_name = "other",
				.proxy = "socks5h://p:1"}},
		{SERVER("server: 'https://[::1]:6443//', insecure-skip-tls-verify: true"),
			{.server = "https://[::1]:6443", .insecure = true}},
		{"{\"clusters\":[{\"name\":\"c\",\"cluster\":{\"server\":\"https://j\"}}],"
		 "\"contexts\":[{\"name\":\"x\",\"context\":{\"cluster\":\"c\",\"namespace\":\"n\"}"
		 "}],\"current-context\":\"x\",\"users\":null}",
			{.server = "https://j", .space = "n"}},
		{SERVER("server: 'http://10.0.0.1'"), {.server = "http://10.0.0.1"}},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_kube_cluster c;
		struct pr_err err;

		if (load_text(cases[i].text, &c, &err))
			fail_msg("%s", err.msg);
		assert_string_equal(c.origin, "~/config, context x");
		assert_text(c.server, cases[i].is.server);
		assert_text(c.space, cases[i].is.space);
		assert_text(c.ca, cases[i].is.ca);
		assert_text(c.server_name, cases[i].is.server_name);
		assert_text(c.proxy, cases[i].is.proxy);
		assert_text(c.certificate, cases[i].is.certificate);
		assert_text(c.key, cases[i].is.key);
		assert_text(c.token, cases[i].is.token);
		assert_text(c.username, cases[i].is.username);
		assert_text(c.password, cases[i].is.password);
		assert_int_equal(c.insecure, cases[i].is.insecure);
		pr_kube_cluster_release(&c);
	}
}

/* A kubeconfig that cannot be used, and a part of the message. */
struct fault {
	const char *text;
	const char *message;
};

static void assert_faults(const struct fault *faults, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct pr_kube_cluster c;
		struct pr_err err;
		int rc = load_text(faults[i].text, &c, &err);

		if (rc != PR_EINVAL && rc != PR_ENOTFOUND)
			fail_msg("%zu: %d %s", i, rc, err.msg);
		if (!strstr(err.msg, faults[i].message))
			fail_msg("%zu: %s", i, err.msg);
		pr_kube_cluster_release(&c);
	}
}

static void says_which_entry_is_missing_or_wrong(void **state)
{
	static const struct fault faults[] = {
		{"- a", "'~/config' is no kubeconfig"},
		{"kind: Deployment", "its kind is 'Deployment'"},
		{"", "it has no clusters and no contexts"},
		{"a: [", "~/config"},
		{"clusters: {}", "it has no clusters and no contexts"},
		{CLUSTER "contexts: [{name: a}, {name: b}]", "choose with --context among: a, b"},
		{CLUSTER "contexts: [{name: a}, {name: b}]\ncurrent-context: z",
			"'~/config' has no context 'z': there is a, b"},
		{CLUSTER "current-context: z", "has no context 'z': there is none"},
		{CLUSTER "contexts: [{name: a}]\ncurrent-context: a",
			"context 'a' has no 'context' with its settings"},
		{CLUSTER "contexts: [{name: a, context: {}}]\ncurrent-context: a",
			"context 'a' has no 'cluster'"},
		{CONTEXT "clusters: [{name: d}, {name: e}]", "has no cluster 'c': there is d, e"},
		{CONTEXT "clusters: {c: 1}", "clusters is no list but of kind object"},
		{CONTEXT "clusters: [{name: c, cluster: {}}, {name: c, cluster: {}}]",
			"cluster 'c' is there twice"},
		{CLUSTER CONTEXT, "has no user 'u': there is none"},
	};

	(void)state;
	assert_faults(faults, PR_LEN(faults));
}

static void says_which_setting_cannot_be_used(void **state)
{
	static const struct fault faults[] = {
		{SERVER("a: b"), "cluster 'c' has no 'server'"},
		{SERVER("server: 'h:6443'"), "has no scheme: add"},
		{SERVER("server: 'ftp://h'"), "neither http:// nor https://"},
		{SERVER("server: \"https://h\\r\\nX: 1\""), "control character"},
		{SERVER("server: 'https://h?a=b'"), "with a query"},
		{SERVER("server: 'https://me:secret99@h'"),
			"a 'server' with a login in it: give the user a username"},
		{SERVER("server: 1"), "'server' that is no text but of kind integer: put it in"},
		{SERVER("server: 'https://h', insecure-skip-tls-verify: 'true'"),
			"neither true nor false"},
		{SERVER("server: 'https://h', insecure-skip-tls-verify: true, "
			"certificate-authority-data: " PEM_X),
			"remove one of the two"},
		{SERVER("server: 'https://h', certificate-authority-data: '%'"),
			"'certificate-authority-data' that is no base64"},
		{SERVER("server: 'https://h', certificate-authority-data: YWJj"), "holds no PEM"},
		{SERVER("server: 'https://h', certificate-authority: nothere"),
			"cluster 'c': certificate-authority"},
		{SERVER("server: 'https://h', proxy-url: 'p:3128'"), "'proxy-url' that is neither"},
		{USER("token: 12345"), "user 'u' has a 'token' that is no text"},
		{USER("token: \"a\\nb\""), "token has a control character"},
		{USER("tokenFile: nothere"), "user 'u': tokenFile"},
		{USER("token: a, username: b"), "has both a token and a username"},
		{USER("password: b"), "a password without a username"},
		{USER("client-certificate-data: " PEM_X), "without a client-key"},
		{USER("client-key-data: " PEM_X), "without a client-certificate"},
		{USER("client-certificate-data: " PEM_X ", client-key-data: "
		      "LS0tLS1CRUdJTiBFTkNSWVBURUQgUFJJVkFURSBLRVktLS0tLQ=="),
			"pass phrase"},
		{USER("token: a, as: root"), "impersonation ('as')"},
		{USER("token: a, as-groups: [b]"), "impersonation ('as-groups')"},
		{USER("auth-provider: {name: gcp}"), "auth-provider 'gcp', which is not supported: "
						     "install gke-gcloud-auth-plugin"},
		{USER("auth-provider: {name: other}"), "auth-provider 'other'"},
	};

	(void)state;
	assert_faults(faults, PR_LEN(faults));
}

#define NAMED(name, server) "{name: " name ", cluster: {server: 'https://" server "'}}"
#define IN(name, cluster, user) "{name: " name ", context: {cluster: " cluster user "}}"

/* Of what several files define the first one counts, entry by entry, and files may be missing. */
static void merges_the_files_of_KUBECONFIG(void **state)
{
	static const struct {
		const char *context;
		const char *server;
		const char *origin;
	} cases[] = {
		{NULL, "https://first", "~/first, context x"},
		{"x", "https://first", "~/first, context x"},
		{"y", "https://second", "~/second, context y"},
	};
	PR_AUTO(free) char *list = NULL;

	(void)state;
	write_text(
		"first", "clusters: [" NAMED("c", "first") "]\ncontexts: [" IN("x", "c", "") "]");
	write_text("second", "clusters: [" NAMED("c", "no") ", " NAMED(
				     "d", "second") "]\ncontexts: [" IN("x", "d", "") ", " IN("y",
				     "d", ", user: u") "]\ncurrent-context: x\n"
						       "users: [{name: u, user: {tokenFile: "
						       "sub/token}}, {name: odd, user: 1}, 3]");
	assert_int_equal(pr_file_mkdirs(path_of("sub"), 0700, NULL), 0);
	write_text("sub/token", "abcdefgh\n");
	list = pr_text_format("%s/missing::%s/first:%s/second", folder, folder, folder);
	assert_int_equal(pr_env_set("KUBECONFIG", list, NULL), 0);
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		const struct pr_kube_choice choice = {.context = cases[i].context};
		struct pr_kube_cluster c;
		struct pr_err err;

		if (load(&choice, &c, &err))
			fail_msg("%s", err.msg);
		assert_string_equal(c.server, cases[i].server);
		assert_string_equal(c.origin, cases[i].origin);
		assert_text(c.token_file, i == 2 ? path_of("sub/token") : NULL);
		pr_kube_cluster_release(&c);
	}
}

/* What the others say might be what was meant. */
static void refuses_more_files_than_it_reads(void **state)
{
	const struct pr_kube_choice choice = {.context = "x"};
	PR_AUTO(buf) struct pr_buf list = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_kube_cluster c;
	struct pr_err err;

	(void)state;
	write_text("last", "clusters: [" NAMED("c", "last") "]\ncontexts: [" IN("x", "c", "") "]");
	write_text("other", "kind: Config");
	for (size_t i = 0; i < 63; i++)
		pr_buf_addf(&list, "%s/other:%s/missing:", folder, folder);
	pr_buf_addf(&list, "%s/last", folder);
	assert_int_equal(pr_env_set("KUBECONFIG", pr_buf_str(&list), NULL), 0);
	if (load(&choice, &c, &err))
		fail_msg("%s", err.msg);
	pr_kube_cluster_release(&c);
	pr_buf_addf(&list, ":%s/missing:%s/other", folder, folder);
	assert_int_equal(pr_env_set("KUBECONFIG", pr_buf_str(&list), NULL), 0);
	assert_int_equal(load(&choice, &c, &err), PR_ELIMIT);
	assert_string_equal(
		err.msg, "KUBECONFIG names more than 64 files: leave out what is not needed");
	pr_kube_cluster_release(&c);
}

static void looks_for_the_file_in_the_order_of_kubectl(void **state)
{
	static const char text[] = "clusters: [" NAMED("c", "h") "]\ncontexts: [" IN(
		"x", "c", "") "]\ncurrent-context: x";
	const struct pr_kube_choice none = {0};
	const struct pr_kube_choice given = {.kubeconfig = path_of("given")};
	const struct pr_kube_choice missing = {.kubeconfig = path_of("missing")};
	const struct pr_kube_choice context = {.context = "x"};
	struct pr_kube_cluster c;
	struct pr_err err;

	(void)state;
	assert_int_equal(load(&none, &c, &err), PR_ENOTFOUND);
	assert_non_null(strstr(err.msg, "there is no ~/.kube/config"));
	assert_int_equal(load(&context, &c, &err), PR_ENOTFOUND);
	assert_non_null(strstr(err.msg, "no context 'x'"));
	assert_int_equal(pr_file_mkdirs(path_of(".kube"), 0700, NULL), 0);
	write_text(".kube/config", text);
	assert_int_equal(load(&none, &c, &err), 0);
	assert_string_equal(c.origin, "~/.kube/config, context x");
	pr_kube_cluster_release(&c);
	assert_int_equal(pr_env_set("KUBECONFIG", path_of("other"), NULL), 0);
	assert_int_equal(load(&none, &c, &err), PR_ENOTFOUND);
	assert_non_null(strstr(err.msg, "no file of KUBECONFIG"));
	write_text("other", text);
	assert_int_equal(load(&none, &c, &err), 0);
	assert_string_equal(c.origin, "~/other, context x");
	pr_kube_cluster_release(&c);
	write_text("given", text);
	assert_int_equal(load(&given, &c, &err), 0);
	assert_string_equal(c.origin, "~/given, context x");
	pr_kube_cluster_release(&c);
	assert_int_equal(load(&missing, &c, &err), PR_ENOTFOUND);
	assert_non_null(strstr(err.msg, "missing"));
}

/* The folder of the kubeconfig is where relative paths start; what is inline goes before a file. */
static void reads_certificates_from_files_and_texts(void **state)
{
	struct pr_kube_cluster c;
	struct pr_err err;

	(void)state;
	assert_int_equal(pr_file_mkdirs(path_of("pki"), 0700, NULL), 0);
	write_text("pki/ca.crt", "-----BEGIN CA-----\n");
	write_text("pki/key", "-----BEGIN KEY-----\n");
	write_text("pki/empty", "");
	if (load_text(CONTEXT "clusters: [{name: c, cluster: {server: 'https://h', "
			      "certificate-authority: pki/ca.crt}}]\n"
			      "users: [{name: u, user: {client-certificate: nothere, "
			      "client-certificate-data: " PEM_X ", client-key: pki/key}}]",
		    &c, &err))
		fail_msg("%s", err.msg);
	assert_string_equal(c.ca, "-----BEGIN CA-----\n");
	assert_string_equal(c.certificate, "-----BEGIN X-----");
	assert_string_equal(c.key, "-----BEGIN KEY-----\n");
	pr_kube_cluster_release(&c);
	assert_int_equal(load_text(SERVER("server: 'https://h', certificate-authority: pki/empty"),
				 &c, &err),
		PR_EINVAL);
	assert_non_null(strstr(err.msg, "'certificate-authority' that holds no PEM"));
	pr_kube_cluster_release(&c);
}

static void never_shows_the_password_of_a_proxy(void **state)
{
	static const char *const addresses[] = {
		"http://me:secret99@p:1", "socks4://me:secret99@p:1", "me:secret99@p:1"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(addresses); i++) {
		PR_AUTO(free) char *text = pr_text_format(
			SERVER("server: 'https://h', proxy-url: '%s'"), addresses[i]);
		struct pr_kube_cluster c;
		struct pr_err err;

		pr_redact_forget();
		assert_non_null(text);
		assert_int_equal(load_text(text, &c, &err), i ? PR_EINVAL : 0);
		assert_true(pr_redact_found("secret99", strlen("secret99")));
		pr_kube_cluster_release(&c);
	}
}

static void warns_of_credentials_that_others_can_read_and_never_shows_them(void **state)
{
	static const struct {
		const char *text;
		mode_t mode;
		const char *warning; /* NULL: none */
	} cases[] = {
		{USER("token: very-secret"), 0600, NULL},
		{USER("token: very-secret"), 0644, "'~/config' holds credentials"},
		{USER("token: very-secret"), 0640, "'~/config' holds credentials"},
		{USER("a: b"), 0644, NULL},
		{CONTEXT "clusters: [{name: c, cluster: {server: 'http://127.h.example'}}]\n"
			 "users: [{name: u, user: {token: very-secret}}]",
			0600, "the credentials of user 'u' are not sent"},
		{CONTEXT "clusters: [{name: c, cluster: {server: 'http://localhost:8001'}}]\n"
			 "users: [{name: u, user: {token: very-secret}}]",
			0600, NULL},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		const struct pr_kube_choice choice = {
			.kubeconfig = write_text("config", cases[i].text)};
		PR_AUTO(buf) struct pr_buf log = PR_BUF_INIT(1 << 16);
		const struct pr_log_sink sink = {
			.write = pr_log_write_buf, .arg = &log, .level = PR_LOG_WARNING};
		struct pr_kube_cluster c;
		struct pr_err err;

		pr_redact_forget();
		pr_log_reset(NULL);
		assert_int_equal(pr_log_add(&sink, NULL), 0);
		assert_int_equal(chmod(choice.kubeconfig, cases[i].mode), 0);
		assert_int_equal(load(&choice, &c, &err), 0);
		pr_log_reset(NULL);
		if (cases[i].warning)
			assert_non_null(strstr(pr_buf_str(&log), cases[i].warning));
		else
			assert_string_equal(pr_buf_str(&log), "");
		assert_int_equal(
			pr_redact_found("very-secret", strlen("very-secret")), c.token != NULL);
		pr_kube_cluster_release(&c);
	}
}

static void a_pod_uses_its_own_account(void **state)
{
	static const struct {
		const char *host;
		const char *server;
	} cases[] = {{"10.0.0.1", "https://10.0.0.1:443"}, {"fd00::1", "https://[fd00::1]:443"}};
	struct pr_kube_cluster c = {0};
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	assert_int_equal(pr_env_set("KUBERNETES_SERVICE_PORT", "443", NULL), 0);
	assert_false(pr_kube_pod_present());
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		assert_int_equal(pr_env_set("KUBERNETES_SERVICE_HOST", cases[i].host, NULL), 0);
		assert_true(pr_kube_pod_present());
		assert_int_not_equal(pr_kube_pod_load(&c, path_of("none"), &err), 0);
		assert_non_null(strstr(err.msg, "automountServiceAccountToken"));
		pr_kube_cluster_release(&c);
		write_text("token", "abcdefgh\n");
		write_text("ca.crt", "-----BEGIN X-----\n");
		write_text("namespace", "space\n");
		assert_int_equal(pr_kube_pod_load(&c, folder, NULL), 0);
		assert_string_equal(c.origin, "the pod's account");
		assert_string_equal(c.server, cases[i].server);
		assert_string_equal(c.token_file, path_of("token"));
		assert_string_equal(c.space, "space");
		assert_memory_equal(c.ca, "-----BEGIN X-----", 17);
		assert_true(pr_redact_found("abcdefgh", 8));
		pr_kube_cluster_release(&c);
	}
	write_text("token", " \n");
	pr_err_clear(&err);
	assert_int_equal(pr_kube_pod_load(&c, folder, &err), PR_EINVAL);
	pr_kube_cluster_release(&c);
	assert_int_equal(pr_env_unset("KUBERNETES_SERVICE_HOST", NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(takes_server_and_user_of_the_context),
		TEST(says_which_entry_is_missing_or_wrong),
		TEST(says_which_setting_cannot_be_used),
		TEST(merges_the_files_of_KUBECONFIG),
		TEST(refuses_more_files_than_it_reads),
		TEST(looks_for_the_file_in_the_order_of_kubectl),
		TEST(reads_certificates_from_files_and_texts),
		TEST(never_shows_the_password_of_a_proxy),
		TEST(warns_of_credentials_that_others_can_read_and_never_shows_them),
		TEST(a_pod_uses_its_own_account),
	};

	return cmocka_run_group_tests_name("kubeconfig", tests, NULL, NULL);
}
