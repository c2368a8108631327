#ifndef PR_BASE_HASH_H
#define PR_BASE_HASH_H

/* uthash, with running out of memory reported instead of exiting. The only file that includes it.
 */

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(element) ((void)(element))

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#include <uthash.h>
#pragma GCC diagnostic pop

#endif
