/*
 * Drafts of releases, as people edited them: read whole, then in step, and the
 * two readings agree.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "limits.h"
#include "release/review.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct review review;
	struct diag_list diags;
	struct arena arena;
	uint64_t n = 0;
	int fd = memfd_create("draft", MFD_CLOEXEC);
	int r;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size ||
	    lseek(fd, 0, SEEK_SET) != 0)
		abort();
	arena_init(&arena, 1 << 20);
	diag_init(&diags, &arena, STR("draft"), (struct str){ 0 });
	r = review_open(&review, fd, &diags);
	assert(r == 0 || (r == REVIEW_E_WRONG && diags.n_errors > 0));
	if (r == 0) {
		while (review.has_text) {
			n++;
			r = review_pass(&review, &diags);
			assert(r == 0);
		}
		assert(n == review.n_texts);
		assert(review.n_released + review.n_undecided <= n);
		review_close(&review);
	}
	arena_fini(&arena);
	close(fd);
	return 0;
}
