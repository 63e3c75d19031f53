/*
 * A piece: what came in one stretch (one record, or up to 64 KiB of bytes),
 * sealed under a key that no other piece has.
 *
 *   offset  size  content (integers big-endian)
 *        0     4  length of the sealed text
 *        4     1  kind, enum piece_kind
 *        5     1  number of identifiers, n
 *        6     2  zero
 *        8     8  number of the piece, from 0
 *       16  n*32  the piece's key, once for each identifier, under its token
 *        …     …  sealed text: ChaCha20-Poly1305 of
 *                 u32 length, the bytes as they came, zeros up to 64
 *
 * The key of a piece is HMAC(root, number): the root opens all of them. Beside
 * that the key is kept under the token of each identifier, HMAC(index key,
 * canonical subject): who has the exact identifier, and the keeper to make its
 * token, opens this one record and no other. The first eight bytes of a token
 * are its tag in the index (tags.h), the rest is secret.
 * The head is bound to the text. The pieces' bytes one after the other are the
 * transfer, byte for byte.
 */
#ifndef STILE_CONSIGN_PIECE_H
#define STILE_CONSIGN_PIECE_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/hmac.h"
#include "crypto/seal.h"
#include "limits.h"
#include "stile/digest.h"
#include "util/attr.h"
#include "util/str.h"

enum {
	PIECE_HEAD = 16,
	PIECE_WRAP = 32,
	PIECE_STEP = 64, /* a length tells no more than this */
	PIECE_LENGTH = 4, /* the true length, within the sealed text */
	PIECE_TAG = 16,
	PIECE_SEALED_MAX = (LIMIT_CONSIGN_PIECE + PIECE_LENGTH +
			       PIECE_STEP - 1) / PIECE_STEP * PIECE_STEP +
	    PIECE_TAG,
	PIECE_MAX = PIECE_HEAD + LIMIT_CONSIGN_KEYS * PIECE_WRAP +
	    PIECE_SEALED_MAX,
};

enum piece_kind {
	PIECE_BYTES = 0, /* not read, or not readable */
	PIECE_RECORD = 1,
	PIECE_N_KINDS,
};

/* What the keeper makes of one identifier. Secret. */
struct piece_token {
	struct digest code;
};

struct piece_head {
	size_t sealed_len;
	enum piece_kind kind;
	size_t n_keys;
	uint64_t number;
};

enum {
	PIECE_E_BAD = 1, /* not a piece, or not opened by this key */
};

/* The index's entry of a token. */
static inline uint64_t
piece_tag(const struct piece_token *token)
{
	uint64_t tag = 0;

	for (int i = 0; i < 8; i++)
		tag = tag << 8 | token->code.b[i];
	return tag;
}

/* Bytes of a piece of len bytes and n keys. */
size_t piece_size(size_t len, size_t n_keys);

/*
 * Seal len bytes (at most LIMIT_CONSIGN_PIECE) into piece, which has room for
 * piece_size(). root: prepared with the root key.
 */
void piece_seal(uint8_t *piece, const struct hmac *root, uint64_t number,
    enum piece_kind kind, const struct piece_token *tokens, size_t n_tokens,
    const void *bytes, size_t len);

/* Read the first PIECE_HEAD bytes. Returns: 0; PIECE_E_BAD. */
int piece_head_read(struct piece_head *head,
    const uint8_t bytes[static PIECE_HEAD]) MUST_USE;

/* Bytes of the whole piece. */
size_t piece_head_size(const struct piece_head *head) NONNULL;

/*
 * Open a whole piece in place, by the root or by the token of identifier which.
 *
 * Returns: 0 and *bytes within piece; PIECE_E_BAD, and piece holds nothing of
 * use any more.
 */
int piece_open(struct str *bytes, uint8_t *piece,
    const struct piece_head *head, const struct hmac *root) MUST_USE NONNULL;
int piece_open_by_token(struct str *bytes, uint8_t *piece,
    const struct piece_head *head, const struct piece_token *token,
    size_t which) MUST_USE NONNULL;

#endif
