/* The judge: facts into Cedar, Cedar's answers into one decision. */
#include "gate/judge.h"

#include <errno.h>

#include "gate/pack.h"
#include "gate/question.h"
#include "gate/vocabulary.h"
#include "stile/cedar.h"
#include "util/fault.h"

/* What one call works on. */
struct bench {
	struct arena *arena;
	const struct vocabulary *vocabulary;
	struct pack *const *packs;
	size_t n_packs;
	struct decision *decision;
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

/* One query for one action. */
static int
ask(struct cedar_query **query, const struct bench *bench,
    const struct facts *facts, struct str action)
{
	struct question *question;
	int r = question_make(&question, bench->arena, bench->vocabulary, facts,
	    action);

	if (r < 0)
		return TRACE(r);
	r = cedar_query_new(query, bench->arena, &question->request, NULL);
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

/* The number of the ruling for a policy; added when it is new. */
static uint16_t
ruling_of(struct decision *decision, const struct pack *pack, uint32_t policy,
    bool is_error)
{
	struct ruling ruling = { .pack = pack->name, .is_error = is_error };
	const struct cedar_policies *set = pack->policies;

	ruling.rule = cedar_policies_get(set, policy).id;
	for (size_t i = 0; i < decision->n_rulings; i++) {
		if (str_is_equal(decision->rulings[i].rule, ruling.rule) &&
		    str_is_equal(decision->rulings[i].pack, ruling.pack))
			return (uint16_t)i;
	}
	if (decision->n_rulings == LIMIT_RULINGS)
		return UINT16_MAX;
	ruling.says = cedar_policies_annotation(set, policy, STR("says"));
	ruling.remedy = cedar_policies_annotation(set, policy, STR("remedy"));
	ruling.cite = cedar_policies_annotation(set, policy, STR("cite"));
	ruling.needs = cedar_policies_annotation(set, policy, STR("needs"));
	if (is_error)
		ruling.needs = STR("");
	decision->rulings[decision->n_rulings] = ruling;
	return (uint16_t)decision->n_rulings++;
}

/* No permit matched and no forbid spoke: the pack itself is the reason. */
static uint16_t
ruling_default(struct decision *decision, const struct pack *pack)
{
	for (size_t i = 0; i < decision->n_rulings; i++) {
		if (decision->rulings[i].rule.len == 0 &&
		    str_is_equal(decision->rulings[i].pack, pack->name))
			return (uint16_t)i;
	}
	if (decision->n_rulings == LIMIT_RULINGS)
		return UINT16_MAX;
	decision->rulings[decision->n_rulings] = (struct ruling){
		.pack = pack->name,
		.rule = STR(""),
		.says = STR("No rule of this pack permits it."),
	};
	return (uint16_t)decision->n_rulings++;
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
explain(struct decision *decision, const struct pack *pack,
    const struct cedar_answer *answer, struct str *needs, size_t *n_needs,
    bool *is_final)
{
	uint16_t first = UINT16_MAX;

	for (size_t i = 0; i < answer->n_errors; i++) {
		first = ruling_of(decision, pack, answer->errors[i].policy,
		    true);
		*is_final = true;
	}
	for (size_t i = 0; i < answer->n_reasons && answer->n_errors == 0;
	    i++) {
		uint16_t at = ruling_of(decision, pack, answer->reasons[i],
		    false);

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
		first = ruling_default(decision, pack);
		*is_final = true;
	}
	return first;
}

/* Ask every pack about one field. */
static int
decide_field(struct decided_field *field, const struct bench *bench,
    struct cedar_query *query, struct str *needs, size_t *n_needs)
{
	struct cedar_uid resource = { STR("Field"),
		record_field_get(field->field)->name };
	struct cedar_answer answers[LIMIT_PACKS];
	bool is_final = false;
	uint16_t ruling = UINT16_MAX;

	field->verdict = VERDICT_PERMIT;
	for (size_t i = 0; i < bench->n_packs; i++) {
		int r = cedar_query_decide(&answers[i], query,
		    bench->packs[i]->policies, resource);
		bool was_final = is_final;
		uint16_t at;

		if (r != 0)
			return r < 0 ? TRACE(r) : FAULT(EINVAL);
		if (answers[i].decision == CEDAR_ALLOW)
			continue;
		field->verdict = VERDICT_DENY;
		at = explain(bench->decision, bench->packs[i], &answers[i],
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
    const struct facts *facts, struct str action, const struct str *needs,
    size_t n_needs)
{
	struct str all[2 * LIMIT_NEEDS];
	struct facts later = *facts;
	struct decided_field again = { .field = field->field };
	struct decision scratch = *bench->decision;
	struct bench trial = *bench;
	struct str more[LIMIT_NEEDS];
	struct cedar_query *query = NULL;
	size_t n_more = 0;
	size_t n = 0;
	int r;

	for (size_t i = 0; i < facts->n_approvals && n < LIMIT_NEEDS; i++)
		all[n++] = facts->approvals[i];
	for (size_t i = 0; i < n_needs; i++)
		all[n++] = needs[i];
	later.approvals = all;
	later.n_approvals = n;
	trial.decision = &scratch;
	r = ask(&query, &trial, &later, action);
	if (r == 0)
		r = decide_field(&again, &trial, query, more, &n_more);
	if (r < 0)
		return TRACE(r);
	if (again.verdict != VERDICT_PERMIT)
		field->verdict = VERDICT_DENY;
	return 0;
}

static int
decide_one(struct decided_field *field, const struct bench *bench,
    const struct facts *facts, struct cedar_query *query, struct str action)
{
	struct decision *decision = bench->decision;
	struct str needs[LIMIT_NEEDS];
	size_t n_needs = 0;
	int r = decide_field(field, bench, query, needs, &n_needs);

	if (r == 0 && field->verdict == VERDICT_REFER)
		r = confirm(field, bench, facts, action, needs, n_needs);
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
	decision->rulings = ARENA_ARRAY(arena, LIMIT_RULINGS, struct ruling);
	decision->needs = ARENA_ARRAY(arena, LIMIT_NEEDS, struct str);
	decision->duties = ARENA_ARRAY(arena, LIMIT_DUTIES, struct str);
	decision->marks = ARENA_ARRAY(arena, LIMIT_DUTIES, struct str);
	if (decision->fields == NULL || decision->rulings == NULL ||
	    decision->needs == NULL || decision->duties == NULL ||
	    decision->marks == NULL)
		return FAULT(ENOMEM);
	return 0;
}

/* May one ask at all? Every field gets that verdict to begin with. */
static int
decide_asking(enum verdict *verdict, const struct bench *bench,
    const struct facts *facts, const enum record_field *fields,
    size_t n_fields)
{
	struct decided_field at_all = { .field = fields[0] };
	struct cedar_query *query;
	int r = ask(&query, bench, facts, STR("ask"));

	if (r == 0)
		r = decide_one(&at_all, bench, facts, query, STR("ask"));
	for (size_t i = 0; i < n_fields; i++)
		bench->decision->fields[i] = (struct decided_field){ fields[i],
			at_all.verdict, at_all.ruling };
	*verdict = at_all.verdict;
	return TRACE(r);
}

/* Each field, and from them the whole. */
static int
decide_seeing(const struct bench *bench, const struct facts *facts,
    enum verdict asking)
{
	struct decision *decision = bench->decision;
	struct cedar_query *query;
	bool is_referred = asking == VERDICT_REFER;
	int r = ask(&query, bench, facts, STR("see"));

	for (size_t i = 0; i < decision->n_fields && r == 0; i++) {
		r = decide_one(&decision->fields[i], bench, facts, query,
		    STR("see"));
		decision->n_permitted +=
		    decision->fields[i].verdict == VERDICT_PERMIT;
		is_referred |= decision->fields[i].verdict == VERDICT_REFER;
	}
	if (r < 0)
		return TRACE(r);
	if (is_referred)
		decision->verdict = VERDICT_REFER;
	else if (decision->n_permitted > 0)
		decision->verdict = VERDICT_PERMIT;
	return 0;
}

static bool
is_possible(const struct bench *bench, size_t n_fields)
{
	return bench->n_packs > 0 && bench->n_packs <= LIMIT_PACKS &&
	    n_fields > 0;
}

int
judge(struct decision *decision, struct arena *arena,
    const struct vocabulary *vocabulary, struct pack *const *packs,
    size_t n_packs, const struct facts *facts, const enum record_field *fields,
    size_t n_fields)
{
	struct bench bench = { arena, vocabulary, packs, n_packs, decision };
	enum verdict asking = VERDICT_DENY;
	int r = prepare(decision, arena, n_fields);

	if (r == 0 && is_possible(&bench, n_fields))
		r = decide_asking(&asking, &bench, facts, fields, n_fields);
	if (r == 0 && asking != VERDICT_DENY)
		r = decide_seeing(&bench, facts, asking);
	if (r < 0)
		*decision = (struct decision){ 0 };
	return TRACE(r);
}

int
judge_seeing(struct decision *decision, struct arena *arena,
    const struct vocabulary *vocabulary, struct pack *const *packs,
    size_t n_packs, const struct facts *facts, const enum record_field *fields,
    size_t n_fields)
{
	struct bench bench = { arena, vocabulary, packs, n_packs, decision };
	int r = prepare(decision, arena, n_fields);

	for (size_t i = 0; i < n_fields && r == 0; i++)
		decision->fields[i].field = fields[i];
	if (r == 0 && is_possible(&bench, n_fields))
		r = decide_seeing(&bench, facts, VERDICT_PERMIT);
	if (r < 0)
		*decision = (struct decision){ 0 };
	return TRACE(r);
}
