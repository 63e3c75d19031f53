/* Replays of answers; see replay.h. */
#include "gate/replay.h"

#include <errno.h>

#include "crypto/sha256.h"
#include "gate/consignment.h"
#include "gate/core.h"
#include "gate/epoch.h"
#include "gate/lead.h"
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

/* What was answered under a key before. */
struct found {
	uint64_t index;
	struct str id; /* of a request */
	struct str body;
	int64_t created_us;
};

/* A lead is its recipient's request; its key is its sender's. */
static int
find_answered(struct gate *gate, struct ask *ask, struct found *found)
{
	struct store_answered answered;
	struct store_request request = { .id = STR("") };
	int r = requests_find_answered(gate->store, &ask->arena, &answered,
	    ask->operator.id, digest_str(&ask->key_digest));

	if (r == 0 && lead_is(ask))
		r = requests_find_first(gate->store, &ask->arena, &request,
		    answered.index);
	if (r == 0)
		*found = (struct found){ answered.index, request.id,
			answered.body, answered.created_us };
	return TRACE(r);
}

/* Returns: 0; STORE_E_ABSENT; fault. */
static int
find(struct gate *gate, struct ask *ask, struct found *found)
{
	struct store_request request;
	int r;

	if (ask->operation->path != PATH_REQUEST || lead_is(ask))
		return TRACE(find_answered(gate, ask, found));
	r = requests_find_keyed(gate->store, &ask->arena, &request,
	    ask->operator.id, digest_str(&ask->key_digest));
	if (r == 0)
		*found = (struct found){ request.first, request.id,
			request.body, request.created_us };
	return TRACE(r);
}

int
replay_find(struct gate *gate, const struct batch *batch, struct ask *ask)
{
	struct found found;
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
	/* Whoever was suspended since is judged anew, not answered as then. */
	if (!ask->is_active)
		return 0;
	r = find(gate, ask, &found);
	if (r != 0)
		return r < 0 ? TRACE(r) : 0;
	if (found.created_us +
		LIMIT_IDEMPOTENCY_HOURS * 3600 * INSTANT_SECOND <= ask->now_us)
		return 0;
	if (!str_is_equal(found.body, digest_str(&ask->body_digest))) {
		ask_refuse(ask, REFUSAL_KEY_REUSED, STR(""), STR(""));
		return 0;
	}
	/* The first answer, whatever was decided since. */
	return TRACE(replay_take(gate, ask, found.id, found.index));
}

bool
replay_is_kept(const struct ask *ask)
{
	enum refusal_code code = ask->refusal.code;

	/*
	 * What failed on our side may be tried again with the same key; the
	 * half of a key must not lie anywhere.
	 */
	return ask->idempotency.len > 0 && !ask->is_silent &&
	    ask->operation->path != PATH_SELF &&
	    code != REFUSAL_KEY_REUSED && code != REFUSAL_IN_PROGRESS &&
	    refusal_status(code) < 500 &&
	    (ask->consign == NULL || ask->consign->half.len == 0);
}

static int
head(struct ask *ask)
{
	ask->entry.answer[0] = arena_format(&ask->arena, "%llu %.*s\n",
	    (unsigned long long)ask->status, STR_ARG(ask->content_type));
	ask->entry.answer[1] = ask->core;
	return ask->entry.answer[0].p != NULL ? 0 : FAULT(ENOMEM);
}

int
replay_keep(struct ask *ask)
{
	/* A request's answer can be looked at, with or without a key. */
	if (ask->core.p == NULL ||
	    (ask->operation->path != PATH_REQUEST && !replay_is_kept(ask)))
		return 0;
	return TRACE(head(ask));
}

int
replay_keep_late(struct gate *gate, struct ask *ask)
{
	int r = core_write(ask);

	if (r == 0 && replay_is_kept(ask))
		r = head(ask);
	if (r == 0 && replay_is_kept(ask))
		r = ledger_put_answer(gate, &ask->entry, ask->index);
	return TRACE(r);
}

int
replay_put_key(struct gate *gate, const struct ask *ask)
{
	struct store_answered row = { .index = ask->index,
		.requester = ask->operator.id,
		.key = digest_str(&ask->key_digest),
		.body = digest_str(&ask->body_digest),
		.created_us = ask->now_us };
	int r = replay_is_kept(ask) ? requests_put_answered(gate->store, &row)
				    : 0;

	return r > 0 ? FAULT(EIO) : TRACE(r);
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

/* Why a kept answer cannot be had. */
static void
refuse(struct ask *ask, int outcome)
{
	if (outcome == EPOCH_E_DOWN)
		ask_refuse(ask, REFUSAL_LOG_UNAVAILABLE, STR(""), STR(""));
	else
		ask_refuse(ask, REFUSAL_EXPIRED, STR(""),
		    STR("the answer is no longer kept"));
}

int
replay_take(struct gate *gate, struct ask *ask, struct str id, uint64_t index)
{
	struct store_entry entry;
	struct str plain;
	int r = ledger_open_answer(gate, &plain, &ask->arena, index);

	if (r == 0)
		r = ledger_open(gate, &ask->text, &ask->arena, index);
	if (r > 0) {
		refuse(ask, r);
		return 0;
	}
	if (r == 0)
		r = entries_find(gate->store, &ask->arena, &entry, index);
	if (r != 0)
		return r < 0 ? TRACE(r) : FAULT(EIO);
	if (!split(ask, plain))
		return FAULT(EIO);
	ask->request_id = id;
	if (id.len > 0)
		ask->location = core_location(ask);
	if (id.len > 0 && ask->location.p == NULL)
		return FAULT(ENOMEM);
	ask->index = index;
	ask->text.leaf = entry.bytes;
	ask->is_replay = true;
	ask->is_settled = true;
	return 0;
}
