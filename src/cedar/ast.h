/*
 * The syntax tree of a policy set, as written.
 *
 * Nothing is desugared that the JSON form or the formatter would have to undo:
 * `>` stays `>`, `has a.b` keeps its path, parentheses are counted, chains
 * `a && b && c` are one node with three operands (so that a chain of any length
 * has no depth). Every node has the span of its source, from which comments and
 * the exact spelling can be found again. Nodes and texts live in one arena and
 * never change after parsing.
 *
 * Depth: a tree is at most LIMIT_CEDAR_DEPTH high, so walks may recurse.
 */
#ifndef STILE_CEDAR_AST_H
#define STILE_CEDAR_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stile/cedar.h"
#include "util/str.h"

/* Bytes [at, at + len) of the source; len 0 when there is none (JSON input). */
struct ast_span {
	uint32_t at;
	uint32_t len;
};

/* A path such as A::B, normalised: no spaces or comments inside. */
struct ast_name {
	struct str text;
	struct ast_span span;
};

struct ast_uid {
	struct ast_name type;
	struct str id; /* unescaped */
	struct ast_span span;
};

enum ast_kind {
	AST_BOOL,
	AST_LONG, /* -5 is one literal; -(5) is AST_NEGATE of one */
	AST_STRING,
	AST_UID,
	AST_VAR,
	AST_NOT,
	AST_NEGATE,
	AST_AND, /* list: two operands or more */
	AST_OR,	 /* list: two operands or more */
	AST_SUM, /* chain of + and - */
	AST_PRODUCT,
	AST_RELATION,
	AST_HAS,
	AST_LIKE,
	AST_IS,
	AST_IF,
	AST_GET,    /* a.b and a["b"] */
	AST_METHOD, /* contains and its kin */
	AST_CALL,   /* extension function or method */
	AST_SET,
	AST_RECORD,
};

enum ast_var { AST_PRINCIPAL, AST_ACTION, AST_RESOURCE, AST_CONTEXT };

enum ast_relation {
	AST_EQUAL,
	AST_NOT_EQUAL,
	AST_LESS,
	AST_LESS_EQUAL,
	AST_GREATER,
	AST_GREATER_EQUAL,
	AST_IN,
};

/* Methods of the language itself, whose arity is checked by the parser. */
enum ast_method {
	AST_CONTAINS,
	AST_CONTAINS_ALL,
	AST_CONTAINS_ANY,
	AST_IS_EMPTY,
	AST_HAS_TAG,
	AST_GET_TAG,
};

/* Extension functions; the order is that of ast_functions[]. */
enum ast_function {
	AST_FN_DECIMAL,
	AST_FN_LESS_THAN,
	AST_FN_LESS_THAN_OR_EQUAL,
	AST_FN_GREATER_THAN,
	AST_FN_GREATER_THAN_OR_EQUAL,
	AST_FN_IP,
	AST_FN_IS_IPV4,
	AST_FN_IS_IPV6,
	AST_FN_IS_LOOPBACK,
	AST_FN_IS_MULTICAST,
	AST_FN_IS_IN_RANGE,
	AST_FN_DATETIME,
	AST_FN_OFFSET,
	AST_FN_DURATION_SINCE,
	AST_FN_TO_DATE,
	AST_FN_TO_TIME,
	AST_FN_DURATION,
	AST_FN_TO_MILLISECONDS,
	AST_FN_TO_SECONDS,
	AST_FN_TO_MINUTES,
	AST_FN_TO_HOURS,
	AST_FN_TO_DAYS,
	AST_N_FUNCTIONS,
};

struct ast_function_row {
	struct str name;
	bool is_method; /* called as receiver.name(..), else name(..) */
	uint8_t n_args; /* receiver included */
};

extern const struct ast_function_row ast_functions[AST_N_FUNCTIONS];
extern const struct str ast_method_names[AST_GET_TAG + 1];
extern const struct str ast_relation_names[AST_IN + 1];
extern const struct str ast_var_names[AST_CONTEXT + 1];

struct ast_expr;

struct ast_list {
	struct ast_expr **items;
	size_t n;
};

struct ast_record_item {
	struct str name;
	bool is_quoted; /* stays in quotes: from JSON's data */
	struct ast_span name_span;
	struct ast_expr *value;
};

/* One element of a pattern: a literal run or a wildcard. */
struct ast_pattern_part {
	bool is_wildcard;
	struct str literal; /* unescaped, not empty, unless is_wildcard */
};

struct ast_expr {
	enum ast_kind kind;
	uint16_t height;   /* of the tree below and including this node */
	uint16_t n_parens; /* pairs of parentheses around it */
	struct ast_span span; /* without those parentheses */
	struct ast_span outer; /* with them */
	union {
		bool boolean;
		int64_t number;
		struct str text;
		struct ast_uid uid;
		enum ast_var var;
		struct ast_expr *operand; /* NOT, NEGATE */
		struct ast_list list;	  /* AND, OR, PRODUCT, SET */
		struct {
			struct ast_list list;
			/* minus[i]: operand i is subtracted; minus[0] false */
			const bool *minus;
		} sum;
		struct {
			enum ast_relation op;
			struct ast_expr *left;
			struct ast_expr *right;
		} relation;
		struct {
			struct ast_expr *left;
			const struct str *path; /* n is 1 when is_quoted */
			size_t n;
			bool is_quoted;
			bool is_list; /* from JSON's list form: stays one */
		} has;
		struct {
			struct ast_expr *left;
			const struct ast_pattern_part *parts;
			size_t n;
			struct ast_span pattern; /* the literal, quotes too */
		} like;
		struct {
			struct ast_expr *left;
			struct ast_name type;
			struct ast_expr *in; /* NULL without `in` */
		} is;
		struct {
			struct ast_expr *condition;
			struct ast_expr *yes;
			struct ast_expr *no;
		} branch;
		struct {
			struct ast_expr *left;
			struct str name;
			bool is_index; /* a["b"] */
			struct ast_span name_span;
		} get;
		struct {
			enum ast_method method;
			struct ast_expr *left;
			struct ast_expr *arg; /* NULL for isEmpty */
		} method;
		struct {
			enum ast_function function;
			bool is_method;	      /* args.items[0] is the receiver */
			struct ast_list args; /* any number: checked at run time */
		} call;
		struct {
			const struct ast_record_item *items; /* as written */
			size_t n;
		} record;
	};
};

enum ast_scope_op {
	AST_SCOPE_ALL,
	AST_SCOPE_EQUAL,
	AST_SCOPE_IN,
	AST_SCOPE_IS,
	AST_SCOPE_IS_IN,
	AST_SCOPE_IN_SET, /* action only: in [..] */
};

struct ast_scope {
	enum ast_scope_op op;
	bool is_slot;	      /* ?principal or ?resource stands for uid */
	struct ast_name type; /* IS, IS_IN */
	struct ast_uid uid;   /* EQUAL, IN, IS_IN unless is_slot */
	const struct ast_uid *uids; /* IN_SET; may be empty */
	size_t n_uids;
	struct ast_span span;
};

struct ast_condition {
	bool is_unless;
	struct ast_expr *body;
	struct ast_span span; /* from the keyword to the closing brace */
};

struct ast_policy {
	struct str id; /* policyN or by annotation */
	enum cedar_effect effect;
	const struct cedar_annotation *annotations; /* in the order written */
	const struct ast_span *annotation_spans;
	size_t n_annotations;
	struct ast_scope principal;
	struct ast_scope action;
	struct ast_scope resource;
	const struct ast_condition *conditions;
	size_t n_conditions;
	bool is_template;     /* has a slot */
	struct ast_span span; /* from the first annotation to the semicolon */
};

/* All policies and templates of one text, in its order. */
struct ast_set {
	struct str source; /* the text; empty for JSON input */
	struct ast_policy *policies;
	size_t n_policies;
};

/* Returns: true and the function with that name; false when there is none. */
bool ast_find_function(struct str name, enum ast_function *function) NONNULL;

/* Returns: true and the method with that name; false when there is none. */
bool ast_find_method(struct str name, enum ast_method *method) NONNULL;

/* `true false if then else in like has is __cedar`: not usable as a name. */
bool ast_is_reserved(struct str word);

/* One or more identifiers joined by "::", none of them reserved. */
bool ast_is_path(struct str text);

#endif
