/* Prints the time (CLOCK_MONOTONIC, nanoseconds, the same in every container) and becomes the
 * program that its arguments name: when that program was started, without what it took to get
 * there. */

#include <stdio.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct timespec now;

	if (argc < 2) {
		fprintf(stderr, "usage: stamp PROGRAM [ARGUMENT...]\n");
		return 2;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	dprintf(STDOUT_FILENO, "%lld\n", now.tv_sec * 1000000000LL + now.tv_nsec);
	execv(argv[1], argv + 1);
	perror(argv[1]);
	return 127;
}
