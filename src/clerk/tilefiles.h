/*
 * The files of DIR/log: written whole, synced, renamed; never half there.
 *
 * A checkpoint goes last, after the directories of all that it covers were
 * synced, so what a reader finds under a checkpoint is complete after any
 * crash. A file that is there with the same bytes is not written again.
 */
#ifndef STILE_CLERK_TILEFILES_H
#define STILE_CLERK_TILEFILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limits.h"
#include "tlog/tile.h"
#include "util/attr.h"
#include "util/str.h"

/* Partial files that are of no use any more once the full one is known. */
struct tilefiles_aged {
	struct tlog_tile full; /* beside it lie its partial ones */
	int64_t due_us;	       /* monotonic: then remove them */
};

struct tilefiles {
	int fd; /* DIR/log */
	char dirty[LIMIT_CLERK_DIRECTORIES][TLOG_TILE_PATH_BYTES];
	size_t n_dirty; /* directories to sync before the checkpoint */
	struct tilefiles_aged aged[LIMIT_CLERK_AGED]; /* ring */
	size_t first_aged;
	size_t n_aged;
};

/* Open DIR/log, made when it is not there. Returns: 0; fault. */
int tilefiles_open(struct tilefiles *files, const char *path) MUST_USE NONNULL;

/* Close; safe on a zeroed one. */
void tilefiles_close(struct tilefiles *files) NONNULL;

/* Write a tile or a bundle. Returns: 0; fault. */
int tilefiles_put(struct tilefiles *files, const struct tlog_tile *tile,
    struct str bytes) MUST_USE NONNULL;

/* Returns: true when it is there, a regular file of at least that size. */
bool tilefiles_has(const struct tilefiles *files, const struct tlog_tile *tile,
    size_t size) NONNULL;

/* Make all durable, then the checkpoint. Returns: 0; fault. */
int tilefiles_checkpoint(struct tilefiles *files, struct str note)
    MUST_USE NONNULL;

/*
 * The full tile is there: remove its partial ones when due. When more wait
 * than LIMIT_CLERK_AGED, the longest waiting go at once (tlog-tiles asks for
 * them only until the full one is there).
 */
void tilefiles_age(struct tilefiles *files, const struct tlog_tile *full,
    int64_t due_us) NONNULL;

/* Returns: true when partial files lie beside the full tile. */
bool tilefiles_has_partials(const struct tilefiles *files,
    const struct tlog_tile *full) NONNULL;

/*
 * Remove what is due. Returns: when the next is due, INT64_MAX for never.
 */
int64_t tilefiles_sweep(struct tilefiles *files, int64_t now_us) NONNULL;

#endif
