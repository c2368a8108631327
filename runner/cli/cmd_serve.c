#include "base/child.h"
#include "base/env.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/platform_store.h"
#include "server/server.h"

#include <malloc.h>
#include <signal.h>
#include <string.h>

#define LISTEN_DEFAULT "127.0.0.1:8090"
#define LISTEN_VARIABLE "PLAN_DEPLOYER_LISTEN"
#define PEM_MAX ((size_t)1 << 20)
#define GRACE_US (30 * INT64_C(1000000))

/* A journal comes as a string inside JSON, hence larger than the document that it is. */
#define BODY_FACTOR 2

/* Bytes of memory that glibc takes from the system alone. */
#define LARGE (64 * 1024)

struct serving {
	const struct pr_context *context;
	struct pr_loop *loop;
	struct pr_store *store;
	struct pr_server *server;
	struct pr_server_options options;
	char address[64];
	struct pr_buf certificate, key;
	char *runner;
	bool stopping;
};

/* "ADDRESS:PORT", of which IPv6 addresses stand in brackets: of the option, else the variable. */
static int read_listen(struct serving *serving, const struct pr_args *args, struct pr_err *err)
{
	const char *given = pr_args_value(args, "listen");
	const char *set = given ? NULL : pr_env_get_set(LISTEN_VARIABLE);
	const char *text = given ? given : set ? set : LISTEN_DEFAULT;
	const char *colon = strrchr(text, ':');
	size_t n = colon ? (size_t)(colon - text) : 0;
	bool six = n > 1 && text[0] == '[' && text[n - 1] == ']';
	int64_t port = -1;

	if (!n || n >= sizeof(serving->address) || pr_text_int64(colon + 1, &port, NULL) ||
		port < 0 || port > UINT16_MAX)
		return pr_fail(err, PR_EUSAGE, "%s: '%s' is not ADDRESS:PORT, as " LISTEN_DEFAULT,
			set ? LISTEN_VARIABLE : "--listen", text);
	pr_text_print(serving->address, sizeof(serving->address), "%.*s", (int)(six ? n - 2 : n),
		text + six);
	if (pr_text_eq(serving->address, "localhost"))
		pr_text_copy(serving->address, sizeof(serving->address), "127.0.0.1");
	serving->options.address = serving->address;
	serving->options.port = (uint16_t)port;
	return 0;
}

static int read_tls(struct serving *serving, const struct pr_args *args, struct pr_err *err)
{
	const char *certificate = pr_args_value(args, "tls-cert");
	const char *key = pr_args_value(args, "tls-key");
	int rc;

	if (!certificate != !key)
		return pr_fail(err, PR_EUSAGE, "--tls-cert and --tls-key go together");
	if (!certificate)
		return 0;
	rc = pr_file_read(certificate, &serving->certificate, err);
	if (!rc)
		rc = pr_file_read(key, &serving->key, err);
	serving->options.certificate = pr_buf_str(&serving->certificate);
	serving->options.key = pr_buf_str(&serving->key);
	return rc;
}

/* The runner that was installed with this program, else the one in PATH. */
static char *find_runner(void)
{
	char own[4096];
	ssize_t n = readlink("/proc/self/exe", own, sizeof(own) - 1);
	char *slash;
	PR_AUTO(free) char *beside = NULL;

	own[n > 0 ? n : 0] = '\0';
	slash = strrchr(own, '/');
	if (slash) {
		*slash = '\0';
		beside = pr_file_join(own, "plan-runner");
	}
	if (beside && !access(beside, X_OK))
		return pr_steal(beside);
	return pr_file_find_program("plan-runner");
}

static int read_options(struct serving *serving, const struct pr_args *args, struct pr_err *err)
{
	const char *runner = pr_args_value(args, "runner");
	int rc = read_listen(serving, args, err);

	if (!rc)
		rc = read_tls(serving, args, err);
	if (rc)
		return rc;
	serving->runner = runner ? pr_file_find_program(runner) : find_runner();
	if (runner && !serving->runner)
		return pr_fail(err, PR_ENOTFOUND, "--runner: there is no program '%s'", runner);
	serving->options.runner = serving->runner;
	serving->options.url = pr_args_value(args, "url");
	serving->options.body_max = BODY_FACTOR * serving->context->limits.document_bytes;
	return pr_check_url_option(serving->options.url, err);
}

static void on_stopped(void *arg)
{
	struct serving *serving = arg;

	pr_loop_stop(serving->loop);
}

/* The first one ends it in order, the second one at once. */
static void on_signal(void *arg, int signo)
{
	struct serving *serving = arg;

	(void)signo;
	if (serving->stopping) {
		pr_loop_stop(serving->loop);
		return;
	}
	serving->stopping = true;
	pr_server_stop(serving->server, GRACE_US, on_stopped, serving);
}

static bool is_loopback(const char *address)
{
	return pr_text_starts(address, "127.") || pr_text_eq(address, "::1");
}

static void warn(const struct serving *serving)
{
	int64_t count = 0;

	if (!pr_platform_store_count(serving->store, &count, NULL) && !count)
		pr_warn("the database has no organisation, and nobody has a token: end this, and "
			"make both by `plan-deployer init`");
	if (!is_loopback(serving->address) && !serving->options.certificate)
		pr_warn("%s is reached from other machines, and without --tls-cert tokens and "
			"secrets are sent in clear text",
			serving->address);
	if (!serving->runner)
		pr_warn("there is no plan-runner: managed deployments are not launched; name it by "
			"--runner");
}

/*
 * A log whose reader has gone, or a file at its limit, ends no server. Connections and runs need
 * more descriptors than the 1024 that processes usually get. And what a large body took
 * is given back to the system when it is over: glibc keeps more of such memory the more often it is
 * asked for.
 */
static void prepare_process(void)
{
	struct sigaction action = {.sa_handler = SIG_IGN};

	sigaction(SIGPIPE, &action, NULL);
	sigaction(SIGXFSZ, &action, NULL);
	pr_child_allow_files();
#ifdef __GLIBC__
	mallopt(M_MMAP_THRESHOLD, LARGE);
#endif
}

static int start(struct serving *serving, const struct pr_args *args, struct pr_err *err)
{
	int rc = pr_console_log(
		pr_args_flag(args, "verbose"), pr_args_value(args, "log-format"), err);

	if (!rc)
		rc = read_options(serving, args, err);
	if (!rc)
		rc = pr_loop_new(NULL, &serving->loop, err);
	if (!rc)
		rc = pr_loop_on_signal(serving->loop, SIGINT, on_signal, serving, err);
	if (!rc)
		rc = pr_loop_on_signal(serving->loop, SIGTERM, on_signal, serving, err);
	if (!rc)
		rc = pr_platform_store_open(args, &serving->store, err);
	return rc ? rc
		  : pr_server_new(serving->loop, serving->store, &serving->options,
			    &serving->server, err);
}

static void finish(struct serving *serving)
{
	pr_server_free(serving->server);
	pr_store_close(serving->store);
	pr_loop_free(serving->loop);
	pr_buf_release(&serving->certificate);
	pr_buf_release(&serving->key);
	free(serving->runner);
}

static int run(struct pr_context *context, const struct pr_args *args)
{
	struct serving serving = {.context = context};
	struct pr_err err = PR_ERR_INIT;
	int rc;

	pr_buf_init(&serving.certificate, PEM_MAX);
	pr_buf_init(&serving.key, PEM_MAX);
	prepare_process();
	rc = start(&serving, args, &err);
	if (!rc) {
		warn(&serving);
		pr_print("listening on %s\n", pr_server_address(serving.server));
		rc = pr_loop_run(serving.loop, &err);
	}
	finish(&serving);
	if (!rc)
		return PR_EXIT_OK;
	pr_complain(context, "%s", err.msg);
	return rc == PR_EUSAGE ? PR_EXIT_FAILED : PR_EXIT_DEVIATED;
}

static const char *const formats[] = {"string", "json", NULL};

static const struct pr_option options[] = {
	{"listen", 0, PR_OPTION_VALUE, "ADDRESS:PORT",
		"Where to listen; port 0: a free one (" LISTEN_VARIABLE ", else " LISTEN_DEFAULT
		").",
		NULL},
	PR_STORE_OPTIONS,
	{"tls-cert", 0, PR_OPTION_VALUE, "FILE", "Certificate with its chain, PEM: serve https.",
		NULL},
	{"tls-key", 0, PR_OPTION_VALUE, "FILE", "Its private key, PEM.", NULL},
	{"url", 0, PR_OPTION_VALUE, "URL", "How runs reach the platform (where it listens).", NULL},
	{"runner", 0, PR_OPTION_VALUE, "PROGRAM",
		"What managed deployments start (plan-runner beside this program, or in PATH).",
		NULL},
	{"log-format", 0, PR_OPTION_VALUE, "FORMAT", "Lines as text, or as JSON (string).",
		formats},
	{"verbose", 'v', PR_OPTION_FLAG, NULL, "Log every request.", NULL},
};

const struct pr_command pr_command_serve = {.name = "serve",
	.summary = "Serve the platform, until SIGTERM or SIGINT.",
	PR_OPTIONS(options),
	.run = run};
