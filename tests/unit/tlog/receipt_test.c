/* Receipts: format, parse, verify; every change refused. */
#include "tlog/receipt.h"

#include "limits.h"
#include "memory_log.h"
#include "stile/tlog.h"
#include "tap.h"
#include "tlog/edge.h"

enum {
	SIZE = 300,
	INDEX = 123,
};

#define LOG "stile.example/log"

static struct tlog_note_signer
signer_of(uint8_t seed_byte)
{
	struct ed25519_seed seed = { { seed_byte } };
	struct tlog_note_signer signer;

	check(tlog_note_signer_init(&signer, STR(LOG), TLOG_NOTE_ED25519,
		  &seed) == 0);
	return signer;
}

/* A receipt of entry INDEX in a log of SIZE; note holds its checkpoint. */
static struct tlog_receipt
make(struct buf *note, uint64_t size, uint64_t index)
{
	CLEANUP(tlog_edge_freep) struct tlog_edge *edge = NULL;
	struct tlog_note_signer signer = signer_of(1);
	struct tlog_checkpoint checkpoint = { .origin = STR(LOG) };
	struct tlog_receipt receipt = { .index = index };

	memory_log_fill((size_t)size);
	check(tlog_edge_new(&edge) == 0);
	for (size_t i = 0; i < size; i++)
		check(tlog_edge_append(edge, &memory_leaves[i]) == 0);
	check(tlog_edge_inclusion(edge, &receipt.proof, index, NULL) == 0);
	checkpoint.size = size;
	tlog_edge_root(edge, &checkpoint.root);
	buf_init(note, 4096);
	tlog_checkpoint_sign(&checkpoint, note, &signer);
	receipt.checkpoint = buf_str(note);
	return receipt;
}

static int
parse_and_verify(struct str text, const struct tlog_note_key *key,
    const struct digest *leaf)
{
	CLEANUP(arena_fini) struct arena arena = { 0 };
	struct tlog_checkpoint checkpoint;
	struct tlog_receipt receipt;
	int r;

	arena_init(&arena, LIMIT_TLOG_RECEIPT_BYTES);
	r = tlog_receipt_parse(&receipt, &arena, text);
	if (r == 0)
		r = tlog_receipt_verify(&receipt, &checkpoint, leaf, key);
	return r;
}

static void
p10_a_receipt_verifies_with_the_key_alone(void)
{
	CLEANUP(buf_fini) struct buf note = { 0 };
	CLEANUP(buf_fini) struct buf text = { 0 };
	CLEANUP(buf_fini) struct buf vkey = { 0 };
	CLEANUP(arena_fini) struct arena arena = { 0 };
	struct tlog_note_signer signer = signer_of(1);
	struct tlog_receipt receipt = make(&note, SIZE, INDEX);
	struct tlog_receipt got;
	struct tlog_head head;
	uint64_t index = 0;
	char entry[32];

	receipt.has_extra = true;
	receipt.extra = memory_entry(entry, INDEX);
	buf_init(&text, LIMIT_TLOG_RECEIPT_BYTES);
	check(tlog_receipt_format(&receipt, &text) == 0);
	check(str_has_prefix(buf_str(&text),
	    STR("c2sp.org/tlog-proof@v1\nextra ZW50cnkgbnVtYmVyIDEyMw==\n"
		"index 123\n")));
	check(parse_and_verify(buf_str(&text), &signer.key,
		  &memory_leaves[INDEX]) == 0);
	arena_init(&arena, 10000);
	check(tlog_receipt_parse(&got, &arena, buf_str(&text)) == 0);
	check_str(got.extra, receipt.extra);
	check_str(got.checkpoint, receipt.checkpoint);
	check(proof_is(&got.proof, &receipt.proof));
	buf_init(&vkey, 1000);
	tlog_note_key_format(&signer.key, &vkey);
	check(tlog_verify_receipt(&head, &index, text.bytes, text.len,
		  &memory_leaves[INDEX], vkey.bytes, vkey.len) == TLOG_OK);
	check_u64(index, INDEX);
	check_u64(head.size, SIZE);
	check(tlog_verify_receipt(&head, &index, text.bytes, text.len,
		  &memory_leaves[INDEX + 1], vkey.bytes, vkey.len) ==
	    TLOG_BAD_PROOF);
	check(tlog_verify_receipt(&head, &index, text.bytes, text.len,
		  &memory_leaves[INDEX], vkey.bytes, vkey.len - 1) ==
	    TLOG_BAD_KEY);
}

static void
every_changed_byte_makes_a_receipt_fail(void)
{
	CLEANUP(buf_fini) struct buf note = { 0 };
	CLEANUP(buf_fini) struct buf text = { 0 };
	struct tlog_note_signer signer = signer_of(1);
	struct tlog_receipt receipt = make(&note, SIZE, INDEX);

	buf_init(&text, LIMIT_TLOG_RECEIPT_BYTES);
	check(tlog_receipt_format(&receipt, &text) == 0);
	for (size_t i = 0; i < text.len; i++) {
		text.bytes[i] ^= 1;
		if (!check(parse_and_verify(buf_str(&text), &signer.key,
			      &memory_leaves[INDEX]) > 0))
			printf("# byte %zu\n", i);
		text.bytes[i] ^= 1;
	}
	for (size_t len = 0; len < text.len; len++)
		check(parse_and_verify((struct str){ text.bytes, len },
			  &signer.key, &memory_leaves[INDEX]) > 0);
}

static void
another_key_and_another_entry_are_told_apart(void)
{
	CLEANUP(buf_fini) struct buf note = { 0 };
	CLEANUP(buf_fini) struct buf text = { 0 };
	struct tlog_note_signer signer = signer_of(1);
	struct tlog_note_signer other = signer_of(2);
	struct tlog_receipt receipt = make(&note, SIZE, INDEX);

	buf_init(&text, LIMIT_TLOG_RECEIPT_BYTES);
	check(tlog_receipt_format(&receipt, &text) == 0);
	check(parse_and_verify(buf_str(&text), &other.key,
		  &memory_leaves[INDEX]) == TLOG_RECEIPT_E_SIGNATURE);
	check(parse_and_verify(buf_str(&text), &signer.key,
		  &memory_leaves[0]) == TLOG_RECEIPT_E_PROOF);
}

static void
the_only_entry_of_a_log_has_no_hash_lines(void)
{
	CLEANUP(buf_fini) struct buf note = { 0 };
	CLEANUP(buf_fini) struct buf text = { 0 };
	struct tlog_note_signer signer = signer_of(1);
	struct tlog_receipt receipt = make(&note, 1, 0);

	buf_init(&text, LIMIT_TLOG_RECEIPT_BYTES);
	check(tlog_receipt_format(&receipt, &text) == 0);
	check(str_has_prefix(buf_str(&text),
	    STR("c2sp.org/tlog-proof@v1\nindex 0\n\n" LOG "\n1\n")));
	check(parse_and_verify(buf_str(&text), &signer.key,
		  &memory_leaves[0]) == 0);
}

static void
malformed_receipts_are_refused(void)
{
	static const char *const bad[] = { "", "c2sp.org/tlog-proof@v1",
		"c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v2\nindex 0\n",
		"c2sp.org/tlog-proof@v1\nindex 0\n",
		"c2sp.org/tlog-proof@v1\nindex 0\n\n",
		"c2sp.org/tlog-proof@v1\nindex 00\n\nx\n",
		"c2sp.org/tlog-proof@v1\nindex -1\n\nx\n",
		"c2sp.org/tlog-proof@v1\nindex 9223372036854775807\n\nx\n",
		"c2sp.org/tlog-proof@v1\nindex 0 \n\nx\n",
		"c2sp.org/tlog-proof@v1\r\nindex 0\r\n\r\nx\r\n",
		"c2sp.org/tlog-proof@v1\nextra !\nindex 0\n\nx\n",
		"c2sp.org/tlog-proof@v1\nextra AA\nindex 0\n\nx\n",
		"c2sp.org/tlog-proof@v1\nextra AA==\nextra AA==\nindex 0\n\nx\n",
		"c2sp.org/tlog-proof@v1\nindex 0\nAA==\n\nx\n",
		"c2sp.org/tlog-proof@v1\nindex 0\nindex 1\n\nx\n" };
	CLEANUP(arena_fini) struct arena arena = { 0 };
	struct tlog_receipt receipt;

	arena_init(&arena, 100000);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		check(tlog_receipt_parse(&receipt, &arena, str_of(bad[i])) ==
		    TLOG_RECEIPT_E_FORMAT);
	check(tlog_receipt_parse(&receipt, &arena,
		  STR("c2sp.org/tlog-proof@v1\nextra \nindex 7\n\nx\n")) == 0);
	check(receipt.has_extra && receipt.extra.len == 0);
}

static void
more_hashes_than_any_tree_needs_are_refused(void)
{
	CLEANUP(arena_fini) struct arena arena = { 0 };
	CLEANUP(buf_fini) struct buf text = { 0 };
	struct tlog_receipt receipt;

	arena_init(&arena, 100000);
	buf_init(&text, 100000);
	buf_add_text(&text, "c2sp.org/tlog-proof@v1\nindex 0\n");
	for (size_t i = 0; i <= TLOG_PROOF_HASHES; i++)
		buf_add_text(&text,
		    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
	buf_add_text(&text, "\nx\n");
	check(tlog_receipt_parse(&receipt, &arena, buf_str(&text)) ==
	    TLOG_RECEIPT_E_FORMAT);
}

/* LIMIT_TLOG_RECEIPT_LINE */
static void
extra_goes_up_to_the_line_that_readers_take_and_no_further(void)
{
	static char extra[TLOG_RECEIPT_EXTRA_MAX + 1];
	CLEANUP(buf_fini) struct buf text = { 0 };
	CLEANUP(arena_fini) struct arena arena = { 0 };
	struct tlog_receipt receipt = { .has_extra = true };
	struct tlog_receipt got;

	buf_init(&text, LIMIT_TLOG_RECEIPT_BYTES);
	arena_init(&arena, LIMIT_TLOG_RECEIPT_BYTES);
	receipt.checkpoint = STR("x\n");
	receipt.extra = (struct str){ extra, sizeof(extra) };
	check(tlog_receipt_format(&receipt, &text) == TLOG_RECEIPT_E_LIMIT);
	check_u64(text.len, 0);
	receipt.extra.len--;
	check(tlog_receipt_format(&receipt, &text) == 0);
	check(str_find(buf_str(&text), '\n', 23) - 23 <
	    LIMIT_TLOG_RECEIPT_LINE);
	check(tlog_receipt_parse(&got, &arena, buf_str(&text)) == 0);
	check_u64(got.extra.len, TLOG_RECEIPT_EXTRA_MAX);
	buf_reset(&text);
	buf_add_text(&text, "c2sp.org/tlog-proof@v1\nextra ");
	for (size_t i = 0; i <= TLOG_RECEIPT_EXTRA_MAX / 3; i++)
		buf_add_text(&text, "AAAA");
	buf_add_text(&text, "\nindex 0\n\nx\n");
	check(tlog_receipt_parse(&got, &arena, buf_str(&text)) ==
	    TLOG_RECEIPT_E_LIMIT);
}

static void
a_text_past_limit_tlog_receipt_bytes_is_refused(void)
{
	static char text[LIMIT_TLOG_RECEIPT_BYTES + 1];
	static const char head[] = "c2sp.org/tlog-proof@v1\nindex 0\n\n";
	CLEANUP(arena_fini) struct arena arena = { 0 };
	struct tlog_receipt receipt;

	arena_init(&arena, 1000);
	memset(text, 'x', sizeof(text));
	memcpy(text, head, sizeof(head) - 1);
	check(tlog_receipt_parse(&receipt, &arena,
		  (struct str){ text, sizeof(text) - 1 }) == 0);
	check(tlog_receipt_parse(&receipt, &arena,
		  (struct str){ text, sizeof(text) }) == TLOG_RECEIPT_E_LIMIT);
}

static const struct tap_test tests[] = {
	TEST(p10_a_receipt_verifies_with_the_key_alone),
	TEST(every_changed_byte_makes_a_receipt_fail),
	TEST(another_key_and_another_entry_are_told_apart),
	TEST(the_only_entry_of_a_log_has_no_hash_lines),
	TEST(malformed_receipts_are_refused),
	TEST(more_hashes_than_any_tree_needs_are_refused),
	TEST(extra_goes_up_to_the_line_that_readers_take_and_no_further),
	TEST(a_text_past_limit_tlog_receipt_bytes_is_refused),
};

TAP_MAIN(tests)
