/*
 * A policy's conditions as the type checker walks them: few kinds of nodes,
 * sugar taken out (`a != b` is !(a == b), `x has a.b` is x has a && x.a has b).
 *
 * Two nodes with the same number are the same expression. What is known about
 * an expression is filed under such numbers: "x has a" is a capability, and has
 * a number of its own. All lives in one arena, of one policy.
 */
#ifndef STILE_CEDAR_CHECK_TREE_H
#define STILE_CEDAR_CHECK_TREE_H

#include "cedar/ast.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/map.h"

enum check_op {
	CHECK_BOOL,	/* boolean */
	CHECK_LONG,	/* number */
	CHECK_STRING,	/* text */
	CHECK_UID,	/* uid */
	CHECK_VAR,	/* var */
	CHECK_NOT,	/* one operand */
	CHECK_NEGATE,	/* one */
	CHECK_AND,	/* two or more */
	CHECK_OR,	/* two or more */
	CHECK_IF,	/* three */
	CHECK_EQUAL,	/* two */
	CHECK_LESS,	/* two */
	CHECK_LESS_EQUAL, /* two */
	CHECK_IN,	/* two */
	CHECK_SUM,	/* two or more; minus */
	CHECK_PRODUCT,	/* two or more */
	CHECK_LIKE,	/* one; parts are only part of its number */
	CHECK_IS,	/* one; text: the type */
	CHECK_HAS,	/* one; text: the attribute */
	CHECK_GET,	/* one; text: the attribute */
	CHECK_METHOD,	/* one or two; method */
	CHECK_CALL,	/* any; function */
	CHECK_SET,	/* any */
	CHECK_RECORD,	/* any; names */
};

struct check {
	enum check_op op;
	uint32_t id;	     /* same expression, same number */
	uint32_t capability; /* of HAS, GET, hasTag and getTag */
	struct ast_span span;
	size_t n;
	const struct check **operands;
	union {
		bool boolean;
		int64_t number;
		struct str text;
		const struct ast_uid *uid;
		enum ast_var var;
		enum ast_method method;
		enum ast_function function;
		const bool *minus;
		const struct str *names;
	};
};

struct check_tree {
	struct arena *arena;
	struct map ids; /* from what an expression is made of to its number */
	uint32_t n_ids;
	uint32_t n_capabilities;
	size_t n_nodes;
	struct buf key; /* of the node being made */
	bool is_out_of_room;
};

void cedar_check_tree_init(struct check_tree *tree, struct arena *arena)
    NONNULL;
void cedar_check_tree_fini(struct check_tree *tree) NONNULL;

/* Returns: the expression's nodes; NULL when the arena has no room. */
const struct check *cedar_check_tree_make(struct check_tree *tree,
    const struct ast_expr *expr) NONNULL;

#endif
