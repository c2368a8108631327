#include "net/dns_message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ID 0x4142
#define QUESTION "\6a-name\4test\0\0\1\0\1"
#define HEAD(flags, answers) "AB" flags "\0\1\0" answers "\0\0\0\0" QUESTION
#define OWNER "\xc0\x0c"
#define A_RECORD(owner, n) owner "\0\1\0\1\0\0\0\x3c\0" n

static void questions_are_names_of_ascii(void **state)
{
	static const struct {
		const char *domain, *type;
		int rc;
	} cases[] = {
		{"a.test", "A", 0},
		{"a.test.", "txt", 0},
		{".", "NS", 0},
		{"_x._tcp.test", "SRV", 0},
		{"", "A", PR_EINVAL},
		{"..", "A", PR_EINVAL},
		{".a", "A", PR_EINVAL},
		{"a..b", "A", PR_EINVAL},
		{"a b", "A", PR_EINVAL},
		{"\xc3\xa9.test", "A", PR_EINVAL},
		{"a\\.test", "A", PR_EINVAL},
		{"a.test", "ANY", PR_EINVAL},
		{"a.test", "", PR_EINVAL},
	};

	(void)state;
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_dns_question question = {.id = ID};

		assert_int_equal(
			pr_dns_question_init(&question, cases[i].domain, cases[i].type, NULL),
			cases[i].rc);
	}
}

static void a_question_is_written_as_a_message(void **state)
{
	static const char expected[] = "AB\1\0\0\1\0\0\0\0\0\0" QUESTION;
	struct pr_dns_question question = {.id = ID};
	PR_AUTO(buf) struct pr_buf message = PR_BUF_INIT(512);

	(void)state;
	assert_int_equal(pr_dns_question_init(&question, "a-name.test", "A", NULL), 0);
	assert_int_equal(pr_dns_question_write(&question, &message), 0);
	assert_int_equal(message.len, sizeof expected - 1);
	assert_memory_equal(message.ptr, expected, message.len);
}

#define ROW(bytes, kind) {bytes, sizeof(bytes) - 1, kind}

static void answers_are_read_or_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		enum pr_dns_kind kind;
	} cases[] = {
		ROW(HEAD("\x81\x80", "\1") A_RECORD(OWNER, "\4") "\1\2\3\4", PR_DNS_ANSWER),
		ROW(HEAD("\x81\x80", "\0"), PR_DNS_NO_ANSWER),
		ROW(HEAD("\x81\x83", "\0"), PR_DNS_NO_NAME),
		ROW(HEAD("\x81\x82", "\0"), PR_DNS_FAILURE),
		ROW(HEAD("\x83\x80", "\0"), PR_DNS_TRUNCATED),
		ROW("", PR_DNS_STRANGE),
		ROW("AB\x81\x80", PR_DNS_STRANGE),
		ROW(HEAD("\1\0", "\0"), PR_DNS_STRANGE),
		ROW("XB\x81\x80\0\1\0\0\0\0\0\0" QUESTION, PR_DNS_STRANGE),
		ROW("AB\x81\x80\0\1\0\0\0\0\0\0\1x\0\0\1\0\1", PR_DNS_STRANGE),
		/* one record too few, data too short, and longer than its type is */
		ROW(HEAD("\x81\x80", "\2") A_RECORD(OWNER, "\4") "\1\2\3\4", PR_DNS_STRANGE),
		ROW(HEAD("\x81\x80", "\1") A_RECORD(OWNER, "\4") "\1\2\3", PR_DNS_STRANGE),
		ROW(HEAD("\x81\x80", "\1") A_RECORD(OWNER, "\5") "\1\2\3\4\5", PR_DNS_STRANGE),
		/* pointers to themselves, ahead, and a label of a reserved kind */
		ROW(HEAD("\x81\x80", "\1") A_RECORD("\xc0\x1d", "\4") "\1\2\3\4", PR_DNS_STRANGE),
		ROW(HEAD("\x81\x80", "\1") A_RECORD("\xc0\xff", "\4") "\1\2\3\4", PR_DNS_STRANGE),
		ROW(HEAD("\x81\x80", "\1") A_RECORD("\x80", "\4") "\1\2\3\4", PR_DNS_STRANGE),
		/* another owner, an alias of itself */
		ROW(HEAD("\x81\x80", "\1") A_RECORD("\1x\0", "\4") "\1\2\3\4", PR_DNS_NO_ANSWER),
		ROW(HEAD("\x81\x80", "\1") OWNER "\0\5\0\1\0\0\0\x3c\0\2" OWNER, PR_DNS_NO_ANSWER),
	};
	struct pr_dns_question question = {.id = ID};

	(void)state;
	assert_int_equal(pr_dns_question_init(&question, "a-name.test", "A", NULL), 0);
	question.id = 'A' << 8 | 'B';
	for (size_t i = 0; i < PR_LEN(cases); i++) {
		struct pr_dns_answer answer = {.kind = PR_DNS_ANSWER};
		PR_AUTO(free) unsigned char *exact = malloc(cases[i].n + 1);

		memcpy(exact, cases[i].bytes, cases[i].n);
		assert_int_equal(
			pr_dns_answer_read(&question, exact, cases[i].n, &answer, NULL), 0);
		if (answer.kind != cases[i].kind)
			fail_msg("row %zu: %d", i, (int)answer.kind);
		assert_int_equal(json_array_size(answer.texts), answer.kind == PR_DNS_ANSWER);
		json_decref(answer.texts);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_are_names_of_ascii),
		cmocka_unit_test(a_question_is_written_as_a_message),
		cmocka_unit_test(answers_are_read_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
