#include "net/tls.h"

#include "base/env.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

static const char *const ca_variables[] = {
	"PLAN_RUNNER_CA_FILE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"};

static const char *const ca_paths[] = {"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"};

char *pr_tls_ca_file(const char *given)
{
	for (size_t i = 0; !given && i < PR_LEN(ca_variables); i++)
		given = pr_env_get_set(ca_variables[i]);
	for (size_t i = 0; !given && i < PR_LEN(ca_paths); i++)
		given = pr_file_exists(ca_paths[i]) ? ca_paths[i] : NULL;
	return pr_text_dup(given);
}

bool pr_tls_verify(const char *name, const char *value)
{
	bool verify = true;

	if (!value || !*value)
		return true;
	if (pr_text_bool(value, &verify, NULL))
		pr_warn("%s='%s' is neither true nor false: TLS is verified", name, value);
	return verify;
}
