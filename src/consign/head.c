/* The head's bytes; see head.h and docs/format/consignment.md. */
#include "consign/head.h"

#include <assert.h>
#include <string.h>

#include "crypto/sha256.h"
#include "util/frame.h"
#include "util/utf8.h"

/* Where each member stands. */
enum {
	AT_MAGIC = 0,
	AT_ID = 8,
	AT_FORM = 34,
	AT_THRESHOLD = 35,
	AT_CUSTODIANS = 36,
	AT_ZERO = 37,
	AT_RECEIVED = 40,
	AT_DEADLINE = 48,
	AT_SENDER_LEN = 56,
	AT_SIZE = 64,
	AT_DIGEST = 72,
	AT_NUMBERS = 104,
	AT_CHECK = AT_NUMBERS + 6 * 8,
	AT_SENDER = AT_CHECK + CONSIGN_CHECK,
	AT_SUM = CONSIGN_HEAD_BYTES - (int)sizeof(struct digest),
};

static const char magic[] = "STILEch1";

static_assert(AT_SENDER + LIMIT_CONSIGN_SENDER <= AT_SUM, "the sender fits");

static const struct str forms[CONSIGN_N_FORMS] = {
	[CONSIGN_BYTES] = STR_INIT("bytes"),
	[CONSIGN_CSV] = STR_INIT("csv"),
	[CONSIGN_JSON] = STR_INIT("json"),
	[CONSIGN_AAMVA] = STR_INIT("aamva"),
};

struct str
consign_head_form_text(enum consign_form form)
{
	return forms[form];
}

bool
consign_head_is_id(struct str text)
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

	if (text.len != CONSIGN_ID)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (memchr(digits, text.p[i], sizeof(digits) - 1) == NULL)
			return false;
	}
	return true;
}

/* The numbers in a row, for both ways. */
static void
list_numbers(uint64_t *numbers[static 6], struct consign_head *head)
{
	numbers[0] = &head->n_pieces;
	numbers[1] = &head->n_records;
	numbers[2] = &head->n_found;
	numbers[3] = &head->n_shared;
	numbers[4] = &head->n_tags;
	numbers[5] = &head->data_bytes;
}

void
consign_head_encode(uint8_t bytes[static CONSIGN_HEAD_BYTES],
    const struct consign_head *head)
{
	struct consign_head copy = *head;
	uint64_t *numbers[6];
	struct digest sum;

	memset(bytes, 0, CONSIGN_HEAD_BYTES);
	memcpy(bytes + AT_MAGIC, magic, 8);
	memcpy(bytes + AT_ID, head->id, CONSIGN_ID);
	bytes[AT_FORM] = (uint8_t)head->form;
	bytes[AT_THRESHOLD] = head->threshold;
	bytes[AT_CUSTODIANS] = head->n_custodians;
	frame_set_u64(bytes + AT_RECEIVED, (uint64_t)head->received_us);
	frame_set_u64(bytes + AT_DEADLINE, (uint64_t)(int64_t)head->deadline);
	frame_set_u64(bytes + AT_SENDER_LEN, strlen(head->sender));
	frame_set_u64(bytes + AT_SIZE, head->size);
	memcpy(bytes + AT_DIGEST, head->digest.b, sizeof(head->digest.b));
	list_numbers(numbers, &copy);
	for (int i = 0; i < 6; i++)
		frame_set_u64(bytes + AT_NUMBERS + 8 * i, *numbers[i]);
	memcpy(bytes + AT_CHECK, head->check, CONSIGN_CHECK);
	memcpy(bytes + AT_SENDER, head->sender, strlen(head->sender));
	sha256_of(&sum, bytes, AT_SUM);
	memcpy(bytes + AT_SUM, sum.b, sizeof(sum.b));
}

static bool
is_whole(const uint8_t *bytes)
{
	struct digest sum;

	sha256_of(&sum, bytes, AT_SUM);
	return memcmp(bytes + AT_MAGIC, magic, 8) == 0 &&
	    memcmp(bytes + AT_SUM, sum.b, sizeof(sum.b)) == 0;
}

static bool
is_text(struct str text)
{
	size_t at = 0;

	while (at < text.len) {
		int32_t code = utf8_next(text, &at);

		if (code < 0 || utf8_is_deceptive((uint32_t)code))
			return false;
	}
	return text.len > 0;
}

/* What one member says of another. */
static bool
is_sound(const struct consign_head *head, uint64_t sender_len)
{
	return consign_head_is_id((struct str){ head->id, CONSIGN_ID }) &&
	    head->form < CONSIGN_N_FORMS &&
	    head->n_custodians <= LIMIT_CONSIGN_CUSTODIANS &&
	    head->threshold <= head->n_custodians && head->received_us > 0 &&
	    head->n_pieces <= head->size &&
	    head->n_records <= head->n_pieces &&
	    head->n_found <= head->n_records &&
	    head->n_tags <= head->n_found * LIMIT_CONSIGN_KEYS &&
	    head->n_shared <= head->n_tags &&
	    is_text((struct str){ head->sender, sender_len });
}

int
consign_head_decode(struct consign_head *head, struct str bytes)
{
	static const uint8_t zero[CONSIGN_HEAD_BYTES];
	const uint8_t *p = (const uint8_t *)bytes.p;
	uint64_t sender_len;
	uint64_t *numbers[6];

	*head = (struct consign_head){ 0 };
	if (bytes.len != CONSIGN_HEAD_BYTES || !is_whole(p))
		return CONSIGN_HEAD_E_BAD;
	memcpy(head->id, p + AT_ID, CONSIGN_ID);
	head->form = p[AT_FORM];
	head->threshold = p[AT_THRESHOLD];
	head->n_custodians = p[AT_CUSTODIANS];
	head->received_us = (int64_t)frame_get_u64(p + AT_RECEIVED);
	head->deadline = (int32_t)frame_get_u64(p + AT_DEADLINE);
	sender_len = frame_get_u64(p + AT_SENDER_LEN);
	head->size = frame_get_u64(p + AT_SIZE);
	memcpy(head->digest.b, p + AT_DIGEST, sizeof(head->digest.b));
	list_numbers(numbers, head);
	for (int i = 0; i < 6; i++)
		*numbers[i] = frame_get_u64(p + AT_NUMBERS + 8 * i);
	memcpy(head->check, p + AT_CHECK, CONSIGN_CHECK);
	if (sender_len <= LIMIT_CONSIGN_SENDER)
		memcpy(head->sender, p + AT_SENDER, sender_len);
	if (sender_len <= LIMIT_CONSIGN_SENDER && is_sound(head, sender_len) &&
	    memcmp(p + AT_ZERO, zero, AT_RECEIVED - AT_ZERO) == 0 &&
	    memcmp(p + AT_SENDER + sender_len, zero,
		AT_SUM - AT_SENDER - sender_len) == 0)
		return 0;
	*head = (struct consign_head){ 0 };
	return CONSIGN_HEAD_E_BAD;
}
