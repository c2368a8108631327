/* A line with a text, then an object with `configuration` and `secrets`. */

#include "fuzz.h"

#include "codec/json.h"
#include "experiment/substitute.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = fuzz_split(data, size);
	json_auto_t *names = fuzz_json(input.rest, input.rest_n);
	json_auto_t *text = pr_json_text(input.line, input.line_n);
	const struct pr_scope scope = {
		.configuration = pr_json_object(names, "configuration"),
		.secrets = pr_json_object(names, "secrets"),
	};
	struct pr_err err = PR_ERR_INIT;
	json_auto_t *result = NULL;

	fuzz_expect(text);
	fuzz_check_status(pr_substitute(text, &scope, &result, &err), &err);
	fuzz_expect(memchr(input.line, '$', input.line_n) || json_equal(result, text));
	free(input.line);
	return 0;
}
