/* Requests, their keys, approvals. Holds for every backend. */
#include "fixture.h"
#include "limits.h"

#define ID1 "01JDABCDEFGHJKMNPQRSTVWXY1"
#define ID2 "01JDABCDEFGHJKMNPQRSTVWXY2"
#define ID3 "01JDABCDEFGHJKMNPQRSTVWXY3"

static int
tally_request(void *context, const struct store_request *request)
{
	return tally(context, request->id);
}

static int
tally_approval(void *context, const struct store_approval *approval)
{
	return tally(context, approval->approver);
}

static struct store_request
sample_request(const char *id, enum requests_state state, int64_t expires_us)
{
	uint64_t index = (uint64_t)id[strlen(id) - 1];

	return (struct store_request){ .first = index,
		.id = str_of(id),
		.index = index,
		.requester = STR("ann"),
		.ori = STR("NY0010100"),
		.ground = STR("investigation|26-1"),
		.subject = subject('q'),
		.state = state,
		.created_us = 1000 - expires_us,
		.decided_us = 5,
		.expires_us = expires_us,
		.needed = PEOPLE_ROLE_COUNSEL,
		.frame = STR("sealed frame"),
		.key = STR(""),
		.body = STR("") };
}

static void
a_request_is_kept_found_and_decided_again(void)
{
	struct fixture f;
	struct store_request request =
	    sample_request(ID1, REQUESTS_REFERRED, 60);
	struct store_request found;

	fixture_begin(&f);
	check_u64(requests_update(f.store, &request), STORE_E_ABSENT);
	check_u64(requests_put(f.store, &request), 0);
	check_u64(requests_put(f.store, &request), STORE_E_EXISTS);
	check_u64(requests_find(f.store, &f.arena, &found, STR(ID1)), 0);
	check_str(found.frame, STR("sealed frame"));
	check_str(found.ground, STR("investigation|26-1"));
	check_str(found.subject, subject('q'));
	check_str(found.requester, STR("ann"));
	check_str(found.ori, STR("NY0010100"));
	check_u64(found.needed, PEOPLE_ROLE_COUNSEL);
	check_u64(found.state, REQUESTS_REFERRED);
	check_u64(found.created_us, 940);
	request.index = 9;
	request.state = REQUESTS_PERMITTED;
	request.decided_us = 70;
	request.expires_us = 80;
	request.needed = 0;
	request.frame = STR("");
	check_u64(requests_update(f.store, &request), 0);
	check_u64(store_commit(f.store), 0);
	check_u64(requests_find(f.store, &f.arena, &found, STR(ID1)), 0);
	check_u64(found.first, '1');
	check_u64(requests_find_first(f.store, &f.arena, &found, '1'), 0);
	check_str(found.id, STR(ID1));
	check_u64(requests_find_first(f.store, &f.arena, &found, '2'),
	    STORE_E_ABSENT);
	check_u64(found.index, 9);
	check_u64(found.state, REQUESTS_PERMITTED);
	check_u64(found.decided_us, 70);
	check_u64(found.expires_us, 80);
	check_u64(found.needed, 0);
	check_u64(found.frame.len, 0);
	check_u64(requests_find(f.store, &f.arena, &found, STR(ID2)),
	    STORE_E_ABSENT);
	fixture_fini(&f);
}

static void
only_referred_requests_wait_and_lapse(void)
{
	struct fixture f;
	struct store_request requests[] = {
		sample_request(ID1, REQUESTS_REFERRED, 60),
		sample_request(ID2, REQUESTS_REFERRED, 90),
		sample_request(ID3, REQUESTS_DENIED, 10),
	};
	struct tally waiting = { 0 };
	struct tally elsewhere = { 0 };
	struct tally lapsed = { 0 };
	struct tally first = { 0 };

	fixture_begin(&f);
	for (size_t i = 0; i < ARRAY_LEN(requests); i++)
		check_u64(requests_put(f.store, &requests[i]), 0);
	check_u64(store_commit(f.store), 0);
	check_u64(requests_each_referred(f.store, STR("NY0010100"),
		      tally_request, &waiting),
	    0);
	check_str(str_of(waiting.names), STR(ID2 " " ID1 " "));
	check_u64(requests_each_referred(f.store, STR("NY0010101"),
		      tally_request, &elsewhere),
	    0);
	check_u64(elsewhere.n, 0);
	check_u64(requests_each_lapsed(f.store, 60, 10, tally_request, &lapsed),
	    0);
	check_str(str_of(lapsed.names), STR(ID1 " "));
	check_u64(requests_each_lapsed(f.store, 90, 1, tally_request, &first),
	    0);
	check_str(str_of(first.names), STR(ID1 " "));
	fixture_fini(&f);
}

static int
approve(struct store *store, uint32_t role, const char *approver)
{
	return requests_approve(store,
	    &(struct store_approval){
		STR(ID1), role, str_of(approver), 5, 100 - role });
}

static void
p9_one_approval_counts_per_role_and_per_person(void)
{
	struct fixture f;
	struct store_request request =
	    sample_request(ID1, REQUESTS_REFERRED, 60);
	struct tally all = { 0 };

	fixture_begin(&f);
	check_u64(approve(f.store, PEOPLE_ROLE_SUPERVISOR, "bob"),
	    STORE_E_ABSENT);
	check_u64(requests_put(f.store, &request), 0);
	check_u64(approve(f.store, PEOPLE_ROLE_SUPERVISOR, "bob"), 0);
	check_u64(approve(f.store, PEOPLE_ROLE_SUPERVISOR, "carl"),
	    STORE_E_EXISTS);
	check_u64(approve(f.store, PEOPLE_ROLE_COUNSEL, "bob"), STORE_E_EXISTS);
	check_u64(approve(f.store, PEOPLE_ROLE_COUNSEL, "carl"), 0);
	check_u64(requests_each_approval(f.store, STR(ID1), tally_approval,
		      &all),
	    0);
	check_str(str_of(all.names), STR("carl bob "));
	check_u64(store_commit(f.store), 0);
	fixture_fini(&f);
}

static int
put_keyed(struct store *store, const char *id, struct str key, char asked)
{
	struct store_request request =
	    sample_request(id, REQUESTS_PERMITTED, 60);

	request.key = key;
	request.body = subject(asked);
	return requests_put(store, &request);
}

static void
a_request_is_found_by_its_key_and_owner_alone(void)
{
	struct fixture f;
	struct store_request found;

	fixture_begin(&f);
	check_u64(put_keyed(f.store, ID1, subject('k'), 'b'), 0);
	check_u64(put_keyed(f.store, ID2, STR(""), 'b'), 0);
	check_u64(store_commit(f.store), 0);
	check_u64(requests_find_keyed(f.store, &f.arena, &found, STR("ann"),
		      subject('k')),
	    0);
	check_str(found.id, STR(ID1));
	check_str(found.body, subject('b'));
	check_str(found.key, subject('k'));
	check_u64(requests_find_keyed(f.store, &f.arena, &found, STR("bob"),
		      subject('k')),
	    STORE_E_ABSENT);
	check_u64(requests_find_keyed(f.store, &f.arena, &found, STR("ann"),
		      subject('x')),
	    STORE_E_ABSENT);
	check_u64(requests_find_keyed(f.store, &f.arena, &found, STR("ann"),
		      STR("")),
	    STORE_E_ABSENT);
	fixture_fini(&f);
}

static void
of_two_requests_with_one_key_the_newer_is_found(void)
{
	struct fixture f;
	struct store_request found;

	fixture_begin(&f);
	check_u64(put_keyed(f.store, ID2, subject('k'), 'b'), 0);
	check_u64(put_keyed(f.store, ID1, subject('k'), 'c'), 0);
	check_u64(put_keyed(f.store, ID3, subject('j'), 'd'), 0);
	check_u64(store_commit(f.store), 0);
	check_u64(requests_find_keyed(f.store, &f.arena, &found, STR("ann"),
		      subject('k')),
	    0);
	check_str(found.id, STR(ID2));
	fixture_fini(&f);
}

static void
another_operation_is_found_by_its_key_and_owner_alone(void)
{
	struct fixture f;
	struct store_answered one = { 7, STR("ann"), subject('k'),
		subject('b'), 50 };
	struct store_answered found;

	fixture_begin(&f);
	check_u64(requests_put_answered(f.store, &one), 0);
	check_u64(requests_put_answered(f.store, &one), STORE_E_EXISTS);
	one.index = 9;
	one.created_us = 60;
	check_u64(requests_put_answered(f.store, &one), 0);
	check_u64(store_commit(f.store), 0);
	check_u64(requests_find_answered(f.store, &f.arena, &found, STR("ann"),
		      subject('k')),
	    0);
	check_u64(found.index, 9);
	check_str(found.body, subject('b'));
	check_u64(found.created_us, 60);
	check_u64(requests_find_answered(f.store, &f.arena, &found, STR("bob"),
		      subject('k')),
	    STORE_E_ABSENT);
	fixture_fini(&f);
}

static const struct tap_test tests[] = {
	TEST(a_request_is_kept_found_and_decided_again),
	TEST(only_referred_requests_wait_and_lapse),
	TEST(p9_one_approval_counts_per_role_and_per_person),
	TEST(a_request_is_found_by_its_key_and_owner_alone),
	TEST(another_operation_is_found_by_its_key_and_owner_alone),
	TEST(of_two_requests_with_one_key_the_newer_is_found),
};

TAP_MAIN(tests)
