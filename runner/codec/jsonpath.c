#include "codec/jsonpath.h"

#include "codec/jsonpath_private.h"

#include <stdint.h>

struct pr_jp_block {
	struct pr_jp_block *next;
	max_align_t bytes[];
};

void *pr_jsonpath_alloc(struct pr_jsonpath *path, size_t size)
{
	struct pr_jp_block *block;

	if (size > SIZE_MAX / 2)
		return NULL;
	block = calloc(1, sizeof(*block) + size);
	if (!block)
		return NULL;
	block->next = path->blocks;
	path->blocks = block;
	return block->bytes;
}

int pr_jsonpath_new(const char *text, struct pr_jsonpath **ret_path, struct pr_err *err)
{
	struct pr_jsonpath *path = calloc(1, sizeof(*path));
	int status;

	if (!path)
		return pr_fail_nomem(err);
	path->literals = json_array();
	status = path->literals ? pr_jsonpath_parse(text, path, err) : pr_fail_nomem(err);
	if (status < 0) {
		pr_jsonpath_free(path);
		return status;
	}
	*ret_path = path;
	return 0;
}

void pr_jsonpath_free(struct pr_jsonpath *path)
{
	if (!path)
		return;
	while (path->blocks) {
		struct pr_jp_block *block = path->blocks;

		path->blocks = block->next;
		free(block);
	}
	json_decref(path->literals);
	free(path);
}

static int collect(void *arg, json_t *value)
{
	return json_array_append(arg, value) ? PR_ENOMEM : 0;
}

int pr_jsonpath_match(
	const struct pr_jsonpath *path, json_t *root, json_t **ret_matches, struct pr_err *err)
{
	struct pr_jp_walk walk = {.root = root, .err = err};
	json_auto_t *matches = json_array();
	int status = matches ? 0 : PR_ENOMEM;

	if (!status)
		status = pr_jsonpath_walk(&walk, &path->root, root, collect, matches);
	if (status == PR_ENOMEM)
		return pr_fail_nomem(err);
	if (status < 0)
		return status;
	*ret_matches = pr_steal(matches);
	return 0;
}
