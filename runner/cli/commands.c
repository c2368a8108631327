#include "cli/commands.h"
#include "cli/global_options.h"

static const struct pr_command *const commands[] = {
	&pr_command_run,
	&pr_command_validate,
	&pr_command_recover,
	&pr_command_service,
	&pr_command_config,
	&pr_command_report,
	&pr_command_doctor,
	&pr_command_action,
	&pr_command_version,
	&pr_command_completion,
	&pr_command_man,
};

#define EXIT "EXIT STATUS"
#define ENVIRONMENT "ENVIRONMENT"
#define FILES "FILES"

static const struct pr_manual manual[] = {
	{EXIT, "0", "Completed, not deviated; valid; done."},
	{EXIT, "1",
		"Deviated; or plan, environment, experiment or credentials were refused. Of run "
		"also: "
		"failed or interrupted."},
	{EXIT, "2",
		"The command line is wrong. Of a plan also: the run did not complete, the "
		"experiment "
		"was refused, the execution could not be created. Of action: an error."},
	{ENVIRONMENT, "RELIABLY_SERVICE_HOST", "Address of the platform."},
	{ENVIRONMENT, "RELIABLY_SERVICE_TOKEN, RELIABLY_SERVICE_TOKEN_FILE",
		"Token of the platform, or a file that holds it."},
	{ENVIRONMENT, "RELIABLY_ORGANIZATION_ID", "UUID of the organisation."},
	{ENVIRONMENT, "RELIABLY_PLAN_ID", "Plan that a call without arguments executes."},
	{ENVIRONMENT, "RELIABLY_VERIFY_TLS", "0, false, no, off: TLS is not verified."},
	{ENVIRONMENT, "PLAN_RUNNER_CA_FILE, SSL_CERT_FILE, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE",
		"Certificates of the authorities to trust; the first counts."},
	{ENVIRONMENT, "http_proxy, https_proxy, no_proxy", "Proxies, for every call."},
	{ENVIRONMENT, "RELIABLY_CLI_CONFIG, CHAOSTOOLKIT_CONFIG_PATH",
		"Another configuration file; another settings file."},
	{ENVIRONMENT,
		"RELIABLY_CLI_HYPOTHESIS_STRATEGY, RELIABLY_CLI_ROLLBACK_STRATEGY, "
		"RELIABLY_CLI_DRY_STRATEGY",
		"Strategies of a plan, over those of its experiment."},
	{ENVIRONMENT, "RELIABLY_EXECUTION_EXTRA", "JSON list that is stored with the execution."},
	{ENVIRONMENT, "CHAOSTOOLKIT_LOADER_AUTH_BEARER_TOKEN",
		"Token for an experiment that is fetched."},
	{ENVIRONMENT, "PLAN_RUNNER_SPOOL", "Folder of what could not be reported."},
	{ENVIRONMENT, "PLAN_RUNNER_CALL_TIMEOUT",
		"How long one call to the platform may take (30s)."},
	{ENVIRONMENT, "PLAN_RUNNER_REPORT_DEADLINE", "How long the closing calls may take (60s)."},
	{ENVIRONMENT, "PLAN_RUNNER_GRACE", "How soon after a signal the program may be killed."},
	{ENVIRONMENT, "PLAN_RUNNER_POLL", "How often the user's orders are looked for (2s)."},
	{ENVIRONMENT, "OTEL_EXPORTER_OTLP_ENDPOINT",
		"Where traces go; the others of OpenTelemetry's variables are read, too."},
	{ENVIRONMENT, "SLACK_CHANNEL", "The channel that is told of a run."},
	{ENVIRONMENT, "SLACK_BOT_TOKEN", "Slack's token for that."},
	{ENVIRONMENT, "PLAN_RUNNER_SLACK_URL", "In place of https://slack.com/api."},
	{ENVIRONMENT, "HONEYCOMB_API_KEY", "Shows a reported run as a marker of Honeycomb."},
	{ENVIRONMENT, "PLAN_RUNNER_HONEYCOMB_URL", "In place of https://api.honeycomb.io."},
	{ENVIRONMENT, "PLAN_RUNNER_STATE",
		"Where default files go when the present folder is read-only."},
	{FILES, "~/.config/reliably/config.toml", "Configuration: host, token, organisation."},
	{FILES, "~/.chaostoolkit/settings.yaml", "Settings."},
	{FILES, "~/.local/state/plan-runner/spool",
		"What could not be reported; delivered by the next run."},
	{FILES, "$TMPDIR, /tmp, /dev/shm", "Secret files of a plan, in a private folder."},
};

const struct pr_command pr_commands_runner = {
	.name = "plan-runner",
	.summary = "Runs chaos experiments and plans, reports them, and loses nothing.",
	PR_OPTIONS(pr_global_options),
	PR_COMMANDS(commands),
	PR_MANUAL(manual),
};
