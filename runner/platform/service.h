#ifndef PR_PLATFORM_SERVICE_H
#define PR_PLATFORM_SERVICE_H

/*
 * Which platform, as whom: host, token and organisation from the environment, else the TOML file,
 * else the defaults (docs/protocol.md 1.5). The case of a variable's name does not matter. The
 * token may stand in a file of its own, which RELIABLY_SERVICE_TOKEN_FILE names: it counts less
 * than RELIABLY_SERVICE_TOKEN, of which a warning tells, and more than the TOML file.
 */

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct pr_service {
	char *host;           /* address with scheme, without a slash at its end */
	char *token;          /* NULL: none was found */
	char *organization;   /* canonical UUID; NULL: none was found */
	bool host_is_default; /* nothing names one */
	bool verify_tls;
	char *ca_file;   /* NULL: net/tls.h chooses */
	int64_t call_ms; /* how long one call may take (PLAN_RUNNER_CALL_TIMEOUT); 0: 30 s */
};

/*
 * The path of the TOML file: RELIABLY_CLI_CONFIG, else `given` (--config, NULL: none), else
 * $XDG_CONFIG_HOME/reliably/config.toml, else ~/.config/reliably/config.toml. NULL: there is no
 * home.
 */
char *pr_service_config_path(const char *given) PR_MUST_CHECK;

/*
 * Whether the address can be that of a platform. PR_EINVAL for what pr_url_check refuses, for one
 * that has the path of the interface already, to which it would be added again, and for one with a
 * user, a query or a fragment. The message has no password in it.
 */
int pr_service_check_host(const char *host, struct pr_err *err);

/*
 * Reads everything and registers the token for redaction. A missing file is fine. PR_EINVAL with
 * one line for a host that pr_service_check_host refuses, an organisation that is no UUID, a file
 * that does not parse. Missing token or organisation are not an error here: pr_service_require says
 * so. Release in any case.
 */
int pr_service_load(const char *config, struct pr_service *service, struct pr_err *err);

/*
 * Sets and registers another token, without the white space around it; nothing when it is empty.
 * PR_EINVAL for what no header can carry, in which `source` says whence it came.
 */
int pr_service_set_token(
	struct pr_service *service, const char *text, const char *source, struct pr_err *err);

/* PR_EAUTH with upstream's line when token or (with `organization`) organisation is missing. */
int pr_service_require(const struct pr_service *service, bool organization, struct pr_err *err);

/* Frees the contents. */
void pr_service_release(struct pr_service *service);

#endif
