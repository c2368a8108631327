#ifndef PR_ACTIVITY_VAULT_H
#define PR_ACTIVITY_VAULT_H

/*
 * Secrets of type `vault`: each is fetched from HashiCorp Vault over its HTTP interface, with the
 * address and the credentials that the configuration names (docs/engine.md 3.4), else the variables
 * VAULT_ADDR, VAULT_TOKEN, VAULT_NAMESPACE and VAULT_CACERT and the file ~/.vault-token, which
 * Vault's own clients take.
 */

#include "activity/provider.h"

struct pr_vault;

/* `err` is NULL when all secrets are there, else one line for a human; borrowed. */
typedef void pr_vault_fn(void *arg, const struct pr_err *err);

/*
 * Puts the values in the place of the definitions within `secrets`, one after the other, and
 * registers them and the credentials for redaction. Scopes that are in `overrides` (NULL: none)
 * were given by the user and are not looked into. `env->scope` is the configuration that is read.
 * Calls `fn` once, from the loop, also when there was nothing to fetch. Caller frees.
 */
int pr_vault_start(const struct pr_activity_env *env, json_t *secrets, const json_t *overrides,
	pr_vault_fn *fn, void *arg, struct pr_vault **ret_vault, struct pr_err *err);

/* Ends what runs; no callback. NULL is allowed. */
void pr_vault_free(struct pr_vault *vault);

#endif
