#include "base/compiler.h"
#include "base/redact.h"
#include "net/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void accepts_absolute_web_addresses_and_says_what_is_wrong_with_others(void **state)
{
	static const struct {
		const char *url;
		const char *problem; /* NULL: fine */
	} cases[] = {
		{"http://example.com", NULL},
		{"https://example.com/a/b?c=d#e", NULL},
		{"HTTPS://user:pass@example.com:8443/", NULL},
		{"http://[::1]:8080/x", NULL},
		{"http://127.0.0.1:1", NULL},
		{"example.com/path", "'example.com/path' has no scheme: add https://"},
		{"", "has no scheme"},
		{"mailto:a@b", "has no scheme"},
		{"ftp://example.com/", "is neither http:// nor https://"},
		{"file:///etc/passwd", "is neither http:// nor https://"},
		{"httpx://example.com", "is neither http:// nor https://"},
		{"http://", "is malformed"},
		{"http:///path", "is malformed"},
		{"http://?q=1", "is malformed"},
		{"http://:80/", "is malformed"},
		{"http://user@/", "is malformed"},
		{"http://example.com:99999/", "is malformed"},
		{"http://example.com:port/", "is malformed"},
		{"http://exa mple.com/", "is malformed"},
		{"http://example.com/\r\nHost: evil", "is malformed"},
		{"http://[::1/", "is malformed"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_err err = PR_ERR_INIT;
		int rc = pr_url_check(cases[i].url, &err);

		if (rc != (cases[i].problem ? PR_EINVAL : 0))
			fail_msg("'%s' gives %d %s", cases[i].url, rc, err.msg);
		if (cases[i].problem && !strstr(err.msg, cases[i].problem))
			fail_msg("'%s' is said to be: %s", cases[i].url, err.msg);
	}
}

static void a_problem_needs_no_place_to_be_told(void **state)
{
	(void)state;
	assert_int_equal(pr_url_check("x", NULL), PR_EINVAL);
}

static void this_machine_is_known_by_its_whole_name(void **state)
{
	static const struct {
		const char *url;
		bool loopback;
		bool login;
	} cases[] = {
		{"http://localhost", true, false},
		{"http://LOCALHOST:80/a:b", true, false},
		{"http://127.0.0.1", true, false},
		{"http://127.255.0.9:8080/x", true, false},
		{"http://[::1]", true, false},
		{"http://[::1]:8080/x", true, false},
		{"http://me:secret@127.0.0.1:1/x", true, true},
		{"http://127.0.0.1.example.com", false, false},
		{"http://127.example.com:80", false, false},
		{"http://[::1].example.com", false, false},
		{"http://[::1:2]", false, false},
		{"http://localhost.example.com", false, false},
		{"http://127.0.0.1@example.com", false, true},
		{"http://128.0.0.1", false, false},
		{"http://example.com/@localhost", false, false},
		{"http://", false, false},
		{"localhost", false, false},
		{"me:secret@localhost", false, true},
		{"localhost/@x", false, false},
		{"", false, false},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++)
		if (pr_url_is_loopback(cases[i].url) != cases[i].loopback ||
			pr_url_has_login(cases[i].url) != cases[i].login)
			fail_msg("'%s' is taken for what it is not", cases[i].url);
}

static void plain_http_is_known_by_its_scheme_alone(void **state)
{
	(void)state;
	assert_true(pr_url_is_plain_http("http://a"));
	assert_true(pr_url_is_plain_http("HtTp://a"));
	assert_false(pr_url_is_plain_http("https://a"));
	assert_false(pr_url_is_plain_http("http:/a"));
	assert_false(pr_url_is_plain_http(""));
}

static void host_and_port_are_as_written_without_credentials(void **state)
{
	static const struct {
		const char *url;
		const char *netloc;
	} cases[] = {
		{"http://example.com", "example.com"},
		{"https://Example.com:8443/a", "Example.com:8443"},
		{"https://user:p@ss@example.com:1/a@b", "example.com:1"},
		{"http://example.com?u=a@b", "example.com"},
		{"http://example.com#x/y", "example.com"},
		{"http://[::1]:80/", "[::1]:80"},
		{"example.com", NULL},
		{"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		PR_AUTO(free) char *netloc = pr_url_netloc(cases[i].url);

		if (!cases[i].netloc)
			assert_null(netloc);
		else
			assert_string_equal(netloc, cases[i].netloc);
	}
}

static void credentials_go_on_to_the_same_host_and_never_from_https_to_http(void **state)
{
	static const struct {
		const char *from;
		const char *to;
		bool keeps;
	} cases[] = {
		{"http://a/x", "http://a/y", true},
		{"http://a/x", "http://A:80/y", true},
		{"https://a:443/x", "https://u@a/y", true},
		{"http://a/", "https://a/", true},
		{"http://a:80/", "https://a:443/", true},
		{"https://a/", "http://a/", false},
		{"https://a:8443/", "http://a:8443/", false},
		{"http://a:8080/", "https://a:8443/", false},
		{"http://a/", "https://a:8443/", false},
		{"http://a:1/", "http://a:2/", false},
		{"http://a/", "http://a:81/", false},
		{"http://a/", "http://b/", false},
		{"http://a/", "http://a.b/", false},
		{"http://a/", "http://a@b/", false},
		{"http://a/", "not an address", false},
		{"not an address", "http://a/", false},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++)
		if (pr_url_keeps_credentials(cases[i].from, cases[i].to) != cases[i].keeps)
			fail_msg("from %s to %s", cases[i].from, cases[i].to);
}

static void encodes_everything_but_unreserved_characters(void **state)
{
	static const struct {
		const char *text;
		const char *encoded;
		const char *form;
	} cases[] = {
		{"", "", ""},
		{"aZ09-._~", "aZ09-._~", "aZ09-._~"},
		{"a b", "a%20b", "a+b"},
		{"a+b/c?d=e&f", "a%2Bb%2Fc%3Fd%3De%26f", "a%2Bb%2Fc%3Fd%3De%26f"},
		{"100%", "100%25", "100%25"},
		{"\xC3\xA9", "%C3%A9", "%C3%A9"},
		{"*'()!", "%2A%27%28%29%21", "%2A%27%28%29%21"},
		{"\n\x7f", "%0A%7F", "%0A%7F"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		PR_AUTO(buf) struct pr_buf path = PR_BUF_INIT(64);
		PR_AUTO(buf) struct pr_buf form = PR_BUF_INIT(64);
		size_t n = strlen(cases[i].text);

		assert_int_equal(pr_url_encode(cases[i].text, n, &path), 0);
		assert_int_equal(pr_url_encode_form(cases[i].text, n, &form), 0);
		assert_string_equal(pr_buf_str(&path), cases[i].encoded);
		assert_string_equal(pr_buf_str(&form), cases[i].form);
	}
}

static void encodes_by_length_and_keeps_within_the_buffer(void **state)
{
	PR_AUTO(buf) struct pr_buf zero = PR_BUF_INIT(16);
	PR_AUTO(buf) struct pr_buf small = PR_BUF_INIT(5);

	(void)state;
	assert_int_equal(pr_url_encode("a\0b", 3, &zero), 0);
	assert_string_equal(pr_buf_str(&zero), "a%00b");
	assert_int_equal(pr_url_encode("//", 2, &small), PR_ELIMIT);
}

static void another_host_takes_the_place_of_the_first_and_the_rest_stays(void **state)
{
	static const struct {
		const char *url;
		const char *host;
		const char *result; /* NULL: none */
	} cases[] = {
		{"https://1.2.3.4:6443/a%20b?c=%2F", "api", "https://api:6443/a%20b?c=%2F"},
		{"https://[::1]:6443/a", "api", "https://api:6443/a"},
		{"https://h/", "api.test", "https://api.test/"},
		{"https://h/", "a b", NULL},
		{"nothing", "api", NULL},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		PR_AUTO(free) char *url = pr_url_replace_host(cases[i].url, cases[i].host);

		if (cases[i].result)
			assert_string_equal(url ? url : "", cases[i].result);
		else
			assert_null(url);
	}
}

static void addresses_keep_what_is_encoded_and_encode_the_rest(void **state)
{
	static const struct {
		const char *url;
		const char *encoded;
	} cases[] = {
		{"http://h/a b", "http://h/a%20b"},
		{"http://h/a%20b?x=%2F", "http://h/a%20b?x=%2F"},
		{"http://h/\xC3\xA9", "http://h/%C3%A9"},
		{"http://h/a?b=[1]&c=d+e", "http://h/a?b=%5B1%5D&c=d+e"},
		{"a=http://x&b=[1]", "a=http://x&b=%5B1%5D"},
		{"http://h/%41%7e%2f%e9%4", "http://h/%2541%257E%252F%25E9%254"},
		{"http://h/%41%7e%2f%e9", "http://h/A~%2F%E9"},
		{"http://h/%2f?%2f%", "http://h/%2F?%252F%25"},
		{"http://h/%41?a=%zz%41", "http://h/A?a=%25zz%2541"},
		{"a=%e9", "a=%E9"},
		{"", ""},
		{"http://h/\"<>\"", "http://h/%22%3C%3E%22"},
		{"http://[::1]:80/", "http://[::1]:80/"},
		{"http://M\xC3\x9CNCHEN.example:80/\xC3\xBC",
			"http://xn--mnchen-3ya.example:80/%C3%BC"},
		{"http://stra\xC3\x9F"
		 "e.example",
			"http://xn--strae-oqa.example"},
		{"https://\xC3\xBC:p@\xE4\xBE\x8B\xE3\x81\x88\xE3\x80\x82"
		 "A.example/",
			"https://%C3%BC:p@xn--r8jz45g.a.example/"},
		{"http://\xD0\x9F\xD0\xA0\xD0\x98\xD0\x9C\xD0\x95\xD0\xA0.\xD1\x80\xD1\x84",
			"http://xn--e1afmkfd.xn--p1ai"},
		{"http://\xCE\xB1.\xC3\xBC?\xC3\xBC", "http://xn--mxa.xn--tda?%C3%BC"},
		{"http://\xC3/", "http://%C3/"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		PR_AUTO(buf) struct pr_buf out = PR_BUF_INIT(4096);

		assert_int_equal(pr_url_requote(cases[i].url, &out), 0);
		assert_string_equal(pr_buf_str(&out), cases[i].encoded);
	}
}

static void an_answer_points_from_where_it_came(void **state)
{
	static const struct {
		const char *location;
		const char *url; /* NULL: none comes of it */
	} cases[] = {
		{"/y z", "http://u:p@h:1/y%20z"},
		{"y", "http://u:p@h:1/a/y"},
		{"../y", "http://u:p@h:1/y"},
		{"?q=a b&c=[d]", "http://u:p@h:1/a/b?q=a%20b&c=%5Bd%5D"},
		{"#part", "http://u:p@h:1/a/b?x=1#part"},
		{"", "http://u:p@h:1/a/b?x=1"},
		{"//other/y", "http://other/y"},
		{"http:/y", "http://u:p@h:1/y"},
		{"HTTP:y", "http://u:p@h:1/a/y"},
		{"https://other/%7e\xC3\xA9", "https://other/~%C3%A9"},
		{" \x01/y\t\r\nz", "http://u:p@h:1/yz"},
		{"mailto:x", "mailto:x"},
		{"//[::1", NULL},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		PR_AUTO(free) char *url =
			pr_url_resolve("http://u:p@h:1/a/b?x=1", cases[i].location);

		if (cases[i].url)
			assert_string_equal(url ? url : cases[i].location, cases[i].url);
		else
			assert_null(url);
	}
}

static void an_address_without_its_login_is_the_same_place(void **state)
{
	static const struct {
		const char *url;
		const char *without;
	} cases[] = {
		{"http://h/a@b", "http://h/a@b"},
		{"http://u:p@h/a@b", "http://h/a@b"},
		{"http://a@b:c@h", "http://h"},
		{"http://@h", "http://h"},
		{"u@h", "u@h"},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		PR_AUTO(free) char *url = pr_url_without_login(cases[i].url);

		assert_string_equal(url, cases[i].without);
	}
}

static void the_password_of_an_address_is_hidden(void **state)
{
	static const struct {
		const char *url;
		const char *hidden; /* NULL: nothing is */
	} cases[] = {
		{"http://user:canary-1@h:1", "canary-1"},
		{"user:canary-2@h:1", "canary-2"},
		{"socks5://user:can%61ry-3@h", "canary-3"},
		{"http://user:can%61ry-3@h", "can%61ry-3"},
		{"http://user:canary/4@h:99999", "canary/4"},
		{"http://user-name@h:1", NULL},
		{"http://host-name:3128", NULL},
		{"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		assert_int_equal(pr_url_hide_password(cases[i].url, NULL), 0);
		assert_int_equal(pr_redact_active(), cases[i].hidden != NULL);
		if (cases[i].hidden)
			assert_true(pr_redact_found(cases[i].hidden, strlen(cases[i].hidden)));
		pr_redact_forget();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_absolute_web_addresses_and_says_what_is_wrong_with_others),
		cmocka_unit_test(a_problem_needs_no_place_to_be_told),
		cmocka_unit_test(this_machine_is_known_by_its_whole_name),
		cmocka_unit_test(plain_http_is_known_by_its_scheme_alone),
		cmocka_unit_test(host_and_port_are_as_written_without_credentials),
		cmocka_unit_test(credentials_go_on_to_the_same_host_and_never_from_https_to_http),
		cmocka_unit_test(another_host_takes_the_place_of_the_first_and_the_rest_stays),
		cmocka_unit_test(addresses_keep_what_is_encoded_and_encode_the_rest),
		cmocka_unit_test(an_answer_points_from_where_it_came),
		cmocka_unit_test(an_address_without_its_login_is_the_same_place),
		cmocka_unit_test(the_password_of_an_address_is_hidden),
		cmocka_unit_test(encodes_everything_but_unreserved_characters),
		cmocka_unit_test(encodes_by_length_and_keeps_within_the_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
