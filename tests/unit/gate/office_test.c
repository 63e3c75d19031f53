/* What the holder's staff does through the gate. */
#include "house.h"
#include "store/releases.h"
#include "tap.h"

static struct house house;

#define DIGEST                                                                 \
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct house_answer
sign(const char *who, const char *digest, const char *act, const char *role)
{
	return house_ask(&house, who, "signRelease", digest, NULL,
	    arena_format(&house.arena, "{\"act\":\"%s\",\"role\":\"%s\"}", act,
		role)
		.p);
}

static void
p7_every_signature_is_an_entry_with_its_receipt(void)
{
	struct house_answer answer;
	uint64_t size;
	struct str leaf;

	house_open(&house);
	size = house_size(&house);
	answer = sign("cal", DIGEST, "sign", "counsel");
	check_u64(answer.status, 201);
	check(house_has(answer, "\"persons\":1"));
	check(house_member(&house, answer, "receipt").len > 0);
	check_u64(house_size(&house), size + 1);
	leaf = house_leaf(&house, size);
	check(memmem(leaf.p, leaf.len, "\"type\":\"release\"", 16) != NULL);
	check(memmem(leaf.p, leaf.len, "\"decision\":\"done\"", 17) != NULL);
	check(memmem(leaf.p, leaf.len, "cal", 3) == NULL);
	house_close(&house);
}

static void
p9_the_second_person_is_another(void)
{
	struct house_answer answer;

	house_open(&house);
	check_u64(sign("cal", DIGEST, "sign", "counsel").status, 201);
	answer = sign("cal", DIGEST, "sign", "counsel");
	check_u64(answer.status, 409);
	check(house_has(answer, "the second person is another"));
	/* Not in another of one's roles either. */
	check_u64(sign("dot", DIGEST, "sign", "counsel").status, 201);
	check_u64(sign("dot", DIGEST, "sign", "data_owner").status, 409);
	answer = sign("pam", DIGEST, "sign", "privacy_officer");
	check_u64(answer.status, 201);
	check(house_has(answer, "\"persons\":3"));
	house_close(&house);
}

static void
p9_only_the_holders_staff_in_a_role_it_has_may_act(void)
{
	static const struct {
		const char *who;
		const char *role;
		uint64_t status;
	} cases[] = {
		{ "amy", "requester", 403 },
		{ "sue", "supervisor", 403 },
		{ "amy", "counsel", 403 },
		{ "cal", "privacy_officer", 403 },
		{ "cal", "supervisor", 403 },
		{ "cal", "nobody", 400 },
		{ "nobody", "counsel", 403 },
	};

	house_open(&house);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check_u64(sign(cases[i].who, DIGEST, "sign", cases[i].role)
			      .status,
		    cases[i].status);
	house_close(&house);
}

static void
h12_acts_and_digests_that_are_none_are_refused(void)
{
	uint64_t count = 9;

	house_open(&house);
	check_u64(sign("cal", DIGEST, "burn", "counsel").status, 400);
	check_u64(sign("cal", "abc", "sign", "counsel").status, 400);
	check_u64(sign("cal", DIGEST "00", "sign", "counsel").status, 400);
	check_u64(house_ask(&house, "cal", "signRelease", DIGEST, NULL,
		      "{\"act\":\"sign\"}")
		      .status,
	    400);
	check_u64(house_ask(&house, "cal", "signRelease", DIGEST, NULL,
		      "{\"act\":\"sign\",\"role\":\"counsel\",\"x\":1}")
		      .status,
	    400);
	check(releases_count(house.store, &count,
		  (struct str){ "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa"
				"\xbb\xcc\xdd\xee\xff\x00\x11\x22\x33\x44\x55"
				"\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff",
		      32 },
		  STR("sign")) == 0);
	check_u64(count, 0);
	house_close(&house);
}

static const struct tap_test tests[] = {
	TEST(p7_every_signature_is_an_entry_with_its_receipt),
	TEST(p9_the_second_person_is_another),
	TEST(p9_only_the_holders_staff_in_a_role_it_has_may_act),
	TEST(h12_acts_and_digests_that_are_none_are_refused),
};

TAP_MAIN(tests)
