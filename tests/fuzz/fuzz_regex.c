/* A line with a pattern, then the text that is searched. */

#include "fuzz.h"

#include "codec/regex.h"

static void search(const struct pr_regex *regex, const struct fuzz_input *input)
{
	struct pr_err err = PR_ERR_INIT;
	bool found = false;

	fuzz_check_status(pr_regex_search(regex, input->rest, input->rest_n, &found, &err), &err);
	fuzz_expect(!found || err.code == PR_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = fuzz_split(data, size);
	struct pr_regex *regex = NULL;
	struct pr_err err = PR_ERR_INIT;

	fuzz_check_status(pr_regex_new(input.line, input.line_n, &regex, &err), &err);
	if (regex)
		search(regex, &input);
	pr_regex_free(regex);
	free(input.line);
	return 0;
}
