/*
 * What a broken gate may send: bytes become frames, frames become questions.
 *
 * The keeper must answer each well-formed question once, give out no signature
 * but for what extends its last, and never fail by a fault.
 */
#include <assert.h>
#include <sys/mman.h>
#include <unistd.h>

#include "frames.h"
#include "keeper/questions.h"
#include "tlog/merkle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Keys that are the same every time, made without files. */
static void
make_keys(struct keyring *keys)
{
	static const uint8_t secret[32] = { 3 };
	const struct ed25519_seed seed = { { 1 } };

	assert(tlog_note_signer_init(&keys->log, STR("log.example/ny"),
		   TLOG_NOTE_ED25519, &seed) == 0);
	seal_pair_from_seed(&keys->seal_public, &keys->seal_secret, secret);
	hmac_init(&keys->subjects, secret, sizeof(secret));
}

static void
check_answer(const struct questions *questions, const struct buf *out,
    const struct frame *ask)
{
	struct frame answer;
	size_t len;

	assert(frame_parse(&answer, &len, buf_str(out)) == 0);
	assert(len == out->len && answer.id == ask->id);
	assert(answer.kind == ask->kind || answer.kind == KEEPER_KIND_REFUSED);
	assert(questions_is_own(questions));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = { (const char *)data, size };
	struct keyring keys = { 0 };
	struct lastsigned last = { 0 };
	struct eventlog log = eventlog_stderr("keeper");
	struct questions questions = { &keys, &last, &log };
	struct frame ask;
	struct buf out;
	size_t len;

	log.fd = -1;
	make_keys(&keys);
	last.fd = memfd_create("state", MFD_CLOEXEC);
	tlog_merkle_empty(&last.root);
	buf_init(&out, 8 << 20);
	while (frame_parse(&ask, &len, rest) == 0) {
		uint64_t before = last.size;
		int r = questions_answer(&questions, &out, &ask);

		assert(r == 0 || r == QUESTIONS_E_BAD);
		assert(last.size >= before);
		if (r == 0)
			check_answer(&questions, &out, &ask);
		buf_reset(&out);
		rest = str_part(rest, len, rest.len);
	}
	buf_fini(&out);
	close(last.fd);
	return 0;
}
