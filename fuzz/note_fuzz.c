/*
 * Notes, checkpoints and key texts. What is taken must be written again as the
 * same bytes, and nothing that the fuzzer makes may verify under our key unless
 * its text is the one we signed.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "tlog/checkpoint.h"
#include "tlog/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of tests/log-vectors/notes-and-paths.json. */
static const char vkey[] = "PeterNeumann+c74f20a3+"
			   "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char signed_text[] =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";

static void
try_key(struct str text)
{
	struct tlog_note_key key;
	struct buf again;

	if (tlog_note_key_parse(&key, text) != 0)
		return;
	buf_init(&again, 1024);
	tlog_note_key_format(&key, &again);
	assert(str_is_equal(buf_str(&again), text));
	buf_fini(&again);
}

static void
try_checkpoint(struct str body)
{
	struct tlog_checkpoint checkpoint;
	struct buf again;

	if (tlog_checkpoint_parse(&checkpoint, body) != 0)
		return;
	buf_init(&again, body.len + 1);
	tlog_checkpoint_format(&checkpoint, &again);
	assert(str_is_equal(buf_str(&again), body));
	buf_fini(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	static struct tlog_note note;
	struct tlog_note_verdict verdict;
	struct tlog_note_key key;
	int r = tlog_note_key_parse(&key, str_of(vkey));

	assert(r == 0);
	try_key(text);
	try_checkpoint(text);
	if (tlog_note_parse(&note, text) != 0)
		return 0;
	assert(note.n_signatures > 0);
	try_checkpoint(note.text);
	if (tlog_note_verify(&note, &verdict, &key, 1) == 0)
		assert(verdict.is_signed &&
		    str_is_equal(note.text, str_of(signed_text)));
	return 0;
}
