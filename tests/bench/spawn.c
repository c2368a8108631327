/* Starts a program and waits for it, as often as the first argument says: the least that a process
 * activity can cost. */

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

extern char **environ;

int main(int argc, char **argv)
{
	long left = argc > 2 ? strtol(argv[1], NULL, 10) : 0;

	if (left <= 0) {
		fprintf(stderr, "usage: spawn TIMES PROGRAM [ARGUMENT...]\n");
		return 2;
	}
	for (; left > 0; left--) {
		pid_t pid;
		int status;

		if (posix_spawn(&pid, argv[2], NULL, NULL, argv + 2, environ) ||
			waitpid(pid, &status, 0) != pid || status)
			return 1;
	}
	return 0;
}
