/* The stream of cuts; see cuts.h. */
#include "consign/cuts.h"

#include <assert.h>

enum {
	HEAD = 6,
};

static void
add_u16(struct buf *out, size_t value)
{
	buf_add_char(out, (char)(value >> 8 & 0xff));
	buf_add_char(out, (char)(value & 0xff));
}

void
cuts_put(struct buf *out, const struct cut *cut)
{
	assert(cut->n_texts <= LIMIT_CONSIGN_KEYS);
	buf_add_char(out, (char)cut->kind);
	buf_add_char(out, (char)cut->n_texts);
	add_u16(out, cut->len >> 16);
	add_u16(out, cut->len);
	for (size_t i = 0; i < cut->n_texts; i++) {
		add_u16(out, cut->texts[i].len);
		buf_add_str(out, cut->texts[i]);
	}
}

static size_t
byte(struct str s, size_t at)
{
	return (uint8_t)s.p[at];
}

int
cuts_next(struct cut *cut, struct str *rest)
{
	struct str s = *rest;

	*cut = (struct cut){ 0 };
	if (s.len == 0)
		return CUTS_E_END;
	if (s.len < HEAD || byte(s, 0) >= CUTS_N_KINDS ||
	    byte(s, 1) > LIMIT_CONSIGN_KEYS)
		return CUTS_E_BAD;
	cut->kind = (enum cuts_kind)byte(s, 0);
	cut->n_texts = byte(s, 1);
	cut->len = byte(s, 2) << 24 | byte(s, 3) << 16 | byte(s, 4) << 8 |
	    byte(s, 5);
	s = str_part(s, HEAD, s.len);
	for (size_t i = 0; i < cut->n_texts; i++) {
		size_t len;

		if (s.len < 2)
			return CUTS_E_BAD;
		len = byte(s, 0) << 8 | byte(s, 1);
		if (s.len - 2 < len)
			return CUTS_E_BAD;
		cut->texts[i] = str_part(s, 2, 2 + len);
		s = str_part(s, 2 + len, s.len);
	}
	*rest = s;
	/* A stretch is a piece; what says something else has none. */
	if (cut->kind == CUTS_BYTES || cut->kind == CUTS_RECORD)
		return cut->len > 0 && cut->len <= LIMIT_CONSIGN_PIECE
		    ? 0
		    : CUTS_E_BAD;
	return cut->len == 0 && cut->n_texts == 1 ? 0 : CUTS_E_BAD;
}
