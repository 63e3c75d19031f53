/* Proofs: the vectors, the folds, the definition, and the largest sizes. */
#include "tlog/proof.h"

#include "memory_log.h"
#include "tap.h"
#include "util/random.h"
#include "vectors.h"

struct hashes {
	bool is_good; /* every hash has 32 bytes */
	size_t n;
	struct digest hashes[80];
};

static void
load_hashes(struct hashes *hashes, const json_t *array)
{
	size_t i;
	json_t *row;

	*hashes = (struct hashes){ .is_good = true };
	json_array_foreach(array, i, row) {
		if (!vectors_digest(&hashes->hashes[hashes->n++],
			str_of(json_string_value(row))))
			hashes->is_good = false;
	}
}

static void
the_98_inclusion_vectors_are_judged_right(void)
{
	json_t *cases = vectors_load_lines(TESTS_DIR
	    "/log-vectors/merkle-inclusion.jsonl");
	size_t n_good = 0;
	size_t i;
	json_t *row;

	json_array_foreach(cases, i, row) {
		bool is_wanted = !json_is_true(json_object_get(row, "wantErr"));
		struct digest root;
		struct digest leaf;
		struct hashes proof;
		bool is_taken;

		load_hashes(&proof, json_object_get(row, "proof"));
		is_taken = vectors_digest(&root, vectors_str(row, "root")) &&
		    vectors_digest(&leaf, vectors_str(row, "leafHash")) &&
		    proof.is_good &&
		    tlog_proof_verify_inclusion(&root,
			vectors_u64(row, "treeSize"),
			vectors_u64(row, "leafIdx"), &leaf, proof.hashes,
			proof.n) == 0;
		if (!check(is_taken == is_wanted))
			printf("# %s\n", vectors_str(row, "file").p);
		n_good += is_taken;
	}
	check_u64(i, 98);
	check_u64(n_good, 6);
	json_decref(cases);
}

/* Some have a word in place of a root that only needs to be compared. */
static void
load_root(struct digest *root, struct str text)
{
	if (!vectors_digest(root, text))
		sha256_of(root, text.p, text.len);
}

static void
the_98_consistency_vectors_are_judged_right(void)
{
	json_t *cases = vectors_load_lines(TESTS_DIR
	    "/log-vectors/merkle-consistency.jsonl");
	size_t n_good = 0;
	size_t i;
	json_t *row;

	json_array_foreach(cases, i, row) {
		bool is_wanted = !json_is_true(json_object_get(row, "wantErr"));
		struct digest root1;
		struct digest root2;
		struct hashes proof;
		bool is_taken;

		load_hashes(&proof, json_object_get(row, "proof"));
		load_root(&root1, vectors_str(row, "root1"));
		load_root(&root2, vectors_str(row, "root2"));
		is_taken = proof.is_good &&
		    tlog_proof_verify_consistency(&root1,
			vectors_u64(row, "size1"), &root2,
			vectors_u64(row, "size2"), proof.hashes, proof.n) == 0;
		if (!check(is_taken == is_wanted))
			printf("# %s\n", vectors_str(row, "file").p);
		n_good += is_taken;
	}
	check_u64(i, 98);
	check_u64(n_good, 6);
	json_decref(cases);
}

static void
fold_line(struct sha256 *fold, size_t a, size_t b,
    const struct tlog_proof *proof)
{
	char text[65];
	int len = snprintf(text, sizeof(text), "%zu %zu", a, b);

	sha256_add(fold, text, (size_t)len);
	for (size_t i = 0; i < proof->n_hashes; i++) {
		hex_format(text, proof->hashes[i].b, 32);
		sha256_add(fold, " ", 1);
		sha256_add(fold, text, 64);
	}
	sha256_add(fold, "\n", 1);
}

static void
check_fold(struct sha256 *fold, struct str want_hex)
{
	struct digest got;
	struct digest want;

	sha256_finish(fold, &got);
	vectors_hex(want.b, 32, want_hex);
	check(digest_is(&got, &want));
}

/* 8,515 proofs of each kind in one digest: all trees of up to 130 leaves. */
static void
the_derived_folds_of_all_small_proofs_come_out(void)
{
	json_t *json = vectors_load(TESTS_DIR
	    "/log-vectors/derived-rfc6962-folds.json");
	struct memory_tiles tiles = { 130, false, 0, false };
	struct tlog_tile_reader reader = { memory_tiles_read, &tiles };
	struct sha256 inclusion;
	struct sha256 consistency;
	struct tlog_proof proof;
	size_t n_proofs = 0;

	for (size_t i = 0; i < 130; i++) {
		uint8_t byte = (uint8_t)i;

		tlog_merkle_leaf(&memory_leaves[i],
		    (struct str){ (char *)&byte, 1 });
	}
	sha256_init(&inclusion);
	sha256_init(&consistency);
	for (size_t n = 0; n <= 130; n++) {
		for (size_t i = 0; i < n; i++, n_proofs++) {
			check(tlog_proof_inclusion(&proof, &reader, i, n) == 0);
			fold_line(&inclusion, i, n, &proof);
		}
		for (size_t m = 1; m <= n; m++) {
			check(tlog_proof_consistency(&proof, &reader, m, n) ==
			    0);
			fold_line(&consistency, m, n, &proof);
		}
	}
	check_u64(n_proofs, vectors_u64(json, "inclusion_count"));
	check_fold(&inclusion,
	    vectors_str(json, "inclusion: lines \"I N[ HEX]*\\n\" for "
			      "N=0..130, I=0..N-1"));
	check_fold(&consistency,
	    vectors_str(json, "consistency: lines \"M N[ HEX]*\\n\" for "
			      "N=0..130, M=1..N (empty proof when M=N)"));
	json_decref(json);
}

/* Sizes about the borders of tiles, where reading could go wrong. */
static const size_t sizes[] = { 1, 2, 3, 255, 256, 257, 511, 512, 513, 1000,
	65535, 65536, 65537, 65792, 66049, 69999 };

static void
proofs_from_tiles_are_those_of_the_definition(void)
{
	struct random_state random;

	memory_log_fill(MEMORY_LOG_MAX);
	random_seeded(&random, 5);
	for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
		size_t size = sizes[s];
		struct memory_tiles tiles = { size, s % 2 == 0, 0, false };
		struct tlog_tile_reader reader = { memory_tiles_read, &tiles };
		struct digest root = naive_root(0, size);
		struct digest got_root;

		check(tlog_proof_root(&got_root, &reader, size) == 0);
		check(digest_is(&got_root, &root));
		for (size_t round = 0; round < 8; round++) {
			size_t at = round == 0 ? size - 1
			    : round == 1       ? 0
				      : (size_t)random_below(&random, size);
			struct tlog_proof got;
			struct tlog_proof want = { 0 };
			struct digest old_root;

			naive_path(&want, at, 0, size);
			check(tlog_proof_inclusion(&got, &reader, at, size) ==
			    0);
			check(proof_is(&got, &want));
			check(tlog_proof_verify_inclusion(&root, size, at,
				  &memory_leaves[at], got.hashes,
				  got.n_hashes) == 0);
			if (at == 0)
				continue;
			want.n_hashes = 0;
			naive_subproof(&want, at, 0, size, true);
			check(tlog_proof_consistency(&got, &reader, at, size) ==
			    0);
			check(proof_is(&got, &want));
			old_root = naive_root(0, at);
			check(tlog_proof_verify_consistency(&old_root, at,
				  &root, size, got.hashes, got.n_hashes) == 0);
		}
	}
}

static void
every_change_of_a_proof_is_refused(void)
{
	struct memory_tiles tiles = { 100, true, 0, false };
	struct tlog_tile_reader reader = { memory_tiles_read, &tiles };
	struct tlog_proof proof;
	struct digest root;
	const struct digest *leaf = &memory_leaves[37];

	memory_log_fill(100);
	root = naive_root(0, 100);
	check(tlog_proof_inclusion(&proof, &reader, 37, 100) == 0);
	check(tlog_proof_verify_inclusion(&root, 100, 37, leaf, proof.hashes,
		  proof.n_hashes) == 0);
	for (size_t i = 0; i < proof.n_hashes; i++) {
		proof.hashes[i].b[31] ^= 1;
		check(tlog_proof_verify_inclusion(&root, 100, 37, leaf,
			  proof.hashes, proof.n_hashes) == TLOG_PROOF_E_ROOT);
		proof.hashes[i].b[31] ^= 1;
	}
	check(tlog_proof_verify_inclusion(&root, 100, 37, leaf, proof.hashes,
		  proof.n_hashes - 1) == TLOG_PROOF_E_LENGTH);
	check(tlog_proof_verify_inclusion(&root, 100, 37, leaf, proof.hashes,
		  proof.n_hashes + 1) == TLOG_PROOF_E_LENGTH);
	check(tlog_proof_verify_inclusion(&root, 100, 38, leaf, proof.hashes,
		  proof.n_hashes) == TLOG_PROOF_E_ROOT);
	check(tlog_proof_verify_inclusion(&root, 100, 100, leaf, proof.hashes,
		  proof.n_hashes) == TLOG_PROOF_E_RANGE);
	check(tlog_proof_verify_inclusion(&root, 0, 0, leaf, NULL, 0) ==
	    TLOG_PROOF_E_RANGE);
}

static void
the_largest_sizes_are_safe(void)
{
	static const uint64_t indexes[] = { 0, 1, TLOG_SIZE_MAX / 2,
		TLOG_SIZE_MAX - 1 };
	struct tlog_proof proof = { 0 };
	struct digest root = { { 0 } };

	for (size_t i = 0; i < ARRAY_LEN(indexes); i++) {
		size_t n = tlog_proof_inclusion_len(indexes[i], TLOG_SIZE_MAX);

		check(n <= 63);
		check(tlog_proof_verify_inclusion(&root, TLOG_SIZE_MAX,
			  indexes[i], &root, proof.hashes, n) ==
		    TLOG_PROOF_E_ROOT);
		check(tlog_proof_verify_inclusion(&root, TLOG_SIZE_MAX,
			  indexes[i], &root, proof.hashes, n + 1) ==
		    TLOG_PROOF_E_LENGTH);
		if (indexes[i] == 0)
			continue;
		n = tlog_proof_consistency_len(indexes[i], TLOG_SIZE_MAX);
		check(n <= TLOG_PROOF_HASHES);
		check(tlog_proof_verify_consistency(&root, indexes[i], &root,
			  TLOG_SIZE_MAX, proof.hashes, n) ==
		    TLOG_PROOF_E_ROOT);
	}
	check_u64(tlog_proof_inclusion_len(0, TLOG_SIZE_MAX), 63);
	check(tlog_proof_verify_inclusion(&root, TLOG_SIZE_MAX + 1, 0, &root,
		  proof.hashes, 63) == TLOG_PROOF_E_RANGE);
	check(tlog_proof_verify_consistency(&root, 1, &root, UINT64_MAX,
		  proof.hashes, 64) == TLOG_PROOF_E_RANGE);
}

static void
equal_trees_need_no_hashes_and_empty_ones_have_no_proof(void)
{
	struct digest empty;
	struct digest root = { { 1 } };

	tlog_merkle_empty(&empty);
	check(tlog_proof_verify_consistency(&empty, 0, &root, 9, NULL, 0) ==
	    TLOG_PROOF_E_RANGE);
	check(tlog_proof_verify_consistency(&empty, 0, &empty, 0, NULL, 0) ==
	    TLOG_PROOF_E_RANGE);
	check(tlog_proof_verify_consistency(&root, 9, &root, 9, NULL, 0) == 0);
	check(tlog_proof_verify_consistency(&empty, 9, &root, 9, NULL, 0) ==
	    TLOG_PROOF_E_ROOT);
	check(tlog_proof_verify_consistency(&root, 9, &root, 9, &root, 1) ==
	    TLOG_PROOF_E_LENGTH);
	check(tlog_proof_verify_consistency(&root, 9, &root, 8, NULL, 0) ==
	    TLOG_PROOF_E_RANGE);
}

static void
a_missing_tile_is_said_and_no_half_proof_left(void)
{
	struct memory_tiles tiles = { 300, true, 0, true };
	struct tlog_tile_reader reader = { memory_tiles_read, &tiles };
	struct tlog_proof proof = { .n_hashes = 5 };
	struct digest root;

	memory_log_fill(300);
	check(tlog_proof_inclusion(&proof, &reader, 3, 300) ==
	    TLOG_PROOF_E_MISSING);
	check_u64(proof.n_hashes, 0);
	check(tlog_proof_consistency(&proof, &reader, 3, 300) ==
	    TLOG_PROOF_E_MISSING);
	check(tlog_proof_root(&root, &reader, 300) == TLOG_PROOF_E_MISSING);
	check(tlog_proof_inclusion(&proof, &reader, 300, 300) ==
	    TLOG_PROOF_E_RANGE);
	check(tlog_proof_consistency(&proof, &reader, 301, 300) ==
	    TLOG_PROOF_E_RANGE);
}

static const struct tap_test tests[] = {
	TEST(the_98_inclusion_vectors_are_judged_right),
	TEST(the_98_consistency_vectors_are_judged_right),
	TEST(the_derived_folds_of_all_small_proofs_come_out),
	TEST(proofs_from_tiles_are_those_of_the_definition),
	TEST(every_change_of_a_proof_is_refused),
	TEST(the_largest_sizes_are_safe),
	TEST(equal_trees_need_no_hashes_and_empty_ones_have_no_proof),
	TEST(a_missing_tile_is_said_and_no_half_proof_left),
};

TAP_MAIN(tests)
