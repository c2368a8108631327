#ifndef PR_NET_NETRC_H
#define PR_NET_NETRC_H

/*
 * Logins from ~/.netrc and from addresses, as python-requests takes them (docs/engine.md 4.4): the
 * file goes before the address, and both before an Authorization header.
 */

#include <stdbool.h>

/* A login. Owned. */
struct pr_netrc_login {
	char *user;
	char *password;
};

/*
 * Looks the host of `url` up in the file that NETRC names, else in ~/.netrc: its own entry, else
 * the one called `default`. False, and nothing to release, when there is none or the file does not
 * parse: that is no error for anybody. What an entry does not say is empty, and its texts are in
 * ISO-8859-1 where that has their characters.
 */
bool pr_netrc_find(const char *url, struct pr_netrc_login *login);

/* As pr_netrc_find, in the text of such a file, for a host. */
bool pr_netrc_find_in(const char *text, const char *host, struct pr_netrc_login *login);

/*
 * The login that stands before the host of `url`, decoded, in ISO-8859-1 where that has its
 * characters. False, and nothing to release, when there is none, or only a user without a password.
 */
bool pr_netrc_of_url(const char *url, struct pr_netrc_login *login);

/* Frees the contents. */
void pr_netrc_release(struct pr_netrc_login *login);

#endif
