#include "platform/service.h"

#include "base/env.h"
#include "base/file.h"
#include "base/log.h"
#include "base/redact.h"
#include "base/text.h"
#include "base/uuid.h"
#include "codec/json.h"
#include "codec/toml.h"
#include "net/tls.h"
#include "net/url.h"

#include <string.h>

#define CONFIG_MAX ((size_t)1 << 20)
#define TOKEN_FILE_MAX ((size_t)64 << 10)

#define TOKEN "RELIABLY_SERVICE_TOKEN"
#define TOKEN_FILE "RELIABLY_SERVICE_TOKEN_FILE"

static const char default_host[] = "http://localhost:8090";

char *pr_service_config_path(const char *given)
{
	const char *variable = pr_env_get_set("RELIABLY_CLI_CONFIG");
	const char *xdg = pr_env_get_set("XDG_CONFIG_HOME");
	PR_AUTO(free) char *home = NULL;

	if (variable || given)
		return pr_file_expand_home(variable ? variable : given);
	if (xdg)
		return pr_file_join(xdg, "reliably/config.toml");
	home = pr_env_home();
	return home ? pr_file_join(home, ".config/reliably/config.toml") : NULL;
}

static int read_config(const char *given, json_t **ret_config, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(CONFIG_MAX);
	PR_AUTO(free) char *path = pr_service_config_path(given);

	*ret_config = NULL;
	if (!path || !pr_file_exists(path))
		return 0;
	if (pr_file_read(path, &text, err))
		return pr_wrap(err, "configuration");
	return pr_toml_parse(pr_buf_str(&text), text.len, path, ret_config, err);
}

/* A member of the file; as with variables, an empty text counts as absent. */
static const char *file_value(const json_t *config, const char *section, const char *key)
{
	const char *value = pr_json_str(pr_json_object(config, section), key);

	return value && *value ? value : NULL;
}

/* White space around it is what an editor or a shell added; a header can carry visible ASCII. */
int pr_service_set_token(
	struct pr_service *service, const char *text, const char *source, struct pr_err *err)
{
	PR_AUTO(free) char *copy = pr_text_dup(text);
	const char *token = copy ? pr_text_trim(copy) : NULL;

	if (!token)
		return pr_fail_nomem(err);
	if (!*token)
		return 0;
	if (pr_redact_add(token, err))
		return PR_ENOMEM;
	for (const char *p = token; *p; p++)
		if (*p <= ' ' || *p > '~')
			return pr_fail(err, PR_EINVAL,
				"the service token (%s) has a character that cannot be sent at "
				"position %zu",
				source, (size_t)(p - token) + 1);
	free(service->token);
	service->token = pr_text_dup(token);
	return service->token ? 0 : pr_fail_nomem(err);
}

static int take_token_file(struct pr_service *service, const char *path, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(TOKEN_FILE_MAX);

	if (pr_file_read(path, &text, err))
		return pr_wrap(err, TOKEN_FILE);
	return pr_service_set_token(service, pr_buf_str(&text), TOKEN_FILE, err);
}

static int choose_token(struct pr_service *service, const json_t *config, struct pr_err *err)
{
	const char *token = pr_env_get_any_case(TOKEN);
	const char *path = pr_env_get_set(TOKEN_FILE);

	if (token && path)
		pr_warn("Both " TOKEN " and " TOKEN_FILE " are set: the former counts");
	if (token)
		return pr_service_set_token(service, token, TOKEN, err);
	if (path && take_token_file(service, path, err))
		return PR_EINVAL;
	token = file_value(config, "service", "token");
	return token && !service->token
		       ? pr_service_set_token(service, token, "in the configuration file", err)
		       : 0;
}

/*
 * A Kubernetes service named `reliably` puts RELIABLY_SERVICE_HOST=<address> and _PORT into every
 * pod of its namespace (docs/protocol.md 1.5): such a host has no scheme, and the file knows
 * better.
 */
static char *choose_host(struct pr_service *service, const json_t *config)
{
	const char *variable = pr_env_get_any_case("RELIABLY_SERVICE_HOST");
	const char *port = pr_env_get_set("RELIABLY_SERVICE_PORT");
	const char *file = file_value(config, "service", "host");

	service->host_is_default = !variable && !file;
	if (variable && !strstr(variable, "://") && port)
		return file ? pr_text_dup(file) : pr_text_format("http://%s:%s", variable, port);
	if (variable)
		return pr_text_dup(variable);
	return pr_text_dup(file ? file : default_host);
}

int pr_service_check_host(const char *host, struct pr_err *err)
{
	static const char path[] = "/api/v1";
	size_t n = strlen(host);

	/* no secret may be in it: it is written into workflows, manifests and messages */
	if (pr_url_has_login(host))
		return pr_fail(err, PR_EINVAL,
			"leave out the user and the password before the '@' of the address: it is "
			"the token that is sent");
	if (host[strcspn(host, "?#")])
		return pr_fail(err, PR_EINVAL,
			"leave out what begins with '%c' in the address: paths are added to it",
			host[strcspn(host, "?#")]);
	while (n && host[n - 1] == '/')
		n--;
	if (n >= strlen(path) && strncmp(host + n - strlen(path), path, strlen(path)) == 0)
		return pr_fail(err, PR_EINVAL, "leave out the '%s' of '%s': it is added to it",
			path, host);
	return pr_url_check(host, err);
}

static int set_host(struct pr_service *service, const json_t *config, struct pr_err *err)
{
	size_t n;

	service->host = choose_host(service, config);
	if (!service->host)
		return pr_fail_nomem(err);
	for (n = strlen(service->host); n && service->host[n - 1] == '/'; n--)
		service->host[n - 1] = '\0';
	return pr_service_check_host(service->host, err) ? pr_wrap(err, "RELIABLY_SERVICE_HOST")
							 : 0;
}

static int set_organization(struct pr_service *service, const json_t *config, struct pr_err *err)
{
	const char *id = pr_env_get_any_case("RELIABLY_ORGANIZATION_ID");
	char canonical[PR_UUID_SIZE];

	if (!id)
		id = file_value(config, "organization", "id");
	if (!id)
		return 0;
	if (pr_uuid_parse(id, canonical, err))
		return pr_wrap(err, "RELIABLY_ORGANIZATION_ID");
	service->organization = pr_text_dup(canonical);
	return service->organization ? 0 : pr_fail_nomem(err);
}

static int set_call_time(struct pr_service *service, struct pr_err *err)
{
	const char *text = pr_env_get_set("PLAN_RUNNER_CALL_TIMEOUT");

	if (text && pr_text_duration_ms(text, &service->call_ms, err))
		return pr_wrap(err, "PLAN_RUNNER_CALL_TIMEOUT");
	return 0;
}

int pr_service_load(const char *config, struct pr_service *service, struct pr_err *err)
{
	json_auto_t *file = NULL;

	*service = (struct pr_service){.verify_tls = pr_tls_verify("RELIABLY_VERIFY_TLS",
					       pr_env_get("RELIABLY_VERIFY_TLS"))};
	if (read_config(config, &file, err) || choose_token(service, file, err) ||
		set_host(service, file, err) || set_organization(service, file, err) ||
		set_call_time(service, err))
		return err && err->code ? (int)err->code : PR_EINVAL;
	return 0;
}

int pr_service_require(const struct pr_service *service, bool organization, struct pr_err *err)
{
	if (!service->token)
		return pr_fail(err, PR_EAUTH,
			"Please set the service token in the configuration or as "
			"RELIABLY_SERVICE_TOKEN.");
	if (organization && !service->organization)
		return pr_fail(err, PR_EAUTH,
			"Please set the organization id in the configuration or as "
			"RELIABLY_ORGANIZATION_ID.");
	return 0;
}

void pr_service_release(struct pr_service *service)
{
	free(service->host);
	free(service->token);
	free(service->organization);
	free(service->ca_file);
	*service = (struct pr_service){0};
}
