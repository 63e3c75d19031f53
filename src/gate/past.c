/* Checkpoints and proofs of before; see past.h. */
#include "gate/past.h"

#include <errno.h>
#include <string.h>

#include "store/entries.h"
#include "store/store.h"
#include "store/tiles.h"
#include "util/fault.h"

/*
 * Tiles as they were: what the edge has of a tile begins with what it had then.
 * Only the others are read, and those are full ones.
 */
static int
read_tile(void *context, unsigned level, uint64_t index, unsigned width,
    uint8_t *hashes)
{
	struct gate *gate = context;
	struct tlog_edge_tile tile = tlog_edge_partial(gate->edge, level);
	struct tlog_tile_reader reader = tiles_reader(gate->store);

	if (tile.index != index || tile.width < width)
		return TRACE(reader.read(reader.context, level, index, width,
		    hashes));
	memcpy(hashes, tile.hashes, (size_t)width * sizeof(struct digest));
	return 0;
}

struct tlog_tile_reader
past_reader(struct gate *gate)
{
	return (struct tlog_tile_reader){ .read = read_tile, .context = gate };
}

int
past_find(struct gate *gate, struct str *note, struct tlog_proof *proof,
    struct arena *arena, uint64_t index)
{
	struct tlog_tile_reader reader = past_reader(gate);
	struct store_head head;
	int r = entries_find_head(gate->store, arena, &head, index);

	if (r < 0)
		return TRACE(r);
	if (r > 0)
		head = (struct store_head){ gate->note_size, gate->note };
	*note = head.note;
	r = tlog_proof_inclusion(proof, &reader, index, head.size);
	return r > 0 ? FAULT(EIO) : TRACE(r);
}
