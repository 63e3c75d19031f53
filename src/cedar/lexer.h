/*
 * Tokens of Cedar text: policies and schemas share them.
 *
 * The lexer works on text that is valid UTF-8 (cedar_lexer_init() sees to it)
 * and never allocates. Comments and white space are skipped; a formatter finds
 * them between the spans of two tokens.
 */
#ifndef STILE_CEDAR_LEXER_H
#define STILE_CEDAR_LEXER_H

#include <stdint.h>

#include "cedar/ast.h"
#include "util/diag.h"
#include "util/str.h"

enum token_kind {
	TOKEN_END, /* of the text */
	TOKEN_BAD, /* no token; reported to the diagnostics */
	TOKEN_IDENT,
	TOKEN_NUMBER, /* digits only; need not fit */
	TOKEN_STRING, /* with its quotes, still escaped */
	TOKEN_SLOT,   /* ?word */
	/* Words that are reserved, in the order of the lexer's table. */
	TOKEN_TRUE,
	TOKEN_FALSE,
	TOKEN_IF,
	TOKEN_THEN,
	TOKEN_ELSE,
	TOKEN_IN,
	TOKEN_LIKE,
	TOKEN_HAS,
	TOKEN_IS,
	/* Marks, longest first in the lexer's table. */
	TOKEN_COLONS,
	TOKEN_EQUAL,
	TOKEN_NOT_EQUAL,
	TOKEN_LESS_EQUAL,
	TOKEN_GREATER_EQUAL,
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_AT,
	TOKEN_DOT,
	TOKEN_COMMA,
	TOKEN_SEMICOLON,
	TOKEN_COLON,
	TOKEN_OPEN_PAREN,
	TOKEN_CLOSE_PAREN,
	TOKEN_OPEN_BRACE,
	TOKEN_CLOSE_BRACE,
	TOKEN_OPEN_BRACKET,
	TOKEN_CLOSE_BRACKET,
	TOKEN_LESS,
	TOKEN_GREATER,
	TOKEN_PLUS,
	TOKEN_MINUS,
	TOKEN_STAR,
	TOKEN_SLASH,
	TOKEN_PERCENT,
	TOKEN_NOT,
	TOKEN_QUESTION,
	TOKEN_ASSIGN,
};

struct token {
	enum token_kind kind;
	struct ast_span span;
};

struct lexer {
	struct str source;
	size_t at;
	struct diag_list *diags;
};

/*
 * Begin at the start of the source.
 *
 * Returns: 0; CEDAR_E_INPUT (not UTF-8) and CEDAR_E_LIMIT (longer than
 * LIMIT_CEDAR_TEXT), both with a diagnostic.
 */
int cedar_lexer_init(struct lexer *lexer, struct str source,
    struct diag_list *diags) MUST_USE NONNULL;

/*
 * The next token. A byte that begins no token is reported once and gives
 * TOKEN_BAD; TOKEN_END repeats for ever.
 */
struct token cedar_lexer_next(struct lexer *lexer) NONNULL;

/* An identifier or reserved word: what may stand after `@`. */
static inline bool
cedar_lexer_is_word(enum token_kind kind)
{
	return kind == TOKEN_IDENT || (kind >= TOKEN_TRUE && kind <= TOKEN_IS);
}

#endif
