#include "deploy/repository.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void spellings_of_one_repository_are_one(void **state)
{
	static const struct {
		const char *text;
		const char *location;
		bool local;
	} rows[] = {
		{"https://github.com/o/r", "https://github.com/o/r", false},
		{"https://github.com/o/r.git", "https://github.com/o/r", false},
		{"https://github.com/o/r/", "https://github.com/o/r", false},
		{"https://github.com//o/r.git///", "https://github.com/o/r", false},
		{"HTTPS://GitHub.com/o/R", "https://github.com/o/R", false},
		{"github.com/o/r", "https://github.com/o/r", false},
		{"github.com/o/r.git/", "https://github.com/o/r", false},
		{"github.com/o/.github", "https://github.com/o/.github", false},
		{"git.example.com/a/b/c.git", "https://git.example.com/a/b/c.git", false},
		{"git.example.com:8443/r", "https://git.example.com:8443/r", false},
		{"localhost:8443/o/r", "https://localhost:8443/o/r", false},
		{"https://[2001:db8::1]:8443/r", "https://[2001:db8::1]:8443/r", false},
		{"http://127.0.0.1:80/r", "http://127.0.0.1:80/r", false},
		{"http://[::1]/r", "http://[::1]/r", false},
		{"http://localhost/r", "http://localhost/r", false},
		{"/srv/r.git/", "/srv/r.git", true},
		{"/", "/", true},
		{"r.git", "r.git", true},
		{"./github.com/o/r", "./github.com/o/r", true},
		{"../github.com/o/r", "../github.com/o/r", true},
		{"o/r", "o/r", true},
		{"team/o/r", "team/o/r", true},
		{"file:///srv/a%20b", "/srv/a b", true},
		{"file:///srv/100%", "/srv/100%", true},
		{"file://localhost/srv/r", "/srv/r", true},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		PR_AUTO(repository) struct pr_repository repository = {NULL, false};
		struct pr_err err = PR_ERR_INIT;

		if (pr_repository_parse(rows[i].text, &repository, &err))
			fail_msg("%s: %s", rows[i].text, err.msg);
		assert_string_equal(repository.location, rows[i].location);
		assert_int_equal(repository.local, rows[i].local);
	}
}

static void what_is_no_repository_for_us_is_refused_without_its_credentials(void **state)
{
	static const char *const rows[][2] = {
		{"git@github.com:o/r.git", "'github.com:o/r.git' is reached over ssh"},
		{"git@host:22/r", "over ssh"},
		{"host:r", "over ssh"},
		{"ssh://u:canary@host/r", "'host/r' is reached over ssh"},
		{"git+ssh://host/r", "over ssh"},
		{"u:canary@github.com/o/r", "over ssh"},
		{"https://canary@github.com/o/r", "credentials do not belong"},
		{"https://u:canary@github.com/o/r", "credentials do not belong"},
		{"http://github.com/o/r", "'github.com' is another machine: only https"},
		{"http://127.0.0.1.example.com/r", "is another machine"},
		{"http://127.evil1/r", "is another machine"},
		{"http://localhost.example.com/r", "is another machine"},
		{"git://u:canary@host/r", "the protocol 'git' is not supported"},
		{"://x", "the protocol '' is not supported"},
		{"https://", "is not the name of a host"},
		{"https:///r", "is not the name of a host"},
		{"https://host:port/r", "is not the name of a host"},
		{"https://ho st/r", "is not the name of a host"},
		{"https://host", "'host' is a host, not a repository"},
		{"https://host/", "'host' is a host, not a repository"},
		{"https://host/r?token=canary", "'/r' is not the path of a repository"},
		{"https://host/r#x", "is not the path"},
		{"https://host/a b", "is not the path"},
		{"https://host/a\nb", "is not the path"},
		{"https://host/a\x7f", "is not the path"},
		{"https://github.com/o", "write github.com/OWNER/NAME"},
		{"https://github.com/o/.git", "write github.com/OWNER/NAME"},
		{"github.com/o/r/tree/main", "'o/r/tree/main' is not a repository of github.com"},
		{"file://host/r", "is on another machine: write file:///folder"},
		{"file:///a%00b", "has a NUL byte"},
		{"", "name the repository"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(rows); i++) {
		PR_AUTO(repository) struct pr_repository repository = {NULL, false};
		struct pr_err err = PR_ERR_INIT;

		assert_int_equal(pr_repository_parse(rows[i][0], &repository, &err), PR_EINVAL);
		if (!strstr(err.msg, rows[i][1]) || strstr(err.msg, "canary"))
			fail_msg("%s: %s", rows[i][0], err.msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spellings_of_one_repository_are_one),
		cmocka_unit_test(what_is_no_repository_for_us_is_refused_without_its_credentials),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
