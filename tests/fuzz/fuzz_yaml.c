/* What YAML gives is JSON: it can be written and reads as the same value. */

#include "fuzz.h"

#include "codec/json.h"
#include "codec/json_write.h"
#include "codec/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pr_limits limits = PR_LIMITS_DEFAULT;
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	const struct pr_json_style style = {.compact = true};
	struct pr_err err = PR_ERR_INIT;
	json_auto_t *value = NULL;
	json_auto_t *again = NULL;

	limits.alias_nodes = 1000;
	fuzz_check_status(
		pr_yaml_parse((const char *)data, size, "input", &limits, &value, &err), &err);
	if (!value)
		return 0;
	fuzz_expect(pr_json_write(value, &style, &text) == 0);
	fuzz_expect(pr_json_parse(text.ptr, text.len, "again", &limits, &again, &err) == 0);
	fuzz_expect(json_equal(value, again));
	return 0;
}
