/* What all generators share: choices, memory, and where text goes. */
#ifndef STILE_TESTS_GENERATOR_H
#define STILE_TESTS_GENERATOR_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "draw.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/json.h"

struct generator {
	struct draw *draw;
	struct arena *arena;
	struct buf *out; /* where text goes */
};

static inline uint32_t
below(struct generator *g, size_t n)
{
	return draw_below(g->draw, (uint32_t)n);
}

static inline bool
once_in(struct generator *g, uint32_t n)
{
	return draw_once_in(g->draw, n);
}

#define ONE_OF(g, array) ((array)[below((g), ARRAY_LEN(array))])

static inline void
put(struct generator *g, const char *text)
{
	buf_add_text(g->out, text);
}

static inline void PRINTF(2, 3)
putf(struct generator *g, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	buf_add_text(g->out, text);
}

/* A Cedar string literal, with escapes where they must be, or may be. */
void generator_literal(struct generator *g, const char *text);

/* Whether the text is a name that may stand without quotes. */
bool generator_is_name(const char *text);

#endif
