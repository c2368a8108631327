#ifndef PR_CODEC_YAML_MAPPING_H
#define PR_CODEC_YAML_MAPPING_H

/*
 * A mapping of a YAML document while its members come in: keys of any scalar kind, and what the
 * merge key "<<" brings (docs/engine.md 1.4). Knows nothing of positions; the messages get them in
 * yaml.c.
 */

#include "base/buf.h"
#include "base/err.h"

#include <jansson.h>

struct pr_yaml_mapping {
	json_t *own;    /* members written here */
	json_t *merged; /* members that "<<" brings; NULL without one */
	json_t *keys;   /* number -> the key that first had it; NULL without such keys */
};

/* An empty mapping. PR_ENOMEM. */
int pr_yaml_mapping_init(struct pr_yaml_mapping *map, struct pr_err *err);

/* Frees what pr_yaml_mapping_take has not given away. */
void pr_yaml_mapping_release(struct pr_yaml_mapping *map);

/*
 * Adds to the empty `out` the text of a key, as Python's json writes it. Equal numbers are one key
 * for Python (1, 1.0, true): the text of the first one is given. PR_EINVAL for lists, objects and
 * NUL.
 */
int pr_yaml_mapping_key(
	struct pr_yaml_mapping *map, const json_t *key, struct pr_buf *out, struct pr_err *err);

/* Merges an object, or a list of objects of which the first one wins. PR_EINVAL for anything else.
 */
int pr_yaml_mapping_merge(struct pr_yaml_mapping *map, json_t *value, struct pr_err *err);

/*
 * The finished object: merged members come first, and give way to those of the mapping itself. The
 * caller owns it.
 */
int pr_yaml_mapping_take(struct pr_yaml_mapping *map, json_t **ret_value, struct pr_err *err);

#endif
