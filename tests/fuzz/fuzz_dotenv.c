/* A file gives an object of texts, or says why not. */

#include "fuzz.h"

#include "codec/dotenv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pr_err err = PR_ERR_INIT;
	json_auto_t *variables = NULL;
	const char *key;
	json_t *value;

	fuzz_check_status(
		pr_dotenv_parse((const char *)data, size, "input", &variables, &err), &err);
	fuzz_expect(json_is_object(variables) == (err.code == PR_OK));
	json_object_foreach (variables, key, value) {
		fuzz_expect(json_is_string(value));
	}
	return 0;
}
