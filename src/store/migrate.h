/*
 * Migrations: sql/0001-….sql and so on, compiled in, applied in order.
 *
 * Each runs in a transaction of its own together with the new version number,
 * so that a crash leaves the store at one of the versions.
 */
#ifndef STILE_STORE_MIGRATE_H
#define STILE_STORE_MIGRATE_H

#include <stdint.h>

#include "store/backend.h"

/* The version this program knows: the number of migrations. */
uint32_t migrate_newest(void);

/*
 * Bring a store from version from to version to (at most the newest).
 *
 * Returns: 0; an outcome of the backend, with a message in diags; fault.
 */
int migrate_run(struct backend *backend, uint32_t from, uint32_t to,
    struct diag_list *diags) MUST_USE NONNULL;

#endif
