/* Entries whose members open one by one; see claims.h. */
#include "claims/claims.h"

#include <errno.h>

#include "claims/jsontext.h"
#include "limits.h"
#include "util/base64.h"
#include "util/fault.h"

/* What is gathered while the entry is walked. */
struct gather {
	size_t n;
	bool has_escapes; /* some label is not spelt as it is */
	struct claims_claim claims[LIMIT_CLAIMS_MEMBERS];
	uint64_t begins[LIMIT_CLAIMS_MEMBERS]; /* of their labels */
};

/* The beginning of a text as a number, to compare many quickly. */
static uint64_t
begin_of(struct str text)
{
	uint64_t begin = 0;

	if (text.len > 0)
		memcpy(&begin, text.p, MIN(text.len, sizeof(begin)));
	return begin ^ (uint64_t)text.len << 56;
}

void
claims_put(struct json *json, const char *label,
    const struct claims_digest *digest)
{
	json_key(json, str_of(label));
	buf_add_str(json->buf, STR("[{\"...\":\""));
	buf_add_str(json->buf, claims_digest_str(digest));
	buf_add_str(json->buf, STR("\"}]"));
	json->needs_comma = true;
}

void
claims_format(struct buf *text, struct str entry,
    const struct str *disclosures, size_t n)
{
	buf_add_str(text, entry);
	buf_add_char(text, '~');
	for (size_t i = 0; i < n; i++) {
		buf_add_str(text, disclosures[i]);
		buf_add_char(text, '~');
	}
}

static int
walk_result(int r)
{
	return r == CLAIMS_JSONTEXT_E_LIMIT ? CLAIMS_E_LIMIT : CLAIMS_E_ENTRY;
}

/* Cut what stands before the next tilde off. */
static bool
cut(struct str *piece, struct str *rest)
{
	size_t end = str_find(*rest, '~', 0);

	if (end == rest->len || end == 0)
		return false;
	*piece = str_part(*rest, 0, end);
	*rest = str_part(*rest, end + 1, rest->len);
	return true;
}

int
claims_parse(struct str *entry, struct str **disclosures, size_t *n,
    struct arena *arena, struct str text)
{
	struct claims_jsontext walk;
	struct str pieces[LIMIT_CLAIMS_DISCLOSURES];
	struct str rest;
	int r;

	claims_jsontext_init(&walk, text);
	r = claims_jsontext_value(&walk, entry);
	if (r != 0)
		return walk_result(r);
	/* A tilde may stand in the entry too, hence the walk to its end. */
	rest = str_part(text, walk.at, text.len);
	if (entry->p != text.p || rest.len == 0 || rest.p[0] != '~')
		return CLAIMS_E_ENTRY;
	rest = str_part(rest, 1, rest.len);
	for (*n = 0; rest.len > 0; (*n)++) {
		if (*n == ARRAY_LEN(pieces))
			return CLAIMS_E_LIMIT;
		if (!cut(&pieces[*n], &rest))
			return CLAIMS_E_DISCLOSURE;
	}
	*disclosures = ARENA_ARRAY(arena, *n, struct str);
	if (*disclosures == NULL)
		return arena->is_full ? CLAIMS_E_LIMIT : FAULT(ENOMEM);
	memcpy(*disclosures, pieces, *n * sizeof(pieces[0]));
	return 0;
}

static int
gather_claim(struct gather *gather, const struct claims_claim *claim)
{
	if (gather->n == ARRAY_LEN(gather->claims))
		return CLAIMS_E_LIMIT;
	gather->begins[gather->n] = begin_of(claim->label);
	gather->claims[gather->n++] = *claim;
	return 0;
}

static bool
is_digest(struct str text)
{
	uint8_t bytes[32];
	size_t len = 0;

	return text.len == CLAIMS_DIGEST_TEXT &&
	    base64_parse(bytes, &len, sizeof(bytes), BASE64_URL, text) == 0 &&
	    len == sizeof(bytes);
}

/* One element {"...":"digest"}. Returns: whether it is just that. */
static bool
parse_digest(struct str *digest, struct str element)
{
	struct claims_jsontext walk;
	struct str name;

	claims_jsontext_init(&walk, element);
	return claims_jsontext_open(&walk, '{') == 0 &&
	    claims_jsontext_next(&walk, '{', true) == 0 &&
	    claims_jsontext_name(&walk, &name) == 0 &&
	    str_is_equal(name, STR("...")) &&
	    claims_jsontext_string(&walk, digest) == 0 && is_digest(*digest) &&
	    claims_jsontext_next(&walk, '{', false) == CLAIMS_JSONTEXT_E_END;
}

/* The digests of a closed member. Returns: 0; CLAIMS_E_ENTRY, _LIMIT. */
static int
gather_digests(struct gather *gather, struct str label, struct str array)
{
	struct claims_claim claim = { .label = label };
	struct claims_jsontext walk;
	struct str element;
	int r;

	claims_jsontext_init(&walk, array);
	r = claims_jsontext_open(&walk, '[');
	for (bool is_first = true; r == 0; is_first = false) {
		r = claims_jsontext_next(&walk, '[', is_first);
		if (r != 0)
			break;
		r = claims_jsontext_value(&walk, &element);
		if (r == 0 && !parse_digest(&claim.digest, element))
			return CLAIMS_E_ENTRY;
		if (r == 0 && gather_claim(gather, &claim) != 0)
			return CLAIMS_E_LIMIT;
	}
	return r == CLAIMS_JSONTEXT_E_END ? 0 : walk_result(r);
}

/* Labels are many and plain: only escapes make two spellings equal. */
static bool
has_label(struct gather *gather, struct str label)
{
	uint64_t begin = begin_of(label);

	gather->has_escapes |= memchr(label.p, '\\', label.len) != NULL;
	for (size_t i = 0; i < gather->n; i++) {
		struct str other = gather->claims[i].label;

		if (gather->has_escapes
			? claims_jsontext_is_equal(label, other)
			: begin == gather->begins[i] &&
			    str_is_equal(label, other))
			return true;
	}
	return false;
}

/*
 * A closed member as claims_put() writes it, which is how nearly all are: one
 * digest, no white space. Steps over it and the name it has reserved.
 */
static bool
take_usual(struct claims_jsontext *walk, struct str *digest)
{
	static const struct str before = STR_INIT("[{\"...\":\"");
	static const struct str behind = STR_INIT("\"}]");
	const size_t len = before.len + CLAIMS_DIGEST_TEXT + behind.len;
	const char *at = walk->text.p + walk->at;
	struct str text = { at + before.len, CLAIMS_DIGEST_TEXT };

	if (walk->text.len - walk->at < len ||
	    memcmp(at, before.p, before.len) != 0 ||
	    memcmp(at + len - behind.len, behind.p, behind.len) != 0 ||
	    !is_digest(text))
		return false;
	*digest = text;
	walk->at += len;
	return true;
}

/* One member of the entry: all digests, or none anywhere in it. */
static int
gather_member(struct gather *gather, struct claims_jsontext *walk)
{
	struct claims_claim claim = { .state = CLAIMS_OPEN };
	int r = claims_jsontext_name(walk, &claim.label);
	bool is_array;

	if (r != 0 || walk->n_reserved > 0)
		return walk_result(r);
	if (has_label(gather, claim.label))
		return CLAIMS_E_ENTRY;
	is_array = claims_jsontext_peek(walk) == '[';
	if (is_array && take_usual(walk, &claim.digest)) {
		claim.state = CLAIMS_WITHHELD;
		return gather_claim(gather, &claim);
	}
	r = claims_jsontext_value(walk, &claim.value);
	if (r != 0)
		return walk_result(r);
	if (str_is_equal(claim.label, STR("_sd_alg")) &&
	    !str_is_equal(claim.value, STR("\"sha-256\"")))
		return CLAIMS_E_ENTRY; /* the one algorithm known here */
	if (walk->n_reserved == 0)
		return gather_claim(gather, &claim);
	walk->n_reserved = 0;
	return is_array ? gather_digests(gather, claim.label, claim.value)
			: CLAIMS_E_ENTRY;
}

static int
gather_entry(struct gather *gather, struct str entry)
{
	struct claims_jsontext walk;
	int r;

	gather->n = 0;
	gather->has_escapes = false;
	if (entry.len == 0 || entry.p[0] != '{')
		return CLAIMS_E_ENTRY;
	claims_jsontext_init(&walk, entry);
	r = claims_jsontext_open(&walk, '{');
	for (bool is_first = true; r == 0; is_first = false) {
		r = claims_jsontext_next(&walk, '{', is_first);
		if (r != 0)
			break;
		r = gather_member(gather, &walk);
		if (r != 0)
			return r;
	}
	if (r != CLAIMS_JSONTEXT_E_END || walk.at != entry.len)
		return walk_result(r);
	return 0;
}

/* No digest twice. */
static bool
are_distinct(const struct gather *gather)
{
	uint64_t begins[LIMIT_CLAIMS_MEMBERS];

	for (size_t i = 0; i < gather->n; i++) {
		struct str digest = gather->claims[i].digest;

		begins[i] = begin_of(digest);
		for (size_t j = 0; j < i && digest.len > 0; j++) {
			if (begins[i] == begins[j] &&
			    str_is_equal(digest, gather->claims[j].digest))
				return false;
		}
	}
	return true;
}

/* Our shape: an array element, with nothing closed inside it. */
static bool
is_plain(const struct claims_disclosure *disclosure)
{
	struct claims_jsontext walk;
	struct str value;

	claims_jsontext_init(&walk, disclosure->value);
	return disclosure->name.p == NULL &&
	    claims_jsontext_value(&walk, &value) == 0 && walk.n_reserved == 0;
}

/* Open the claim that a disclosure is of. */
static int
open_claim(struct claims *claims, size_t i)
{
	const struct claims_disclosure *disclosure = &claims->disclosures[i];
	struct str digest = claims_digest_str(&disclosure->digest);
	uint64_t begin = begin_of(digest);

	for (size_t c = 0; c < claims->n_claims; c++) {
		struct claims_claim *claim = &claims->claims[c];

		if (claim->digest.len == 0 || begin_of(claim->digest) != begin ||
		    memcmp(claim->digest.p, digest.p, digest.len) != 0)
			continue;
		if (claim->state != CLAIMS_WITHHELD)
			return CLAIMS_E_DUPLICATE;
		claim->state = CLAIMS_DISCLOSED;
		claim->value = disclosure->value;
		claim->disclosure = i;
		return 0;
	}
	return CLAIMS_E_FOREIGN;
}

static int
open_claims(struct claims *claims, size_t *bad, struct arena *arena,
    const struct str *disclosures)
{
	for (size_t i = 0; i < claims->n_disclosures; i++) {
		struct claims_disclosure *disclosure = &claims->disclosures[i];
		int r = claims_disclosure_parse(disclosure, arena,
		    disclosures[i]);

		*bad = i;
		if (r == CLAIMS_DISCLOSURE_E_LIMIT)
			return CLAIMS_E_LIMIT;
		if (r < 0)
			return TRACE(r);
		if (r > 0 || !is_plain(disclosure))
			return CLAIMS_E_DISCLOSURE;
		r = open_claim(claims, i);
		if (r != 0)
			return r;
	}
	return 0;
}

int
claims_verify(struct claims *claims, size_t *bad, struct arena *arena,
    struct str entry, const struct str *disclosures, size_t n)
{
	struct gather gather;
	size_t unused = 0;
	int r;

	*claims = (struct claims){ .entry = entry };
	if (bad == NULL)
		bad = &unused;
	*bad = n;
	if (n > LIMIT_CLAIMS_DISCLOSURES)
		return CLAIMS_E_LIMIT;
	r = gather_entry(&gather, entry);
	if (r != 0)
		return r;
	if (!are_distinct(&gather))
		return CLAIMS_E_DUPLICATE;
	claims->claims = ARENA_ARRAY(arena, gather.n, struct claims_claim);
	claims->disclosures = ARENA_ARRAY(arena, n, struct claims_disclosure);
	if (claims->claims == NULL || claims->disclosures == NULL)
		return arena->is_full ? CLAIMS_E_LIMIT : FAULT(ENOMEM);
	memcpy(claims->claims, gather.claims,
	    gather.n * sizeof(gather.claims[0]));
	claims->n_claims = gather.n;
	claims->n_disclosures = n;
	return open_claims(claims, bad, arena, disclosures);
}

const struct claims_claim *
claims_find(const struct claims *claims, const char *label)
{
	struct str wanted = str_of(label);

	for (size_t i = 0; i < claims->n_claims; i++) {
		if (str_is_equal(claims->claims[i].label, wanted))
			return &claims->claims[i];
	}
	return NULL;
}
