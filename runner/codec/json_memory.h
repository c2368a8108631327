#ifndef PR_CODEC_JSON_MEMORY_H
#define PR_CODEC_JSON_MEMORY_H

/*
 * Notices when jansson is refused memory. Its parser then drops characters of strings, and its
 * copies drop members, without telling: what was made meanwhile must not be used. jansson has one
 * allocator for the process, hence the state.
 */

#include <stddef.h>

/* How often jansson has been refused memory since the first call, which installs the allocator.
 * Nothing of it need be undone: memory comes from malloc, as before. */
size_t pr_json_refused(void);

#endif
