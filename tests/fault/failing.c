/*
 * Preloaded into a program, it makes one allocation of the program fail, as often as
 * tests/fault/allocations asks: it stops before main and forks a run for each order, so that a run
 * costs what main costs.
 *
 * An order is a line "<first> <count> <folder>" on descriptor ORDERS: allocation number <first>
 * fails, and the <count> - 1 after it; 0 for none. The run has <folder> as its working directory,
 * and its output in the files out and err there. The answer, a line on ANSWERS: "<wait status>
 * <allocations> <left>", then, for the allocation that failed first and for each of the first
 * blocks that were left, "<object>+<offset>" of who asked for it.
 *
 * Counted is what the program and the libraries named in `counted` ask for; what lies below them
 * (OpenSSL and others) is theirs to handle. A block that a call of libc made for the program is
 * libc's.
 */

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	ORDERS = 100,
	ANSWERS = 101,
	SLOTS_LOG2 = 15, /* a run has fewer blocks than that; each run looks at all slots */
	SLOTS = 1 << SLOTS_LOG2,
	SECONDS = 60, /* a run that takes longer hangs, and is ended */
	SHOWN = 100,
	FRAMES = 40,
	RANGES = 16,
};

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t n);
void __libc_free(void *ptr);

struct range {
	uintptr_t begin, end, base;
	char name[64];
};

struct block {
	void *ptr;
	uintptr_t caller;
};

/* What a run tells its parent; shared memory. */
struct outcome {
	unsigned long allocations;
	unsigned long left;
	uintptr_t failed;
	uintptr_t leaks[SHOWN];
};

static const char *const counted[] = {
	"libc.so", "libcurl", "libjansson", "libpcre2", "libyaml", "libgit2"};

static struct range ranges[RANGES];
static size_t ranges_n;
static struct block *blocks;
static struct outcome *outcome;
static unsigned long first, last;
static bool running;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool is_counted(const char *path)
{
	if (!*path) /* the program itself */
		return true;
	for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++) {
		if (strstr(path, counted[i]))
			return true;
	}
	return false;
}

static int add_object(struct dl_phdr_info *info, size_t size, void *data)
{
	const char *name = strrchr(info->dlpi_name, '/');

	(void)size;
	(void)data;
	for (size_t i = 0; i < info->dlpi_phnum && is_counted(info->dlpi_name); i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		struct range *range = &ranges[ranges_n];

		if (part->p_type != PT_LOAD || !(part->p_flags & PF_X) || ranges_n == RANGES)
			continue;
		range->base = info->dlpi_addr;
		range->begin = info->dlpi_addr + part->p_vaddr;
		range->end = range->begin + part->p_memsz;
		snprintf(range->name, sizeof range->name, "%s", name ? name + 1 : "program");
		ranges_n++;
	}
	return 0;
}

static const struct range *range_of(uintptr_t caller)
{
	for (size_t i = 0; i < ranges_n; i++) {
		if (caller >= ranges[i].begin && caller < ranges[i].end)
			return &ranges[i];
	}
	return NULL;
}

static size_t slot_of(const void *ptr)
{
	return ((uintptr_t)ptr >> 4) * 0x9E3779B97F4A7C15ULL >> (64 - SLOTS_LOG2);
}

/* With open addresses; a removed block leaves a mark, which the next one there takes. */
static char removed;

static void keep(void *ptr, uintptr_t caller)
{
	size_t i = slot_of(ptr);

	while (blocks[i].ptr && blocks[i].ptr != &removed)
		i = (i + 1) % SLOTS;
	blocks[i] = (struct block){.ptr = ptr, .caller = caller};
}

static void drop(const void *ptr)
{
	for (size_t i = slot_of(ptr); blocks[i].ptr; i = (i + 1) % SLOTS) {
		if (blocks[i].ptr == ptr) {
			blocks[i].ptr = &removed;
			return;
		}
	}
}

/* Who asked, in the file err. */
static void show_frames(void)
{
	void *frames[FRAMES];

	running = false;
	backtrace_symbols_fd(frames, backtrace(frames, FRAMES), STDERR_FILENO);
	running = true;
}

/* Counts an allocation; whether it is one that fails. */
static bool fails(uintptr_t caller)
{
	unsigned long number = ++outcome->allocations;

	if (number < first || number > last)
		return false;
	if (number == first)
		outcome->failed = caller;
	if (number == first && getenv("FAILING_SHOWS"))
		show_frames();
	errno = ENOMEM;
	return true;
}

enum how { MALLOC, CALLOC, REALLOC };

static void *ask(enum how how, void *old, size_t n, size_t size)
{
	return how == MALLOC   ? __libc_malloc(size)
	       : how == CALLOC ? __libc_calloc(n, size)
			       : __libc_realloc(old, size);
}

static void *allocate(enum how how, void *old, size_t n, size_t size, uintptr_t caller)
{
	bool ours = running && range_of(caller);
	void *ptr = NULL;

	if (!running)
		return ask(how, old, n, size);
	pthread_mutex_lock(&lock);
	if (!ours || !fails(caller)) {
		ptr = ask(how, old, n, size);
		if (old && (ptr || !size))
			drop(old);
		if (ours && ptr)
			keep(ptr, caller);
	}
	pthread_mutex_unlock(&lock);
	return ptr;
}

void *malloc(size_t size)
{
	return allocate(MALLOC, NULL, 1, size, (uintptr_t)__builtin_return_address(0));
}

void *calloc(size_t n, size_t size)
{
	return allocate(CALLOC, NULL, n, size, (uintptr_t)__builtin_return_address(0));
}

void *realloc(void *old, size_t size)
{
	return allocate(REALLOC, old, 1, size, (uintptr_t)__builtin_return_address(0));
}

void free(void *ptr)
{
	int saved = errno;

	if (running && ptr) {
		pthread_mutex_lock(&lock);
		drop(ptr);
		pthread_mutex_unlock(&lock);
	}
	__libc_free(ptr);
	errno = saved;
}

/* The last to run: what the libraries free at the end is freed. */
static void count_left(void)
{
	running = false;
	for (size_t i = 0; i < SLOTS; i++) {
		if (!blocks[i].ptr || blocks[i].ptr == &removed)
			continue;
		if (outcome->left < SHOWN)
			outcome->leaks[outcome->left] = blocks[i].caller;
		outcome->left++;
	}
}

__attribute__((destructor)) static void at_end(void)
{
	if (running)
		count_left();
}

static void begin_run(const char *folder)
{
	int out = -1;
	int err = -1;

	if (chdir(folder) == 0) {
		out = open("out", O_WRONLY | O_CREAT | O_TRUNC, 0600);
		err = open("err", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	}
	if (out < 0 || err < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(120);
	close(out);
	close(err);
	close(ORDERS);
	close(ANSWERS);
	alarm(SECONDS);
	running = true;
}

static void print_place(FILE *to, uintptr_t caller)
{
	const struct range *range = caller ? range_of(caller) : NULL;

	if (range)
		fprintf(to, " %s+%#lx", range->name, (unsigned long)(caller - range->base));
	else
		fputs(" -", to);
}

static void answer(FILE *to, int status)
{
	fprintf(to, "%d %lu %lu", status, outcome->allocations, outcome->left);
	print_place(to, outcome->failed);
	for (size_t i = 0; i < outcome->left && i < SHOWN; i++)
		print_place(to, outcome->leaks[i]);
	fputc('\n', to);
	fflush(to);
}

/* Returns in each run, never in the process that takes the orders. */
static void serve(FILE *orders, FILE *answers)
{
	char folder[512];
	unsigned long count;

	while (fscanf(orders, "%lu %lu %511s", &first, &count, folder) == 3) {
		int status = 0;
		pid_t pid;

		last = first + count - 1;
		memset(outcome, 0, sizeof *outcome);
		pid = fork();
		if (pid == 0) {
			begin_run(folder);
			return;
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			_exit(121);
		answer(answers, status);
	}
	_exit(0);
}

static void *shared(size_t n, int how)
{
	void *memory = mmap(NULL, n, PROT_READ | PROT_WRITE, how | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		_exit(122);
	return memory;
}

__attribute__((constructor)) static void start(void)
{
	FILE *orders = fdopen(ORDERS, "r");
	FILE *answers = fdopen(ANSWERS, "w");

	unsetenv("LD_PRELOAD"); /* the children of the program are themselves */
	if (!orders || !answers)
		return;
	dl_iterate_phdr(add_object, NULL);
	outcome = shared(sizeof *outcome, MAP_SHARED);
	blocks = shared(SLOTS * sizeof *blocks, MAP_PRIVATE);
	serve(orders, answers);
}
