#include "net/netrc.h"

#include "base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void the_entry_of_the_host_goes_before_the_default_one(void **state)
{
	static const struct {
		const char *text;
		const char *login; /* of host h; NULL: none */
	} cases[] = {
		{"machine h login u password p", "u:p"},
		{"machine a login x password y\nmachine h\n\tlogin u\n\tpassword p\n", "u:p"},
		{"default login d password e", "d:e"},
		{"machine h login u password p\ndefault login d password e", "u:p"},
		{"machine a login x password y\ndefault login d password e", "d:e"},
		{"# machine h login x password y\nmachine h user u account a password p", "u:p"},
		{"macdef m\nmachine h login x password y\n\nmachine h login u password p", "u:p"},
		{"machine h login \"u v\" password p\\ q\\\"r", "u v:p q\"r"},
		{"machine h login u password p\nmachine h login v password q", "v:q"},
		{"machine h login u", "u:"},
		{"machine h password p", ":p"},
		{"machine h", ":"},
		{"machine h login u password p\nmachine h login v", "v:"},
		{"machine h login u\ndefault login d password e", "u:"},
		{"default", ":"},
		{"machine h login \xC3\xBC password \xE2\x82\xAC", "\xFC:\xE2\x82\xAC"},
		{"machine H login u password p", NULL},
		{"machine hh login u password p", NULL},
		{"login u password p", NULL},
		{"machine h login u password p\nnonsense", NULL},
		{"machine h login u password", NULL},
		{"machine", NULL},
		{"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_netrc_login login = {0};
		char text[64] = "";
		bool found = pr_netrc_find_in(cases[i].text, "h", &login);

		if (found)
			snprintf(text, sizeof text, "%s:%s", login.user, login.password);
		if (found != (cases[i].login != NULL) ||
			(found && strcmp(text, cases[i].login) != 0))
			fail_msg("row %zu gives '%s'", i, text);
		pr_netrc_release(&login);
	}
}

static void an_address_has_a_login_where_it_has_a_password(void **state)
{
	static const struct {
		const char *url;
		const char *login; /* NULL: none */
	} cases[] = {
		{"http://u:p@h/", "u:p"},
		{"http://u:@h/", "u:"},
		{"http://:p@h/", ":p"},
		{"http://a@b:c:d@h/", "a@b:c:d"},
		{"http://u%20v:p%40%zz@h", "u v:p@%zz"},
		{"http://%C3%BC:\xE2\x82\xAC@h", "\xFC:\xE2\x82\xAC"},
		{"http://u@h/", NULL},
		{"http://@h/", NULL},
		{"http://:@h/", NULL},
		{"http://h/u:p@x", NULL},
		{"http://h?u:p@x", NULL},
		{"u:p@h", NULL},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_netrc_login login = {0};
		bool found = pr_netrc_of_url(cases[i].url, &login);
		char text[64] = "";

		if (found)
			snprintf(text, sizeof text, "%s:%s", login.user, login.password);
		assert_int_equal(found, cases[i].login != NULL);
		assert_string_equal(text, found ? cases[i].login : "");
		pr_netrc_release(&login);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_entry_of_the_host_goes_before_the_default_one),
		cmocka_unit_test(an_address_has_a_login_where_it_has_a_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
