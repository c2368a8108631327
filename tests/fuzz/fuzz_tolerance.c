/* An object with `tolerance`, `output`, `configuration`: a row of the recorded table. */

#include "fuzz.h"

#include "activity/tolerance.h"
#include "codec/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_auto_t *row = fuzz_json((const char *)data, size);
	const struct pr_scope scope = {.configuration = pr_json_object(row, "configuration")};
	json_t *tolerance = json_object_get(row, "tolerance");
	json_t *output = json_object_get(row, "output");
	struct pr_err err = PR_ERR_INIT;
	bool met = false;

	if (!tolerance || !output)
		return 0;
	if (pr_tolerance_is_probe(tolerance))
		fuzz_check_status(pr_tolerance_inject(tolerance, output, &err), &err);
	else
		fuzz_check_status(
			pr_tolerance_evaluate(tolerance, output, &scope, &met, &err), &err);
	fuzz_expect(!met || err.code == PR_OK);
	return 0;
}
