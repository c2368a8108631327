/* The first byte chooses the question, the rest is the answer of a server: it is read or refused.
 */

#include "fuzz.h"

#include "net/dns_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = {
		"A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"};
	struct pr_dns_question question = {.id = 0x4142};
	struct pr_dns_answer answer = {.kind = PR_DNS_STRANGE};
	struct pr_err err = PR_ERR_INIT;

	if (!size)
		return 0;
	fuzz_check_status(pr_dns_question_init(&question, "a.test",
				  types[data[0] % (sizeof types / sizeof types[0])], &err),
		&err);
	fuzz_check_status(pr_dns_answer_read(&question, data + 1, size - 1, &answer, &err), &err);
	fuzz_expect((answer.kind == PR_DNS_ANSWER) == (json_array_size(answer.texts) > 0));
	json_decref(answer.texts);
	return 0;
}
