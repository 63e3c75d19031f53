/*
 * Memory that holds secrets, and comparing without telling.
 */
#ifndef STILE_CRYPTO_SECRET_H
#define STILE_CRYPTO_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "util/attr.h"

/*
 * Zeroed memory between guard pages, kept out of core dumps and, where the
 * process may lock memory, out of swap. Costs some pages: for long-lived keys.
 *
 * Returns: owned by the caller, for secret_free(); NULL when there is none.
 */
void *secret_alloc(size_t size) MUST_USE;

/* Erase and release; NULL is fine. */
void secret_free(void *secret);

/* Erase, whatever the optimiser thinks of it. */
void secret_wipe(void *bytes, size_t len);

/* Equal, in a time that depends on len alone. */
bool secret_is_equal(const void *a, const void *b, size_t len);

#endif
