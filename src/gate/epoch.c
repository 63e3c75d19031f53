/* Sealing under the keys of epochs; see epoch.h. */
#include "gate/epoch.h"

#include <errno.h>

#include "crypto/envelope.h"
#include "crypto/secret.h"
#include "store/entries.h"
#include "store/store.h"
#include "util/fault.h"
#include "util/instant.h"

struct str
epoch_class_name(enum entry_type class)
{
	return class == EPOCH_HOLD ? STR("hold") : entry_type_name(class);
}

static int
begin(struct gate *gate, enum entry_type class, int64_t now_us)
{
	struct gate_epoch *epoch = &gate->epochs[class];
	struct seal_wrapped wrapped;
	struct store_epoch row = { .class = epoch_class_name(class),
		.created_us = now_us };
	int r = entries_last_epoch(gate->store, &row.id);

	if (r != 0)
		return r < 0 ? TRACE(r) : FAULT(EIO);
	row.id++;
	random_fill(&gate->random, epoch->key.b, sizeof(epoch->key.b));
	if (seal_wrap(&wrapped, &gate->seal_public, &epoch->key) != 0)
		return FAULT(EIO);
	row.wrapped = (struct str){ (const char *)wrapped.b,
		sizeof(wrapped.b) };
	r = entries_put_epoch(gate->store, &row);
	if (r != 0)
		return r < 0 ? TRACE(r) : FAULT(EIO);
	epoch->id = row.id;
	epoch->began_us = now_us;
	epoch->is_fresh = true;
	return 0;
}

int
epoch_ready(struct gate *gate, enum entry_type class, int64_t now_us)
{
	CLEANUP(arena_fini) struct arena arena = { 0 };
	struct gate_epoch *epoch = &gate->epochs[class];
	int64_t lifetime = LIMIT_EPOCH_HOURS * 3600 * INSTANT_SECOND;
	struct store_epoch row = { 0 };
	int r;

	if (epoch->id != 0 && now_us - epoch->began_us < lifetime)
		return 0;
	arena_init(&arena, LIMIT_ASK_BYTES);
	r = entries_newest_epoch(gate->store, &arena, &row,
	    epoch_class_name(class));
	if (r < 0)
		return TRACE(r);
	if (r > 0 || now_us - row.created_us >= lifetime)
		return TRACE(begin(gate, class, now_us));
	r = gate->keys.unwrap(gate->keys.context, &epoch->key, row.wrapped);
	if (r != 0)
		return r < 0 ? TRACE(r) : TRACE(begin(gate, class, now_us));
	epoch->id = row.id;
	epoch->began_us = row.created_us;
	return 0;
}

int
epoch_seal(struct gate *gate, enum entry_type class, struct str *sealed,
    struct arena *arena, struct str context, struct str bytes)
{
	const struct gate_epoch *epoch = &gate->epochs[class];
	size_t len = bytes.len + ENVELOPE_OVERHEAD;
	char *out = arena_alloc(arena, len);

	if (out == NULL)
		return FAULT(ENOMEM);
	envelope_seal(out, epoch->id, &epoch->key, &gate->random, context,
	    bytes);
	*sealed = (struct str){ out, len };
	return 0;
}

static int
find_key(struct gate *gate, struct seal_key *key, struct arena *arena,
    uint64_t id)
{
	struct store_epoch row;
	int r;

	for (size_t i = 0; i < ARRAY_LEN(gate->epochs); i++) {
		if (gate->epochs[i].id == id && id != 0) {
			*key = gate->epochs[i].key;
			return 0;
		}
	}
	r = entries_find_epoch(gate->store, arena, &row, id);
	if (r != 0)
		return r < 0 ? TRACE(r) : EPOCH_E_ERASED;
	r = gate->keys.unwrap(gate->keys.context, key, row.wrapped);
	if (r != 0)
		return r < 0 ? TRACE(r) : EPOCH_E_DOWN;
	return 0;
}

int
epoch_open(struct gate *gate, struct str *bytes, struct arena *arena,
    struct str context, struct str sealed)
{
	struct seal_key key;
	uint64_t id;
	char *out;
	int r;

	if (!envelope_epoch(&id, sealed))
		return EPOCH_E_BAD;
	r = find_key(gate, &key, arena, id);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	out = arena_alloc(arena, sealed.len - ENVELOPE_OVERHEAD);
	if (out == NULL)
		return FAULT(ENOMEM);
	r = envelope_open(out, &key, context, sealed);
	secret_wipe(&key, sizeof(key));
	*bytes = (struct str){ out, sealed.len - ENVELOPE_OVERHEAD };
	return r == 0 ? 0 : EPOCH_E_BAD;
}

static void
forget(struct gate_epoch *epoch)
{
	secret_wipe(&epoch->key, sizeof(epoch->key));
	*epoch = (struct gate_epoch){ 0 };
}

void
epoch_keep(struct gate *gate)
{
	for (size_t i = 0; i < ARRAY_LEN(gate->epochs); i++)
		gate->epochs[i].is_fresh = false;
}

void
epoch_take_back(struct gate *gate)
{
	for (size_t i = 0; i < ARRAY_LEN(gate->epochs); i++) {
		if (gate->epochs[i].is_fresh)
			forget(&gate->epochs[i]);
	}
}

void
epoch_forget(struct gate *gate, uint64_t id)
{
	for (size_t i = 0; i < ARRAY_LEN(gate->epochs); i++) {
		if (gate->epochs[i].id == id)
			forget(&gate->epochs[i]);
	}
}

void
epoch_fini(struct gate *gate)
{
	for (size_t i = 0; i < ARRAY_LEN(gate->epochs); i++)
		forget(&gate->epochs[i]);
}
