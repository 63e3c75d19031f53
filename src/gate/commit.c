/*
 * commit: everything the batch wrote, in one transaction with one sync. What
 * cannot be made durable is not answered (G3).
 */
#include "gate/path.h"

#include <errno.h>

#include "gate/epoch.h"
#include "gate/ledger.h"
#include "store/store.h"
#include "util/fault.h"

static void
take_back(struct gate *gate, struct batch *batch)
{
	store_rollback(gate->store);
	tlog_edge_rollback(gate->edge);
	epoch_take_back(gate);
	batch->n_entries = 0;
}

int
commit_batch(struct gate *gate, struct batch *batch)
{
	int r;

	if (!store_is_in_transaction(gate->store))
		return 0;
	if (batch->n_entries == 0 || batch->failed != REFUSAL_NONE) {
		take_back(gate, batch);
		return 0;
	}
	r = ledger_finish(gate);
	if (r == 0) {
		gate->last_us = batch->now_us;
		gate->is_unwritable = false;
		return 0;
	}
	if (r < 0)
		TRACE(r);
	take_back(gate, batch);
	gate->is_unwritable = true;
	batch->failed = r == STORE_E_FULL ? REFUSAL_FULL
					  : REFUSAL_LOG_UNAVAILABLE;
	if (!store_is_writable(gate->store)) {
		/* A failed sync is final: what is on the disk is not known. */
		gate->is_stopped = true;
		gate->reason = STR("the store failed for good");
	}
	return 0;
}
