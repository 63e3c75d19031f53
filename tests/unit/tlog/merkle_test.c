/* The tree hash against RFC 6962's known roots and the naive definition. */
#include "tlog/merkle.h"

#include "memory_log.h"
#include "tap.h"
#include "vectors.h"

static void
known_leaves_nodes_and_roots_come_out(void)
{
	json_t *json = vectors_load(TESTS_DIR
	    "/log-vectors/rfc6962-constants.json");
	json_t *inputs = json_object_get(json, "leaf_inputs_hex");
	json_t *roots = json_object_get(json, "root_hashes_by_size_hex");
	struct tlog_merkle tree;
	struct digest hash;
	struct digest want;
	size_t i;
	json_t *row;

	tlog_merkle_init(&tree);
	json_array_foreach(roots, i, row) {
		uint8_t input[32];
		size_t len;

		vectors_hex(want.b, 32, str_of(json_string_value(row)));
		tlog_merkle_root(&tree, &hash);
		check(digest_is(&hash, &want));
		if (i == json_array_size(inputs))
			break;
		len = vectors_hex(input, sizeof(input),
		    str_of(json_string_value(json_array_get(inputs, i))));
		tlog_merkle_leaf(&hash, (struct str){ (char *)input, len });
		tlog_merkle_append(&tree, &hash);
	}
	check_u64(i, 8);
	tlog_merkle_leaf(&hash, STR("L123456"));
	vectors_hex(want.b, 32, vectors_str(json, "leaf_L123456"));
	check(digest_is(&hash, &want));
	/* The published node is of the short texts "N123" and "N456". */
	sha256_of(&hash, "\1N123N456", 9);
	vectors_hex(want.b, 32, vectors_str(json, "node_N123_N456"));
	check(digest_is(&hash, &want));
	json_decref(json);
}

static void
roots_are_those_of_the_definition(void)
{
	struct tlog_merkle tree;
	struct digest got;

	memory_log_fill(600);
	tlog_merkle_init(&tree);
	for (size_t n = 0; n < 600; n++) {
		struct digest want = naive_root(0, n);

		tlog_merkle_root(&tree, &got);
		check(digest_is(&got, &want));
		tlog_merkle_root_of(&got, memory_leaves, n);
		check(digest_is(&got, &want));
		tlog_merkle_append(&tree, &memory_leaves[n]);
	}
}

static void
the_derived_fold_of_131_roots_comes_out(void)
{
	json_t *json = vectors_load(TESTS_DIR
	    "/log-vectors/derived-rfc6962-folds.json");
	struct sha256 fold;
	struct digest got;
	struct digest want;

	for (size_t i = 0; i < 130; i++) {
		uint8_t byte = (uint8_t)i;

		tlog_merkle_leaf(&memory_leaves[i],
		    (struct str){ (char *)&byte, 1 });
	}
	sha256_init(&fold);
	for (size_t n = 0; n <= 130; n++) {
		char line[80];
		char hex[65];
		int len;

		tlog_merkle_root_of(&got, memory_leaves, n);
		hex_format(hex, got.b, 32);
		len = snprintf(line, sizeof(line), "%zu %s\n", n, hex);
		sha256_add(&fold, line, (size_t)len);
	}
	sha256_finish(&fold, &got);
	vectors_hex(want.b, 32,
	    vectors_str(json, "roots: lines \"N HEX\\n\" N=0..130"));
	check(digest_is(&got, &want));
	json_decref(json);
}

static const struct tap_test tests[] = {
	TEST(known_leaves_nodes_and_roots_come_out),
	TEST(roots_are_those_of_the_definition),
	TEST(the_derived_fold_of_131_roots_comes_out),
};

TAP_MAIN(tests)
