#ifndef PR_BASE_COMPILER_H
#define PR_BASE_COMPILER_H

/*
 * What gcc and clang offer beyond C11, under names of ours: checked formats, results that must be
 * looked at, and cleanup at the end of a scope.
 */

#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

/* Argument number `fmt` is a printf format, the arguments start at number `args`. */
#define PR_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* The caller must look at the result. */
#define PR_MUST_CHECK __attribute__((warn_unused_result))

/*
 * Runs pr_auto_<kind>(&variable) when the variable leaves its scope. The variable is initialised on
 * the line that declares it (tests/lint/auto). Modules define further kinds beside their type.
 */
#define PR_AUTO(kind) __attribute__((cleanup(pr_auto_##kind)))

/* PR_AUTO(free): memory from malloc. */
static inline void pr_auto_free(void *p)
{
	free(*(void **)p);
}

/* PR_AUTO(close): a file descriptor, -1 for none. */
static inline void pr_auto_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* Takes the pointer out of a PR_AUTO variable, which is NULL afterwards. */
#define pr_steal(p)                             \
	__extension__({                         \
		__typeof__(p) pr_stolen_ = (p); \
		(p) = NULL;                     \
		pr_stolen_;                     \
	})

/* Takes the descriptor out of a PR_AUTO(close) variable, which is -1 afterwards. */
static inline int pr_steal_fd(int *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}

/* Number of elements of an array (not of a pointer). */
#define PR_LEN(array) (sizeof(array) / sizeof((array)[0]))

/* The struct of type `type` whose member `member` `ptr` points to. */
#define pr_container_of(ptr, type, member) \
	((type *)(void *)((char *)(ptr) - offsetof(type, member)))

#endif
