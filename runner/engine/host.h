#ifndef PR_ENGINE_HOST_H
#define PR_ENGINE_HOST_H

/* What a journal says of the machine it was made on (docs/engine.md 8). Private to the engine. */

/* Room for either text. */
#define PR_HOST_SIZE 256

/* "Linux-6.1.0-18-amd64-x86_64-with-glibc2.36": the form of Python's platform.platform(). */
void pr_host_platform(char text[PR_HOST_SIZE]);

/* The name of the host. */
void pr_host_node(char text[PR_HOST_SIZE]);

#endif
