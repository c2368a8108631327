#ifndef PR_CLI_THIRD_PARTY_H
#define PR_CLI_THIRD_PARTY_H

/*
 * The file THIRD-PARTY inside the program, for `version --licenses`: names, versions and licences
 * of the libraries that the static file contains. The static build embeds the one that
 * docker/deps.sh wrote for the libraries it took, every other build the one of the tree.
 */

#include <stdbool.h>
#include <stddef.h>

/* The text, NUL-terminated, and its length without the NUL. Static. */
extern const char pr_third_party_text[];
extern const size_t pr_third_party_length;

/* Whether this program is the static file; else it takes the libraries from the system. */
extern const bool pr_third_party_contained;

#endif
