#include "control/otlp_settings.h"

#include "base/env.h"
#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "control/credential.h"
#include "net/url.h"

#include <string.h>

#define DEFAULT_URL "http://localhost:4318"
#define TRACES_PATH "/v1/traces"
#define TIMEOUT_MS 10000
#define TIMEOUT_MAX_MS 60000
#define MS_PER_S 1000

/* OTEL_EXPORTER_OTLP_TRACES_<name>, else OTEL_EXPORTER_OTLP_<name>; NULL: neither. */
static const char *exporter_variable(const char *name)
{
	PR_AUTO(free) char *own = pr_text_format("OTEL_EXPORTER_OTLP_TRACES_%s", name);
	PR_AUTO(free) char *all = pr_text_format("OTEL_EXPORTER_OTLP_%s", name);
	const char *value = own ? pr_env_get_set(own) : NULL;

	return value || !all ? value : pr_env_get_set(all);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undoes percent-encoding in place; what is none stays. */
static void decode(char *text)
{
	char *to = text;

	for (; *text; text++) {
		int high = *text == '%' ? hex_digit(text[1]) : -1;
		int low = high >= 0 ? hex_digit(text[2]) : -1;

		if (low >= 0 && (high || low)) {
			*to++ = (char)(high << 4 | low);
			text += 2;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

typedef int pair_fn(struct pr_otlp_settings *settings, const char *key, const char *value);

/* Goes through "k=v,k=v", both percent-encoded. `name` is the variable's, for the log. */
static int read_pairs(
	struct pr_otlp_settings *settings, const char *list, const char *name, pair_fn *fn)
{
	PR_AUTO(free) char *copy = pr_text_dup(list);
	char *next = copy;
	int rc = copy ? 0 : PR_ENOMEM;

	while (!rc && next) {
		char *key = strsep(&next, ",");
		char *value = strchr(key, '=');

		if (!value || value == key) {
			if (*pr_text_trim(key))
				pr_warn("%s has a part without a name and a value, which is left "
					"out",
					name);
			continue;
		}
		*value++ = '\0';
		key = pr_text_trim(key);
		value = pr_text_trim(value);
		decode(key);
		decode(value);
		rc = fn(settings, key, value);
	}
	return rc;
}

static int add_header(struct pr_otlp_settings *settings, const char *name, const char *value)
{
	struct pr_http_header *header = &settings->headers[settings->header_count];

	if (settings->header_count == PR_OTLP_HEADERS_MAX) {
		pr_warn("The trace header '%s' is one too many and is left out", name);
		return 0;
	}
	if (pr_credential_hide(name, value))
		return PR_ENOMEM;
	*header = (struct pr_http_header){pr_text_dup(name), pr_text_dup(value)};
	settings->header_count++;
	return header->name && header->value ? 0 : PR_ENOMEM;
}

static bool has_header(const struct pr_otlp_settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->header_count; i++)
		if (pr_text_eq_nocase(settings->headers[i].name, name))
			return true;
	return false;
}

/* What the platform stores for Dynatrace is a token that upstream never sends. */
static int read_headers(struct pr_otlp_settings *settings, const char *vendor)
{
	const char *list = exporter_variable("HEADERS");
	const char *token = pr_env_get_set("DYNATRACE_TOKEN");
	PR_AUTO(free) char *value = NULL;

	if (list && read_pairs(settings, list, "OTEL_EXPORTER_OTLP_TRACES_HEADERS", add_header))
		return PR_ENOMEM;
	if (!token || !pr_text_eq_nocase(vendor, "dynatrace") ||
		has_header(settings, "Authorization"))
		return 0;
	value = pr_text_format("Api-Token %s", token);
	return value ? add_header(settings, "Authorization", value) : PR_ENOMEM;
}

static int add_resource(struct pr_otlp_settings *settings, const char *key, const char *value)
{
	return pr_json_set(settings->resource, key, pr_json_text(value, strlen(value)), NULL);
}

static int read_resource(struct pr_otlp_settings *settings)
{
	const char *list = pr_env_get_set("OTEL_RESOURCE_ATTRIBUTES");
	const char *service = pr_env_get_set("OTEL_SERVICE_NAME");

	settings->resource = json_object();
	if (add_resource(settings, "service.name", "chaostoolkit") ||
		add_resource(settings, "telemetry.sdk.name", "plan-runner") ||
		add_resource(settings, "telemetry.sdk.version", PR_VERSION) ||
		(list && read_pairs(settings, list, "OTEL_RESOURCE_ATTRIBUTES", add_resource)))
		return PR_ENOMEM;
	return service ? add_resource(settings, "service.name", service) : 0;
}

static int read_url(struct pr_otlp_settings *settings)
{
	const char *traces = pr_env_get_set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
	const char *base = pr_env_get_set("OTEL_EXPORTER_OTLP_ENDPOINT");
	struct pr_err err = PR_ERR_INIT;
	size_t n;

	if (!base)
		base = DEFAULT_URL;
	n = strlen(base);
	while (n && base[n - 1] == '/')
		n--;
	settings->url =
		traces ? pr_text_dup(traces) : pr_text_format("%.*s" TRACES_PATH, (int)n, base);
	if (!settings->url)
		return PR_ENOMEM;
	if (pr_url_check(settings->url, &err)) {
		pr_warn("Traces are not sent: the address of the collector: %s", err.msg);
		settings->disabled = true;
	}
	return 0;
}

/* Seconds, as Python's exporter reads it; of 1000 and more, milliseconds as the standard has it. */
static void read_timeout(struct pr_otlp_settings *settings)
{
	const char *text = exporter_variable("TIMEOUT");
	double value = 0;

	settings->timeout_ms = TIMEOUT_MS;
	if (!text)
		return;
	if (pr_text_double(text, &value, NULL) || !(value > 0)) {
		pr_warn("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT is no number above 0: 10 seconds are "
			"used");
		return;
	}
	if (value < MS_PER_S)
		value *= MS_PER_S;
	settings->timeout_ms = value < TIMEOUT_MAX_MS ? (int64_t)value + 1 : TIMEOUT_MAX_MS;
}

static void read_form(struct pr_otlp_settings *settings)
{
	const char *protocol = exporter_variable("PROTOCOL");
	const char *compression = exporter_variable("COMPRESSION");

	settings->json = pr_text_eq(protocol, "http/json");
	if (protocol && !settings->json && !pr_text_eq(protocol, "http/protobuf"))
		pr_warn("Traces cannot be sent as '%s': they go as http/protobuf", protocol);
	if (compression && !pr_text_eq(compression, "none"))
		pr_info("Traces are sent uncompressed: '%s' is not available", compression);
	settings->ca_file = exporter_variable("CERTIFICATE");
}

static bool is_switched_off(void)
{
	return pr_text_eq_nocase(pr_env_get_set("OTEL_SDK_DISABLED"), "true") ||
	       pr_text_eq_nocase(pr_env_get_set("OTEL_TRACES_EXPORTER"), "none");
}

/* Exporters that upstream takes from a vendor's own library. */
static bool lacks_exporter(const char *vendor)
{
	static const char *const vendors[] = {"gcp", "aws", "azure"};
	bool named = pr_env_get_set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") ||
		     pr_env_get_set("OTEL_EXPORTER_OTLP_ENDPOINT");

	if (!vendor || pr_text_index(vendor, vendors, PR_LEN(vendors)) < 0)
		return false;
	pr_warn("The trace exporter of '%s' is not available: %s", vendor,
		named ? "traces go to the OTLP endpoint"
		      : "no traces are sent (OTEL_EXPORTER_OTLP_ENDPOINT names a collector)");
	return !named;
}

int pr_otlp_settings_read(struct pr_otlp_settings *settings, const char *vendor, struct pr_err *err)
{
	*settings = (struct pr_otlp_settings){0};
	if (!vendor)
		vendor = pr_env_get_set("OTEL_VENDOR");
	settings->disabled = is_switched_off();
	if (settings->disabled)
		return 0;
	settings->disabled = lacks_exporter(vendor);
	if (settings->disabled)
		return 0;
	read_timeout(settings);
	read_form(settings);
	if (read_url(settings) || read_headers(settings, vendor) || read_resource(settings))
		return pr_fail_nomem(err);
	return 0;
}

void pr_otlp_settings_release(struct pr_otlp_settings *settings)
{
	for (size_t i = 0; i < settings->header_count; i++) {
		free((char *)(uintptr_t)settings->headers[i].name);
		free((char *)(uintptr_t)settings->headers[i].value);
	}
	settings->header_count = 0;
	free(pr_steal(settings->url));
	json_decref(pr_steal(settings->resource));
}
