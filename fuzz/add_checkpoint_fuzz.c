/*
 * Bodies of add-checkpoint. What is taken is written again as the same bytes,
 * and nothing that the fuzzer makes is cosigned unless it is the checkpoint
 * that our log signed.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "tlog/witness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Tessera's test log: its 15 entries' root stands in the corpus. */
static const char vkey[] = "example.com/log/testdata+33d7b496+"
			   "AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";

static void
judge(const struct tlog_witness_request *request)
{
	static struct tlog_witness_verdict verdict;
	struct tlog_note_key key;
	struct tlog_witness_log log = { .keys = &key, .n_keys = 1 };
	int r = tlog_note_key_parse(&key, str_of(vkey));

	assert(r == 0);
	log.origin = (struct str){ key.name.text, key.name.len };
	r = tlog_witness_judge(&verdict, request, &log, 1);
	assert(r == 0 && verdict.why != NULL);
	if (verdict.status != TLOG_WITNESS_OK)
		return;
	assert(request->old_size == 0 && request->proof.n_hashes == 0);
	/* Sixteen checkpoints of that key are published: sizes 0 to 15. */
	assert(verdict.checkpoint.size <= 15);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str body = { (const char *)data, size };
	struct tlog_witness_request request;
	struct buf again;
	uint64_t number;

	tlog_witness_parse_size(&number, body);
	if (tlog_witness_parse(&request, body) != 0)
		return 0;
	buf_init(&again, body.len + 1);
	tlog_witness_format(&request, &again);
	assert(str_is_equal(buf_str(&again), body));
	buf_fini(&again);
	judge(&request);
	return 0;
}
