#include "cli/doctor.h"

#include "base/env.h"
#include "base/text.h"
#include "codec/json.h"
#include "net/tls.h"
#include "net/url.h"

#include <stdlib.h>
#include <string.h>

#define US_PER_S INT64_C(1000000)
#define SKEW_WARNING_S 30
#define SKEW_FAILED_S 300

static int look_service(struct pr_doctor *doctor, struct pr_err *err)
{
	struct pr_err found = PR_ERR_INIT;
	int rc = pr_service_load(doctor->config, &doctor->service, &found);

	if (rc == PR_ENOMEM)
		return pr_fail_nomem(err);
	if (rc) {
		pr_doctor_say(doctor, "settings", PR_VERDICT_FAILED,
			"mend the variable or the file it names", "%s", found.msg);
		pr_service_release(&doctor->service);
		return 0;
	}
	if (!doctor->ca_file)
		return 0;
	doctor->service.ca_file = pr_text_dup(doctor->ca_file);
	return doctor->service.ca_file ? 0 : pr_fail_nomem(err);
}

static const char *whence(const struct pr_service *service)
{
	return service->host_is_default ? " (the default: RELIABLY_SERVICE_HOST is not set)" : "";
}

int pr_doctor_look_settings(struct pr_doctor *doctor, struct pr_err *err)
{
	const struct pr_service *service = &doctor->service;
	int rc = look_service(doctor, err);

	if (rc || !service->host)
		return rc;
	if (!service->token)
		pr_doctor_say(doctor, "settings", PR_VERDICT_FAILED,
			"set RELIABLY_SERVICE_TOKEN or RELIABLY_SERVICE_TOKEN_FILE",
			"there is no service token for the platform %s%s", service->host,
			whence(service));
	if (!service->organization)
		pr_doctor_say(doctor, "settings", PR_VERDICT_FAILED, "set RELIABLY_ORGANIZATION_ID",
			"there is no organisation");
	if (service->token && service->organization)
		pr_doctor_say(doctor, "settings", PR_VERDICT_OK, NULL,
			"platform %s%s, organisation %s, a token", service->host, whence(service),
			service->organization);
	return 0;
}

/* The variable that names a proxy for the host's scheme; NULL: none is set. */
static const char *proxy_variable(const char *host)
{
	static const char *const plain[] = {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"};
	static const char *const secure[] = {
		"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
	const char *const *names = pr_url_is_plain_http(host) ? plain : secure;

	for (size_t i = 0; i < PR_LEN(plain); i++)
		if (pr_env_get_set(names[i]))
			return names[i];
	return NULL;
}

static const char *excluded(void)
{
	const char *value = pr_env_get_set("no_proxy");

	return value ? value : pr_env_get_set("NO_PROXY");
}

/* Its address is shown without the login that may stand in it. */
static void say_proxy(struct pr_doctor *doctor, const struct pr_doctor_answer *answer)
{
	const char *variable = proxy_variable(doctor->service.host);
	const char *value = variable ? pr_env_get_set(variable) : NULL;
	const char *login = value ? strrchr(value, '@') : NULL;
	const char *except = excluded();

	if (!variable)
		pr_doctor_say(doctor, "proxy", PR_VERDICT_OK, NULL, "none is set");
	else if (answer->proxy_status == 407 || answer->status == 407)
		pr_doctor_say(doctor, "proxy", PR_VERDICT_FAILED,
			"write user and password into the proxy's address",
			"the proxy of %s wants credentials", variable);
	else if (answer->proxy_status >= 400)
		pr_doctor_say(doctor, "proxy", PR_VERDICT_FAILED,
			"let the proxy allow the platform's host, or name it in NO_PROXY",
			"the proxy of %s refuses the way (%ld)", variable, answer->proxy_status);
	else
		pr_doctor_say(doctor, "proxy", PR_VERDICT_OK, NULL, "%s names %s%s%s", variable,
			login ? login + 1 : value, except ? ", not for " : "",
			except ? except : "");
}

static bool say_connection(struct pr_doctor *doctor, const struct pr_doctor_answer *answer)
{
	const char *host = doctor->service.host;
	bool tls = answer->failure == PR_HTTP_TLS;

	if (answer->unresolved) {
		pr_doctor_say(doctor, "name", PR_VERDICT_FAILED,
			"check the host's spelling, and the name servers of this machine", "%s",
			answer->detail);
		return false;
	}
	pr_doctor_say(doctor, "name", PR_VERDICT_OK, NULL, "%s leads to %s", host,
		*answer->peer ? answer->peer : "an address");
	if (answer->failure != PR_HTTP_NONE && !tls && answer->status == 0) {
		pr_doctor_say(doctor, "connection", PR_VERDICT_FAILED,
			"check address and port, firewall, network policy and proxy", "%s",
			answer->detail);
		return false;
	}
	pr_doctor_say(doctor, "connection", PR_VERDICT_OK, NULL, "%s answers",
		*answer->peer ? answer->peer : host);
	return true;
}

static bool say_tls(struct pr_doctor *doctor, const struct pr_doctor_answer *answer)
{
	const struct pr_service *service = &doctor->service;
	PR_AUTO(free) char *file = pr_tls_ca_file(service->ca_file);

	if (answer->failure == PR_HTTP_TLS) {
		pr_doctor_say(doctor, "tls", PR_VERDICT_FAILED,
			"name the authorities' certificates in PLAN_RUNNER_CA_FILE, check the "
			"host's name and this machine's clock",
			"%s", answer->detail);
		return false;
	}
	if (pr_url_is_plain_http(service->host) && !pr_url_is_loopback(service->host))
		pr_doctor_say(doctor, "tls", PR_VERDICT_WARNING,
			"use https://, where the platform has it",
			"none: the token travels in the clear");
	else if (pr_url_is_plain_http(service->host))
		pr_doctor_say(
			doctor, "tls", PR_VERDICT_OK, NULL, "none, on this machine's loopback");
	else if (!service->verify_tls)
		pr_doctor_say(doctor, "tls", PR_VERDICT_WARNING, "unset RELIABLY_VERIFY_TLS",
			"the platform's certificate is not looked at");
	else
		pr_doctor_say(doctor, "tls", PR_VERDICT_OK, NULL,
			"the certificate is good for the host, by the authorities of %s",
			file ? file : "no file");
	return true;
}

static void say_clock(struct pr_doctor *doctor, const struct pr_doctor_answer *answer)
{
	int64_t theirs;
	int64_t off;

	if (!pr_http_date(answer->date, &theirs)) {
		pr_doctor_say(doctor, "clock", PR_VERDICT_SKIPPED, NULL,
			"the platform does not say what time it is");
		return;
	}
	off = (pr_clock_system()->wall_us(NULL) - theirs) / US_PER_S;
	if (llabs(off) <= SKEW_WARNING_S)
		pr_doctor_say(doctor, "clock", PR_VERDICT_OK, NULL, "agrees with the platform's");
	else
		pr_doctor_say(doctor, "clock",
			llabs(off) > SKEW_FAILED_S ? PR_VERDICT_FAILED : PR_VERDICT_WARNING,
			"set this machine's clock (chrony, systemd-timesyncd)",
			"%lld s %s the platform's", llabs(off), off > 0 ? "ahead of" : "behind");
}

static void say_health(struct pr_doctor *doctor, const struct pr_doctor_answer *answer)
{
	doctor->reachable = answer->failure == PR_HTTP_NONE && answer->status == 200;
	if (doctor->reachable)
		pr_doctor_say(doctor, "platform", PR_VERDICT_OK, NULL, "is up");
	else
		pr_doctor_say(doctor, "platform", PR_VERDICT_FAILED,
			"check that RELIABLY_SERVICE_HOST is the platform's address, without a "
			"path",
			"%s/health answers %ld%s%s", doctor->service.host, answer->status,
			*answer->detail ? ": " : "", answer->detail);
}

/* What could not be looked at after the one that failed. */
static void skip_unsaid(struct pr_doctor *doctor)
{
	static const char *const checks[] = {"connection", "tls", "clock", "platform"};
	size_t i;
	size_t said = 0;
	json_t *line;

	json_array_foreach (doctor->lines, i, line)
		for (size_t k = said; k < PR_LEN(checks); k++)
			if (pr_text_eq(pr_json_str(line, "check"), checks[k]))
				said = k + 1;
	for (; said < PR_LEN(checks); said++)
		pr_doctor_say(doctor, checks[said], PR_VERDICT_SKIPPED, NULL,
			"the platform is not reached");
}

int pr_doctor_look_network(struct pr_doctor *doctor, struct pr_err *err)
{
	PR_AUTO(doctor_answer) struct pr_doctor_answer answer = {.failure = PR_HTTP_NONE};
	struct pr_http_policy policy = {.verify_tls = doctor->service.verify_tls,
		.ca_file = doctor->service.ca_file,
		.keep_alive = true};
	int rc;

	if (!doctor->service.host) {
		pr_doctor_say(doctor, "connection", PR_VERDICT_SKIPPED, NULL,
			"the platform's address is not known");
		skip_unsaid(doctor);
		return 0;
	}
	rc = pr_http_client_new(doctor->signals.loop, &policy, &doctor->client, err);
	if (!rc)
		rc = pr_doctor_get(doctor, "/health", false, &answer, err);
	if (rc)
		return rc;
	say_proxy(doctor, &answer);
	if (say_connection(doctor, &answer) && say_tls(doctor, &answer)) {
		say_clock(doctor, &answer);
		say_health(doctor, &answer);
	}
	skip_unsaid(doctor);
	return 0;
}
