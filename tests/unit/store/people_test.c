/* Agencies, units, requesters, credentials. Holds for every backend. */
#include "fixture.h"
#include "limits.h"

static int
tally_agency(void *context, const struct store_agency *agency)
{
	return tally(context, agency->ori);
}

static int
tally_unit(void *context, const struct store_unit *unit)
{
	return tally(context, unit->unit);
}

static int
tally_requester(void *context, const struct store_requester *requester)
{
	return tally(context, requester->id);
}

static int
tally_credential(void *context, const struct store_credential *credential)
{
	return tally(context, str_part(credential->fingerprint, 0, 1));
}

static void
an_agency_is_put_once_found_and_updated(void)
{
	struct fixture f;
	struct store_agency agency = sample_agency("NY0010100");
	struct store_agency found;
	struct tally all = { 0 };

	fixture_begin(&f);
	check_u64(people_update_agency(f.store, &agency), STORE_E_ABSENT);
	check_u64(people_put_agency(f.store, &agency), 0);
	check_u64(people_put_agency(f.store, &agency), STORE_E_EXISTS);
	agency.status = PEOPLE_SUSPENDED;
	agency.agreement_until = INT64_MIN;
	check_u64(people_update_agency(f.store, &agency), 0);
	agency = sample_agency("AK0010100");
	check_u64(people_put_agency(f.store, &agency), 0);
	check_u64(store_commit(f.store), 0);
	check_u64(people_find_agency(f.store, &f.arena, &found,
		      STR("NY0010100")),
	    0);
	check_str(found.name, STR("Albany Police"));
	check_str(found.state, STR("NY"));
	check_str(found.kind, STR("police"));
	check_u64(found.status, PEOPLE_SUSPENDED);
	check(found.agreement_until == INT64_MIN);
	check_u64(people_find_agency(f.store, &f.arena, &found, STR("NY")),
	    STORE_E_ABSENT);
	check_u64(people_each_agency(f.store, tally_agency, &all), 0);
	check_str(str_of(all.names), STR("AK0010100 NY0010100 "));
	fixture_fini(&f);
}

static void
a_unit_belongs_to_an_agency_that_is_there(void)
{
	struct fixture f;
	struct store_unit unit = { STR("NY0010100"), STR("vice"),
		STR("Vice Squad"), PEOPLE_ACTIVE };
	struct store_unit found;
	struct tally all = { 0 };
	struct tally other = { 0 };

	fixture_begin(&f);
	check_u64(people_put_unit(f.store, &unit), STORE_E_ABSENT);
	put_people(f.store);
	check_u64(people_put_unit(f.store, &unit), 0);
	check_u64(people_put_unit(f.store, &unit), STORE_E_EXISTS);
	unit.name = STR("Vice");
	unit.status = PEOPLE_SUSPENDED;
	check_u64(people_update_unit(f.store, &unit), 0);
	unit.unit = STR("auto");
	check_u64(people_update_unit(f.store, &unit), STORE_E_ABSENT);
	check_u64(people_put_unit(f.store, &unit), 0);
	check_u64(people_find_unit(f.store, &f.arena, &found, STR("NY0010100"),
		      STR("vice")),
	    0);
	check_str(found.name, STR("Vice"));
	check_u64(found.status, PEOPLE_SUSPENDED);
	check_u64(people_find_unit(f.store, &f.arena, &found, STR("NY0010100"),
		      STR("none")),
	    STORE_E_ABSENT);
	check_u64(people_each_unit(f.store, STR("NY0010100"), tally_unit, &all),
	    0);
	check_str(str_of(all.names), STR("auto vice "));
	check_u64(people_each_unit(f.store, STR("NY001010"), tally_unit,
		      &other),
	    0);
	check_u64(other.n, 0);
	check_u64(store_commit(f.store), 0);
	fixture_fini(&f);
}

static void
a_requester_belongs_to_an_agency_and_unit_that_are_there(void)
{
	struct fixture f;
	struct store_requester carl = sample_requester("carl");
	struct store_requester found;
	struct tally all = { 0 };
	struct tally none = { 0 };

	fixture_begin(&f);
	check_u64(people_put_requester(f.store, &carl), STORE_E_ABSENT);
	put_people(f.store);
	carl.unit = STR("vice");
	check_u64(people_put_requester(f.store, &carl), STORE_E_ABSENT);
	carl.unit = STR("");
	carl.subject = STR("");
	check_u64(people_update_requester(f.store, &carl), STORE_E_ABSENT);
	check_u64(people_put_requester(f.store, &carl), 0);
	check_u64(people_put_requester(f.store, &carl), STORE_E_EXISTS);
	carl.status = PEOPLE_SUSPENDED;
	carl.roles = PEOPLE_ROLE_KEY_HOLDER;
	check_u64(people_update_requester(f.store, &carl), 0);
	check_u64(store_commit(f.store), 0);
	check_u64(people_find_requester(f.store, &f.arena, &found, STR("carl")),
	    0);
	check_u64(found.roles, PEOPLE_ROLE_KEY_HOLDER);
	check_u64(found.status, PEOPLE_SUSPENDED);
	check_u64(found.subject.len, 0);
	check_u64(people_find_requester(f.store, &f.arena, &found, STR("ann")),
	    0);
	check_str(found.name,
	    STR("M\xc3\xb6"
		"bius"));
	check_str(found.title, STR("Detective"));
	check_str(found.subject, subject('s'));
	check(found.training_until == 1 && found.agreement_until == 2);
	check(found.need_ends == INT64_MAX);
	check_u64(people_each_requester(f.store, STR(""), tally_requester,
		      &all),
	    0);
	check_str(str_of(all.names), STR("ann bob carl "));
	check_u64(people_each_requester(f.store, STR("NY0010101"),
		      tally_requester, &none),
	    0);
	check_u64(none.n, 0);
	fixture_fini(&f);
}

static void
a_credential_leads_to_its_requester(void)
{
	struct fixture f;
	struct store_credential credential = { subject('f'), STR("nobody"), 50,
		PEOPLE_ACTIVE };
	struct store_credential found;
	struct tally all = { 0 };

	fixture_begin(&f);
	put_people(f.store);
	check_u64(people_put_credential(f.store, &credential), STORE_E_ABSENT);
	credential.requester = STR("ann");
	check_u64(people_put_credential(f.store, &credential), 0);
	check_u64(people_put_credential(f.store, &credential), STORE_E_EXISTS);
	credential.status = PEOPLE_SUSPENDED;
	check_u64(people_update_credential(f.store, &credential), 0);
	credential.fingerprint = subject('e');
	check_u64(people_update_credential(f.store, &credential),
	    STORE_E_ABSENT);
	check_u64(people_put_credential(f.store, &credential), 0);
	check_u64(people_find_credential(f.store, &f.arena, &found,
		      subject('f')),
	    0);
	check_str(found.requester, STR("ann"));
	check_u64(found.not_after, 50);
	check_u64(found.status, PEOPLE_SUSPENDED);
	check_u64(people_find_credential(f.store, &f.arena, &found,
		      STR("short")),
	    STORE_E_ABSENT);
	check_u64(people_each_credential(f.store, STR("ann"), tally_credential,
		      &all),
	    0);
	check_str(str_of(all.names), STR("e f "));
	check_u64(store_commit(f.store), 0);
	fixture_fini(&f);
}

static void
roles_have_names_and_no_two_share_a_bit(void)
{
	size_t n_roles;
	const struct people_role_name *roles = people_roles(&n_roles);
	uint32_t seen = 0;

	for (size_t i = 0; i < n_roles; i++) {
		check((seen & (uint32_t)roles[i].role) == 0);
		seen |= (uint32_t)roles[i].role;
		check_u64(people_role(roles[i].name), roles[i].role);
	}
	check_u64(people_role(STR("superuser")), 0);
}

static void
p12_a_text_no_database_can_keep_is_refused_and_changes_nothing(void)
{
	static char big[LIMIT_STORE_TEXT + 1];
	struct fixture f;
	struct store_agency agency = sample_agency("NY0010100");
	struct store_agency found;

	memset(big, 'x', sizeof(big));
	fixture_begin(&f);
	agency.name = STR("bad \xff utf-8");
	check_u64(people_put_agency(f.store, &agency), STORE_E_TEXT);
	agency.name = (struct str){ "nul\0inside", 10 };
	check_u64(people_put_agency(f.store, &agency), STORE_E_TEXT);
	agency.name = (struct str){ big, sizeof(big) };
	check_u64(people_put_agency(f.store, &agency), STORE_E_TOO_LARGE);
	check_u64(people_find_agency(f.store, &f.arena, &found,
		      STR("NY001\xff")),
	    STORE_E_ABSENT);
	agency.name.len = LIMIT_STORE_TEXT;
	check_u64(people_put_agency(f.store, &agency), 0);
	check_u64(store_commit(f.store), 0);
	check_u64(people_find_agency(f.store, &f.arena, &found,
		      STR("NY0010100")),
	    0);
	check_u64(found.name.len, LIMIT_STORE_TEXT);
	fixture_fini(&f);
}

static const struct tap_test tests[] = {
	TEST(an_agency_is_put_once_found_and_updated),
	TEST(a_unit_belongs_to_an_agency_that_is_there),
	TEST(a_requester_belongs_to_an_agency_and_unit_that_are_there),
	TEST(a_credential_leads_to_its_requester),
	TEST(roles_have_names_and_no_two_share_a_bit),
	TEST(p12_a_text_no_database_can_keep_is_refused_and_changes_nothing),
};

TAP_MAIN(tests)
