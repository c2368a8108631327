#ifndef PR_KUBE_TOKEN_H
#define PR_KUBE_TOKEN_H

/* What is sent to the API server to say who asks. */

#include "base/err.h"

/*
 * The token in a file, without white space at its ends, registered as a secret. Caller frees. An
 * empty one and one that cannot be a header's value: PR_EINVAL; else as pr_file_read.
 */
int pr_kube_token_read(const char *path, char **ret_token, struct pr_err *err);

/* Whether `text` can be part of a header: it has no control characters. PR_EINVAL names `what`. */
int pr_kube_token_check(const char *text, const char *what, struct pr_err *err);

#endif
