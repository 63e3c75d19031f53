/* The dictionary; see names.h. */
#include "cedar/names.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/auxv.h>

#include "limits.h"
#include "util/fault.h"
#include "util/map.h"

#define FIRST_CHUNK 1024u /* entries; each chunk is twice the one before */
#define N_CHUNKS 16	  /* together more than LIMIT_CEDAR_NAMES */
#define FIRST_SLOTS 2048u

/* Hash index: open addressing, at most half full. Old ones are kept. */
struct names_index {
	struct names_index *older;
	uint32_t mask;
	_Atomic(uint32_t) slots[]; /* number + 1; 0 empty */
};

struct names_table {
	_Atomic(struct names_index *) index;
	struct names_entry *chunks[N_CHUNKS];
	_Atomic(uint32_t) n;
};

struct cedar_names {
	_Atomic(uint32_t) n_owners;
	pthread_mutex_t lock; /* held by whoever adds */
	struct arena arena;   /* texts and chunks */
	uint64_t seed;
	struct names_table names;
	struct names_table uids;
};

static struct names_entry *
entry_at(const struct names_table *table, uint32_t number)
{
	uint32_t k = 31 - (uint32_t)__builtin_clz(number / FIRST_CHUNK + 1);

	return &table->chunks[k][number - ((1u << k) - 1) * FIRST_CHUNK];
}

static struct names_index *
index_new(uint32_t n_slots, struct names_index *older)
{
	struct names_index *index = calloc(1,
	    sizeof(*index) + n_slots * sizeof(index->slots[0]));

	if (index != NULL) {
		index->older = older;
		index->mask = n_slots - 1;
	}
	return index;
}

static void
index_free(struct names_index *index)
{
	while (index != NULL) {
		struct names_index *older = index->older;

		free(index);
		index = older;
	}
}

static void
names_delete(struct cedar_names *names)
{
	index_free(atomic_load(&names->names.index));
	index_free(atomic_load(&names->uids.index));
	arena_fini(&names->arena);
	pthread_mutex_destroy(&names->lock);
	free(names);
}

/*
 * The kernel's random bytes of this process: no system call, so that a
 * sandboxed role may load policies. Only the places in the index depend on it.
 */
static uint64_t
process_seed(void)
{
	unsigned long at = getauxval(AT_RANDOM);
	uint64_t seed = 0;

	if (at != 0)
		memcpy(&seed, (const void *)at, sizeof(seed));
	return seed;
}

int
cedar_names_new(struct cedar_names **out)
{
	struct cedar_names *names = calloc(1, sizeof(*names));

	if (names == NULL)
		return FAULT(ENOMEM);
	pthread_mutex_init(&names->lock, NULL);
	arena_init(&names->arena, LIMIT_CEDAR_ARENA);
	atomic_init(&names->n_owners, 1);
	atomic_init(&names->names.index, index_new(FIRST_SLOTS, NULL));
	atomic_init(&names->uids.index, index_new(FIRST_SLOTS, NULL));
	names->seed = process_seed();
	if (atomic_load(&names->names.index) == NULL ||
	    atomic_load(&names->uids.index) == NULL) {
		names_delete(names);
		return FAULT(ENOMEM);
	}
	*out = names;
	return 0;
}

void
cedar_names_free(struct cedar_names *names)
{
	if (names != NULL && atomic_fetch_sub(&names->n_owners, 1) == 1)
		names_delete(names);
}

void
cedar_names_freep(struct cedar_names **names)
{
	cedar_names_free(*names);
}

struct cedar_names *
cedar_names_ref(struct cedar_names *names)
{
	atomic_fetch_add(&names->n_owners, 1);
	return names;
}

struct names_stamp
cedar_names_stamp(const struct cedar_names *names)
{
	return (struct names_stamp){ atomic_load(&names->names.n),
		atomic_load(&names->uids.n) };
}

static uint64_t
hash_of(const struct cedar_names *names, uint32_t type, struct str text)
{
	return map_hash(names->seed ^ (uint64_t)type * 0x9e3779b97f4a7c15u,
	    text);
}

static bool
is_entry(const struct names_entry *entry, uint64_t hash, uint32_t type,
    struct str text)
{
	return entry->hash == hash && entry->type == type &&
	    str_is_equal(entry->text, text);
}

static uint32_t
find(const struct names_table *table, uint64_t hash, uint32_t type,
    struct str text)
{
	const struct names_index *index =
	    atomic_load_explicit(&table->index, memory_order_acquire);

	for (uint32_t i = (uint32_t)hash;; i++) {
		uint32_t slot = atomic_load_explicit(
		    &index->slots[i & index->mask], memory_order_acquire);

		if (slot == 0)
			return NAMES_NONE;
		if (is_entry(entry_at(table, slot - 1), hash, type, text))
			return slot - 1;
	}
}

static void
index_put(struct names_index *index, uint64_t hash, uint32_t number)
{
	uint32_t i = (uint32_t)hash;

	while (atomic_load_explicit(&index->slots[i & index->mask],
	    memory_order_relaxed) != 0)
		i++;
	atomic_store_explicit(&index->slots[i & index->mask], number + 1,
	    memory_order_release);
}

static int
index_grow(struct names_table *table)
{
	struct names_index *old = atomic_load(&table->index);
	uint32_t n = atomic_load(&table->n);
	struct names_index *bigger;

	if (n < old->mask / 2)
		return 0;
	bigger = index_new((old->mask + 1) * 2, old);
	if (bigger == NULL)
		return FAULT(ENOMEM);
	for (uint32_t i = 0; i < n; i++)
		index_put(bigger, entry_at(table, i)->hash, i);
	atomic_store_explicit(&table->index, bigger, memory_order_release);
	return 0;
}

static int
chunk_grow(struct cedar_names *names, struct names_table *table)
{
	uint32_t n = atomic_load(&table->n);
	uint32_t k = 31 - (uint32_t)__builtin_clz(n / FIRST_CHUNK + 1);

	if (n >= LIMIT_CEDAR_NAMES)
		return CEDAR_E_LIMIT;
	assert(k < N_CHUNKS);
	if (table->chunks[k] != NULL)
		return 0;
	table->chunks[k] = ARENA_ARRAY(&names->arena,
	    (size_t)FIRST_CHUNK << k, struct names_entry);
	return table->chunks[k] != NULL ? 0 : FAULT(ENOMEM);
}

/* Add what is not there; the lock is held. */
static int
add(uint32_t *number, struct cedar_names *names, struct names_table *table,
    struct names_entry entry)
{
	uint32_t n = atomic_load(&table->n);
	int r = chunk_grow(names, table);

	if (r == 0)
		r = index_grow(table);
	if (r != 0)
		return r;
	entry.text = arena_str(&names->arena, entry.text);
	if (entry.text.p == NULL)
		return names->arena.is_full ? CEDAR_E_LIMIT : FAULT(ENOMEM);
	*entry_at(table, n) = entry;
	atomic_store(&table->n, n + 1);
	index_put(atomic_load(&table->index), entry.hash, n);
	*number = n;
	return 0;
}

static int
intern(uint32_t *number, struct cedar_names *names, struct names_table *table,
    const struct names_entry *entry)
{
	int r = 0;

	*number = find(table, entry->hash, entry->type, entry->text);
	if (*number != NAMES_NONE)
		return 0;
	pthread_mutex_lock(&names->lock);
	*number = find(table, entry->hash, entry->type, entry->text);
	if (*number == NAMES_NONE)
		r = add(number, names, table, *entry);
	pthread_mutex_unlock(&names->lock);
	return r;
}

static uint32_t
local_find(const struct names_local *local, const struct names_entry *entry)
{
	if (local->n_slots == 0)
		return NAMES_NONE;
	for (uint32_t i = (uint32_t)entry->hash;; i++) {
		uint32_t slot = local->slots[i & (local->n_slots - 1)];

		if (slot == 0)
			return NAMES_NONE;
		if (is_entry(&local->entries[slot - 1], entry->hash,
		    entry->type, entry->text))
			return (slot - 1) | NAMES_LOCAL;
	}
}

static void
local_put(struct names_local *local, uint32_t number)
{
	uint32_t i = (uint32_t)local->entries[number].hash;

	while (local->slots[i & (local->n_slots - 1)] != 0)
		i++;
	local->slots[i & (local->n_slots - 1)] = number + 1;
}

static int
local_grow(struct names_local *local)
{
	uint32_t size = local->size > 0 ? local->size * 2 : 8;
	struct names_entry *entries;

	if (local->n < local->size)
		return 0;
	if (size > LIMIT_CEDAR_NAMES)
		return CEDAR_E_LIMIT;
	entries = ARENA_ARRAY(local->arena, size, struct names_entry);
	local->slots = ARENA_ARRAY(local->arena, (size_t)size * 2, uint32_t);
	if (entries == NULL || local->slots == NULL)
		return local->arena->is_full ? CEDAR_E_LIMIT : FAULT(ENOMEM);
	if (local->n > 0)
		memcpy(entries, local->entries, local->n * sizeof(*entries));
	local->entries = entries;
	local->size = size;
	local->n_slots = size * 2;
	for (uint32_t i = 0; i < local->n; i++)
		local_put(local, i);
	return 0;
}

static int
local_intern(uint32_t *number, struct names_local *local,
    const struct names_entry *entry)
{
	int r = local_grow(local);

	if (r != 0)
		return r;
	local->entries[local->n] = *entry;
	local_put(local, local->n);
	*number = local->n++ | NAMES_LOCAL;
	return 0;
}

static uint32_t
scope_find(const struct names_scope *scope, const struct names_table *table,
    const struct names_entry *entry)
{
	const struct names_local *local = scope->local;
	uint32_t number = find(table, entry->hash, entry->type, entry->text);

	if (local == NULL)
		return number;
	/* NAMES_NONE is above every stamp. */
	if (number < (table == &scope->names->names ? local->stamp.n_names
						    : local->stamp.n_uids))
		return number;
	return local_find(local, entry);
}

static int
scope_intern(uint32_t *number, const struct names_scope *scope,
    struct names_table *table, const struct names_entry *entry)
{
	if (scope->local == NULL)
		return intern(number, scope->names, table, entry);
	*number = scope_find(scope, table, entry);
	return *number != NAMES_NONE ? 0
				     : local_intern(number, scope->local, entry);
}

uint32_t
cedar_names_find(const struct cedar_names *names, struct str name)
{
	return find(&names->names, hash_of(names, NAMES_NONE, name),
	    NAMES_NONE, name);
}

uint32_t
cedar_names_find_uid(const struct cedar_names *names, uint32_t type,
    struct str id)
{
	return find(&names->uids, hash_of(names, type, id), type, id);
}

int
cedar_names_intern(uint32_t *number, const struct names_scope *scope,
    struct str name)
{
	struct names_entry entry = { name,
		hash_of(scope->names, NAMES_NONE, name), NAMES_NONE };

	return scope_intern(number, scope, &scope->names->names, &entry);
}

int
cedar_names_intern_uid(uint32_t *number, const struct names_scope *scope,
    uint32_t type, struct str id)
{
	struct names_entry entry = { id, hash_of(scope->names, type, id), type };

	return scope_intern(number, scope, &scope->names->uids, &entry);
}

uint32_t
cedar_names_look(const struct names_scope *scope, struct str name)
{
	struct names_entry entry = { name,
		hash_of(scope->names, NAMES_NONE, name), NAMES_NONE };

	return scope_find(scope, &scope->names->names, &entry);
}

uint32_t
cedar_names_look_uid(const struct names_scope *scope, uint32_t type,
    struct str id)
{
	struct names_entry entry = { id, hash_of(scope->names, type, id), type };

	return scope_find(scope, &scope->names->uids, &entry);
}

static const struct names_entry *
entry_of(const struct names_scope *scope, const struct names_table *table,
    uint32_t number)
{
	if ((number & NAMES_LOCAL) == 0)
		return entry_at(table, number);
	assert(scope->local != NULL);
	return &scope->local->entries[number & ~NAMES_LOCAL];
}

struct str
cedar_names_text(const struct names_scope *scope, uint32_t name)
{
	return entry_of(scope, &scope->names->names, name)->text;
}

const struct names_entry *
cedar_names_uid(const struct names_scope *scope, uint32_t uid)
{
	return entry_of(scope, &scope->names->uids, uid);
}
