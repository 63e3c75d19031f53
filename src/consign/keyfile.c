/* Wrapped keys; see keyfile.h. */
#include "consign/keyfile.h"

#include <assert.h>
#include <string.h>

#include "crypto/hmac.h"
#include "crypto/secret.h"
#include "util/utf8.h"

/* Where each member stands. */
enum {
	AT_MAGIC = 0,
	AT_ID = 8,
	AT_THRESHOLD = 34,
	AT_CUSTODIANS = 35,
	AT_INDEX = 40,
	AT_HALF = AT_INDEX + SEAL_WRAPPED_BYTES,
	AT_LIST = AT_HALF + SEAL_WRAPPED_BYTES,
	ROW_PUBLIC = KEYFILE_NAME + 1,
	ROW_COMMITMENT = ROW_PUBLIC + 32,
	ROW_SHARE = ROW_COMMITMENT + 32,
	ROW = ROW_SHARE + SEAL_WRAPPED_BYTES,
	AT_SUM = KEYFILE_BYTES - 32,
};

static_assert(AT_LIST + LIMIT_CONSIGN_CUSTODIANS * ROW <= AT_SUM,
    "all custodians fit");

static const char magic[] = "STILEck1";

static void
commit(struct digest *commitment, const struct keyfile *file,
    const struct shamir_share *share)
{
	struct sha256 hash;

	sha256_init(&hash);
	sha256_add(&hash, "stile share 1", 13);
	sha256_add(&hash, file->id, CONSIGN_ID);
	sha256_add(&hash, &share->x, 1);
	sha256_add(&hash, share->y, sizeof(share->y));
	sha256_finish(&hash, commitment);
}

/* Of the keeper's half and the custodians' secret, for this consignment. */
static void
make_root(struct seal_key *root, const struct keyfile *file,
    const struct seal_key *half, const struct shamir_secret *secret)
{
	uint8_t text[12 + CONSIGN_ID + SHAMIR_BYTES] = "stile root 1";
	struct digest code;
	struct hmac hmac;

	memcpy(text + 12, file->id, CONSIGN_ID);
	memcpy(text + 12 + CONSIGN_ID, secret->b, SHAMIR_BYTES);
	hmac_init(&hmac, half->b, sizeof(half->b));
	hmac_of(&hmac, &code, text, sizeof(text));
	memcpy(root->b, code.b, sizeof(root->b));
	secret_wipe(text, sizeof(text));
	secret_wipe(&hmac, sizeof(hmac));
	secret_wipe(&code, sizeof(code));
}

/* Each custodian's share, wrapped to that custodian. */
static int
share_out(struct keyfile *file, const struct shamir_secret *secret,
    const struct random *random)
{
	struct shamir_share shares[LIMIT_CONSIGN_CUSTODIANS];
	int r = 0;

	if (file->threshold == 0)
		return 0;
	shamir_split(shares, file->n_custodians, file->threshold, secret,
	    random);
	for (size_t i = 0; i < file->n_custodians && r == 0; i++) {
		struct keyfile_custodian *custodian = &file->custodians[i];
		struct seal_key y;

		memcpy(y.b, shares[i].y, sizeof(y.b));
		commit(&custodian->commitment, file, &shares[i]);
		r = seal_wrap(&custodian->share, &custodian->public, &y);
		secret_wipe(&y, sizeof(y));
	}
	secret_wipe(shares, sizeof(shares));
	return r == 0 ? 0 : KEYFILE_E_BAD;
}

int
keyfile_make(struct keyfile *file, struct keyfile_secrets *secrets,
    const struct keyfile_public *public, const struct random *random)
{
	struct shamir_secret secret = { 0 };
	struct seal_key half = { 0 };
	int r;

	assert(file->threshold <= file->n_custodians &&
	    file->n_custodians <= LIMIT_CONSIGN_CUSTODIANS);
	random_fill(random, secrets->index.b, sizeof(secrets->index.b));
	random_fill(random, half.b, sizeof(half.b));
	random_fill(random, secret.b, sizeof(secret.b));
	make_root(&secrets->root, file, &half, &secret);
	r = share_out(file, &secret, random);
	if (r == 0)
		r = seal_wrap(&file->index, &public->index, &secrets->index);
	if (r == 0)
		r = seal_wrap(&file->half, &public->half, &half);
	secret_wipe(&secret, sizeof(secret));
	secret_wipe(&half, sizeof(half));
	return r == 0 ? 0 : KEYFILE_E_BAD;
}

int
keyfile_root(struct seal_key *root, size_t *at, const struct keyfile *file,
    const struct seal_key *half, const struct shamir_share *shares, size_t n)
{
	struct shamir_secret secret;

	for (*at = 0; *at < n; ++*at) {
		const struct shamir_share *share = &shares[*at];
		struct digest commitment;

		commit(&commitment, file, share);
		if (share->x == 0 || share->x > file->n_custodians ||
		    memcmp(commitment.b,
			file->custodians[share->x - 1].commitment.b,
			sizeof(commitment.b)) != 0)
			return KEYFILE_E_SHARE;
	}
	if (file->threshold == 0 || n < file->threshold ||
	    shamir_combine(&secret, shares, n) != 0)
		return KEYFILE_E_SHARE;
	make_root(root, file, half, &secret);
	secret_wipe(&secret, sizeof(secret));
	return 0;
}

void
keyfile_check(uint8_t check[static CONSIGN_CHECK], const struct seal_key *root)
{
	struct digest code;
	struct hmac hmac;

	hmac_init(&hmac, root->b, sizeof(root->b));
	hmac_of(&hmac, &code, "stile check 1", 13);
	memcpy(check, code.b, CONSIGN_CHECK);
	secret_wipe(&hmac, sizeof(hmac));
}

void
keyfile_encode(uint8_t bytes[static KEYFILE_BYTES], const struct keyfile *file)
{
	struct digest sum;

	memset(bytes, 0, KEYFILE_BYTES);
	memcpy(bytes + AT_MAGIC, magic, 8);
	memcpy(bytes + AT_ID, file->id, CONSIGN_ID);
	bytes[AT_THRESHOLD] = file->threshold;
	bytes[AT_CUSTODIANS] = file->n_custodians;
	memcpy(bytes + AT_INDEX, file->index.b, SEAL_WRAPPED_BYTES);
	memcpy(bytes + AT_HALF, file->half.b, SEAL_WRAPPED_BYTES);
	for (size_t i = 0; i < file->n_custodians; i++) {
		const struct keyfile_custodian *custodian =
		    &file->custodians[i];
		uint8_t *row = bytes + AT_LIST + i * ROW;

		memcpy(row, custodian->name, strlen(custodian->name));
		memcpy(row + ROW_PUBLIC, custodian->public.b, 32);
		memcpy(row + ROW_COMMITMENT, custodian->commitment.b, 32);
		memcpy(row + ROW_SHARE, custodian->share.b,
		    SEAL_WRAPPED_BYTES);
	}
	sha256_of(&sum, bytes, AT_SUM);
	memcpy(bytes + AT_SUM, sum.b, sizeof(sum.b));
}

static bool
decode_custodian(struct keyfile_custodian *custodian, const uint8_t *row)
{
	struct str name = { (const char *)row,
		strnlen((const char *)row, KEYFILE_NAME + 1) };

	if (name.len == 0 || name.len > KEYFILE_NAME || !utf8_is_valid(name))
		return false;
	memcpy(custodian->name, name.p, name.len);
	memcpy(custodian->public.b, row + ROW_PUBLIC, 32);
	memcpy(custodian->commitment.b, row + ROW_COMMITMENT, 32);
	memcpy(custodian->share.b, row + ROW_SHARE, SEAL_WRAPPED_BYTES);
	return true;
}

int
keyfile_decode(struct keyfile *file, struct str bytes)
{
	const uint8_t *p = (const uint8_t *)bytes.p;
	struct digest sum;
	bool is_good;

	*file = (struct keyfile){ 0 };
	if (bytes.len != KEYFILE_BYTES || memcmp(p + AT_MAGIC, magic, 8) != 0)
		return KEYFILE_E_BAD;
	sha256_of(&sum, p, AT_SUM);
	memcpy(file->id, p + AT_ID, CONSIGN_ID);
	file->threshold = p[AT_THRESHOLD];
	file->n_custodians = p[AT_CUSTODIANS];
	memcpy(file->index.b, p + AT_INDEX, SEAL_WRAPPED_BYTES);
	memcpy(file->half.b, p + AT_HALF, SEAL_WRAPPED_BYTES);
	is_good = memcmp(p + AT_SUM, sum.b, sizeof(sum.b)) == 0 &&
	    consign_head_is_id((struct str){ file->id, CONSIGN_ID }) &&
	    file->n_custodians <= LIMIT_CONSIGN_CUSTODIANS &&
	    file->threshold <= file->n_custodians;
	for (size_t i = 0; is_good && i < file->n_custodians; i++)
		is_good = decode_custodian(&file->custodians[i],
		    p + AT_LIST + i * ROW);
	if (!is_good)
		*file = (struct keyfile){ 0 };
	return is_good ? 0 : KEYFILE_E_BAD;
}
