/*
 * fetch: exactly one record, and only for a permit (G1). None and many go on
 * down the same steps with an empty record.
 */
#include "gate/path.h"

#include <assert.h>

#include "gate/consignment.h"
#include "util/fault.h"

int
fetch_ask(struct gate *gate, struct batch *batch, struct ask *ask)
{
	int r;

	(void)batch;
	if (ask->is_settled || ask->operation->path != PATH_REQUEST)
		return 0;
	assert(ask->decision.verdict == VERDICT_PERMIT); /* G1 */
	r = ask->request.source.len > 0
	    ? consignment_fetch(gate, ask)
	    : source_fetch(&ask->record, gate->source, &ask->arena,
		  &ask->request.subject);
	switch (r) {
	case 0:
		ask->outcome = STR("one");
		return 0;
	case SOURCE_E_NONE:
		ask->outcome = STR("none");
		return 0;
	case SOURCE_E_MANY:
		ask->outcome = STR("many");
		return 0;
	case SOURCE_E_DOWN:
		ask_refuse(ask, REFUSAL_SOURCE_DOWN, STR(""), STR(""));
		return 0;
	default:
		return TRACE(r);
	}
}
