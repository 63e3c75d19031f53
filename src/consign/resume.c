/* Going on with a transfer; see resume.h. */
#include "consign/resume.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "crypto/secret.h"
#include "util/fault.h"
#include "util/frame.h"

/* The sealed part: head, keys, counts, runs. */
enum {
	AT_HEAD = 0,
	AT_INDEX = CONSIGN_HEAD_BYTES,
	AT_ROOT = AT_INDEX + 32,
	AT_DONE = AT_ROOT + 32,
	AT_PREFIX = AT_DONE + 8,
	AT_RUNS = AT_PREFIX + 32,
	PLAIN_MAX = AT_RUNS + 8 * LIMIT_CONSIGN_RUNS,
};

static_assert(PLAIN_MAX + SEAL_OVERHEAD + 8 <=
	RESUME_BYTES_MAX, "the file fits");

static const char magic[] = "STILEcr1";

static size_t
fill(uint8_t *plain, const struct resume *resume)
{
	consign_head_encode(plain + AT_HEAD, &resume->head);
	memcpy(plain + AT_INDEX, resume->secrets.index.b, 32);
	memcpy(plain + AT_ROOT, resume->secrets.root.b, 32);
	frame_set_u64(plain + AT_DONE, resume->n_done);
	memcpy(plain + AT_PREFIX, resume->prefix.b, 32);
	for (size_t i = 0; i < resume->n_runs; i++)
		frame_set_u64(plain + AT_RUNS + 8 * i, resume->run_ends[i]);
	return AT_RUNS + 8 * resume->n_runs;
}

int
resume_encode(struct buf *bytes, const struct resume *resume,
    const struct seal_key *work, const struct random *random)
{
	uint8_t plain[PLAIN_MAX];
	size_t len = fill(plain, resume);
	char *room;

	buf_add(bytes, magic, 8);
	room = buf_reserve(bytes, len + SEAL_OVERHEAD);
	if (room != NULL) {
		seal_encrypt((uint8_t *)room, work, random, magic, 8, plain,
		    len);
		buf_grow(bytes, len + SEAL_OVERHEAD);
	}
	secret_wipe(plain, sizeof(plain));
	return room != NULL ? 0 : FAULT(ENOMEM);
}

int
resume_decode(struct resume *resume, struct arena *arena, struct str bytes,
    const struct seal_key *work)
{
	struct str plain;
	uint8_t *text;

	*resume = (struct resume){ 0 };
	if (bytes.len < 8 + SEAL_OVERHEAD + AT_RUNS ||
	    memcmp(bytes.p, magic, 8) != 0)
		return RESUME_E_BAD;
	bytes = str_part(bytes, 8, bytes.len);
	text = arena_alloc(arena, bytes.len);
	if (text == NULL)
		return FAULT(ENOMEM);
	if (seal_decrypt(text, work, magic, 8, (const uint8_t *)bytes.p,
		bytes.len) != 0)
		return RESUME_E_BAD;
	plain = (struct str){ (const char *)text, bytes.len - SEAL_OVERHEAD };
	if ((plain.len - AT_RUNS) % 8 != 0 || plain.len > PLAIN_MAX ||
	    consign_head_decode(&resume->head, str_part(plain, 0,
		CONSIGN_HEAD_BYTES)) != 0)
		return RESUME_E_BAD;
	memcpy(resume->secrets.index.b, plain.p + AT_INDEX, 32);
	memcpy(resume->secrets.root.b, plain.p + AT_ROOT, 32);
	resume->n_done = frame_get_u64(plain.p + AT_DONE);
	memcpy(resume->prefix.b, plain.p + AT_PREFIX, 32);
	resume->n_runs = (plain.len - AT_RUNS) / 8;
	for (size_t i = 0; i < resume->n_runs; i++)
		resume->run_ends[i] = frame_get_u64(plain.p + AT_RUNS + 8 * i);
	secret_wipe(text, plain.len);
	return 0;
}
