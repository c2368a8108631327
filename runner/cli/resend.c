#include "cli/resend.h"

#include "base/text.h"
#include "codec/json.h"
#include "platform/delivery.h"
#include "platform/spool.h"

#define US_PER_MS INT64_C(1000)
#define REFUSED_KEPT_US (INT64_C(7) * 24 * 3600 * 1000 * US_PER_MS)

/* One entry on its way. */
struct attempt {
	struct pr_loop *loop;
	struct pr_delivery_result result;
	bool ended;
};

static void on_delivered(void *arg, const struct pr_delivery_result *result)
{
	struct attempt *attempt = arg;

	attempt->result = *result;
	attempt->ended = true;
	pr_loop_stop(attempt->loop);
}

static bool is_ours(const struct pr_resend *resend, const json_t *document)
{
	return pr_text_eq(pr_json_str(document, "host"), resend->service->host) &&
	       pr_text_eq(pr_json_str(document, "organization"), resend->service->organization);
}

static int64_t deadline_us(const struct pr_resend *resend, const struct pr_loop *loop)
{
	int64_t deadline = pr_loop_now_us(loop) + resend->entry_ms * US_PER_MS;

	return resend->until_us && resend->until_us < deadline ? resend->until_us : deadline;
}

/* Until it was delivered, refused, given up, or a signal came. */
static void deliver(
	struct pr_resend *resend, const json_t *document, struct pr_delivery_result *result)
{
	struct attempt attempt = {.loop = resend->signals->loop};
	struct pr_delivery *delivery = NULL;
	struct pr_err err = PR_ERR_INIT;
	int rc = pr_delivery_start(resend->platform, document, deadline_us(resend, attempt.loop),
		on_delivered, &attempt, &delivery, &err);

	while (!rc && !attempt.ended && !resend->signals->received)
		rc = pr_loop_run(attempt.loop, &err);
	pr_delivery_free(delivery);
	*result = attempt.result;
	if (!attempt.ended)
		pr_text_copy(result->message, sizeof result->message, rc ? err.msg : "interrupted");
}

static void tell(struct pr_resend *resend, const struct pr_spool_entry *entry, const char *outcome,
	bool delivered)
{
	const char *execution = pr_json_str(entry->document, "execution");

	if (delivered)
		resend->delivered++;
	else
		resend->kept++;
	resend->say(resend->arg, execution ? execution : entry->path, outcome, delivered);
}

/* It would be told of for ever: nobody but its own platform takes it. */
static void tell_other(struct pr_resend *resend, const struct pr_spool_entry *entry)
{
	PR_AUTO(free) char *outcome = pr_text_format(
		"kept: of another host or organization; to give it up, remove the file '%s'",
		entry->path);

	tell(resend, entry, outcome ? outcome : "kept: of another host or organization", false);
}

static bool is_old(const struct pr_resend *resend, const struct pr_spool_entry *entry)
{
	return pr_loop_wall_us(resend->signals->loop) - entry->written_us > REFUSED_KEPT_US;
}

static void settle(struct pr_resend *resend, struct pr_spool_entry *entry,
	const struct pr_delivery_result *result)
{
	char outcome[400];
	bool dropped = result->refused && is_old(resend, entry);

	if (result->delivered) {
		tell(resend, entry, "delivered", true);
		pr_spool_remove(entry);
		return;
	}
	pr_text_print(outcome, sizeof outcome,
		dropped ? "refused for a week, removed: %s" : "kept: %s", result->message);
	tell(resend, entry, outcome, false);
	if (dropped)
		pr_spool_remove(entry);
}

static int on_entry(void *arg, struct pr_spool_entry *entry)
{
	struct pr_resend *resend = arg;
	struct pr_delivery_result result;

	if (resend->until_us && pr_loop_now_us(resend->signals->loop) >= resend->until_us)
		return PR_ETIMEOUT;
	if (!is_ours(resend, entry->document)) {
		if (!resend->quiet)
			tell_other(resend, entry);
		return 0;
	}
	deliver(resend, entry->document, &result);
	settle(resend, entry, &result);
	return resend->signals->received ? PR_ECANCELED : 0;
}

int pr_resend_all(struct pr_resend *resend, struct pr_err *err)
{
	int rc = pr_spool_each(on_entry, resend, err);

	return rc == PR_ETIMEOUT ? 0 : rc;
}
