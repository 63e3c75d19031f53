/* Log directories: Tessera's log, ours, and what is wrong in a directory. */
#include "tlog/logdir.h"

#include <unistd.h>

#include "file_log.h"
#include "memory_log.h"
#include "tap.h"
#include "tlog/checkpoint.h"
#include "tlog/proof.h"
#include "vectors.h"

#define TESSERA TESTS_DIR "/log-vectors/tessera-testdata-log"

static const char *const tessera_leaves[] = { "one", "two", "three", "four",
	"five", "six", "seven", "eit", "nain", "ten", "ileven", "twelf",
	"threeten", "fourten", "fivten" };

static char dir_name[64];

/* A directory for one test; below the working directory of the test. */
static const char *
fresh_dir(void)
{
	snprintf(dir_name, sizeof(dir_name), "/tmp/stile-logdir-XXXXXX");
	if (mkdtemp(dir_name) == NULL)
		file_log_die("mkdtemp");
	return dir_name;
}

static void
tesseras_tiles_and_bundles_of_every_size_are_its_leaves(void)
{
	CLEANUP(tlog_logdir_closep) struct tlog_logdir *dir = NULL;
	struct tlog_audit_source source;
	struct str entries[TLOG_TILE_WIDTH];
	struct digest hashes[TLOG_TILE_WIDTH];
	struct digest leaf;

	if (!check(tlog_logdir_open(&dir, TESSERA) == 0))
		return;
	source = tlog_logdir_source(dir);
	for (unsigned n = 1; n <= ARRAY_LEN(tessera_leaves); n++) {
		struct tlog_audit_finding finding;
		struct digest root;
		size_t got = 0;

		check(source.entries(source.context, 0, n, entries, &got) ==
		    0);
		check_u64(got, n);
		check(source.tiles.read(source.tiles.context, 0, 0, n,
			  hashes[0].b) == 0);
		for (unsigned i = 0; i < n; i++) {
			check_str(entries[i], str_of(tessera_leaves[i]));
			tlog_merkle_leaf(&leaf, entries[i]);
			check(digest_is(&leaf, &hashes[i]));
		}
		tlog_merkle_root_of(&root, hashes, n);
		check(tlog_audit_run(&source, &finding, n, &root) == 0);
	}
}

/* Run the audit as its caller would, from the checkpoint file. */
static int
audit(const char *path, struct tlog_audit_finding *finding)
{
	CLEANUP(tlog_logdir_closep) struct tlog_logdir *dir = NULL;
	CLEANUP(arena_fini) struct arena arena = { 0 };
	struct tlog_note_signer signer = file_log_signer();
	struct tlog_checkpoint checkpoint;
	struct tlog_audit_source source;
	struct str note;

	arena_init(&arena, 1 << 20);
	if (!check(tlog_logdir_open(&dir, path) == 0) ||
	    !check(tlog_logdir_checkpoint(dir, &note, &arena) == 0) ||
	    !check(tlog_checkpoint_open(&checkpoint, note, &signer.key) == 0))
		return -1;
	source = tlog_logdir_source(dir);
	return tlog_audit_run(&source, finding, checkpoint.size,
	    &checkpoint.root);
}

static void
a_log_written_by_us_is_sound(void)
{
	static const uint64_t sizes[] = { 1, 256, 300, 1024, 66000 };

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		const char *path = fresh_dir();
		struct tlog_audit_finding finding;

		file_log_write(path, sizes[i], 40);
		check(audit(path, &finding) == 0);
		check_u64(finding.n_entries, sizes[i]);
		file_log_remove(path);
	}
}

static void
flip(const char *path, const char *name, long at)
{
	char full[512];
	FILE *file;
	int c;

	snprintf(full, sizeof(full), "%s/%s", path, name);
	file = fopen(full, "r+b");
	if (file == NULL || fseek(file, at, SEEK_SET) != 0)
		file_log_die(full);
	c = fgetc(file);
	fseek(file, at, SEEK_SET);
	fputc(c ^ 1, file);
	fclose(file);
}

static void
check_bad(const char *path, enum tlog_audit_kind kind, bool is_entries,
    uint64_t entry)
{
	struct tlog_audit_finding finding;

	check(audit(path, &finding) == TLOG_AUDIT_E_BAD);
	check_u64(finding.kind, kind);
	check_u64(finding.where.is_entries, is_entries);
	check_u64(finding.entry, entry);
}

static void
one_flipped_byte_anywhere_in_a_bundle_names_its_entry(void)
{
	const char *path = fresh_dir();
	enum { ENTRY = 2 + 20 };

	file_log_write(path, 300, 0);
	for (long i = 0; i < 256 * ENTRY; i += 13) {
		struct tlog_audit_finding finding;

		flip(path, "tile/entries/000", i);
		check(audit(path, &finding) == TLOG_AUDIT_E_BAD);
		/* The high byte of a length can reach past the end. */
		check(finding.kind == TLOG_AUDIT_HASH ||
		    (finding.kind == TLOG_AUDIT_SHORT && i % ENTRY == 0));
		check(finding.where.is_entries);
		check_u64(finding.entry, (uint64_t)i / ENTRY);
		flip(path, "tile/entries/000", i);
	}
	file_log_remove(path);
}

static void
files_missing_cut_and_grown_are_named(void)
{
	const char *path = fresh_dir();
	char name[512];

	file_log_write(path, 700, 30);
	snprintf(name, sizeof(name), "%s/tile/entries/001", path);
	check(truncate(name, 100) == 0);
	check_bad(path, TLOG_AUDIT_SHORT, true, 256 + 2);
	check(unlink(name) == 0);
	check_bad(path, TLOG_AUDIT_MISSING, true, 256);
	file_log_write(path, 700, 30);
	snprintf(name, sizeof(name), "%s/tile/0/001", path);
	check(truncate(name, 8193) == 0);
	check_bad(path, TLOG_AUDIT_EXTRA, false, 256);
	check(truncate(name, 8191) == 0);
	check_bad(path, TLOG_AUDIT_SHORT, false, 256);
	check(unlink(name) == 0);
	check(mkfifo(name, 0600) == 0);
	check_bad(path, TLOG_AUDIT_MISSING, false, 256);
	check(unlink(name) == 0);
	check(mkdir(name, 0700) == 0);
	check_bad(path, TLOG_AUDIT_MISSING, false, 256);
	file_log_remove(path);
}

static void
a_full_file_serves_where_the_partial_one_was_removed(void)
{
	const char *path = fresh_dir();
	struct tlog_audit_finding finding;
	char from[512];
	char to[512];

	file_log_write(path, 300, 5);
	snprintf(from, sizeof(from), "%s/checkpoint", path);
	snprintf(to, sizeof(to), "%s/old", path);
	check(rename(from, to) == 0);
	file_log_write(path, 600, 5);
	check(rename(to, from) == 0);
	snprintf(to, sizeof(to), "%s/tile/0/001.p", path);
	file_log_remove(to);
	snprintf(to, sizeof(to), "%s/tile/entries/001.p", path);
	file_log_remove(to);
	check(audit(path, &finding) == 0);
	check_u64(finding.n_entries, 300);
	file_log_remove(path);
}

static void
proofs_come_out_of_a_directory(void)
{
	const char *path = fresh_dir();
	CLEANUP(tlog_logdir_closep) struct tlog_logdir *dir = NULL;
	struct tlog_audit_source source;
	struct tlog_proof proof;
	struct digest root;
	struct digest leaf;
	struct str entries[TLOG_TILE_WIDTH];
	size_t n;

	file_log_write(path, 700, 30);
	check(tlog_logdir_open(&dir, path) == 0);
	source = tlog_logdir_source(dir);
	check(tlog_proof_root(&root, &source.tiles, 700) == 0);
	check(tlog_proof_inclusion(&proof, &source.tiles, 511, 700) == 0);
	check(source.entries(source.context, 1, 256, entries, &n) == 0);
	tlog_merkle_leaf(&leaf, entries[255]);
	check(tlog_proof_verify_inclusion(&root, 700, 511, &leaf,
		  proof.hashes, proof.n_hashes) == 0);
	file_log_remove(path);
}

static void
what_is_no_log_directory_is_said(void)
{
	const char *path = fresh_dir();
	struct tlog_logdir *dir = NULL;
	CLEANUP(arena_fini) struct arena arena = { 0 };
	char name[512];
	static char large[LIMIT_TLOG_NOTE_BYTES + 1];
	struct str note;

	arena_init(&arena, 1 << 20);
	snprintf(name, sizeof(name), "%s/none", path);
	check(tlog_logdir_open(&dir, name) == TLOG_LOGDIR_E_ABSENT);
	file_log_put(path, "file", "x", 1);
	snprintf(name, sizeof(name), "%s/file", path);
	check(tlog_logdir_open(&dir, name) == TLOG_LOGDIR_E_KIND);
	check(tlog_logdir_open(&dir, path) == 0);
	check(tlog_logdir_checkpoint(dir, &note, &arena) ==
	    TLOG_LOGDIR_E_ABSENT);
	file_log_put(path, "checkpoint", large, sizeof(large));
	check(tlog_logdir_checkpoint(dir, &note, &arena) ==
	    TLOG_LOGDIR_E_TOO_LARGE);
	check(tlog_logdir_close(dir) == NULL);
	check(tlog_logdir_close(NULL) == NULL);
	file_log_remove(path);
}

static const struct tap_test tests[] = {
	TEST(tesseras_tiles_and_bundles_of_every_size_are_its_leaves),
	TEST(a_log_written_by_us_is_sound),
	TEST(one_flipped_byte_anywhere_in_a_bundle_names_its_entry),
	TEST(files_missing_cut_and_grown_are_named),
	TEST(a_full_file_serves_where_the_partial_one_was_removed),
	TEST(proofs_come_out_of_a_directory),
	TEST(what_is_no_log_directory_is_said),
};

TAP_MAIN(tests)
