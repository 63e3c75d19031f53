/* Presentations: which claims open, and every way a sender could cheat. */
#include "claims/claims.h"

#include "limits.h"
#include "tap.h"

struct made {
	struct arena arena;
	struct buf entry;
	struct buf texts;
	struct str disclosures[4];
	struct random_state state;
	struct random random;
};

static void
made_fini(struct made *made)
{
	arena_fini(&made->arena);
	buf_fini(&made->entry);
	buf_fini(&made->texts);
}

/* An entry with two open members, agency and purpose closed, one decoy. */
static void
make(struct made *made)
{
	struct claims_digest digest;
	struct json json;
	size_t from;

	*made = (struct made){ 0 };
	arena_init(&made->arena, 1 << 20);
	buf_init(&made->entry, 1 << 16);
	buf_init(&made->texts, 1 << 16);
	(void)buf_reserve(&made->texts, 1 << 12); /* slices must not move */
	made->random = random_seeded(&made->state, 7);
	json_init(&json, &made->entry);
	json_open_object(&json);
	json_put_i64(&json, "v", 1);
	json_put_string(&json, "holder", STR("NY~DMV"));
	check(claims_disclosure_add_string(&made->texts, &digest,
		  &made->random, STR("Albany PD")) == 0);
	made->disclosures[0] = buf_str(&made->texts);
	claims_put(&json, "agency", &digest);
	from = made->texts.len;
	check(claims_disclosure_add(&made->texts, &digest, &made->random,
		  STR("{\"code\":17}")) == 0);
	made->disclosures[1] = str_part(buf_str(&made->texts), from,
	    made->texts.len);
	claims_put(&json, "purpose", &digest);
	claims_disclosure_decoy(&digest, &made->random);
	claims_put(&json, "warrant", &digest);
	json_close_object(&json);
}

static void
each_disclosure_opens_its_own_member(void)
{
	CLEANUP(made_fini) struct made made;
	struct claims claims;
	const struct claims_claim *claim;

	make(&made);
	check(claims_verify(&claims, NULL, &made.arena, buf_str(&made.entry),
		  made.disclosures, 2) == 0);
	check_u64(claims.n_claims, 5);
	claim = claims_find(&claims, "holder");
	check(claim->state == CLAIMS_OPEN);
	check_str(claim->value, STR("\"NY~DMV\""));
	claim = claims_find(&claims, "agency");
	check(claim->state == CLAIMS_DISCLOSED && claim->disclosure == 0);
	check_str(claim->value, STR("\"Albany PD\""));
	claim = claims_find(&claims, "purpose");
	check(claim->state == CLAIMS_DISCLOSED && claim->disclosure == 1);
	check_str(claim->value, STR("{\"code\":17}"));
	claim = claims_find(&claims, "warrant");
	check(claim->state == CLAIMS_WITHHELD && claim->value.len == 0);
	check(claims_find(&claims, "other") == NULL);
}

static void
p10_withheld_claims_leave_the_entry_as_it_is(void)
{
	CLEANUP(made_fini) struct made made;
	struct claims claims;

	make(&made);
	check(claims_verify(&claims, NULL, &made.arena, buf_str(&made.entry),
		  &made.disclosures[1], 1) == 0);
	check(claims_find(&claims, "agency")->state == CLAIMS_WITHHELD);
	check(claims_find(&claims, "purpose")->state == CLAIMS_DISCLOSED);
	check_str(claims.entry, buf_str(&made.entry));
	check(claims_verify(&claims, NULL, &made.arena, buf_str(&made.entry),
		  NULL, 0) == 0);
	check(claims_find(&claims, "purpose")->state == CLAIMS_WITHHELD);
}

static void
a_presentation_is_cut_where_it_was_joined(void)
{
	CLEANUP(made_fini) struct made made;
	CLEANUP(buf_fini) struct buf text = { 0 };
	struct str *disclosures;
	struct str entry;
	size_t n;

	make(&made);
	buf_init(&text, 1 << 16);
	claims_format(&text, buf_str(&made.entry), made.disclosures, 2);
	check(claims_parse(&entry, &disclosures, &n, &made.arena,
		  buf_str(&text)) == 0);
	check_str(entry, buf_str(&made.entry));
	check_u64(n, 2);
	check_str(disclosures[0], made.disclosures[0]);
	check_str(disclosures[1], made.disclosures[1]);
	check(claims_parse(&entry, &disclosures, &n, &made.arena,
		  (struct str){ text.bytes, text.len - 1 }) ==
	    CLAIMS_E_DISCLOSURE);
	buf_add_char(&text, '~');
	check(claims_parse(&entry, &disclosures, &n, &made.arena,
		  buf_str(&text)) == CLAIMS_E_DISCLOSURE);
	check(claims_parse(&entry, &disclosures, &n, &made.arena,
		  STR("{\"a\":1}~")) == 0);
	check_u64(n, 0);
	check(claims_parse(&entry, &disclosures, &n, &made.arena,
		  STR("{\"a\":1}")) == CLAIMS_E_ENTRY);
	check(claims_parse(&entry, &disclosures, &n, &made.arena,
		  STR(" {\"a\":1}~")) == CLAIMS_E_ENTRY);
	check(claims_parse(&entry, &disclosures, &n, &made.arena,
		  STR("{\"a\":1} ~")) == CLAIMS_E_ENTRY);
	check(claims_parse(&entry, &disclosures, &n, &made.arena,
		  STR("~")) == CLAIMS_E_ENTRY);
}

static void
a_disclosure_given_twice_is_refused(void)
{
	CLEANUP(made_fini) struct made made;
	struct claims claims;
	size_t bad = 99;

	make(&made);
	made.disclosures[2] = made.disclosures[0];
	check(claims_verify(&claims, &bad, &made.arena, buf_str(&made.entry),
		  made.disclosures, 3) == CLAIMS_E_DUPLICATE);
	check_u64(bad, 2);
}

static void
a_disclosure_of_another_entry_is_refused(void)
{
	CLEANUP(made_fini) struct made made;
	CLEANUP(buf_fini) struct buf text = { 0 };
	struct claims claims;
	struct claims_digest digest;
	size_t bad = 99;

	make(&made);
	buf_init(&text, 1000);
	check(claims_disclosure_add(&text, &digest, &made.random,
		  STR("1")) == 0);
	made.disclosures[2] = buf_str(&text);
	check(claims_verify(&claims, &bad, &made.arena, buf_str(&made.entry),
		  made.disclosures, 3) == CLAIMS_E_FOREIGN);
	check_u64(bad, 2);
}

static void
a_digest_that_stands_twice_is_refused(void)
{
	CLEANUP(made_fini) struct made made;
	struct claims claims;
	size_t bad = 99;

	make(&made);
	check(claims_verify(&claims, &bad, &made.arena,
		  STR("{\"a\":[{\"...\":\"X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEc"
		      "O3XAdRC0\"}],\"b\":[{\"...\":\"X9yH0Ajrdm1Oij4tWso9Uzz"
		      "KJvPoDxwmuEcO3XAdRC0\"}]}"),
		  NULL, 0) == CLAIMS_E_DUPLICATE);
	check_u64(bad, 0);
}

#define DIGEST "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"
#define OTHER "w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs"
#define LOOSE "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC1" /* bits set */

static void
digests_in_the_wrong_place_or_shape_are_refused(void)
{
	static const char *const bad[] = {
		"",
		"[]",
		"1",
		"{\"a\":1",
		"{\"a\":1} ",
		" {\"a\":1}",
		"{\"a\":1}{}",
		"{\"a\":1,\"a\":2}",
		"{\"a\":1,\"\\u0061\":2}",
		"{\"_sd\":[\"" DIGEST "\"]}",
		"{\"...\":\"" DIGEST "\"}",
		"{\"_sd_alg\":\"sha-512\"}",
		"{\"a\":{\"...\":\"" DIGEST "\"}}",
		"{\"a\":{\"_sd\":[\"" DIGEST "\"]}}",
		"{\"a\":[[{\"...\":\"" DIGEST "\"}]]}",
		"{\"a\":{\"b\":[{\"...\":\"" DIGEST "\"}]}}",
		"{\"a\":[{\"...\":\"" DIGEST "\"},1]}",
		"{\"a\":[1,{\"...\":\"" DIGEST "\"}]}",
		"{\"a\":[{\"...\":\"" DIGEST "\",\"b\":1}]}",
		"{\"a\":[{\"b\":1,\"...\":\"" DIGEST "\"}]}",
		"{\"a\":[{\"\\u002e..\":\"" DIGEST "\"}]}",
		"{\"a\":[{\"...\":\"short\"}]}",
		"{\"a\":[{\"...\":\"" DIGEST "A\"}]}",
		"{\"a\":[{\"...\":\"" LOOSE "\"}]}",
		"{\"a\":[{\"...\":1}]}",
	};
	CLEANUP(arena_fini) struct arena arena = { 0 };
	struct claims claims;

	arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (!check(claims_verify(&claims, NULL, &arena, str_of(bad[i]),
			      NULL, 0) == CLAIMS_E_ENTRY))
			printf("# %s\n", bad[i]);
	}
	check(claims_verify(&claims, NULL, &arena,
		  STR("{\"_sd_alg\":\"sha-256\",\"a\":[],\"b\":[{\"...\":\""
		      DIGEST "\"},{\"...\":\"" OTHER "\"}]}"),
		  NULL, 0) == 0);
	check_u64(claims.n_claims, 4);
}

static void
a_member_disclosure_cannot_stand_for_an_element(void)
{
	/* ["s","n",1], and an entry that has its digest. */
	struct str text = STR("WyJzIiwibiIsMV0");
	CLEANUP(arena_fini) struct arena arena = { 0 };
	CLEANUP(buf_fini) struct buf entry = { 0 };
	struct claims_digest digest;
	struct claims claims;
	size_t bad = 99;

	arena_init(&arena, 1 << 20);
	buf_init(&entry, 1000);
	claims_disclosure_digest(&digest, text);
	buf_add_format(&entry, "{\"a\":[{\"...\":\"%s\"}]}", digest.text);
	check(claims_verify(&claims, &bad, &arena, buf_str(&entry), &text, 1) ==
	    CLAIMS_E_DISCLOSURE);
	check_u64(bad, 0);
	/* ["s",{"_sd":[]}]: something closed within. */
	text = STR("WyJzIix7Il9zZCI6W119XQ");
	claims_disclosure_digest(&digest, text);
	buf_reset(&entry);
	buf_add_format(&entry, "{\"a\":[{\"...\":\"%s\"}]}", digest.text);
	check(claims_verify(&claims, &bad, &arena, buf_str(&entry), &text, 1) ==
	    CLAIMS_E_DISCLOSURE);
}

/* LIMIT_CLAIMS_DISCLOSURES, LIMIT_CLAIMS_MEMBERS */
static void
too_many_disclosures_and_members_are_refused(void)
{
	static struct str many[LIMIT_CLAIMS_DISCLOSURES + 1];
	CLEANUP(made_fini) struct made made;
	CLEANUP(buf_fini) struct buf text = { 0 };
	struct claims claims;
	struct str *disclosures;
	struct str entry;
	size_t n;

	make(&made);
	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		many[i] = STR("WyJzIiwxXQ");
	check(claims_verify(&claims, NULL, &made.arena, STR("{}"), many,
		  ARRAY_LEN(many)) == CLAIMS_E_LIMIT);
	buf_init(&text, 1 << 16);
	claims_format(&text, STR("{}"), many, ARRAY_LEN(many));
	check(claims_parse(&entry, &disclosures, &n, &made.arena,
		  buf_str(&text)) == CLAIMS_E_LIMIT);
	buf_reset(&text);
	claims_format(&text, STR("{}"), many, ARRAY_LEN(many) - 1);
	check(claims_parse(&entry, &disclosures, &n, &made.arena,
		  buf_str(&text)) == 0);
	buf_reset(&text);
	for (size_t i = 0; i <= LIMIT_CLAIMS_MEMBERS; i++)
		buf_add_format(&text, "%c\"%zu\":0", i == 0 ? '{' : ',', i);
	buf_add_char(&text, '}');
	check(claims_verify(&claims, NULL, &made.arena, buf_str(&text), NULL,
		  0) == CLAIMS_E_LIMIT);
}

static void
a_full_arena_is_a_limit_and_not_a_crash(void)
{
	CLEANUP(made_fini) struct made made;
	CLEANUP(arena_fini) struct arena arena = { 0 };
	struct claims claims;

	make(&made);
	for (size_t limit = 0; limit < 600; limit += 50) {
		arena_init(&arena, limit);
		check(claims_verify(&claims, NULL, &arena,
			  buf_str(&made.entry), made.disclosures, 2) ==
		    CLAIMS_E_LIMIT);
		arena_fini(&arena);
	}
}

static const struct tap_test tests[] = {
	TEST(each_disclosure_opens_its_own_member),
	TEST(p10_withheld_claims_leave_the_entry_as_it_is),
	TEST(a_presentation_is_cut_where_it_was_joined),
	TEST(a_disclosure_given_twice_is_refused),
	TEST(a_disclosure_of_another_entry_is_refused),
	TEST(a_digest_that_stands_twice_is_refused),
	TEST(digests_in_the_wrong_place_or_shape_are_refused),
	TEST(a_member_disclosure_cannot_stand_for_an_element),
	TEST(too_many_disclosures_and_members_are_refused),
	TEST(a_full_arena_is_a_limit_and_not_a_crash),
};

TAP_MAIN(tests)
