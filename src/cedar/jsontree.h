/*
 * Reading JSON (RFC 8259) into a tree, as Cedar needs it: integers exact, any
 * string as a key (NUL included), repeated keys refused, a place for every
 * value so that messages can point at it.
 *
 * Trees live in an arena and borrow the text where a string has no escapes:
 * the text must live as long as the tree. Never changed after.
 */
#ifndef STILE_CEDAR_JSONTREE_H
#define STILE_CEDAR_JSONTREE_H

#include <stdbool.h>
#include <stdint.h>

#include "cedar/ast.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/diag.h"
#include "util/str.h"

enum jsontree_kind {
	JSONTREE_NULL,
	JSONTREE_BOOL,
	JSONTREE_INTEGER, /* -?digits that fit an i64 */
	JSONTREE_NUMBER,  /* any other number; `-0` too */
	JSONTREE_STRING,
	JSONTREE_ARRAY,
	JSONTREE_OBJECT,
};

struct jsontree_member;

struct jsontree {
	enum jsontree_kind kind;
	struct ast_span span;
	union {
		bool boolean;
		int64_t number;
		struct str text; /* unescaped; of a NUMBER: as written */
		struct {
			const struct jsontree *items;
			size_t n;
		} array;
		struct {
			const struct jsontree_member *items; /* as written */
			size_t n;
		} object;
	};
};

struct jsontree_member {
	struct str name;
	struct ast_span name_span;
	struct jsontree value;
};

/* A reader that goes through a top-level array one element at a time. */
struct jsontree_reader {
	struct str text;
	size_t at;
	struct arena *arena;
	struct diag_list *diags; /* offsets refer to text */
	unsigned depth;
	unsigned max_depth;
	size_t n_read;	/* elements of the top-level array */
	bool is_comma;	/* a comma stood behind the last of them */
	bool is_closed; /* its bracket was read */
	int r; /* 0, or why reading stopped */
};

/*
 * Read a whole document.
 *
 * diags: its source should be text. Returns: 0 and *tree; CEDAR_E_INPUT,
 * CEDAR_E_LIMIT (deeper than LIMIT_CEDAR_JSON_DEPTH, arena full) with a
 * diagnostic; fault ENOMEM.
 */
int cedar_jsontree_parse(struct jsontree *tree, struct arena *arena,
    struct str text, struct diag_list *diags) MUST_USE NONNULL;

/* As above, for documents that may be up to max_depth deep. Recursive. */
int cedar_jsontree_parse_deep(struct jsontree *tree, struct arena *arena,
    struct str text, unsigned max_depth, struct diag_list *diags)
    MUST_USE NONNULL;

/* Begin a document that must be an array. Returns: as above. */
int cedar_jsontree_open(struct jsontree_reader *reader, struct arena *arena,
    struct str text, struct diag_list *diags) MUST_USE NONNULL;

/*
 * Its next element. Between two calls the arena may be reset.
 *
 * Returns: true and *tree; false at the end or when reader->r says why.
 */
bool cedar_jsontree_next(struct jsontree_reader *reader,
    struct jsontree *tree) NONNULL;

/* The member of an object; NULL when absent or not an object. */
const struct jsontree *cedar_jsontree_get(const struct jsontree *tree,
    struct str name) NONNULL;

#endif
