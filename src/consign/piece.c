/* Sealing and opening one piece; see piece.h. */
#include "consign/piece.h"

#include <assert.h>
#include <string.h>

#include "crypto/onetime.h"
#include "crypto/secret.h"
#include "util/frame.h"

static_assert((int)PIECE_TAG == (int)ONETIME_OVERHEAD, "tag of a piece");

static void
set_u32(uint8_t *p, size_t value)
{
	for (int i = 3; i >= 0; i--, value >>= 8)
		p[i] = (uint8_t)value;
}

static size_t
get_u32(const uint8_t *p)
{
	return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 |
	    p[3];
}

static size_t
sealed_size(size_t len)
{
	return (PIECE_LENGTH + len + PIECE_STEP - 1) / PIECE_STEP *
	    PIECE_STEP + PIECE_TAG;
}

size_t
piece_size(size_t len, size_t n_keys)
{
	return PIECE_HEAD + n_keys * PIECE_WRAP + sealed_size(len);
}

static void
make_key(struct seal_key *key, const struct hmac *root, uint64_t number)
{
	uint8_t text[8];
	struct digest code;

	frame_set_u64(text, number);
	hmac_of(root, &code, text, sizeof(text));
	memcpy(key->b, code.b, sizeof(key->b));
	secret_wipe(&code, sizeof(code));
}

/*
 * Hide a piece's key under a token, or find it again. The number is part of it
 * because one identifier may stand in several pieces.
 */
static void
cover(uint8_t wrap[static PIECE_WRAP], const uint8_t key[static PIECE_WRAP],
    const struct piece_token *token, uint64_t number)
{
	uint8_t text[sizeof(token->code.b)];
	struct digest pad;

	memcpy(text, token->code.b + 8, sizeof(text) - 8);
	frame_set_u64(text + sizeof(text) - 8, number);
	sha256_of(&pad, text, sizeof(text));
	for (size_t i = 0; i < PIECE_WRAP; i++)
		wrap[i] = key[i] ^ pad.b[i];
	secret_wipe(text, sizeof(text));
	secret_wipe(&pad, sizeof(pad));
}

void
piece_seal(uint8_t *piece, const struct hmac *root, uint64_t number,
    enum piece_kind kind, const struct piece_token *tokens, size_t n_tokens,
    const void *bytes, size_t len)
{
	size_t sealed = sealed_size(len);
	size_t before = PIECE_HEAD + n_tokens * PIECE_WRAP;
	uint8_t *text = piece + before;
	struct seal_key key;

	assert(len <= LIMIT_CONSIGN_PIECE && n_tokens <= LIMIT_CONSIGN_KEYS);
	memset(piece, 0, PIECE_HEAD);
	set_u32(piece, sealed);
	piece[4] = (uint8_t)kind;
	piece[5] = (uint8_t)n_tokens;
	frame_set_u64(piece + 8, number);
	make_key(&key, root, number);
	for (size_t i = 0; i < n_tokens; i++)
		cover(piece + PIECE_HEAD + i * PIECE_WRAP, key.b, &tokens[i],
		    number);
	set_u32(text, len);
	memcpy(text + PIECE_LENGTH, bytes, len);
	memset(text + PIECE_LENGTH + len, 0,
	    sealed - PIECE_TAG - PIECE_LENGTH - len);
	onetime_encrypt(text, &key, piece, before, text, sealed - PIECE_TAG);
	secret_wipe(&key, sizeof(key));
}

int
piece_head_read(struct piece_head *head, const uint8_t bytes[static PIECE_HEAD])
{
	*head = (struct piece_head){ .sealed_len = get_u32(bytes),
		.kind = bytes[4],
		.n_keys = bytes[5],
		.number = frame_get_u64(bytes + 8) };
	if (head->kind >= PIECE_N_KINDS ||
	    head->n_keys > LIMIT_CONSIGN_KEYS || bytes[6] != 0 ||
	    bytes[7] != 0 || head->sealed_len > PIECE_SEALED_MAX ||
	    head->sealed_len < PIECE_STEP + PIECE_TAG ||
	    (head->sealed_len - PIECE_TAG) % PIECE_STEP != 0)
		return PIECE_E_BAD;
	return 0;
}

size_t
piece_head_size(const struct piece_head *head)
{
	return PIECE_HEAD + head->n_keys * PIECE_WRAP + head->sealed_len;
}

static int
open_with(struct str *bytes, uint8_t *piece, const struct piece_head *head,
    const struct seal_key *key)
{
	size_t before = PIECE_HEAD + head->n_keys * PIECE_WRAP;
	uint8_t *text = piece + before;
	size_t len;

	if (onetime_decrypt(text, key, piece, before, text,
		head->sealed_len) != 0)
		return PIECE_E_BAD;
	len = get_u32(text);
	if (len > LIMIT_CONSIGN_PIECE || sealed_size(len) != head->sealed_len)
		return PIECE_E_BAD;
	*bytes = (struct str){ (const char *)text + PIECE_LENGTH, len };
	return 0;
}

int
piece_open(struct str *bytes, uint8_t *piece, const struct piece_head *head,
    const struct hmac *root)
{
	struct seal_key key;
	int r;

	make_key(&key, root, head->number);
	r = open_with(bytes, piece, head, &key);
	secret_wipe(&key, sizeof(key));
	return r;
}

int
piece_open_by_token(struct str *bytes, uint8_t *piece,
    const struct piece_head *head, const struct piece_token *token,
    size_t which)
{
	struct seal_key key;
	int r;

	if (which >= head->n_keys)
		return PIECE_E_BAD;
	cover(key.b, piece + PIECE_HEAD + which * PIECE_WRAP, token,
	    head->number);
	r = open_with(bytes, piece, head, &key);
	secret_wipe(&key, sizeof(key));
	return r;
}
