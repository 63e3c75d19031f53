/*
 * Portals' tokens: the text as it comes, and, signed by the portal, header and
 * payload of its choosing: a portal may be broken into. What is taken must
 * hold: times in order, texts within their limits.
 */
#include <assert.h>
#include <stdint.h>

#include "gate/token.h"
#include "limits.h"
#include "util/base64.h"
#include "util/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW_US INT64_C(1800000000000000)

static void
read_one(struct str text, const struct ed25519_public *key)
{
	struct token_terms terms = { .portal = STR("portal"),
		.key = key,
		.audience = STR("log.example"),
		.now_us = NOW_US,
		.life_us = LIMIT_TOKEN_LIFE_S * INT64_C(1000000) };
	struct refusal refusal = { 0 };
	struct token token;
	struct arena arena;
	int r;

	arena_init(&arena, 1 << 20);
	r = token_read(&token, &refusal, &arena, &terms, text);
	assert(r == 0);
	if (refusal.code == REFUSAL_NONE) {
		assert(token.jti.len <= LIMIT_TOKEN_ID);
		assert(token.expires_us > NOW_US);
		assert(token.expires_us <= NOW_US + terms.life_us +
			LIMIT_TOKEN_CLOCK_S * INT64_C(1000000));
		assert(token.state.p != NULL && token.number.p != NULL);
	} else {
		assert(refusal_status(refusal.code) == 403);
		assert(refusal.member.len > 0);
	}
	arena_fini(&arena);
}

/* Two lines, header and payload, as a portal would sign them. */
static void
read_signed(struct str text, const struct ed25519_secret *secret,
    const struct ed25519_public *key)
{
	struct ed25519_signature signature;
	struct str header = { 0 };
	struct buf token;

	if (!str_split(&header, &text, '\n') || text.p == NULL)
		return;
	buf_init(&token, 1 << 20);
	base64_add(&token, BASE64_URL, header.p, header.len);
	buf_add_char(&token, '.');
	base64_add(&token, BASE64_URL, text.p, text.len);
	ed25519_sign(&signature, secret, token.bytes, token.len);
	buf_add_char(&token, '.');
	base64_add(&token, BASE64_URL, signature.b, sizeof(signature.b));
	if (buf_finish(&token) == 0)
		read_one(buf_str(&token), key);
	buf_fini(&token);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ed25519_seed seed = { { 3 } };
	struct ed25519_secret secret;
	struct ed25519_public key;
	struct str text = { (const char *)data, size };

	ed25519_from_seed(&secret, &key, &seed);
	read_one(text, &key);
	if (size > 0 && size < 65536)
		read_signed(text, &secret, &key);
	return 0;
}
