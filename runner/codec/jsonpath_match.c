#include "codec/jsonpath_private.h"

/*
 * A path with several ".." visits a value many times over. The bounds are far beyond any use, and
 * reached in a fraction of a second.
 */
#define VISITS_MAX 5000000
#define DEPTH_MAX 4000

/* Where a walk goes on: the steps that are left, and who receives what is behind them. */
struct tail {
	const struct pr_jp_step *step;
	pr_jp_visit *visit;
	void *arg;
};

static int walk_step(struct pr_jp_walk *w, const struct tail *tail, json_t *value);

static int enter(struct pr_jp_walk *w)
{
	if (++w->visits > VISITS_MAX)
		return pr_fail(
			w->err, PR_ELIMIT, "the path visits more than %d values", VISITS_MAX);
	if (w->depth >= DEPTH_MAX)
		return pr_fail(w->err, PR_ELIMIT, "the value is too deep for the path");
	w->depth++;
	return 0;
}

/* Goes on behind the step of `tail` with one of its matches; NULL is no match. */
static int go_on(struct pr_jp_walk *w, const struct tail *tail, json_t *value)
{
	struct tail rest = *tail;

	if (!value)
		return 0;
	rest.step = tail->step->next;
	return walk_step(w, &rest, value);
}

static int select_key(struct pr_jp_walk *w, const struct tail *tail, const char *key, json_t *value)
{
	return go_on(w, tail, json_object_get(value, key));
}

static int select_index(
	struct pr_jp_walk *w, const struct tail *tail, json_int_t index, json_t *value)
{
	if (index < 0)
		index += (json_int_t)json_array_size(value);
	return index < 0 ? 0 : go_on(w, tail, json_array_get(value, (size_t)index));
}

/*
 * Python's range(start, stop, step) with negative ends counted from the end once; indices that are
 * still negative count from the end again, as upstream's do.
 */
static int select_slice(struct pr_jp_walk *w, const struct tail *tail,
	const struct pr_jp_selector *s, json_t *value)
{
	json_int_t n = (json_int_t)json_array_size(value);
	json_int_t start = s->index < 0 ? s->index + n : s->index;
	json_int_t stop = s->has_stop ? s->stop : n;
	int status = 0;

	if (!json_is_array(value))
		return 0;
	if (!s->step)
		return pr_fail(w->err, PR_EINVAL, "a slice's step must not be 0");
	if (start < 0)
		start = 0;
	if (stop < 0)
		stop += n;
	if (s->step < 0 && start >= n) /* skip what is beyond the end */
		start += (start - n - s->step) / -s->step * s->step;
	if (s->step > 0 && stop > n)
		stop = n;
	if (s->step < 0 && stop < -n - 1)
		stop = -n - 1;
	for (json_int_t i = start; !status && (s->step > 0 ? i < stop : i > stop); i += s->step)
		status = select_index(w, tail, i, value);
	return status;
}

static int select_all(struct pr_jp_walk *w, const struct tail *tail, json_t *value)
{
	const char *key;
	json_t *item;
	int status = 0;

	for (size_t i = 0; !status && i < json_array_size(value); i++)
		status = go_on(w, tail, json_array_get(value, i));
	json_object_foreach (value, key, item) {
		status = go_on(w, tail, item);
		if (status)
			break;
	}
	return status;
}

static int select_filter(struct pr_jp_walk *w, const struct tail *tail,
	const struct pr_jp_selector *s, json_t *value)
{
	int status = pr_jsonpath_holds(w, s->filter, value);

	return status > 0 ? go_on(w, tail, value) : status;
}

/* Goes through the matches of a path that stands for keys or arguments. */
struct inner {
	struct pr_jp_walk *walk;
	const struct tail *tail;
	const struct pr_jp_selector *selector;
	json_t *value;
	json_t *args[PR_JP_ARGS_MAX]; /* those that are known so far */
	size_t count;
};

static int look_up(void *arg, json_t *found)
{
	const struct inner *inner = arg;
	json_t *value = inner->value;

	if (json_is_string(found) && json_is_object(value))
		return go_on(inner->walk, inner->tail,
			json_object_getn(
				value, json_string_value(found), json_string_length(found)));
	if (json_is_integer(found)) {
		json_int_t index = json_integer_value(found);

		return index > PR_JSONPATH_INT_MAX || index < -PR_JSONPATH_INT_MAX
			       ? 0
			       : select_index(inner->walk, inner->tail, index, value);
	}
	return json_is_boolean(found)
		       ? select_index(inner->walk, inner->tail, json_is_true(found), value)
		       : 0;
}

static int call_now(const struct inner *inner)
{
	json_t *result = NULL;
	int status = inner->selector->call(inner->value, inner->args, inner->count, &result);
	json_auto_t *owned = result;

	return status ? status : go_on(inner->walk, inner->tail, owned);
}

static int call_with(const struct inner *inner, const struct pr_jp_operand *arg);

/* One more argument is known. */
static int call_more(void *arg, json_t *found)
{
	struct inner inner = *(const struct inner *)arg;
	const struct pr_jp_operand *operand = inner.selector->args;

	if (inner.count >= PR_JP_ARGS_MAX)
		return 0;
	for (size_t i = 0; i < inner.count; i++)
		operand = operand->next;
	inner.args[inner.count++] = found;
	return call_with(&inner, operand->next);
}

/* A path as argument stands for each of its matches: the call is made with every combination. */
static int call_with(const struct inner *inner, const struct pr_jp_operand *arg)
{
	struct inner next = *inner;

	if (!arg)
		return call_now(inner);
	if (arg->literal)
		return call_more(&next, arg->literal);
	return pr_jsonpath_walk(inner->walk, arg->path, inner->value, call_more, &next);
}

static int apply(struct pr_jp_walk *w, const struct tail *tail, const struct pr_jp_selector *s,
	json_t *value)
{
	struct inner inner = {.walk = w, .tail = tail, .selector = s, .value = value};

	switch (s->kind) {
	case PR_JP_KEY:
		return select_key(w, tail, s->key, value);
	case PR_JP_INDEX:
		return select_index(w, tail, s->index, value);
	case PR_JP_SLICE:
		return select_slice(w, tail, s, value);
	case PR_JP_ALL:
		return select_all(w, tail, value);
	case PR_JP_FILTER:
		return select_filter(w, tail, s, value);
	case PR_JP_LOOKUP:
		return pr_jsonpath_walk(w, s->lookup, value, look_up, &inner);
	case PR_JP_CALL:
		return call_with(&inner, s->args);
	}
	return 0;
}

static int descend(struct pr_jp_walk *w, const struct tail *tail, json_t *value);

static int descend_children(struct pr_jp_walk *w, const struct tail *tail, json_t *value)
{
	const char *key;
	json_t *item;
	int status = 0;

	for (size_t i = 0; !status && i < json_array_size(value); i++)
		status = descend(w, tail, json_array_get(value, i));
	json_object_foreach (value, key, item) {
		status = descend(w, tail, item);
		if (status)
			break;
	}
	return status;
}

static int apply_all(struct pr_jp_walk *w, const struct tail *tail, json_t *value)
{
	int status = 0;

	for (const struct pr_jp_selector *s = tail->step->selectors; s && !status; s = s->next)
		status = apply(w, tail, s, value);
	return status;
}

/* ".." is the value itself, then all below it, each with what follows. */
static int descend(struct pr_jp_walk *w, const struct tail *tail, json_t *value)
{
	int status = enter(w);

	if (status)
		return status;
	status = apply_all(w, tail, value);
	if (!status)
		status = descend_children(w, tail, value);
	w->depth--;
	return status;
}

static int walk_step(struct pr_jp_walk *w, const struct tail *tail, json_t *value)
{
	int status = enter(w);

	if (status)
		return status;
	if (!tail->step)
		status = tail->visit(tail->arg, value);
	else if (tail->step->descend)
		status = descend(w, tail, value);
	else
		status = apply_all(w, tail, value);
	w->depth--;
	return status;
}

int pr_jsonpath_walk(struct pr_jp_walk *walk, const struct pr_jp_path *path, json_t *current,
	pr_jp_visit *visit, void *arg)
{
	const struct tail tail = {.step = path->steps, .visit = visit, .arg = arg};

	return walk_step(walk, &tail, path->current ? current : walk->root);
}
