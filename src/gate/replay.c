/* Replays of answers; see replay.h. */
#include "gate/replay.h"

#include <errno.h>

#include "crypto/sha256.h"
#include "gate/epoch.h"
#include "gate/ledger.h"
#include "store/store.h"
#include "util/fault.h"
#include "util/instant.h"

static struct str
digest_str(const struct digest *digest)
{
	return (struct str){ (const char *)digest->b, sizeof(digest->b) };
}

/* An earlier ask of the same batch with the same key: not answered yet. */
static bool
is_in_batch(const struct batch *batch, const struct ask *ask)
{
	for (size_t i = 0; i < batch->n_asks && batch->asks[i] != ask; i++) {
		const struct ask *other = batch->asks[i];

		if (other->idempotency.len > 0 && other->is_known &&
		    other->operation == ask->operation &&
		    str_is_equal(digest_str(&other->key_digest),
			digest_str(&ask->key_digest)) &&
		    str_is_equal(other->operator.id, ask->operator.id))
			return true;
	}
	return false;
}

int
replay_find(struct gate *gate, const struct batch *batch, struct ask *ask)
{
	struct store_idempotency row;
	struct store_request request;
	int r;

	if (ask->idempotency.len == 0)
		return 0;
	if (ask->idempotency.len > LIMIT_ASK_TEXT) {
		ask_refuse(ask, REFUSAL_TOO_LONG, STR("Idempotency-Key"),
		    STR(""));
		return 0;
	}
	if (is_in_batch(batch, ask)) {
		ask_refuse(ask, REFUSAL_IN_PROGRESS, STR(""), STR(""));
		return 0;
	}
	r = requests_find_idempotency(gate->store, &ask->arena, &row,
	    ask->operator.id, digest_str(&ask->key_digest));
	if (r != 0)
		return r < 0 ? TRACE(r) : 0;
	/* Make room for the new answer under the old key. */
	if (row.expires_us <= ask->now_us)
		return TRACE(replay_sweep(gate, ask->now_us));
	if (!str_is_equal(row.body, digest_str(&ask->body_digest))) {
		ask_refuse(ask, REFUSAL_KEY_REUSED, STR(""), STR(""));
		return 0;
	}
	r = requests_find(gate->store, &ask->arena, &request, row.request);
	if (r != 0)
		return r < 0 ? TRACE(r) : 0;
	return TRACE(replay_take(gate, ask, &request));
}

int
replay_sweep(struct gate *gate, int64_t now_us)
{
	uint64_t n_swept;
	int r;

	do
		r = requests_sweep(gate->store, &n_swept, now_us,
		    LIMIT_SWEEP);
	while (r == 0 && n_swept == LIMIT_SWEEP);
	return r > 0 ? FAULT(EIO) : TRACE(r);
}

int
replay_keep(struct gate *gate, const struct ask *ask)
{
	struct store_idempotency row = {
		.requester = ask->operator.id,
		.key = digest_str(&ask->key_digest),
		.request = ask->request_id,
		.body = digest_str(&ask->body_digest),
		.answer = STR(""),
		.expires_us = ask->now_us +
		    LIMIT_IDEMPOTENCY_HOURS * 3600 * INSTANT_SECOND,
	};
	int r;

	if (ask->idempotency.len == 0 || ask->is_silent ||
	    ask->refusal.code == REFUSAL_KEY_REUSED ||
	    ask->refusal.code == REFUSAL_IN_PROGRESS)
		return 0;
	r = requests_put_idempotency(gate->store, &row);
	return r > 0 ? FAULT(EIO) : TRACE(r);
}

/* "200 application/json\n" core; the disclosures are sealed with the entry. */
int
replay_seal(struct gate *gate, struct ask *ask, struct str *sealed)
{
	struct str parts[] = { arena_format(&ask->arena, "%llu %.*s\n",
				   (unsigned long long)ask->status,
				   STR_ARG(ask->content_type)),
		ask->core };
	struct str plain = arena_join(&ask->arena, parts, ARRAY_LEN(parts));

	if (plain.p == NULL || parts[0].p == NULL)
		return FAULT(ENOMEM);
	return TRACE(epoch_seal(gate, ENTRY_REQUEST, sealed, &ask->arena,
	    ask->request_id,
	    plain));
}

static bool
split(struct ask *ask, struct str plain)
{
	struct str head;
	struct str status;

	if (!str_split(&head, &plain, '\n') ||
	    !str_split(&status, &head, ' ') ||
	    !str_to_u64(&ask->status, status))
		return false;
	ask->content_type = head;
	ask->core = plain;
	return true;
}

int
replay_take(struct gate *gate, struct ask *ask,
    const struct store_request *row)
{
	struct store_entry entry;
	struct str plain;
	int r = epoch_open(gate, &plain, &ask->arena, row->id, row->answer);

	if (r == EPOCH_E_DOWN) {
		ask_refuse(ask, REFUSAL_LOG_UNAVAILABLE, STR(""), STR(""));
		return 0;
	}
	if (r > 0) {
		ask_refuse(ask, REFUSAL_EXPIRED, STR(""),
		    STR("the answer is no longer kept"));
		return 0;
	}
	if (r == 0)
		r = entries_find(gate->store, &ask->arena, &entry, row->index);
	if (r == 0)
		r = ledger_open(gate, &ask->text, &ask->arena, row->index);
	if (r != 0)
		return r < 0 ? TRACE(r) : FAULT(EIO);
	if (!split(ask, plain))
		return FAULT(EIO);
	ask->request_id = row->id;
	ask->index = row->index;
	ask->text.leaf = entry.bytes;
	ask->is_replay = true;
	ask->is_settled = true;
	return 0;
}
