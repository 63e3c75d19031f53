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
 * The state that issued the licence in a record. Of a vehicle's owner that is
 * not said: it is the holder's when the record is the holder's own and the owner
 * lives there. p == NULL: another's number could be the same.
 */
static struct str
state_of(const struct gate *gate, const struct ask *ask)
{
	const struct record *record = &ask->record;
	struct str lives_in = record_get(record, RECORD_OWNER_ADDRESS_STATE);

	if (record->kind == RECORD_DRIVER)
		return record_get(record, RECORD_LICENCE_STATE);
	return ask->request.source.len == 0 &&
		str_is_equal(lives_in, gate->state)
	    ? gate->state
	    : (struct str){ 0 };
}

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

	input.members[SUBJECT_LICENCE_STATE] = state_of(gate, ask);
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
