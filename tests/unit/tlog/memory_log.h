/*
 * A log in memory, and the tree by its definition: what the tests hold the
 * real thing against. Written from RFC 6962 section 2.1 alone, recursively.
 */
#ifndef STILE_TESTS_MEMORY_LOG_H
#define STILE_TESTS_MEMORY_LOG_H

#include <stdlib.h>
#include <string.h>

#include "crypto/sha256.h"
#include "stile/digest.h"
#include "tlog/audit.h"
#include "tlog/merkle.h"
#include "tlog/proof.h"
#include "tlog/tile.h"
#include "util/attr.h"
#include "util/buf.h"

enum {
	MEMORY_LOG_MAX = 70000,
};

static struct digest memory_leaves[MEMORY_LOG_MAX];

UNUSED static bool
digest_is(const struct digest *a, const struct digest *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

/* The i-th entry's text. */
UNUSED static struct str
memory_entry(char text[static 32], size_t i)
{
	int len = snprintf(text, 32, "entry number %zu", i);

	return (struct str){ text, (size_t)len };
}

/* Leaves of memory_entry(), n of them. */
UNUSED static void
memory_log_fill(size_t n)
{
	char text[32];

	for (size_t i = 0; i < n; i++) {
		struct str entry = memory_entry(text, i);
		struct sha256 hash;

		sha256_init(&hash);
		sha256_add(&hash, "\0", 1);
		sha256_add(&hash, entry.p, entry.len);
		sha256_finish(&hash, &memory_leaves[i]);
	}
}

UNUSED static size_t
split(size_t n)
{
	size_t k = 1;

	while (k * 2 < n)
		k *= 2;
	return k;
}

/* MTH(D[from:to]) */
UNUSED static struct digest
naive_root(size_t from, size_t to)
{
	struct digest root;
	struct digest left;
	struct digest right;
	struct sha256 hash;

	if (from == to) {
		sha256_of(&root, NULL, 0);
		return root;
	}
	if (to - from == 1)
		return memory_leaves[from];
	left = naive_root(from, from + split(to - from));
	right = naive_root(from + split(to - from), to);
	sha256_init(&hash);
	sha256_add(&hash, "\1", 1);
	sha256_add(&hash, left.b, 32);
	sha256_add(&hash, right.b, 32);
	sha256_finish(&hash, &root);
	return root;
}

/* PATH(m, D[from:to]) */
UNUSED static void
naive_path(struct tlog_proof *proof, size_t m, size_t from, size_t to)
{
	size_t k;

	if (to - from <= 1)
		return;
	k = split(to - from);
	if (m < k) {
		naive_path(proof, m, from, from + k);
		proof->hashes[proof->n_hashes++] = naive_root(from + k, to);
	} else {
		naive_path(proof, m - k, from + k, to);
		proof->hashes[proof->n_hashes++] = naive_root(from, from + k);
	}
}

/* SUBPROOF(m, D[from:to], b) */
UNUSED static void
naive_subproof(struct tlog_proof *proof, size_t m, size_t from, size_t to,
    bool b)
{
	size_t k;

	if (m == to - from) {
		if (!b)
			proof->hashes[proof->n_hashes++] = naive_root(from, to);
		return;
	}
	k = split(to - from);
	if (m <= k) {
		naive_subproof(proof, m, from, from + k, b);
		proof->hashes[proof->n_hashes++] = naive_root(from + k, to);
	} else {
		naive_subproof(proof, m - k, from + k, to, false);
		proof->hashes[proof->n_hashes++] = naive_root(from, from + k);
	}
}

UNUSED static bool
proof_is(const struct tlog_proof *a, const struct tlog_proof *b)
{
	return a->n_hashes == b->n_hashes &&
	    memcmp(a->hashes, b->hashes, a->n_hashes * 32) == 0;
}

/* Tiles of the first size leaves; partial ones above level 0 on request. */
struct memory_tiles {
	size_t size;
	bool has_upper_partials;
	size_t n_reads;
	bool is_missing; /* answers nothing any more */
};

UNUSED static int
memory_tiles_read(void *context, unsigned level, uint64_t index, unsigned width,
    uint8_t *hashes)
{
	struct memory_tiles *tiles = context;

	tiles->n_reads++;
	if (tiles->is_missing ||
	    tlog_tile_width(tiles->size, level, index) < width ||
	    (level > 0 && width < TLOG_TILE_WIDTH &&
		!tiles->has_upper_partials))
		return TLOG_TILE_E_MISSING;
	for (size_t i = 0; i < width; i++) {
		size_t at = (size_t)index * TLOG_TILE_WIDTH + i;
		struct digest node = naive_root(at << 8 * level,
		    (at + 1) << 8 * level);

		memcpy(hashes + 32 * i, node.b, 32);
	}
	return 0;
}

#endif
