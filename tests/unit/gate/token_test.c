/* A portal's token, read: what holds, and what is refused under which name. */
#include "gate/token.h"
#include "tap.h"
#include "util/base64.h"
#include "util/buf.h"

#include "limits.h"

#define HEADER                                                                 \
	"{\"alg\":\"EdDSA\",\"kid\":\"portal\",\"typ\":\"stile-self+jwt\"}"
#define NOW INT64_C(1800000000)

static struct ed25519_secret secret;
static struct ed25519_public public;
static struct arena arena;
static char text[65536];

/* The text of a token, signed; cut: characters left off its end. */
static struct str
make(const char *header, const char *payload, size_t cut)
{
	struct ed25519_signature signature;
	struct buf buf;
	struct str out;

	ed25519_from_seed(&secret, &public, &(struct ed25519_seed){ { 3 } });
	buf_init(&buf, sizeof(text));
	base64_add(&buf, BASE64_URL, header, strlen(header));
	buf_add_char(&buf, '.');
	base64_add(&buf, BASE64_URL, payload, strlen(payload));
	ed25519_sign(&signature, &secret, buf.bytes, buf.len);
	buf_add_char(&buf, '.');
	base64_add(&buf, BASE64_URL, signature.b, sizeof(signature.b));
	memcpy(text, buf.bytes, buf.len);
	out = (struct str){ text, buf.len - cut };
	buf_fini(&buf);
	return out;
}

static const char *
payload(int64_t iat, int64_t exp, const char *jti)
{
	static char out[1024];

	snprintf(out, sizeof(out),
	    "{\"iss\":\"portal\",\"aud\":\"log.example\",\"iat\":%lld,"
	    "\"exp\":%lld,\"jti\":\"%s\",\"licence\":{\"state\":\"NY\","
	    "\"number\":\"1\"}}",
	    (long long)iat, (long long)exp, jti);
	return out;
}

static enum refusal_code
read_it(struct str token_text, struct token *token)
{
	struct token_terms terms = { .portal = STR("portal"),
		.key = &public,
		.audience = STR("log.example"),
		.now_us = NOW * 1000000,
		.life_us = LIMIT_TOKEN_LIFE_S * INT64_C(1000000) };
	struct refusal refusal = { 0 };

	arena_init(&arena, 1 << 20);
	check_u64((uint64_t)token_read(token, &refusal, &arena, &terms,
		      token_text),
	    0);
	return refusal.code;
}

static enum refusal_code
verdict(int64_t iat, int64_t exp, const char *jti)
{
	struct token token;
	enum refusal_code code =
	    read_it(make(HEADER, payload(iat, exp, jti), 0), &token);

	arena_fini(&arena);
	return code;
}

#define JTI "0123456789abcdef"

static void
a_token_that_holds_says_whose_licence(void)
{
	struct token token;

	check_u64(read_it(make(HEADER, payload(NOW, NOW + 60, JTI), 0),
		      &token),
	    REFUSAL_NONE);
	check_str(token.state, STR("NY"));
	check_str(token.number, STR("1"));
	check_str(token.jti, STR(JTI));
	check_u64((uint64_t)token.expires_us, (NOW + 60) * 1000000);
	arena_fini(&arena);
}

static void
escapes_are_undone_in_values_and_no_names(void)
{
	struct token token;

	check_u64(read_it(make("{\"alg\":\"Ed\\u0044SA\",\"kid\":\"portal\","
			       "\"typ\":\"stile-self+jwt\"}",
			      payload(NOW, NOW + 60, JTI), 0),
		      &token),
	    REFUSAL_NONE);
	arena_fini(&arena);
	check_u64(read_it(make("{\"\\u0061lg\":\"EdDSA\",\"kid\":\"portal\","
			       "\"typ\":\"stile-self+jwt\"}",
			      payload(NOW, NOW + 60, JTI), 0),
		      &token),
	    REFUSAL_TOKEN_MALFORMED);
	arena_fini(&arena);
}

static void
h8_times_are_held_to_the_second(void)
{
	check_u64(verdict(NOW - 1, NOW, JTI), REFUSAL_TOKEN_EXPIRED);
	check_u64(verdict(NOW - 1, NOW + 1, JTI), REFUSAL_NONE);
	check_u64(verdict(NOW + LIMIT_TOKEN_CLOCK_S, NOW + 60, JTI),
	    REFUSAL_NONE);
	check_u64(verdict(NOW + LIMIT_TOKEN_CLOCK_S + 1, NOW + 60, JTI),
	    REFUSAL_TOKEN_EARLY);
	check_u64(verdict(NOW, NOW + LIMIT_TOKEN_LIFE_S, JTI), REFUSAL_NONE);
	check_u64(verdict(NOW, NOW + LIMIT_TOKEN_LIFE_S + 1, JTI),
	    REFUSAL_TOKEN_LIFE);
	check_u64(verdict(NOW + 20, NOW + 10, JTI), REFUSAL_TOKEN_LIFE);
	check_u64(verdict(0, NOW + 10, JTI), REFUSAL_TOKEN_LIFE);
	check_u64(verdict(NOW, INT64_C(253402300800), JTI),
	    REFUSAL_TOKEN_MALFORMED);
}

static void
h8_an_id_has_its_length(void)
{
	char jti[LIMIT_TOKEN_ID + 2];

	memset(jti, 'x', sizeof(jti));
	jti[LIMIT_TOKEN_ID + 1] = '\0';
	check_u64(verdict(NOW, NOW + 60, jti), REFUSAL_TOKEN_MALFORMED);
	jti[LIMIT_TOKEN_ID] = '\0';
	check_u64(verdict(NOW, NOW + 60, jti), REFUSAL_NONE);
	jti[15] = '\0';
	check_u64(verdict(NOW, NOW + 60, jti), REFUSAL_TOKEN_MALFORMED);
}

static void
h8_a_token_past_its_limit_is_not_decoded(void)
{
	char header[LIMIT_TOKEN_BYTES];
	struct token token;

	memset(header, ' ', sizeof(header));
	memcpy(header, HEADER, sizeof(HEADER) - 1);
	header[sizeof(header) - 1] = '\0';
	check_u64(read_it(make(header, payload(NOW, NOW + 60, JTI), 0),
		      &token),
	    REFUSAL_TOKEN_MALFORMED);
	arena_fini(&arena);
	/* White space within the limit is JSON's own. */
	header[900] = '\0';
	check_u64(read_it(make(header, payload(NOW, NOW + 60, JTI), 0),
		      &token),
	    REFUSAL_NONE);
	arena_fini(&arena);
}

static void
h8_every_cut_of_a_token_is_refused(void)
{
	struct str whole = make(HEADER, payload(NOW, NOW + 60, JTI), 0);
	struct token token;

	for (size_t len = 0; len < whole.len; len++) {
		check(read_it(str_part(whole, 0, len), &token) !=
		    REFUSAL_NONE);
		arena_fini(&arena);
	}
}

static void
h8_every_changed_character_is_refused(void)
{
	struct str whole = make(HEADER, payload(NOW, NOW + 60, JTI), 0);
	struct token token;

	for (size_t i = 0; i < whole.len; i++) {
		text[i] ^= 1;
		check(read_it(whole, &token) != REFUSAL_NONE);
		arena_fini(&arena);
		text[i] ^= 1;
	}
	check_u64(read_it(whole, &token), REFUSAL_NONE);
	arena_fini(&arena);
}

static const struct tap_test tests[] = {
	TEST(a_token_that_holds_says_whose_licence),
	TEST(escapes_are_undone_in_values_and_no_names),
	TEST(h8_times_are_held_to_the_second),
	TEST(h8_an_id_has_its_length),
	TEST(h8_a_token_past_its_limit_is_not_decoded),
	TEST(h8_every_cut_of_a_token_is_refused),
	TEST(h8_every_changed_character_is_refused),
};

TAP_MAIN(tests)
