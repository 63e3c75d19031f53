/*
 * answer: core and receipt become the body. The last step; what failed on the
 * way is answered as a refusal without anything of the record (G3).
 */
#include "gate/path.h"

#include <errno.h>

#include "gate/core.h"
#include "store/tiles.h"
#include "tlog/receipt.h"
#include "util/base64.h"
#include "util/fault.h"
#include "util/json.h"

static int
write_receipt(struct gate *gate, struct ask *ask, uint64_t index,
    struct str leaf, struct str for_asker)
{
	CLEANUP(buf_fini) struct buf text = { 0 };
	struct tlog_tile_reader reader = tiles_reader(gate->store);
	struct str parts[] = { leaf, STR("~"), for_asker };
	struct tlog_receipt receipt = { .has_extra = true,
		.index = index,
		.checkpoint = gate->note };
	int r;

	receipt.extra = arena_join(&ask->arena, parts, ARRAY_LEN(parts));
	if (receipt.extra.p == NULL)
		return FAULT(ENOMEM);
	r = tlog_edge_inclusion(gate->edge, &receipt.proof, index, &reader);
	if (r != 0)
		return r < 0 ? TRACE(r) : FAULT(EIO);
	buf_init(&text, LIMIT_TLOG_RECEIPT_BYTES);
	r = tlog_receipt_format(&receipt, &text);
	if (r == 0)
		r = buf_finish(&text);
	if (r != 0)
		return r < 0 ? TRACE(r) : FAULT(ENOBUFS);
	ask->receipt = arena_str(&ask->arena, buf_str(&text));
	return ask->receipt.p != NULL ? 0 : FAULT(ENOMEM);
}

static int
join(struct ask *ask)
{
	CLEANUP(buf_fini) struct buf body = { 0 };

	buf_init(&body, LIMIT_ANSWER_BYTES);
	buf_add_char(&body, '{');
	buf_add_str(&body, ask->core);
	if (ask->receipt.len > 0) {
		buf_add_text(&body, ",\"receipt\":");
		json_add_string(&body, ask->receipt);
	}
	buf_add_char(&body, '}');
	if (buf_finish(&body) != 0)
		return FAULT(ENOMEM);
	ask->body = arena_str(&ask->arena, buf_str(&body));
	return ask->body.p != NULL ? 0 : FAULT(ENOMEM);
}

/* Can a request be answered now? */
static int
answer_ready(const struct gate *gate, const struct batch *batch,
    struct ask *ask)
{
	bool is_ready = batch->failed == REFUSAL_NONE && !gate->is_refused &&
	    !gate->is_stopped && !gate->is_unwritable && gate->n_packs > 0 &&
	    gate->note.p != NULL;

	ask->content_type = STR("application/json");
	ask->status = is_ready ? 200 : 503;
	ask->core = arena_format(&ask->arena, "\"ready\":%s,\"size\":%llu,"
	    "\"reason\":\"%.*s\"", is_ready ? "true" : "false",
	    (unsigned long long)gate->signed_size,
	    STR_ARG(gate->is_unwritable ? STR("the log cannot be written")
					: gate->reason));
	return ask->core.p != NULL ? TRACE(join(ask)) : FAULT(ENOMEM);
}

static int
answer_failed(struct ask *ask, enum refusal_code code)
{
	int r = core_write_refusal(ask, code);

	return r < 0 ? TRACE(r) : TRACE(join(ask));
}

static int
answer(struct gate *gate, struct batch *batch, struct ask *ask)
{
	const struct ask_look *look = ask->look;
	int r = 0;

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
	if (ask->core.p == NULL && look == NULL)
		r = core_write(ask);
	if (r < 0)
		return TRACE(r);
	if (look != NULL && ask->refusal.code == REFUSAL_NONE)
		r = write_receipt(gate, ask, look->index, look->leaf,
		    look->for_asker);
	else
		r = write_receipt(gate, ask, ask->index, ask->text.leaf,
		    ask->text.for_asker);
	if (r < 0)
		return TRACE(r);
	if (look != NULL && look->is_whole_answer &&
	    ask->refusal.code == REFUSAL_NONE) {
		ask->body = ask->receipt;
		return 0;
	}
	return TRACE(join(ask));
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
