/* Seals of grounds, and what they make of entries. Holds for every backend. */
#include "store/seals.h"

#include "fixture.h"
#include "store/releases.h"

static void
put(struct store *store, const char *kind, const char *number,
    int64_t lift_us, int64_t order_us)
{
	struct store_seal seal = { STR("NY0010100"), str_of(kind),
		str_of(number), lift_us, order_us };

	check_u64(seals_put(store, &seal), 0);
	check_u64(seals_put(store, &seal), STORE_E_EXISTS);
}

static int64_t
lift(struct store *store, const char *kind, const char *number)
{
	int64_t lift_us = -1;

	check_u64(seals_find(store, &lift_us, STR("NY0010100"), str_of(kind),
		      str_of(number)),
	    0);
	return lift_us;
}

static void
a_seal_lifts_when_ground_and_order_have_ended(void)
{
	struct fixture f;

	fixture_begin(&f);
	put(f.store, "investigation", "1", INT64_MAX, 0);
	put(f.store, "wanted", "1", INT64_MAX, 500);
	check(lift(f.store, "investigation", "1") == INT64_MAX);
	check(lift(f.store, "instrument", "1") == 0);
	check_u64(seals_end(f.store, STR("NY0010100"), STR("investigation"),
		      STR("1"), 70),
	    0);
	check_u64(seals_end(f.store, STR("NY0010100"), STR("wanted"), STR("1"),
		      70),
	    0);
	check(lift(f.store, "investigation", "1") == 70);
	check(lift(f.store, "wanted", "1") == 500);
	/* One that was not sealed is, from its end on. */
	check_u64(seals_end(f.store, STR("NY0010100"), STR("wanted"), STR("2"),
		      90),
	    0);
	check(lift(f.store, "wanted", "2") == 90);
	check_u64(store_commit(f.store), 0);
	fixture_fini(&f);
}

static int64_t
of_entry(struct store *store, struct seals_question question)
{
	int64_t lift_us = -1;

	check_u64(seals_of_entry(store, &lift_us, &question), 0);
	return lift_us;
}

static void
p6_entries_are_sealed_by_their_ground_and_when_in_doubt(void)
{
	struct fixture f;
	struct str ori = STR("NY0010100");
	struct store_request row = { .id = STR("01J"),
		.ori = ori,
		.ground = STR("1"),
		.requester = STR("ann"),
		.subject = STR(""),
		.frame = STR(""),
		.key = STR(""),
		.body = STR("") };

	fixture_begin(&f);
	put(f.store, "investigation", "1", INT64_MAX, 0);
	put(f.store, "instrument", "9", 0, 800);
	put_people(f.store);
	check_u64(requests_put(f.store, &row), 0);
#define OF(...) of_entry(f.store, (struct seals_question){ __VA_ARGS__ })
	check(OF(STR("request"), ori, STR("investigation"), STR("1")) ==
	    INT64_MAX);
	check(OF(STR("lead"), ori, STR("investigation"), STR("1")) ==
	    OF(STR("request"), ori, STR("investigation"), STR("1")));
	check(OF(STR("consignment"), ori) == 0);
	check(OF(STR("request"), ori, STR("investigation"), STR("2")) == 0);
	check(OF(STR("request"), ori, STR("none"), STR(""), STR("9")) == 800);
	check(OF(STR("request"), STR("NYNSP0000"), STR("investigation"),
		  STR("1")) == 0);
	check(OF(STR("ground"), ori, STR("investigation"), STR("1")) ==
	    INT64_MAX);
	check(OF(STR("approval"), .id = STR("01J")) == INT64_MAX);
	check(OF(STR("approval"), .id = STR("unknown")) == INT64_MAX);
	check(OF(STR("read"), ori, .what = STR("getInvestigation 1")) ==
	    INT64_MAX);
	check(OF(STR("read"), ori, .what = STR("getInvestigation 2")) == 0);
	check(OF(STR("read"), ori, .what = STR("getRequest 01J")) ==
	    INT64_MAX);
	check(OF(STR("read"), ori, .what = STR("getReceipt 7")) == INT64_MAX);
	check(OF(STR("read"), ori, .what = STR("")) == INT64_MAX);
	check(OF(STR("people")) == 0);
	check(OF(STR("release")) == 0);
	/* A kind that this table does not know yet says nothing. */
	check(OF(STR("something-new"), ori) == INT64_MAX);
#undef OF
	check_u64(store_commit(f.store), 0);
	fixture_fini(&f);
}

static void
p9_one_person_signs_a_release_once(void)
{
	struct fixture f;
	struct store_release_sign sign = { .digest = subject('d'),
		.act = STR("sign"),
		.person = STR("cal"),
		.role = 8,
		.time_us = 1,
		.index = 3 };
	uint64_t count = 9;

	fixture_begin(&f);
	check_u64(releases_count(f.store, &count, subject('d'), STR("sign")),
	    0);
	check_u64(count, 0);
	check_u64(releases_sign(f.store, &sign), 0);
	check_u64(releases_sign(f.store, &sign), STORE_E_EXISTS);
	sign.role = 16;
	check_u64(releases_sign(f.store, &sign), STORE_E_EXISTS);
	sign.act = STR("review");
	check_u64(releases_sign(f.store, &sign), 0);
	sign.act = STR("sign");
	sign.person = STR("pam");
	check_u64(releases_sign(f.store, &sign), 0);
	check_u64(releases_count(f.store, &count, subject('d'), STR("sign")),
	    0);
	check_u64(count, 2);
	check_u64(store_commit(f.store), 0);
	fixture_fini(&f);
}

static const struct tap_test tests[] = {
	TEST(a_seal_lifts_when_ground_and_order_have_ended),
	TEST(p6_entries_are_sealed_by_their_ground_and_when_in_doubt),
	TEST(p9_one_person_signs_a_release_once),
};

TAP_MAIN(tests)
