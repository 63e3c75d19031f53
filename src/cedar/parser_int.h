/*
 * What the two halves of the parser share: parser.c (policies) and
 * parser_expr.c (expressions).
 *
 * A function that parses returns NULL or false when it could not; the reason is
 * then in the diagnostics or, for memory, in parser->fault.
 */
#ifndef STILE_CEDAR_PARSER_INT_H
#define STILE_CEDAR_PARSER_INT_H

#include "cedar/ast.h"
#include "cedar/lexer.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/diag.h"

struct parser {
	struct lexer lexer;
	struct arena *arena;
	struct diag_list *diags;
	struct str source;
	struct token token; /* the next one, not yet taken */
	uint32_t end;	    /* behind the last one taken */
	unsigned depth;	    /* nested expressions being parsed */
	bool is_limit;	    /* a limit was reached */
	bool keeps_lists;   /* PARSER_KEEPS_LISTS */
	int fault;	    /* 0, or why the parse must stop altogether */
};

/* A growing array of pointers in the arena. */
struct parser_items {
	void **items;
	size_t n;
	size_t size;
};

/* Take the next token. */
void cedar_parser_advance(struct parser *parser) NONNULL;

/* Take the next token if it is of that kind. */
bool cedar_parser_accept(struct parser *parser,
    enum token_kind kind) NONNULL;

/* Take a token of that kind, or report "expected <what>". */
bool cedar_parser_expect(struct parser *parser, enum token_kind kind,
    const char *what) NONNULL;

/* Report an error about a span. Nothing more is said about a bad token. */
void cedar_parser_error(struct parser *parser, struct ast_span span,
    const char *format, ...) PRINTF(3, 4);

/* Report that the next token does not fit. what: what would. */
void cedar_parser_unexpected(struct parser *parser, const char *what) NONNULL;

/* Arena memory; NULL sets parser->fault. */
void *cedar_parser_alloc(struct parser *parser, size_t n, size_t size) NONNULL;

/* Append. Returns: false when out of memory. */
bool cedar_parser_push(struct parser *parser, struct parser_items *items,
    void *item) NONNULL;

/* Enter and leave a nested construct. Returns: false past the depth limit. */
bool cedar_parser_enter(struct parser *parser) NONNULL;
void cedar_parser_leave(struct parser *parser) NONNULL;

/* Text of a span of the source. */
static inline struct str
cedar_parser_text(const struct parser *parser, struct ast_span span)
{
	return str_part(parser->source, span.at, (size_t)span.at + span.len);
}

static inline struct ast_span
cedar_parser_span(uint32_t from, uint32_t to)
{
	return (struct ast_span){ from, to - from };
}

/* Unescape the string token's text. */
bool cedar_parser_string(struct parser *parser, struct str *text,
    struct ast_span literal) NONNULL;

/*
 * A path, beginning at an identifier: A::B. Stops before a `::` that a string
 * or brace follows and then sets *is_uid (the `::` is taken).
 */
bool cedar_parser_path(struct parser *parser, struct ast_name *name,
    bool *is_uid) NONNULL;

/* The string behind PATH::, which makes it a uid. */
bool cedar_parser_uid(struct parser *parser, struct ast_uid *uid,
    const struct ast_name *type) NONNULL;

/* A whole expression. */
struct ast_expr *cedar_parser_expr(struct parser *parser) NONNULL;

#endif
