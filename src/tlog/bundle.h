/*
 * Entry bundles (C2SP tlog-tiles): up to 256 entries, each after its length as
 * two bytes, big-endian. A partial bundle is a prefix of the full one.
 */
#ifndef STILE_TLOG_BUNDLE_H
#define STILE_TLOG_BUNDLE_H

#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/buf.h"
#include "util/str.h"

enum {
	TLOG_BUNDLE_E_SIZE = 1, /* longer than LIMIT_TLOG_ENTRY_BYTES */
	TLOG_BUNDLE_E_SHORT,	 /* the bundle ends within an entry */
	TLOG_BUNDLE_E_EXTRA,	 /* bytes are left behind the last entry */
};

/* Append one entry to a bundle. Returns: 0; TLOG_BUNDLE_E_SIZE. */
int tlog_bundle_add(struct buf *bundle, struct str entry) MUST_USE NONNULL;

/*
 * Split a bundle into exactly width entries; they borrow from bundle.
 *
 * Returns: 0; TLOG_BUNDLE_E_SHORT; TLOG_BUNDLE_E_EXTRA. *n: entries that
 * were whole, also on an outcome.
 */
int tlog_bundle_parse(struct str *entries, size_t *n, unsigned width,
    struct str bundle) MUST_USE NONNULL;

#endif
