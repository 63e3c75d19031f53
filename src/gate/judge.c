/* The judge: facts into Cedar, Cedar's answers into one decision. */
#include "gate/judge.h"

#include <assert.h>
#include <errno.h>

#include "gate/pack.h"
#include "gate/question.h"
#include "gate/vocabulary.h"
#include "stile/cedar.h"
#include "util/fault.h"

/* What one call works on. */
struct bench {
	struct arena *arena;
	struct pack *const *packs;
	size_t n_packs;
	struct decision *decision;
	struct cedar_query *query;
	const struct facts *facts; /* NULL: what is referred is denied */
};

struct str
judge_verdict_name(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_PERMIT:
		return STR("permit");
	case VERDICT_REFER:
		return STR("refer");
	case VERDICT_DENY:
	default:
		return STR("deny");
	}
}

static struct cedar_uid
action_of(struct str name)
{
	return (struct cedar_uid){ STR("Action"), name };
}

/* All facts as one query: whether one may ask at all, to begin with. */
static int
make_query(struct cedar_query **query, struct arena *arena,
    const struct vocabulary *vocabulary, const struct facts *facts)
{
	struct question *question;
	int r = question_make(&question, arena, vocabulary, facts, STR("ask"));

	if (r < 0)
		return TRACE(r);
	r = cedar_query_new(query, arena, &question->request, NULL);
	return r > 0 ? FAULT(EINVAL) : TRACE(r);
}

/* The same query with another set in its context. */
static int
change_set(const struct bench *bench, const char *name,
    const struct str *items, size_t n)
{
	struct cedar_field field;
	int r = question_set(&field, bench->arena, name, items, n);

	if (r == 0)
		r = cedar_query_set_context(bench->query, &field);
	return r > 0 ? FAULT(EINVAL) : TRACE(r);
}

static void
add_distinct(struct str *list, size_t *n, size_t max, struct str item)
{
	for (size_t i = 0; i < *n; i++) {
		if (str_is_equal(list[i], item))
			return;
	}
	if (item.len > 0 && *n < max)
		list[(*n)++] = item;
}

uint16_t
judge_add_ruling(struct decision *decision, struct arena *arena,
    const struct ruling *ruling)
{
	/* Most requests are permitted and need none. */
	if (decision->rulings == NULL)
		decision->rulings = ARENA_ARRAY(arena, LIMIT_RULINGS,
		    struct ruling);
	if (decision->rulings == NULL ||
	    decision->n_rulings == LIMIT_RULINGS)
		return UINT16_MAX;
	decision->rulings[decision->n_rulings] = *ruling;
	return (uint16_t)decision->n_rulings++;
}

/* The number of the ruling for a policy; added when it is new. */
static uint16_t
ruling_of(const struct bench *bench, const struct pack *pack, uint32_t policy,
    bool is_error)
{
	struct decision *decision = bench->decision;
	struct ruling ruling = { .pack = pack->name, .is_error = is_error };
	const struct cedar_policies *set = pack->policies;

	ruling.rule = cedar_policies_get(set, policy).id;
	for (size_t i = 0; i < decision->n_rulings; i++) {
		if (str_is_equal(decision->rulings[i].rule, ruling.rule) &&
		    str_is_equal(decision->rulings[i].pack, ruling.pack))
			return (uint16_t)i;
	}
	ruling.says = cedar_policies_annotation(set, policy, STR("says"));
	ruling.remedy = cedar_policies_annotation(set, policy, STR("remedy"));
	ruling.cite = cedar_policies_annotation(set, policy, STR("cite"));
	ruling.needs = cedar_policies_annotation(set, policy, STR("needs"));
	if (is_error)
		ruling.needs = STR("");
	return judge_add_ruling(decision, bench->arena, &ruling);
}

/* No permit matched and no forbid spoke: the pack itself is the reason. */
static uint16_t
ruling_default(const struct bench *bench, const struct pack *pack)
{
	struct decision *decision = bench->decision;
	struct ruling ruling = { .pack = pack->name,
		.rule = STR(""),
		.says = STR("No rule of this pack permits it.") };

	for (size_t i = 0; i < decision->n_rulings; i++) {
		if (decision->rulings[i].rule.len == 0 &&
		    str_is_equal(decision->rulings[i].pack, pack->name))
			return (uint16_t)i;
	}
	return judge_add_ruling(decision, bench->arena, &ruling);
}

static void
collect(struct decision *decision, const struct pack *pack,
    const struct cedar_answer *answer)
{
	for (size_t i = 0; i < answer->n_reasons; i++) {
		uint32_t policy = answer->reasons[i];

		add_distinct(decision->duties, &decision->n_duties,
		    LIMIT_DUTIES,
		    cedar_policies_annotation(pack->policies, policy,
			STR("duty")));
		add_distinct(decision->marks, &decision->n_marks, LIMIT_DUTIES,
		    cedar_policies_annotation(pack->policies, policy,
			STR("mark")));
	}
}

/*
 * What one pack's denial says: the ruling, and the roles that would lift it.
 * needs stays complete only when every forbid that spoke names a role.
 */
static uint16_t
explain(const struct bench *bench, const struct pack *pack,
    const struct cedar_answer *answer, struct str *needs, size_t *n_needs,
    bool *is_final)
{
	const struct decision *decision = bench->decision;
	uint16_t first = UINT16_MAX;

	for (size_t i = 0; i < answer->n_errors; i++) {
		first = ruling_of(bench, pack, answer->errors[i].policy, true);
		*is_final = true;
	}
	for (size_t i = 0; i < answer->n_reasons && answer->n_errors == 0;
	    i++) {
		uint16_t at = ruling_of(bench, pack, answer->reasons[i], false);

		/* A rule that nobody can lift is the one to show. */
		if (first == UINT16_MAX ||
		    (at != UINT16_MAX && decision->rulings[at].needs.len == 0))
			first = at;
		if (at == UINT16_MAX || decision->rulings[at].needs.len == 0)
			*is_final = true;
		else
			add_distinct(needs, n_needs, LIMIT_NEEDS,
			    decision->rulings[at].needs);
	}
	if (answer->n_errors == 0 && answer->n_reasons == 0) {
		first = ruling_default(bench, pack);
		*is_final = true;
	}
	return first;
}

/* Ask every pack about one field. */
static int
decide_field(struct decided_field *field, const struct bench *bench,
    struct str *needs, size_t *n_needs)
{
	struct cedar_uid resource = { STR("Field"),
		record_field_get(field->field)->name };
	struct cedar_answer answers[LIMIT_PACKS];
	bool is_final = false;
	uint16_t ruling = UINT16_MAX;

	field->verdict = VERDICT_PERMIT;
	for (size_t i = 0; i < bench->n_packs; i++) {
		int r = cedar_query_decide(&answers[i], bench->query,
		    bench->packs[i]->policies, resource);
		bool was_final = is_final;
		uint16_t at;

		if (r != 0)
			return r < 0 ? TRACE(r) : FAULT(EINVAL);
		if (answers[i].decision == CEDAR_ALLOW)
			continue;
		field->verdict = VERDICT_DENY;
		at = explain(bench, bench->packs[i], &answers[i],
		    needs, n_needs, &is_final);
		if (ruling == UINT16_MAX || (is_final && !was_final))
			ruling = at;
	}
	field->ruling = ruling;
	if (field->verdict == VERDICT_DENY && !is_final)
		field->verdict = VERDICT_REFER;
	for (size_t i = 0;
	     i < bench->n_packs && field->verdict == VERDICT_PERMIT; i++)
		collect(bench->decision, bench->packs[i], &answers[i]);
	return 0;
}

/*
 * A referral must hold: asked again with the approvals in place, the packs
 * must permit. Whatever they still refuse makes it a denial.
 */
static int
confirm(struct decided_field *field, const struct bench *bench,
    const struct str *needs, size_t n_needs)
{
	const struct facts *facts = bench->facts;
	struct str all[2 * LIMIT_NEEDS];
	struct decided_field again = { .field = field->field };
	struct decision scratch = *bench->decision;
	struct bench trial = *bench;
	struct str more[LIMIT_NEEDS];
	size_t n_more = 0;
	size_t n = 0;
	int r;

	for (size_t i = 0; i < facts->n_approvals && n < LIMIT_NEEDS; i++)
		all[n++] = facts->approvals[i];
	for (size_t i = 0; i < n_needs; i++)
		all[n++] = needs[i];
	trial.decision = &scratch;
	r = change_set(bench, "approvals", all, n);
	if (r == 0)
		r = decide_field(&again, &trial, more, &n_more);
	if (r == 0)
		r = change_set(bench, "approvals", facts->approvals,
		    facts->n_approvals);
	if (r < 0)
		return TRACE(r);
	if (again.verdict != VERDICT_PERMIT)
		field->verdict = VERDICT_DENY;
	return 0;
}

static int
decide_one(struct decided_field *field, const struct bench *bench)
{
	struct decision *decision = bench->decision;
	struct str needs[LIMIT_NEEDS];
	size_t n_needs = 0;
	int r = decide_field(field, bench, needs, &n_needs);

	if (r == 0 && field->verdict == VERDICT_REFER && bench->facts == NULL)
		field->verdict = VERDICT_DENY;
	if (r == 0 && field->verdict == VERDICT_REFER)
		r = confirm(field, bench, needs, n_needs);
	if (r < 0)
		return TRACE(r);
	for (size_t i = 0; i < n_needs && field->verdict == VERDICT_REFER; i++)
		add_distinct(decision->needs, &decision->n_needs, LIMIT_NEEDS,
		    needs[i]);
	return 0;
}

static int
prepare(struct decision *decision, struct arena *arena, size_t n_fields)
{
	*decision = (struct decision){ .n_fields = n_fields };
	decision->fields = ARENA_ARRAY(arena, n_fields, struct decided_field);
	decision->needs = ARENA_ARRAY(arena, LIMIT_NEEDS, struct str);
	decision->duties = ARENA_ARRAY(arena, LIMIT_DUTIES, struct str);
	decision->marks = ARENA_ARRAY(arena, LIMIT_DUTIES, struct str);
	if (decision->fields == NULL || decision->needs == NULL ||
	    decision->duties == NULL || decision->marks == NULL)
		return FAULT(ENOMEM);
	return 0;
}

/* May one ask at all? Every field gets that verdict to begin with. */
static int
decide_asking(enum verdict *verdict, const struct bench *bench,
    const enum record_field *fields, size_t n_fields)
{
	struct decided_field at_all = { .field = fields[0] };
	int r = decide_one(&at_all, bench);

	for (size_t i = 0; i < n_fields; i++)
		bench->decision->fields[i] = (struct decided_field){ fields[i],
			at_all.verdict, at_all.ruling };
	*verdict = at_all.verdict;
	return TRACE(r);
}

/* Each field, and from them the whole. */
static int
decide_seeing(const struct bench *bench, enum verdict asking)
{
	struct decision *decision = bench->decision;
	bool is_referred = asking == VERDICT_REFER;
	int r = cedar_query_set_action(bench->query, action_of(STR("see")));

	for (size_t i = 0; i < decision->n_fields && r == 0; i++) {
		r = decide_one(&decision->fields[i], bench);
		decision->n_permitted +=
		    decision->fields[i].verdict == VERDICT_PERMIT;
		is_referred |= decision->fields[i].verdict == VERDICT_REFER;
	}
	if (r != 0)
		return r < 0 ? TRACE(r) : FAULT(EINVAL);
	if (is_referred)
		decision->verdict = VERDICT_REFER;
	else if (decision->n_permitted > 0)
		decision->verdict = VERDICT_PERMIT;
	return 0;
}

int
judge(struct decision *decision, struct arena *arena,
    const struct vocabulary *vocabulary, struct pack *const *packs,
    size_t n_packs, const struct facts *facts, const enum record_field *fields,
    size_t n_fields)
{
	struct bench bench = { .arena = arena,
		.packs = packs,
		.n_packs = n_packs,
		.decision = decision,
		.facts = facts };
	enum verdict asking = VERDICT_DENY;
	int r = prepare(decision, arena, n_fields);

	if (r == 0 && (n_packs == 0 || n_packs > LIMIT_PACKS || n_fields == 0))
		return 0;
	if (r == 0)
		r = make_query(&bench.query, arena, vocabulary, facts);
	if (r == 0)
		r = decide_asking(&asking, &bench, fields, n_fields);
	if (r == 0 && asking != VERDICT_DENY)
		r = decide_seeing(&bench, asking);
	decision->query = bench.query;
	if (r < 0)
		*decision = (struct decision){ 0 };
	return TRACE(r);
}

int
judge_again(struct decision *again, const struct decision *before,
    struct arena *arena, struct pack *const *packs, size_t n_packs,
    const struct str *flags, size_t n_flags)
{
	struct bench bench = { .arena = arena,
		.packs = packs,
		.n_packs = n_packs,
		.decision = again,
		.query = before->query };
	int r = prepare(again, arena, before->n_fields);

	assert(before->verdict == VERDICT_PERMIT);
	for (size_t i = 0; i < before->n_fields && r == 0; i++)
		again->fields[i].field = before->fields[i].field;
	if (r == 0)
		r = change_set(&bench, "flags", flags, n_flags);
	if (r == 0)
		r = decide_seeing(&bench, VERDICT_PERMIT);
	if (r < 0)
		*again = (struct decision){ 0 };
	return TRACE(r);
}
