/*
 * Receipts. What is taken must be written again as the same bytes, and none may
 * verify for a leaf that is not in the log.
 */
#include <assert.h>
#include <stdint.h>

#include "limits.h"
#include "tlog/receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of the log in tests/log-vectors/tessera-testdata-log. */
static const char vkey[] = "example.com/log/testdata+33d7b496+"
			   "AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	static struct tlog_receipt receipt;
	struct digest wrong = { { 1 } };
	struct tlog_checkpoint checkpoint;
	struct tlog_note_key key;
	struct arena arena;
	struct buf again;
	int r = tlog_note_key_parse(&key, str_of(vkey));

	assert(r == 0);
	arena_init(&arena, LIMIT_TLOG_RECEIPT_BYTES);
	if (tlog_receipt_parse(&receipt, &arena, text) == 0) {
		buf_init(&again, size + 1);
		r = tlog_receipt_format(&receipt, &again);
		assert(r == 0 && str_is_equal(buf_str(&again), text));
		buf_fini(&again);
		r = tlog_receipt_verify(&receipt, &checkpoint, &wrong, &key);
		assert(r != 0);
	}
	arena_fini(&arena);
	return 0;
}
