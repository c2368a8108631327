#ifndef PR_CONTROL_OTLP_SETTINGS_H
#define PR_CONTROL_OTLP_SETTINGS_H

/*
 * Where traces go and how, from the variables OTEL_… of OpenTelemetry (docs/protocol.md 4.4). A
 * variable for traces goes before the one for all signals.
 */

#include "base/err.h"
#include "net/http.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define PR_OTLP_HEADERS_MAX 32

struct pr_otlp_settings {
	bool disabled; /* nothing is to be sent */
	bool json;     /* OTLP's JSON instead of protobuf */
	char *url;
	const char *ca_file; /* of the environment; NULL: none is named there */
	struct pr_http_header headers[PR_OTLP_HEADERS_MAX]; /* names and values are owned */
	size_t header_count;
	int64_t timeout_ms; /* for one batch, repetitions included */
	json_t *resource;   /* attributes, service.name among them */
};

/*
 * Reads the environment. `vendor` is the exporter that the experiment asks for, NULL: OTEL_VENDOR
 * says. Values of headers are registered as secrets. What cannot be used is warned of and left out.
 * PR_ENOMEM; release in any case.
 */
int pr_otlp_settings_read(
	struct pr_otlp_settings *settings, const char *vendor, struct pr_err *err);

/* Frees the contents. */
void pr_otlp_settings_release(struct pr_otlp_settings *settings);

#endif
