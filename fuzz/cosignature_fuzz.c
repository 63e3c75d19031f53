/*
 * What a witness answers. Nothing that the fuzzer makes is taken for a
 * cosignature unless it is the one that was made for this checkpoint, and what
 * is taken joins the note so that it still verifies.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "tlog/witness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW UINT64_C(1800000000)

/* A log of nothing, signed with a seed of ones; the witness has twos. */
static void
prepare(struct buf *note, struct tlog_note_signer *witness)
{
	struct tlog_note_signer log;
	struct ed25519_seed seed;
	int r;

	memset(seed.b, 1, sizeof(seed.b));
	r = tlog_note_signer_init(&log, STR("log.example"), TLOG_NOTE_ED25519,
	    &seed);
	assert(r == 0);
	memset(seed.b, 2, sizeof(seed.b));
	r = tlog_note_signer_init(witness, STR("w.example"),
	    TLOG_NOTE_COSIGNATURE, &seed);
	assert(r == 0);
	buf_init(note, LIMIT_TLOG_NOTE_BYTES);
	r = tlog_note_sign(note, STR("log.example\n0\n"
	    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"), &log, 1, 0);
	assert(r == 0);
}

static void
check_joined(struct buf *note, struct str lines,
    const struct tlog_note_key *key, uint64_t time)
{
	static struct tlog_note parsed;
	struct tlog_note_verdict verdict;
	int r;

	buf_add_str(note, lines);
	r = tlog_note_parse(&parsed, buf_str(note));
	assert(r == 0);
	r = tlog_note_verify(&parsed, &verdict, key, 1);
	assert(r == 0 && verdict.time == time);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tlog_note_signer witness;
	struct buf note;
	struct buf lines;
	uint64_t time = 0;
	int r;

	prepare(&note, &witness);
	buf_init(&lines, LIMIT_TLOG_NOTE_BYTES);
	r = tlog_witness_take(&lines, &time, buf_str(&note),
	    (struct str){ (const char *)data, size }, &witness.key, NOW);
	assert(r >= 0 && (r == 0) == (lines.len > 0));
	/* The corpus holds the one cosignature there is: of that second. */
	if (r == 0) {
		assert(time == NOW);
		check_joined(&note, buf_str(&lines), &witness.key, time);
	}
	buf_fini(&lines);
	buf_fini(&note);
	return 0;
}
