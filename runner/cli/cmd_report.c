#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/execution.h"
#include "codec/json.h"
#include "platform/delivery.h"
#include "platform/spool.h"

#define US_PER_S ((int64_t)1000000)
#define DEADLINE_S 60

/* Delivering what the spool holds for one host and organisation. */
struct resend {
	struct pr_context *context;
	struct pr_signals signals;
	struct pr_loop *loop;
	struct pr_service service;
	struct pr_platform *platform;
	struct pr_delivery_result result;
	size_t delivered;
	size_t kept;
};

static void auto_resend(struct resend *resend)
{
	pr_platform_free(resend->platform);
	pr_service_release(&resend->service);
	pr_loop_free(resend->loop);
}

static void on_delivered(void *arg, const struct pr_delivery_result *result)
{
	struct resend *resend = arg;

	resend->result = *result;
	pr_loop_stop(resend->loop);
}

static bool is_ours(const struct resend *resend, const json_t *document)
{
	return pr_text_eq(pr_json_str(document, "host"), resend->service.host) &&
	       pr_text_eq(pr_json_str(document, "organization"), resend->service.organization);
}

static int deliver(void *arg, struct pr_spool_entry *entry)
{
	struct resend *resend = arg;
	const char *execution = pr_json_str(entry->document, "execution");
	int64_t deadline_us = pr_loop_now_us(resend->loop) + DEADLINE_S * US_PER_S;
	struct pr_delivery *delivery = NULL;

	if (!is_ours(resend, entry->document)) {
		pr_print("%s: of another host or organization, kept\n", execution);
		resend->kept++;
		return 0;
	}
	resend->result = (struct pr_delivery_result){.message = "interrupted"};
	if (pr_delivery_start(resend->platform, entry->document, deadline_us, on_delivered, resend,
		    &delivery, NULL) ||
		pr_loop_run(resend->loop, NULL))
		return PR_ENOMEM;
	pr_delivery_free(delivery);
	if (resend->result.delivered) {
		pr_print("%s: delivered\n", execution);
		pr_spool_remove(entry);
		resend->delivered++;
	} else {
		pr_print("%s: kept, %s\n", execution, resend->result.message);
		resend->kept++;
	}
	return resend->signals.received ? PR_ECANCELED : 0;
}

static int run_resend(struct pr_context *context, const struct pr_args *args)
{
	__attribute__((cleanup(auto_resend))) struct resend resend = {.context = context};
	struct pr_err err = PR_ERR_INIT;
	int rc = pr_loop_new(NULL, &resend.loop, &err);

	if (!rc)
		rc = pr_signals_watch(&resend.signals, resend.loop, &err);
	if (!rc)
		rc = pr_service_load(pr_args_value(args, "config"), &resend.service, &err);
	if (!rc)
		rc = pr_service_require(&resend.service, true, &err);
	if (!rc)
		rc = pr_platform_new(resend.loop, &resend.service, &resend.platform, &err);
	if (!rc)
		rc = pr_spool_each(deliver, &resend, &err);
	if (rc && err.code != PR_OK)
		pr_complain(context, "%s", err.msg);
	pr_print("%zu delivered, %zu kept\n", resend.delivered, resend.kept);
	return rc || resend.kept ? PR_EXIT_DEVIATED : PR_EXIT_OK;
}

static const struct pr_option resend_options[] = {
	{"config", 0, PR_OPTION_VALUE, "PATH", "Configuration (~/.config/reliably/config.toml).",
		NULL},
};

static const struct pr_command resend_command = {.name = "resend",
	.summary = "Deliver what could not be reported before.",
	PR_OPTIONS(resend_options),
	.run = run_resend};

static const struct pr_command *const report_commands[] = {&resend_command};

const struct pr_command pr_command_report = {
	.name = "report", .summary = "Reports to the platform.", PR_COMMANDS(report_commands)};
