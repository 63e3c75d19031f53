/*
 * The real source of random bytes: the kernel's, taken a page at a time.
 *
 * Small requests are served from a page that the kernel wipes in a forked
 * child, so two processes never hand out the same bytes; bytes handed out are
 * erased from the page. There is no state of our own beyond that page.
 */
#ifndef STILE_CRYPTO_CSPRNG_H
#define STILE_CRYPTO_CSPRNG_H

#include "util/attr.h"
#include "util/random.h"

struct csprng_page;

struct csprng {
	struct csprng_page *page; /* NULL: not open */
};

/* Returns: 0; fault (no memory). A zeroed struct is one not open. */
int csprng_open(struct csprng *csprng) MUST_USE NONNULL;

/* Erase and release. Safe on one not open. */
void csprng_close(struct csprng *csprng) NONNULL;

/*
 * Fill bytes. A kernel that gives no random bytes ends the process: nothing
 * here may go on with predictable ones.
 */
void csprng_fill(struct csprng *csprng, void *bytes, size_t len) NONNULL;

/* It as a source of util/random.h; it must stay open while that is used. */
struct random csprng_random(struct csprng *csprng) NONNULL;

#endif
