/* Profiles, exemptions, coarsening: the tables that decide what is shown. */
#include "release/profile.h"

#include "claims/claims.h"
#include "gate/entry.h"
#include "limits.h"
#include "release/order.h"
#include "tap.h"

static struct arena arena;
static struct diag_list diags;

static int
parse(struct profile *profile, const char *text)
{
	arena_fini(&arena);
	arena_init(&arena, 4 << 20);
	diag_init(&diags, &arena, STR("release.conf"), (struct str){ 0 });
	return profile_parse(profile, &arena, str_of(text), &diags);
}

#define TOP "default = \"(b)(6)\";\n"

static void
a_profile_says_of_each_label_what_becomes_of_it(void)
{
	struct profile profile;
	struct profile_rule rule;

	check(parse(&profile, TOP "title = \"T\";\nrequest = {\n"
				  "  agency = \"open\";\n"
				  "  reason = \"review (b)(7)(C),(b)(6)\";\n"
				  "  birth_month = \"year (b)(6)\";\n"
				  "  subject = \"DPPA\";\n"
				  "};\n") == 0);
	check_str(profile.title, STR("T"));
	check(profile_has_kind(&profile, STR("request")));
	check(!profile_has_kind(&profile, STR("approval")));
	check(profile_find(&profile, STR("request"), STR("agency")).action ==
	    PROFILE_OPEN);
	rule = profile_find(&profile, STR("request"), STR("reason"));
	check(rule.action == PROFILE_REVIEW);
	check_u64((unsigned)__builtin_popcountll(rule.exemptions), 2);
	rule = profile_find(&profile, STR("request"), STR("birth_month"));
	check(rule.action == PROFILE_WITHHOLD && rule.coarse == COARSE_YEAR);
	/* What no row names is withheld, and so is what nobody knows. */
	rule = profile_find(&profile, STR("request"), STR("record"));
	check(rule.action == PROFILE_WITHHOLD);
	check_u64(rule.exemptions, profile.given);
	rule = profile_find(&profile, STR("request"), STR("new_label"));
	check(rule.action == PROFILE_WITHHOLD && rule.exemptions != 0);
	check(profile_nature(STR("new_label")) == PROFILE_NEVER);
}

static void
h12_a_profile_that_would_show_too_much_is_refused(void)
{
	static const struct {
		const char *text;
		const char *says;
	} cases[] = {
		{ TOP "request = { subject = \"open\"; };", "only be withheld" },
		{ TOP "request = { record = \"review (b)(6)\"; };",
		    "only be withheld" },
		{ TOP "request = { subject = \"year (b)(6)\"; };",
		    "only be withheld" },
		{ TOP "request = { outcome = \"open\"; };",
		    "only be withheld" },
		{ TOP "request = { body_digest = \"open\"; };",
		    "only be withheld" },
		{ TOP "request = { unheard_of = \"open\"; };",
		    "only be withheld" },
		{ TOP "request = { reason = \"open\"; };", "released unread" },
		{ TOP "request = { reason = \"year (b)(6)\"; };",
		    "no coarse form" },
		{ TOP "request = { agency = \"review (b)(6)\"; };",
		    "not words of a person" },
		{ TOP "request = { agency = \"(b)(6),(b)(6)\"; };",
		    "named twice" },
		{ TOP "request = { agency = \"(b)(11)\"; };",
		    "not an exemption" },
		{ TOP "request = { agency = \"\"; };", "not an exemption" },
		{ TOP "request = { agency = \"summary (b)(6)\"; };",
		    "not an exemption" },
		{ TOP "request = { agency = 7; };", "is a text" },
		{ TOP "request = { agency = \"open (b)(6)\"; };",
		    "not an exemption" },
		{ TOP "request = { agency = \"(b)(6),(b)(7)(A),(b)(7)(C),"
		      "(b)(7)(E),DPPA,DPPA(4)\"; };",
		    "a bar has room for" },
		{ TOP "other = \"x\";\nrequest = { };", "not a part" },
		{ "request = { };", "`default` is missing" },
		{ TOP, "no kind" },
		{ "default = ", "line 1" },
	};
	struct profile profile;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		check(parse(&profile, cases[i].text) == PROFILE_E_WRONG);
		if (!check(memmem(diag_first(&diags).p, diag_first(&diags).len,
			      cases[i].says, strlen(cases[i].says)) != NULL))
			printf("# %s: %.*s\n", cases[i].text,
			    STR_ARG(diag_first(&diags)));
	}
}

static void
a_profile_has_as_many_rows_as_the_limit_and_no_more(void)
{
	struct profile profile;
	struct buf text;

	buf_init(&text, 1 << 20);
	buf_add_text(&text, TOP "request = {\n");
	for (size_t i = 0; i < LIMIT_RELEASE_RULES; i++)
		buf_add_format(&text, "  label_%zu = \"(b)(6)\";\n", i);
	buf_add_text(&text, "};\n");
	check(parse(&profile, text.bytes) == 0);
	buf_add_text(&text, "approval = { one = \"(b)(6)\"; };\n");
	check(parse(&profile, text.bytes) == PROFILE_E_WRONG);
	buf_fini(&text);
}

/* Every label of gate/entries.def has a nature of its own, written down. */
static void
p6_every_label_of_an_entry_is_in_the_table_of_labels(void)
{
	static const char *const labels[] = {
#define L(type, symbol, name, audience) name,
#include "gate/entries.def"
	};
	static const struct {
		const char *label;
	} natures[] = {
#define N(label, nature) { label },
#include "release/labels.def"
#undef N
	};

	for (size_t k = 1; k < ARRAY_LEN(natures); k++)
		check(strcmp(natures[k - 1].label, natures[k].label) < 0);
	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		bool is_there = false;

		for (size_t k = 0; k < ARRAY_LEN(natures); k++)
			is_there |= strcmp(natures[k].label, labels[i]) == 0;
		if (!check(is_there))
			printf("# release/labels.def does not know %s\n",
			    labels[i]);
	}
}

static void
p6_persons_records_and_keys_to_them_are_never_shown(void)
{
	static const char *const labels[] = { "subject", "subjects", "record",
		"subject_index", "peer", "body_digest", "outcome" };

	for (size_t i = 0; i < ARRAY_LEN(labels); i++)
		check(profile_nature(str_of(labels[i])) == PROFILE_NEVER);
	check(profile_nature(STR("reason")) == PROFILE_TEXT);
	check(profile_nature(STR("detail")) == PROFILE_TEXT);
	check(profile_nature(STR("ground")) == PROFILE_TYPED);
}

static void
exemptions_have_one_text_in_the_order_of_the_table(void)
{
	exemption_set set;
	struct str bad;
	struct buf text;
	const struct exemption *rows;
	size_t n;

	buf_init(&text, 256);
	check(exemption_parse(&set, &bad, STR("DPPA, (b)(7)(C),(b)(6)")));
	exemption_format(&text, set);
	check_str(buf_str(&text), STR("(b)(6),(b)(7)(C),DPPA"));
	check(!exemption_parse(&set, &bad, STR("(b)(6),,DPPA")));
	check(!exemption_parse(&set, &bad, STR("(b)(6),")));
	check(!exemption_parse(&set, &bad, STR("")));
	check(!exemption_parse(&set, &bad, STR("(B)(6)")));
	check_str(bad, STR("(B)(6)"));
	rows = exemption_all(&n);
	for (size_t i = 0; i < n; i++) {
		/* Each is complete, and its code can stand in a list. */
		check(rows[i].code.len > 0 && rows[i].title.len > 0 &&
		    rows[i].cite.len > 0 && rows[i].harm.len > 0);
		check(rows[i].code.len <= LIMIT_RELEASE_BAR);
		check(memchr(rows[i].code.p, ',', rows[i].code.len) == NULL);
		check(exemption_parse(&set, &bad, rows[i].code));
		check_u64(set, (exemption_set)1 << i);
	}
	buf_fini(&text);
}

static void
coarse_values_say_less_or_nothing(void)
{
	static const struct {
		enum coarse coarse;
		const char *value;
		const char *said;
	} cases[] = {
		{ COARSE_YEAR, "\"1984-03-09\"", "1984" },
		{ COARSE_YEAR, "\"1984-03\"", "1984" },
		{ COARSE_YEAR, "\"1984\"", "1984" },
		{ COARSE_YEAR, "\"19840309\"", "other" },
		{ COARSE_YEAR, "\"JOHN SMITH\"", "other" },
		{ COARSE_MONTH, "\"1984-03-09\"", "1984-03" },
		{ COARSE_MONTH, "\"1984-03\"", "1984-03" },
		{ COARSE_MONTH, "\"1984\"", "other" },
		{ COARSE_MONTH, "\"2026-11-23T19:56:41Z\"", "2026-11" },
		{ COARSE_STATE, "\"NY0303000\"", "NY" },
		{ COARSE_STATE, "\"NY030300\"", "other" },
		{ COARSE_STATE, "\"030300099\"", "other" },
		{ COARSE_COUNT, "[]", "0" },
		{ COARSE_COUNT, "[\"a\",[\"b\"],{\"c\":1}]", "3" },
		{ COARSE_COUNT, "\"SMITH\"", "other" },
		{ COARSE_COUNT, "[1,", "other" },
		{ COARSE_YEAR, "null", "none" },
		{ COARSE_COUNT, "null", "none" },
		{ COARSE_YEAR, "7", "other" },
		{ COARSE_YEAR, "\"", "other" },
	};

	arena_fini(&arena);
	arena_init(&arena, 1 << 16);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check_str(coarse_apply(cases[i].coarse, &arena,
			      str_of(cases[i].value)),
		    str_of(cases[i].said));
	for (unsigned i = 1; i < COARSE_N; i++)
		check(coarse_find(coarse_name((enum coarse)i)) == i);
	check(coarse_find(STR("")) == COARSE_NONE);
	arena_fini(&arena);
}

static const struct tap_test tests[] = {
	TEST(a_profile_says_of_each_label_what_becomes_of_it),
	TEST(h12_a_profile_that_would_show_too_much_is_refused),
	TEST(a_profile_has_as_many_rows_as_the_limit_and_no_more),
	TEST(p6_every_label_of_an_entry_is_in_the_table_of_labels),
	TEST(p6_persons_records_and_keys_to_them_are_never_shown),
	TEST(exemptions_have_one_text_in_the_order_of_the_table),
	TEST(coarse_values_say_less_or_nothing),
};

TAP_MAIN(tests)
