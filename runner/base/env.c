#include "base/env.h"

#include "base/text.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *pr_env_get(const char *name)
{
	return getenv(name);
}

const char *pr_env_get_set(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

const char *pr_env_get_any_case(const char *name)
{
	const char *value = pr_env_get_set(name);
	size_t n = strlen(name);

	for (char **entry = environ; !value && entry && *entry; entry++)
		if (strncasecmp(*entry, name, n) == 0 && (*entry)[n] == '=' && (*entry)[n + 1])
			value = *entry + n + 1;
	return value;
}

static int change_failed(const char *name, struct pr_err *err)
{
	if (errno == ENOMEM)
		return pr_fail_nomem(err);
	return pr_fail(err, PR_EINVAL, "'%s' cannot be the name of a variable", name);
}

int pr_env_set(const char *name, const char *value, struct pr_err *err)
{
	return setenv(name, value, 1) ? change_failed(name, err) : 0;
}

int pr_env_unset(const char *name, struct pr_err *err)
{
	return unsetenv(name) ? change_failed(name, err) : 0;
}

char *pr_env_home(void)
{
	const char *home = pr_env_get_set("HOME");
	const struct passwd *entry;

	if (home)
		return strdup(home);
	entry = getpwuid(getuid());
	return entry && entry->pw_dir && *entry->pw_dir ? strdup(entry->pw_dir) : NULL;
}

char *pr_env_state(const char *name)
{
	const char *state = pr_env_get_set("XDG_STATE_HOME");
	PR_AUTO(free) char *home = NULL;

	if (state)
		return pr_text_format("%s/plan-runner/%s", state, name);
	home = pr_env_home();
	return home ? pr_text_format("%s/.local/state/plan-runner/%s", home, name) : NULL;
}

char *const *pr_env_all(void)
{
	return environ;
}
