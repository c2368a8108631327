#include "client_fixture.h"

/* The system's time, plus what was skipped instead of waited for. */
static int64_t skipped_us;

static int64_t hasty_us(void *ctx)
{
	(void)ctx;
	return pr_clock_system()->monotonic_us(NULL) + skipped_us;
}

static int64_t hasty_wall_us(void *ctx)
{
	(void)ctx;
	return pr_clock_system()->wall_us(NULL) + skipped_us;
}

static void skip_time(void *ctx, int64_t us)
{
	(void)ctx;
	skipped_us += us;
}

void client_skip(int64_t us)
{
	skipped_us += us;
}

static const struct pr_clock hasty = {
	.monotonic_us = hasty_us, .wall_us = hasty_wall_us, .skip = skip_time};

int client_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	*state = f;
	return f ? pr_loop_new(&hasty, &f->loop, NULL) : -1;
}

/* One call to the server of the fixture, as `cluster` has it. */
int client_call_as(struct fixture *f, struct pr_kube_cluster *cluster,
	const struct pr_kube_request *request, struct pr_kube_result *result, struct pr_err *err)
{
	char origin[] = "~/.kube/config, context dev";
	struct pr_kube_client *client = NULL;
	int rc;

	cluster->origin = origin;
	cluster->server = f->url;
	memset(err, 0, sizeof *err);
	memset(result, 0, sizeof *result);
	rc = pr_kube_client_new(f->loop, cluster, &client, err);
	rc = rc ? rc : pr_kube_call(client, request, result, err);
	pr_kube_client_free(client);
	return rc;
}

int client_call(struct fixture *f, const struct pr_kube_request *request,
	struct pr_kube_result *result, struct pr_err *err)
{
	struct pr_kube_cluster cluster = {0};

	return client_call_as(f, &cluster, request, result, err);
}
