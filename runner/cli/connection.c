#include "cli/connection.h"

#include "base/text.h"
#include "cli/console.h"
#include "codec/pyvalue.h"

const struct pr_refusals pr_refusals_of_plans = {
	.missing = "plan not found",
	.unauthorized = "not authorized. please verify your token or org",
};

static int open_service(struct pr_connection *connection, const struct pr_args *args,
	bool organization, struct pr_err *err)
{
	struct pr_service *service = &connection->service;
	const char *ca_file = pr_args_value(args, "ca-file");
	int rc = pr_service_load(pr_args_value(args, "config"), service, err);

	if (!rc && connection->token)
		rc = pr_service_set_token(service, connection->token, "as it was given", err);
	if (!rc)
		rc = pr_service_require(service, organization, err);
	if (rc)
		return rc;
	if (!organization)
		free(pr_steal(service->organization));
	service->ca_file = ca_file ? pr_text_dup(ca_file) : NULL;
	return ca_file && !service->ca_file ? pr_fail_nomem(err) : 0;
}

int pr_connection_open(struct pr_connection *connection, const struct pr_args *args,
	bool organization, struct pr_err *err)
{
	int rc = open_service(connection, args, organization, err);

	if (!rc)
		rc = pr_loop_new(NULL, &connection->loop, err);
	if (!rc)
		rc = pr_signals_watch(&connection->signals, connection->loop, err);
	return rc ? rc
		  : pr_platform_new(
			    connection->loop, &connection->service, &connection->platform, err);
}

void pr_connection_close(struct pr_connection *connection)
{
	pr_platform_free(pr_steal(connection->platform));
	pr_service_release(&connection->service);
	pr_loop_free(pr_steal(connection->loop));
}

void pr_refusal_add(
	const struct pr_reply *reply, const struct pr_refusals *refusals, struct pr_buf *out)
{
	if (reply->status < 400)
		return;
	if (reply->status == 404 && refusals->missing) {
		pr_buf_adds(out, refusals->missing);
	} else if (reply->status == 401) {
		pr_buf_adds(out, refusals->unauthorized);
	} else if (reply->body) {
		pr_buf_addf(out, "unexpected error: %ld: ", reply->status);
		pr_value_repr(reply->body, out);
	} else {
		pr_buf_adds(out, reply->message);
	}
}

int pr_connection_get(struct pr_connection *connection, const char *path,
	const struct pr_refusals *refusals, json_t **ret_answer, struct pr_err *err)
{
	PR_AUTO(reply) struct pr_reply reply = {.code = PR_OK};
	PR_AUTO(buf) struct pr_buf refusal = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (pr_ask(&connection->signals, connection->platform, "GET", path, NULL, &reply)) {
		pr_refusal_add(&reply, refusals, &refusal);
		if (refusal.len)
			pr_print("%s\n", pr_buf_str(&refusal));
		else
			pr_fail(err, reply.code, "%s", reply.message);
		return reply.code;
	}
	*ret_answer = json_incref(reply.body);
	return 0;
}

void pr_connection_complain(const struct pr_context *context, const struct pr_service *service,
	const struct pr_err *err)
{
	const char *host = service->host ? service->host : "";

	if (err->code != PR_EAUTH || (service->token && service->organization)) {
		pr_complain(context, "%s", err->msg);
		return;
	}
	pr_print_error("%s\n", err->msg);
	if (!service->token)
		pr_print_error("You can get or create a token on your profile page here: "
			       "%s/settings/tokens/\n",
			host);
	else
		pr_print_error("You can find this identifier on your profile page here: "
			       "%s/settings/profile/\n",
			host);
}
