/*
 * A portal's token: the word of the holder's portal that it has proofed who
 * sits before it. A compact JWS (RFC 7515) of one kind and no other:
 *
 *   header   {"alg":"EdDSA","kid":PORTAL,"typ":"stile-self+jwt"}
 *   payload  {"iss":PORTAL,"aud":ORIGIN,"iat":S,"exp":S,"jti":TEXT,
 *             "licence":{"state":"NY","number":"512839476"}}
 *
 * Exactly these members, in any order. The key and the algorithm are the
 * gate's, never the token's (RFC 8725, 3.1): kid and alg are compared, nothing
 * is looked up by them. The signature is checked before the payload is read.
 */
#ifndef STILE_GATE_TOKEN_H
#define STILE_GATE_TOKEN_H

#include <stdint.h>

#include "crypto/ed25519.h"
#include "gate/refusal.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/str.h"

#define TOKEN_TYPE "stile-self+jwt"

/* What a token is held against. */
struct token_terms {
	struct str portal; /* whose certificate brought it */
	const struct ed25519_public *key; /* that portal's; NULL: it has none */
	struct str audience;
	int64_t now_us;
	int64_t life_us; /* longest, from iat to exp */
};

/* What it says; in the arena. */
struct token {
	struct str jti;
	int64_t expires_us;
	struct str state; /* of the licence, as written */
	struct str number;
};

/*
 * Read a token. *refusal stays REFUSAL_NONE when it holds; else the first
 * thing wrong is named.
 *
 * Returns: 0; fault ENOMEM.
 */
int token_read(struct token *token, struct refusal *refusal,
    struct arena *arena, const struct token_terms *terms, struct str text)
    MUST_USE NONNULL;

#endif
