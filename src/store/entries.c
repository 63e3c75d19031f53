/* The log's source of truth: entries, tiles, sealed values, epochs. */
#include "store/entries.h"

#include <errno.h>

#include "limits.h"
#include "store/row.h"
#include "store/store_int.h"
#include "util/fault.h"

static const struct row_field entry_fields[] = {
	ROW_FIELD(U64, struct store_entry, index),
	ROW_FIELD(I64, struct store_entry, time_us),
	ROW_FIELD(TEXT, struct store_entry, type),
	ROW_FIELD(BYTES, struct store_entry, bytes),
};

static const struct row_field sealed_fields[] = {
	ROW_FIELD(U64, struct store_sealed, index),
	ROW_FIELD(U64, struct store_sealed, epoch),
	ROW_FIELD(BYTES, struct store_sealed, bytes),
};

static const struct row_field kept_fields[] = {
	ROW_FIELD(U64, struct store_kept, entry.index),
	ROW_FIELD(I64, struct store_kept, entry.time_us),
	ROW_FIELD(TEXT, struct store_kept, entry.type),
	ROW_FIELD(BYTES, struct store_kept, entry.bytes),
	ROW_FIELD(U64, struct store_kept, epoch),
	ROW_FIELD(BYTES, struct store_kept, sealed),
};

/* As it is put. */
static const struct row_field whole_fields[] = {
	ROW_FIELD(U64, struct store_sealed, index),
	ROW_FIELD(U64, struct store_sealed, epoch),
	ROW_FIELD(BYTES, struct store_sealed, bytes),
	ROW_FIELD(BYTES, struct store_sealed, answer),
};

static const struct row_field answer_fields[] = {
	{ ROW_BYTES, 0 },
};

static const struct row_field head_fields[] = {
	ROW_FIELD(U64, struct store_head, size),
	ROW_FIELD(BYTES, struct store_head, note),
};

static const struct row_field epoch_fields[] = {
	ROW_FIELD(U64, struct store_epoch, id),
	ROW_FIELD(TEXT, struct store_epoch, class),
	ROW_FIELD(I64, struct store_epoch, created_us),
	ROW_FIELD(BYTES, struct store_epoch, wrapped),
};

static const struct row_table entry_table =
    ROW_TABLE(entry_fields, struct store_entry);
static const struct row_table sealed_table =
    ROW_TABLE(sealed_fields, struct store_sealed);
static const struct row_table kept_table =
    ROW_TABLE(kept_fields, struct store_kept);
static const struct row_table whole_table =
    ROW_TABLE(whole_fields, struct store_sealed);
static const struct row_table answer_table =
    ROW_TABLE(answer_fields, struct str);
static const struct row_table head_table =
    ROW_TABLE(head_fields, struct store_head);
static const struct row_table epoch_table =
    ROW_TABLE(epoch_fields, struct store_epoch);

int
entries_append(struct store *store, const struct store_entry *entry)
{
	int r;

	if (!store_may_write(store))
		return STORE_E_READ_ONLY;
	if (entry->index != store->n_entries)
		return STORE_E_SEQUENCE;
	if (entry->bytes.len > LIMIT_STORE_ENTRY)
		return STORE_E_TOO_LARGE;
	r = row_write(store, STATEMENT_ENTRY_PUT, &entry_table, entry,
	    STORE_E_SEQUENCE);
	if (r == 0)
		store->n_entries++;
	return TRACE(r);
}

int
entries_count(struct store *store, uint64_t *count)
{
	int64_t number;
	int r;

	if (store_may_write(store)) {
		*count = store->n_entries;
		return 0;
	}
	r = row_number(store, &number, STATEMENT_ENTRY_COUNT, NULL);
	if (r == 0)
		*count = (uint64_t)number;
	return TRACE(r);
}

int
entries_find(struct store *store, struct arena *arena,
    struct store_entry *entry, uint64_t index)
{
	return TRACE(row_find(store, arena, STATEMENT_ENTRY_FIND, &entry_table,
	    entry, (const struct backend_value[]){ row_u64(index) }));
}

struct walk {
	entries_each_fn *each;	    /* one of the two */
	entries_kept_fn *each_kept;
	void *context;
	uint64_t next; /* where the following chunk begins */
	bool is_stopped;
};

static int
walk_entry(void *context, const void *object)
{
	struct walk *walk = context;
	const struct store_entry *entry = object;
	int r;

	walk->next = entry->index + 1;
	r = walk->each(walk->context, entry);
	walk->is_stopped = r != 0;
	return r;
}

static int
walk_kept(void *context, const void *object)
{
	struct walk *walk = context;
	const struct store_kept *kept = object;
	int r;

	walk->next = kept->entry.index + 1;
	r = walk->each_kept(walk->context, kept);
	walk->is_stopped = r != 0;
	return r;
}

static int
walk_all(struct store *store, struct walk *walk, uint64_t from, uint64_t to)
{
	bool is_kept = walk->each_kept != NULL;

	walk->next = from;
	while (from < to && !walk->is_stopped) {
		uint64_t end = from + MIN(to - from, LIMIT_STORE_CHUNK);
		int r;

		r = row_each(store,
		    is_kept ? STATEMENT_KEPT_EACH : STATEMENT_ENTRY_EACH,
		    is_kept ? &kept_table : &entry_table,
		    (const struct backend_value[]){
			row_u64(from), row_u64(end) },
		    is_kept ? walk_kept : walk_entry, walk);
		if (r != 0)
			return TRACE(r);
		if (walk->next == from)
			break;
		from = walk->next;
	}
	return 0;
}

int
entries_each(struct store *store, uint64_t from, uint64_t to,
    entries_each_fn *each, void *context)
{
	struct walk walk = { .each = each, .context = context };

	return TRACE(walk_all(store, &walk, from, to));
}

int
entries_each_kept(struct store *store, uint64_t from, uint64_t to,
    entries_kept_fn *each, void *context)
{
	struct walk walk = { .each_kept = each, .context = context };

	return TRACE(walk_all(store, &walk, from, to));
}

int
entries_find_time(struct store *store, uint64_t *index, int64_t time_us)
{
	CLEANUP(arena_fini) struct arena arena = { 0 };
	uint64_t low = 0;
	uint64_t high = 0;
	int r = entries_count(store, &high);

	arena_init(&arena, (size_t)2 * LIMIT_STORE_ENTRY);
	while (r == 0 && low < high) {
		uint64_t middle = low + (high - low) / 2;
		struct store_entry entry;

		arena_reset(&arena);
		r = entries_find(store, &arena, &entry, middle);
		if (r == 0 && entry.time_us < time_us)
			low = middle + 1;
		else
			high = middle;
	}
	*index = low;
	return r == STORE_E_ABSENT ? FAULT(EUCLEAN) : TRACE(r);
}

int
entries_put_tile(struct store *store, uint32_t level, uint64_t n,
    const uint8_t hashes[static ENTRIES_TILE_SIZE])
{
	struct str bytes = { (const char *)hashes, ENTRIES_TILE_SIZE };

	return TRACE(row_change(store, STATEMENT_TILE_PUT,
	    (const struct backend_value[]){
		row_i64(level), row_u64(n), row_bytes(bytes) },
	    STORE_E_EXISTS));
}

/* Tiles are copied to their place, so that a proof needs no arena. */
struct tile {
	uint8_t *hashes;
	bool is_found;
};

static int
tile_row(void *context, const struct backend_value *columns, size_t n_columns)
{
	struct tile *tile = context;

	if (n_columns != 1 || columns[0].kind != BACKEND_BYTES ||
	    columns[0].bytes.len != ENTRIES_TILE_SIZE)
		return FAULT(EUCLEAN);
	memcpy(tile->hashes, columns[0].bytes.p, ENTRIES_TILE_SIZE);
	tile->is_found = true;
	return 1;
}

int
entries_get_tile(struct store *store, uint8_t hashes[static ENTRIES_TILE_SIZE],
    uint32_t level, uint64_t n)
{
	struct tile tile = { hashes, false };
	uint64_t n_changed;
	int r;

	r = store_run(store, &n_changed, STATEMENT_TILE_GET,
	    (const struct backend_value[]){ row_i64(level), row_u64(n) },
	    tile_row, &tile);
	if (r != 0)
		return TRACE(r);
	return tile.is_found ? 0 : STORE_E_ABSENT;
}

int
entries_put_sealed(struct store *store, const struct store_sealed *sealed)
{
	return TRACE(row_write(store, STATEMENT_SEALED_PUT, &whole_table,
	    sealed, STORE_E_EXISTS));
}

int
entries_find_sealed(struct store *store, struct arena *arena,
    struct store_sealed *sealed, uint64_t index)
{
	return TRACE(row_find(store, arena, STATEMENT_SEALED_FIND,
	    &sealed_table, sealed,
	    (const struct backend_value[]){ row_u64(index) }));
}

int
entries_put_answer(struct store *store, uint64_t index, struct str answer)
{
	return TRACE(row_change(store, STATEMENT_SEALED_ANSWERED,
	    (const struct backend_value[]){
		row_u64(index), row_bytes(answer) },
	    STORE_E_ABSENT));
}

int
entries_find_answer(struct store *store, struct arena *arena,
    struct str *answer, uint64_t index)
{
	return TRACE(row_find(store, arena, STATEMENT_SEALED_ANSWER,
	    &answer_table, answer,
	    (const struct backend_value[]){ row_u64(index) }));
}

int
entries_put_head(struct store *store,
    const struct store_head *head)
{
	return TRACE(row_write(store, STATEMENT_HEAD_PUT,
	    &head_table, head, 0));
}

int
entries_find_head(struct store *store, struct arena *arena,
    struct store_head *head, uint64_t index)
{
	return TRACE(row_find(store, arena, STATEMENT_HEAD_OVER,
	    &head_table, head,
	    (const struct backend_value[]){ row_u64(index) }));
}

int
entries_erase_sealed(struct store *store, uint64_t index)
{
	return TRACE(row_change(store, STATEMENT_SEALED_ERASE,
	    (const struct backend_value[]){ row_u64(index) }, STORE_E_ABSENT));
}

int
entries_change_sealed(struct store *store, const struct store_sealed *sealed)
{
	return TRACE(row_write(store, STATEMENT_SEALED_CHANGE, &whole_table,
	    sealed, STORE_E_ABSENT));
}

struct sealed_walk {
	entries_sealed_fn *each;
	void *context;
};

static int
walk_sealed(void *context, const void *object)
{
	const struct sealed_walk *walk = context;

	return walk->each(walk->context, object);
}

int
entries_each_sealed(struct store *store, struct str type, uint64_t from,
    uint64_t to, uint64_t max, entries_sealed_fn *each, void *context)
{
	struct sealed_walk walk = { each, context };

	return TRACE(row_each(store, STATEMENT_SEALED_OLD, &whole_table,
	    (const struct backend_value[]){ row_text(type), row_u64(from),
		row_u64(to), row_u64(max) },
	    walk_sealed, &walk));
}

int
entries_put_epoch(struct store *store, const struct store_epoch *epoch)
{
	return TRACE(row_write(store, STATEMENT_EPOCH_PUT, &epoch_table, epoch,
	    STORE_E_EXISTS));
}

int
entries_find_epoch(struct store *store, struct arena *arena,
    struct store_epoch *epoch, uint64_t id)
{
	return TRACE(row_find(store, arena, STATEMENT_EPOCH_FIND, &epoch_table,
	    epoch, (const struct backend_value[]){ row_u64(id) }));
}

int
entries_newest_epoch(struct store *store, struct arena *arena,
    struct store_epoch *epoch, struct str class)
{
	return TRACE(row_find(store, arena, STATEMENT_EPOCH_NEWEST,
	    &epoch_table, epoch,
	    (const struct backend_value[]){ row_text(class) }));
}

int
entries_last_epoch(struct store *store, uint64_t *id)
{
	int64_t number;
	int r = row_number(store, &number, STATEMENT_EPOCH_LAST, NULL);

	if (r == 0)
		*id = (uint64_t)number;
	return TRACE(r);
}

struct epoch_walk {
	entries_epoch_fn *each;
	void *context;
};

static int
walk_epoch(void *context, const void *object)
{
	const struct epoch_walk *walk = context;

	return walk->each(walk->context, object);
}

int
entries_each_spent_epoch(struct store *store, int64_t before_us, uint64_t max,
    entries_epoch_fn *each, void *context)
{
	struct epoch_walk walk = { each, context };

	return TRACE(row_each(store, STATEMENT_EPOCH_SPENT, &epoch_table,
	    (const struct backend_value[]){ row_i64(before_us), row_u64(max) },
	    walk_epoch, &walk));
}

int
entries_erase_epoch(struct store *store, uint64_t id)
{
	return TRACE(row_change(store, STATEMENT_EPOCH_ERASE,
	    (const struct backend_value[]){ row_u64(id) }, STORE_E_ABSENT));
}
