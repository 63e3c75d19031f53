/* Sealed bytes under an epoch's key; see envelope.h. */
#include "crypto/envelope.h"

#define HEAD 8

void
envelope_seal(char *sealed, uint64_t epoch, const struct seal_key *key,
    const struct random *random, struct str context, struct str bytes)
{
	for (int i = 0; i < HEAD; i++)
		sealed[i] = (char)(uint8_t)(epoch >> 8 * (HEAD - 1 - i));
	seal_encrypt((uint8_t *)sealed + HEAD, key, random, context.p,
	    context.len, bytes.p, bytes.len);
}

bool
envelope_epoch(uint64_t *epoch, struct str sealed)
{
	*epoch = 0;
	if (sealed.len < ENVELOPE_OVERHEAD)
		return false;
	for (int i = 0; i < HEAD; i++)
		*epoch = *epoch << 8 | (uint8_t)sealed.p[i];
	return true;
}

int
envelope_open(char *bytes, const struct seal_key *key, struct str context,
    struct str sealed)
{
	if (sealed.len < ENVELOPE_OVERHEAD)
		return ENVELOPE_E_BAD;
	if (seal_decrypt((uint8_t *)bytes, key, context.p, context.len,
		(const uint8_t *)sealed.p + HEAD, sealed.len - HEAD) != 0)
		return ENVELOPE_E_BAD;
	return 0;
}
