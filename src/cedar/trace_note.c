/*
 * What decided, and one line that says why; see trace.h.
 *
 * The cause of a value is the smallest part that has a say: of a false `&&` the
 * operand that is false, of a false `||` every operand, of a `!` what is negated.
 * The cause of an error is the part whose own evaluation failed.
 */
#include <errno.h>

#include "cedar/entities.h"
#include "cedar/literal.h"
#include "cedar/query.h"
#include "cedar/trace.h"
#include "limits.h"
#include "util/fault.h"

#define FEW 6 /* names listed; the rest is counted */

/* ------------------------------------------------------------------ */
/* Words.							      */

static void
set_note(struct tracing *tracing, uint32_t i, struct buf *buf)
{
	struct str text = arena_str(tracing->arena, buf_str(buf));

	if (text.p == NULL)
		tracing->r = tracing->arena->is_full ? CEDAR_E_LIMIT
						     : FAULT(ENOMEM);
	else if (buf->failed == 0)
		tracing->steps[i].told.note = text;
	buf_fini(buf);
}

static void
add_name(const struct tracing *tracing, struct buf *buf, uint32_t uid)
{
	struct cedar_value value = { .kind = CEDAR_ENTITY,
		.uid = cedar_intern_back_uid(&tracing->eval.scope, uid) };

	if (cedar_literal_print(buf, &value, 0) != 0)
		buf->failed = ENOBUFS;
}

/* Between the items of a list that ends in "and". */
static void
add_comma(struct buf *buf, size_t i, size_t n)
{
	if (i > 0)
		buf_add_text(buf, i + 1 == n ? " and " : ", ");
}

static const struct entity *
entity_of(const struct tracing *tracing, uint32_t uid)
{
	const struct eval *eval = &tracing->eval;

	for (unsigned i = 0; i < ARRAY_LEN(eval->uids); i++) {
		if (eval->uids[i] == uid)
			return eval->entity[i];
	}
	return cedar_eval_entity(eval, uid);
}

static void
add_missing(const struct tracing *tracing, struct buf *buf, uint32_t uid)
{
	add_name(tracing, buf, uid);
	buf_add_text(buf, " is not among the entities");
}

/* The parents, then what they are in. */
static void
add_ancestors(const struct tracing *tracing, struct buf *buf,
    const struct entity *entity)
{
	uint32_t n = MIN(entity->n_ancestors, (uint32_t)FEW);
	uint32_t n_told = 0;

	for (uint32_t k = 0; k < entity->n_parents && n_told < n; k++) {
		add_comma(buf, n_told++,
		    entity->n_ancestors > n ? n + 1 : n);
		add_name(tracing, buf, entity->parents[k]);
	}
	for (uint32_t k = 0; k < entity->n_ancestors && n_told < n; k++) {
		if (value_uids_contain(entity->parents, entity->n_parents,
		    entity->ancestors[k]))
			continue;
		add_comma(buf, n_told++,
		    entity->n_ancestors > n ? n + 1 : n);
		add_name(tracing, buf, entity->ancestors[k]);
	}
	if (entity->n_ancestors > n)
		buf_add_format(buf, " and %u more", entity->n_ancestors - n);
}

/* What an entity is in, nearest first. */
static void
note_outside(struct tracing *tracing, uint32_t i, uint32_t uid)
{
	const struct entity *entity = entity_of(tracing, uid);
	struct buf buf;

	buf_init(&buf, LIMIT_DIAG_TEXT * 2);
	if (entity == NULL) {
		add_missing(tracing, &buf, uid);
		set_note(tracing, i, &buf);
		return;
	}
	add_name(tracing, &buf, uid);
	buf_add_text(&buf, entity->n_ancestors == 0 ? " is in nothing"
						    : " is in ");
	add_ancestors(tracing, &buf, entity);
	set_note(tracing, i, &buf);
}

/* The parent of an entity on the way up to target; NAMES_NONE: none. */
static uint32_t
step_towards(const struct tracing *tracing, uint32_t uid, uint32_t target)
{
	const struct entity *entity = entity_of(tracing, uid);

	for (uint32_t k = 0; entity != NULL && k < entity->n_parents; k++) {
		uint32_t parent = entity->parents[k];

		if (parent == target || eval_is_in(parent,
		    entity_of(tracing, parent), target))
			return parent;
	}
	return NAMES_NONE;
}

/* By which way an entity is in target, when it is not at once. */
static void
note_inside(struct tracing *tracing, uint32_t i, uint32_t uid, uint32_t target)
{
	uint32_t parent = step_towards(tracing, uid, target);
	struct buf buf;

	if (uid == target || parent == target || parent == NAMES_NONE)
		return;
	buf_init(&buf, LIMIT_DIAG_TEXT * 2);
	add_name(tracing, &buf, uid);
	buf_add_text(&buf, " is in ");
	add_name(tracing, &buf, parent);
	for (unsigned k = 0; k < FEW && parent != target; k++) {
		parent = step_towards(tracing, parent, target);
		if (parent == NAMES_NONE)
			break;
		buf_add_text(&buf, ", that in ");
		add_name(tracing, &buf, parent);
	}
	set_note(tracing, i, &buf);
}

static void
note_in(struct tracing *tracing, uint32_t i, uint32_t uid,
    const uint32_t *targets, size_t n, bool is_in)
{
	const struct entity *entity = entity_of(tracing, uid);

	if (!is_in) {
		note_outside(tracing, i, uid);
		return;
	}
	for (size_t k = 0; k < n; k++) {
		if (eval_is_in(uid, entity, targets[k])) {
			note_inside(tracing, i, uid, targets[k]);
			return;
		}
	}
}

/* The attributes that are there, and whether there are any. */
static void
add_attributes(const struct tracing *tracing, struct buf *buf,
    const struct value_record *record)
{
	uint32_t n = MIN(record->n, (uint32_t)FEW);

	buf_add_text(buf, n == 0 ? "it has no attributes" : "it has ");
	for (uint32_t k = 0; k < n; k++) {
		add_comma(buf, k, record->n > n ? n + 1 : n);
		buf_add_format(buf, "`%.*s`", STR_ARG(cedar_names_text(
		    &tracing->eval.scope, record->names[k])));
	}
	if (record->n > n)
		buf_add_format(buf, " and %u more", record->n - n);
}

/* What has attributes: a record or an entity that is there; else NULL. */
static const struct value_record *
attributes_of(const struct tracing *tracing, const struct value *value)
{
	const struct entity *entity;

	if (value->kind == CEDAR_RECORD)
		return value->record;
	if (value->kind != CEDAR_ENTITY)
		return NULL;
	entity = entity_of(tracing, value->uid);
	return entity != NULL ? entity->attrs : NULL;
}

/* ------------------------------------------------------------------ */
/* Causes.							      */

/* Number k of the parts of a step; UINT32_MAX: there are fewer. */
static uint32_t
nth_part(const struct tracing *tracing, uint32_t i, size_t k)
{
	uint32_t at = i + 1;

	for (; at < tracing->steps[i].end; at = tracing->steps[at].end) {
		if (k-- == 0)
			return at;
	}
	return UINT32_MAX;
}

static void
note_has(struct tracing *tracing, uint32_t i)
{
	const struct value *left = &tracing->steps[i + 1].value;
	const struct value_record *record = attributes_of(tracing, left);
	struct buf buf;

	buf_init(&buf, LIMIT_DIAG_TEXT * 2);
	if (record != NULL)
		add_attributes(tracing, &buf, record);
	else if (left->kind == CEDAR_ENTITY)
		add_missing(tracing, &buf, left->uid);
	set_note(tracing, i, &buf);
}

static bool
differ_in_case_only(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	for (size_t k = 0; k < a.len; k++) {
		unsigned char x = (unsigned char)a.p[k];
		unsigned char y = (unsigned char)b.p[k];

		if (x != y && ((x | 32) != (y | 32) || (x | 32) < 'a' ||
		    (x | 32) > 'z'))
			return false;
	}
	return true;
}

/* Why two values are not equal, where it is easy to overlook. */
static void
note_unequal(struct tracing *tracing, uint32_t i, const struct value *a,
    const struct value *b)
{
	static const char *const names[] = { [CEDAR_BOOL] = "a Bool",
		[CEDAR_LONG] = "a Long", [CEDAR_STRING] = "a String",
		[CEDAR_ENTITY] = "an entity", [CEDAR_SET] = "a set",
		[CEDAR_RECORD] = "a record", [CEDAR_DECIMAL] = "a decimal",
		[CEDAR_DATETIME] = "a datetime",
		[CEDAR_DURATION] = "a duration", [CEDAR_IP] = "an ipaddr" };
	struct buf buf;

	buf_init(&buf, LIMIT_DIAG_TEXT);
	if (a->kind != b->kind)
		buf_add_format(&buf, "%s never equals %s", names[a->kind],
		    names[b->kind]);
	else if (a->kind == CEDAR_STRING &&
	    differ_in_case_only(value_text(a), value_text(b)))
		buf_add_text(&buf, "they differ in upper and lower case");
	else if (a->kind == CEDAR_ENTITY && str_is_equal(
	    cedar_names_uid(&tracing->eval.scope, a->uid)->text,
	    cedar_names_uid(&tracing->eval.scope, b->uid)->text))
		buf_add_text(&buf, "their types differ");
	set_note(tracing, i, &buf);
}

static void
note_relation(struct tracing *tracing, uint32_t i, bool is_true)
{
	const struct trace_step *step = &tracing->steps[i];
	uint32_t right = nth_part(tracing, i, 1);
	const struct value *a = &tracing->steps[i + 1].value;
	const struct value *b = &tracing->steps[right].value;
	bool is_entity = a->kind == CEDAR_ENTITY;

	if (step->expr->relation.op == AST_EQUAL && !is_true)
		note_unequal(tracing, i, a, b);
	if (step->expr->relation.op != AST_IN || !is_entity)
		return;
	if (b->kind == CEDAR_ENTITY)
		note_in(tracing, i, a->uid, &b->uid, 1, is_true);
	else if (b->kind == CEDAR_SET)
		note_in(tracing, i, a->uid, b->set->uids,
		    b->set->uids != NULL ? b->set->n : 0, is_true);
}

static void
note_is(struct tracing *tracing, uint32_t i, bool is_true)
{
	uint32_t in = nth_part(tracing, i, 1);
	const struct value *a = &tracing->steps[i + 1].value;
	const struct value *b;

	if (in == UINT32_MAX || a->kind != CEDAR_ENTITY ||
	    tracing->steps[in].told.outcome != CEDAR_STEP_VALUE)
		return;
	b = &tracing->steps[in].value;
	if (b->kind == CEDAR_ENTITY)
		note_in(tracing, i, a->uid, &b->uid, 1, is_true);
}

static void
note_value(struct tracing *tracing, uint32_t i)
{
	struct trace_step *step = &tracing->steps[i];
	bool is_true = step->value.kind == CEDAR_BOOL &&
	    step->value.number != 0;

	step->told.is_cause = true;
	if (step->expr->kind == AST_RELATION)
		note_relation(tracing, i, is_true);
	else if (step->expr->kind == AST_HAS && !is_true)
		note_has(tracing, i);
	else if (step->expr->kind == AST_IS)
		note_is(tracing, i, is_true);
}

/* What an `if` came to: its guard and, unless that is a word, its branch. */
static void
cause_of_branch(struct tracing *tracing, uint32_t i)
{
	uint32_t end = tracing->steps[i].end;
	bool are_words = true;

	for (uint32_t at = i + 1; at < end; at = tracing->steps[at].end) {
		const struct trace_step *step = &tracing->steps[at];

		if (step->told.outcome != CEDAR_STEP_VALUE ||
		    step->told.kind == CEDAR_STEP_LITERAL)
			continue;
		are_words = false;
		cedar_trace_note_cause(tracing, at);
	}
	if (are_words)
		tracing->steps[i].told.is_cause = true;
}

static void
cause_of_value(struct tracing *tracing, uint32_t i)
{
	const struct trace_step *step = &tracing->steps[i];
	bool is_chain =
	    step->expr->kind == AST_AND || step->expr->kind == AST_OR;
	bool is_stopped = is_chain &&
	    (step->value.number != 0) == (step->expr->kind == AST_OR);
	uint32_t end = step->end;

	if (step->expr->kind == AST_NOT) {
		cedar_trace_note_cause(tracing, i + 1);
		return;
	}
	if (step->expr->kind == AST_IF) {
		cause_of_branch(tracing, i);
		return;
	}
	if (!is_chain) {
		note_value(tracing, i);
		return;
	}
	for (uint32_t at = i + 1; at < end; at = tracing->steps[at].end) {
		const struct trace_step *one = &tracing->steps[at];

		if (one->told.outcome == CEDAR_STEP_VALUE && (!is_stopped ||
		    one->value.number == tracing->steps[i].value.number))
			cedar_trace_note_cause(tracing, at);
	}
}

/* The step that an error of step i is about: itself, or an operand. */
static uint32_t
culprit(const struct tracing *tracing, uint32_t i)
{
	const struct trace_step *step = &tracing->steps[i];
	struct ast_span span = step->error.at->span;

	for (uint32_t at = i; at < step->end; at++) {
		if (tracing->steps[at].told.offset == span.at &&
		    tracing->steps[at].told.len == span.len)
			return at;
	}
	return i;
}

static void
note_error(struct tracing *tracing, uint32_t i)
{
	const struct eval_error *error = &tracing->steps[i].error;
	const struct cedar_error told = { .kind = error->kind,
		.detail = error };
	uint32_t at = culprit(tracing, i);
	const struct value_record *record = NULL;
	struct buf buf;

	buf_init(&buf, LIMIT_DIAG_TEXT * 2);
	buf_add_str(&buf, cedar_query_explain(tracing->query, &told,
	    tracing->arena));
	if (error->kind == CEDAR_ERROR_ATTRIBUTE)
		record = attributes_of(tracing, &error->a);
	if (record != NULL) {
		buf_add_text(&buf, "; ");
		add_attributes(tracing, &buf, record);
	}
	tracing->steps[at].told.is_cause = true;
	set_note(tracing, at, &buf);
}

/* Recursion: as deep as the expression. */
void
cedar_trace_note_cause(struct tracing *tracing, uint32_t i)
{
	const struct trace_step *step = &tracing->steps[i];

	if (tracing->r != 0)
		return;
	if (step->error.kind != 0) {
		note_error(tracing, i);
		return;
	}
	if (step->told.outcome == CEDAR_STEP_VALUE) {
		cause_of_value(tracing, i);
		return;
	}
	for (uint32_t at = i + 1; at < step->end; at = tracing->steps[at].end) {
		if (tracing->steps[at].told.outcome == CEDAR_STEP_ERROR)
			cedar_trace_note_cause(tracing, at);
	}
}

void
cedar_trace_note_scope(struct tracing *tracing, uint32_t i,
    const struct ast_scope *scope, enum ast_var var, const uint32_t *targets,
    size_t n)
{
	uint32_t uid = tracing->eval.uids[var];
	bool is_met = tracing->steps[i].value.number != 0;
	bool is_relation = scope->op == AST_SCOPE_IN ||
	    scope->op == AST_SCOPE_IS_IN || scope->op == AST_SCOPE_IN_SET;

	tracing->steps[i].told.is_cause = true;
	/* Actions are in nothing as a rule: then there is nothing to tell. */
	if (!is_relation || (var == AST_ACTION && entity_of(tracing, uid) ==
	    NULL))
		return;
	note_in(tracing, i, uid, targets, n, is_met);
}
