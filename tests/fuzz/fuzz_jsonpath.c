/* A line with a path, then the document that it is applied to. */

#include "fuzz.h"

#include "codec/jsonpath.h"

static void match(const struct pr_jsonpath *path, json_t *document)
{
	struct pr_err err = PR_ERR_INIT;
	json_auto_t *matches = NULL;

	fuzz_check_status(pr_jsonpath_match(path, document, &matches, &err), &err);
	fuzz_expect(!matches || json_is_array(matches));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = fuzz_split(data, size);
	json_auto_t *document = fuzz_json(input.rest, input.rest_n);
	struct pr_jsonpath *path = NULL;
	struct pr_err err = PR_ERR_INIT;

	fuzz_check_status(pr_jsonpath_new(input.line, &path, &err), &err);
	if (path && document)
		match(path, document);
	pr_jsonpath_free(path);
	free(input.line);
	return 0;
}
