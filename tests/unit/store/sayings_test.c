/* The register of statements to the public. Holds for every backend. */
#include "store/sayings.h"

#include "fixture.h"
#include "limits.h"

static int
draft(struct store *store, const char *number, const char *topic,
    const char *supersedes)
{
	const struct store_saying row = { .number = str_of(number),
		.topic = str_of(topic),
		.text = STR("We give no records in bulk."),
		.supersedes = str_of(supersedes),
		.drafted_by = STR("pam"),
		.drafted_us = 10,
		.drafted_index = 1,
		.approved_by = STR("") };

	return sayings_put(store, &row);
}

static int
tally_saying(void *context, const struct store_saying *saying)
{
	return tally(context, saying->number);
}

static void
a_draft_is_not_in_force(void)
{
	struct fixture f;
	struct store_saying saying;

	fixture_begin(&f);
	check_u64(draft(f.store, "S-1", "bulk", ""), 0);
	check_u64(draft(f.store, "S-1", "log", ""), STORE_E_EXISTS);
	check_u64(sayings_in_force(f.store, &f.arena, &saying, STR("bulk")),
	    STORE_E_ABSENT);
	check_u64(sayings_find(f.store, &f.arena, &saying, STR("S-1")), 0);
	check_str(saying.topic, STR("bulk"));
	check_u64(saying.approved_us, 0);
	check_u64(sayings_approve(f.store, STR("S-1"), STR("cal"), 20, 2), 0);
	check_u64(sayings_approve(f.store, STR("S-1"), STR("eve"), 30, 3),
	    STORE_E_ABSENT);
	check_u64(sayings_in_force(f.store, &f.arena, &saying, STR("bulk")),
	    0);
	check_str(saying.approved_by, STR("cal"));
	check_u64(saying.approved_index, 2);
	fixture_fini(&f);
}

static void
what_an_approved_one_supersedes_is_not_in_force(void)
{
	struct fixture f;
	struct store_saying saying;
	struct tally all = { 0 };

	fixture_begin(&f);
	check_u64(draft(f.store, "S-1", "bulk", ""), 0);
	check_u64(sayings_approve(f.store, STR("S-1"), STR("cal"), 20, 2), 0);
	check_u64(draft(f.store, "S-2", "bulk", "S-1"), 0);
	check_u64(sayings_in_force(f.store, &f.arena, &saying, STR("bulk")),
	    0);
	check_str(saying.number, STR("S-1"));
	check_u64(sayings_approve(f.store, STR("S-2"), STR("cal"), 30, 4), 0);
	check_u64(sayings_in_force(f.store, &f.arena, &saying, STR("bulk")),
	    0);
	check_str(saying.number, STR("S-2"));
	check_u64(sayings_in_force(f.store, &f.arena, &saying, STR("log")),
	    STORE_E_ABSENT);
	check_u64(sayings_each(f.store, tally_saying, &all), 0);
	check_str(str_of(all.names), STR("S-1 S-2 "));
	fixture_fini(&f);
}

static void
h_statements_that_are_too_long_or_no_text_are_refused(void)
{
	struct fixture f;

	fixture_begin(&f);
	check_u64(draft(f.store, "S\xff", "bulk", ""), STORE_E_TEXT);
	check_u64(sayings_approve(f.store, STR("S-404"), STR("cal"), 1, 1),
	    STORE_E_ABSENT);
	fixture_fini(&f);
}

static void
topics_are_those_of_the_table(void)
{
	size_t n;

	check(sayings_topics(&n) != NULL && n > 5);
	check(sayings_topic(STR("immigration")) != NULL);
	check(sayings_topic(STR("weather")) == NULL);
	check(sayings_topic(STR("")) == NULL);
}

static const struct tap_test tests[] = {
	TEST(a_draft_is_not_in_force),
	TEST(what_an_approved_one_supersedes_is_not_in_force),
	TEST(h_statements_that_are_too_long_or_no_text_are_refused),
	TEST(topics_are_those_of_the_table),
};

TAP_MAIN(tests)
