/* Look-ups by person, seals, tokens; complaints. Holds for every backend. */
#include "fixture.h"
#include "store/complaints.h"
#include "store/lookups.h"
#include "store/seals.h"

#define ORI STR_INIT("NY0010100")
#define CASE(number_text)                                                      \
	{ ORI, STR_INIT("investigation"), STR_INIT(number_text), STR_INIT("") }

static const struct store_flow plain = CASE("26-1");
static const struct store_flow sealed = CASE("26-2");
static const struct store_flow both = { ORI, STR_INIT("investigation"),
	STR_INIT("26-2"), STR_INIT("I-1") };

/* A ground that goes on, or an instrument that is not to be told of. */
static void
seal(struct fixture *f, const char *kind, const char *number, int64_t lift_us,
    int64_t order_us)
{
	struct store_seal row = { .ori = sealed.ori,
		.kind = str_of(kind),
		.number = str_of(number),
		.lift_us = lift_us,
		.order_us = order_us };

	check_u64(seals_put(f->store, &row), 0);
}

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
	seal(&f, "investigation", "26-2", INT64_MAX, 0);
	check_u64(lookups_put(f.store, &sealed, subject('a'), 1, 10), 0);
	check_u64(lookups_put(f.store, &sealed, subject('a'), 2, 999), 0);
	check_u64(lookups_put(f.store, &sealed, subject('b'), 3, 10), 0);
	check_u64(lookups_lift(f.store, INT64_MAX - 1, 4), 0);
	check_u64(n_told(&f, 'a'), 0);
	check_u64(seals_end(f.store, sealed.ori, sealed.kind, sealed.number,
		      1000),
	    0);
	/* Ended, and still for a while. */
	check_u64(lookups_put(f.store, &sealed, subject('a'), 4, 999), 0);
	/* Due, though not let go yet: it does not wait any more. */
	check_u64(lookups_put(f.store, &sealed, subject('a'), 5, 1000), 0);
	check_u64(n_told(&f, 'a'), 1);
	check_u64(lookups_lift(f.store, 999, 4), 0);
	check_u64(n_told(&f, 'a'), 1);
	check_u64(lookups_lift(f.store, 1000, 4), 0);
	check_u64(n_told(&f, 'a'), 4);
	check_u64(n_told(&f, 'b'), 1);
	fixture_fini(&f);
}

static void
the_later_of_all_seals_counts(void)
{
	struct fixture f;

	fixture_begin(&f);
	seal(&f, "investigation", "26-2", INT64_MAX, 500);
	seal(&f, "instrument", "I-1", 0, 2000);
	check_u64(lookups_put(f.store, &sealed, subject('a'), 1, 10), 0);
	check_u64(lookups_put(f.store, &both, subject('a'), 2, 10), 0);
	check_u64(seals_end(f.store, sealed.ori, sealed.kind, sealed.number,
		      100),
	    0);
	/* A court said 500 of the case, and 2000 of the instrument. */
	check_u64(lookups_lift(f.store, 499, 4), 0);
	check_u64(n_told(&f, 'a'), 0);
	check_u64(lookups_lift(f.store, 500, 4), 0);
	check_u64(n_told(&f, 'a'), 1);
	check_u64(lookups_put(f.store, &both, subject('a'), 3, 600), 0);
	check_u64(lookups_lift(f.store, 1999, 4), 0);
	check_u64(n_told(&f, 'a'), 1);
	check_u64(lookups_lift(f.store, 2000, 4), 0);
	check_u64(n_told(&f, 'a'), 3);
	fixture_fini(&f);
}

static void
what_flows_from_elsewhere_is_not_under_the_seal(void)
{
	struct store_flow other = sealed;
	struct fixture f;

	fixture_begin(&f);
	seal(&f, "investigation", "26-2", INT64_MAX, 0);
	other.ori = STR("NY0020200");
	check_u64(lookups_put(f.store, &other, subject('a'), 1, 10), 0);
	other = sealed;
	other.kind = STR("wanted");
	check_u64(lookups_put(f.store, &other, subject('a'), 2, 10), 0);
	check_u64(n_told(&f, 'a'), 2);
	check_u64(lookups_put(f.store, &sealed, subject('a'), 3, 10), 0);
	check_u64(lookups_forget(f.store, 3), 0);
	check_u64(seals_end(f.store, sealed.ori, sealed.kind, sealed.number,
		      20),
	    0);
	check_u64(lookups_lift(f.store, 1000, 4), 0);
	check_u64(n_told(&f, 'a'), 2);
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
	TEST(the_later_of_all_seals_counts),
	TEST(what_flows_from_elsewhere_is_not_under_the_seal),
	TEST(a_token_is_used_once_and_forgotten_after_its_end),
	TEST(a_complaint_waits_until_it_is_answered_once),
};

TAP_MAIN(tests)
