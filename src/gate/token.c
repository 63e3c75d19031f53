/* Reading a portal's token; see token.h. */
#include "gate/token.h"

#include <errno.h>

#include "claims/jsontext.h"
#include "limits.h"
#include "util/base64.h"
#include "util/fault.h"
#include "util/instant.h"

struct reading {
	struct refusal *refusal;
	struct arena *arena;
	const struct token_terms *terms;
	bool is_out_of_memory;
};

/* One member of an object: where its value goes. */
struct token_member {
	const char *name;
	char type;	   /* s text, i seconds since 1970, o object */
	struct str *text;  /* s: escapes undone; o: as it stands */
	int64_t *time_us;
};

static void
refuse(struct reading *reading, enum refusal_code code, const char *member,
    const char *detail)
{
	if (reading->refusal->code == REFUSAL_NONE)
		*reading->refusal = (struct refusal){ code, str_of(member),
			str_of(detail) };
}

static void
malformed(struct reading *reading, const char *member, const char *detail)
{
	refuse(reading, REFUSAL_TOKEN_MALFORMED, member, detail);
}

static bool
is_good(const struct reading *reading)
{
	return reading->refusal->code == REFUSAL_NONE &&
	    !reading->is_out_of_memory;
}

/* base64url without padding, canonical. p == NULL: it is not. */
static struct str
decode(struct reading *reading, const char *what, struct str text)
{
	size_t len = 0;
	uint8_t *bytes = arena_alloc(reading->arena, text.len + 1);

	if (bytes == NULL) {
		reading->is_out_of_memory = true;
		return (struct str){ 0 };
	}
	if (text.len == 0 ||
	    base64_parse(bytes, &len, text.len, BASE64_URL, text) != 0) {
		malformed(reading, what,
		    "it is not base64url without padding (RFC 7515, 2)");
		return (struct str){ 0 };
	}
	return (struct str){ (const char *)bytes, len };
}

/* "header.payload.signature": three parts, and no more. */
static void
split(struct reading *reading, struct str parts[static 3], struct str text)
{
	size_t one = str_find(text, '.', 0);
	size_t two = str_find(text, '.', MIN(one + 1, text.len));

	parts[0] = str_part(text, 0, one);
	parts[1] = str_part(text, one + 1, two);
	parts[2] = str_part(text, two + 1, text.len);
	if (text.len > LIMIT_TOKEN_BYTES)
		malformed(reading, "Authorization", "it is too long");
	else if (one == text.len || two == text.len ||
	    str_find(parts[2], '.', 0) != parts[2].len)
		malformed(reading, "Authorization",
		    "it is not three parts with dots between (RFC 7515, 7.1)");
}

static struct str
unescape(struct reading *reading, struct str string)
{
	struct buf buf;
	struct str plain;

	buf_init_in(&buf, reading->arena, LIMIT_TOKEN_BYTES);
	claims_jsontext_unescape(&buf, string);
	/* An empty text is there; it has no bytes. */
	if (buf_finish(&buf) == 0 && buf.len == 0)
		return STR("");
	plain = buf_take(&buf);
	if (plain.p == NULL)
		reading->is_out_of_memory = true;
	return plain;
}

static bool
take_time(int64_t *time_us, struct str digits)
{
	uint64_t seconds;

	/* 9999-12-31: what is past it is no date (RFC 3339). */
	if (!str_to_u64(&seconds, digits) || seconds > UINT64_C(253402300799))
		return false;
	*time_us = (int64_t)seconds * INSTANT_SECOND;
	return true;
}

static void
take_value(struct reading *reading, struct claims_jsontext *walk,
    const struct token_member *member)
{
	char first = claims_jsontext_peek(walk);
	struct str value = { 0 };

	if (member->type == 's') {
		if (first != '"' ||
		    claims_jsontext_string(walk, &value) != 0)
			malformed(reading, member->name, "it is not a text");
		else
			*member->text = unescape(reading, value);
		return;
	}
	if (claims_jsontext_value(walk, &value) != 0)
		malformed(reading, member->name, "it is not JSON (RFC 8259)");
	else if (member->type == 'i' && !take_time(member->time_us, value))
		malformed(reading, member->name,
		    "it is not a whole number of seconds since 1970");
	else if (member->type == 'o' && first != '{')
		malformed(reading, member->name, "it is not an object");
	else if (member->type == 'o')
		*member->text = value;
}

/* One name and its value. */
static void
take_member(struct reading *reading, struct claims_jsontext *walk,
    const struct token_member *members, size_t n, uint32_t *seen)
{
	struct str name = { 0 };

	if (claims_jsontext_name(walk, &name) != 0) {
		malformed(reading, "Authorization",
		    "it is not JSON (RFC 8259)");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (!str_is_equal(name, str_of(members[i].name)))
			continue;
		if ((*seen & 1u << i) != 0)
			malformed(reading, members[i].name, "it is there twice");
		*seen |= 1u << i;
		take_value(reading, walk, &members[i]);
		return;
	}
	malformed(reading, "Authorization",
	    "it holds a member that is not of such a token");
}

/* An object of exactly these members. */
static void
read_object(struct reading *reading, struct str text,
    const struct token_member *members, size_t n)
{
	struct claims_jsontext walk;
	uint32_t seen = 0;
	int r = CLAIMS_JSONTEXT_E_FORMAT;

	claims_jsontext_init(&walk, text);
	if (claims_jsontext_peek(&walk) == '{')
		r = claims_jsontext_open(&walk, '{');
	for (bool is_first = true; r == 0 && is_good(reading);
	     is_first = false) {
		r = claims_jsontext_next(&walk, '{', is_first);
		if (r == 0)
			take_member(reading, &walk, members, n, &seen);
	}
	if (!is_good(reading))
		return;
	if (r != CLAIMS_JSONTEXT_E_END || !claims_jsontext_is_done(&walk))
		malformed(reading, "Authorization",
		    "it is not JSON (RFC 8259)");
	for (size_t i = 0; i < n; i++) {
		if ((seen & 1u << i) == 0)
			malformed(reading, members[i].name, "it is missing");
	}
}

static void
read_header(struct reading *reading, struct str text)
{
	struct str alg = { 0 };
	struct str kid = STR("");
	struct str typ = STR("");
	const struct token_member members[] = {
		{ "alg", 's', &alg, NULL },
		{ "kid", 's', &kid, NULL },
		{ "typ", 's', &typ, NULL },
	};

	read_object(reading, text, members, ARRAY_LEN(members));
	/* Whatever else is wrong with it: this is said first. */
	if (alg.p != NULL && !str_is_equal(alg, STR("EdDSA")))
		*reading->refusal = (struct refusal){
			REFUSAL_TOKEN_ALGORITHM, STR("alg"),
			STR("EdDSA with an Ed25519 key, and nothing else") };
	if (!is_good(reading))
		return;
	if (!str_is_equal(typ, STR(TOKEN_TYPE)))
		malformed(reading, "typ", "it is not " TOKEN_TYPE);
	else if (reading->terms->key == NULL ||
	    !str_is_equal(kid, reading->terms->portal))
		refuse(reading, REFUSAL_TOKEN_KEY, "kid",
		    "the key is named as the portal whose certificate this is");
}

/* signed_text: header and payload with the dot between, as they came. */
static void
check_signature(struct reading *reading, struct str signed_text, struct str text)
{
	struct ed25519_signature signature;

	if (text.len != sizeof(signature.b)) {
		refuse(reading, REFUSAL_TOKEN_SIGNATURE, "Authorization",
		    "an Ed25519 signature has 64 bytes");
		return;
	}
	memcpy(signature.b, text.p, text.len);
	if (ed25519_verify(&signature, reading->terms->key, signed_text.p,
		signed_text.len) != 0)
		refuse(reading, REFUSAL_TOKEN_SIGNATURE, "Authorization", "");
}

static void
check_times(struct reading *reading, int64_t issued_us, int64_t expires_us)
{
	const struct token_terms *terms = reading->terms;

	if (issued_us >
	    terms->now_us + LIMIT_TOKEN_CLOCK_S * INSTANT_SECOND)
		refuse(reading, REFUSAL_TOKEN_EARLY, "iat",
		    "the portal's clock is ahead of the holder's");
	else if (expires_us <= terms->now_us)
		refuse(reading, REFUSAL_TOKEN_EXPIRED, "exp", "");
	else if (expires_us - issued_us > terms->life_us ||
	    expires_us <= issued_us)
		refuse(reading, REFUSAL_TOKEN_LIFE, "exp",
		    "from iat to exp it is longer than self.life_s allows");
}

static void
read_payload(struct reading *reading, struct token *token, struct str text)
{
	struct str issuer = STR("");
	struct str audience = STR("");
	struct str licence = STR("");
	int64_t issued_us = 0;
	const struct token_member members[] = {
		{ "iss", 's', &issuer, NULL },
		{ "aud", 's', &audience, NULL },
		{ "iat", 'i', NULL, &issued_us },
		{ "exp", 'i', NULL, &token->expires_us },
		{ "jti", 's', &token->jti, NULL },
		{ "licence", 'o', &licence, NULL },
	};
	const struct token_member parts[] = {
		{ "state", 's', &token->state, NULL },
		{ "number", 's', &token->number, NULL },
	};

	read_object(reading, text, members, ARRAY_LEN(members));
	if (is_good(reading))
		read_object(reading, licence, parts, ARRAY_LEN(parts));
	if (!is_good(reading))
		return;
	if (!str_is_equal(issuer, reading->terms->portal))
		refuse(reading, REFUSAL_TOKEN_ISSUER, "iss",
		    "the portal signs for itself alone");
	else if (!str_is_equal(audience, reading->terms->audience))
		refuse(reading, REFUSAL_TOKEN_AUDIENCE, "aud",
		    "it is the origin of this holder's log");
	else if (token->jti.len < 16 || token->jti.len > LIMIT_TOKEN_ID)
		malformed(reading, "jti", "it has 16 to 128 bytes");
	else
		check_times(reading, issued_us, token->expires_us);
}

int
token_read(struct token *token, struct refusal *refusal, struct arena *arena,
    const struct token_terms *terms, struct str text)
{
	struct reading reading = { .refusal = refusal,
		.arena = arena,
		.terms = terms };
	struct str parts[3] = { 0 };
	struct str plain;

	*token = (struct token){ 0 };
	if (text.len == 0)
		refuse(&reading, REFUSAL_TOKEN_MISSING, "Authorization",
		    "the portal sends: Authorization: Bearer TOKEN");
	else
		split(&reading, parts, text);
	if (!is_good(&reading))
		return 0;
	plain = decode(&reading, "Authorization", parts[0]);
	if (is_good(&reading))
		read_header(&reading, plain);
	if (is_good(&reading))
		plain = decode(&reading, "Authorization", parts[2]);
	if (is_good(&reading))
		check_signature(&reading,
		    str_part(text, 0, parts[0].len + 1 + parts[1].len), plain);
	if (is_good(&reading))
		plain = decode(&reading, "Authorization", parts[1]);
	if (is_good(&reading))
		read_payload(&reading, token, plain);
	return reading.is_out_of_memory ? FAULT(ENOMEM) : 0;
}
