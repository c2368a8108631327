#include "activity/native_certificate.h"
#include "activity/native_fetch.h"
#include "activity/native_modules.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"
#include "net/certificate.h"

#include <math.h>
#include <string.h>

#define PORT_MAX 65535

/* As Python's getpeername, joined by colons: those of IPv6 have two numbers more. */
static json_t *remote_address(const char *peer)
{
	const char *end = *peer == '[' ? strchr(peer, ']') : NULL;
	PR_AUTO(free) char *text =
		end ? pr_text_format("%.*s%s:0:0", (int)(end - peer - 1), peer + 1, end + 1)
		    : pr_text_dup(peer);

	return text ? json_string(text) : NULL;
}

static int describe(const struct pr_http_response *response, json_t **ret_info, struct pr_err *err)
{
	json_t *certificate = NULL;
	json_t *conn = NULL;
	int rc;

	if (!response->certificate)
		return pr_fail(err, PR_EPROTO, "the endpoint has no certificate");
	rc = pr_certificate_describe(
		response->certificate, response->certificate_len, &certificate, err);
	if (rc)
		return rc;
	conn = json_pack("{s:s, s:o*}", "version", response->tls_version, "remote_addr",
		remote_address(response->peer));
	*ret_info = json_pack("{s:o, s:o}", "conn", conn, "cert", certificate);
	return *ret_info ? 0 : pr_fail_nomem(err);
}

/* The answer of either probe to what was learnt of the certificate. */
typedef int tls_conclude_fn(
	const struct pr_native_call *call, json_t *info, json_t **ret_output, struct pr_err *err);

struct tls {
	struct pr_native_fetch fetch;
	tls_conclude_fn *conclude;
};

static void on_handshake(void *arg, const struct pr_http_response *response)
{
	struct pr_native_call *call = arg;
	const struct tls *tls = call->state;
	json_auto_t *info = NULL;
	json_t *output = NULL;
	struct pr_err err = PR_ERR_INIT;
	int rc;

	if (response->failure != PR_HTTP_NONE) {
		pr_native_raise(call, response->detail);
		return;
	}
	rc = describe(response, &info, &err);
	if (!rc)
		rc = tls->conclude(call, info, &output, &err);
	if (rc && rc != PR_ENOMEM)
		pr_native_raise(call, err.msg);
	else
		pr_native_return(call, rc ? NULL : output);
}

/* A number, or a text that is one. */
static int read_port(const json_t *given, long *ret_port, struct pr_err *err)
{
	double number = 0;
	int64_t port = 0;

	if (json_is_string(given) && pr_text_int64(json_string_value(given), &port, NULL))
		return pr_fail(err, PR_EINVAL, "'%s' is no port number", json_string_value(given));
	if (pr_value_number(given, &number) && trunc(number) == number && fabs(number) <= PORT_MAX)
		port = (int64_t)number;
	if (port < 1 || port > PORT_MAX)
		return pr_fail(err, PR_EINVAL, "the port must be a number from 1 to 65535");
	*ret_port = (long)port;
	return 0;
}

/* The characters of host names and addresses: nothing that would end the host of a URL. */
static bool is_host(const char *host)
{
	return *host && !host[strcspn(host, "/?#@[]\\%\" \t\r\n<>")];
}

static int shake_hands(struct pr_native_call *call, tls_conclude_fn *conclude, struct pr_err *err)
{
	const char *host = json_string_value(pr_native_get(call, "host"));
	PR_AUTO(free) char *url = NULL;
	struct tls *tls = call->state;
	struct pr_http_request request = {.method = "GET", .handshake = true};
	long port = 0;
	int rc = read_port(pr_native_get(call, "port"), &port, err);

	if (rc)
		return rc;
	if (!is_host(host))
		return pr_fail(err, PR_EINVAL, "'%s' is no host name", host);
	url = pr_text_format(strchr(host, ':') ? "https://[%s]:%ld" : "https://%s:%ld", host, port);
	if (!url)
		return pr_fail_nomem(err);
	request.url = url;
	tls->conclude = conclude;
	return pr_native_fetch_start(&tls->fetch, &call->env, &request, on_handshake, call, err);
}

static void tls_release(struct pr_native_call *call)
{
	struct tls *tls = call->state;

	pr_native_fetch_release(&tls->fetch);
}

static int give_info(
	const struct pr_native_call *call, json_t *info, json_t **ret_output, struct pr_err *err)
{
	(void)call, (void)err;
	*ret_output = json_incref(info);
	return 0;
}

static int info_start(struct pr_native_call *call, struct pr_err *err)
{
	return shake_hands(call, give_info, err);
}

/* What verify_certificate and verify_tls_cert have in common. */
static int check_dates_and_names(
	const struct pr_native_call *call, const json_t *info, bool *ret_met, struct pr_err *err)
{
	const json_t *names = pr_native_get(call, "alt_names");
	int rc = pr_native_certificate_lasts(info, pr_native_text(call, "expire_after"),
		pr_loop_wall_us(call->env.loop), ret_met, err);

	if (rc || !*ret_met || !pr_native_certificate_names_given(names))
		return rc;
	return pr_native_certificate_has_names(info, names, true, ret_met, err);
}

static int verify(
	const struct pr_native_call *call, json_t *info, json_t **ret_output, struct pr_err *err)
{
	bool met = false;
	int rc = check_dates_and_names(call, info, &met, err);

	*ret_output = json_boolean(met);
	return rc;
}

static int verify_start(struct pr_native_call *call, struct pr_err *err)
{
	return shake_hands(call, verify, err);
}

static int judge_expiry(const struct pr_native_call *call, json_t **ret_output, struct pr_err *err)
{
	bool met = false;
	int rc = pr_native_certificate_lasts(pr_native_get(call, "value"),
		pr_native_text(call, "duration"), pr_loop_wall_us(call->env.loop), &met, err);

	*ret_output = json_boolean(met);
	return rc;
}

static int judge_names(const struct pr_native_call *call, json_t **ret_output, struct pr_err *err)
{
	bool met = false;
	int rc = pr_native_certificate_has_names(pr_native_get(call, "value"),
		pr_native_get(call, "alt_names"), pr_native_truthy(call, "strict"), &met, err);

	*ret_output = json_boolean(met);
	return rc;
}

static int judge_fingerprint(
	const struct pr_native_call *call, json_t **ret_output, struct pr_err *err)
{
	bool met = false;
	int rc = pr_native_certificate_has_fingerprint(pr_native_get(call, "value"),
		pr_native_get(call, "fingerprint"), pr_native_text(call, "hash"), &met, err);

	*ret_output = json_boolean(met);
	return rc;
}

static int judge_issuer(const struct pr_native_call *call, json_t **ret_output, struct pr_err *err)
{
	bool met = false;
	int rc = pr_native_certificate_is_issued_by(
		pr_native_get(call, "value"), pr_native_get(call, "issuer"), &met, err);

	*ret_output = json_boolean(met);
	return rc;
}

static int judge_all(const struct pr_native_call *call, json_t **ret_output, struct pr_err *err)
{
	const json_t *info = pr_native_get(call, "value");
	bool met = false;
	int rc = check_dates_and_names(call, info, &met, err);

	if (!rc && met && pr_native_truthy(call, "fingerprint_sha256"))
		rc = pr_native_certificate_has_fingerprint(
			info, pr_native_get(call, "fingerprint_sha256"), "sha256", &met, err);
	if (!rc && met && pr_native_truthy(call, "issuer"))
		rc = pr_native_certificate_is_issued_by(
			info, pr_native_get(call, "issuer"), &met, err);
	*ret_output = json_boolean(met);
	return rc;
}

#define NAMES (PR_NATIVE_LIST | PR_NATIVE_TEXT | PR_NATIVE_NULL)
#define OPTIONAL_TEXT (PR_NATIVE_TEXT | PR_NATIVE_NULL)

static const struct pr_native_parameter info_parameters[] = {
	{"host", PR_NATIVE_TEXT, NULL},
	{"port", PR_NATIVE_NUMBER | PR_NATIVE_TEXT, "443"},
};

static const struct pr_native_parameter verify_parameters[] = {
	{"host", PR_NATIVE_TEXT, NULL},
	{"port", PR_NATIVE_NUMBER | PR_NATIVE_TEXT, "443"},
	{"expire_after", PR_NATIVE_TEXT, "\"7d\""},
	{"alt_names", NAMES, "null"},
};

static const struct pr_native_parameter expiry_parameters[] = {
	{"duration", PR_NATIVE_TEXT, "\"7d\""},
	{"value", PR_NATIVE_ANY, "null"},
};

static const struct pr_native_parameter names_parameters[] = {
	{"alt_names", PR_NATIVE_LIST, NULL},
	{"strict", PR_NATIVE_ANY, "true"},
	{"value", PR_NATIVE_ANY, "null"},
};

static const struct pr_native_parameter fingerprint_parameters[] = {
	{"fingerprint", PR_NATIVE_TEXT, NULL},
	{"hash", PR_NATIVE_TEXT, "\"sha256\""},
	{"value", PR_NATIVE_ANY, "null"},
};

static const struct pr_native_parameter issuer_parameters[] = {
	{"issuer", PR_NATIVE_TEXT, NULL},
	{"value", PR_NATIVE_ANY, "null"},
};

static const struct pr_native_parameter all_parameters[] = {
	{"expire_after", PR_NATIVE_TEXT, "\"7d\""},
	{"alt_names", NAMES, "null"},
	{"fingerprint_sha256", OPTIONAL_TEXT, "null"},
	{"issuer", OPTIONAL_TEXT, "null"},
	{"value", PR_NATIVE_ANY, "null"},
};

static const struct pr_native_function probes[] = {
	{.name = "get_certificate_info",
		.parameters = info_parameters,
		.parameter_count = PR_LEN(info_parameters),
		.start = info_start,
		.release = tls_release,
		.state_size = sizeof(struct tls)},
	{.name = "verify_certificate",
		.parameters = verify_parameters,
		.parameter_count = PR_LEN(verify_parameters),
		.start = verify_start,
		.release = tls_release,
		.state_size = sizeof(struct tls)},
};

static const struct pr_native_function tolerances[] = {
	{.name = "expire_in_more_than",
		.parameters = expiry_parameters,
		.parameter_count = PR_LEN(expiry_parameters),
		.judge = judge_expiry},
	{.name = "has_subject_alt_names",
		.parameters = names_parameters,
		.parameter_count = PR_LEN(names_parameters),
		.judge = judge_names},
	{.name = "has_fingerprint",
		.parameters = fingerprint_parameters,
		.parameter_count = PR_LEN(fingerprint_parameters),
		.judge = judge_fingerprint},
	{.name = "is_issued_by",
		.parameters = issuer_parameters,
		.parameter_count = PR_LEN(issuer_parameters),
		.judge = judge_issuer},
	{.name = "verify_tls_cert",
		.parameters = all_parameters,
		.parameter_count = PR_LEN(all_parameters),
		.judge = judge_all},
};

const struct pr_native_module pr_native_tls_probes = {.name = "chaosreliably.activities.tls.probes",
	.functions = probes,
	.function_count = PR_LEN(probes)};

const struct pr_native_module pr_native_tls_tolerances = {
	.name = "chaosreliably.activities.tls.tolerances",
	.functions = tolerances,
	.function_count = PR_LEN(tolerances)};
