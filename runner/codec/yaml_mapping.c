#include "codec/yaml_mapping.h"

#include "base/number.h"
#include "codec/json.h"

#include <string.h>

int pr_yaml_mapping_init(struct pr_yaml_mapping *map, struct pr_err *err)
{
	*map = (struct pr_yaml_mapping){.own = json_object()};
	return map->own ? 0 : pr_fail_nomem(err);
}

void pr_yaml_mapping_release(struct pr_yaml_mapping *map)
{
	json_decref(map->own);
	json_decref(map->merged);
	json_decref(map->keys);
	*map = (struct pr_yaml_mapping){.own = NULL};
}

static bool is_whole(double value)
{
	if (value < -0x1p63 || value >= 0x1p63)
		return false;
	return !((double)(json_int_t)value < value) && !((double)(json_int_t)value > value);
}

static void add_integer(json_int_t value, struct pr_buf *out)
{
	pr_buf_addf(out, "%" JSON_INTEGER_FORMAT, value);
}

/* One text for all equal numbers. */
static void add_canonical(const json_t *value, struct pr_buf *out)
{
	if (json_is_boolean(value))
		add_integer(json_is_true(value), out);
	else if (json_is_integer(value))
		add_integer(json_integer_value(value), out);
	else if (is_whole(json_real_value(value)))
		add_integer((json_int_t)json_real_value(value), out);
	else
		pr_number_add(out, json_real_value(value));
}

static void add_key(const json_t *value, struct pr_buf *out)
{
	if (json_is_string(value))
		pr_buf_add(out, json_string_value(value), json_string_length(value));
	else if (json_is_null(value))
		pr_buf_adds(out, "null");
	else if (json_is_boolean(value))
		pr_buf_adds(out, json_is_true(value) ? "true" : "false");
	else if (json_is_integer(value))
		add_integer(json_integer_value(value), out);
	else
		pr_number_add(out, json_real_value(value));
}

static int number_key(
	struct pr_yaml_mapping *map, const json_t *key, struct pr_buf *out, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf number = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	const char *known;

	add_canonical(key, &number);
	if (number.status)
		return pr_fail_nomem(err);
	if (!map->keys)
		map->keys = json_object();
	known = pr_json_str(map->keys, pr_buf_str(&number));
	if (known) {
		pr_buf_adds(out, known);
		return 0;
	}
	add_key(key, out);
	return pr_json_set(map->keys, pr_buf_str(&number), json_string(pr_buf_str(out)), err);
}

int pr_yaml_mapping_key(
	struct pr_yaml_mapping *map, const json_t *key, struct pr_buf *out, struct pr_err *err)
{
	int rc = 0;

	if (json_is_array(key) || json_is_object(key))
		return pr_fail(err, PR_EINVAL, "found a key that is no scalar");
	if (json_is_number(key) || json_is_boolean(key))
		rc = number_key(map, key, out, err);
	else
		add_key(key, out);
	if (rc == 0 && out->status)
		rc = pr_fail_nomem(err);
	if (rc == 0 && strlen(pr_buf_str(out)) != out->len)
		rc = pr_fail(err, PR_EINVAL, "found a key with a NUL character");
	return rc;
}

static int merge_one(json_t *merged, json_t *value, struct pr_err *err)
{
	if (!json_is_object(value))
		return pr_fail(err, PR_EINVAL,
			"expected a mapping or list of mappings for merging, but found %s",
			pr_json_kind(value));
	return json_object_update(merged, value) ? pr_fail_nomem(err) : 0;
}

int pr_yaml_mapping_merge(struct pr_yaml_mapping *map, json_t *value, struct pr_err *err)
{
	size_t n = json_array_size(value);
	int rc = 0;

	if (!map->merged)
		map->merged = json_object();
	if (!map->merged)
		return pr_fail_nomem(err);
	if (!json_is_array(value))
		return merge_one(map->merged, value, err);
	while (n-- > 0 && rc == 0)
		rc = merge_one(map->merged, json_array_get(value, n), err);
	return rc;
}

int pr_yaml_mapping_take(struct pr_yaml_mapping *map, json_t **ret_value, struct pr_err *err)
{
	if (map->merged && json_object_update(map->merged, map->own))
		return pr_fail_nomem(err);
	*ret_value = map->merged ? pr_steal(map->merged) : pr_steal(map->own);
	return 0;
}
