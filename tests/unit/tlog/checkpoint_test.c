/* Checkpoints: Tessera's sixteen, Sigsum's, and the malformed. */
#include "tlog/checkpoint.h"

#include "memory_log.h"
#include "tap.h"
#include "vectors.h"

#define TESSERA TESTS_DIR "/log-vectors/tessera-testdata-log"
#define TESSERA_VKEY                                                           \
	"example.com/log/testdata+33d7b496+"                                   \
	"AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
#define TESSERA_SKEY                                                           \
	"PRIVATE+KEY+example.com/log/testdata+33d7b496+"                       \
	"AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg"

static const char *const tessera_leaves[] = { "one", "two", "three", "four",
	"five", "six", "seven", "eit", "nain", "ten", "ileven", "twelf",
	"threeten", "fourten", "fivten" };

static struct str
read_file(char bytes[static 4096], const char *path)
{
	FILE *file = fopen(path, "rb");
	size_t len;

	if (file == NULL)
		vectors_die(path, "not there");
	len = fread(bytes, 1, 4096, file);
	fclose(file);
	return (struct str){ bytes, len };
}

static void
tesseras_16_checkpoints_verify_and_come_out_again(void)
{
	struct tlog_note_key key;
	struct tlog_note_signer signer;
	struct tlog_merkle tree;

	check(tlog_note_key_parse(&key, STR(TESSERA_VKEY)) == 0);
	check(tlog_note_signer_parse(&signer, STR(TESSERA_SKEY)) == 0);
	tlog_merkle_init(&tree);
	for (size_t n = 0; n <= ARRAY_LEN(tessera_leaves); n++) {
		CLEANUP(buf_fini) struct buf again = { 0 };
		struct tlog_checkpoint checkpoint;
		struct digest hash;
		char path[512];
		char bytes[4096];
		struct str note;

		snprintf(path, sizeof(path), TESSERA "/checkpoint.%zu", n);
		note = read_file(bytes, path);
		check(tlog_checkpoint_open(&checkpoint, note, &key) == 0);
		check_u64(checkpoint.size, n);
		tlog_merkle_root(&tree, &hash);
		check(digest_is(&hash, &checkpoint.root));
		buf_init(&again, 4096);
		tlog_checkpoint_sign(&checkpoint, &again, &signer);
		check_str(buf_str(&again), note);
		if (n == ARRAY_LEN(tessera_leaves))
			break;
		tlog_merkle_leaf(&hash, str_of(tessera_leaves[n]));
		tlog_merkle_append(&tree, &hash);
	}
}

static void
sigsums_checkpoint_verifies_and_comes_out_again(void)
{
	json_t *json = vectors_load(TESTS_DIR
	    "/log-vectors/notes-and-paths.json");
	const json_t *row = json_object_get(json, "sigsum");
	CLEANUP(buf_fini) struct buf again = { 0 };
	struct tlog_note_signer signer;
	struct tlog_checkpoint checkpoint;
	struct ed25519_seed seed;

	vectors_hex(seed.b, 32, vectors_str(row, "seed_hex"));
	check(tlog_note_signer_init(&signer, vectors_str(row, "origin"),
		  TLOG_NOTE_ED25519, &seed) == 0);
	check(tlog_checkpoint_open(&checkpoint, vectors_str(row, "checkpoint"),
		  &signer.key) == 0);
	check_u64(checkpoint.size, 10);
	buf_init(&again, 4096);
	tlog_checkpoint_sign(&checkpoint, &again, &signer);
	check_str(buf_str(&again), vectors_str(row, "checkpoint"));
	json_decref(json);
}

#define ROOT "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

static void
malformed_bodies_are_refused(void)
{
	static const char *const bad[] = {
		"",
		"log\n",
		"log\n5\n",
		"log\n5\n" ROOT,
		"\n5\n" ROOT "\n",
		"log\n05\n" ROOT "\n",
		"log\n+5\n" ROOT "\n",
		"log\n-5\n" ROOT "\n",
		"log\n5 \n" ROOT "\n",
		"log\n0x5\n" ROOT "\n",
		"log\n9223372036854775808\n" ROOT "\n",
		"log\n99999999999999999999\n" ROOT "\n",
		"log\n5\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\n",
		"log\n5\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n",
		"log\n5\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==\n",
		"log\n5\n" ROOT " \n",
		"log\n5\n" ROOT "\nextension",
		"log\n5\n" ROOT "\nextension\n\nmore\n",
		"log\n5\n" ROOT "\n\n",
	};
	struct tlog_checkpoint checkpoint;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		check(tlog_checkpoint_parse(&checkpoint, str_of(bad[i])) ==
		    TLOG_CHECKPOINT_E_FORMAT);
	check(tlog_checkpoint_parse(&checkpoint,
		  STR("log\n9223372036854775807\n" ROOT "\n")) == 0);
	check_u64(checkpoint.size, TLOG_SIZE_MAX);
	check(tlog_checkpoint_parse(&checkpoint,
		  STR("log\n0\n" ROOT "\none\ntwo\n")) == 0);
	check_str(checkpoint.extension, STR("one\ntwo\n"));
}

static void
another_origin_and_another_signer_are_refused(void)
{
	struct ed25519_seed seed = { { 1 } };
	struct ed25519_seed other_seed = { { 2 } };
	CLEANUP(buf_fini) struct buf note = { 0 };
	struct tlog_note_signer log;
	struct tlog_note_signer other;
	struct tlog_note_signer same_name;
	struct tlog_checkpoint checkpoint = { .origin = STR("other") };

	check(tlog_note_signer_init(&log, STR("log"), TLOG_NOTE_ED25519,
		  &seed) == 0);
	check(tlog_note_signer_init(&other, STR("other"), TLOG_NOTE_ED25519,
		  &seed) == 0);
	check(tlog_note_signer_init(&same_name, STR("other"),
		  TLOG_NOTE_ED25519, &other_seed) == 0);
	buf_init(&note, 4096);
	check(tlog_note_sign(&note, STR("other\n0\n" ROOT "\n"), &log, 1, 0) ==
	    0);
	check(tlog_checkpoint_open(&checkpoint, buf_str(&note), &log.key) ==
	    TLOG_CHECKPOINT_E_ORIGIN);
	check(tlog_checkpoint_open(&checkpoint, buf_str(&note), &other.key) ==
	    TLOG_CHECKPOINT_E_SIGNATURE);
	buf_reset(&note);
	checkpoint.origin = STR("other");
	tlog_checkpoint_sign(&checkpoint, &note, &other);
	check(tlog_checkpoint_open(&checkpoint, buf_str(&note), &other.key) ==
	    0);
	check(tlog_checkpoint_open(&checkpoint, buf_str(&note),
		  &same_name.key) == TLOG_CHECKPOINT_E_SIGNATURE);
	note.bytes[note.len - 3] ^= 1;
	check(tlog_checkpoint_open(&checkpoint, buf_str(&note), &other.key) !=
	    0);
	check(tlog_checkpoint_open(&checkpoint, STR("other\n0\n"),
		  &other.key) == TLOG_CHECKPOINT_E_FORMAT);
}

static const struct tap_test tests[] = {
	TEST(tesseras_16_checkpoints_verify_and_come_out_again),
	TEST(sigsums_checkpoint_verifies_and_comes_out_again),
	TEST(malformed_bodies_are_refused),
	TEST(another_origin_and_another_signer_are_refused),
};

TAP_MAIN(tests)
