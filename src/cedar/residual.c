/* Code back into syntax trees, and policies of them; see residual.h. */
#include "cedar/residual.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "cedar/est_write.h"
#include "cedar/ext_datetime.h"
#include "cedar/ext_decimal.h"
#include "cedar/ext_ip.h"
#include "cedar/parser.h"
#include "cedar/partial.h"
#include "cedar/policies.h"
#include "cedar/policy_text.h"
#include "cedar/query.h"
#include "limits.h"
#include "util/fault.h"

/* All that make a node return NULL when the arena has no room. */
struct maker {
	struct arena *arena;
	const struct names_scope *scope;
};

static struct ast_expr *expr(struct maker *maker, const struct code *code);
static struct ast_expr *literal(struct maker *maker,
    const struct value *value);

static struct ast_expr *
new_expr(struct maker *maker, enum ast_kind kind)
{
	struct ast_expr *e = ARENA_NEW(maker->arena, struct ast_expr);

	if (e != NULL)
		e->kind = kind;
	return e;
}

/* ------------------------------------------------------------------ */
/* Values.							      */

static struct ast_uid
uid_of(const struct maker *maker, uint32_t uid)
{
	const struct names_entry *entry = cedar_names_uid(maker->scope, uid);

	return (struct ast_uid){
		.type = { .text = cedar_names_text(maker->scope, entry->type) },
		.id = entry->text,
	};
}

static struct ast_expr *
string(struct maker *maker, struct str text)
{
	struct ast_expr *e = new_expr(maker, AST_STRING);

	if (e != NULL)
		e->text = text;
	return e;
}

/* A call of n arguments; what is NULL among them makes it NULL. */
static struct ast_expr *
call(struct maker *maker, enum ast_function function, struct ast_expr *a,
    struct ast_expr *b)
{
	struct ast_expr *e = new_expr(maker, AST_CALL);
	struct ast_expr **items =
	    ARENA_ARRAY(maker->arena, 2, struct ast_expr *);
	size_t n = ast_functions[function].n_args;

	if (e == NULL || items == NULL || a == NULL || (n > 1 && b == NULL))
		return NULL;
	items[0] = a;
	items[1] = b;
	e->call.function = function;
	e->call.is_method = ast_functions[function].is_method;
	e->call.args = (struct ast_list){ items, n };
	return e;
}

static struct ast_expr *
construct(struct maker *maker, enum ast_function function, struct str text)
{
	if (text.p == NULL)
		return NULL;
	return call(maker, function, string(maker, text), NULL);
}

static struct ast_expr *
duration(struct maker *maker, int64_t ms)
{
	return construct(maker, AST_FN_DURATION,
	    arena_format(maker->arena, "%" PRId64 "ms", ms));
}

/* A year of more than four digits has no text of its own. */
static struct ast_expr *
datetime(struct maker *maker, int64_t ms)
{
	char text[EXT_DATETIME_TEXT];

	if (cedar_ext_datetime_format(text, ms))
		return construct(maker, AST_FN_DATETIME,
		    arena_str(maker->arena, str_of(text)));
	return call(maker, AST_FN_OFFSET,
	    construct(maker, AST_FN_DATETIME, STR("1970-01-01")),
	    duration(maker, ms));
}

static struct ast_expr *
decimal(struct maker *maker, int64_t number)
{
	char text[24];
	size_t len = cedar_ext_decimal_format(text, number);

	return construct(maker, AST_FN_DECIMAL,
	    arena_str(maker->arena, (struct str){ text, len }));
}

static struct ast_expr *
ip(struct maker *maker, const struct cedar_ip *ip)
{
	char text[EXT_IP_TEXT];
	size_t len = cedar_ext_ip_format(text, ip);

	return construct(maker, AST_FN_IP,
	    arena_str(maker->arena, (struct str){ text, len }));
}

static struct ast_expr *
set(struct maker *maker, const struct value_set *set)
{
	struct ast_expr *e = new_expr(maker, AST_SET);
	struct ast_expr **items =
	    ARENA_ARRAY(maker->arena, set->n, struct ast_expr *);

	if (e == NULL || items == NULL)
		return NULL;
	for (size_t i = 0; i < set->n; i++) {
		struct value item = value_set_get(set, i);

		items[i] = literal(maker, &item);
		if (items[i] == NULL)
			return NULL;
	}
	e->list = (struct ast_list){ items, set->n };
	return e;
}

static struct ast_expr *
record(struct maker *maker, const struct value_record *record)
{
	struct ast_expr *e = new_expr(maker, AST_RECORD);
	struct ast_record_item *items =
	    ARENA_ARRAY(maker->arena, record->n, struct ast_record_item);

	if (e == NULL || items == NULL)
		return NULL;
	for (size_t i = 0; i < record->n; i++) {
		items[i].name =
		    cedar_names_text(maker->scope, record->names[i]);
		items[i].value = literal(maker, &record->values[i]);
		if (items[i].value == NULL)
			return NULL;
	}
	e->record.items = items;
	e->record.n = record->n;
	return e;
}

static struct ast_expr *
plain(struct maker *maker, const struct value *value)
{
	struct ast_expr *e;

	switch ((int)value->kind) {
	case CEDAR_BOOL:
		e = new_expr(maker, AST_BOOL);
		if (e != NULL)
			e->boolean = value->number != 0;
		return e;
	case CEDAR_LONG:
		e = new_expr(maker, AST_LONG);
		if (e != NULL)
			e->number = value->number;
		return e;
	case CEDAR_ENTITY:
		e = new_expr(maker, AST_UID);
		if (e != NULL)
			e->uid = uid_of(maker, value->uid);
		return e;
	default:
		return string(maker, value_text(value));
	}
}

/* Recursion: values are at most LIMIT_CEDAR_VALUE_DEPTH deep. */
static struct ast_expr *
literal(struct maker *maker, const struct value *value)
{
	switch ((enum cedar_kind)value->kind) {
	case CEDAR_SET:
		return set(maker, value->set);
	case CEDAR_RECORD:
		return record(maker, value->record);
	case CEDAR_DECIMAL:
		return decimal(maker, value->number);
	case CEDAR_DATETIME:
		return datetime(maker, value->number);
	case CEDAR_DURATION:
		return duration(maker, value->number);
	case CEDAR_IP:
		return ip(maker, value->ip);
	case CEDAR_BOOL:
	case CEDAR_LONG:
	case CEDAR_STRING:
	case CEDAR_ENTITY:
		break;
	}
	return plain(maker, value);
}

/* ------------------------------------------------------------------ */
/* Expressions.							      */

static struct ast_expr *
unary(struct maker *maker, enum ast_kind kind, const struct code *code)
{
	struct ast_expr *e = new_expr(maker, kind);
	struct ast_expr *operand = expr(maker, code->a);

	if (e == NULL || operand == NULL)
		return NULL;
	e->operand = operand;
	return e;
}

static struct ast_expr *
relation(struct maker *maker, enum ast_relation op, const struct code *code)
{
	struct ast_expr *e = new_expr(maker, AST_RELATION);
	struct ast_expr *left = expr(maker, code->a);
	struct ast_expr *right = expr(maker, code->b);

	if (e == NULL || left == NULL || right == NULL)
		return NULL;
	e->relation.op = op;
	e->relation.left = left;
	e->relation.right = right;
	return e;
}

static struct ast_expr *
method(struct maker *maker, enum ast_method method, const struct code *code)
{
	bool has_arg = method != AST_IS_EMPTY;
	struct ast_expr *e = new_expr(maker, AST_METHOD);
	struct ast_expr *left = expr(maker, code->a);
	struct ast_expr *arg = has_arg ? expr(maker, code->b) : NULL;

	if (e == NULL || left == NULL || (has_arg && arg == NULL))
		return NULL;
	e->method.method = method;
	e->method.left = left;
	e->method.arg = arg;
	return e;
}

/* The items of a list, with room for one before them. */
static struct ast_expr **
items_of(struct maker *maker, const struct code *code)
{
	struct ast_expr **items = ARENA_ARRAY(maker->arena,
	    (size_t)code->n + 1, struct ast_expr *);

	for (uint32_t i = 0; items != NULL && i < code->n; i++) {
		items[i + 1] = expr(maker, code->items[i]);
		if (items[i + 1] == NULL)
			return NULL;
	}
	return items;
}

/* A chain of one only checks that it is a bool: `true && a`. */
static struct ast_expr *
chain(struct maker *maker, enum ast_kind kind, const struct code *code)
{
	struct ast_expr *e = new_expr(maker, kind);
	struct ast_expr **items = items_of(maker, code);
	struct value neutral = value_bool(kind == AST_AND);

	if (e == NULL || items == NULL)
		return NULL;
	e->list = (struct ast_list){ items + 1, code->n };
	if (code->n > 1)
		return e;
	items[0] = literal(maker, &neutral);
	e->list = (struct ast_list){ items, (size_t)code->n + 1 };
	return items[0] != NULL ? e : NULL;
}

static struct ast_expr *
list(struct maker *maker, enum ast_kind kind, const struct code *code)
{
	struct ast_expr *e = new_expr(maker, kind);
	struct ast_expr **items = items_of(maker, code);

	if (e == NULL || items == NULL)
		return NULL;
	if (kind == AST_SUM) {
		e->sum.list = (struct ast_list){ items + 1, code->n };
		e->sum.minus = code->minus;
	} else if (kind == AST_CALL) {
		enum ast_function function =
		    (enum ast_function)code->function;

		e->call.function = function;
		e->call.is_method = ast_functions[function].is_method;
		e->call.args = (struct ast_list){ items + 1, code->n };
	} else {
		e->list = (struct ast_list){ items + 1, code->n };
	}
	return e;
}

static struct ast_expr *
record_of(struct maker *maker, const struct code *code)
{
	struct ast_expr *e = new_expr(maker, AST_RECORD);
	struct ast_record_item *items =
	    ARENA_ARRAY(maker->arena, code->n, struct ast_record_item);

	if (e == NULL || items == NULL)
		return NULL;
	for (uint32_t i = 0; i < code->n; i++) {
		items[i].name =
		    cedar_names_text(maker->scope, code->item_names[i]);
		items[i].value = expr(maker, code->items[i]);
		if (items[i].value == NULL)
			return NULL;
	}
	e->record.items = items;
	e->record.n = code->n;
	return e;
}

static struct ast_expr *
has(struct maker *maker, const struct code *code)
{
	struct ast_expr *e = new_expr(maker, AST_HAS);
	struct ast_expr *left = expr(maker, code->left);
	struct str *path = ARENA_ARRAY(maker->arena, code->n, struct str);

	if (e == NULL || left == NULL || path == NULL)
		return NULL;
	for (uint32_t i = 0; i < code->n; i++)
		path[i] = cedar_names_text(maker->scope, code->path[i]);
	e->has.left = left;
	e->has.path = path;
	e->has.n = code->n;
	return e;
}

static struct ast_expr *
like(struct maker *maker, const struct code *code)
{
	struct ast_expr *e = new_expr(maker, AST_LIKE);
	struct ast_expr *left = expr(maker, code->left);

	if (e == NULL || left == NULL)
		return NULL;
	e->like.left = left;
	e->like.parts = code->parts;
	e->like.n = code->n;
	return e;
}

static struct ast_expr *
is(struct maker *maker, const struct code *code)
{
	struct ast_expr *e = new_expr(maker, AST_IS);
	struct ast_expr *left = expr(maker, code->a);
	struct ast_expr *in = code->b != NULL ? expr(maker, code->b) : NULL;

	if (e == NULL || left == NULL || (code->b != NULL && in == NULL))
		return NULL;
	e->is.left = left;
	e->is.type.text = cedar_names_text(maker->scope, code->name);
	e->is.in = in;
	return e;
}

static struct ast_expr *
branch(struct maker *maker, const struct code *code)
{
	struct ast_expr *e = new_expr(maker, AST_IF);
	struct ast_expr *condition = expr(maker, code->a);
	struct ast_expr *yes = expr(maker, code->b);
	struct ast_expr *no = expr(maker, code->c);

	if (e == NULL || condition == NULL || yes == NULL || no == NULL)
		return NULL;
	e->branch.condition = condition;
	e->branch.yes = yes;
	e->branch.no = no;
	return e;
}

static struct ast_expr *
get(struct maker *maker, const struct code *code)
{
	struct ast_expr *e = new_expr(maker, AST_GET);
	struct ast_expr *left = expr(maker, code->a);

	if (e == NULL || left == NULL)
		return NULL;
	e->get.left = left;
	e->get.name = cedar_names_text(maker->scope, code->name);
	return e;
}

static struct ast_expr *
variable(struct maker *maker, const struct code *code)
{
	struct ast_expr *e = new_expr(maker, AST_VAR);

	if (e != NULL)
		e->var = (enum ast_var)(code->op - CODE_PRINCIPAL);
	return e;
}

/* Recursion: as high as the code, at most LIMIT_CEDAR_DEPTH. */
static struct ast_expr *
expr(struct maker *maker, const struct code *code)
{
	switch ((enum code_op)code->op) {
	case CODE_CONSTANT:
		return literal(maker, &code->constant);
	case CODE_PRINCIPAL:
	case CODE_ACTION:
	case CODE_RESOURCE:
	case CODE_CONTEXT:
		return variable(maker, code);
	case CODE_NOT:
		return unary(maker, AST_NOT, code);
	case CODE_NEGATE:
		return unary(maker, AST_NEGATE, code);
	case CODE_AND:
		return chain(maker, AST_AND, code);
	case CODE_OR:
		return chain(maker, AST_OR, code);
	case CODE_SUM:
		return list(maker, AST_SUM, code);
	case CODE_PRODUCT:
		return list(maker, AST_PRODUCT, code);
	case CODE_EQUAL:
	case CODE_NOT_EQUAL:
	case CODE_LESS:
	case CODE_LESS_EQUAL:
	case CODE_GREATER:
	case CODE_GREATER_EQUAL:
	case CODE_IN:
		return relation(maker,
		    (enum ast_relation)(code->op - CODE_EQUAL), code);
	case CODE_HAS:
		return has(maker, code);
	case CODE_LIKE:
		return like(maker, code);
	case CODE_IS:
		return is(maker, code);
	case CODE_IF:
		return branch(maker, code);
	case CODE_GET:
		return get(maker, code);
	case CODE_CONTAINS:
	case CODE_CONTAINS_ALL:
	case CODE_CONTAINS_ANY:
	case CODE_IS_EMPTY:
	case CODE_HAS_TAG:
	case CODE_GET_TAG:
		return method(maker,
		    (enum ast_method)(code->op - CODE_CONTAINS), code);
	case CODE_CALL:
		return list(maker, AST_CALL, code);
	case CODE_SET:
		return list(maker, AST_SET, code);
	case CODE_RECORD:
		return record_of(maker, code);
	}
	assert(false);
	return NULL;
}

/* The codes stand in the order of the tree's enums. */
_Static_assert(CODE_IN - CODE_EQUAL == AST_IN &&
    CODE_GET_TAG - CODE_CONTAINS == AST_GET_TAG &&
    CODE_CONTEXT - CODE_PRINCIPAL == AST_CONTEXT, "code.h and ast.h differ");

/* ------------------------------------------------------------------ */
/* Policies.							      */

static struct ast_scope
scope_of(const struct maker *maker, const struct ast_scope *ast,
    const struct code_scope *code, bool keeps)
{
	struct ast_scope scope = *ast;

	if (!keeps)
		return (struct ast_scope){ .op = AST_SCOPE_ALL };
	if (scope.is_slot)
		scope.uid = uid_of(maker, code->uid);
	scope.is_slot = false;
	return scope;
}

const struct ast_policy *
cedar_residual_tree(struct arena *arena, const struct names_scope *scope,
    const struct residual *residual)
{
	struct maker maker = { arena, scope };
	const struct code_rule *rule = residual->rule;
	struct ast_policy *policy = ARENA_NEW(arena, struct ast_policy);
	struct ast_condition *condition =
	    ARENA_NEW(arena, struct ast_condition);

	if (policy == NULL || condition == NULL)
		return NULL;
	*policy = *rule->ast;
	policy->id = rule->id;
	policy->is_template = false;
	policy->principal = scope_of(&maker, &rule->ast->principal,
	    &rule->principal, residual->keeps[AST_PRINCIPAL]);
	policy->resource = scope_of(&maker, &rule->ast->resource,
	    &rule->resource, residual->keeps[AST_RESOURCE]);
	if (!residual->keeps[AST_ACTION])
		policy->action = (struct ast_scope){ .op = AST_SCOPE_ALL };
	policy->conditions = condition;
	policy->n_conditions = residual->body != NULL ? 1 : 0;
	if (residual->body == NULL)
		return policy;
	condition->body = expr(&maker, residual->body);
	return condition->body != NULL ? policy : NULL;
}

/* ------------------------------------------------------------------ */
/* As others meet them.						      */

static const struct ast_policy *
tree_of(const struct cedar_partial *partial,
    const struct cedar_residual *residual)
{
	const struct eval *eval = &partial->reduce.eval;

	return cedar_residual_tree(eval->arena, &eval->scope,
	    residual->detail);
}

static int
written(const struct buf *buf)
{
	int r = buf_finish(buf);

	return r < 0 ? TRACE(r) : r > 0 ? CEDAR_E_LIMIT : 0;
}

int
cedar_residual_text(struct buf *buf, const struct cedar_partial *partial,
    const struct cedar_residual *residual)
{
	const struct ast_policy *tree = tree_of(partial, residual);

	if (tree == NULL)
		return cedar_partial_no_room(partial);
	cedar_policy_text_print(buf, tree, POLICY_TEXT_CHAINS);
	return written(buf);
}

int
cedar_residual_json(struct buf *buf, const struct cedar_partial *partial,
    const struct cedar_residual *residual)
{
	const struct ast_policy *tree = tree_of(partial, residual);

	if (tree == NULL)
		return cedar_partial_no_room(partial);
	cedar_est_write_policy(buf, tree);
	return written(buf);
}

/* All as one text. */
static int
print_all(struct buf *text, const struct cedar_partial *partial,
    const struct cedar_partial_answer *answer)
{
	for (size_t i = 0; i < answer->n_residuals; i++) {
		int r = cedar_residual_text(text, partial,
		    &answer->residuals[i]);

		if (r != 0)
			return r;
		buf_add_char(text, '\n');
	}
	return written(text);
}

static int
no_room(const struct cedar_policies *policies)
{
	return policies->arena.is_full ? CEDAR_E_LIMIT : FAULT(ENOMEM);
}

/* What was printed, parsed, under the ids of the policies. */
static int
parse(struct cedar_policies *policies, struct str text,
    const struct cedar_partial_answer *answer, struct diag_list *diags)
{
	struct str copy = arena_str(&policies->arena, text);
	int r;

	if (copy.p == NULL)
		return no_room(policies);
	r = cedar_parser_parse(&policies->ast, &policies->arena, copy, 0,
	    diags);
	for (size_t i = 0; r == 0 && i < policies->ast.n_policies; i++) {
		const struct residual *residual = answer->residuals[i].detail;
		struct str id = arena_str(&policies->arena,
		    residual->rule->id);

		if (id.p == NULL)
			return no_room(policies);
		policies->ast.policies[i].id = id;
	}
	return r;
}

int
cedar_residual_policies(struct cedar_policies **out,
    struct cedar_names *names, const struct cedar_partial *partial,
    const struct cedar_partial_answer *answer, struct diag_list *diags)
{
	CLEANUP(cedar_policies_freep) struct cedar_policies *policies = NULL;
	CLEANUP(buf_fini) struct buf text = { 0 };
	int r;

	buf_init(&text, LIMIT_CEDAR_TEXT);
	r = print_all(&text, partial, answer);
	if (r == CEDAR_E_LIMIT)
		diag_error_at(diags, STR("residuals"),
		    "the residuals need more memory than the limit");
	if (r == 0)
		r = cedar_policies_new(&policies, names);
	if (r == 0)
		r = parse(policies, buf_str(&text), answer, diags);
	if (r == 0)
		r = cedar_policies_compile(policies, NULL, 0, diags);
	if (r == 0)
		*out = TAKE(policies);
	return r < 0 ? TRACE(r) : r;
}

/* ------------------------------------------------------------------ */
/* Everything is known: what was certain and what the residuals say.  */

/* Numbers of policies of the whole set, gathered. */
struct verdict {
	struct arena *arena;
	uint32_t *applies[2]; /* by enum cedar_effect */
	size_t n_applies[2];
	struct cedar_error *errors;
	size_t n_errors;
};

static void
add(struct verdict *verdict, const struct cedar_policies *policies,
    uint32_t number)
{
	uint8_t effect = policies->rules[number].effect;

	verdict->applies[effect][verdict->n_applies[effect]++] = number;
}

static bool
prepare(struct verdict *verdict, struct arena *arena,
    const struct cedar_partial_answer *before)
{
	size_t n = before->n_satisfied + before->n_residuals;

	*verdict = (struct verdict){ .arena = arena };
	for (unsigned i = 0; i < ARRAY_LEN(verdict->applies); i++) {
		verdict->applies[i] = ARENA_ARRAY(arena, n, uint32_t);
		if (verdict->applies[i] == NULL)
			return false;
	}
	verdict->errors = ARENA_ARRAY(arena,
	    before->n_errors + before->n_residuals, struct cedar_error);
	return verdict->errors != NULL;
}

static void
add_before(struct verdict *verdict, const struct cedar_policies *policies,
    const struct cedar_partial_answer *before)
{
	for (size_t i = 0; i < before->n_satisfied; i++)
		add(verdict, policies, before->satisfied[i]);
	for (size_t i = 0; i < before->n_errors; i++) {
		struct cedar_error error = before->errors[i];

		error.detail = NULL;
		verdict->errors[verdict->n_errors++] = error;
	}
}

/* An error of a residual, told of the policy that it comes from. */
static struct cedar_error
moved(const struct cedar_error *error, const struct cedar_policies *policies,
    const struct cedar_partial_answer *before)
{
	struct cedar_error made = *error;
	struct ast_span span;

	made.policy = before->residuals[error->policy].policy;
	span = policies->rules[made.policy].ast->span;
	made.offset = span.at;
	made.len = span.len;
	return made;
}

/*
 * The answer names the forbids among the residuals that apply, or if there are
 * none the permits: permits count only where no forbid does.
 */
static void
add_answer(struct verdict *verdict, const struct cedar_policies *policies,
    const struct cedar_partial_answer *before,
    const struct cedar_answer *answer)
{
	for (size_t i = 0; i < answer->n_reasons; i++)
		add(verdict, policies,
		    before->residuals[answer->reasons[i]].policy);
	for (size_t i = 0; i < answer->n_errors; i++)
		verdict->errors[verdict->n_errors++] =
		    moved(&answer->errors[i], policies, before);
}

static int
compare_errors(const void *a, const void *b)
{
	uint32_t x = ((const struct cedar_error *)a)->policy;
	uint32_t y = ((const struct cedar_error *)b)->policy;

	return x < y ? -1 : x > y;
}

static void
conclude(struct cedar_answer *answer, struct verdict *verdict,
    unsigned flags)
{
	bool is_allowed = verdict->n_applies[CEDAR_FORBID] == 0 &&
	    verdict->n_applies[CEDAR_PERMIT] > 0;
	unsigned effect = is_allowed ? CEDAR_PERMIT : CEDAR_FORBID;

	if (verdict->n_errors > 1)
		qsort(verdict->errors, verdict->n_errors,
		    sizeof(*verdict->errors), compare_errors);
	answer->n_reasons = cedar_entities_sort(verdict->applies[effect],
	    verdict->n_applies[effect]);
	answer->reasons = verdict->applies[effect];
	answer->errors = verdict->errors;
	answer->n_errors = verdict->n_errors;
	answer->is_denied_by_error = is_allowed && verdict->n_errors > 0 &&
	    (flags & CEDAR_DENY_ON_ERROR) != 0;
	answer->decision = is_allowed && !answer->is_denied_by_error
	    ? CEDAR_ALLOW : CEDAR_DENY;
}

int
cedar_residual_decide(struct cedar_answer *answer, struct cedar_query *query,
    const struct cedar_policies *residuals,
    const struct cedar_partial_answer *before,
    const struct cedar_policies *policies, struct cedar_uid resource)
{
	struct arena *arena = cedar_query_eval(query)->arena;
	struct verdict verdict;
	int r = cedar_query_decide(answer, query, residuals, resource);

	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	if (!prepare(&verdict, arena, before)) {
		*answer = (struct cedar_answer){ .decision = CEDAR_DENY };
		return arena->is_full ? CEDAR_E_LIMIT : FAULT(ENOMEM);
	}
	add_before(&verdict, policies, before);
	add_answer(&verdict, policies, before, answer);
	conclude(answer, &verdict, cedar_query_flags(query));
	return 0;
}
