#include "kube/connection.h"

#include <stdlib.h>

static void free_one(struct pr_kube_connection *connection)
{
	pr_http_client_free(connection->http);
	free(connection);
}

void pr_kube_connection_free(struct pr_kube_connection *connection)
{
	struct pr_kube_connection *former;

	for (; connection; connection = former) {
		former = connection->former;
		free_one(connection);
	}
}

static int open_http(struct pr_loop *loop, const struct pr_kube_authorization *authorization,
	struct pr_http_client **ret_http, struct pr_err *err)
{
	const struct pr_kube_cluster *cluster = authorization->cluster;
	const bool given = authorization->generation > 0;
	const struct pr_http_policy policy = {.verify_tls = !cluster->insecure,
		.keep_alive = true,
		.ca = cluster->ca,
		.certificate = given ? authorization->certificate : cluster->certificate,
		.key = given ? authorization->key : cluster->key,
		.server_name = cluster->server_name,
		.proxy = cluster->proxy};

	return pr_http_client_new(loop, &policy, ret_http, err);
}

static void sweep(struct pr_kube_connection *connection)
{
	struct pr_kube_connection **at = &connection->former;

	while (*at) {
		struct pr_kube_connection *former = *at;

		if (former->calls) {
			at = &former->former;
			continue;
		}
		*at = former->former;
		free_one(former);
	}
}

int pr_kube_connection_renew(struct pr_kube_connection **connection, struct pr_loop *loop,
	const struct pr_kube_authorization *authorization, struct pr_err *err)
{
	struct pr_kube_connection *fresh = calloc(1, sizeof *fresh);
	int rc;

	if (!fresh)
		return pr_fail_nomem(err);
	rc = open_http(loop, authorization, &fresh->http, err);
	if (rc) {
		free(fresh);
		return rc;
	}
	fresh->former = *connection;
	*connection = fresh;
	sweep(fresh);
	return 0;
}
