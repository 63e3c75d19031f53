/*
 * Paths of a log as c2sp.org/tlog-tiles writes them, and no others.
 *
 *	checkpoint
 *	tile/<L>/<N>[.p/<W>]		L 0 to 63
 *	tile/entries/<N>[.p/<W>]
 *
 * N is groups of three digits, all but the last with an x before them; W is 1
 * to 255. There is one way to write each path, so that a path that passes can
 * be opened as it is: nothing is decoded, mapped or joined.
 */
#ifndef STILE_FRONT_TILEPATH_H
#define STILE_FRONT_TILEPATH_H

#include <stdbool.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/str.h"

#define TILEPATH_SIZE 64 /* the longest path and NUL */

enum tilepath_kind {
	TILEPATH_NONE,
	TILEPATH_CHECKPOINT,
	TILEPATH_TILE,
	TILEPATH_ENTRIES,
};

struct tilepath {
	enum tilepath_kind kind;
	unsigned level;
	uint64_t index;
	unsigned width;		  /* 256 for a full tile */
	char text[TILEPATH_SIZE]; /* the path, NUL-terminated */
};

/* path: below the log's prefix. Returns: whether it is such a path. */
bool tilepath_parse(struct tilepath *tilepath, struct str path) NONNULL;

#endif
