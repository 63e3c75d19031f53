/*
 * A policy set compiled for evaluation: what the evaluator walks.
 *
 * A code tree mirrors the syntax tree with names and uids as numbers, constant
 * parts folded into values, and conditions cut at their top-level `&&` into a
 * list, so that parts that do not depend on the resource are evaluated once per
 * query. Immutable; lives in the arena of its policy set.
 */
#ifndef STILE_CEDAR_CODE_H
#define STILE_CEDAR_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "cedar/ast.h"
#include "cedar/value.h"

enum code_op {
	CODE_CONSTANT,
	CODE_PRINCIPAL,
	CODE_ACTION,
	CODE_RESOURCE,
	CODE_CONTEXT,
	CODE_NOT,	/* a */
	CODE_NEGATE,	/* a */
	CODE_AND,	/* items; one item only checks that it is a bool */
	CODE_OR,	/* items */
	CODE_SUM,	/* items, minus */
	CODE_PRODUCT,	/* items */
	CODE_EQUAL,	/* a, b; so are the relations below */
	CODE_NOT_EQUAL,
	CODE_LESS,
	CODE_LESS_EQUAL,
	CODE_GREATER,
	CODE_GREATER_EQUAL,
	CODE_IN,
	CODE_HAS,	/* a, names: the path */
	CODE_LIKE,	/* a, parts */
	CODE_IS,	/* a, name: the type, b: `in` or NULL */
	CODE_IF,	/* a, b, c */
	CODE_GET,	/* a, name */
	CODE_CONTAINS,	/* a, b; so are the methods below */
	CODE_CONTAINS_ALL,
	CODE_CONTAINS_ANY,
	CODE_IS_EMPTY,	/* a */
	CODE_HAS_TAG,
	CODE_GET_TAG,
	CODE_CALL,	/* items, function */
	CODE_SET,	/* items */
	CODE_RECORD,	/* items, names */
};

struct code {
	uint8_t op;	    /* enum code_op */
	uint8_t function;   /* enum ast_function */
	bool uses_resource; /* its value may differ between resources */
	uint32_t name;	    /* attribute or type */
	uint32_t n;	    /* items, names or parts */
	struct ast_span span;
	union {
		struct value constant;
		struct {
			const struct code *a;
			const struct code *b;
			const struct code *c;
		};
		struct {
			const struct code *const *items;
			union {
				const bool *minus;
				const uint32_t *item_names;
			};
		};
		struct {
			const struct code *left; /* same place as a */
			union {
				const uint32_t *path;
				const struct ast_pattern_part *parts;
			};
		};
	};
};

/* One constraint of a scope, slots filled. */
struct code_scope {
	uint8_t op; /* enum ast_scope_op; never IN_SET */
	uint32_t type;
	uint32_t uid;
};

struct code_rule {
	struct code_scope principal;
	struct code_scope resource;
	uint8_t effect;	   /* enum cedar_effect */
	uint8_t action_op; /* ALL, EQUAL, IN (one or more, also from a set) */
	uint16_t n_free;   /* leading conditions that use no resource */
	uint32_t n_actions;
	const uint32_t *actions; /* ascending */
	const struct code *const *conditions; /* all must be true */
	uint32_t n_conditions;
	const struct ast_policy *ast; /* of a link: its template */
	struct str id;
};

#endif
