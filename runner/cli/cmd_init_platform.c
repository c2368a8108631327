#include "base/env.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/platform_store.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "store/organizations.h"
#include "store/rows.h"
#include "store/tokens.h"
#include "store/users.h"

#define URL_DEFAULT "http://127.0.0.1:8090"
#define ORGANIZATION_DEFAULT "default"
#define USER_DEFAULT "admin"
#define TOKEN_DEFAULT "cli"

static const char *value_or(const struct pr_args *args, const char *name, const char *fallback)
{
	const char *value = pr_args_value(args, name);

	return value ? value : fallback;
}

/* A second organisation is made only for who names it. */
static int check_fresh(struct pr_store *store, const struct pr_args *args, struct pr_err *err)
{
	const char *given = pr_args_value(args, "organization");
	int64_t count = 0;
	bool is_free = true;
	int rc = pr_platform_store_count(store, &count, err);

	if (!rc && count && !given)
		return pr_fail(err, PR_EEXIST,
			"the database is initialised already: name another organisation by "
			"--organization to add one");
	if (!rc && given)
		rc = pr_organizations_is_free(store, given, &is_free, err);
	if (!rc && !is_free)
		rc = pr_fail(err, PR_EEXIST,
			"there is an organisation '%s' already: name another by --organization, or "
			"have a further token of this one by --add-token",
			given);
	return rc;
}

/* The user of that name, who may be of an earlier organisation. */
static int find_user(
	struct pr_store *store, const char *name, json_t **ret_user, struct pr_err *err)
{
	struct pr_err none = PR_ERR_INIT;
	int rc = pr_users_get_named(store, name, ret_user, &none);

	if (rc == PR_ENOTFOUND)
		return pr_users_create(store, name, NULL, ret_user, err);
	return rc ? pr_fail(err, rc, "%s", none.msg) : 0;
}

/* Adds what was made to `made`, under `name`. */
static int note(json_t *made, const char *name, int rc, json_t *value, struct pr_err *err)
{
	return rc ? rc : pr_json_set(made, name, value, err);
}

/* A token of who is no member would open nothing. */
static int check_member(struct pr_store *store, const struct pr_token_new *wish, struct pr_err *err)
{
	int64_t count = 0;
	int rc = pr_rows_number(pr_store_database(store),
		&PR_STATEMENT("SELECT count(*) FROM members WHERE org_id = ?1 AND user_id = ?2",
			pr_value_text(wish->organization), pr_value_text(wish->user)),
		&count, err);

	return rc || count
		       ? rc
		       : pr_fail(err, PR_EINVAL,
				 "the user is no member of the organisation: name one by --user");
}

/* A further token, for who has lost them all: whoever holds the database may do as they like. */
static int add_token(
	struct pr_store *store, const struct pr_args *args, json_t *made, struct pr_err *err)
{
	const char *organization = value_or(args, "organization", ORGANIZATION_DEFAULT);
	const char *user = value_or(args, "user", USER_DEFAULT);
	struct pr_token_new wish = {.name = value_or(args, "token-name", TOKEN_DEFAULT)};
	struct pr_err why = PR_ERR_INIT;
	json_t *value = NULL;
	int rc = pr_organizations_get_named(store, organization, &value, &why);

	if (rc == PR_ENOTFOUND)
		return pr_fail(err, rc, "there is no organisation '%s'", organization);
	rc = note(made, "organization", rc, value, &why);
	if (!rc)
		rc = pr_users_get_named(store, user, &value, &why);
	if (rc == PR_ENOTFOUND)
		return pr_fail(err, rc, "there is no user '%s'", user);
	rc = note(made, "user", rc, value, &why);
	wish.organization = pr_json_str(json_object_get(made, "organization"), "id");
	wish.user = pr_json_str(json_object_get(made, "user"), "id");
	if (!rc)
		rc = check_member(store, &wish, &why);
	if (!rc)
		rc = pr_tokens_create(store, &wish, &value, &why);
	if (rc == PR_EEXIST)
		return pr_fail(err, rc,
			"there is a token '%s' already: name another by --token-name", wish.name);
	rc = note(made, "token", rc, value, &why);
	return rc ? pr_fail(err, rc, "%s", why.msg) : 0;
}

static int make(
	struct pr_store *store, const struct pr_args *args, json_t *made, struct pr_err *err)
{
	struct pr_token_new wish = {.name = value_or(args, "token-name", TOKEN_DEFAULT)};
	json_t *value = NULL;
	int rc = check_fresh(store, args, err);

	if (!rc)
		rc = find_user(store, value_or(args, "user", USER_DEFAULT), &value, err);
	rc = note(made, "user", rc, value, err);
	wish.user = pr_json_str(json_object_get(made, "user"), "id");
	if (!rc)
		rc = pr_organizations_create(store, wish.user,
			value_or(args, "organization", ORGANIZATION_DEFAULT), &value, err);
	rc = note(made, "organization", rc, value, err);
	wish.organization = pr_json_str(json_object_get(made, "organization"), "id");
	if (!rc)
		rc = pr_tokens_create(store, &wish, &value, err);
	return note(made, "token", rc, value, err);
}

static int make_at_once(
	struct pr_store *store, const struct pr_args *args, json_t *made, struct pr_err *err)
{
	int rc = pr_store_change(store, err);

	if (!rc)
		rc = pr_args_flag(args, "add-token") ? add_token(store, args, made, err)
						     : make(store, args, made, err);
	if (!rc)
		rc = pr_store_keep(store, err);
	return rc ? rc : pr_store_commit(store, err);
}

static void show(const json_t *made, bool as_json)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_json_style style = {.indent = 2};

	if (as_json && !pr_json_write(made, &style, &text))
		pr_print("%s\n", pr_buf_str(&text));
	if (as_json)
		return;
	pr_print("RELIABLY_SERVICE_HOST=%s\nRELIABLY_ORGANIZATION_ID=%s\n"
		 "RELIABLY_SERVICE_TOKEN=%s\n",
		pr_json_str(made, "host"), pr_json_str(json_object_get(made, "organization"), "id"),
		pr_json_str(json_object_get(made, "token"), "token"));
}

static int run(struct pr_context *context, const struct pr_args *args)
{
	struct pr_store *store = NULL;
	struct pr_err err = PR_ERR_INIT;
	json_auto_t *made = json_pack("{s:s}", "host", value_or(args, "url", URL_DEFAULT));
	int rc = made ? pr_console_log(false, NULL, &err) : pr_fail_nomem(&err);

	if (!rc)
		rc = pr_check_url_option(pr_args_value(args, "url"), &err);
	if (!rc)
		rc = pr_platform_store_open(args, &store, &err);
	if (!rc)
		rc = make_at_once(store, args, made, &err);
	pr_store_close(store);
	if (rc)
		pr_complain(context, "%s", err.msg);
	else
		show(made, pr_text_eq(pr_args_value(args, "output"), "json"));
	return rc ? PR_EXIT_DEVIATED : PR_EXIT_OK;
}

static const char *const outputs[] = {"shell", "json", NULL};

static const struct pr_option options[] = {
	PR_STORE_OPTIONS,
	{"organization", 0, PR_OPTION_VALUE, "NAME",
		"Name of the organisation (" ORGANIZATION_DEFAULT ").", NULL},
	{"user", 0, PR_OPTION_VALUE, "NAME", "Its owner, whose token it is (" USER_DEFAULT ").",
		NULL},
	{"token-name", 0, PR_OPTION_VALUE, "NAME", "Name of the token (" TOKEN_DEFAULT ").", NULL},
	{"add-token", 0, PR_OPTION_FLAG, NULL,
		"Only a further token of an organisation and a user that are there.", NULL},
	{"url", 0, PR_OPTION_VALUE, "URL", "Address that is printed (" URL_DEFAULT ").", NULL},
	{"output", 'o', PR_OPTION_VALUE, "FORM", "Lines for a shell, or json (shell).", outputs},
};

const struct pr_command pr_command_init_platform = {.name = "init",
	.summary = "Make the platform's database, with an organisation and its first token.",
	PR_OPTIONS(options),
	.run = run};
