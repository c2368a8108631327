#include "cli/env_duration.h"

#include "base/env.h"
#include "base/log.h"
#include "base/text.h"

int64_t pr_env_duration_ms(const char *variable, int64_t fallback)
{
	const char *text = pr_env_get_set(variable);
	int64_t ms = fallback;

	if (text && pr_text_duration_ms(text, &ms, NULL))
		pr_warn("%s='%s' is not a duration, %lld ms are taken", variable, text,
			(long long)fallback);
	return ms;
}
