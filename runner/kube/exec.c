#include "kube/exec.h"

int pr_kube_exec_load(
	struct pr_kube_cluster *cluster, const struct pr_kube_entry *user, struct pr_err *err)
{
	(void)cluster;
	return pr_kube_entry_fail(user, err,
		"gets its credentials from a program ('exec'), which is not supported: use a token "
		"or a client certificate");
}
