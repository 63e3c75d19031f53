/* Tiles of the log in the store; see tiles.h. */
#include "store/tiles.h"

#include <string.h>

#include "store/entries.h"
#include "tlog/merkle.h"
#include "util/fault.h"

struct walk {
	uint8_t *hashes;
	uint64_t first;
	unsigned width;
	unsigned n_done;
};

static int
hash_entry(void *context, const struct store_entry *entry)
{
	struct walk *walk = context;
	struct digest leaf;

	if (entry->index != walk->first + walk->n_done ||
	    walk->n_done == walk->width)
		return 1;
	tlog_merkle_leaf(&leaf, entry->bytes);
	memcpy(walk->hashes + (size_t)walk->n_done * sizeof(leaf.b), leaf.b,
	    sizeof(leaf.b));
	walk->n_done++;
	return 0;
}

/* A partial tile of level 0, hashed anew from its entries. */
static int
hash_entries(struct store *store, uint64_t index, unsigned width,
    uint8_t *hashes)
{
	struct walk walk = { hashes, index * 256, width, 0 };
	int r = entries_each(store, walk.first, walk.first + width,
	    hash_entry, &walk);

	if (r < 0)
		return TRACE(r);
	return walk.n_done == width ? 0 : TLOG_TILE_E_MISSING;
}

static int
read_tile(void *context, unsigned level, uint64_t index, unsigned width,
    uint8_t *hashes)
{
	struct store *store = context;
	uint8_t full[ENTRIES_TILE_SIZE];
	int r = entries_get_tile(store, full, level, index);

	if (r < 0)
		return TRACE(r);
	if (r == 0) {
		memcpy(hashes, full, (size_t)width * sizeof(struct digest));
		return 0;
	}
	if (level > 0)
		return TLOG_TILE_E_MISSING;
	return TRACE(hash_entries(store, index, width, hashes));
}

struct tlog_tile_reader
tiles_reader(struct store *store)
{
	return (struct tlog_tile_reader){ .read = read_tile,
		.context = store };
}
