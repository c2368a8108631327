#include "codec/json_memory.h"

#include <jansson.h>
#include <stdlib.h>

static size_t refused;

static void *allocate(size_t n)
{
	void *memory = malloc(n);

	if (!memory)
		refused++;
	return memory;
}

size_t pr_json_refused(void)
{
	json_set_alloc_funcs(allocate, free);
	return refused;
}
