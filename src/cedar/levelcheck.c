/* Levels; see levelcheck.h. */
#include "cedar/levelcheck.h"

struct levels {
	struct typecheck *check;
	uint32_t level;
};

/* Attributes taken of a record on the way in, the innermost last. */
struct path {
	struct str attr;
	const struct path *outer;
};

static void walk(const struct levels *levels, const struct check *expr);

void
cedar_levelcheck_tell(struct typecheck *check, struct ast_span span,
    uint32_t level, uint32_t needed)
{
	cedar_typecheck_tell(check, span,
	    "this policy requires level %u, which exceeds the maximum allowed "
	    "level (%u)", needed, level);
	cedar_typecheck_help(check, "put what is asked for into the context, "
	    "or allow a higher level");
}

static bool
is_typed(const struct levels *levels, const struct check *expr)
{
	return levels->check->notes[expr->serial] != 0;
}

static bool
is_entity(const struct levels *levels, const struct check *expr)
{
	uint8_t note = levels->check->notes[expr->serial];

	return note == 1 + TYPE_ENTITY || note == 1 + TYPE_ANY_ENTITY;
}

static void
walk_others(const struct levels *levels, const struct check *expr, size_t but)
{
	for (size_t i = 0; i < expr->n; i++) {
		if (i != but)
			walk(levels, expr->operands[i]);
	}
}

static void
check_literal(const struct levels *levels, const struct check *expr)
{
	const struct cedar_uid *action = &levels->check->action->uid;

	if (str_is_equal(expr->uid->type.text, action->type) &&
	    str_is_equal(expr->uid->id, action->id))
		return;
	cedar_typecheck_tell(levels->check, expr->span,
	    "entity dereference target cannot be an entity literal");
	cedar_typecheck_help(levels->check, "only what principal, action, "
	    "resource and context lead to can be looked into");
}

static uint32_t target(const struct levels *levels, const struct check *expr,
    const struct path *path);

/* The member that the path leads to; the others are walked. */
static uint32_t
target_in_record(const struct levels *levels, const struct check *expr,
    const struct path *path)
{
	for (size_t i = 0; path != NULL && i < expr->n; i++) {
		if (!str_is_equal(expr->names[i], path->attr))
			continue;
		walk_others(levels, expr, i);
		return target(levels, expr->operands[i], path->outer);
	}
	walk_others(levels, expr, expr->n);
	return 0;
}

/* How many levels away the entity is that an expression gives. */
static uint32_t
target(const struct levels *levels, const struct check *expr,
    const struct path *path)
{
	struct path inner = { expr->text, path };
	uint32_t yes;
	uint32_t no;

	if (!is_typed(levels, expr) || expr->op == CHECK_VAR)
		return 0;
	if (expr->op == CHECK_UID) {
		check_literal(levels, expr);
		return 0;
	}
	if (expr->op == CHECK_IF) {
		walk(levels, expr->operands[0]);
		yes = target(levels, expr->operands[1], path);
		no = target(levels, expr->operands[2], path);
		return yes > no ? yes : no;
	}
	if (expr->op == CHECK_GET)
		return is_entity(levels, expr->operands[0])
		    ? target(levels, expr->operands[0], path) + 1
		    : target(levels, expr->operands[0], &inner);
	if (expr->op == CHECK_METHOD && expr->method == AST_GET_TAG) {
		walk(levels, expr->operands[1]);
		return target(levels, expr->operands[0], path) + 1;
	}
	if (expr->op == CHECK_RECORD)
		return target_in_record(levels, expr, path);
	walk(levels, expr);
	return 0;
}

/* Whether the node looks into the entity that its first operand gives. */
static bool
looks_into(const struct levels *levels, const struct check *expr)
{
	if (expr->op == CHECK_HAS || expr->op == CHECK_GET)
		return is_entity(levels, expr->operands[0]);
	if (expr->op == CHECK_METHOD)
		return expr->method == AST_HAS_TAG ||
		    expr->method == AST_GET_TAG;
	return expr->op == CHECK_IN;
}

/* Recursion: a check tree is at most LIMIT_CEDAR_DEPTH high. */
static void
walk(const struct levels *levels, const struct check *expr)
{
	uint32_t away;

	if (!is_typed(levels, expr))
		return;
	if (!looks_into(levels, expr)) {
		walk_others(levels, expr, expr->n);
		return;
	}
	away = target(levels, expr->operands[0], NULL);
	if (away >= levels->level)
		cedar_levelcheck_tell(levels->check, expr->span, levels->level,
		    away + 1);
	walk_others(levels, expr, 0);
}

void
cedar_levelcheck(struct typecheck *check, const struct check *expr,
    uint32_t level)
{
	const struct levels levels = { check, level };

	walk(&levels, expr);
}
