/* Entries, tiles, sealed values, epochs. Holds for every backend. */
#include "fixture.h"
#include "limits.h"

static int
tally_entry(void *context, const struct store_entry *entry)
{
	struct tally *t = context;

	check_u64(entry->time_us, entry->index * 10);
	check_str(entry->type, STR("a.b"));
	return tally(t, entry->bytes);
}

static void
p7_entries_are_one_sequence_without_a_gap(void)
{
	struct fixture f;
	uint64_t count = 99;

	fixture_begin(&f);
	check_u64(entries_count(f.store, &count), 0);
	check_u64(count, 0);
	check_u64(append(f.store, 1, "x"), STORE_E_SEQUENCE);
	check_u64(append(f.store, 0, "zero"), 0);
	check_u64(append(f.store, 0, "again"), STORE_E_SEQUENCE);
	check_u64(append(f.store, 2, "x"), STORE_E_SEQUENCE);
	check_u64(append(f.store, 1, "one"), 0);
	check_u64(entries_count(f.store, &count), 0);
	check_u64(count, 2);
	check_u64(store_commit(f.store), 0);
	fixture_reopen(&f, STORE_READ);
	check_u64(entries_count(f.store, &count), 0);
	check_u64(count, 2);
	fixture_fini(&f);
}

static void
an_undone_transaction_takes_its_entries_back(void)
{
	struct fixture f;
	struct store_entry entry;
	uint64_t count;

	fixture_begin(&f);
	check_u64(append(f.store, 0, "kept"), 0);
	check_u64(store_commit(f.store), 0);
	check_u64(store_begin(f.store), 0);
	check_u64(append(f.store, 1, "dropped"), 0);
	store_rollback(f.store);
	check_u64(entries_count(f.store, &count), 0);
	check_u64(count, 1);
	check_u64(entries_find(f.store, &f.arena, &entry, 1), STORE_E_ABSENT);
	check_u64(store_begin(f.store), 0);
	check_u64(append(f.store, 1, "second"), 0);
	check_u64(store_commit(f.store), 0);
	check_u64(entries_find(f.store, &f.arena, &entry, 1), 0);
	check_str(entry.bytes, STR("second"));
	check_u64(entry.index, 1);
	check_u64(entries_find(f.store, &f.arena, &entry, UINT64_MAX),
	    STORE_E_ABSENT);
	fixture_fini(&f);
}

static void
an_entry_fits_a_bundle_or_is_refused(void)
{
	static char big[LIMIT_STORE_ENTRY + 1];
	struct fixture f;
	struct store_entry entry = { 0, 5, STR("t"),
		{ big, LIMIT_STORE_ENTRY + 1 } };

	fixture_begin(&f);
	check_u64(entries_append(f.store, &entry), STORE_E_TOO_LARGE);
	entry.bytes.len = LIMIT_STORE_ENTRY;
	check_u64(entries_append(f.store, &entry), 0);
	check_u64(entries_find(f.store, &f.arena, &entry, 0), 0);
	check_u64(entry.bytes.len, LIMIT_STORE_ENTRY);
	check_u64(store_commit(f.store), 0);
	fixture_fini(&f);
}

static void
a_walk_covers_exactly_its_range_in_order(void)
{
	struct fixture f;
	struct tally all = { 0 };
	struct tally some = { 0 };
	struct tally none = { 0 };

	fixture_begin(&f);
	for (uint64_t i = 0; i < 3 * LIMIT_STORE_CHUNK + 7; i++)
		check_u64(append(f.store, i, ""), 0);
	check_u64(append(f.store, 3 * LIMIT_STORE_CHUNK + 7, "end"), 0);
	check_u64(store_commit(f.store), 0);
	check_u64(entries_each(f.store, 0, UINT64_MAX, tally_entry, &all), 0);
	check_u64(all.n, 3 * LIMIT_STORE_CHUNK + 8);
	check_u64(entries_each(f.store, 3 * LIMIT_STORE_CHUNK + 5,
		      3 * LIMIT_STORE_CHUNK + 8, tally_entry, &some),
	    0);
	check_u64(some.n, 3);
	check_str(str_of(some.names), STR("  end "));
	check_u64(entries_each(f.store, 5, 5, tally_entry, &none), 0);
	check_u64(entries_each(f.store, 5000, 6000, tally_entry, &none), 0);
	check_u64(none.n, 0);
	fixture_fini(&f);
}

static void
a_walk_stops_when_told_and_passes_on_a_fault(void)
{
	struct fixture f;
	struct tally stop = { .stop_at = 2 };
	struct tally fail = { .stop_at = 2, .fault = -EPERM };

	fixture_begin(&f);
	for (uint64_t i = 0; i < 5; i++)
		check_u64(append(f.store, i, "x"), 0);
	check_u64(entries_each(f.store, 0, 5, tally_entry, &stop), 0);
	check_u64(stop.n, 2);
	check(entries_each(f.store, 0, 5, tally_entry, &fail) == -EPERM);
	check_u64(fail.n, 2);
	check_u64(store_commit(f.store), 0);
	fixture_fini(&f);
}

static void
a_full_tile_is_kept_and_never_changes(void)
{
	static uint8_t in[ENTRIES_TILE_SIZE];
	static uint8_t out[ENTRIES_TILE_SIZE];
	struct fixture f;

	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 7);
	fixture_begin(&f);
	check_u64(entries_put_tile(f.store, 1, 3, in), 0);
	check_u64(entries_put_tile(f.store, 1, 3, out), STORE_E_EXISTS);
	check_u64(entries_put_tile(f.store, 0, 3, out), 0);
	check_u64(store_commit(f.store), 0);
	check_u64(entries_get_tile(f.store, out, 1, 3), 0);
	check(memcmp(in, out, sizeof(in)) == 0);
	check_u64(entries_get_tile(f.store, out, 2, 3), STORE_E_ABSENT);
	check_u64(entries_get_tile(f.store, out, 1, 4), STORE_E_ABSENT);
	fixture_fini(&f);
}

static void
put_epoch(struct store *store, uint64_t id, const char *wrapped)
{
	check_u64(entries_put_epoch(store,
		      &(struct store_epoch){ id, STR("request"), 77,
			  str_of(wrapped) }),
	    0);
}

static void
p6_sealed_values_are_erased_and_their_entry_stays(void)
{
	struct fixture f;
	struct store_sealed sealed = { 0, 1, { "n\0nce", 5 },
		STR_INIT("answer") };
	struct str answer;
	struct store_entry entry;

	fixture_begin(&f);
	check_u64(append(f.store, 0, "leaf"), 0);
	put_epoch(f.store, 1, "key");
	check_u64(entries_put_sealed(f.store, &sealed), 0);
	check_u64(entries_put_sealed(f.store, &sealed), STORE_E_EXISTS);
	check_u64(entries_find_sealed(f.store, &f.arena, &sealed, 0), 0);
	check_u64(sealed.epoch, 1);
	check_str(sealed.bytes, ((struct str){ "n\0nce", 5 }));
	check_u64(entries_find_answer(f.store, &f.arena, &answer, 0), 0);
	check_str(answer, STR("answer"));
	check_u64(entries_put_answer(f.store, 0, STR("later")), 0);
	check_u64(entries_put_answer(f.store, 1, STR("later")),
	    STORE_E_ABSENT);
	check_u64(entries_find_answer(f.store, &f.arena, &answer, 0), 0);
	check_str(answer, STR("later"));
	check_u64(entries_erase_sealed(f.store, 0), 0);
	check_u64(entries_erase_sealed(f.store, 0), STORE_E_ABSENT);
	check_u64(entries_find_answer(f.store, &f.arena, &answer, 0),
	    STORE_E_ABSENT);
	check_u64(store_commit(f.store), 0);
	check_u64(entries_find_sealed(f.store, &f.arena, &sealed, 0),
	    STORE_E_ABSENT);
	check_u64(entries_find(f.store, &f.arena, &entry, 0), 0);
	check_str(entry.bytes, STR("leaf"));
	fixture_fini(&f);
}

static void
sealed_values_of_no_entry_or_no_epoch_undo_the_transaction(void)
{
	struct fixture f;
	struct store_sealed sealed = { 7, 1, STR("x"), STR("") };
	uint64_t count;

	fixture_begin(&f);
	put_epoch(f.store, 1, "key");
	check_u64(append(f.store, 0, "leaf"), 0);
	check(entries_put_sealed(f.store, &sealed) == -EINVAL);
	check(append(f.store, 1, "more") == -EINVAL);
	check(store_commit(f.store) == -EINVAL);
	check(store_is_writable(f.store));
	check_u64(entries_count(f.store, &count), 0);
	check_u64(count, 0);
	fixture_fini(&f);
}

static void
a_sealed_value_past_a_frame_is_refused(void)
{
	static char big[LIMIT_STORE_BYTES + 1];
	struct fixture f;
	struct store_sealed sealed = { 0, 1, { big, sizeof(big) },
		STR_INIT("") };

	fixture_begin(&f);
	check_u64(append(f.store, 0, "leaf"), 0);
	put_epoch(f.store, 1, "key");
	check_u64(entries_put_sealed(f.store, &sealed), STORE_E_TOO_LARGE);
	sealed.bytes.len = LIMIT_STORE_BYTES;
	check_u64(entries_put_sealed(f.store, &sealed), 0);
	check_u64(store_commit(f.store), 0);
	fixture_fini(&f);
}

static void
the_first_head_over_an_entry_is_found(void)
{
	static const uint64_t sizes[] = { 3, 5, 9 };
	struct fixture f;
	struct store_head head = { 0 };

	fixture_begin(&f);
	check_u64(entries_find_head(f.store, &f.arena, &head, 0),
	    STORE_E_ABSENT);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		check_u64(entries_put_head(f.store,
			      &(struct store_head){ sizes[i], STR("note") }),
		    0);
	/* Kept once: what was given out with it does not change. */
	check_u64(entries_put_head(f.store,
		      &(struct store_head){ 5, STR("other") }),
	    0);
	check_u64(store_commit(f.store), 0);
	check_u64(entries_find_head(f.store, &f.arena, &head, 0), 0);
	check_u64(head.size, 3);
	check_u64(entries_find_head(f.store, &f.arena, &head, 2), 0);
	check_u64(head.size, 3);
	check_u64(entries_find_head(f.store, &f.arena, &head, 3), 0);
	check_u64(head.size, 5);
	check_str(head.note, STR("note"));
	check_u64(entries_find_head(f.store, &f.arena, &head, 9),
	    STORE_E_ABSENT);
	fixture_fini(&f);
}

static void
an_erased_epoch_is_gone_and_its_id_stays_taken(void)
{
	struct fixture f;
	struct store_epoch epoch = { 9, STR(""), 9, STR("") };

	fixture_begin(&f);
	check_u64(entries_newest_epoch(f.store, &f.arena, &epoch,
		      STR("request")),
	    STORE_E_ABSENT);
	put_epoch(f.store, 1, "first");
	put_epoch(f.store, 2, "second");
	check_u64(entries_newest_epoch(f.store, &f.arena, &epoch,
		      STR("request")), 0);
	check_u64(epoch.id, 2);
	check_str(epoch.wrapped, STR("second"));
	check_u64(epoch.created_us, 77);
	check_u64(entries_erase_epoch(f.store, 2), 0);
	check_u64(entries_erase_epoch(f.store, 2), STORE_E_ABSENT);
	check_u64(entries_erase_epoch(f.store, 3), STORE_E_ABSENT);
	check_u64(entries_find_epoch(f.store, &f.arena, &epoch, 2),
	    STORE_E_ABSENT);
	check_u64(entries_put_epoch(f.store,
		      &(struct store_epoch){ 2, STR("request"), 1,
			  STR("new") }),
	    STORE_E_EXISTS);
	check_u64(entries_newest_epoch(f.store, &f.arena, &epoch,
		      STR("request")), 0);
	check_u64(epoch.id, 1);
	check_u64(entries_find_epoch(f.store, &f.arena, &epoch, 1), 0);
	check_str(epoch.wrapped, STR("first"));
	check_u64(store_commit(f.store), 0);
	fixture_fini(&f);
}

static void
a_find_past_the_arena_says_so(void)
{
	struct fixture f;
	struct store_entry entry;
	struct arena small;

	arena_init(&small, 4);
	fixture_begin(&f);
	check_u64(append(f.store, 0, "longer than four bytes"), 0);
	check_u64(entries_find(f.store, &small, &entry, 0), STORE_E_LIMIT);
	check_u64(store_commit(f.store), 0);
	arena_fini(&small);
	fixture_fini(&f);
}

static int
tally_kept(void *context, const struct store_kept *kept)
{
	check_u64(kept->epoch, kept->entry.index == 1 ? 0 : 1);
	check_str(kept->sealed,
	    kept->entry.index == 1 ? STR("") : STR("secret"));
	return tally(context, kept->entry.bytes);
}

static void
p6_entries_are_walked_with_what_is_still_kept_beside_them(void)
{
	struct fixture f;
	struct tally all = { 0 };
	struct tally stop = { .stop_at = 2 };

	fixture_begin(&f);
	put_epoch(f.store, 1, "key");
	for (uint64_t i = 0; i < 3; i++) {
		struct store_sealed sealed = { i, 1, STR("secret") };

		check_u64(append(f.store, i, "x"), 0);
		check_u64(entries_put_sealed(f.store, &sealed), 0);
	}
	check_u64(entries_erase_sealed(f.store, 1), 0);
	check_u64(store_commit(f.store), 0);
	check_u64(entries_each_kept(f.store, 0, 9, tally_kept, &all), 0);
	check_u64(all.n, 3);
	check_u64(entries_each_kept(f.store, 0, 9, tally_kept, &stop), 0);
	check_u64(stop.n, 2);
	fixture_fini(&f);
}

static void
the_first_entry_of_a_time_is_found(void)
{
	static const struct {
		int64_t time_us;
		uint64_t index;
	} cases[] = { { -1, 0 }, { 0, 0 }, { 1, 1 }, { 10, 1 }, { 11, 2 },
		{ 60, 6 }, { 61, 7 }, { INT64_MAX, 7 } };
	struct fixture f;
	uint64_t index = 99;

	fixture_begin(&f);
	check_u64(entries_find_time(f.store, &index, 0), 0);
	check_u64(index, 0);
	for (uint64_t i = 0; i < 7; i++)
		check_u64(append(f.store, i, "x"), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		check_u64(entries_find_time(f.store, &index, cases[i].time_us),
		    0);
		check_u64(index, cases[i].index);
	}
	fixture_fini(&f);
}

static const struct tap_test tests[] = {
	TEST(p7_entries_are_one_sequence_without_a_gap),
	TEST(an_undone_transaction_takes_its_entries_back),
	TEST(an_entry_fits_a_bundle_or_is_refused),
	TEST(a_walk_covers_exactly_its_range_in_order),
	TEST(a_walk_stops_when_told_and_passes_on_a_fault),
	TEST(a_full_tile_is_kept_and_never_changes),
	TEST(p6_sealed_values_are_erased_and_their_entry_stays),
	TEST(sealed_values_of_no_entry_or_no_epoch_undo_the_transaction),
	TEST(a_sealed_value_past_a_frame_is_refused),
	TEST(the_first_head_over_an_entry_is_found),
	TEST(an_erased_epoch_is_gone_and_its_id_stays_taken),
	TEST(a_find_past_the_arena_says_so),
	TEST(p6_entries_are_walked_with_what_is_still_kept_beside_them),
	TEST(the_first_entry_of_a_time_is_found),
};

TAP_MAIN(tests)
