/*
 * answer: core and receipt become the body. The last step; what failed on the
 * way is answered as a refusal without anything of the record (G3).
 */
#include "gate/path.h"

#include <errno.h>

#include "gate/core.h"
#include "gate/past.h"
#include "store/tiles.h"
#include "tlog/merkle.h"
#include "tlog/receipt.h"
#include "util/base64.h"
#include "util/fault.h"
#include "util/json.h"

/*
 * Place the entry under the newest witnessed checkpoint. That comes from
 * outside, so it is taken only when it leads to this entry of our log.
 *
 * Returns: 0; 1 when it is not under it; fault.
 */
static int
prove_witnessed(struct gate *gate, struct tlog_receipt *receipt,
    struct str leaf)
{
	struct tlog_tile_reader reader = past_reader(gate);
	struct tlog_checkpoint checkpoint;
	struct tlog_note note;
	struct digest hash;
	int r;

	if (tlog_note_parse(&note, gate->witnessed) != 0 ||
	    tlog_checkpoint_parse(&checkpoint, note.text) != 0 ||
	    checkpoint.size <= receipt->index ||
	    checkpoint.size > tlog_edge_size(gate->edge))
		return 1;
	r = tlog_proof_inclusion(&receipt->proof, &reader, receipt->index,
	    checkpoint.size);
	if (r != 0)
		return r < 0 ? TRACE(r) : 1;
	tlog_merkle_leaf(&hash, leaf);
	if (tlog_proof_verify_inclusion(&checkpoint.root, checkpoint.size,
		receipt->index, &hash, receipt->proof.hashes,
		receipt->proof.n_hashes) != 0)
		return 1;
	receipt->checkpoint = gate->witnessed;
	return 0;
}

/*
 * The proof of an entry: under today's checkpoint, or the one of then; to a
 * look at an old one, under the newest that is witnessed.
 */
static int
find_proof(struct gate *gate, struct ask *ask, struct tlog_receipt *receipt,
    struct str leaf)
{
	struct tlog_tile_reader reader = tiles_reader(gate->store);
	int r = 1;

	if (ask->is_replay)
		return TRACE(past_find(gate, &receipt->checkpoint,
		    &receipt->proof, &ask->arena, receipt->index));
	if ((ask->look != NULL || ask->shown != NULL) &&
	    gate->witnessed.len > 0)
		r = prove_witnessed(gate, receipt, leaf);
	if (r <= 0)
		return TRACE(r);
	receipt->checkpoint = gate->note;
	r = tlog_edge_inclusion(gate->edge, &receipt->proof, receipt->index,
	    &reader);
	return r > 0 ? FAULT(EIO) : TRACE(r);
}

/* The receipt of an entry; only until the scratch is used again. */
static int
write_receipt(struct gate *gate, struct ask *ask, struct str *receipt,
    uint64_t index, const struct str parts[static 3])
{
	struct tlog_receipt proven = { .has_extra = true, .index = index };
	struct buf text;
	int r;

	arena_reset(&gate->scratch);
	proven.extra = arena_join(&gate->scratch, parts, 3);
	if (proven.extra.p == NULL)
		return FAULT(ENOMEM);
	r = find_proof(gate, ask, &proven, parts[0]);
	if (r < 0)
		return TRACE(r);
	buf_init_in(&text, &gate->scratch, LIMIT_TLOG_RECEIPT_BYTES);
	r = tlog_receipt_format(&proven, &text);
	*receipt = buf_take(&text);
	return r != 0 || receipt->p == NULL ? FAULT(ENOBUFS) : 0;
}

/* The whole body: {core} or {core,"receipt":"…"}. */
static int
join(struct ask *ask, struct str receipt)
{
	struct buf body;

	buf_init_in(&body, &ask->arena, LIMIT_ANSWER_BYTES);
	/* Most of it at once: a receipt has few characters to escape. */
	(void)buf_reserve(&body, ask->core.len + receipt.len + 64);
	buf_add_char(&body, '{');
	buf_add_str(&body, ask->core);
	if (receipt.len > 0) {
		buf_add_text(&body, ",\"receipt\":");
		json_add_string(&body, receipt);
	}
	buf_add_char(&body, '}');
	ask->body = buf_take(&body);
	return ask->body.p != NULL ? 0 : FAULT(ENOMEM);
}

/* One look-up, with the receipt that opens what was told of it. */
static int
put_shown(struct gate *gate, struct ask *ask, struct buf *body,
    const struct ask_shown *shown)
{
	const struct str parts[] = { shown->leaf, STR("~"), shown->opened };
	struct str receipt = { 0 };
	int r = write_receipt(gate, ask, &receipt, shown->index, parts);

	if (r < 0)
		return TRACE(r);
	buf_add_str(body, shown->core);
	buf_add_text(body, ",\"receipt\":");
	json_add_string(body, receipt);
	buf_add_char(body, '}');
	return 0;
}

/* Its length says in steps only how much there was to tell. */
static void
pad(struct buf *body)
{
	static const char end[] = ",\"padding\":\"\"}";
	size_t len = body->len + sizeof(end) - 1;
	size_t rest = (LIMIT_SELF_BUCKET - len % LIMIT_SELF_BUCKET) %
	    LIMIT_SELF_BUCKET;

	buf_add(body, end, sizeof(end) - 3);
	for (size_t i = 0; i < rest; i++)
		buf_add_char(body, ' ');
	buf_add_text(body, "\"}");
}

/* {core,"disclosures":[…],"next":…,"receipt":…,"padding":…} */
static int
answer_shown(struct gate *gate, struct ask *ask)
{
	const struct str own[] = { ask->text.leaf, STR("~"),
		ask->text.for_asker };
	struct str receipt = { 0 };
	struct buf body;
	int r = 0;

	buf_init_in(&body, &ask->arena, LIMIT_ANSWER_BYTES);
	(void)buf_reserve(&body, LIMIT_SELF_BUCKET + 1);
	buf_add_char(&body, '{');
	buf_add_str(&body, ask->core);
	buf_add_text(&body, ",\"disclosures\":[");
	for (size_t i = 0; i < ask->n_shown && r == 0; i++) {
		if (i > 0)
			buf_add_char(&body, ',');
		r = put_shown(gate, ask, &body, &ask->shown[i]);
	}
	buf_add_text(&body, "],\"next\":");
	if (ask->has_more)
		buf_add_u64(&body, ask->shown[ask->n_shown - 1].index);
	else
		buf_add_text(&body, "null");
	buf_add_text(&body, ",\"receipt\":");
	if (r == 0)
		r = write_receipt(gate, ask, &receipt, ask->index, own);
	if (r < 0)
		return TRACE(r);
	json_add_string(&body, receipt);
	pad(&body);
	ask->body = buf_take(&body);
	return ask->body.p != NULL ? 0 : FAULT(ENOMEM);
}

/* Can a request be answered now? */
static int
answer_ready(const struct gate *gate, const struct batch *batch,
    struct ask *ask)
{
	bool is_ready = batch->failed == REFUSAL_NONE && !gate->is_refused &&
	    !gate->is_stopped && !gate->is_unwritable && gate->n_packs > 0 &&
	    gate->note.p != NULL && gate->knows_keeper;

	ask->content_type = STR("application/json");
	ask->status = is_ready ? 200 : 503;
	ask->core = arena_format(&ask->arena, "\"ready\":%s,\"size\":%llu,"
	    "\"reason\":\"%.*s\"", is_ready ? "true" : "false",
	    (unsigned long long)gate->signed_size,
	    STR_ARG(gate->is_unwritable	  ? STR("the log cannot be written")
		    : gate->is_behind ? STR("the clock ran back")
				      : gate->reason));
	return ask->core.p != NULL ? TRACE(join(ask, STR(""))) : FAULT(ENOMEM);
}

static int
answer_failed(struct ask *ask, enum refusal_code code)
{
	int r = core_write_refusal(ask, code);

	return r < 0 ? TRACE(r) : TRACE(join(ask, STR("")));
}

/* An answer that stands on an entry: its own, or an older one looked at. */
static int
answer_entered(struct gate *gate, struct ask *ask)
{
	const struct ask_look *look =
	    ask->refusal.code == REFUSAL_NONE ? ask->look : NULL;
	const struct str own[] = { ask->text.leaf, STR("~"),
		ask->text.for_asker };
	struct str receipt = { 0 };
	int r;

	if (look == NULL && ask->core.p == NULL)
		return FAULT(EINVAL);
	if (ask->shown != NULL && ask->refusal.code == REFUSAL_NONE)
		return TRACE(answer_shown(gate, ask));
	if (look != NULL)
		r = write_receipt(gate, ask, &receipt, look->index,
		    (const struct str[]){ look->leaf, STR("~"),
			look->for_asker });
	else
		r = write_receipt(gate, ask, &receipt, ask->index, own);
	if (r < 0)
		return TRACE(r);
	if (look == NULL || !look->is_whole_answer)
		return TRACE(join(ask, receipt));
	ask->body = arena_str(&ask->arena, receipt);
	return ask->body.p != NULL ? 0 : FAULT(ENOMEM);
}

static int
answer(struct gate *gate, struct batch *batch, struct ask *ask)
{
	if (ask->operation != NULL && ask->operation->path == PATH_READY)
		return TRACE(answer_ready(gate, batch, ask));
	if (!ask->is_known)
		return TRACE(answer_failed(ask, ask->refusal.code));
	if (batch->failed != REFUSAL_NONE)
		return TRACE(answer_failed(ask, batch->failed));
	if (!ask->has_entry && !ask->is_replay)
		return TRACE(answer_failed(ask,
		    ask->refusal.code != REFUSAL_NONE ? ask->refusal.code
						      : REFUSAL_INTERNAL));
	return TRACE(answer_entered(gate, ask));
}

int
answer_ask(struct gate *gate, struct batch *batch, struct ask *ask)
{
	int r;

	if (ask->is_silent)
		return 0;
	r = answer(gate, batch, ask);
	if (r < 0) {
		TRACE(r);
		fault_trail(stderr);
		/* Never a part of an answer: a constant that needs no memory. */
		ask->status = 500;
		ask->content_type = STR("application/problem+json");
		ask->body = STR("{\"type\":\"/problems/internal\",\"title\":"
				"\"The gate could not finish the request\","
				"\"status\":500,\"code\":\"internal\"}");
	}
	return 0;
}
