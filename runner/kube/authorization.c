#include "kube/authorization.h"

#include "base/escape.h"
#include "base/log.h"
#include "base/redact.h"
#include "base/text.h"
#include "kube/token.h"

#include <string.h>

#define FRESH_US ((int64_t)60 * 1000000)

static int set_bearer(
	struct pr_kube_authorization *authorization, const char *token, struct pr_err *err)
{
	char *value = pr_text_format("Bearer %s", token);

	if (!value)
		return pr_fail_nomem(err);
	free(authorization->value);
	authorization->value = value;
	return 0;
}

static int set_basic(struct pr_kube_authorization *authorization, struct pr_err *err)
{
	const struct pr_kube_cluster *cluster = authorization->cluster;
	const char *password = cluster->password ? cluster->password : "";
	PR_AUTO(buf) struct pr_buf login = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	PR_AUTO(buf) struct pr_buf value = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	pr_buf_addf(&login, "%s:%s", cluster->username, password);
	pr_buf_adds(&value, "Basic ");
	pr_escape_base64(pr_buf_str(&login), login.len, false, &value);
	if (pr_buf_check(&login, "the login", err) || pr_buf_check(&value, "the login", err))
		return PR_ENOMEM;
	if (pr_redact_add(pr_buf_str(&value) + strlen("Basic "), err))
		return PR_ENOMEM;
	authorization->value = pr_buf_take(&value);
	return authorization->value ? 0 : pr_fail_nomem(err);
}

int pr_kube_authorization_init(struct pr_kube_authorization *authorization,
	const struct pr_kube_cluster *cluster, struct pr_err *err)
{
	memset(authorization, 0, sizeof *authorization);
	authorization->cluster = cluster;
	authorization->end_us = cluster->end_us;
	if (cluster->token_file)
		return 0;
	if (cluster->token) {
		int rc = pr_kube_token_check(cluster->token, "the token", err);

		return rc ? rc : set_bearer(authorization, cluster->token, err);
	}
	return cluster->username ? set_basic(authorization, err) : 0;
}

void pr_kube_authorization_release(struct pr_kube_authorization *authorization)
{
	pr_kube_exec_end(pr_steal(authorization->run));
	free(pr_steal(authorization->value));
	free(pr_steal(authorization->certificate));
	free(pr_steal(authorization->key));
}

static int read_again(
	struct pr_kube_authorization *authorization, int64_t now_us, struct pr_err *err)
{
	PR_AUTO(free) char *token = NULL;
	int rc = pr_kube_token_read(authorization->cluster->token_file, &token, err);

	if (rc)
		return rc;
	authorization->read = true;
	authorization->read_us = now_us;
	return set_bearer(authorization, token, err);
}

int pr_kube_authorization_value(struct pr_kube_authorization *authorization, int64_t now_us,
	const char **ret_value, struct pr_err *err)
{
	bool old = !authorization->read || now_us - authorization->read_us > FRESH_US;
	struct pr_err problem = PR_ERR_INIT;

	if (authorization->cluster->token_file && old &&
		read_again(authorization, now_us, &problem)) {
		if (!authorization->value)
			return pr_fail(err, problem.code, "%s", problem.msg);
		pr_debug("%s: the token of before is used", problem.msg);
	}
	*ret_value = authorization->value;
	return 0;
}

bool pr_kube_authorization_refused(struct pr_kube_authorization *authorization, int64_t now_us)
{
	PR_AUTO(free) char *before = pr_text_dup(authorization->value);

	if (!authorization->cluster->token_file || !before ||
		read_again(authorization, now_us, NULL))
		return false;
	return !pr_text_eq(before, authorization->value);
}

bool pr_kube_authorization_is_given(const struct pr_kube_authorization *authorization)
{
	return authorization->cluster->exec != NULL;
}

bool pr_kube_authorization_is_over(
	const struct pr_kube_authorization *authorization, int64_t wall_us)
{
	return authorization->cluster->exec && wall_us >= authorization->end_us;
}

/* Whether connections can stay what they are. */
static bool is_same(const struct pr_kube_authorization *authorization,
	const struct pr_kube_credentials *credentials)
{
	const struct pr_kube_cluster *cluster = authorization->cluster;
	bool first = !authorization->generation;

	return pr_text_eq(credentials->certificate,
		       first ? cluster->certificate : authorization->certificate) &&
	       pr_text_eq(credentials->key, first ? cluster->key : authorization->key);
}

/* What is not given any more is not sent any more. */
static int take(struct pr_kube_authorization *authorization,
	struct pr_kube_credentials *credentials, struct pr_err *err)
{
	if (credentials->token && set_bearer(authorization, credentials->token, err))
		return PR_ENOMEM;
	if (!credentials->token)
		free(pr_steal(authorization->value));
	authorization->other_certificate = !is_same(authorization, credentials);
	free(authorization->certificate);
	free(authorization->key);
	authorization->certificate = pr_steal(credentials->certificate);
	authorization->key = pr_steal(credentials->key);
	authorization->end_us = credentials->end_us;
	authorization->generation++;
	return 0;
}

static void on_credentials(
	void *arg, struct pr_kube_credentials *credentials, const struct pr_err *err)
{
	struct pr_kube_authorization *authorization = arg;

	authorization->problem = *err;
	if (credentials)
		(void)take(authorization, credentials, &authorization->problem);
	pr_kube_exec_end(pr_steal(authorization->run));
	authorization->fn(authorization->arg);
}

int pr_kube_authorization_renew(struct pr_kube_authorization *authorization, struct pr_loop *loop,
	pr_loop_fn *fn, void *arg, struct pr_err *err)
{
	if (authorization->run)
		return 0;
	authorization->fn = fn;
	authorization->arg = arg;
	return pr_kube_exec_start(authorization->cluster->exec, loop, on_credentials, authorization,
		&authorization->run, err);
}
