#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "base/uuid.h"
#include "cli/commands.h"
#include "cli/connection.h"
#include "cli/console.h"
#include "cli/prompt.h"
#include "codec/json.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define ANSWER_MAX ((size_t)4096)
#define MODE 0600

static int ask_token(struct pr_buf *token, struct pr_err *err)
{
	int rc = 0;

	while (!rc && !token->len)
		rc = pr_prompt("Please provide a valid token?: ", true, token, err);
	return rc;
}

static int fetch_organizations(
	struct pr_connection *connection, json_t **ret_items, struct pr_err *err)
{
	static const struct pr_refusals refusals = {
		.unauthorized = "not authorized. please verify your token"};
	json_auto_t *answer = NULL;
	const json_t *first;
	int rc = pr_connection_get(connection, "", &refusals, &answer, err);

	if (rc)
		return rc;
	first = json_array_get(pr_json_array(answer, "items"), 0);
	if (!pr_json_str(first, "name"))
		return pr_fail(err, PR_EPROTO, "the platform knows no organization of this token");
	*ret_items = json_incref(json_object_get(answer, "items"));
	return 0;
}

/* 'a', 'b' with a quote mark around each, or bare. */
static void add_names(const json_t *items, const char *mark, struct pr_buf *out)
{
	const json_t *item;
	size_t i;

	json_array_foreach (items, i, item) {
		const char *name = pr_json_str(item, "name");

		pr_buf_addf(out, "%s%s%s%s", i ? ", " : "", mark, name ? name : "", mark);
	}
}

static const json_t *find(const json_t *items, const char *name)
{
	const json_t *item;
	size_t i;

	if (!*name)
		return json_array_get(items, 0);
	json_array_foreach (items, i, item)
		if (pr_text_eq(pr_json_str(item, "name"), name))
			return item;
	return NULL;
}

/* Sets *ret_id, borrowed from `items`. */
static int choose(const json_t *items, const char **ret_id, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf question = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(buf) struct pr_buf answer = PR_BUF_INIT(ANSWER_MAX);
	PR_AUTO(buf) struct pr_buf names = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	char canonical[PR_UUID_SIZE];
	const json_t *chosen = NULL;
	int rc;

	pr_buf_adds(&question, "Please select an organization (");
	add_names(items, "", &question);
	pr_buf_addf(&question, ") [%s]: ", pr_json_str(json_array_get(items, 0), "name"));
	add_names(items, "'", &names);
	while (!chosen) {
		pr_buf_clear(&answer);
		rc = pr_prompt(pr_buf_str(&question), false, &answer, err);
		if (rc)
			return rc;
		chosen = find(items, pr_buf_str(&answer));
		if (!chosen)
			pr_print("Error: '%s' is not one of %s.\n", pr_buf_str(&answer),
				pr_buf_str(&names));
	}
	*ret_id = pr_json_str(chosen, "id");
	if (pr_uuid_parse(*ret_id, canonical, err))
		return pr_wrap(err, "the platform's answer");
	return 0;
}

static void add_quoted(const char *text, struct pr_buf *out)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			pr_buf_addc(out, '\\');
		pr_buf_addc(out, *text);
	}
}

/* Upstream leaves it out: the file then leads nowhere in a shell without the variable. */
static void add_host(const struct pr_service *service, struct pr_buf *out)
{
	if (service->host_is_default)
		return;
	pr_buf_adds(out, "# this is equivalent to setting the env var: RELIABLY_SERVICE_HOST\n"
			 "host = \"");
	add_quoted(service->host, out);
	pr_buf_adds(out, "\"\n");
}

/* Upstream's words. What has a token in it is nobody else's to read. */
static int write_file(const char *path, const struct pr_connection *connection, const char *id,
	struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(free) char *folder = pr_text_dup(path);
	char *slash = folder ? strrchr(folder, '/') : NULL;
	char date[PR_STAMP_SIZE];

	pr_stamp_iso(date, pr_loop_wall_us(connection->loop));
	pr_buf_addf(&text,
		"# Welcome to Reliably, you fellow engineer!\n# Generated on %s by Reliably CLI "
		"v%s\n\n[service]\n"
		"# this is equivalent to setting the env var: RELIABLY_SERVICE_TOKEN\ntoken = \"",
		date, PR_VERSION);
	add_quoted(connection->service.token, &text);
	pr_buf_adds(&text, "\"\n");
	add_host(&connection->service, &text);
	pr_buf_addf(&text,
		"\n[organization]\n"
		"# this is equivalent to setting the env var: RELIABLY_ORGANIZATION_ID\n"
		"id = \"%s\"\n\n",
		id);
	if (pr_buf_check(&text, "the configuration", err))
		return err->code;
	if (slash && slash > folder) {
		*slash = '\0';
		if (pr_file_mkdirs(folder, 0700, err))
			return PR_EIO;
	}
	if (chmod(path, MODE) && errno != ENOENT)
		return pr_fail_errno(err, errno, "cannot make '%s' private", path);
	return pr_file_replace(path, pr_buf_str(&text), text.len, MODE, true, err);
}

static int make(const struct pr_args *args, const char *path, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf token = PR_BUF_INIT(ANSWER_MAX);
	PR_AUTO(connection) struct pr_connection connection = {.loop = NULL};
	json_auto_t *items = NULL;
	const char *id = NULL;
	int rc = ask_token(&token, err);

	connection.token = pr_buf_str(&token);
	if (!rc)
		rc = pr_connection_open(&connection, args, false, err);
	if (!rc)
		rc = fetch_organizations(&connection, &items, err);
	if (!rc)
		rc = choose(items, &id, err);
	return rc ? rc : write_file(path, &connection, id, err);
}

static int run(struct pr_context *context, const struct pr_args *args)
{
	PR_AUTO(free) char *path = pr_service_config_path(pr_args_value(args, "config"));
	struct pr_err err = PR_ERR_INIT;
	int rc = pr_console_log(false, NULL, &err);

	if (!rc && !path)
		rc = pr_fail(&err, PR_ENOTFOUND,
			"there is no home folder: name the configuration "
			"by --config or RELIABLY_CLI_CONFIG");
	if (!rc && pr_file_exists(path) && !pr_args_switch(args, "override", false)) {
		pr_print("configuration file already exists\n");
		return PR_EXIT_DEVIATED;
	}
	if (!rc)
		rc = make(args, path, &err);
	if (!rc)
		pr_print("\nCongratulations you are all set now to use the Reliably CLI!\n"
			 "Keep in mind that your configuration is in clear text. Keep it safe.\n");
	else if (err.code == PR_ENOTFOUND || err.code == PR_ECANCELED)
		pr_print_error("Aborted! %s\n", err.msg);
	else if (err.code != PR_OK)
		pr_complain(context, "%s", err.msg);
	return rc ? PR_EXIT_DEVIATED : PR_EXIT_OK;
}

static const struct pr_option options[] = {
	{"override", 0, PR_OPTION_SWITCH, NULL, "Replace a file that exists.", NULL},
	{"ca-file", 0, PR_OPTION_VALUE, "FILE", "Certificates of the authorities to trust.", NULL},
};

const struct pr_command pr_command_config_init = {.name = "init",
	.summary = "Ask for token and organisation, and write the configuration file.",
	PR_OPTIONS(options),
	.run = run};
