/*
 * Checking a whole log from the root down; see audit.h.
 *
 * First the rightmost tiles: together they are the root. Then every full tile,
 * in the order of the entries, against its hash in the proven tile above, and
 * every entry against its proven level-0 tile.
 */
#include "tlog/audit.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tlog/merkle.h"
#include "util/fault.h"

/* A tile that was proven. */
struct audit_tile {
	bool is_proven;
	uint64_t index;
	unsigned width;
	struct digest hashes[TLOG_TILE_WIDTH];
};

struct audit {
	const struct tlog_audit_source *source;
	struct tlog_audit_finding *finding;
	uint64_t size;
	struct audit_tile edge[TLOG_TILE_LEVELS]; /* rightmost; width may be 0 */
	struct audit_tile path[TLOG_TILE_LEVELS]; /* full, above the entries */
};

static bool
is_same(const struct digest *a, const struct digest *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

/* First entry below the i-th hash of a tile. */
static uint64_t
first_entry(unsigned level, uint64_t index, size_t i)
{
	return (index * TLOG_TILE_WIDTH + i) << 8 * level;
}

static int
found(struct audit *audit, enum tlog_audit_kind kind,
    const struct tlog_tile *where, uint64_t entry)
{
	audit->finding->kind = kind;
	audit->finding->where = *where;
	audit->finding->entry = entry;
	return TLOG_AUDIT_E_BAD;
}

static enum tlog_audit_kind
kind_of_tile_outcome(int r)
{
	return r == TLOG_TILE_E_SHORT ? TLOG_AUDIT_SHORT
	    : r == TLOG_TILE_E_EXTRA  ? TLOG_AUDIT_EXTRA
				      : TLOG_AUDIT_MISSING;
}

/* Read a tile as it is stored. Returns: 0; TLOG_AUDIT_E_BAD; fault. */
static int
read_tile(struct audit *audit, const struct tlog_tile *tile,
    struct digest *hashes)
{
	const struct tlog_tile_reader *reader = &audit->source->tiles;
	int r = reader->read(reader->context, tile->level, tile->index,
	    tile->width, hashes[0].b);

	if (r > 0)
		return found(audit, kind_of_tile_outcome(r), tile,
		    first_entry(tile->level, tile->index, 0));
	return TRACE(r);
}

/*
 * What a tile should be by what is stored below it: entries or full tiles.
 * Returns: whether all of that could be read.
 */
static bool
derive_tile(struct audit *audit, const struct tlog_tile *tile,
    struct digest *hashes)
{
	const struct tlog_audit_source *source = audit->source;
	struct str entries[TLOG_TILE_WIDTH];
	struct digest below[TLOG_TILE_WIDTH];
	size_t n = 0;

	if (tile->level == 0) {
		if (source->entries(source->context, tile->index, tile->width,
			entries, &n) != 0)
			return false;
		for (size_t i = 0; i < tile->width; i++)
			tlog_merkle_leaf(&hashes[i], entries[i]);
		return true;
	}
	for (unsigned i = 0; i < tile->width; i++) {
		if (source->tiles.read(source->tiles.context, tile->level - 1,
			tile->index * TLOG_TILE_WIDTH + i, TLOG_TILE_WIDTH,
			below[0].b) != 0)
			return false;
		tlog_tile_root(&hashes[i], below);
	}
	return true;
}

/* A tile is bad; better holds what it should be, or NULL when unknown. */
static int
found_tile(struct audit *audit, const struct tlog_tile *tile,
    const struct digest *hashes, const struct digest *better)
{
	size_t i = 0;

	while (better != NULL && i + 1 < tile->width &&
	    is_same(&hashes[i], &better[i]))
		i++;
	return found(audit, TLOG_AUDIT_HASH, tile,
	    first_entry(tile->level, tile->index, i));
}

/* The root that the rightmost tiles have together; size > 0. */
static void
edge_root(const struct audit *audit, struct digest *root)
{
	bool is_begun = false;

	for (unsigned l = 0; l < TLOG_TILE_LEVELS; l++) {
		const struct audit_tile *tile = &audit->edge[l];
		size_t end = tile->width;

		/* Its complete subtrees from the right, smallest first. */
		for (size_t n = 1; end > 0; n *= 2) {
			struct digest node;

			if ((end & n) == 0)
				continue;
			end -= n;
			tlog_merkle_root_of(&node, &tile->hashes[end], n);
			if (is_begun)
				tlog_merkle_node(root, &node, root);
			else
				*root = node;
			is_begun = true;
		}
	}
}

/* The rightmost tiles are not the root: is it one of them that is bad? */
static int
blame_edge(struct audit *audit, const struct digest *root)
{
	struct digest stored[TLOG_TILE_WIDTH];
	struct digest now;

	for (unsigned l = TLOG_TILE_LEVELS; l-- > 0;) {
		struct audit_tile *edge = &audit->edge[l];
		struct tlog_tile tile = { false, l, edge->index, edge->width };

		memcpy(stored, edge->hashes, sizeof(stored));
		if (edge->width == 0 ||
		    !derive_tile(audit, &tile, edge->hashes)) {
			memcpy(edge->hashes, stored, sizeof(stored));
			continue;
		}
		edge_root(audit, &now);
		if (is_same(&now, root))
			return found_tile(audit, &tile, stored, edge->hashes);
		memcpy(edge->hashes, stored, sizeof(stored));
	}
	audit->finding->kind = TLOG_AUDIT_ROOT;
	return TLOG_AUDIT_E_BAD;
}

static int
prove_edge(struct audit *audit, const struct digest *root)
{
	struct digest now;

	for (unsigned l = 0; l < TLOG_TILE_LEVELS; l++) {
		struct audit_tile *edge = &audit->edge[l];
		struct tlog_tile tile = { .level = l };
		int r;

		tile.index = l + 1 < TLOG_TILE_LEVELS
		    ? audit->size >> 8 * (l + 1)
		    : 0;
		tile.width = tlog_tile_width(audit->size, l, tile.index);
		edge->index = tile.index;
		edge->width = tile.width;
		edge->is_proven = true;
		if (tile.width == 0)
			continue;
		r = read_tile(audit, &tile, edge->hashes);
		if (r != 0)
			return r;
		audit->finding->n_tiles++;
	}
	edge_root(audit, &now);
	return is_same(&now, root) ? 0 : blame_edge(audit, root);
}

static int
prove_tile(struct audit *audit, unsigned level, uint64_t index,
    const struct audit_tile **proven);

/* Read a full tile and hold it against its hash in the tile above. */
static int
prove_full_tile(struct audit *audit, unsigned level, uint64_t index)
{
	struct audit_tile *slot = &audit->path[level];
	struct tlog_tile tile = { false, level, index, TLOG_TILE_WIDTH };
	struct digest better[TLOG_TILE_WIDTH];
	const struct audit_tile *above = NULL;
	const struct digest *expected;
	struct digest root;
	int r = prove_tile(audit, level + 1, index / TLOG_TILE_WIDTH, &above);

	if (r != 0)
		return r;
	expected = &above->hashes[index % TLOG_TILE_WIDTH];
	slot->is_proven = false;
	r = read_tile(audit, &tile, slot->hashes);
	if (r != 0)
		return r;
	tlog_tile_root(&root, slot->hashes);
	if (!is_same(&root, expected)) {
		bool is_known = derive_tile(audit, &tile, better);

		if (is_known)
			tlog_tile_root(&root, better);
		is_known = is_known && is_same(&root, expected);
		return found_tile(audit, &tile, slot->hashes,
		    is_known ? better : NULL);
	}
	slot->index = index;
	slot->width = TLOG_TILE_WIDTH;
	slot->is_proven = true;
	audit->finding->n_tiles++;
	return 0;
}

static int
prove_tile(struct audit *audit, unsigned level, uint64_t index,
    const struct audit_tile **proven)
{
	const struct audit_tile *path = &audit->path[level];

	if (index == audit->edge[level].index) {
		*proven = &audit->edge[level];
		return 0;
	}
	*proven = path;
	if (path->is_proven && path->index == index)
		return 0;
	return prove_full_tile(audit, level, index);
}

/* What the source said of a bundle of which the first n entries were sound. */
static int
found_bundle(struct audit *audit, int r, const struct tlog_tile *bundle,
    size_t n)
{
	uint64_t entry = first_entry(0, bundle->index, n);

	switch (r) {
	case TLOG_AUDIT_MISSING:
		return found(audit, TLOG_AUDIT_MISSING, bundle, entry);
	case TLOG_AUDIT_SHORT:
		return found(audit, TLOG_AUDIT_SHORT, bundle, entry);
	case TLOG_AUDIT_EXTRA:
		return found(audit, TLOG_AUDIT_EXTRA, bundle, entry);
	default:
		return r < 0 ? TRACE(r) : FAULT(EINVAL);
	}
}

/* Hold the entries of one bundle against their proven tile. */
static int
check_bundle(struct audit *audit, const struct audit_tile *tile)
{
	const struct tlog_audit_source *source = audit->source;
	struct tlog_tile bundle = { true, 0, tile->index, tile->width };
	struct str entries[TLOG_TILE_WIDTH];
	size_t n = 0;
	int r = source->entries(source->context, tile->index, tile->width,
	    entries, &n);

	if (r < 0 || n > tile->width)
		return r < 0 ? TRACE(r) : FAULT(EINVAL);
	for (size_t i = 0; i < n; i++) {
		struct digest leaf;

		tlog_merkle_leaf(&leaf, entries[i]);
		if (!is_same(&leaf, &tile->hashes[i]))
			return found(audit, TLOG_AUDIT_HASH, &bundle,
			    first_entry(0, tile->index, i));
		audit->finding->n_entries++;
		audit->finding->n_bytes += entries[i].len;
	}
	return r == 0 ? 0 : found_bundle(audit, r, &bundle, n);
}

static int
check_all(struct audit *audit, const struct digest *root)
{
	uint64_t n_bundles = (audit->size + TLOG_TILE_WIDTH - 1) /
	    TLOG_TILE_WIDTH;
	int r = prove_edge(audit, root);

	for (uint64_t i = 0; r == 0 && i < n_bundles; i++) {
		const struct audit_tile *tile = NULL;

		r = prove_tile(audit, 0, i, &tile);
		if (r == 0)
			r = check_bundle(audit, tile);
	}
	return r;
}

int
tlog_audit_run(const struct tlog_audit_source *source,
    struct tlog_audit_finding *finding, uint64_t size,
    const struct digest *root)
{
	struct digest empty;
	struct audit *audit;
	int r;

	*finding = (struct tlog_audit_finding){ 0 };
	if (size > TLOG_SIZE_MAX)
		return TLOG_AUDIT_E_RANGE;
	if (size == 0) {
		tlog_merkle_empty(&empty);
		if (is_same(root, &empty))
			return 0;
		finding->kind = TLOG_AUDIT_ROOT;
		return TLOG_AUDIT_E_BAD;
	}
	audit = calloc(1, sizeof(*audit));
	if (audit == NULL)
		return FAULT(ENOMEM);
	audit->source = source;
	audit->finding = finding;
	audit->size = size;
	r = check_all(audit, root);
	free(audit);
	return r;
}

static void
describe_place(const struct tlog_audit_finding *finding, struct buf *text)
{
	char path[TLOG_TILE_PATH_BYTES];

	tlog_tile_format_path(path, &finding->where);
	buf_add_text(text, path);
	buf_add_text(text, ": ");
}

void
tlog_audit_describe(const struct tlog_audit_finding *finding, struct buf *text)
{
	unsigned long long entry = finding->entry;

	switch (finding->kind) {
	case TLOG_AUDIT_SOUND:
		buf_add_format(text, "%llu entries and %llu tiles are sound",
		    (unsigned long long)finding->n_entries,
		    (unsigned long long)finding->n_tiles);
		return;
	case TLOG_AUDIT_ROOT:
		buf_add_text(text,
		    "checkpoint: its root is not that of the tiles");
		return;
	case TLOG_AUDIT_MISSING:
		describe_place(finding, text);
		buf_add_text(text, "missing");
		return;
	case TLOG_AUDIT_SHORT:
		describe_place(finding, text);
		buf_add_format(text, "cut short at entry %llu", entry);
		return;
	case TLOG_AUDIT_EXTRA:
		describe_place(finding, text);
		buf_add_text(text, "extra bytes behind its end");
		return;
	case TLOG_AUDIT_HASH:
		describe_place(finding, text);
		buf_add_format(text, finding->where.is_entries
			? "entry %llu is not what was logged"
			: "hash of entry %llu is not what was logged", entry);
		return;
	}
}
