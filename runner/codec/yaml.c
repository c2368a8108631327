#include "codec/yaml.h"

#include "base/text.h"
#include "codec/json.h"
#include "codec/yaml_anchor.h"
#include "codec/yaml_mapping.h"
#include "codec/yaml_scalar.h"

#include <string.h>
#include <yaml.h>

#define TAG_PREFIX "tag:yaml.org,2002:"

/* Reading recurses a level at a time, as jansson does when it frees a value. */
#define DEPTH_MAX 1000

struct loader {
	yaml_parser_t parser;
	const char *text;
	const char *name;
	size_t depth_max;
	size_t alias_max;
	size_t alias_nodes;
	struct pr_yaml_anchors anchors;
	struct pr_err problem; /* what is wrong, still without its place */
	yaml_mark_t place;
};

enum shape { SCALAR, SEQUENCE, MAPPING };

struct tag {
	const char *name;
	enum shape shape;
	enum pr_yaml_kind kind;
	bool refused; /* a type of Python's that JSON cannot hold */
	bool pairs;   /* a list of one-member mappings becomes a list of [key, value] */
};

static const struct tag tags[] = {
	{"str", SCALAR, PR_YAML_STR, false, false},
	{"null", SCALAR, PR_YAML_NULL, false, false},
	{"bool", SCALAR, PR_YAML_BOOL, false, false},
	{"int", SCALAR, PR_YAML_INT, false, false},
	{"float", SCALAR, PR_YAML_FLOAT, false, false},
	{"timestamp", SCALAR, PR_YAML_TIMESTAMP, false, false},
	{"binary", SCALAR, PR_YAML_STR, true, false},
	{"seq", SEQUENCE, PR_YAML_STR, false, false},
	{"omap", SEQUENCE, PR_YAML_STR, false, true},
	{"pairs", SEQUENCE, PR_YAML_STR, false, true},
	{"map", MAPPING, PR_YAML_STR, false, false},
	{"set", MAPPING, PR_YAML_STR, true, false},
};

static const char *const shape_names[] = {"scalar", "sequence", "mapping"};

static int read_node(
	struct loader *l, const yaml_event_t *event, size_t depth, struct pr_yaml_node *ret_node);

static void pr_auto_yaml_event(yaml_event_t *event)
{
	yaml_event_delete(event);
}

/* Passes `rc` on; a failure happened where `event` begins. */
static int at(struct loader *l, const yaml_event_t *event, int rc)
{
	if (rc)
		l->place = event->start_mark;
	return rc;
}

/* Counts bytes as columns: what stands there is no valid text. */
static yaml_mark_t mark_of_offset(const char *text, size_t offset)
{
	yaml_mark_t mark = {.index = offset};
	size_t start = 0;

	for (size_t i = 0; i < offset; i++) {
		if (text[i] == '\n') {
			mark.line++;
			start = i + 1;
		}
	}
	mark.column = offset - start;
	return mark;
}

static int parser_error(struct loader *l)
{
	const yaml_parser_t *p = &l->parser;
	const char *what = p->problem ? p->problem : "cannot be read";

	if (p->error == YAML_MEMORY_ERROR)
		return pr_fail_nomem(&l->problem);
	l->place = p->problem_mark;
	if (p->error == YAML_READER_ERROR)
		l->place = mark_of_offset(l->text, p->problem_offset);
	if (p->context)
		return pr_fail(&l->problem, PR_EINVAL, "%s: %s", p->context, what);
	return pr_fail(&l->problem, PR_EINVAL, "%s", what);
}

static int next_event(struct loader *l, yaml_event_t *event)
{
	return yaml_parser_parse(&l->parser, event) ? 0 : parser_error(l);
}

static const char *text_of(const yaml_char_t *text)
{
	return (const char *)text;
}

/* The tag "!" is none: the text decides, even that of a quoted scalar. */
static bool is_untagged(const yaml_char_t *name)
{
	return !name || strcmp(text_of(name), "!") == 0;
}

static const struct tag *tag_named(const char *name)
{
	for (size_t i = 0; pr_text_starts(name, TAG_PREFIX) && i < PR_LEN(tags); i++) {
		if (strcmp(tags[i].name, name + strlen(TAG_PREFIX)) == 0)
			return &tags[i];
	}
	return NULL;
}

/* Writes NULL where there is no tag. */
static int find_tag(
	struct loader *l, const yaml_char_t *name, enum shape shape, const struct tag **ret_tag)
{
	const struct tag *tag = NULL;

	if (!is_untagged(name)) {
		tag = tag_named(text_of(name));
		if (!tag)
			return pr_fail(&l->problem, PR_EINVAL,
				"could not determine a constructor for the tag '%s'",
				text_of(name));
		if (tag->refused)
			return pr_fail(&l->problem, PR_EINVAL,
				"JSON cannot hold a value with the tag '!!%s'", tag->name);
		if (tag->shape != shape)
			return pr_fail(&l->problem, PR_EINVAL,
				"expected a %s for the tag '!!%s', but found a %s",
				shape_names[tag->shape], tag->name, shape_names[shape]);
	}
	*ret_tag = tag;
	return 0;
}

/* What stands before a node: `&name !tag`. Both are optional. */
struct properties {
	const struct tag *tag;
	struct pr_yaml_anchor *anchor;
};

static int read_properties(struct loader *l, const yaml_event_t *event, struct properties *ret)
{
	const yaml_char_t *tag = event->data.scalar.tag;
	const yaml_char_t *anchor = event->data.scalar.anchor;
	enum shape shape = SCALAR;
	int rc;

	if (event->type == YAML_SEQUENCE_START_EVENT) {
		tag = event->data.sequence_start.tag;
		anchor = event->data.sequence_start.anchor;
		shape = SEQUENCE;
	} else if (event->type == YAML_MAPPING_START_EVENT) {
		tag = event->data.mapping_start.tag;
		anchor = event->data.mapping_start.anchor;
		shape = MAPPING;
	}
	*ret = (struct properties){.tag = NULL};
	rc = find_tag(l, tag, shape, &ret->tag);
	if (rc == 0 && anchor)
		rc = pr_yaml_anchors_add(&l->anchors, text_of(anchor), &ret->anchor, &l->problem);
	return at(l, event, rc);
}

static int read_alias(
	struct loader *l, const yaml_event_t *event, size_t depth, struct pr_yaml_node *ret_node)
{
	struct pr_yaml_node node = {.value = NULL};
	int rc = pr_yaml_anchors_get(
		&l->anchors, text_of(event->data.alias.anchor), &node, &l->problem);

	l->alias_nodes += node.nodes;
	if (rc == 0 && l->alias_nodes > l->alias_max)
		rc = pr_fail(
			&l->problem, PR_ELIMIT, "aliases add more than %zu values", l->alias_max);
	if (rc == 0 && depth + node.height > l->depth_max)
		rc = pr_fail(&l->problem, PR_ELIMIT, "nested deeper than %zu levels", l->depth_max);
	if (rc)
		json_decref(node.value);
	else
		*ret_node = node;
	return at(l, event, rc);
}

static enum pr_yaml_kind kind_of_scalar(const yaml_event_t *event, const struct tag *tag)
{
	if (tag)
		return tag->kind;
	if (!event->data.scalar.plain_implicit && !event->data.scalar.tag)
		return PR_YAML_STR;
	return pr_yaml_resolve(text_of(event->data.scalar.value), event->data.scalar.length);
}

/* As a key "=" is a string like any other. */
static int read_scalar(
	struct loader *l, const yaml_event_t *event, bool key, struct pr_yaml_node *ret_node)
{
	struct properties properties;
	enum pr_yaml_kind kind;
	int rc = read_properties(l, event, &properties);

	if (rc)
		return rc;
	kind = kind_of_scalar(event, properties.tag);
	if (key && kind == PR_YAML_VALUE)
		kind = PR_YAML_STR;
	*ret_node = (struct pr_yaml_node){.nodes = 1};
	rc = pr_yaml_construct(kind, text_of(event->data.scalar.value), event->data.scalar.length,
		&ret_node->value, &l->problem);
	if (rc == 0)
		pr_yaml_anchor_set(properties.anchor, ret_node);
	return at(l, event, rc);
}

/* [key, value] of a mapping with one member; takes `mapping`. */
static int make_pair(json_t *mapping, json_t **ret_pair, struct pr_err *err)
{
	json_auto_t *single = mapping;
	void *member = json_object_iter(single);

	if (json_object_size(single) != 1)
		return pr_fail(err, PR_EINVAL, "expected a mapping of length 1, but found %s",
			json_is_object(single) ? "another length" : pr_json_kind(single));
	*ret_pair = json_pack("[sO]", json_object_iter_key(member), json_object_iter_value(member));
	return 0;
}

static int read_items(
	struct loader *l, const struct tag *tag, size_t depth, struct pr_yaml_node *node)
{
	for (;;) {
		PR_AUTO(yaml_event) yaml_event_t event = {.type = YAML_NO_EVENT};
		struct pr_yaml_node child = {.value = NULL};
		int rc = next_event(l, &event);

		if (rc || event.type == YAML_SEQUENCE_END_EVENT)
			return rc;
		rc = read_node(l, &event, depth, &child);
		if (rc)
			return rc;
		pr_yaml_node_count(node, &child);
		if (tag && tag->pairs)
			rc = at(l, &event, make_pair(child.value, &child.value, &l->problem));
		if (rc == 0)
			rc = pr_json_append(node->value, child.value, &l->problem);
		if (rc)
			return rc;
	}
}

/* A finished container goes to the caller and to its name, an unfinished one is freed. */
static int finish(int rc, const struct properties *properties, struct pr_yaml_node *node,
	struct pr_yaml_node *ret_node)
{
	if (rc) {
		json_decref(node->value);
		return rc;
	}
	pr_yaml_anchor_set(properties->anchor, node);
	*ret_node = *node;
	return 0;
}

static int read_sequence(
	struct loader *l, const yaml_event_t *event, size_t depth, struct pr_yaml_node *ret_node)
{
	struct pr_yaml_node node = {.nodes = 1, .height = 1};
	struct properties properties;
	int rc = read_properties(l, event, &properties);

	if (rc)
		return rc;
	node.value = json_array();
	if (!node.value)
		return pr_fail_nomem(&l->problem);
	rc = read_items(l, properties.tag, depth + 1, &node);
	return finish(rc, &properties, &node, ret_node);
}

static bool is_merge(const yaml_event_t *event)
{
	return event->type == YAML_SCALAR_EVENT && is_untagged(event->data.scalar.tag) &&
	       kind_of_scalar(event, NULL) == PR_YAML_MERGE;
}

static int read_key(struct loader *l, const yaml_event_t *event, size_t depth,
	struct pr_yaml_mapping *map, struct pr_buf *out)
{
	struct pr_yaml_node node = {.value = NULL};
	int rc;

	if (event->type == YAML_SCALAR_EVENT)
		rc = read_scalar(l, event, true, &node);
	else
		rc = read_node(l, event, depth, &node);
	if (rc)
		return rc;
	rc = pr_yaml_mapping_key(map, node.value, out, &l->problem);
	json_decref(node.value);
	return at(l, event, rc);
}

/* A key, whose event is given, and its value, whose size is written. */
static int read_member(struct loader *l, const yaml_event_t *event, size_t depth,
	struct pr_yaml_mapping *map, struct pr_yaml_node *ret_child)
{
	PR_AUTO(yaml_event) yaml_event_t next = {.type = YAML_NO_EVENT};
	PR_AUTO(buf) struct pr_buf key = PR_BUF_INIT(PR_BUF_TEXT_MAX);
	bool merged = is_merge(event);
	int rc = 0;

	if (!merged)
		rc = read_key(l, event, depth, map, &key);
	if (rc == 0)
		rc = next_event(l, &next);
	if (rc == 0)
		rc = read_node(l, &next, depth, ret_child);
	if (rc)
		return rc;
	if (!merged)
		return pr_json_set(map->own, pr_buf_str(&key), ret_child->value, &l->problem);
	rc = pr_yaml_mapping_merge(map, ret_child->value, &l->problem);
	json_decref(ret_child->value);
	return at(l, &next, rc);
}

static int read_members(
	struct loader *l, size_t depth, struct pr_yaml_mapping *map, struct pr_yaml_node *node)
{
	for (;;) {
		PR_AUTO(yaml_event) yaml_event_t event = {.type = YAML_NO_EVENT};
		struct pr_yaml_node child = {.value = NULL};
		int rc = next_event(l, &event);

		if (rc || event.type == YAML_MAPPING_END_EVENT)
			return rc;
		rc = read_member(l, &event, depth, map, &child);
		if (rc)
			return rc;
		pr_yaml_node_count(node, &child);
	}
}

static int read_mapping(
	struct loader *l, const yaml_event_t *event, size_t depth, struct pr_yaml_node *ret_node)
{
	struct pr_yaml_node node = {.nodes = 1, .height = 1};
	struct properties properties;
	struct pr_yaml_mapping map;
	int rc = read_properties(l, event, &properties);

	if (rc)
		return rc;
	rc = pr_yaml_mapping_init(&map, &l->problem);
	if (rc == 0)
		rc = read_members(l, depth + 1, &map, &node);
	if (rc == 0)
		rc = pr_yaml_mapping_take(&map, &node.value, &l->problem);
	pr_yaml_mapping_release(&map);
	return finish(rc, &properties, &node, ret_node);
}

static int read_node(
	struct loader *l, const yaml_event_t *event, size_t depth, struct pr_yaml_node *ret_node)
{
	if (event->type == YAML_ALIAS_EVENT)
		return read_alias(l, event, depth, ret_node);
	if (event->type == YAML_SCALAR_EVENT)
		return read_scalar(l, event, false, ret_node);
	if (depth >= l->depth_max)
		return at(l, event,
			pr_fail(&l->problem, PR_ELIMIT, "nested deeper than %zu levels",
				l->depth_max));
	if (event->type == YAML_SEQUENCE_START_EVENT)
		return read_sequence(l, event, depth, ret_node);
	return read_mapping(l, event, depth, ret_node);
}

static int expect_event(struct loader *l, yaml_event_type_t type)
{
	PR_AUTO(yaml_event) yaml_event_t event = {.type = YAML_NO_EVENT};
	int rc = next_event(l, &event);

	if (rc == 0 && event.type != type)
		rc = at(l, &event,
			pr_fail(&l->problem, PR_EINVAL,
				"expected a single document in the stream, but found another"));
	return rc;
}

static int read_document(struct loader *l, json_t **ret_value)
{
	PR_AUTO(yaml_event) yaml_event_t event = {.type = YAML_NO_EVENT};
	struct pr_yaml_node root = {.value = NULL};
	int rc = next_event(l, &event);

	if (rc == 0)
		rc = read_node(l, &event, 0, &root);
	if (rc)
		return rc;
	rc = expect_event(l, YAML_DOCUMENT_END_EVENT);
	if (rc == 0)
		rc = expect_event(l, YAML_STREAM_END_EVENT);
	if (rc)
		json_decref(root.value);
	else
		*ret_value = root.value;
	return rc;
}

static int read_stream(struct loader *l, json_t **ret_value)
{
	PR_AUTO(yaml_event) yaml_event_t event = {.type = YAML_NO_EVENT};
	int rc = expect_event(l, YAML_STREAM_START_EVENT);

	if (rc == 0)
		rc = next_event(l, &event);
	if (rc)
		return rc;
	if (event.type == YAML_DOCUMENT_START_EVENT)
		return read_document(l, ret_value);
	*ret_value = json_null();
	return 0;
}

/* Scalars that a message quotes may have several lines. */
static int report(struct loader *l, struct pr_err *err)
{
	if (l->problem.code == PR_ENOMEM)
		return pr_fail_nomem(err);
	for (char *c = l->problem.msg; *c; c++) {
		if ((unsigned char)*c < ' ')
			*c = ' ';
	}
	return pr_fail(err, l->problem.code, "%s: line %zu, column %zu: %s", l->name,
		l->place.line + 1, l->place.column + 1, l->problem.msg);
}

int pr_yaml_parse(const char *text, size_t n, const char *name, const struct pr_limits *limits,
	json_t **ret_value, struct pr_err *err)
{
	struct loader l = {
		.text = n ? text : "",
		.name = name,
		.depth_max = limits->depth < DEPTH_MAX ? limits->depth : DEPTH_MAX,
		.alias_max = limits->alias_nodes,
		.problem = PR_ERR_INIT,
	};
	size_t mark = pr_text_mark_length(l.text, n);
	int rc;

	if (n > limits->document_bytes)
		return pr_fail(
			err, PR_ELIMIT, "%s: larger than %zu bytes", name, limits->document_bytes);
	l.text += mark; /* libyaml would count it as a column */
	if (!yaml_parser_initialize(&l.parser))
		return pr_fail_nomem(err);
	yaml_parser_set_encoding(&l.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&l.parser, (const unsigned char *)l.text, n - mark);
	rc = read_stream(&l, ret_value);
	yaml_parser_delete(&l.parser);
	pr_yaml_anchors_release(&l.anchors);
	return rc ? report(&l, err) : 0;
}
