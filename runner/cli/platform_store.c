#include "cli/platform_store.h"

#include "base/env.h"
#include "base/file.h"
#include "base/text.h"
#include "net/url.h"
#include "store/rows.h"

#include <string.h>

/* The database of who names none, in a folder that is made. */
static int default_uri(char **ret_uri, struct pr_err *err)
{
	PR_AUTO(free) char *path = pr_env_state("plan-deployer.db");
	PR_AUTO(free) char *folder = pr_text_dup(path);
	int rc;

	if (!folder)
		return pr_fail(err, PR_ENOTFOUND,
			"there is no home folder: name the database by --database");
	*strrchr(folder, '/') = '\0';
	rc = pr_file_mkdirs(folder, 0700, err);
	if (rc)
		return rc;
	*ret_uri = pr_text_format("sqlite:///%s", path);
	return *ret_uri ? 0 : pr_fail_nomem(err);
}

int pr_platform_store_count(struct pr_store *store, int64_t *ret_count, struct pr_err *err)
{
	return pr_rows_number(pr_store_database(store),
		&(struct pr_statement){.sql = "SELECT count(*) FROM organizations"}, ret_count,
		err);
}

int pr_check_url_option(const char *url, struct pr_err *err)
{
	struct pr_err why = PR_ERR_INIT;

	if (url && pr_url_check(url, &why))
		return pr_fail(err, why.code, "--url: %s", why.msg);
	return 0;
}

int pr_platform_store_open(
	const struct pr_args *args, struct pr_store **ret_store, struct pr_err *err)
{
	PR_AUTO(free) char *uri = pr_text_dup(pr_args_value(args, "database"));
	struct pr_store_options options = {
		.key_file = pr_args_value(args, "key-file"), .create = true, .exclusive = true};
	int rc = uri ? 0 : default_uri(&uri, err);

	options.database = uri;
	return rc ? rc : pr_store_open(&options, ret_store, err);
}
