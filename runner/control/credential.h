#ifndef PR_CONTROL_CREDENTIAL_H
#define PR_CONTROL_CREDENTIAL_H

/* Headers that a user gives for calls to others, of which some are credentials. */

/*
 * Registers the value of a header (base/redact.h), and what is behind the scheme in it, where the
 * name says that it is a credential: "Authorization: Bearer …", "X-Api-Key: …". Any other value,
 * as the name of a data set, may stand in a journal as well and is left alone. PR_ENOMEM.
 */
int pr_credential_hide(const char *header, const char *value);

#endif
