#ifndef PR_BASE_SPAWN_H
#define PR_BASE_SPAWN_H

/*
 * Starting a program as posix_spawn does, in time that does not grow with our memory, and with what
 * posix_spawn has no attribute for: the program is ended when we die, however we die. Private to
 * base.
 */

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

struct pr_spawn {
	const char *program; /* a path */
	char *const *argv;
	char *const *env;
	const sigset_t *mask; /* of the program */
	bool no_input;        /* standard input is /dev/null, not ours */
	int death_signal;     /* that it gets when we die */
	const char *folder;   /* NULL: ours */
	int outputs[2];       /* become its standard output and standard error */
};

/* 0, or errno as of execve and clone. The program leads a process group of its own. */
int pr_spawn(const struct pr_spawn *order, pid_t *ret_pid);

/* From now on our own end writes no core file, which would hold our memory; programs that are
 * started keep the limit that we were given. */
void pr_spawn_forbid_core(void);

/* As pr_child_allow_files. */
void pr_spawn_allow_files(void);

#endif
