#include "kube/apply.h"

#include "base/clock.h"
#include "base/text.h"
#include "codec/json.h"
#include "kube/owner.h"
#include "kube/refusal.h"
#include "kube/resource.h"

#include <stdlib.h>

#define QUERY "?fieldManager=" PR_KUBE_MANAGER "&fieldValidation=Strict&force=false"
#define APPLY_PATCH "application/apply-patch+yaml"

/* How long an object may take to appear whose creation was not answered. */
#define APPEAR_TRIES 6
#define APPEAR_PAUSE_US ((int64_t)500 * 1000)
#define APPEAR_SILENCE_MS 3000

const char *pr_kube_change_name(enum pr_kube_change change)
{
	static const char *const names[] = {[PR_KUBE_UNCHANGED] = "unchanged",
		[PR_KUBE_CONFIGURED] = "configured",
		[PR_KUBE_CREATED] = "created"};

	return names[change];
}

void pr_kube_applied_release(struct pr_kube_applied *applied)
{
	for (size_t i = 0; i < applied->count; i++) {
		json_decref(applied->items[i].found);
		json_decref(applied->items[i].now);
	}
	free(applied->items);
	*applied = (struct pr_kube_applied){.items = NULL};
}

static int begin(struct pr_kube_applied *applied, const json_t *objects, struct pr_err *err)
{
	size_t count = json_array_size(objects);

	applied->items = calloc(count + 1, sizeof(*applied->items));
	if (!applied->items)
		return pr_fail_nomem(err);
	applied->count = count;
	for (size_t i = 0; i < count; i++)
		applied->items[i].wanted = json_array_get(objects, i);
	return 0;
}

/* Step 1 for one object. */
static int look(struct pr_kube_client *client, struct pr_kube_item *item, struct pr_err *err)
{
	PR_AUTO(free) char *path = pr_kube_path_of(item->wanted);
	PR_AUTO(kube_result) struct pr_kube_result result = {.status = 0};
	struct pr_kube_request get = {.method = "GET", .path = path, .repeatable = true};
	char title[PR_KUBE_TITLE_SIZE];
	int rc = path ? pr_kube_call(client, &get, &result, err) : pr_fail_nomem(err);

	pr_kube_title(item->wanted, title);
	if (rc && pr_kube_is_absent(&result)) {
		pr_err_clear(err);
		return 0;
	}
	if (rc)
		return pr_wrap(err, "%s", title);
	if (!json_is_object(result.body))
		return pr_fail(err, PR_EPROTO, "%s: the API server answered no object", title);
	item->found = pr_steal(result.body);
	return pr_kube_refuse_found(item->found, err);
}

/* What is sent: an object that exists is meant by its uid, so that no other is hit. */
static json_t *body_of(const struct pr_kube_item *item)
{
	json_t *body = pr_json_copy(item->wanted);
	json_t *meta = pr_json_copy(pr_json_object(item->wanted, "metadata"));
	const char *uid = pr_kube_meta(item->found, "uid");

	if (pr_json_set(body, "metadata", meta, NULL) ||
		(uid && pr_json_set(meta, "uid", json_string(uid), NULL))) {
		json_decref(body);
		return NULL;
	}
	return body;
}

/* One call of server-side apply. */
static int patch(struct pr_kube_client *client, const json_t *body, const char *more,
	struct pr_kube_result *result, struct pr_err *err)
{
	PR_AUTO(free) char *path = body ? pr_kube_path_of(body) : NULL;
	PR_AUTO(free) char *address = path ? pr_text_format("%s" QUERY "%s", path, more) : NULL;
	struct pr_kube_request request = {.method = "PATCH",
		.path = address,
		.content_type = APPLY_PATCH,
		.body = body,
		/* one that was answered and lost would later look like somebody else's */
		.repeatable = *more || pr_kube_meta(body, "uid")};

	return address ? pr_kube_call(client, &request, result, err) : pr_fail_nomem(err);
}

/* All that we can set: not the status, nor what the server writes beside it. */
static bool same(const json_t *a, const json_t *b)
{
	static const char *const kept[] = {"labels", "annotations"};
	json_auto_t *left = pr_json_copy(a);
	json_auto_t *right = pr_json_copy(b);
	bool equal = left && right;

	for (size_t i = 0; equal && i < PR_LEN(kept); i++) {
		const json_t *one = pr_json_object(pr_json_object(a, "metadata"), kept[i]);
		const json_t *two = pr_json_object(pr_json_object(b, "metadata"), kept[i]);

		equal = (!one && !two) || json_equal(one, two);
	}
	if (!equal)
		return false;
	json_object_del(left, "metadata");
	json_object_del(right, "metadata");
	json_object_del(left, "status");
	json_object_del(right, "status");
	return json_equal(left, right);
}

static enum pr_kube_change change_of(const struct pr_kube_item *item)
{
	if (!item->found)
		return PR_KUBE_CREATED;
	return same(item->found, item->now) ? PR_KUBE_UNCHANGED : PR_KUBE_CONFIGURED;
}

/* Whether the role that a binding names is one of those that are to be created with it. */
static bool binds_new_role(const struct pr_kube_applied *applied, const struct pr_kube_item *item)
{
	const json_t *role = pr_json_object(item->wanted, "roleRef");

	for (size_t i = 0; role && i < applied->count; i++)
		if (!applied->items[i].found &&
			pr_text_eq(pr_json_str(applied->items[i].wanted, "kind"),
				pr_json_str(role, "kind")) &&
			pr_text_eq(pr_kube_meta(applied->items[i].wanted, "name"),
				pr_json_str(role, "name")))
			return true;
	return false;
}

/*
 * Step 2 for one object. A binding to a role that is not there yet cannot be tried by who may not
 * bind every role: the server looks the role up.
 */
static int try(struct pr_kube_client *client, const struct pr_kube_applied *applied,
	struct pr_kube_item *item, struct pr_err *err)
{
	PR_AUTO(kube_result) struct pr_kube_result result = {.status = 0};
	json_auto_t *body = body_of(item);
	int rc = patch(client, body, "&dryRun=All", &result, err);

	if (rc && pr_kube_is_absent(&result) && binds_new_role(applied, item)) {
		pr_err_clear(err);
		item->change = PR_KUBE_CREATED;
		return 0;
	}
	if (rc)
		return pr_kube_refuse_answer(item->wanted, &result, err);
	item->now = pr_steal(result.body);
	item->change = change_of(item);
	return 0;
}

/* Gives back what we added to an object of somebody else: an empty set of fields is applied. */
static void give_back(struct pr_kube_client *client, const json_t *object)
{
	PR_AUTO(kube_result) struct pr_kube_result result = {.status = 0};
	json_auto_t *body = json_pack("{s:s, s:s, s:{s:s, s:s*, s:s}}", "apiVersion",
		pr_json_str(object, "apiVersion"), "kind", pr_json_str(object, "kind"), "metadata",
		"name", pr_kube_meta(object, "name"), "namespace",
		pr_kube_meta(object, "namespace"), "uid", pr_kube_meta(object, "uid"));

	(void)patch(client, body, "", &result, NULL);
}

/* Whether the server has decided, rather than been lost or overcome while it did. */
static bool is_final(const struct pr_kube_result *result)
{
	return result->status >= 300 && result->status < 500;
}

/* Step 3 for one object. */
static int apply(struct pr_kube_client *client, struct pr_kube_item *item, struct pr_err *err)
{
	PR_AUTO(kube_result) struct pr_kube_result result = {.status = 0};
	json_auto_t *body = body_of(item);
	char title[PR_KUBE_TITLE_SIZE];
	int rc = patch(client, body, "", &result, err);

	if (rc) {
		item->lost = !item->found && !is_final(&result);
		return pr_kube_refuse_answer(item->wanted, &result, err);
	}
	json_decref(item->now);
	item->now = pr_steal(result.body);
	item->change = change_of(item);
	if (item->found || result.status == 201)
		return 0;
	/* not ours to delete either */
	item->change = PR_KUBE_UNCHANGED;
	pr_kube_title(item->wanted, title);
	if (pr_kube_is_shared(item->now))
		give_back(client, item->now);
	return pr_fail(err, PR_EINVAL,
		"%s was created by somebody else meanwhile: look at it, then apply again", title);
}

/* Deletes by uid; gone already, or another by now, is as good. */
static bool delete(struct pr_kube_client *client, const json_t *object)
{
	PR_AUTO(kube_result) struct pr_kube_result result = {.status = 0};
	PR_AUTO(free) char *path = pr_kube_path_of(object);
	json_auto_t *options = json_pack("{s:s, s:s, s:s, s:{s:s}}", "apiVersion", "v1", "kind",
		"DeleteOptions", "propagationPolicy", "Background", "preconditions", "uid",
		pr_kube_meta(object, "uid"));
	struct pr_kube_request request = {
		.method = "DELETE", .path = path, .body = options, .repeatable = true};

	return path && options &&
	       (pr_kube_call(client, &request, &result, NULL) == 0 || result.status == 404 ||
		       result.status == 409);
}

/* What became of an object that had been applied before another failed. */
enum fate { GONE, CHANGED, LEFT, FATES };

static enum fate undo_one(struct pr_kube_client *client, const struct pr_kube_item *item)
{
	if (item->change == PR_KUBE_CONFIGURED)
		return CHANGED;
	return delete(client, item->now) ? GONE : LEFT;
}

/* When the last of those was created that were not there before: a time of the server's. */
static int64_t latest_creation(const struct pr_kube_applied *applied)
{
	int64_t latest_us = INT64_MAX;

	for (size_t i = 0; i < applied->count; i++) {
		const struct pr_kube_item *item = &applied->items[i];
		int64_t us;

		if (!item->found &&
			pr_stamp_read_rfc3339(pr_kube_meta(item->now, "creationTimestamp"), &us) &&
			(latest_us == INT64_MAX || us > latest_us))
			latest_us = us;
	}
	return latest_us;
}

static bool is_of_this_call(const struct pr_kube_applied *applied, const json_t *found)
{
	char why[PR_KUBE_OWNER_SIZE];
	int64_t us;

	return pr_stamp_read_rfc3339(pr_kube_meta(found, "creationTimestamp"), &us) &&
	       us >= latest_creation(applied) && pr_kube_is_ours(found, why);
}

/* What became of one whose creation was not answered; FATES: nobody knows. */
static enum fate settle(struct pr_kube_client *client, const struct pr_kube_applied *applied,
	const struct pr_kube_item *lost)
{
	PR_AUTO(free) char *path = pr_kube_path_of(lost->wanted);
	const struct pr_kube_request get = {
		.method = "GET", .path = path, .silence_ms = APPEAR_SILENCE_MS};

	for (int i = 0; path && i < APPEAR_TRIES; i++) {
		PR_AUTO(kube_result) struct pr_kube_result result = {.status = 0};
		int rc = i ? pr_kube_pause(client, APPEAR_PAUSE_US, NULL) : 0;

		rc = rc ? rc : pr_kube_call(client, &get, &result, NULL);
		if (rc == PR_ECANCELED || rc == PR_ETIMEOUT)
			break;
		if (rc || !json_is_object(result.body))
			continue;
		if (!is_of_this_call(applied, result.body))
			break;
		return delete(client, result.body) ? GONE : LEFT;
	}
	return FATES;
}

/* Undoes the first `count` of step 3, the last one first, and tells of it in `err`. */
static int undo(struct pr_kube_client *client, const struct pr_kube_applied *applied, size_t count,
	struct pr_err *err)
{
	static const char *const heads[FATES] = {
		", deleted again: ", ", left changed: ", ", could not be deleted again: "};
	const struct pr_kube_item *lost =
		applied->items[count].lost ? &applied->items[count] : NULL;
	PR_AUTO(buf) struct pr_buf told = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	char title[PR_KUBE_TITLE_SIZE];
	enum fate last = FATES;
	enum fate fate;

	while (count-- > 0) {
		const struct pr_kube_item *item = &applied->items[count];

		if (item->change == PR_KUBE_UNCHANGED)
			continue;
		fate = undo_one(client, item);
		pr_kube_title(item->wanted, title);
		pr_buf_addf(&told, "%s%s", fate == last ? ", " : heads[fate], title);
		last = fate;
	}
	/* last, since it may take a while to appear */
	fate = lost ? settle(client, applied, lost) : FATES;
	if (fate != FATES) {
		pr_kube_title(lost->wanted, title);
		pr_buf_addf(&told, "%s%s", fate == last ? ", " : heads[fate], title);
	} else if (lost) {
		(void)pr_wrap(err, "it may have been created all the same");
	}
	return pr_wrap(err, "not applied%s", pr_buf_str(&told));
}

int pr_kube_apply(struct pr_kube_client *client, const json_t *objects, bool dry_run,
	struct pr_kube_applied *applied, struct pr_err *err)
{
	int rc;

	*applied = (struct pr_kube_applied){.items = NULL};
	rc = begin(applied, objects, err);
	for (size_t i = 0; !rc && i < applied->count; i++)
		rc = look(client, &applied->items[i], err);
	for (size_t i = 0; !rc && i < applied->count; i++)
		rc = try(client, applied, &applied->items[i], err);
	for (size_t i = 0; !rc && !dry_run && i < applied->count; i++) {
		rc = apply(client, &applied->items[i], err);
		if (rc)
			return undo(client, applied, i, err);
	}
	return rc;
}
