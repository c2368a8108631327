#include "engine/host.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* "glibc2.36", or "musl", which does not tell its version. */
static void host_libc(char *text, size_t size)
{
#ifdef _CS_GNU_LIBC_VERSION
	char given[64] = "";
	char *space;

	if (confstr(_CS_GNU_LIBC_VERSION, given, sizeof(given)) > 0) {
		space = strchr(given, ' ');
		snprintf(text, size, "%.*s%s", space ? (int)(space - given) : (int)sizeof(given),
			given, space ? space + 1 : "");
		return;
	}
#endif
	snprintf(text, size, "musl");
}

void pr_host_platform(char text[PR_HOST_SIZE])
{
	struct utsname host;
	char libc[68];

	if (uname(&host) < 0) {
		snprintf(text, PR_HOST_SIZE, "Linux");
		return;
	}
	host_libc(libc, sizeof(libc));
	snprintf(text, PR_HOST_SIZE, "%.60s-%.60s-%.60s-with-%s", host.sysname, host.release,
		host.machine, libc);
}

void pr_host_node(char text[PR_HOST_SIZE])
{
	struct utsname host;

	snprintf(text, PR_HOST_SIZE, "%s", uname(&host) < 0 ? "unknown" : host.nodename);
}
