/* Any document can be validated, with the rules of every provider. */

#include "fuzz.h"

#include "activity/provider.h"
#include "experiment/validate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_auto_t *document = fuzz_json((const char *)data, size);
	PR_AUTO(findings) struct pr_findings findings = PR_FINDINGS_INIT;
	struct pr_err err = PR_ERR_INIT;

	if (!document)
		return 0;
	fuzz_check_status(pr_validate(document, pr_provider_rules(), &findings, &err), &err);
	fuzz_expect(err.code == PR_OK && !findings.out_of_memory);
	for (size_t i = 0; i < findings.count; i++)
		fuzz_expect(findings.items[i].place && findings.items[i].text[0]);
	return 0;
}
