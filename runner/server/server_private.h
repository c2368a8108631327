#ifndef PR_SERVER_SERVER_PRIVATE_H
#define PR_SERVER_SERVER_PRIVATE_H

/* What the files of this layer share of a server beside server/server.h. */

#include "server/auth.h"
#include "server/batch.h"
#include "server/server.h"

/* The answers that wait for the commit. Borrowed. */
struct pr_batch *pr_server_batch(struct pr_server *server);

/* Who called last. Borrowed. */
struct pr_auth_memory *pr_server_auth_memory(struct pr_server *server);

#endif
