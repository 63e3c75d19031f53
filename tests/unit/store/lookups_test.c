/* Look-ups by person, seals, tokens; complaints. Holds for every backend. */
#include "fixture.h"
#include "store/complaints.h"
#include "store/lookups.h"

#define CASE(number_text, lifts, after)                                        \
	{ .kind = STR_INIT("investigation"), .ori = STR_INIT("NY0010100"),     \
		.number = STR_INIT(number_text), .lifts_us = (lifts),          \
		.after_us = (after) }

static const struct store_veil plain = CASE("26-1", 0, -1);
static const struct store_veil sealed = CASE("26-2", 1000, 50);

static size_t
n_told(struct fixture *f, char who)
{
	uint64_t indexes[8];
	size_t n;

	check_u64(lookups_list(f->store, indexes, &n, 8, subject(who),
		      UINT64_MAX),
	    0);
	for (size_t i = 1; i < n; i++)
		check(indexes[i] < indexes[i - 1]);
	return n;
}

static void
look_ups_are_listed_by_person_newest_first(void)
{
	struct fixture f;
	uint64_t indexes[2];
	bool has;
	size_t n;

	fixture_begin(&f);
	for (uint64_t i = 0; i < 5; i++)
		check_u64(lookups_put(f.store, &plain,
			      subject(i == 2 ? 'b' : 'a'), i, 10),
		    0);
	check_u64(lookups_put(f.store, &plain, subject('a'), 4, 10), 0);
	check_u64(n_told(&f, 'a'), 4);
	check_u64(n_told(&f, 'b'), 1);
	check_u64(n_told(&f, 'c'), 0);
	check_u64(lookups_list(f.store, indexes, &n, 2, subject('a'), 4), 0);
	check_u64(n, 2);
	check_u64(indexes[0], 3);
	check_u64(indexes[1], 1);
	check_u64(lookups_has(f.store, &has, subject('a'), 3), 0);
	check(has);
	check_u64(lookups_has(f.store, &has, subject('a'), 2), 0);
	check(!has);
	check_u64(lookups_forget(f.store, 3), 0);
	check_u64(lookups_forget(f.store, 3), 0);
	check_u64(n_told(&f, 'a'), 3);
	fixture_fini(&f);
}

static void
look_ups_under_seal_wait_until_it_lifts(void)
{
	struct fixture f;

	fixture_begin(&f);
	check_u64(lookups_veil(f.store, &sealed), 0);
	check_u64(lookups_veil(f.store, &sealed), STORE_E_EXISTS);
	check_u64(lookups_put(f.store, &sealed, subject('a'), 1, 10), 0);
	check_u64(lookups_put(f.store, &sealed, subject('a'), 2, 999), 0);
	check_u64(lookups_put(f.store, &sealed, subject('b'), 3, 10), 0);
	/* Due, though not lifted yet: it does not wait any more. */
	check_u64(lookups_put(f.store, &sealed, subject('a'), 4, 1000), 0);
	check_u64(n_told(&f, 'a'), 1);
	check_u64(lookups_lift(f.store, 999, 4), 0);
	check_u64(n_told(&f, 'a'), 1);
	check_u64(lookups_lift(f.store, 1000, 4), 0);
	check_u64(n_told(&f, 'a'), 3);
	check_u64(n_told(&f, 'b'), 1);
	/* Nothing of it is left: the number can be sealed again. */
	check_u64(lookups_veil(f.store, &sealed), 0);
	fixture_fini(&f);
}

static void
a_ground_that_ended_brings_its_seal_forward_and_never_back(void)
{
	static const struct store_veil by_day = CASE("26-3", 1000, -1);
	struct fixture f;

	fixture_begin(&f);
	check_u64(lookups_veil(f.store, &sealed), 0);
	check_u64(lookups_veil(f.store, &by_day), 0);
	check_u64(lookups_put(f.store, &sealed, subject('a'), 1, 10), 0);
	check_u64(lookups_put(f.store, &by_day, subject('a'), 2, 10), 0);
	check_u64(lookups_ground_ended(f.store, sealed.kind, sealed.ori,
		      sealed.number, 100),
	    0);
	check_u64(lookups_ground_ended(f.store, sealed.kind, sealed.ori,
		      sealed.number, 500),
	    0);
	check_u64(lookups_ground_ended(f.store, by_day.kind, by_day.ori,
		      by_day.number, 100),
	    0);
	check_u64(lookups_ground_ended(f.store, STR("wanted"), sealed.ori,
		      sealed.number, 1),
	    0);
	check_u64(lookups_lift(f.store, 149, 4), 0);
	check_u64(n_told(&f, 'a'), 0);
	check_u64(lookups_lift(f.store, 150, 4), 0);
	check_u64(n_told(&f, 'a'), 1);
	fixture_fini(&f);
}

static void
a_ground_of_another_agency_is_not_under_the_seal(void)
{
	struct store_veil other = sealed;
	struct fixture f;

	fixture_begin(&f);
	check_u64(lookups_veil(f.store, &sealed), 0);
	other.ori = STR("NY0020200");
	check_u64(lookups_put(f.store, &other, subject('a'), 1, 10), 0);
	check_u64(n_told(&f, 'a'), 1);
	check_u64(lookups_put(f.store, &sealed, subject('a'), 2, 10), 0);
	check_u64(lookups_forget(f.store, 2), 0);
	check_u64(lookups_lift(f.store, 1000, 4), 0);
	check_u64(n_told(&f, 'a'), 1);
	fixture_fini(&f);
}

static void
a_token_is_used_once_and_forgotten_after_its_end(void)
{
	struct store_token token = { STR("portal"), subject('t'), 100 };
	struct fixture f;

	fixture_begin(&f);
	check_u64(lookups_use_token(f.store, &token, 10), 0);
	check_u64(lookups_use_token(f.store, &token, 20), STORE_E_EXISTS);
	check_u64(lookups_use_token(f.store, &token, 100), STORE_E_EXISTS);
	token.portal = STR("other");
	check_u64(lookups_use_token(f.store, &token, 20), 0);
	token.portal = STR("portal");
	/* Past its end nobody takes it, so it need not be remembered. */
	check_u64(lookups_use_token(f.store, &token, 101), 0);
	fixture_fini(&f);
}

static int
tally_complaint(void *context, const struct store_complaint *complaint)
{
	return tally(context, complaint->id);
}

static void
a_complaint_waits_until_it_is_answered_once(void)
{
	struct store_complaint row = { .id = STR("C2"),
		.index = 9,
		.about = 3,
		.subject = subject('a'),
		.reason = STR("other"),
		.state = COMPLAINTS_RECEIVED,
		.created_us = 70 };
	struct store_complaint found;
	struct tally count = { 0 };
	struct fixture f;
	bool has;

	fixture_begin(&f);
	check_u64(complaints_put(f.store, &row), 0);
	row.id = STR("C3");
	check_u64(complaints_put(f.store, &row), STORE_E_EXISTS);
	row.about = 4;
	row.created_us = 60;
	check_u64(complaints_put(f.store, &row), 0);
	check_u64(complaints_has(f.store, &has, subject('a'), 4), 0);
	check(has);
	check_u64(complaints_has(f.store, &has, subject('b'), 4), 0);
	check(!has);
	check_u64(complaints_each_waiting(f.store, 8, tally_complaint, &count),
	    0);
	check_u64(count.n, 2);
	check_u64(complaints_answer(f.store, STR("C3"), 12, 80), 0);
	check_u64(complaints_answer(f.store, STR("C3"), 13, 90),
	    STORE_E_ABSENT);
	check_u64(complaints_find(f.store, &f.arena, &found, STR("C3")), 0);
	check_u64(found.state, COMPLAINTS_ANSWERED);
	check_u64(found.answer, 12);
	check_u64(found.answered_us, 80);
	check_str(found.subject, subject('a'));
	check_u64(complaints_find(f.store, &f.arena, &found, STR("C9")),
	    STORE_E_ABSENT);
	count = (struct tally){ 0 };
	check_u64(complaints_each_waiting(f.store, 8, tally_complaint, &count),
	    0);
	check_u64(count.n, 1);
	fixture_fini(&f);
}

static const struct tap_test tests[] = {
	TEST(look_ups_are_listed_by_person_newest_first),
	TEST(look_ups_under_seal_wait_until_it_lifts),
	TEST(a_ground_that_ended_brings_its_seal_forward_and_never_back),
	TEST(a_ground_of_another_agency_is_not_under_the_seal),
	TEST(a_token_is_used_once_and_forgotten_after_its_end),
	TEST(a_complaint_waits_until_it_is_answered_once),
};

TAP_MAIN(tests)
