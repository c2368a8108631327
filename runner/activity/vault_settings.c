#include "activity/vault_settings.h"

#include "base/env.h"
#include "base/file.h"
#include "base/redact.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"

#include <ctype.h>
#include <string.h>

#define USUAL_ADDRESS "http://localhost:8200"
#define ACCOUNT_TOKEN "/var/run/secrets/kubernetes.io/serviceaccount/token"
#define TOKEN_MAX ((size_t)64 << 10)

/* A member of the configuration as text; `fallback` (NULL allowed) where there is none. */
static int read_member(const json_t *configuration, const char *key, const char *fallback,
	char **ret_text, struct pr_err *err)
{
	const json_t *value = json_object_get(configuration, key);
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(TOKEN_MAX);

	if (!value || json_is_null(value)) {
		*ret_text = pr_text_dup(fallback);
		return fallback && !*ret_text ? pr_fail_nomem(err) : 0;
	}
	pr_value_str(value, &text);
	*ret_text = pr_text_dup(pr_buf_str(&text));
	return text.status || !*ret_text ? pr_fail_nomem(err) : 0;
}

/* The text of a file that holds a token, without the space around it. */
static int read_token_file(const char *path, char **ret_token, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(TOKEN_MAX);
	int rc = pr_file_read(path, &text, err);

	if (rc)
		return rc;
	while (text.len && isspace((unsigned char)text.ptr[text.len - 1]))
		pr_buf_truncate(&text, text.len - 1);
	while (text.len && isspace((unsigned char)text.ptr[0]))
		pr_buf_consume(&text, 1);
	*ret_token = pr_text_dup(pr_buf_str(&text));
	return *ret_token ? pr_redact_add(*ret_token, err) : pr_fail_nomem(err);
}

/* The one that Vault's own program left at its login; none is no error. */
static int read_usual_token(struct pr_vault_settings *settings, struct pr_err *err)
{
	const char *given = pr_env_get_set("VAULT_TOKEN");
	PR_AUTO(free) char *home = pr_env_home();
	PR_AUTO(free) char *path = home ? pr_file_join(home, ".vault-token") : NULL;

	if (given) {
		settings->token = pr_text_dup(given);
		return settings->token ? pr_redact_add(given, err) : pr_fail_nomem(err);
	}
	if (path && pr_file_exists(path))
		(void)read_token_file(path, &settings->token, NULL);
	return 0;
}

static int set_login(struct pr_vault_settings *settings, const char *path, const char *names[2],
	const char *values[2], struct pr_err *err)
{
	settings->login = pr_text_dup(path);
	settings->body = json_object();
	if (!settings->login || !settings->body)
		return pr_fail_nomem(err);
	for (size_t i = 0; i < 2; i++)
		if (pr_json_set(settings->body, names[i],
			    pr_json_text(values[i], strlen(values[i])), err))
			return PR_ENOMEM;
	return 0;
}

static int use_role(
	struct pr_vault_settings *settings, const json_t *configuration, struct pr_err *err)
{
	PR_AUTO(free) char *id = NULL;
	PR_AUTO(free) char *secret = NULL;
	int rc = read_member(configuration, "vault_role_id", "", &id, err);

	if (!rc)
		rc = read_member(configuration, "vault_role_secret", "", &secret, err);
	if (!rc)
		rc = pr_redact_add(secret, err);
	if (rc)
		return rc;
	return set_login(settings, "auth/approle/login", (const char *[2]){"role_id", "secret_id"},
		(const char *[2]){id, secret}, err);
}

static int use_account(
	struct pr_vault_settings *settings, const json_t *configuration, struct pr_err *err)
{
	PR_AUTO(free) char *role = NULL;
	PR_AUTO(free) char *path = NULL;
	PR_AUTO(free) char *mount = NULL;
	PR_AUTO(free) char *token = NULL;
	PR_AUTO(free) char *login = NULL;
	int rc = read_member(configuration, "vault_sa_role", "", &role, err);

	if (!rc)
		rc = read_member(configuration, "vault_sa_token_path", ACCOUNT_TOKEN, &path, err);
	if (!rc)
		rc = read_member(configuration, "vault_k8s_mount_point", "kubernetes", &mount, err);
	if (rc)
		return rc;
	if (read_token_file(path, &token, NULL))
		return pr_fail(err, PR_EINVAL, "Failed to get service account token at: %s", path);
	settings->by_account = true;
	login = pr_text_format("auth/%s/login", mount);
	if (!login)
		return pr_fail_nomem(err);
	return set_login(settings, login, (const char *[2]){"role", "jwt"},
		(const char *[2]){role, token}, err);
}

/* A token goes before an AppRole, and that before a service account. */
static int read_credentials(
	struct pr_vault_settings *settings, const json_t *configuration, struct pr_err *err)
{
	int rc;

	if (json_object_get(configuration, "vault_token")) {
		rc = read_member(configuration, "vault_token", "", &settings->token, err);
		return rc ? rc : pr_redact_add(settings->token, err);
	}
	if (json_object_get(configuration, "vault_role_id") &&
		json_object_get(configuration, "vault_role_secret"))
		return use_role(settings, configuration, err);
	if (json_object_get(configuration, "vault_sa_role"))
		return use_account(settings, configuration, err);
	return read_usual_token(settings, err);
}

static int read_place(
	struct pr_vault_settings *settings, const json_t *configuration, struct pr_err *err)
{
	const char *usual = pr_env_get_set("VAULT_ADDR");
	PR_AUTO(free) char *version = NULL;
	int rc = read_member(configuration, "vault_addr", usual ? usual : USUAL_ADDRESS,
		&settings->address, err);

	if (!rc)
		rc = read_member(configuration, "vault_secrets_mount_point", "secret",
			&settings->mount, err);
	if (!rc)
		rc = read_member(configuration, "vault_kv_version", "2", &version, err);
	if (rc)
		return rc;
	settings->first_version = pr_text_eq(version, "1");
	for (size_t n = strlen(settings->address); n && settings->address[n - 1] == '/'; n--)
		settings->address[n - 1] = '\0';
	rc = read_member(NULL, "", pr_env_get_set("VAULT_NAMESPACE"), &settings->namespace, err);
	return rc ? rc
		  : read_member(NULL, "", pr_env_get_set("VAULT_CACERT"), &settings->ca_file, err);
}

int pr_vault_settings_read(
	struct pr_vault_settings *settings, const json_t *configuration, struct pr_err *err)
{
	int rc = read_place(settings, configuration, err);

	return rc ? rc : read_credentials(settings, configuration, err);
}

void pr_vault_settings_release(struct pr_vault_settings *settings)
{
	free(settings->address);
	free(settings->token);
	free(settings->login);
	json_decref(settings->body);
	free(settings->mount);
	free(settings->namespace);
	free(settings->ca_file);
	*settings = (struct pr_vault_settings){0};
}
