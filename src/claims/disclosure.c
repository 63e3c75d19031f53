/* Disclosures and digests (RFC 9901 section 4.2); see disclosure.h. */
#include "claims/disclosure.h"

#include <errno.h>

#include "claims/jsontext.h"
#include "crypto/sha256.h"
#include "limits.h"
#include "util/base64.h"
#include "util/fault.h"
#include "util/json.h"

enum {
	SALT_TEXT = 22,
	FRAME = 2 + SALT_TEXT + 2 + 1, /* [" salt ", value ] */
	JSON_MAX = FRAME + LIMIT_CLAIMS_VALUE,
	TEXT_MAX = (JSON_MAX + 2) / 3 * 4,
};

static void
digest_text(struct claims_digest *text, const struct digest *digest)
{
	base64_format(text->text, BASE64_URL, digest->b, sizeof(digest->b));
	text->text[CLAIMS_DIGEST_TEXT] = '\0';
}

void
claims_disclosure_digest(struct claims_digest *digest, struct str text)
{
	struct digest hash;

	sha256_of(&hash, text.p, text.len);
	digest_text(digest, &hash);
}

void
claims_disclosure_decoy(struct claims_digest *digest,
    const struct random *random)
{
	uint8_t bytes[sizeof(struct digest)];
	struct digest hash;

	random_fill(random, bytes, sizeof(bytes));
	sha256_of(&hash, bytes, sizeof(bytes));
	digest_text(digest, &hash);
}

/* Append base64url of ["salt",quote value quote]; quote is '"' or '\0'. */
static int
add(struct buf *text, struct claims_digest *digest,
    const struct random *random, struct str value, char quote)
{
	char json[JSON_MAX];
	uint8_t salt[CLAIMS_SALT_BYTES];
	size_t len = 2 + SALT_TEXT;
	size_t text_len;
	char *room;

	if (value.len + (quote != '\0' ? 2 : 0) > LIMIT_CLAIMS_VALUE)
		return CLAIMS_DISCLOSURE_E_LIMIT;
	random_fill(random, salt, sizeof(salt));
	memcpy(json, "[\"", 2);
	base64_format(json + 2, BASE64_URL, salt, sizeof(salt));
	memcpy(json + len, "\",", 2);
	len += 2;
	if (quote != '\0')
		json[len++] = quote;
	memcpy(json + len, value.p, value.len);
	len += value.len;
	if (quote != '\0')
		json[len++] = quote;
	json[len++] = ']';
	text_len = base64_text_len(BASE64_URL, len);
	room = buf_reserve(text, text_len);
	if (room == NULL)
		return 0; /* the buf says so when it is finished */
	base64_format(room, BASE64_URL, json, len);
	buf_grow(text, text_len);
	claims_disclosure_digest(digest, (struct str){ room, text_len });
	return 0;
}

int
claims_disclosure_add(struct buf *text, struct claims_digest *digest,
    const struct random *random, struct str value)
{
	return add(text, digest, random, value, '\0');
}

static bool
needs_escape(struct str value)
{
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if (c < 0x20 || c == '"' || c == '\\')
			return true;
	}
	return false;
}

int
claims_disclosure_add_string(struct buf *text, struct claims_digest *digest,
    const struct random *random, struct str value)
{
	CLEANUP(buf_fini) struct buf json = { 0 };

	if (value.len > 0 && !needs_escape(value))
		return add(text, digest, random, value, '"');
	buf_init(&json, LIMIT_CLAIMS_VALUE);
	json_add_string(&json, value);
	if (json.failed == ENOBUFS)
		return CLAIMS_DISCLOSURE_E_LIMIT;
	if (json.failed != 0) {
		text->failed = text->failed != 0 ? text->failed : json.failed;
		return 0;
	}
	return add(text, digest, random, buf_str(&json), '\0');
}

/* The two or three elements. Returns: 0; CLAIMS_JSONTEXT_E_FORMAT, _LIMIT. */
static int
parse_elements(struct claims_disclosure *disclosure,
    struct claims_jsontext *walk)
{
	int r = claims_jsontext_open(walk, '[');

	if (r == 0)
		r = claims_jsontext_next(walk, '[', true);
	if (r == 0)
		r = claims_jsontext_string(walk, &disclosure->salt);
	if (r == 0)
		r = claims_jsontext_next(walk, '[', false);
	if (r == 0)
		r = claims_jsontext_value(walk, &disclosure->value);
	if (r != 0)
		return r == CLAIMS_JSONTEXT_E_END ? CLAIMS_JSONTEXT_E_FORMAT
						  : r;
	r = claims_jsontext_next(walk, '[', false);
	if (r != 0)
		return r == CLAIMS_JSONTEXT_E_END ? 0 : r;
	/* A third: then what was the value is the name of a member. */
	disclosure->name = disclosure->value;
	r = claims_jsontext_value(walk, &disclosure->value);
	if (r == 0)
		r = claims_jsontext_next(walk, '[', false);
	if (r == 0)
		return CLAIMS_JSONTEXT_E_FORMAT; /* a fourth */
	return r == CLAIMS_JSONTEXT_E_END ? 0 : r;
}

/* A name: a string, and none of those that RFC 9901 section 4.2.1 forbids. */
static bool
parse_name(struct str *name)
{
	if (name->p == NULL)
		return true;
	if (name->p[0] != '"')
		return false;
	*name = str_part(*name, 1, name->len - 1);
	return !claims_jsontext_is_equal(*name, STR("_sd")) &&
	    !claims_jsontext_is_equal(*name, STR("..."));
}

int
claims_disclosure_parse(struct claims_disclosure *disclosure,
    struct arena *arena, struct str text)
{
	struct claims_jsontext walk;
	size_t size = text.len / 4 * 3 + 3;
	size_t len = 0;
	uint8_t *bytes;
	int r;

	*disclosure = (struct claims_disclosure){ .text = text };
	if (text.len > TEXT_MAX)
		return CLAIMS_DISCLOSURE_E_LIMIT;
	bytes = arena_alloc(arena, size);
	if (bytes == NULL)
		return arena->is_full ? CLAIMS_DISCLOSURE_E_LIMIT
				      : FAULT(ENOMEM);
	if (base64_parse(bytes, &len, size, BASE64_URL, text) != 0)
		return CLAIMS_DISCLOSURE_E_FORMAT;
	claims_jsontext_init(&walk, (struct str){ (char *)bytes, len });
	r = parse_elements(disclosure, &walk);
	if (r == CLAIMS_JSONTEXT_E_LIMIT)
		return CLAIMS_DISCLOSURE_E_LIMIT;
	if (r != 0 || !claims_jsontext_is_done(&walk) ||
	    !parse_name(&disclosure->name))
		return CLAIMS_DISCLOSURE_E_FORMAT;
	claims_disclosure_digest(&disclosure->digest, text);
	return 0;
}
