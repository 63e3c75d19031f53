/* Sealing under the key of an epoch; see epoch.h. */
#include "gate/epoch.h"

#include <errno.h>

#include "crypto/envelope.h"
#include "crypto/secret.h"
#include "store/entries.h"
#include "store/store.h"
#include "util/fault.h"
#include "util/instant.h"

static int
begin(struct gate *gate, int64_t now_us, uint64_t id)
{
	struct seal_wrapped wrapped;
	struct store_epoch row = { .id = id, .created_us = now_us };
	int r;

	random_fill(&gate->random, gate->epoch_key.b,
	    sizeof(gate->epoch_key.b));
	if (seal_wrap(&wrapped, &gate->seal_public, &gate->epoch_key) != 0)
		return FAULT(EIO);
	row.wrapped = (struct str){ (const char *)wrapped.b,
		sizeof(wrapped.b) };
	r = entries_put_epoch(gate->store, &row);
	if (r != 0)
		return r < 0 ? TRACE(r) : FAULT(EIO);
	gate->epoch = id;
	gate->epoch_began_us = now_us;
	gate->is_epoch_fresh = true;
	return 0;
}

int
epoch_ready(struct gate *gate, int64_t now_us)
{
	CLEANUP(arena_fini) struct arena arena = { 0 };
	struct store_epoch row = { 0 };
	int64_t lifetime = LIMIT_EPOCH_HOURS * 3600 * INSTANT_SECOND;
	int r;

	if (gate->epoch != 0 && now_us - gate->epoch_began_us < lifetime)
		return 0;
	arena_init(&arena, LIMIT_ASK_BYTES);
	r = entries_newest_epoch(gate->store, &arena, &row);
	if (r < 0)
		return TRACE(r);
	if (r > 0 || now_us - row.created_us >= lifetime)
		return TRACE(begin(gate, now_us, row.id + 1));
	r = gate->keys.unwrap(gate->keys.context, &gate->epoch_key,
	    row.wrapped);
	if (r == 0) {
		gate->epoch = row.id;
		gate->epoch_began_us = row.created_us;
	}
	return r < 0 ? TRACE(r) : r;
}

int
epoch_seal(struct gate *gate, struct str *sealed, struct arena *arena,
    struct str context, struct str bytes)
{
	size_t len = bytes.len + ENVELOPE_OVERHEAD;
	char *out = arena_alloc(arena, len);

	if (out == NULL)
		return FAULT(ENOMEM);
	envelope_seal(out, gate->epoch, &gate->epoch_key, &gate->random,
	    context, bytes);
	*sealed = (struct str){ out, len };
	return 0;
}

static int
find_key(struct gate *gate, struct seal_key *key, struct arena *arena,
    uint64_t id)
{
	struct store_epoch row;
	int r;

	if (id == gate->epoch) {
		*key = gate->epoch_key;
		return 0;
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

void
epoch_take_back(struct gate *gate)
{
	if (gate->is_epoch_fresh)
		gate->epoch = 0;
	gate->is_epoch_fresh = false;
}
