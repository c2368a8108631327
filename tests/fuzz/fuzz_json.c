/* What is read can be written in every style, and reads as the same value again. */

#include "fuzz.h"

#include "codec/json.h"
#include "codec/json_write.h"

static void round_trip(const json_t *value, const struct pr_json_style *style)
{
	const struct pr_limits limits = PR_LIMITS_DEFAULT;
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	struct pr_err err = PR_ERR_INIT;
	json_t *again = NULL;

	fuzz_expect(pr_json_write(value, style, &text) == 0);
	fuzz_expect(pr_json_parse(text.ptr, text.len, "again", &limits, &again, &err) == 0);
	fuzz_expect(json_equal(value, again));
	json_decref(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct pr_json_style styles[] = {
		PR_JSON_JOURNAL, {.ascii = true}, {.compact = true, .sort_keys = true}};
	const struct pr_limits limits = PR_LIMITS_DEFAULT;
	struct pr_err err = PR_ERR_INIT;
	json_auto_t *value = NULL;

	fuzz_check_status(
		pr_json_parse((const char *)data, size, "input", &limits, &value, &err), &err);
	for (size_t i = 0; value && i < PR_LEN(styles); i++)
		round_trip(value, &styles[i]);
	return 0;
}
