/* Packs: in force only when parsed, reviewed, tested and signed (P11). */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "gate/force.h"
#include "gate/pack.h"
#include "house.h"
#include "tap.h"
#include "util/file.h"

static struct house house;

static const struct str names[] = { STR_INIT("federal"), STR_INIT("house") };

/* A key named counsel; the house trusts that of seed 7. */
static struct str
key_of(uint8_t first)
{
	struct ed25519_seed seed = { { first } };
	struct tlog_note_signer signer;
	struct buf text;
	struct str out;

	check(tlog_note_signer_init(&signer, STR("counsel"),
		  TLOG_NOTE_ED25519, &seed) == 0);
	buf_init(&text, 4096);
	tlog_note_signer_format(&signer, &text);
	out = arena_str(&house.arena, buf_str(&text));
	buf_fini(&text);
	return out;
}

static struct str
path_of(const char *pack, const char *file)
{
	return arena_format(&house.arena, "%s/packs/%s/%s", house.dir, pack,
	    file);
}

/* Replace the first from in a file of a pack by to. */
static void
edit(const char *pack, const char *file, const char *from, const char *to)
{
	struct str path = path_of(pack, file);
	struct str text;
	const char *at;
	struct str out;

	check(file_read(&text, &house.arena, AT_FDCWD, path.p, 1 << 22) == 0);
	at = strstr(text.p, from);
	check(at != NULL);
	if (at == NULL)
		return;
	out = arena_format(&house.arena, "%.*s%s%s", (int)(at - text.p),
	    text.p, to, at + strlen(from));
	check(file_replace(AT_FDCWD, path.p, out, 0644) == 0);
}

static void
resign(const char *pack)
{
	struct diag_list diags;

	diag_init(&diags, &house.arena, STR(""), (struct str){ 0 });
	check(pack_sign(path_of(pack, "").p, key_of(7), &diags) == 0);
}

/* Load again: it must be refused for that reason, the old ones standing. */
static void
check_refused(const char *reason)
{
	struct diag_list diags;
	struct str before = arena_str(&house.arena, house.gate.pack_names[1]);
	uint64_t size = house_size(&house);
	char text[4096] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	diag_init(&diags, &house.arena, STR(""), (struct str){ 0 });
	check_u64(force_load(&house.gate, names, 2, house.now_us, &diags),
	    FORCE_E_REFUSED);
	diag_print(&diags, out);
	fclose(out);
	if (!check(strstr(text, reason) != NULL))
		printf("# it said: %s\n", text);
	check_u64(house.gate.n_packs, 2);
	check_str(house.gate.pack_names[1], before);
	check_u64(house_size(&house), size);
	check_u64(house_ask(&house, "amy", "createRequest", NULL, NULL,
		      HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]"))
		      .status,
	    200);
}

static void
p11_a_pack_that_does_not_parse_leaves_the_old_one_in_force(void)
{
	house_open(&house);
	edit("house", "policies.cedar", "forbid (", "forbid ((");
	edit("house", "pack.conf", "version   = 1", "version   = 2");
	resign("house");
	check_refused("policies.cedar:");
	house_close(&house);
}

static void
p11_a_pack_that_does_not_validate_against_its_schema_is_refused(void)
{
	house_open(&house);
	edit("house", "policies.cedar", "context.is_self };",
	    "context.is_elf };");
	edit("house", "pack.conf", "version   = 1", "version   = 2");
	resign("house");
	check_refused("did you mean `is_self`?");
	edit("house", "policies.cedar", "context.is_elf };",
	    "context.is_self };");
	edit("house", "schema.cedarschema", "entity Agency;", "entity Agency");
	resign("house");
	check_refused("schema.cedarschema:");
	house_close(&house);
}

static void
p11_a_pack_changed_after_it_was_signed_is_refused(void)
{
	house_open(&house);
	edit("house", "policies.cedar", "> 50", "> 5000");
	check_refused("changed");
	house_close(&house);
}

static void
p11_a_pack_signed_by_another_key_of_its_authority_s_name_is_refused(void)
{
	struct diag_list diags;

	house_open(&house);
	diag_init(&diags, &house.arena, STR(""), (struct str){ 0 });
	check(pack_sign(path_of("house", "").p, key_of(8), &diags) == 0);
	check_refused("house/pack.sig: error: it is not signed by its "
		      "authority `counsel`");
	house_close(&house);
}

static void
p11_a_pack_of_an_untrusted_authority_is_refused(void)
{
	house_open(&house);
	edit("house", "pack.conf", "\"counsel\"", "\"stranger\"");
	resign("house");
	check_refused("not trusted");
	house_close(&house);
}

static void
p11_an_authority_the_settings_do_not_name_is_refused(void)
{
	static const struct str trust[] = { STR_INIT("legislature") };

	house_open(&house);
	house.gate.trust = trust;
	house.gate.n_trust = 1;
	check_refused("not among the `trust`");
	house_close(&house);
}

static void
p11_a_pack_that_fails_its_own_tests_is_refused(void)
{
	house_open(&house);
	edit("house", "policies.cedar", "context.is_self };", "false };");
	edit("house", "pack.conf", "version   = 1", "version   = 2");
	resign("house");
	check_refused("\"oneself\"");
	house_close(&house);
}

static void
p11_h20_an_older_or_unversioned_pack_is_refused(void)
{
	struct diag_list diags;

	house_open(&house);
	edit("house", "policies.cedar", "> 50", "> 40");
	edit("house", "tests.json", "\"requester_day\": 50",
	    "\"requester_day\": 40");
	resign("house");
	check_refused("higher version");
	edit("house", "pack.conf", "version   = 1", "version   = 3");
	resign("house");
	diag_init(&diags, &house.arena, STR(""), (struct str){ 0 });
	check_u64(force_load(&house.gate, names, 2, house.now_us, &diags), 0);
	edit("house", "pack.conf", "version   = 3", "version   = 2");
	resign("house");
	check_refused("higher version");
	house_close(&house);
}

static void
p11_a_pack_past_its_review_date_is_refused(void)
{
	house_open(&house);
	house.now_us += INT64_C(400) * 86400 * 1000000;
	check_refused("reviewed by");
	house_close(&house);
}

static void
p3_an_evaluation_error_in_any_policy_denies(void)
{
	struct diag_list diags;
	struct house_answer answer;

	house_open(&house);
	edit("house", "policies.cedar", "@id(\"ground-missing\")",
	    "@id(\"broken\") @cite(\"x\") @asof(\"2026-11-23\") "
	    "@verified(\"true\") @says(\"x\") @remedy(\"x\")\n"
	    "forbid (principal, action, resource) when { "
	    "context.budget.requester_day + 9223372036854775807 > 1 "
	    "};\n@id(\"ground-missing\")");
	edit("house", "pack.conf", "version   = 1", "version   = 2");
	/* Its own tests would all fail: a pack of one test that expects it. */
	check(file_replace(AT_FDCWD, path_of("house", "tests.json").p,
		  STR("[{\"name\":\"errors deny\",\"fields\":[\"owner."
		      "family\"],\"facts\":{},\"expect\":{\"decision\":"
		      "\"deny\"}}]"),
		  0644) == 0);
	resign("house");
	diag_init(&diags, &house.arena, STR(""), (struct str){ 0 });
	check_u64(force_load(&house.gate, names, 2, house.now_us, &diags), 0);
	answer = house_ask(&house, "amy", "createRequest", NULL, NULL,
	    HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]"));
	check_u64(answer.status, 403);
	check(house_has(answer, "\"error\":true"));
	check_u64(house.fixture.n_fetches, 0);
	house_close(&house);
}

static void
a_rule_must_say_what_it_is_and_an_unverified_one_may_not_permit(void)
{
	house_open(&house);
	edit("house", "policies.cedar", "@says(\"You asked about yourself.",
	    "@note(\"You asked about yourself.");
	resign("house");
	check_refused("`@note` is not an annotation");
	edit("house", "policies.cedar", "@verified(\"true\")\n@duty",
	    "@verified(\"false\")\n@duty");
	resign("house");
	check_refused("may only restrict");
	house_close(&house);
}

static void
every_decision_names_the_hashes_of_the_packs_in_force(void)
{
	struct str leaf;

	house_open(&house);
	house_ask(&house, "amy", "createRequest", NULL, NULL,
	    HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]"));
	leaf = house_leaf(&house, house_size(&house) - 1);
	for (size_t i = 0; i < house.gate.n_packs; i++)
		check(memmem(leaf.p, leaf.len, house.gate.pack_names[i].p,
			  house.gate.pack_names[i].len) != NULL);
	house_close(&house);
}

static const struct tap_test tests[] = {
	TEST(p11_a_pack_that_does_not_parse_leaves_the_old_one_in_force),
	TEST(p11_a_pack_that_does_not_validate_against_its_schema_is_refused),
	TEST(p11_a_pack_changed_after_it_was_signed_is_refused),
	TEST(p11_a_pack_signed_by_another_key_of_its_authority_s_name_is_refused),
	TEST(p11_a_pack_of_an_untrusted_authority_is_refused),
	TEST(p11_an_authority_the_settings_do_not_name_is_refused),
	TEST(p11_a_pack_that_fails_its_own_tests_is_refused),
	TEST(p11_h20_an_older_or_unversioned_pack_is_refused),
	TEST(p11_a_pack_past_its_review_date_is_refused),
	TEST(p3_an_evaluation_error_in_any_policy_denies),
	TEST(a_rule_must_say_what_it_is_and_an_unverified_one_may_not_permit),
	TEST(every_decision_names_the_hashes_of_the_packs_in_force),
};

TAP_MAIN(tests)
