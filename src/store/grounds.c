/* Why one may ask: investigations, warrants, instruments. */
#include "store/grounds.h"

#include <assert.h>
#include <errno.h>

#include "limits.h"
#include "store/row.h"
#include "store/store_int.h"
#include "util/fault.h"

static const struct row_field case_fields[] = {
	ROW_FIELD(TEXT, struct store_investigation, ori),
	ROW_FIELD(TEXT, struct store_investigation, number),
	ROW_FIELD(U32, struct store_investigation, status),
	ROW_FIELD(TEXT, struct store_investigation, offence),
	ROW_FIELD(I64, struct store_investigation, opened_us),
	ROW_FIELD(I64, struct store_investigation, closed_us),
	ROW_FIELD(TEXT, struct store_investigation, registered_by),
};

static const struct row_field standing_fields[] = {
	ROW_FIELD(U32, struct store_standing, status),
	ROW_FIELD(I64, struct store_standing, assigned_until_us),
	ROW_FIELD(U32, struct store_standing, names_subjects),
	ROW_FIELD(U32, struct store_standing, names_subject),
};

static const struct row_field assignment_fields[] = {
	ROW_FIELD(TEXT, struct store_assignment, ori),
	ROW_FIELD(TEXT, struct store_assignment, number),
	ROW_FIELD(TEXT, struct store_assignment, requester),
	ROW_FIELD(I64, struct store_assignment, until_us),
};

static const struct row_field wanted_fields[] = {
	ROW_FIELD(TEXT, struct store_wanted, ori),
	ROW_FIELD(TEXT, struct store_wanted, number),
	ROW_FIELD(U32, struct store_wanted, status),
	ROW_FIELD(TEXT, struct store_wanted, kind),
	ROW_FIELD(TEXT, struct store_wanted, court),
	ROW_FIELD(TEXT, struct store_wanted, judge),
	ROW_FIELD(TEXT, struct store_wanted, docket),
	ROW_FIELD(TEXT, struct store_wanted, offence),
	ROW_FIELD(I32, struct store_wanted, issued),
	ROW_FIELD(I32, struct store_wanted, expires),
	ROW_FIELD(TEXT, struct store_wanted, registered_by),
};

static const struct row_field instrument_fields[] = {
	ROW_FIELD(TEXT, struct store_instrument, id),
	ROW_FIELD(TEXT, struct store_instrument, ori),
	ROW_FIELD(U32, struct store_instrument, status),
	ROW_FIELD(TEXT, struct store_instrument, kind),
	ROW_FIELD(TEXT, struct store_instrument, court),
	ROW_FIELD(TEXT, struct store_instrument, docket),
	ROW_FIELD(I32, struct store_instrument, issued),
	ROW_FIELD(I32, struct store_instrument, expires),
	ROW_FIELD(DIGEST, struct store_instrument, document),
	ROW_FIELD(TEXT, struct store_instrument, registered_by),
};

static const struct row_field scope_fields[] = {
	{ ROW_TEXT, 0 },
};

static const struct row_table case_table =
    ROW_TABLE(case_fields, struct store_investigation);
static const struct row_table standing_table =
    ROW_TABLE(standing_fields, struct store_standing);
static const struct row_table assignment_table =
    ROW_TABLE(assignment_fields, struct store_assignment);
static const struct row_table wanted_table =
    ROW_TABLE(wanted_fields, struct store_wanted);
static const struct row_table instrument_table =
    ROW_TABLE(instrument_fields, struct store_instrument);
static const struct row_table scope_table = ROW_TABLE(scope_fields, struct str);

/* Bridges from a row's object to the caller's typed function. */
struct walk {
	grounds_case_fn *investigation;
	grounds_assignment_fn *assignment;
	grounds_wanted_fn *wanted;
	grounds_instrument_fn *instrument;
	void *context;
};

static int
walk_case(void *context, const void *object)
{
	const struct walk *walk = context;

	return walk->investigation(walk->context, object);
}

static int
walk_assignment(void *context, const void *object)
{
	const struct walk *walk = context;

	return walk->assignment(walk->context, object);
}

static int
walk_wanted(void *context, const void *object)
{
	const struct walk *walk = context;

	return walk->wanted(walk->context, object);
}

static int
walk_instrument(void *context, const void *object)
{
	const struct walk *walk = context;

	return walk->instrument(walk->context, object);
}

static int
require_agency(struct store *store, struct str ori)
{
	return row_require(store, STATEMENT_AGENCY_IS,
	    (const struct backend_value[]){ row_text(ori) });
}

static int
require_case(struct store *store, struct str ori, struct str number)
{
	return row_require(store, STATEMENT_CASE_IS,
	    (const struct backend_value[]){ row_text(ori), row_text(number) });
}

int
grounds_put_case(struct store *store,
    const struct store_investigation *investigation)
{
	int r;

	r = require_agency(store, investigation->ori);
	if (r != 0)
		return TRACE(r);
	return TRACE(row_write(store, STATEMENT_CASE_PUT, &case_table,
	    investigation, STORE_E_EXISTS));
}

int
grounds_close_case(struct store *store, struct str ori, struct str number,
    int64_t closed_us)
{
	return TRACE(row_change(store, STATEMENT_CASE_CLOSE,
	    (const struct backend_value[]){
		row_text(ori), row_text(number), row_i64(closed_us) },
	    STORE_E_ABSENT));
}

int
grounds_find_case(struct store *store, struct arena *arena,
    struct store_investigation *investigation, struct str ori,
    struct str number)
{
	return TRACE(row_find(store, arena, STATEMENT_CASE_FIND, &case_table,
	    investigation,
	    (const struct backend_value[]){ row_text(ori), row_text(number) }));
}

int
grounds_find_standing(struct store *store, struct arena *arena,
    struct store_standing *standing, struct str ori, struct str number,
    struct str requester, struct str subject)
{
	return TRACE(row_find(store, arena, STATEMENT_CASE_STANDING,
	    &standing_table, standing,
	    (const struct backend_value[]){ row_text(ori), row_text(number),
		row_text(requester), row_bytes(subject) }));
}

int
grounds_each_case(struct store *store, struct str ori, grounds_case_fn *each,
    void *context)
{
	struct walk walk = { .investigation = each, .context = context };

	return TRACE(row_each(store, STATEMENT_CASE_EACH, &case_table,
	    (const struct backend_value[]){
		row_text(ori), row_text(row_upper(ori)) },
	    walk_case, &walk));
}

int
grounds_assign(struct store *store, const struct store_assignment *assignment)
{
	int r;

	r = require_case(store, assignment->ori, assignment->number);
	if (r == 0)
		r = row_require(store, STATEMENT_REQUESTER_IS,
		    (const struct backend_value[]){
			row_text(assignment->requester) });
	if (r != 0)
		return TRACE(r);
	return TRACE(row_write(store, STATEMENT_ASSIGNMENT_PUT,
	    &assignment_table, assignment, STORE_E_ABSENT));
}

int
grounds_unassign(struct store *store, struct str ori, struct str number,
    struct str requester)
{
	return TRACE(row_change(store, STATEMENT_ASSIGNMENT_ERASE,
	    (const struct backend_value[]){
		row_text(ori), row_text(number), row_text(requester) },
	    STORE_E_ABSENT));
}

int
grounds_find_assignment(struct store *store, struct arena *arena,
    struct store_assignment *assignment, struct str ori, struct str number,
    struct str requester)
{
	return TRACE(row_find(store, arena, STATEMENT_ASSIGNMENT_FIND,
	    &assignment_table, assignment,
	    (const struct backend_value[]){
		row_text(ori), row_text(number), row_text(requester) }));
}

int
grounds_each_assignment(struct store *store, struct str ori, struct str number,
    grounds_assignment_fn *each, void *context)
{
	struct walk walk = { .assignment = each, .context = context };

	return TRACE(row_each(store, STATEMENT_ASSIGNMENT_EACH,
	    &assignment_table,
	    (const struct backend_value[]){ row_text(ori), row_text(number) },
	    walk_assignment, &walk));
}

/* A subject is 32 bytes; anything else is a mistake of the caller. */
static int
check_subjects(const struct str *subjects, size_t n_subjects)
{
	if (n_subjects > LIMIT_STORE_SUBJECTS)
		return STORE_E_TOO_LARGE;
	for (size_t i = 0; i < n_subjects; i++)
		if (subjects[i].len != GROUNDS_SUBJECT_SIZE)
			return FAULT(EINVAL);
	return 0;
}

int
grounds_put_case_subject(struct store *store, struct str ori, struct str number,
    struct str subject)
{
	int r;

	r = check_subjects(&subject, 1);
	if (r == 0)
		r = require_case(store, ori, number);
	if (r != 0)
		return TRACE(r);
	return TRACE(row_change(store, STATEMENT_CASE_SUBJECT_PUT,
	    (const struct backend_value[]){
		row_text(ori), row_text(number), row_bytes(subject) },
	    STORE_E_EXISTS));
}

int
grounds_case_has_subject(struct store *store, bool *has, struct str ori,
    struct str number, struct str subject)
{
	return TRACE(row_has(store, has, STATEMENT_CASE_SUBJECT_IS,
	    (const struct backend_value[]){
		row_text(ori), row_text(number), row_bytes(subject) }));
}

int
grounds_count_case_subjects(struct store *store, uint64_t *count,
    struct str ori, struct str number, uint64_t max)
{
	return TRACE(row_count(store, count, STATEMENT_CASE_SUBJECT_COUNT,
	    (const struct backend_value[]){
		row_text(ori), row_text(number), row_u64(max) }));
}

int
grounds_put_wanted(struct store *store, const struct store_wanted *wanted,
    const struct str *subjects, size_t n_subjects)
{
	int r;

	assert(n_subjects > 0);
	r = check_subjects(subjects, n_subjects);
	if (r == 0)
		r = require_agency(store, wanted->ori);
	if (r == 0)
		r = row_write(store, STATEMENT_WANTED_PUT, &wanted_table,
		    wanted, STORE_E_EXISTS);
	/* The same subject twice in the list is no error. */
	for (size_t i = 0; r == 0 && i < n_subjects; i++)
		r = row_change(store, STATEMENT_WANTED_SUBJECT_PUT,
		    (const struct backend_value[]){ row_text(wanted->ori),
			row_text(wanted->number), row_bytes(subjects[i]) },
		    0);
	return TRACE(r);
}

int
grounds_set_wanted_status(struct store *store, struct str ori,
    struct str number, enum grounds_wanted_status status)
{
	return TRACE(row_change(store, STATEMENT_WANTED_STATUS,
	    (const struct backend_value[]){
		row_text(ori), row_text(number), row_i64((int64_t)status) },
	    STORE_E_ABSENT));
}

int
grounds_find_wanted(struct store *store, struct arena *arena,
    struct store_wanted *wanted, struct str ori, struct str number)
{
	return TRACE(row_find(store, arena, STATEMENT_WANTED_FIND,
	    &wanted_table, wanted,
	    (const struct backend_value[]){ row_text(ori), row_text(number) }));
}

int
grounds_wanted_has_subject(struct store *store, bool *has, struct str ori,
    struct str number, struct str subject)
{
	return TRACE(row_has(store, has, STATEMENT_WANTED_SUBJECT_IS,
	    (const struct backend_value[]){
		row_text(ori), row_text(number), row_bytes(subject) }));
}

int
grounds_each_wanted(struct store *store, struct str ori,
    grounds_wanted_fn *each, void *context)
{
	struct walk walk = { .wanted = each, .context = context };

	return TRACE(row_each(store, STATEMENT_WANTED_EACH, &wanted_table,
	    (const struct backend_value[]){
		row_text(ori), row_text(row_upper(ori)) },
	    walk_wanted, &walk));
}

/* All texts first: a bad one must not leave half an instrument. */
static int
check_scope(const struct store_instrument *instrument)
{
	if (instrument->n_scope > LIMIT_STORE_SCOPE)
		return STORE_E_TOO_LARGE;
	for (size_t i = 0; i < instrument->n_scope; i++) {
		int r = store_check_text(instrument->scope[i]);

		if (r != 0)
			return r;
	}
	return 0;
}

static int
put_parts(struct store *store, const struct store_instrument *instrument,
    const struct str *subjects, size_t n_subjects)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < instrument->n_scope; i++)
		r = row_change(store, STATEMENT_INSTRUMENT_SCOPE_PUT,
		    (const struct backend_value[]){ row_text(instrument->id),
			row_text(instrument->scope[i]) },
		    0);
	for (size_t i = 0; r == 0 && i < n_subjects; i++)
		r = row_change(store, STATEMENT_INSTRUMENT_SUBJECT_PUT,
		    (const struct backend_value[]){
			row_text(instrument->id), row_bytes(subjects[i]) },
		    0);
	return TRACE(r);
}

int
grounds_put_instrument(struct store *store,
    const struct store_instrument *instrument, const struct str *subjects,
    size_t n_subjects)
{
	int r;

	r = check_subjects(subjects, n_subjects);
	if (r == 0)
		r = check_scope(instrument);
	if (r == 0)
		r = require_agency(store, instrument->ori);
	if (r == 0)
		r = row_write(store, STATEMENT_INSTRUMENT_PUT,
		    &instrument_table, instrument, STORE_E_EXISTS);
	if (r == 0)
		r = put_parts(store, instrument, subjects, n_subjects);
	return TRACE(r);
}

int
grounds_withdraw_instrument(struct store *store, struct str id)
{
	return TRACE(row_change(store, STATEMENT_INSTRUMENT_WITHDRAW,
	    (const struct backend_value[]){ row_text(id) }, STORE_E_ABSENT));
}

/* Scope names on their way into the arena. */
struct scope {
	struct arena *arena;
	struct str *names;
	size_t n_names;
	int outcome;
};

static int
take_scope(void *context, const void *object)
{
	const struct str *name = object;
	struct scope *scope = context;

	if (scope->n_names == LIMIT_STORE_SCOPE)
		return FAULT(EUCLEAN);
	scope->names[scope->n_names] = arena_str(scope->arena, *name);
	if (scope->names[scope->n_names].p == NULL) {
		scope->outcome = STORE_E_LIMIT;
		return scope->arena->is_full ? 1 : FAULT(ENOMEM);
	}
	scope->n_names++;
	return 0;
}

static int
find_scope(struct store *store, struct arena *arena,
    struct store_instrument *instrument)
{
	struct str names[LIMIT_STORE_SCOPE];
	struct scope scope = { arena, names, 0, 0 };
	int r;

	r = row_each(store, STATEMENT_INSTRUMENT_SCOPE_EACH, &scope_table,
	    (const struct backend_value[]){ row_text(instrument->id) },
	    take_scope, &scope);
	if (r != 0 || scope.outcome != 0)
		return r != 0 ? TRACE(r) : scope.outcome;
	instrument->n_scope = scope.n_names;
	instrument->scope = ARENA_ARRAY(arena, scope.n_names, struct str);
	if (instrument->scope == NULL)
		return arena->is_full ? STORE_E_LIMIT : FAULT(ENOMEM);
	for (size_t i = 0; i < scope.n_names; i++)
		instrument->scope[i] = names[i];
	return 0;
}

int
grounds_find_instrument(struct store *store, struct arena *arena,
    struct store_instrument *instrument, struct str id)
{
	int r;

	r = row_find(store, arena, STATEMENT_INSTRUMENT_FIND, &instrument_table,
	    instrument, (const struct backend_value[]){ row_text(id) });
	if (r != 0)
		return TRACE(r);
	return TRACE(find_scope(store, arena, instrument));
}

int
grounds_instrument_has_subject(struct store *store, bool *has, struct str id,
    struct str subject)
{
	return TRACE(row_has(store, has, STATEMENT_INSTRUMENT_SUBJECT_IS,
	    (const struct backend_value[]){
		row_text(id), row_bytes(subject) }));
}

int
grounds_each_instrument(struct store *store, struct str ori,
    grounds_instrument_fn *each, void *context)
{
	struct walk walk = { .instrument = each, .context = context };

	return TRACE(row_each(store, STATEMENT_INSTRUMENT_EACH,
	    &instrument_table,
	    (const struct backend_value[]){
		row_text(ori), row_text(row_upper(ori)) },
	    walk_instrument, &walk));
}
