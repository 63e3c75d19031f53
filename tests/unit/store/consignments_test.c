/* Consignments: held once, ended once. Holds for every backend. */
#include "store/consignments.h"

#include "fixture.h"
#include "limits.h"

static struct store_consignment
make(const char *id, const char *digest)
{
	return (struct store_consignment){ .id = str_of(id),
		.index = 3,
		.state = CONSIGNMENTS_HELD,
		.sender = STR("Another state"),
		.form = STR("csv"),
		.digest = str_of(digest),
		.size = UINT64_C(1) << 40,
		.n_records = 10000000,
		.received_us = 5,
		.deadline = -1,
		.registered_by = STR("dora"),
		.ordered = STR(""),
		.ordered_by = STR(""),
		.confirmed_by = STR("") };
}

#define DIGEST_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static int
tally_one(void *context, const struct store_consignment *consignment)
{
	return tally(context, consignment->id);
}

static void
the_same_bytes_are_held_once(void)
{
	struct fixture f;
	struct store_consignment first = make("01A", DIGEST_A);
	struct store_consignment again = make("01B", DIGEST_A);
	struct store_consignment other = make("01C", DIGEST_B);
	struct store_consignment found;
	struct tally all = { 0 };

	fixture_begin(&f);
	check_u64(consignments_put(f.store, &first), 0);
	check_u64(consignments_put(f.store, &first), STORE_E_EXISTS);
	check_u64(consignments_put(f.store, &again), STORE_E_EXISTS);
	check_u64(consignments_put(f.store, &other), 0);
	check_u64(consignments_find(f.store, &f.arena, &found, STR("01A")), 0);
	check_str(found.sender, STR("Another state"));
	check_u64(found.size, UINT64_C(1) << 40);
	check(found.deadline == -1);
	/* Once its keys are erased it may come again. */
	first.state = CONSIGNMENTS_ERASED;
	check_u64(consignments_update(f.store, &first), 0);
	check_u64(consignments_put(f.store, &again), 0);
	check_u64(consignments_each(f.store, tally_one, &all), 0);
	check_str(str_of(all.names), STR("01A 01B 01C "));
	fixture_fini(&f);
}

static void
what_is_to_be_erased_is_found_until_it_is(void)
{
	struct fixture f;
	struct store_consignment row = make("01A", DIGEST_A);
	struct store_consignment found;

	fixture_begin(&f);
	check_u64(consignments_put(f.store, &row), 0);
	check_u64(consignments_find_ending(f.store, &f.arena, &found),
	    STORE_E_ABSENT);
	row.state = CONSIGNMENTS_ENDING;
	row.ordered = STR("destroy");
	row.ordered_by = STR("dora");
	row.confirmed_by = STR("kim");
	row.index = 9;
	check_u64(consignments_update(f.store, &row), 0);
	check_u64(consignments_find_ending(f.store, &f.arena, &found), 0);
	check_str(found.id, STR("01A"));
	check_str(found.ordered, STR("destroy"));
	check_str(found.confirmed_by, STR("kim"));
	check_u64(found.index, 9);
	row.state = CONSIGNMENTS_ERASED;
	check_u64(consignments_update(f.store, &row), 0);
	check_u64(consignments_find_ending(f.store, &f.arena, &found),
	    STORE_E_ABSENT);
	row.id = STR("01Z");
	check_u64(consignments_update(f.store, &row), STORE_E_ABSENT);
	fixture_fini(&f);
}

static const struct tap_test tests[] = {
	TEST(the_same_bytes_are_held_once),
	TEST(what_is_to_be_erased_is_found_until_it_is),
};

TAP_MAIN(tests)
