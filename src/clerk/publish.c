/* Publishing the log; see publish.h. */
#include "clerk/publish.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>

#include "store/entries.h"
#include "tlog/bundle.h"
#include "tlog/checkpoint.h"
#include "tlog/logdir.h"
#include "tlog/merkle.h"
#include "util/clock.h"
#include "util/fault.h"

#define BUNDLE_BYTES (TLOG_TILE_WIDTH * (size_t)(2 + LIMIT_TLOG_ENTRY_BYTES))

/* Begin again with nothing written. */
static int
forget(struct publish *publish)
{
	tlog_edge_freep(&publish->edge);
	buf_reset(&publish->bundle);
	publish->is_lost = true;
	return TRACE(tlog_edge_new(&publish->edge));
}

/* --- writing ------------------------------------------------------------- */

static int
put(struct publish *publish, const struct tlog_tile *tile, struct str bytes)
{
	int r = tilefiles_put(&publish->files, tile, bytes);

	if (r < 0)
		return TRACE(r);
	/* Partial ones are in the way only once the full one is there. */
	if (tile->width == TLOG_TILE_WIDTH &&
	    tilefiles_has_partials(&publish->files, tile))
		tilefiles_age(&publish->files, tile,
		    clock_monotonic_us() + publish->keep_partials_us);
	return 0;
}

static int
put_tile(struct publish *publish, const struct tlog_edge_tile *tile)
{
	struct tlog_tile where = { .level = tile->level, .index = tile->index,
		.width = tile->width };

	return TRACE(put(publish, &where, (struct str){
	    (const char *)tile->hashes, 32 * (size_t)tile->width }));
}

static int
put_bundle(struct publish *publish, uint64_t end)
{
	struct tlog_tile where = { .is_entries = true,
		.index = (end - 1) / TLOG_TILE_WIDTH,
		.width = (unsigned)((end - 1) % TLOG_TILE_WIDTH + 1) };

	return TRACE(put(publish, &where, buf_str(&publish->bundle)));
}

/* One entry of the store: into the bundle and the tree. */
static int
take_entry(void *context, const struct store_entry *entry)
{
	struct publish *publish = context;
	struct digest leaf;
	int r;

	if (entry->index != tlog_edge_size(publish->edge))
		return FAULT(EILSEQ);
	r = tlog_bundle_add(&publish->bundle, entry->bytes);
	if (r != 0)
		return FAULT(EMSGSIZE);
	tlog_merkle_leaf(&leaf, entry->bytes);
	r = tlog_edge_append(publish->edge, &leaf);
	/* One bundle at most between two marks: never full. */
	assert(r != TLOG_EDGE_E_FULL);
	return TRACE(r);
}

/* What the bundle at hand has completed. */
static int
put_full(struct publish *publish)
{
	uint64_t end = tlog_edge_size(publish->edge);
	int r;

	if (end % TLOG_TILE_WIDTH != 0)
		return 0;
	r = put_bundle(publish, end);
	for (size_t i = 0; r == 0 && i < tlog_edge_n_full(publish->edge); i++) {
		struct tlog_edge_tile tile = tlog_edge_full(publish->edge, i);

		r = put_tile(publish, &tile);
	}
	buf_reset(&publish->bundle);
	return TRACE(r);
}

/* Read and write up to the end, one bundle at a time. */
static int
grow(struct publish *publish, uint64_t end)
{
	uint64_t at = tlog_edge_size(publish->edge);

	while (at < end) {
		uint64_t stop = MIN(end,
		    (at / TLOG_TILE_WIDTH + 1) * TLOG_TILE_WIDTH);
		int r;

		tlog_edge_mark(publish->edge);
		r = entries_each(publish->store, at, stop, take_entry, publish);
		if (r != 0)
			return r < 0 ? TRACE(r) : FAULT(EIO);
		if (tlog_edge_size(publish->edge) < stop)
			return PUBLISH_E_SHORT;
		r = put_full(publish);
		if (r < 0)
			return TRACE(r);
		at = stop;
	}
	return 0;
}

static int
put_partial(struct publish *publish, uint64_t end)
{
	int r = 0;

	if (end % TLOG_TILE_WIDTH != 0)
		r = put_bundle(publish, end);
	for (unsigned level = 0; r == 0 && level < TLOG_TILE_LEVELS; level++) {
		struct tlog_edge_tile tile =
		    tlog_edge_partial(publish->edge, level);

		if (tile.width > 0 && tile.width < TLOG_TILE_WIDTH)
			r = put_tile(publish, &tile);
	}
	return TRACE(r);
}

/* Everything under a checkpoint. Returns: as publish_prepare(). */
static int
write_under(struct publish *publish, const struct tlog_checkpoint *checkpoint)
{
	struct digest root;
	int r = grow(publish, checkpoint->size);

	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	tlog_edge_root(publish->edge, &root);
	if (memcmp(&root, &checkpoint->root, sizeof(root)) != 0)
		return PUBLISH_E_ROOT;
	return TRACE(put_partial(publish, checkpoint->size));
}

static int
write_up_to(struct publish *publish, const struct tlog_checkpoint *checkpoint,
    struct str note)
{
	int r = write_under(publish, checkpoint);

	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	return TRACE(tilefiles_checkpoint(&publish->files, note));
}

/* --- finding out what is there ------------------------------------------- */

/*
 * Whether a tile and the bundle of a size are there, by their lengths. Queue
 * old partial ones beside a full one: who queued them may have been killed.
 */
static bool
has_file(struct publish *publish, const struct tlog_tile *tile)
{
	size_t size = tile->is_entries ? 2 * (size_t)tile->width :
					 32 * (size_t)tile->width;
	struct tlog_tile full = *tile;

	/* The full one begins with every partial one. */
	full.width = TLOG_TILE_WIDTH;
	if (!tilefiles_has(&publish->files, tile, size) &&
	    !tilefiles_has(&publish->files, &full, size))
		return false;
	if (tile->width == TLOG_TILE_WIDTH &&
	    tilefiles_has_partials(&publish->files, tile))
		tilefiles_age(&publish->files, tile,
		    clock_monotonic_us() + publish->keep_partials_us);
	return true;
}

static bool
has_row(struct publish *publish, uint64_t size, unsigned level, bool is_entries)
{
	struct tlog_tile tile = { .is_entries = is_entries, .level = level };
	unsigned width;

	for (; (width = tlog_tile_width(size, level, tile.index)) > 0;
	     tile.index++) {
		tile.width = width;
		if (!has_file(publish, &tile))
			return false;
	}
	return true;
}

static bool
has_files(struct publish *publish, uint64_t size)
{
	for (unsigned level = 0; level < TLOG_TILE_LEVELS; level++)
		if (!has_row(publish, size, level, false))
			return false;
	return has_row(publish, size, 0, true);
}

static int
restore_bundle(struct publish *publish, struct tlog_audit_source *source,
    uint64_t size)
{
	unsigned width = (unsigned)(size % TLOG_TILE_WIDTH);
	struct str entries[TLOG_TILE_WIDTH];
	size_t n;
	int r;

	if (width == 0)
		return 0;
	r = source->entries(source->context, size / TLOG_TILE_WIDTH, width,
	    entries, &n);
	for (size_t i = 0; r == 0 && i < width; i++)
		r = tlog_bundle_add(&publish->bundle, entries[i]);
	return TRACE(r);
}

/* Stand at the checkpoint. Returns: 0; 1 something is not there; fault. */
static int
restore(struct publish *publish, struct tlog_logdir *dir,
    const struct tlog_checkpoint *checkpoint)
{
	struct tlog_audit_source source = tlog_logdir_source(dir);
	struct digest root;
	int r;

	if (!has_files(publish, checkpoint->size))
		return 1;
	r = tlog_edge_restore(publish->edge, checkpoint->size, &source.tiles);
	if (r == 0)
		r = restore_bundle(publish, &source, checkpoint->size);
	if (r != 0)
		return r < 0 ? TRACE(r) : 1;
	tlog_edge_root(publish->edge, &root);
	return memcmp(&root, &checkpoint->root, sizeof(root)) == 0 ? 0 : 1;
}

/*
 * What is published: restore it, or publish it again.
 *
 * note: of the checkpoint file. Returns: as publish_open().
 */
static int
stand_at(struct publish *publish, struct tlog_logdir *dir, struct str note)
{
	struct tlog_checkpoint checkpoint;
	int r;

	if (tlog_checkpoint_open(&checkpoint, note, publish->key) != 0) {
		eventlog_write(publish->log, EVENTLOG_ERROR,
		    "%s/checkpoint is not signed by this log's key: passed "
		    "over", publish->path);
		return 0;
	}
	r = restore(publish, dir, &checkpoint);
	if (r == 1) {
		eventlog_write(publish->log, EVENTLOG_WARNING,
		    "%s is incomplete: it is written again up to %" PRIu64
		    " entries", publish->path, checkpoint.size);
		r = forget(publish);
		if (r == 0)
			r = write_up_to(publish, &checkpoint, note);
	}
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	publish->size = checkpoint.size;
	publish->has_checkpoint = true;
	return 0;
}

static int
find_out(struct publish *publish)
{
	CLEANUP(tlog_logdir_closep) struct tlog_logdir *dir = NULL;
	CLEANUP(arena_fini) struct arena arena;
	struct str note;
	int r = forget(publish);

	arena_init(&arena, 2 * (size_t)LIMIT_TLOG_NOTE_BYTES);
	publish->size = 0;
	publish->has_checkpoint = false;
	if (r == 0)
		r = tlog_logdir_open(&dir, publish->path);
	if (r != 0)
		return r < 0 ? TRACE(r) : FAULT(ENOTDIR);
	r = tlog_logdir_checkpoint(dir, &note, &arena);
	if (r < 0)
		return TRACE(r);
	/* Absent, or nothing that could be one. */
	if (r == 0)
		r = stand_at(publish, dir, note);
	else
		r = 0;
	publish->is_lost = r != 0;
	return r < 0 ? TRACE(r) : r;
}

int
publish_open(struct publish *publish)
{
	int r = tilefiles_open(&publish->files, publish->path);

	buf_init(&publish->bundle, BUNDLE_BYTES);
	if (r == 0)
		r = find_out(publish);
	return r < 0 ? TRACE(r) : r;
}

void
publish_close(struct publish *publish)
{
	tilefiles_close(&publish->files);
	tlog_edge_freep(&publish->edge);
	buf_fini(&publish->bundle);
}

/* Read the note and stand where writing may go on. */
static int
begin(struct publish *publish, struct tlog_checkpoint *checkpoint,
    struct str note)
{
	int r;

	if (tlog_checkpoint_open(checkpoint, note, publish->key) != 0)
		return PUBLISH_E_NOTE;
	if (publish->is_lost) {
		r = find_out(publish);
		if (r != 0)
			return r < 0 ? TRACE(r) : r;
	}
	/* What was prepared may be ahead of what is published, never behind. */
	return checkpoint->size < tlog_edge_size(publish->edge) ?
	    PUBLISH_E_OLD : 0;
}

int
publish_prepare(struct publish *publish, struct str note)
{
	struct tlog_checkpoint checkpoint;
	int r = begin(publish, &checkpoint, note);

	if (r == 0) {
		r = write_under(publish, &checkpoint);
		publish->is_lost = r != 0;
	}
	return r < 0 ? TRACE(r) : r;
}

int
publish_cosigned(struct publish *publish, struct str note)
{
	struct tlog_checkpoint checkpoint;
	int r = begin(publish, &checkpoint, note);

	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	r = write_up_to(publish, &checkpoint, note);
	publish->is_lost = r != 0;
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	publish->size = checkpoint.size;
	publish->has_checkpoint = true;
	return 0;
}

int
publish_checkpoint(struct publish *publish, struct str note)
{
	struct tlog_checkpoint checkpoint;

	if (tlog_checkpoint_open(&checkpoint, note, publish->key) == 0 &&
	    !publish->is_lost && publish->has_checkpoint &&
	    checkpoint.size == publish->size)
		return PUBLISH_E_OLD;
	return publish_cosigned(publish, note);
}
