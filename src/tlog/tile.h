/*
 * Tiles: coordinates, paths and reading (C2SP tlog-tiles).
 *
 * A tile of level l holds up to 256 hashes, each the root of 256^l leaves. Only
 * the rightmost tile of a level is partial, and it is a prefix of the full one.
 */
#ifndef STILE_TLOG_TILE_H
#define STILE_TLOG_TILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stile/digest.h"
#include "util/attr.h"
#include "util/str.h"

enum {
	TLOG_TILE_WIDTH = 256,
	TLOG_TILE_BYTES = TLOG_TILE_WIDTH * 32,
	TLOG_TILE_LEVELS = 8,	 /* 256^8 leaves are more than TLOG_SIZE_MAX */
	TLOG_TILE_PATH_BYTES = 64, /* room for any path and its NUL */
};

/* Where a tile or an entry bundle is. */
struct tlog_tile {
	bool is_entries; /* the bundle of entries, not a tile; level is 0 */
	unsigned level;
	uint64_t index;
	unsigned width; /* 1 to 256; 256 is full */
};

enum {
	TLOG_TILE_E_MISSING = 1, /* there is no such tile */
	TLOG_TILE_E_SHORT,	 /* it has fewer than 32 * width bytes */
	TLOG_TILE_E_EXTRA,	 /* it has more bytes than its name says */
};

/*
 * Where tiles come from; storage implements it, tests fake it.
 *
 * read: write the first width hashes of the tile, 32 bytes each. A full tile
 * may be given where a partial one is asked. Of partial tiles only level 0
 * must be there: those above are worked out from the full tiles below when
 * read says TLOG_TILE_E_MISSING. Returns: 0; TLOG_TILE_E_*; fault.
 */
struct tlog_tile_reader {
	int (*read)(void *context, unsigned level, uint64_t index,
	    unsigned width, uint8_t *hashes);
	void *context;
};

/* Hashes of the tile in a tree of that size: 0 (absent) to 256 (full). */
unsigned tlog_tile_width(uint64_t size, unsigned level, uint64_t index);

/*
 * The path below the log's prefix: "tile/0/x001/234", "tile/entries/000.p/7".
 * Returns: its length; text ends in NUL.
 */
size_t tlog_tile_format_path(char text[static TLOG_TILE_PATH_BYTES],
    const struct tlog_tile *tile) NONNULL;

/* Returns: true when path is exactly what tlog_tile_format_path() writes. */
bool tlog_tile_parse_path(struct tlog_tile *tile, struct str path) NONNULL;

/*
 * Read width hashes of a tile, working a partial one above level 0 out from
 * the full tiles below when the reader has none.
 *
 * Returns: 0; TLOG_TILE_E_*; fault.
 */
int tlog_tile_read(const struct tlog_tile_reader *reader, unsigned level,
    uint64_t index, unsigned width, struct digest *hashes) MUST_USE NONNULL;

/* The root of 256 hashes: the entry of the tile one level up. */
void tlog_tile_root(struct digest *root, const struct digest *hashes) NONNULL;

#endif
