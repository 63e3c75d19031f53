/* Disclosures: RFC 9901's own, ours, and what is none. */
#include "claims/disclosure.h"

#include "claims/jsontext.h"
#include "limits.h"
#include "tap.h"
#include "vectors.h"

static void
the_87_published_disclosures_have_their_digests_and_shapes(void)
{
	json_t *rows = vectors_load_lines(TESTS_DIR
	    "/log-vectors/sd-jwt-disclosures.jsonl");
	CLEANUP(arena_fini) struct arena arena = { 0 };
	size_t n_members = 0;
	size_t i;
	json_t *row;

	arena_init(&arena, 1 << 20);
	json_array_foreach(rows, i, row) {
		struct claims_disclosure disclosure;
		json_t *decoded = json_loads(
		    vectors_str(row, "decoded_utf8").p, JSON_DECODE_ANY, NULL);
		json_t *value;
		json_t *want;
		CLEANUP(buf_fini) struct buf text = { 0 };

		check(claims_disclosure_parse(&disclosure, &arena,
			  vectors_str(row, "disclosure")) == 0);
		check_str(claims_digest_str(&disclosure.digest),
		    vectors_str(row, "digest"));
		/* What it holds, by the word of an independent JSON reader. */
		check_u64(json_array_size(decoded),
		    disclosure.name.p != NULL ? 3 : 2);
		check_str(disclosure.salt,
		    str_of(json_string_value(json_array_get(decoded, 0))));
		if (disclosure.name.p != NULL) {
			n_members++;
			buf_init(&text, 1000);
			claims_jsontext_unescape(&text, disclosure.name);
			check_str(buf_str(&text), str_of(json_string_value(
			    json_array_get(decoded, 1))));
		}
		value = json_loadb(disclosure.value.p, disclosure.value.len,
		    JSON_DECODE_ANY, NULL);
		want = json_array_get(decoded, json_array_size(decoded) - 1);
		check(value != NULL && json_equal(value, want));
		json_decref(value);
		json_decref(decoded);
	}
	check_u64(i, 87);
	check(n_members > 0 && n_members < 87);
	json_decref(rows);
}

static void
the_rfcs_two_check_values_come_out(void)
{
	static const char *const rows[][2] = {
		{ "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJN"
		  "w7ZiaXVzIl0",
		    "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0" },
		{ "WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIkZSIl0",
		    "w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct claims_digest digest;

		claims_disclosure_digest(&digest, str_of(rows[i][0]));
		check_str(claims_digest_str(&digest), str_of(rows[i][1]));
	}
}

static void
ours_are_read_again(void)
{
	static const char *const values[] = { "\"NYPD\"", "17", "true", "null",
		"{\"a\":[1,2]}", "[\"x\"]", "\"\xc3\xa9\"" };
	struct random_state state;
	struct random random = random_seeded(&state, 1);
	CLEANUP(arena_fini) struct arena arena = { 0 };

	arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		CLEANUP(buf_fini) struct buf text = { 0 };
		struct claims_disclosure got;
		struct claims_digest digest;

		buf_init(&text, 1000);
		check(claims_disclosure_add(&text, &digest, &random,
			  str_of(values[i])) == 0);
		check(claims_disclosure_parse(&got, &arena, buf_str(&text)) ==
		    0);
		check_str(claims_digest_str(&got.digest),
		    claims_digest_str(&digest));
		check_str(got.value, str_of(values[i]));
		check_u64(got.salt.len, 22);
		check(got.name.p == NULL);
	}
}

static void
string_values_are_quoted_and_escaped(void)
{
	static const char *const rows[][2] = { { "plain", "\"plain\"" },
		{ "", "\"\"" }, { "a\"b\\c\n", "\"a\\\"b\\\\c\\n\"" },
		{ "\x01", "\"\\u0001\"" }, { "\x7f", "\"\x7f\"" } };
	struct random_state state;
	struct random random = random_seeded(&state, 1);
	CLEANUP(arena_fini) struct arena arena = { 0 };

	arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(buf_fini) struct buf text = { 0 };
		struct claims_disclosure got;
		struct claims_digest digest;

		buf_init(&text, 1000);
		check(claims_disclosure_add_string(&text, &digest, &random,
			  str_of(rows[i][0])) == 0);
		check(claims_disclosure_parse(&got, &arena, buf_str(&text)) ==
		    0);
		check_str(got.value, str_of(rows[i][1]));
	}
}

/* Equal values must not be seen to be equal, nor decoys be told apart. */
static void
equal_values_and_decoys_have_unlike_digests(void)
{
	struct random_state state;
	struct random random = random_seeded(&state, 1);
	CLEANUP(buf_fini) struct buf text = { 0 };
	struct claims_digest digests[60];

	buf_init(&text, 100000);
	for (size_t i = 0; i < ARRAY_LEN(digests); i++) {
		if (i % 2 == 0)
			check(claims_disclosure_add(&text, &digests[i], &random,
				  STR("true")) == 0);
		else
			claims_disclosure_decoy(&digests[i], &random);
		check_u64(strlen(digests[i].text), CLAIMS_DIGEST_TEXT);
		for (size_t j = 0; j < i; j++)
			check(strcmp(digests[i].text, digests[j].text) != 0);
	}
}

/* base64url of a text, parsed. */
static int
parse_json(struct str json)
{
	CLEANUP(arena_fini) struct arena arena = { 0 };
	CLEANUP(buf_fini) struct buf text = { 0 };
	struct claims_disclosure disclosure;

	arena_init(&arena, 1 << 20);
	buf_init(&text, 1 << 20);
	base64_add(&text, BASE64_URL, json.p, json.len);
	return claims_disclosure_parse(&disclosure, &arena, buf_str(&text));
}

static void
wrong_shapes_are_refused(void)
{
	static const char *const bad[] = { "", "[]", "[\"s\"]", "{}", "\"s\"",
		"[\"s\",1,2]", "[\"s\",\"n\",1,2]", "[1,2]", "[1,\"n\",2]",
		"[null,\"n\",2]", "[\"s\",\"_sd\",1]", "[\"s\",\"...\",1]",
		"[\"s\",\"\\u002e..\",1]", "[\"s\",1]x", "[\"s\",1,]",
		"[\"s\",{\"a\":1,\"a\":2}]", "[\"s\" 1]", "[\"\xff\",1]",
		"x[\"s\",1]" };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (!check(parse_json(str_of(bad[i])) ==
			CLAIMS_DISCLOSURE_E_FORMAT))
			printf("# %s\n", bad[i]);
	}
	check(parse_json(STR(" [ \"s\" , 1 ] ")) == 0);
	check(parse_json(STR("[\"s\",\"n\",{\"_sd\":[\"x\"]}]")) == 0);
	check(parse_json(STR("[\"s\",[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]")) ==
	    CLAIMS_DISCLOSURE_E_LIMIT);
}

static void
base64url_is_read_strictly(void)
{
	/* WyJzIiwxXQ is ["s",1] */
	static const char *const bad[] = { "WyJzIiwxXQ==", "WyJzIiwxXR",
		"WyJzIiwxX", "WyJzIiwx XQ", "WyJzIiwxXQ\n", "WyJzI+wxXQ",
		"WyJzI/wxXQ" };
	CLEANUP(arena_fini) struct arena arena = { 0 };
	struct claims_disclosure disclosure;

	arena_init(&arena, 10000);
	check(claims_disclosure_parse(&disclosure, &arena, STR("WyJzIiwxXQ")) ==
	    0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		check(claims_disclosure_parse(&disclosure, &arena,
			  str_of(bad[i])) == CLAIMS_DISCLOSURE_E_FORMAT);
}

static void
a_value_of_limit_claims_value_fits_and_one_more_does_not(void)
{
	static char value[LIMIT_CLAIMS_VALUE + 1];
	static char text[80000];
	struct random_state state;
	struct random random = random_seeded(&state, 1);
	CLEANUP(arena_fini) struct arena arena = { 0 };
	CLEANUP(buf_fini) struct buf made = { 0 };
	struct claims_disclosure got;
	struct claims_digest digest;

	memset(value, 'x', sizeof(value));
	buf_init(&made, 1 << 20);
	arena_init(&arena, 1 << 20);
	check(claims_disclosure_add_string(&made, &digest, &random,
		  (struct str){ value, sizeof(value) - 2 }) ==
	    CLAIMS_DISCLOSURE_E_LIMIT);
	value[0] = '\n'; /* by the way of escapes */
	check(claims_disclosure_add_string(&made, &digest, &random,
		  (struct str){ value, sizeof(value) - 3 }) ==
	    CLAIMS_DISCLOSURE_E_LIMIT);
	value[0] = 'x';
	check_u64(made.len, 0);
	check(claims_disclosure_add_string(&made, &digest, &random,
		  (struct str){ value, sizeof(value) - 3 }) == 0);
	check(claims_disclosure_parse(&got, &arena, buf_str(&made)) == 0);
	check_u64(got.value.len, LIMIT_CLAIMS_VALUE);
	memset(text, 'A', sizeof(text));
	check(claims_disclosure_parse(&got, &arena,
		  (struct str){ text, sizeof(text) }) ==
	    CLAIMS_DISCLOSURE_E_LIMIT);
}

static const struct tap_test tests[] = {
	TEST(the_87_published_disclosures_have_their_digests_and_shapes),
	TEST(the_rfcs_two_check_values_come_out),
	TEST(ours_are_read_again),
	TEST(string_values_are_quoted_and_escaped),
	TEST(equal_values_and_decoys_have_unlike_digests),
	TEST(wrong_shapes_are_refused),
	TEST(base64url_is_read_strictly),
	TEST(a_value_of_limit_claims_value_fits_and_one_more_does_not),
};

TAP_MAIN(tests)
