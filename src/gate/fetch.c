/*
 * fetch: exactly one record, and only for a permit (G1). None and many go on
 * down the same steps with an empty record.
 */
#include "gate/path.h"

#include <assert.h>

#include "gate/consignment.h"
#include "util/fault.h"
#include "util/instant.h"

/*
 * Whose record was found, so that this person can be told of it later: the
 * holder of the licence, or the owner of the vehicle by theirs. A name is not
 * enough: it may be another's too.
 */
static int
note_person(const struct gate *gate, struct ask *ask)
{
	const struct record *record = &ask->record;
	bool is_driver = record->kind == RECORD_DRIVER;
	struct subject_input input = { 0 };
	struct subject_problem problem;
	struct subject person;
	int r;

	input.members[SUBJECT_LICENCE_STATE] = is_driver
	    ? record_get(record, RECORD_LICENCE_STATE)
	    : gate->state;
	input.members[SUBJECT_LICENCE_NUMBER] = record_get(record,
	    is_driver ? RECORD_LICENCE_NUMBER : RECORD_OWNER_LICENCE);
	r = subject_parse(&person, &problem, &ask->arena, &input,
	    instant_day(ask->now_us));
	if (r == 0)
		ask->person = person.canonical;
	return r < 0 ? TRACE(r) : 0;
}

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
		return TRACE(note_person(gate, ask));
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
