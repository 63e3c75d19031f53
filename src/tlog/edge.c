/*
 * The growing edge of a log; see edge.h.
 *
 * A tile here keeps its inner nodes too, made as its hashes come in, so that
 * a proof looks nodes up and hashes none. A tile that fills is moved whole to
 * the list of full ones; a rollback takes it back and cuts it to its width at
 * the mark, since a row of nodes is only ever appended to.
 *
 * Invariants:
 * E1: the tile of level l has index size >> 8(l+1) and width (size >> 8l) % 256.
 * E2: every tile that had a hash appended since the mark is in memory.
 */
#include "tlog/edge.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "limits.h"
#include "tlog/merkle.h"
#include "tlog/proof_int.h"
#include "util/fault.h"

enum {
	HEIGHTS = 8,			 /* of a tile */
	NODES = 2 * TLOG_TILE_WIDTH - 2, /* 256 + 128 + ... + 2 */
};

struct edge_tile {
	unsigned level;
	uint64_t index;
	unsigned width;
	struct digest nodes[NODES];
	struct edge_tile *next; /* in the list of spare ones */
};

struct tlog_edge {
	uint64_t size;
	uint64_t size_at_mark;
	struct edge_tile *levels[TLOG_TILE_LEVELS];
	size_t n_full;
	struct edge_tile *full[LIMIT_TLOG_EDGE_TILES];
	struct edge_tile *spare;
	size_t n_spare;
	/*
	 * rests[h]: root of leaves [(size-1 >> h) << h, size), for heights from
	 * rests_from (below, the node is complete) to rests_top, where it is
	 * the root. Of rests_size; 0: none.
	 */
	uint64_t rests_size;
	unsigned rests_from;
	unsigned rests_top;
	struct digest rests[64];
};

static uint64_t
shift_right(uint64_t value, unsigned by)
{
	return by < 64 ? value >> by : 0;
}

static uint64_t
index_at(uint64_t size, unsigned level)
{
	return shift_right(size, 8 * (level + 1));
}

static unsigned
width_at(uint64_t size, unsigned level)
{
	return (unsigned)(size >> 8 * level) % TLOG_TILE_WIDTH;
}

/* Where the row of nodes of a height begins in a tile. */
static size_t
row_of(unsigned height)
{
	return 2 * TLOG_TILE_WIDTH - ((size_t)2 * TLOG_TILE_WIDTH >> height);
}

static void
tile_reset(struct edge_tile *tile, unsigned level, uint64_t index)
{
	tile->level = level;
	tile->index = index;
	tile->width = 0;
	tile->next = NULL;
}

static void
tile_push(struct edge_tile *tile, const struct digest *hash)
{
	size_t at = tile->width++;

	assert(at < TLOG_TILE_WIDTH);
	tile->nodes[at] = *hash;
	for (unsigned h = 0; h + 1 < HEIGHTS && (at & 1) != 0; h++, at /= 2) {
		const struct digest *row = tile->nodes + row_of(h);

		tlog_merkle_node(&tile->nodes[row_of(h + 1) + at / 2],
		    &row[at - 1], &row[at]);
	}
}

static int
spare_reserve(struct tlog_edge *edge, size_t n)
{
	while (edge->n_spare < n) {
		struct edge_tile *tile = malloc(sizeof(*tile));

		if (tile == NULL)
			return FAULT(ENOMEM);
		tile->next = edge->spare;
		edge->spare = tile;
		edge->n_spare++;
	}
	return 0;
}

static struct edge_tile *
spare_take(struct tlog_edge *edge)
{
	struct edge_tile *tile = edge->spare;

	assert(tile != NULL);
	edge->spare = tile->next;
	edge->n_spare--;
	return tile;
}

static void
spare_put(struct tlog_edge *edge, struct edge_tile *tile)
{
	tile->next = edge->spare;
	edge->spare = tile;
	edge->n_spare++;
}

static void
make_empty(struct tlog_edge *edge)
{
	while (edge->n_full > 0)
		spare_put(edge, edge->full[--edge->n_full]);
	for (unsigned l = 0; l < TLOG_TILE_LEVELS; l++)
		tile_reset(edge->levels[l], l, 0);
	edge->size = 0;
	edge->size_at_mark = 0;
	edge->rests_size = 0;
}

int
tlog_edge_new(struct tlog_edge **edgep)
{
	struct tlog_edge *edge = calloc(1, sizeof(*edge));
	int r;

	if (edge == NULL)
		return FAULT(ENOMEM);
	r = spare_reserve(edge, TLOG_TILE_LEVELS);
	if (r < 0) {
		tlog_edge_free(edge);
		return TRACE(r);
	}
	for (size_t l = 0; l < TLOG_TILE_LEVELS; l++)
		edge->levels[l] = spare_take(edge);
	make_empty(edge);
	*edgep = edge;
	return 0;
}

struct tlog_edge *
tlog_edge_free(struct tlog_edge *edge)
{
	if (edge == NULL)
		return NULL;
	for (size_t l = 0; l < TLOG_TILE_LEVELS; l++)
		free(edge->levels[l]);
	while (edge->n_full > 0)
		free(edge->full[--edge->n_full]);
	while (edge->spare != NULL)
		free(spare_take(edge));
	free(edge);
	return NULL;
}

void
tlog_edge_freep(struct tlog_edge **edge)
{
	*edge = tlog_edge_free(*edge);
}

int
tlog_edge_restore(struct tlog_edge *edge, uint64_t size,
    const struct tlog_tile_reader *reader)
{
	struct digest hashes[TLOG_TILE_WIDTH];

	make_empty(edge);
	if (size > TLOG_SIZE_MAX)
		return TLOG_EDGE_E_RANGE;
	for (unsigned l = 0; l < TLOG_TILE_LEVELS; l++) {
		unsigned width = width_at(size, l);
		int r = width == 0 ? 0
				   : tlog_tile_read(reader, l, index_at(size, l),
					 width, hashes);

		if (r != 0) {
			make_empty(edge);
			return r > 0 ? TLOG_EDGE_E_MISSING : TRACE(r);
		}
		tile_reset(edge->levels[l], l, index_at(size, l));
		for (unsigned i = 0; i < width; i++)
			tile_push(edge->levels[l], &hashes[i]);
	}
	edge->size = size;
	edge->size_at_mark = size;
	return 0;
}

/* The tiles that the next append fills: a run of levels from 0 up. */
static size_t
n_filling(const struct tlog_edge *edge)
{
	size_t n = 0;

	while (edge->levels[n]->width == TLOG_TILE_WIDTH - 1)
		n++;
	return n;
}

/* Move a full tile to the list and hand its root to the level above. */
static void
carry(struct tlog_edge *edge, unsigned level)
{
	struct edge_tile *tile = edge->levels[level];
	struct digest root;

	tlog_merkle_node(&root, &tile->nodes[NODES - 2],
	    &tile->nodes[NODES - 1]);
	edge->full[edge->n_full++] = tile;
	edge->levels[level] = spare_take(edge);
	tile_reset(edge->levels[level], level, tile->index + 1);
	tile_push(edge->levels[level + 1], &root);
}

int
tlog_edge_append(struct tlog_edge *edge, const struct digest *leaf)
{
	size_t n = n_filling(edge);
	int r;

	assert(edge->size < TLOG_SIZE_MAX);
	if (edge->n_full + n > LIMIT_TLOG_EDGE_TILES)
		return TLOG_EDGE_E_FULL;
	r = spare_reserve(edge, n);
	if (r < 0)
		return TRACE(r);
	tile_push(edge->levels[0], leaf);
	for (unsigned l = 0; l < n; l++)
		carry(edge, l);
	edge->size++;
	return 0;
}

void
tlog_edge_mark(struct tlog_edge *edge)
{
	while (edge->n_full > 0)
		spare_put(edge, edge->full[--edge->n_full]);
	edge->size_at_mark = edge->size;
}

/* Put the tile that was the level's at the mark back, cut to what it was. */
static void
level_rollback(struct tlog_edge *edge, unsigned level)
{
	uint64_t index = index_at(edge->size_at_mark, level);

	for (size_t i = 0; i < edge->n_full; i++) {
		struct edge_tile *tile = edge->full[i];

		if (tile->level == level && tile->index == index) {
			edge->full[i] = edge->levels[level];
			edge->levels[level] = tile;
			break;
		}
	}
	assert(edge->levels[level]->index == index);
	edge->levels[level]->width = width_at(edge->size_at_mark, level);
}

void
tlog_edge_rollback(struct tlog_edge *edge)
{
	for (unsigned l = 0; l < TLOG_TILE_LEVELS; l++)
		level_rollback(edge, l);
	while (edge->n_full > 0)
		spare_put(edge, edge->full[--edge->n_full]);
	edge->size = edge->size_at_mark;
	edge->rests_size = 0; /* the same size may come again, with other leaves */
}

uint64_t
tlog_edge_size(const struct tlog_edge *edge)
{
	return edge->size;
}

uint64_t
tlog_edge_size_at_mark(const struct tlog_edge *edge)
{
	return edge->size_at_mark;
}

size_t
tlog_edge_n_full(const struct tlog_edge *edge)
{
	return edge->n_full;
}

static struct tlog_edge_tile
tile_view(const struct edge_tile *tile)
{
	return (struct tlog_edge_tile){ tile->level, tile->index, tile->width,
		tile->nodes[0].b };
}

struct tlog_edge_tile
tlog_edge_full(const struct tlog_edge *edge, size_t i)
{
	assert(i < edge->n_full);
	return tile_view(edge->full[i]);
}

struct tlog_edge_tile
tlog_edge_partial(const struct tlog_edge *edge, unsigned level)
{
	assert(level < TLOG_TILE_LEVELS);
	return tile_view(edge->levels[level]);
}

/* The tile when it is in memory, else NULL. */
static const struct edge_tile *
find_tile(const struct tlog_edge *edge, unsigned level, uint64_t index)
{
	if (edge->levels[level]->index == index)
		return edge->levels[level];
	for (size_t i = 0; i < edge->n_full; i++) {
		if (edge->full[i]->index == index &&
		    edge->full[i]->level == level)
			return edge->full[i];
	}
	return NULL;
}

/* A complete node in memory, else NULL. */
static const struct digest *
find_node(const struct tlog_edge *edge, unsigned height, uint64_t index)
{
	unsigned level = height / HEIGHTS;
	unsigned within = height % HEIGHTS;
	const struct edge_tile *tile =
	    find_tile(edge, level, index >> (HEIGHTS - within));
	size_t at = (size_t)index & ((TLOG_TILE_WIDTH >> within) - 1u);

	if (tile == NULL)
		return NULL;
	assert((at + 1) << within <= tile->width);
	return &tile->nodes[row_of(within) + at];
}

/* Work the rests out from the nodes; all of them are at the edge (E1). */
static void
rests_make(struct tlog_edge *edge)
{
	uint64_t last = edge->size - 1;
	unsigned h = (unsigned)__builtin_ctzll(edge->size);

	if (edge->rests_size == edge->size)
		return;
	edge->rests_size = edge->size;
	edge->rests_from = h;
	edge->rests[h] = *find_node(edge, h, last >> h);
	for (; last >> h != 0; h++) {
		edge->rests[h + 1] = edge->rests[h];
		if ((last >> h & 1) != 0)
			tlog_merkle_node(&edge->rests[h + 1],
			    find_node(edge, h, last >> h ^ 1), &edge->rests[h]);
	}
	edge->rests_top = h;
}

void
tlog_edge_root(struct tlog_edge *edge, struct digest *root)
{
	if (edge->size == 0) {
		tlog_merkle_empty(root);
		return;
	}
	rests_make(edge);
	*root = edge->rests[edge->rests_top];
}

/* Lookups of a proof: the edge first, then the tiles that are stored. */
struct lookup {
	struct tlog_edge *edge;
	struct tlog_proof_cache *cache; /* NULL: no reader */
};

static int
lookup_node(void *context, unsigned height, uint64_t index,
    struct digest *node)
{
	struct lookup *lookup = context;
	const struct digest *found = find_node(lookup->edge, height, index);

	if (found != NULL) {
		*node = *found;
		return 0;
	}
	if (lookup->cache == NULL)
		return TLOG_PROOF_E_MISSING;
	return tlog_proof_cache_node(lookup->cache, height, index, node);
}

static int
lookup_rest(void *context, unsigned height, struct digest *rest)
{
	struct lookup *lookup = context;
	struct tlog_edge *edge = lookup->edge;

	rests_make(edge);
	assert(height <= edge->rests_top);
	if (height < edge->rests_from)
		return lookup_node(lookup, height, (edge->size - 1) >> height,
		    rest);
	*rest = edge->rests[height];
	return 0;
}

/* Make one of the two proofs; old_size 0: of the index. */
static int
prove(struct tlog_edge *edge, struct tlog_proof *proof, uint64_t index,
    uint64_t old_size, const struct tlog_tile_reader *reader)
{
	struct tlog_proof_cache cache;
	struct lookup lookup = { edge, reader != NULL ? &cache : NULL };
	struct tlog_proof_nodes nodes = { lookup_node, lookup_rest, &lookup };
	int r;

	if (reader != NULL)
		tlog_proof_cache_init(&cache, reader, edge->size_at_mark);
	if (old_size > 0)
		r = tlog_proof_make_consistency(proof, &nodes, old_size,
		    edge->size);
	else
		r = tlog_proof_make_inclusion(proof, &nodes, index, edge->size);
	if (r != 0)
		proof->n_hashes = 0;
	return r > 0 ? TLOG_EDGE_E_MISSING : TRACE(r);
}

int
tlog_edge_inclusion(struct tlog_edge *edge, struct tlog_proof *proof,
    uint64_t index, const struct tlog_tile_reader *reader)
{
	proof->n_hashes = 0;
	if (index >= edge->size)
		return TLOG_EDGE_E_RANGE;
	return prove(edge, proof, index, 0, reader);
}

int
tlog_edge_consistency(struct tlog_edge *edge, struct tlog_proof *proof,
    uint64_t old_size, const struct tlog_tile_reader *reader)
{
	proof->n_hashes = 0;
	if (old_size > edge->size)
		return TLOG_EDGE_E_RANGE;
	if (old_size == 0 || old_size == edge->size)
		return 0;
	return prove(edge, proof, 0, old_size, reader);
}
