#ifndef PR_ACTIVITY_VAULT_SETTINGS_H
#define PR_ACTIVITY_VAULT_SETTINGS_H

/* Where Vault is and who we are there: the configuration of docs/engine.md 3.4, read. */

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>

struct pr_vault_settings {
	char *address;   /* without a slash at its end; owned, as all texts */
	char *token;     /* NULL: to be had by the login */
	char *login;     /* path below /v1/; NULL: none is needed */
	json_t *body;    /* of the login; owned */
	bool by_account; /* the login is that of a Kubernetes service account, else of an AppRole */
	char *mount;     /* of the secrets */
	char *namespace; /* NULL: none */
	char *ca_file;   /* NULL: none of its own */
	bool first_version; /* KV version 1 */
};

/*
 * Reads it. Credentials are registered for redaction. PR_EINVAL with upstream's text where the
 * token of the service account cannot be read, PR_ENOMEM.
 */
int pr_vault_settings_read(
	struct pr_vault_settings *settings, const json_t *configuration, struct pr_err *err);

/* Frees the contents. */
void pr_vault_settings_release(struct pr_vault_settings *settings);

#endif
