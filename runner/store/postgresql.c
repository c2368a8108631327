#include "store/database_private.h"

int pr_postgresql_open(const char *uri, struct pr_database **ret_database, struct pr_err *err)
{
	(void)uri;
	(void)ret_database;
	return pr_fail(err, PR_EIO, "this build has no PostgreSQL");
}
