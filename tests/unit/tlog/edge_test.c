/* The edge against the naive tree: batches, rollbacks, restores, full tiles. */
#include "tlog/edge.h"

#include "limits.h"
#include "memory_log.h"
#include "tap.h"
#include "util/random.h"

static struct tlog_edge *
new_edge(void)
{
	struct tlog_edge *edge = NULL;

	if (tlog_edge_new(&edge) != 0)
		abort();
	return edge;
}

static void
append(struct tlog_edge *edge, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check(tlog_edge_append(edge,
			  &memory_leaves[tlog_edge_size(edge)]) == 0);
}

static void
check_root(struct tlog_edge *edge)
{
	struct digest want = naive_root(0, (size_t)tlog_edge_size(edge));
	struct digest got;

	tlog_edge_root(edge, &got);
	check(digest_is(&got, &want));
}

static void
check_inclusion(struct tlog_edge *edge, size_t index,
    const struct tlog_tile_reader *reader)
{
	struct tlog_proof got;
	struct tlog_proof want = { 0 };

	naive_path(&want, index, 0, (size_t)tlog_edge_size(edge));
	check(tlog_edge_inclusion(edge, &got, index, reader) == 0);
	check(proof_is(&got, &want));
}

static void
check_consistency(struct tlog_edge *edge, size_t old_size,
    const struct tlog_tile_reader *reader)
{
	struct tlog_proof got;
	struct tlog_proof want = { 0 };

	if (old_size > 0)
		naive_subproof(&want, old_size, 0,
		    (size_t)tlog_edge_size(edge), true);
	check(tlog_edge_consistency(edge, &got, old_size, reader) == 0);
	check(proof_is(&got, &want));
}

static void
every_root_up_to_2000_is_the_definitions(void)
{
	CLEANUP(tlog_edge_freep) struct tlog_edge *edge = new_edge();

	memory_log_fill(2001);
	for (size_t n = 0; n <= 2000; n++) {
		check_root(edge);
		append(edge, 1);
	}
}

/* What a gate does, with batches of every kind, and no reader at all. */
static void
batches_need_no_storage_for_their_proofs(void)
{
	struct random_state random;

	memory_log_fill(6000);
	random_seeded(&random, 11);
	for (int round = 0; round < 30; round++) {
		CLEANUP(tlog_edge_freep) struct tlog_edge *edge = new_edge();
		uint64_t most = round % 3 == 0 ? 1000 : round % 3 == 1 ? 40 : 3;

		while (tlog_edge_size(edge) < 1500) {
			size_t from = (size_t)tlog_edge_size(edge);
			size_t n = 1 + (size_t)random_below(&random, most);

			tlog_edge_mark(edge);
			append(edge, n);
			check_root(edge);
			check_consistency(edge, from, NULL);
			check_inclusion(edge, from, NULL);
			check_inclusion(edge, from + n - 1, NULL);
			check_inclusion(edge,
			    from + (size_t)random_below(&random, n), NULL);
		}
	}
}

static void
every_entry_of_a_batch_over_many_tiles_has_its_proof(void)
{
	CLEANUP(tlog_edge_freep) struct tlog_edge *edge = new_edge();
	struct digest root;

	memory_log_fill(1500);
	append(edge, 100);
	tlog_edge_mark(edge);
	append(edge, 1237);
	tlog_edge_root(edge, &root);
	for (size_t i = 100; i < 1337; i++) {
		struct tlog_proof proof;

		check(tlog_edge_inclusion(edge, &proof, i, NULL) == 0);
		check(tlog_proof_verify_inclusion(&root, 1337, i,
			  &memory_leaves[i], proof.hashes, proof.n_hashes) ==
		    0);
	}
	for (size_t m = 100; m <= 1337; m++)
		check_consistency(edge, m, NULL);
}

static void
full_tiles_are_handed_out_once_in_order(void)
{
	CLEANUP(tlog_edge_freep) struct tlog_edge *edge = new_edge();
	size_t n_level[TLOG_TILE_LEVELS] = { 0 };

	memory_log_fill(MEMORY_LOG_MAX);
	while (tlog_edge_size(edge) < 66000) {
		append(edge, 700);
		for (size_t i = 0; i < tlog_edge_n_full(edge); i++) {
			struct tlog_edge_tile tile = tlog_edge_full(edge, i);
			size_t span = (size_t)1 << 8 * tile.level;
			size_t at = (size_t)tile.index * TLOG_TILE_WIDTH;

			check_u64(tile.index, n_level[tile.level]++);
			check_u64(tile.width, TLOG_TILE_WIDTH);
			for (size_t h = 0; h < TLOG_TILE_WIDTH; h += 51) {
				struct digest want = naive_root((at + h) * span,
				    (at + h + 1) * span);

				check(memcmp(tile.hashes + 32 * h, want.b,
					  32) == 0);
			}
		}
		tlog_edge_mark(edge);
		check_u64(tlog_edge_n_full(edge), 0);
	}
	check_u64(n_level[0], tlog_edge_size(edge) / 256);
	check_u64(n_level[1], 1);
	check_u64(tlog_edge_partial(edge, 1).width,
	    tlog_edge_size(edge) / 256 % 256);
	check_u64(tlog_edge_partial(edge, 2).width, 1);
	check_root(edge);
}

static void
rollback_leaves_no_trace(void)
{
	CLEANUP(tlog_edge_freep) struct tlog_edge *edge = new_edge();
	struct random_state random;
	struct digest wrong = { { 0xee } };

	memory_log_fill(6000);
	random_seeded(&random, 3);
	while (tlog_edge_size(edge) < 4000) {
		size_t size = (size_t)tlog_edge_size(edge);
		size_t n = (size_t)random_below(&random, 900);

		tlog_edge_mark(edge);
		for (size_t i = 0; i < n; i++)
			check(tlog_edge_append(edge, &wrong) == 0);
		tlog_edge_root(edge, &(struct digest){ { 0 } });
		tlog_edge_rollback(edge);
		check_u64(tlog_edge_size(edge), size);
		check_u64(tlog_edge_n_full(edge), 0);
		check_root(edge);
		n = (size_t)random_below(&random, 600);
		append(edge, n);
		check_root(edge);
		check_consistency(edge, size, NULL);
		if (n > 0)
			check_inclusion(edge, size, NULL);
	}
}

static void
the_same_size_with_other_leaves_has_another_root_after_rollback(void)
{
	CLEANUP(tlog_edge_freep) struct tlog_edge *edge = new_edge();
	struct digest wrong = { { 0xee } };
	struct digest root;

	memory_log_fill(20);
	append(edge, 10);
	tlog_edge_mark(edge);
	for (size_t i = 0; i < 3; i++)
		check(tlog_edge_append(edge, &wrong) == 0);
	tlog_edge_root(edge, &root);
	tlog_edge_rollback(edge);
	append(edge, 3);
	check_root(edge);
}

static void
rollback_over_a_filled_second_level_works(void)
{
	CLEANUP(tlog_edge_freep) struct tlog_edge *edge = new_edge();
	struct memory_tiles tiles = { 65500, true, 0, false };
	struct tlog_tile_reader reader = { memory_tiles_read, &tiles };

	memory_log_fill(MEMORY_LOG_MAX);
	check(tlog_edge_restore(edge, 65500, &reader) == 0);
	append(edge, 1000);
	check_root(edge);
	check_u64(tlog_edge_n_full(edge), 5);
	tlog_edge_rollback(edge);
	check_root(edge);
	append(edge, 36);
	check_root(edge);
	check_consistency(edge, 65500, NULL);
	tlog_edge_mark(edge);
	append(edge, 1);
	check_root(edge);
	check_consistency(edge, 65536, NULL);
	check_inclusion(edge, 65536, NULL);
}

static void
restore_goes_on_where_it_was(void)
{
	static const size_t sizes[] = { 0, 1, 255, 256, 257, 700, 65535, 65536,
		65537, 66100 };

	memory_log_fill(MEMORY_LOG_MAX);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		CLEANUP(tlog_edge_freep) struct tlog_edge *edge = new_edge();
		struct memory_tiles tiles = { sizes[i], i % 2 == 0, 0, false };
		struct tlog_tile_reader reader = { memory_tiles_read, &tiles };

		check(tlog_edge_restore(edge, sizes[i], &reader) == 0);
		check_u64(tlog_edge_size(edge), sizes[i]);
		check_u64(tlog_edge_size_at_mark(edge), sizes[i]);
		check_root(edge);
		append(edge, 300);
		check_root(edge);
		check_consistency(edge, sizes[i], NULL);
		check_inclusion(edge, sizes[i] + 299, NULL);
	}
}

static void
older_proofs_come_through_the_reader(void)
{
	CLEANUP(tlog_edge_freep) struct tlog_edge *edge = new_edge();
	struct memory_tiles tiles = { 66000, false, 0, false };
	struct tlog_tile_reader reader = { memory_tiles_read, &tiles };
	static const size_t at[] = { 1, 100, 256, 5000, 65536, 65999 };
	struct tlog_proof proof;

	memory_log_fill(MEMORY_LOG_MAX);
	check(tlog_edge_restore(edge, 66000, &reader) == 0);
	append(edge, 500);
	for (size_t i = 0; i < ARRAY_LEN(at); i++) {
		check_inclusion(edge, at[i], &reader);
		check_consistency(edge, at[i], &reader);
	}
	check(tlog_edge_inclusion(edge, &proof, 1, NULL) ==
	    TLOG_EDGE_E_MISSING);
	tiles.is_missing = true;
	check(tlog_edge_consistency(edge, &proof, 1, &reader) ==
	    TLOG_EDGE_E_MISSING);
	check_u64(proof.n_hashes, 0);
}

static void
what_is_not_in_the_tree_is_refused(void)
{
	CLEANUP(tlog_edge_freep) struct tlog_edge *edge = new_edge();
	struct memory_tiles tiles = { 10, true, 0, true };
	struct tlog_tile_reader reader = { memory_tiles_read, &tiles };
	struct tlog_proof proof;

	memory_log_fill(10);
	append(edge, 5);
	check(tlog_edge_inclusion(edge, &proof, 5, NULL) == TLOG_EDGE_E_RANGE);
	check(tlog_edge_consistency(edge, &proof, 6, NULL) ==
	    TLOG_EDGE_E_RANGE);
	check(tlog_edge_consistency(edge, &proof, 5, NULL) == 0);
	check_u64(proof.n_hashes, 0);
	check(tlog_edge_consistency(edge, &proof, 0, NULL) == 0);
	check_u64(proof.n_hashes, 0);
	check(tlog_edge_restore(edge, 10, &reader) == TLOG_EDGE_E_MISSING);
	check_u64(tlog_edge_size(edge), 0);
	check(tlog_edge_restore(edge, TLOG_SIZE_MAX + 1, &reader) ==
	    TLOG_EDGE_E_RANGE);
}

static void
a_batch_holds_limit_tlog_edge_tiles_and_no_more(void)
{
	CLEANUP(tlog_edge_freep) struct tlog_edge *edge = new_edge();
	size_t most = (size_t)LIMIT_TLOG_EDGE_TILES * TLOG_TILE_WIDTH + 255;
	size_t n = 0;
	int r = 0;

	memory_log_fill(MEMORY_LOG_MAX);
	while (r == 0 && n <= most) {
		r = tlog_edge_append(edge, &memory_leaves[n]);
		n += r == 0;
	}
	check_u64(r, TLOG_EDGE_E_FULL);
	check_u64(n, most);
	check_root(edge);
	check_inclusion(edge, 0, NULL);
	tlog_edge_mark(edge);
	append(edge, 1);
	check_root(edge);
}

static const struct tap_test tests[] = {
	TEST(every_root_up_to_2000_is_the_definitions),
	TEST(batches_need_no_storage_for_their_proofs),
	TEST(every_entry_of_a_batch_over_many_tiles_has_its_proof),
	TEST(full_tiles_are_handed_out_once_in_order),
	TEST(rollback_leaves_no_trace),
	TEST(the_same_size_with_other_leaves_has_another_root_after_rollback),
	TEST(rollback_over_a_filled_second_level_works),
	TEST(restore_goes_on_where_it_was),
	TEST(older_proofs_come_through_the_reader),
	TEST(what_is_not_in_the_tree_is_refused),
	TEST(a_batch_holds_limit_tlog_edge_tiles_and_no_more),
};

TAP_MAIN(tests)
