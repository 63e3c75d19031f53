/* Range proofs: every small range, tile borders, and each way to be wrong. */
#include "tlog/range.h"

#include "memory_log.h"
#include "tap.h"
#include "util/random.h"

static int
verify(const struct tlog_range *range, uint64_t from, uint64_t to,
    uint64_t size, struct digest *root)
{
	struct tlog_merkle tree;
	int r = tlog_range_begin(&tree, from, range->left, range->n_left);

	if (r != 0)
		return r;
	for (uint64_t i = from; i < to; i++)
		tlog_merkle_append(&tree, &memory_leaves[i]);
	return tlog_range_finish(&tree, root, to, size, range->right,
	    range->n_right);
}

static void
every_range_of_every_small_tree_leads_to_the_root(void)
{
	struct memory_tiles tiles = { 40, false, 0, false };
	struct tlog_tile_reader reader = { memory_tiles_read, &tiles };

	memory_log_fill(40);
	for (size_t size = 1; size <= 40; size++) {
		struct digest want = naive_root(0, size);

		for (size_t from = 0; from < size; from++) {
			for (size_t to = from + 1; to <= size; to++) {
				struct tlog_range range;
				struct digest root;

				check(tlog_range_make(&range, &reader, from,
					  to, size) == 0);
				check(verify(&range, from, to, size, &root) ==
				    0);
				check(digest_is(&root, &want));
			}
		}
	}
}

static void
ranges_about_tile_borders_lead_to_the_root(void)
{
	static const size_t sizes[] = { 256, 257, 511, 65536, 65537, 66049,
		69999 };
	struct random_state random;

	memory_log_fill(MEMORY_LOG_MAX);
	random_seeded(&random, 3);
	for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
		size_t size = sizes[s];
		struct memory_tiles tiles = { size, s % 2 == 0, 0, false };
		struct tlog_tile_reader reader = { memory_tiles_read, &tiles };
		struct digest want = naive_root(0, size);

		for (size_t round = 0; round < 12; round++) {
			uint64_t from = random_below(&random, size);
			uint64_t to = from + 1 +
			    random_below(&random, size - from);
			struct tlog_range range;
			struct digest root;

			check(tlog_range_make(&range, &reader, from, to,
				  size) == 0);
			check(verify(&range, from, to, size, &root) == 0);
			check(digest_is(&root, &want));
		}
	}
}

static void
h12_a_leaf_changed_moved_left_out_or_added_leads_elsewhere(void)
{
	struct memory_tiles tiles = { 100, false, 0, false };
	struct tlog_tile_reader reader = { memory_tiles_read, &tiles };
	struct digest want;
	struct digest root;
	struct digest kept;
	struct tlog_range range;

	memory_log_fill(101);
	want = naive_root(0, 100);
	check(tlog_range_make(&range, &reader, 20, 60, 100) == 0);
	memory_leaves[33].b[7] ^= 1;
	check(verify(&range, 20, 60, 100, &root) == 0);
	check(!digest_is(&root, &want));
	memory_leaves[33].b[7] ^= 1;
	kept = memory_leaves[40];
	memory_leaves[40] = memory_leaves[41];
	memory_leaves[41] = kept;
	check(verify(&range, 20, 60, 100, &root) == 0);
	check(!digest_is(&root, &want));
	memory_log_fill(101);
	/* One fewer, one more: the hashes to the right do not fit. */
	check(verify(&range, 20, 59, 100, &root) == TLOG_RANGE_E_LENGTH);
	check(verify(&range, 20, 61, 100, &root) != 0 ||
	    !digest_is(&root, &want));
	check(verify(&range, 21, 60, 100, &root) == TLOG_RANGE_E_LENGTH ||
	    !digest_is(&root, &want));
}

static void
h12_sizes_and_lengths_that_no_range_has_are_refused(void)
{
	struct memory_tiles tiles = { 10, false, 0, false };
	struct tlog_tile_reader reader = { memory_tiles_read, &tiles };
	struct tlog_range range;
	struct tlog_merkle tree;
	struct digest root;

	memory_log_fill(10);
	check(tlog_range_make(&range, &reader, 4, 4, 10) ==
	    TLOG_RANGE_E_RANGE);
	check(tlog_range_make(&range, &reader, 5, 4, 10) ==
	    TLOG_RANGE_E_RANGE);
	check(tlog_range_make(&range, &reader, 0, 11, 10) ==
	    TLOG_RANGE_E_RANGE);
	check(tlog_range_make(&range, &reader, 0, 1, UINT64_MAX) ==
	    TLOG_RANGE_E_RANGE);
	check(tlog_range_make(&range, &reader, 0, 5, 2000) ==
	    TLOG_RANGE_E_MISSING);
	check(tlog_range_begin(&tree, UINT64_C(1) << 63, range.left, 1) ==
	    TLOG_RANGE_E_RANGE);
	check(tlog_range_begin(&tree, 5, range.left, 1) ==
	    TLOG_RANGE_E_LENGTH);
	check(tlog_range_make(&range, &reader, 5, 7, 10) == 0);
	check(tlog_range_begin(&tree, 5, range.left, range.n_left) == 0);
	check(tlog_range_finish(&tree, &root, 7, 10, range.right,
		  range.n_right) == TLOG_RANGE_E_RANGE);
	tlog_merkle_append(&tree, &memory_leaves[5]);
	tlog_merkle_append(&tree, &memory_leaves[6]);
	check(tlog_range_finish(&tree, &root, 7, 6, range.right,
		  range.n_right) == TLOG_RANGE_E_RANGE);
	check(tlog_range_finish(&tree, &root, 7, 10, range.right,
		  range.n_right + 1) == TLOG_RANGE_E_LENGTH);
}

/* The most hashes there can be, by the arithmetic alone. */
static void
the_longest_range_fits_the_room_for_it(void)
{
	struct tlog_merkle tree;
	struct digest left[TLOG_RANGE_LEFT] = { 0 };
	struct digest right[TLOG_RANGE_RIGHT + 1] = { 0 };
	struct digest root;
	size_t n = 0;

	check(tlog_range_begin(&tree, TLOG_SIZE_MAX - 1, left, 62) == 0);
	tlog_merkle_append(&tree, &left[0]);
	check(tlog_range_finish(&tree, &root, TLOG_SIZE_MAX, TLOG_SIZE_MAX,
		  right, 0) == 0);
	for (n = 0; n <= TLOG_RANGE_RIGHT; n++) {
		int r;

		check(tlog_range_begin(&tree, 0, left, 0) == 0);
		tlog_merkle_append(&tree, &left[0]);
		r = tlog_range_finish(&tree, &root, 1, TLOG_SIZE_MAX, right,
		    n);
		if (r == 0)
			break;
	}
	check(n <= TLOG_RANGE_RIGHT);
	check_u64(n, 62 + 62);
}

static const struct tap_test tests[] = {
	TEST(every_range_of_every_small_tree_leads_to_the_root),
	TEST(ranges_about_tile_borders_lead_to_the_root),
	TEST(h12_a_leaf_changed_moved_left_out_or_added_leads_elsewhere),
	TEST(h12_sizes_and_lengths_that_no_range_has_are_refused),
	TEST(the_longest_range_fits_the_room_for_it),
};

TAP_MAIN(tests)
