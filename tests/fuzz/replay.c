/*
 * Runs a target without libFuzzer: `fuzz-replay-<target> PATH...` gives it every file named, and
 * every file below a folder. A file *.jsonl is one input a line.
 */

#include "fuzz.h"

#include "base/file.h"
#include "base/text.h"

#include <fts.h>

/* Takes a copy of exactly the size, so that a sanitizer sees each byte read beyond it. */
static size_t run(const char *data, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);

	fuzz_expect(copy);
	if (n)
		memcpy(copy, data, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
	return 1;
}

static size_t run_lines(const char *text, size_t n)
{
	const char *end = text + n;
	size_t count = 0;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;

		count += run(text, (size_t)(stop - text));
		text = stop + 1;
	}
	return count;
}

static size_t run_file(const char *path)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT((size_t)1 << 20);

	fuzz_expect(pr_file_read(path, &text, NULL) == 0);
	return pr_text_ends(path, ".jsonl") ? run_lines(text.ptr, text.len)
					    : run(text.ptr, text.len);
}

int main(int argc, char **argv)
{
	FTS *tree = argc > 1 ? fts_open(argv + 1, FTS_PHYSICAL | FTS_NOCHDIR, NULL) : NULL;
	size_t count = 0;
	FTSENT *entry;

	fuzz_expect(tree);
	while ((entry = fts_read(tree))) {
		fuzz_expect(entry->fts_info != FTS_NS && entry->fts_info != FTS_DNR);
		if (entry->fts_info == FTS_F)
			count += run_file(entry->fts_path);
	}
	fts_close(tree);
	printf("%zu inputs\n", count);
	return count ? 0 : 1;
}
