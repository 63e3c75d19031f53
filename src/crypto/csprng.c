/* Random bytes from the kernel by the page; see csprng.h. */
#include "crypto/csprng.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "crypto/secret.h"
#include "util/fault.h"

enum {
	PAGE = 4096,
};

/*
 * A page of zeroes is an empty one, which is what a forked child sees. What is
 * served is taken from the end.
 */
struct csprng_page {
	size_t n_left;
	uint8_t bytes[PAGE - sizeof(size_t)];
};

static void
from_kernel(void *bytes, size_t len)
{
	uint8_t *at = bytes;

	while (len > 0) {
		ssize_t n = getrandom(at, len, 0);

		if (n < 0 && errno != EINTR)
			abort();
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		}
	}
}

int
csprng_open(struct csprng *csprng)
{
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return FAULT(errno);
	if (madvise(page, PAGE, MADV_WIPEONFORK) < 0) {
		int error = errno;

		munmap(page, PAGE);
		return FAULT(error);
	}
	madvise(page, PAGE, MADV_DONTDUMP);
	mlock(page, PAGE); /* where the process may; swap is the worse place */
	csprng->page = page;
	return 0;
}

void
csprng_close(struct csprng *csprng)
{
	if (csprng->page == NULL)
		return;
	secret_wipe(csprng->page, PAGE);
	munmap(csprng->page, PAGE);
	csprng->page = NULL;
}

void
csprng_fill(struct csprng *csprng, void *bytes, size_t len)
{
	struct csprng_page *page = csprng->page;

	if (len > sizeof(page->bytes) / 4) {
		from_kernel(bytes, len);
		return;
	}
	if (page->n_left < len) {
		from_kernel(page->bytes, sizeof(page->bytes));
		page->n_left = sizeof(page->bytes);
	}
	page->n_left -= len;
	memcpy(bytes, page->bytes + page->n_left, len);
	secret_wipe(page->bytes + page->n_left, len);
}

static void
fill(void *context, void *bytes, size_t len)
{
	csprng_fill(context, bytes, len);
}

struct random
csprng_random(struct csprng *csprng)
{
	return (struct random){ fill, csprng };
}
