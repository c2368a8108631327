#include "activity/vault.h"

#include "activity/vault_settings.h"
#include "base/log.h"
#include "base/redact.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/json_write.h"
#include "net/http.h"
#include "net/url.h"

#include <stdint.h>
#include <string.h>

#define CONNECT_MS 10000
#define TOTAL_MS 30000
#define ANSWER_MAX ((size_t)4 << 20)
#define REDIRECTS_MAX 5

/* A definition and where its value goes. */
struct slot {
	json_t *parent; /* an object; owned, as all below */
	char *key;
	json_t *definition;
};

struct pr_vault {
	struct pr_activity_env env;
	struct pr_vault_settings settings;
	struct pr_http_client *client;
	struct pr_http_call *call;
	char *url; /* of the call */
	struct slot *slots;
	size_t count;
	size_t cap;
	size_t next; /* the slot whose turn it is */
	struct pr_task task;
	struct pr_err error;
	pr_vault_fn *fn;
	void *arg;
};

static void on_turn(void *arg);

static int add_slot(struct pr_vault *vault, json_t *parent, const char *key, json_t *definition)
{
	struct slot *slot;

	if (vault->count == vault->cap) {
		size_t cap = vault->cap ? vault->cap * 2 : 8;
		struct slot *slots = reallocarray(vault->slots, cap, sizeof *slots);

		if (!slots)
			return PR_ENOMEM;
		vault->slots = slots;
		vault->cap = cap;
	}
	slot = &vault->slots[vault->count];
	slot->key = pr_text_dup(key);
	if (!slot->key)
		return PR_ENOMEM;
	slot->parent = json_incref(parent);
	slot->definition = json_incref(definition);
	vault->count++;
	return 0;
}

/* All definitions below `object`, but those in the members that `left_out` has, too. */
static int find_slots(struct pr_vault *vault, json_t *object, const json_t *left_out)
{
	const char *key;
	json_t *member;
	int rc = 0;

	json_object_foreach (object, key, member) {
		if (rc || json_object_get(left_out, key))
			continue;
		if (pr_text_eq(pr_json_str(member, "type"), "vault"))
			rc = add_slot(vault, object, key, member);
		else if (json_is_object(member))
			rc = find_slots(vault, member, NULL);
	}
	return rc;
}

static void on_given_up(void *arg)
{
	struct pr_vault *vault = arg;

	vault->fn(vault->arg, &vault->error);
}

/* In a turn of its own: who hears of it frees the client, whose callback this may be. */
static void give_up(struct pr_vault *vault)
{
	pr_task_post(vault->env.loop, &vault->task, on_given_up, vault);
}

static int register_texts(const json_t *value, struct pr_err *err)
{
	const char *key;
	json_t *item;
	size_t i;
	int rc = json_is_string(value) ? pr_redact_add(json_string_value(value), err) : 0;

	json_object_foreach (pr_json_mutable(value), key, item) {
		rc = rc ? rc : register_texts(item, err);
	}
	json_array_foreach (value, i, item) {
		rc = rc ? rc : register_texts(item, err);
	}
	return rc;
}

/* Why there is no such answer as we asked for, with what Vault says itself. */
static int fail_with_answer(const struct pr_vault *vault, const struct pr_http_response *response,
	const json_t *body, struct pr_err *err)
{
	const json_t *errors = json_object_get(body, "errors");
	const char *said = json_string_value(json_array_get(errors, 0));

	if (response->failure)
		return pr_fail(err, PR_ENET, "%s: %s", vault->url, response->detail);
	if (response->status == 200)
		return pr_fail(err, PR_EPROTO, "%s: the answer is not one of Vault", vault->url);
	return pr_fail(err, PR_EPROTO, "%s: status %ld%s%s", vault->url, response->status,
		said ? ", " : "", said ? said : "");
}

/* The object that a good answer holds at `first`, and in that at `second` (NULL: it itself). */
static int read_answer(const struct pr_vault *vault, const struct pr_http_response *response,
	const char *first, const char *second, json_t **ret_value, struct pr_err *err)
{
	json_auto_t *body = NULL;
	json_t *value;

	if (!response->failure)
		(void)pr_json_parse(pr_buf_str(&response->body), response->body.len, "Vault",
			vault->env.limits, &body, NULL);
	value = pr_json_object(body, first);
	if (second)
		value = pr_json_object(value, second);
	if (response->failure || response->status != 200 || !value)
		return fail_with_answer(vault, response, body, err);
	*ret_value = json_incref(value);
	return 0;
}

/*
 * A standby points to the active node, to which the token goes, too, as with hvac and Vault's own
 * client; but never from https to http.
 */
static int ask(struct pr_vault *vault, const char *path, const char *body, pr_http_fn *fn,
	struct pr_err *err)
{
	const struct pr_vault_settings *settings = &vault->settings;
	struct pr_http_header headers[4] = {{"X-Vault-Request", "true"}};
	struct pr_http_request request = {.method = body ? "POST" : "GET",
		.headers = headers,
		.header_count = 1,
		.body = body,
		.body_len = body ? strlen(body) : 0,
		.connect_ms = CONNECT_MS,
		.total_ms = TOTAL_MS,
		.body_max = ANSWER_MAX,
		.redirects = REDIRECTS_MAX,
		.secure = true};

	if (settings->token)
		headers[request.header_count++] =
			(struct pr_http_header){"X-Vault-Token", settings->token};
	if (settings->namespace)
		headers[request.header_count++] =
			(struct pr_http_header){"X-Vault-Namespace", settings->namespace};
	if (body)
		headers[request.header_count++] =
			(struct pr_http_header){"Content-Type", "application/json"};
	free(vault->url);
	vault->url = pr_text_format("%s/v1/%s", settings->address, path);
	if (!vault->url)
		return pr_fail_nomem(err);
	request.url = vault->url;
	pr_http_call_free(pr_steal(vault->call));
	return pr_http_start(vault->client, &request, fn, vault, &vault->call, err);
}

static void on_login(void *arg, const struct pr_http_response *response)
{
	struct pr_vault *vault = arg;
	json_auto_t *auth = NULL;
	struct pr_err err = PR_ERR_INIT;
	const char *token;
	int rc = read_answer(vault, response, "auth", NULL, &auth, &err);

	token = pr_json_str(auth, "client_token");
	if (!rc && !token)
		rc = pr_fail(&err, PR_EPROTO, "%s: the answer has no token", vault->url);
	if (rc) {
		pr_fail(&vault->error, PR_EINVAL,
			vault->settings.by_account
				? "Failed to connect to Vault using service account with errors: "
				  "'%s'"
				: "Failed to connect to Vault with the AppRole: %s",
			err.msg);
		give_up(vault);
		return;
	}
	vault->settings.token = pr_text_dup(token);
	if (!vault->settings.token || pr_redact_add(token, &vault->error)) {
		pr_fail_nomem(&vault->error);
		give_up(vault);
		return;
	}
	pr_task_post(vault->env.loop, &vault->task, on_turn, vault);
}

static int log_in(struct pr_vault *vault, struct pr_err *err)
{
	PR_AUTO(free) char *body = pr_json_line(vault->settings.body);

	return body ? ask(vault, vault->settings.login, body, on_login, err) : pr_fail_nomem(err);
}

/* The value that a definition has by the secret at its path. New reference. */
static json_t *value_of(
	const struct pr_vault *vault, const json_t *definition, json_t *data, struct pr_err *err)
{
	const char *key = pr_json_str(definition, "key");
	json_t *value = key ? json_object_get(data, key) : data;

	if (!value)
		pr_fail(err, PR_EINVAL, "%s: the secret has no key '%s'", vault->url, key);
	return json_incref(value);
}

static int take_secret(
	struct pr_vault *vault, const struct pr_http_response *response, struct pr_err *err)
{
	const struct slot *slot = &vault->slots[vault->next];
	json_auto_t *data = NULL;
	json_auto_t *value = NULL;
	int rc = read_answer(
		vault, response, "data", vault->settings.first_version ? NULL : "data", &data, err);

	if (rc)
		return rc;
	value = value_of(vault, slot->definition, data, err);
	if (!value)
		return PR_EINVAL;
	rc = register_texts(value, err);
	return rc ? rc : pr_json_set(slot->parent, slot->key, pr_steal(value), err);
}

static void on_secret(void *arg, const struct pr_http_response *response)
{
	struct pr_vault *vault = arg;
	struct pr_err err = PR_ERR_INIT;

	if (take_secret(vault, response, &err)) {
		pr_fail(&vault->error, PR_EINVAL, "Failed to fetch the secret '%s' from Vault: %s",
			vault->slots[vault->next].key, err.msg);
		give_up(vault);
		return;
	}
	vault->next++;
	pr_task_post(vault->env.loop, &vault->task, on_turn, vault);
}

/* Percent-encodes a path, whose slashes stay. */
static void add_path(struct pr_buf *out, const char *path)
{
	path += strspn(path, "/");
	while (*path) {
		size_t n = strcspn(path, "/");

		pr_url_encode(path, n, out);
		path += n;
		if (*path)
			pr_buf_addc(out, *path++);
	}
}

static int fetch(struct pr_vault *vault, const char *path, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf whole = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	add_path(&whole, vault->settings.mount);
	pr_buf_adds(&whole, vault->settings.first_version ? "/" : "/data/");
	add_path(&whole, path);
	if (whole.status)
		return pr_fail_nomem(err);
	return ask(vault, pr_buf_str(&whole), NULL, on_secret, err);
}

/* Past the definitions without a path, each of which stands for nothing (docs/engine.md 3.4). */
static const char *next_path(struct pr_vault *vault)
{
	for (; vault->next < vault->count; vault->next++) {
		const struct slot *slot = &vault->slots[vault->next];
		const char *path = pr_json_str(slot->definition, "path");

		if (path)
			return path;
		pr_warn("Missing Vault secret path for '%s'", slot->key);
		if (pr_json_set(slot->parent, slot->key, json_object(), &vault->error))
			return NULL;
	}
	return NULL;
}

static void on_turn(void *arg)
{
	struct pr_vault *vault = arg;
	const char *path = next_path(vault);
	int rc = vault->error.code;

	if (!rc && !path) {
		vault->fn(vault->arg, NULL);
		return;
	}
	if (!rc)
		rc = vault->settings.login && !vault->settings.token
			     ? log_in(vault, &vault->error)
			     : fetch(vault, path, &vault->error);
	if (rc)
		give_up(vault);
}

/* Also where nothing is fetched with them. */
static int register_credentials(const json_t *configuration, struct pr_err *err)
{
	static const char *const keys[] = {"vault_token", "vault_role_secret"};
	int rc = 0;

	for (size_t i = 0; !rc && i < PR_LEN(keys); i++)
		rc = register_texts(json_object_get(configuration, keys[i]), err);
	return rc;
}

static int connect_vault(struct pr_vault *vault, struct pr_err *err)
{
	struct pr_http_policy policy = {.verify_tls = true, .keep_alive = true};
	int rc = pr_vault_settings_read(&vault->settings, vault->env.scope.configuration, err);

	policy.ca_file = vault->settings.ca_file ? vault->settings.ca_file : vault->env.ca_file;
	return rc ? rc : pr_http_client_new(vault->env.loop, &policy, &vault->client, err);
}

int pr_vault_start(const struct pr_activity_env *env, json_t *secrets, const json_t *overrides,
	pr_vault_fn *fn, void *arg, struct pr_vault **ret_vault, struct pr_err *err)
{
	struct pr_vault *vault = calloc(1, sizeof *vault);
	int rc;

	if (!vault)
		return pr_fail_nomem(err);
	vault->env = *env;
	vault->fn = fn;
	vault->arg = arg;
	rc = register_credentials(env->scope.configuration, err);
	if (!rc && find_slots(vault, secrets, overrides))
		rc = pr_fail_nomem(err);
	if (!rc && vault->count)
		rc = connect_vault(vault, err);
	if (rc) {
		pr_vault_free(vault);
		return rc;
	}
	pr_task_post(env->loop, &vault->task, on_turn, vault);
	*ret_vault = vault;
	return 0;
}

void pr_vault_free(struct pr_vault *vault)
{
	if (!vault)
		return;
	pr_task_cancel(&vault->task);
	pr_http_call_free(vault->call);
	pr_http_client_free(vault->client);
	for (size_t i = 0; i < vault->count; i++) {
		json_decref(vault->slots[i].parent);
		json_decref(vault->slots[i].definition);
		free(vault->slots[i].key);
	}
	free(vault->slots);
	free(vault->url);
	pr_vault_settings_release(&vault->settings);
	free(vault);
}
