/* A file gives a table, or says why not. */

#include "fuzz.h"

#include "codec/toml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pr_err err = PR_ERR_INIT;
	json_auto_t *table = NULL;

	fuzz_check_status(pr_toml_parse((const char *)data, size, "input", &table, &err), &err);
	fuzz_expect(json_is_object(table) == (err.code == PR_OK));
	return 0;
}
