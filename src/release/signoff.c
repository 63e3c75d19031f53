/* Signatures of releases; see signoff.h. */
#include "release/signoff.h"

#include <errno.h>
#include <stdio.h>

#include "claims/claims.h"
#include "tlog/merkle.h"
#include "tlog/receipt.h"
#include "util/fault.h"

/* Roles of the holder's staff that answer for what goes out. */
static const struct str roles[] = { STR_INIT("counsel"),
	STR_INIT("privacy_officer"), STR_INIT("data_owner") };

/* What of the entry is opened to the public, and where it goes. */
static const struct {
	const char *label;
	size_t offset;
	size_t size;
} parts[] = {
	{ "operator", offsetof(struct signoff, person),
	    sizeof(((struct signoff *)0)->person) },
	{ "change", offsetof(struct signoff, act),
	    sizeof(((struct signoff *)0)->act) },
	{ "role", offsetof(struct signoff, role),
	    sizeof(((struct signoff *)0)->role) },
	{ "digest", offsetof(struct signoff, digest),
	    sizeof(((struct signoff *)0)->digest) },
};

void
signoff_add_text(struct sha256 *texts, uint64_t entry, struct str label,
    struct str digest)
{
	char number[24];
	int n = snprintf(number, sizeof(number), "%llu ",
	    (unsigned long long)entry);

	sha256_add(texts, number, (size_t)n);
	sha256_add(texts, label.p, label.len);
	sha256_add(texts, " ", 1);
	sha256_add(texts, digest.p, digest.len);
	sha256_add(texts, "\n", 1);
}

bool
signoff_is_role(struct str role)
{
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		if (str_is_equal(roles[i], role))
			return true;
	}
	return false;
}

/* A JSON string without escapes, into room for it. */
static bool
take_string(char *to, size_t size, struct str json)
{
	struct str text = str_part(json, 1, json.len > 0 ? json.len - 1 : 0);

	if (json.len < 2 || json.p[0] != '"' || text.len >= size ||
	    memchr(text.p, '\\', text.len) != NULL)
		return false;
	memcpy(to, text.p, text.len);
	to[text.len] = '\0';
	return true;
}

static bool
is_open(const struct claims *claims, const char *label, const char *json)
{
	const struct claims_claim *claim = claims_find(claims, label);

	return claim != NULL && claim->state == CLAIMS_OPEN &&
	    str_is_equal(claim->value, str_of(json));
}

static bool
take_claims(struct signoff *signoff, const struct claims *claims)
{
	const struct claims_claim *time = claims_find(claims, "time");

	if (!is_open(claims, "type", "\"release\"") ||
	    !is_open(claims, "decision", "\"done\"") || time == NULL ||
	    !take_string(signoff->time, sizeof(signoff->time), time->value))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		const struct claims_claim *claim = claims_find(claims,
		    parts[i].label);

		if (claim == NULL || claim->state != CLAIMS_DISCLOSED ||
		    !take_string((char *)signoff + parts[i].offset,
			parts[i].size, claim->value))
			return false;
	}
	return true;
}

/* The presentation in a receipt, checked in itself. */
static int
open_claims(struct claims *claims, struct arena *arena, struct str extra)
{
	struct str *disclosures = NULL;
	struct str leaf;
	size_t n = 0;
	int r = claims_parse(&leaf, &disclosures, &n, arena, extra);

	if (r == 0)
		r = claims_verify(claims, NULL, arena, leaf, disclosures, n);
	return r > 0 ? SIGNOFF_E_BAD : TRACE(r);
}

int
signoff_read(struct signoff *signoff, struct arena *arena, struct str receipt,
    const struct tlog_note_key *key)
{
	struct tlog_checkpoint checkpoint;
	struct tlog_receipt parsed;
	struct claims claims = { 0 };
	struct digest leaf;
	int r = tlog_receipt_parse(&parsed, arena, receipt);

	if (r == 0 && !parsed.has_extra)
		r = SIGNOFF_E_BAD;
	if (r == 0)
		r = open_claims(&claims, arena, parsed.extra);
	if (r != 0)
		return r > 0 ? SIGNOFF_E_BAD : TRACE(r);
	tlog_merkle_leaf(&leaf, claims.entry);
	r = tlog_receipt_verify(&parsed, &checkpoint, &leaf, key);
	if (r != 0)
		return r > 0 ? SIGNOFF_E_BAD : TRACE(r);
	*signoff = (struct signoff){ .index = parsed.index };
	return take_claims(signoff, &claims) ? 0 : SIGNOFF_E_BAD;
}

static bool
is_part(struct str label)
{
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (str_is_equal(str_of(parts[i].label), label))
			return true;
	}
	return false;
}

int
signoff_cut(struct buf *text, struct arena *arena, struct str receipt)
{
	CLEANUP(buf_fini) struct buf extra = { 0 };
	struct str kept[ARRAY_LEN(parts)];
	struct tlog_receipt parsed;
	struct claims claims = { 0 };
	size_t n = 0;
	int r = tlog_receipt_parse(&parsed, arena, receipt);

	if (r == 0)
		r = open_claims(&claims, arena, parsed.extra);
	if (r != 0)
		return r > 0 ? SIGNOFF_E_BAD : TRACE(r);
	for (size_t i = 0; i < claims.n_claims && n < ARRAY_LEN(kept); i++) {
		const struct claims_claim *claim = &claims.claims[i];

		if (claim->state == CLAIMS_DISCLOSED && is_part(claim->label))
			kept[n++] =
			    claims.disclosures[claim->disclosure].text;
	}
	buf_init(&extra, TLOG_RECEIPT_EXTRA_MAX);
	claims_format(&extra, claims.entry, kept, n);
	if (buf_finish(&extra) != 0)
		return FAULT(ENOMEM);
	parsed.extra = buf_str(&extra);
	r = tlog_receipt_format(&parsed, text);
	return r > 0 ? SIGNOFF_E_BAD : TRACE(r);
}

static bool
is_act(const struct signoff *item, const char *act, struct str digest)
{
	return strcmp(item->act, act) == 0 &&
	    str_is_equal(str_of(item->digest), digest) &&
	    signoff_is_role(str_of(item->role));
}

bool
signoff_is_signed(const struct signoff_list *list, struct str digest)
{
	const struct signoff *first = NULL;

	for (size_t i = 0; i < list->n; i++) {
		const struct signoff *item = &list->items[i];

		if (!is_act(item, "sign", digest))
			continue;
		if (first != NULL && strcmp(first->person, item->person) != 0)
			return true;
		first = first != NULL ? first : item;
	}
	return false;
}

bool
signoff_is_reviewed(const struct signoff_list *list, struct str digest)
{
	for (size_t i = 0; i < list->n; i++) {
		if (is_act(&list->items[i], "review", digest))
			return true;
	}
	return false;
}
