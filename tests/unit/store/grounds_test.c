/* Investigations, warrants, instruments. Holds for every backend. */
#include "fixture.h"
#include "limits.h"

#define ORI STR("NY0010100")

static int
tally_case(void *context, const struct store_investigation *investigation)
{
	return tally(context, investigation->number);
}

static int
tally_assignment(void *context, const struct store_assignment *assignment)
{
	return tally(context, assignment->requester);
}

static int
tally_wanted(void *context, const struct store_wanted *wanted)
{
	return tally(context, wanted->number);
}

static int
tally_instrument(void *context, const struct store_instrument *instrument)
{
	return tally(context, instrument->id);
}

static struct store_investigation
sample_case(const char *number)
{
	return (struct store_investigation){ ORI, str_of(number),
		GROUNDS_CASE_OPEN, STR("2404"), 100, 0, STR("ann") };
}

static void
an_investigation_is_registered_once_and_closed_once(void)
{
	struct fixture f;
	struct store_investigation one = sample_case("26-1");
	struct store_investigation found;
	struct tally all = { 0 };

	fixture_begin(&f);
	check_u64(grounds_put_case(f.store, &one), STORE_E_ABSENT);
	put_people(f.store);
	check_u64(grounds_put_case(f.store, &one), 0);
	check_u64(grounds_put_case(f.store, &one), STORE_E_EXISTS);
	one = sample_case("26-2");
	check_u64(grounds_put_case(f.store, &one), 0);
	check_u64(grounds_close_case(f.store, ORI, STR("26-1"), 500), 0);
	check_u64(grounds_close_case(f.store, ORI, STR("26-1"), 600),
	    STORE_E_ABSENT);
	check_u64(grounds_close_case(f.store, ORI, STR("26-3"), 600),
	    STORE_E_ABSENT);
	check_u64(store_commit(f.store), 0);
	check_u64(grounds_find_case(f.store, &f.arena, &found, ORI,
		      STR("26-1")),
	    0);
	check_u64(found.status, GROUNDS_CASE_CLOSED);
	check_u64(found.opened_us, 100);
	check_u64(found.closed_us, 500);
	check_str(found.offence, STR("2404"));
	check_str(found.registered_by, STR("ann"));
	check_u64(grounds_find_case(f.store, &f.arena, &found, STR("NY"),
		      STR("26-1")),
	    STORE_E_ABSENT);
	check_u64(grounds_each_case(f.store, ORI, tally_case, &all), 0);
	check_str(str_of(all.names), STR("26-1 26-2 "));
	fixture_fini(&f);
}

static void
an_assignment_needs_case_and_requester_and_can_be_moved(void)
{
	struct fixture f;
	struct store_investigation one = sample_case("26-1");
	struct store_assignment assignment = { ORI, STR("26-1"), STR("ann"),
		900 };
	struct store_assignment found;
	struct tally all = { 0 };

	fixture_begin(&f);
	put_people(f.store);
	check_u64(grounds_assign(f.store, &assignment), STORE_E_ABSENT);
	check_u64(grounds_put_case(f.store, &one), 0);
	assignment.requester = STR("nobody");
	check_u64(grounds_assign(f.store, &assignment), STORE_E_ABSENT);
	assignment.requester = STR("bob");
	check_u64(grounds_assign(f.store, &assignment), 0);
	assignment.requester = STR("ann");
	check_u64(grounds_assign(f.store, &assignment), 0);
	assignment.until_us = 950;
	check_u64(grounds_assign(f.store, &assignment), 0);
	check_u64(grounds_find_assignment(f.store, &f.arena, &found, ORI,
		      STR("26-1"), STR("ann")),
	    0);
	check_u64(found.until_us, 950);
	check_u64(grounds_each_assignment(f.store, ORI, STR("26-1"),
		      tally_assignment, &all),
	    0);
	check_str(str_of(all.names), STR("ann bob "));
	check_u64(grounds_unassign(f.store, ORI, STR("26-1"), STR("ann")), 0);
	check_u64(grounds_unassign(f.store, ORI, STR("26-1"), STR("ann")),
	    STORE_E_ABSENT);
	check_u64(grounds_find_assignment(f.store, &f.arena, &found, ORI,
		      STR("26-1"), STR("ann")),
	    STORE_E_ABSENT);
	check_u64(store_commit(f.store), 0);
	fixture_fini(&f);
}

static void
an_investigation_has_the_subjects_it_names_and_no_other(void)
{
	struct fixture f;
	struct store_investigation one = sample_case("26-1");
	struct store_investigation two = sample_case("26-2");
	uint64_t count;
	bool has;

	fixture_begin(&f);
	put_people(f.store);
	check_u64(grounds_put_case_subject(f.store, ORI, STR("26-1"),
		      subject('a')),
	    STORE_E_ABSENT);
	check_u64(grounds_put_case(f.store, &one), 0);
	check_u64(grounds_put_case(f.store, &two), 0);
	check_u64(grounds_put_case_subject(f.store, ORI, STR("26-1"),
		      subject('a')),
	    0);
	check_u64(grounds_put_case_subject(f.store, ORI, STR("26-1"),
		      subject('a')),
	    STORE_E_EXISTS);
	check_u64(grounds_put_case_subject(f.store, ORI, STR("26-1"),
		      subject('b')),
	    0);
	check_u64(grounds_case_has_subject(f.store, &has, ORI, STR("26-1"),
		      subject('a')),
	    0);
	check(has);
	check_u64(grounds_case_has_subject(f.store, &has, ORI, STR("26-2"),
		      subject('a')),
	    0);
	check(!has);
	check_u64(grounds_count_case_subjects(f.store, &count, ORI, STR("26-1"),
		      9),
	    0);
	check_u64(count, 2);
	check_u64(grounds_count_case_subjects(f.store, &count, ORI, STR("26-1"),
		      1),
	    0);
	check_u64(count, 1);
	check_u64(grounds_count_case_subjects(f.store, &count, ORI, STR("\xff"),
		      1),
	    0);
	check_u64(count, 0);
	check_u64(store_commit(f.store), 0);
	fixture_fini(&f);
}

static struct store_wanted
sample_wanted(const char *number)
{
	return (struct store_wanted){ ORI, str_of(number),
		GROUNDS_WANTED_ACTIVE, STR("arrest"), STR("Albany County"),
		STR("Hon. Roe"), STR("D-77"), STR("1201"), 20000, INT32_MAX,
		STR("ann") };
}

static void
a_warrant_is_for_its_subjects_alone(void)
{
	struct fixture f;
	struct store_wanted wanted = sample_wanted("W1");
	struct store_wanted found;
	struct str subjects[] = { subject('a'), subject('b'), subject('a') };
	struct tally all = { 0 };
	bool has;

	fixture_begin(&f);
	check_u64(grounds_put_wanted(f.store, &wanted, subjects, 3),
	    STORE_E_ABSENT);
	put_people(f.store);
	check_u64(grounds_put_wanted(f.store, &wanted, subjects, 3), 0);
	check_u64(grounds_put_wanted(f.store, &wanted, subjects, 1),
	    STORE_E_EXISTS);
	check_u64(grounds_wanted_has_subject(f.store, &has, ORI, STR("W1"),
		      subject('b')),
	    0);
	check(has);
	check_u64(grounds_wanted_has_subject(f.store, &has, ORI, STR("W1"),
		      subject('c')),
	    0);
	check(!has);
	check_u64(grounds_set_wanted_status(f.store, ORI, STR("W1"),
		      GROUNDS_WANTED_SERVED),
	    0);
	check_u64(grounds_set_wanted_status(f.store, ORI, STR("W2"),
		      GROUNDS_WANTED_SERVED),
	    STORE_E_ABSENT);
	check_u64(grounds_find_wanted(f.store, &f.arena, &found, ORI,
		      STR("W1")),
	    0);
	check_u64(found.status, GROUNDS_WANTED_SERVED);
	check_str(found.kind, STR("arrest"));
	check_str(found.court, STR("Albany County"));
	check_str(found.judge, STR("Hon. Roe"));
	check_str(found.docket, STR("D-77"));
	check_str(found.offence, STR("1201"));
	check_str(found.registered_by, STR("ann"));
	check(found.issued == 20000 && found.expires == INT32_MAX);
	check_u64(grounds_find_wanted(f.store, &f.arena, &found, ORI,
		      STR("W2")),
	    STORE_E_ABSENT);
	check_u64(grounds_each_wanted(f.store, STR(""), tally_wanted, &all), 0);
	check_str(str_of(all.names), STR("W1 "));
	check_u64(store_commit(f.store), 0);
	fixture_fini(&f);
}

static void
a_warrant_names_at_most_so_many_subjects(void)
{
	struct fixture f;
	struct store_wanted wanted = sample_wanted("W1");
	struct str subjects[LIMIT_STORE_SUBJECTS + 1];
	struct str wrong = STR("not 32 bytes");

	for (size_t i = 0; i < ARRAY_LEN(subjects); i++)
		subjects[i] = subject((char)i);
	fixture_begin(&f);
	put_people(f.store);
	check_u64(grounds_put_wanted(f.store, &wanted, subjects,
		      LIMIT_STORE_SUBJECTS + 1),
	    STORE_E_TOO_LARGE);
	check(grounds_put_wanted(f.store, &wanted, &wrong, 1) == -EINVAL);
	check_u64(grounds_put_wanted(f.store, &wanted, subjects,
		      LIMIT_STORE_SUBJECTS),
	    0);
	check_u64(store_commit(f.store), 0);
	fixture_fini(&f);
}

static struct store_instrument
sample_instrument(const char *id, struct str *scope, size_t n_scope)
{
	return (struct store_instrument){ str_of(id), ORI,
		GROUNDS_INSTRUMENT_ACTIVE, STR("subpoena"), STR("Supreme"),
		STR("D-1"), 20000, 20100, subject('d'), STR("ann"), scope,
		n_scope };
}

static void
an_instrument_keeps_its_scope_and_its_subjects(void)
{
	struct fixture f;
	struct str scope[] = { STR("person.photo"), STR("owner.family") };
	struct store_instrument one = sample_instrument("I1", scope, 2);
	struct store_instrument found;
	struct str subjects[] = { subject('a') };
	struct tally all = { 0 };
	bool has;

	fixture_begin(&f);
	check_u64(grounds_put_instrument(f.store, &one, subjects, 1),
	    STORE_E_ABSENT);
	put_people(f.store);
	check_u64(grounds_put_instrument(f.store, &one, subjects, 1), 0);
	check_u64(grounds_put_instrument(f.store, &one, NULL, 0),
	    STORE_E_EXISTS);
	one = sample_instrument("I2", NULL, 0);
	one.document = STR("");
	check_u64(grounds_put_instrument(f.store, &one, NULL, 0), 0);
	check_u64(grounds_find_instrument(f.store, &f.arena, &found, STR("I1")),
	    0);
	check_u64(found.n_scope, 2);
	check_str(found.scope[0], STR("owner.family"));
	check_str(found.scope[1], STR("person.photo"));
	check_str(found.document, subject('d'));
	check_str(found.kind, STR("subpoena"));
	check_str(found.court, STR("Supreme"));
	check_str(found.docket, STR("D-1"));
	check(found.issued == 20000 && found.expires == 20100);
	check_u64(grounds_instrument_has_subject(f.store, &has, STR("I1"),
		      subject('a')),
	    0);
	check(has);
	check_u64(grounds_instrument_has_subject(f.store, &has, STR("I2"),
		      subject('a')),
	    0);
	check(!has);
	check_u64(grounds_withdraw_instrument(f.store, STR("I1")), 0);
	check_u64(grounds_withdraw_instrument(f.store, STR("I1")),
	    STORE_E_ABSENT);
	check_u64(grounds_find_instrument(f.store, &f.arena, &found, STR("I1")),
	    0);
	check_u64(found.status, GROUNDS_INSTRUMENT_WITHDRAWN);
	check_u64(grounds_find_instrument(f.store, &f.arena, &found, STR("I2")),
	    0);
	check_u64(found.n_scope, 0);
	check_u64(grounds_find_instrument(f.store, &f.arena, &found, STR("I3")),
	    STORE_E_ABSENT);
	check_u64(grounds_each_instrument(f.store, ORI, tally_instrument, &all),
	    0);
	check_str(str_of(all.names), STR("I1 I2 "));
	check_u64(store_commit(f.store), 0);
	fixture_fini(&f);
}

static void
p12_an_instrument_of_a_bad_scope_is_not_half_kept(void)
{
	static char names[LIMIT_STORE_SCOPE + 1][8];
	struct fixture f;
	struct str scope[LIMIT_STORE_SCOPE + 1];
	struct store_instrument one;
	struct store_instrument found;

	for (size_t i = 0; i < ARRAY_LEN(scope); i++) {
		snprintf(names[i], sizeof(names[i]), "f%zu", i);
		scope[i] = str_of(names[i]);
	}
	fixture_begin(&f);
	put_people(f.store);
	one = sample_instrument("I1", scope, LIMIT_STORE_SCOPE + 1);
	check_u64(grounds_put_instrument(f.store, &one, NULL, 0),
	    STORE_E_TOO_LARGE);
	one.n_scope = LIMIT_STORE_SCOPE;
	scope[LIMIT_STORE_SCOPE - 1] = STR("\xff");
	check_u64(grounds_put_instrument(f.store, &one, NULL, 0), STORE_E_TEXT);
	check_u64(grounds_find_instrument(f.store, &f.arena, &found, STR("I1")),
	    STORE_E_ABSENT);
	scope[LIMIT_STORE_SCOPE - 1] = STR("last");
	check_u64(grounds_put_instrument(f.store, &one, NULL, 0), 0);
	check_u64(grounds_find_instrument(f.store, &f.arena, &found, STR("I1")),
	    0);
	check_u64(found.n_scope, LIMIT_STORE_SCOPE);
	check_u64(store_commit(f.store), 0);
	fixture_fini(&f);
}

static const struct tap_test tests[] = {
	TEST(an_investigation_is_registered_once_and_closed_once),
	TEST(an_assignment_needs_case_and_requester_and_can_be_moved),
	TEST(an_investigation_has_the_subjects_it_names_and_no_other),
	TEST(a_warrant_is_for_its_subjects_alone),
	TEST(a_warrant_names_at_most_so_many_subjects),
	TEST(an_instrument_keeps_its_scope_and_its_subjects),
	TEST(p12_an_instrument_of_a_bad_scope_is_not_half_kept),
};

TAP_MAIN(tests)
