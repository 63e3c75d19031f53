/*
 * What would make a refused request lawful: the sentences and the decision must
 * not disagree. Sentences are read here as a person would read them, clause by
 * clause; what they say is made true of the facts, and the judge asked again.
 */
#include <jansson.h>
#include <stdlib.h>

#include "gate/judge.h"
#include "gate/lawful.h"
#include "gate/pack.h"
#include "gate/pack_facts.h"
#include "gate/vocabulary.h"
#include "limits.h"
#include "stile/cedar.h"
#include "tap.h"
#include "util/random.h"

#define NOW_US (INT64_C(1795000000) * 1000000)

static struct vocabulary vocabulary;
static struct pack *packs[2];
static struct arena arena;

static void
begin(void)
{
	static const char *const names[] = { "federal", "house" };
	struct diag_list diags;

	arena_init(&arena, (size_t)1 << 28);
	if (!check(vocabulary_init(&vocabulary) == 0))
		abort();
	for (unsigned i = 0; i < 2; i++) {
		struct str path = arena_format(&arena, "%s/%s",
		    getenv("STILE_PACKS"), names[i]);

		diag_init(&diags, &arena, path, (struct str){ 0 });
		if (!check(pack_load(&packs[i], &vocabulary, path.p, STR(""),
			NOW_US, &diags) == 0)) {
			diag_print(&diags, stdout);
			abort();
		}
	}
}

static void
end(void)
{
	pack_freep(&packs[0]);
	pack_freep(&packs[1]);
	vocabulary_fini(&vocabulary);
	arena_fini(&arena);
}

/* ------------------------------------------------------------------ */
/* A sentence as a person reads it.				      */

static void
take_role(struct facts *facts, const char *role)
{
	struct str *list =
	    ARENA_ARRAY(&arena, facts->n_approvals + 1, struct str);

	for (size_t i = 0; i < facts->n_approvals; i++)
		list[i] = facts->approvals[i];
	list[facts->n_approvals++] = str_of(role);
	facts->approvals = list;
}

/* Returns: whether the clause was understood; it is so from now on. */
static bool
take_clause(struct facts *facts, struct str clause)
{
	struct facts_ground *ground = &facts->ground;
	struct facts_instrument *instrument = &facts->instrument;
	struct facts_requester *who = &facts->requester;
	const struct {
		const char *text;
		bool *flag;
	} flags[] = {
		{ "your agency has registered # with the holder",
		    &ground->registered },
		{ "# is your own agency's", &ground->same_agency },
		{ "# is open", &ground->open },
		{ "# is in force", &ground->open },
		{ "you are assigned to #", &ground->assigned },
		{ "# names this person or vehicle", &ground->names_subject },
		{ "an instrument of a court is registered and in force",
		    &instrument->valid },
		{ "the instrument names this person or vehicle",
		    &instrument->names_subject },
		{ "a reason is given in words", &facts->reason_given },
		{ "your access and your agency's are active", &who->active },
		{ "your training is in date", &who->training_current },
		{ "your rules of behaviour are signed and in date",
		    &who->rules_current },
		{ "the agreement between your agency and the holder is in "
		  "force", &who->agreement_current },
	};
	const struct {
		const char *text;
		struct str *member;
		const char *value;
	} texts[] = {
		{ "the instrument is a warrant signed by a judge",
		    &instrument->kind, "art3-warrant" },
		{ "the instrument is an order signed by a judge",
		    &instrument->kind, "art3-order" },
		{ "the use is an agency's own functions (purpose dppa-1)",
		    &facts->purpose, "dppa-1" },
		{ "the use is a proceeding (purpose dppa-4)", &facts->purpose,
		    "dppa-4" },
	};
	bool is_wanted = str_is_equal(ground->kind, STR("wanted"));
	const char *nouns[] = { "it",
		is_wanted ? "the warrant" : "the investigation" };

	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		for (size_t k = 0; k < ARRAY_LEN(nouns); k++) {
			const char *mark = strchr(flags[i].text, '#');
			struct str text = mark == NULL
			    ? str_of(flags[i].text)
			    : arena_format(&arena, "%.*s%s%s",
				  (int)(mark - flags[i].text), flags[i].text,
				  nouns[k], mark + 1);

			if (!str_is_equal(clause, text))
				continue;
			/* What is so already need not be said. */
			check(!*flags[i].flag);
			*flags[i].flag = true;
			return true;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (str_is_equal(clause, str_of(texts[i].text))) {
			*texts[i].member = str_of(texts[i].value);
			return true;
		}
	}
	if (str_is_equal(clause, STR("a supervisor of your agency approves "
				     "the request"))) {
		take_role(facts, "supervisor");
		return true;
	}
	if (str_is_equal(clause, STR("a commander of your agency approves "
				     "the request"))) {
		take_role(facts, "commander");
		return true;
	}
	if (str_is_equal(clause, STR("the request names an investigation")))
		*ground = (struct facts_ground){ .kind =
			STR("investigation") };
	else if (str_is_equal(clause, STR("the request names the warrant for "
					  "a wanted person")))
		*ground = (struct facts_ground){ .kind = STR("wanted"),
			.names_subjects = true };
	else
		return false;
	return true;
}

#define MOST_CLAUSES 16

struct reading {
	struct str clauses[MOST_CLAUSES];
	size_t n;
	bool is_referral;
};

/* "Permitted if a, b and c." */
static bool
read_sentence(struct reading *reading, struct str text)
{
	static const struct str permit = STR_INIT("Permitted if ");
	static const struct str refer =
	    STR_INIT("Referred to an approval if ");
	size_t at = 0;

	*reading = (struct reading){
		.is_referral = str_has_prefix(text, refer) };
	if (!str_has_suffix(text, STR(".")) || (!reading->is_referral &&
		!str_has_prefix(text, permit)))
		return false;
	text = str_part(text, (reading->is_referral ? refer : permit).len,
	    text.len - 1);
	for (size_t i = 0; i <= text.len; i++) {
		bool is_and = str_has_prefix(str_part(text, i, text.len),
		    STR(" and "));
		struct str clause = str_part(text, at, i);
		struct facts scratch = { 0 };

		/* "signed and in date" is one clause: try what is longest. */
		if (i < text.len && text.p[i] != ',' && !is_and)
			continue;
		if (is_and && !take_clause(&scratch, clause) &&
		    !take_clause(&(struct facts){ .ground = { .kind =
			    STR("wanted") } }, clause))
			continue;
		if (reading->n == MOST_CLAUSES)
			return false;
		reading->clauses[reading->n++] = clause;
		at = i + (is_and ? 5 : 2);
		i = MIN(at, text.len + 1) - 1;
	}
	return true;
}

/* ------------------------------------------------------------------ */

struct asked {
	struct pack *const *packs;
	size_t n_packs;
	const enum record_field *fields;
	size_t n_fields;
};

static enum verdict
verdict_of(const struct asked *asked, const struct facts *facts)
{
	struct decision decision;

	if (!check(judge(&decision, &arena, &vocabulary, asked->packs,
		asked->n_packs, facts, asked->fields, asked->n_fields) == 0))
		abort();
	return decision.verdict;
}

/* All clauses but one; skip past the last: all of them. */
static enum verdict
verdict_with(const struct asked *asked, const struct facts *facts,
    const struct reading *reading, size_t skip)
{
	struct facts then = *facts;

	for (size_t i = 0; i < reading->n; i++) {
		if (i != skip &&
		    !check(take_clause(&then, reading->clauses[i])))
			printf("# not understood: %.*s\n",
			    STR_ARG(reading->clauses[i]));
	}
	return verdict_of(asked, &then);
}

/* The sentence leads to the decision it says, and says no more than it must. */
static void
check_sentence(const struct asked *asked, const struct facts *facts,
    struct str text)
{
	struct reading reading;
	enum verdict verdict;

	if (!check(read_sentence(&reading, text))) {
		printf("# not read: %.*s\n", STR_ARG(text));
		return;
	}
	verdict = verdict_with(asked, facts, &reading, reading.n);
	if (!check(verdict == (reading.is_referral ? VERDICT_REFER
						   : VERDICT_PERMIT)))
		printf("# does not lead there: %.*s\n", STR_ARG(text));
	for (size_t i = 0; i < reading.n; i++) {
		/* Without its ground the other clauses speak of nothing. */
		if (str_has_prefix(reading.clauses[i],
			STR("the request names")))
			continue;
		if (!check(verdict_with(asked, facts, &reading, i) < verdict))
			printf("# `%.*s` is not needed: %.*s\n",
			    STR_ARG(reading.clauses[i]), STR_ARG(text));
	}
}

/* Returns: how many sentences; 0 also when it is not denied. */
static size_t
check_facts(const struct asked *asked, const struct facts *facts,
    struct str **sentences)
{
	size_t n = 0;

	*sentences = NULL;
	if (verdict_of(asked, facts) != VERDICT_DENY)
		return 0;
	if (!check(lawful_find(sentences, &n, &arena, &vocabulary,
		asked->packs, asked->n_packs, facts, asked->fields,
		asked->n_fields) == 0))
		return 0;
	check(n <= LIMIT_LAWFUL);
	for (size_t i = 0; i < n; i++)
		check_sentence(asked, facts, (*sentences)[i]);
	return n;
}

/* ------------------------------------------------------------------ */

struct tally {
	size_t n_cases;
	size_t n_denied;
	size_t n_mendable;
};

static void
check_case(struct tally *tally, struct pack *const *which, size_t n,
    const json_t *one)
{
	const json_t *list = json_object_get(one, "fields");
	enum record_field fields[LIMIT_ASK_FIELDS];
	struct asked asked = { which, n, fields, json_array_size(list) };
	struct str *sentences;
	struct facts facts;

	for (size_t i = 0; i < asked.n_fields; i++)
		check(record_field_find(&fields[i],
		    str_of(json_string_value(json_array_get(list, i)))));
	check(pack_facts_read(&facts, &arena,
	    json_object_get(one, "facts")) == 0);
	if (facts.n_flags > 0) /* after the fetch: not asked then */
		return;
	tally->n_cases++;
	tally->n_denied += verdict_of(&asked, &facts) == VERDICT_DENY;
	tally->n_mendable += check_facts(&asked, &facts, &sentences) > 0;
}

static void
p5_the_sentences_and_the_packs_own_tests_agree(void)
{
	struct tally alone = { 0 };
	struct tally both = { 0 };

	begin();
	for (unsigned i = 0; i < 2; i++) {
		struct str path = arena_format(&arena, "%s/%.*s/tests.json",
		    getenv("STILE_PACKS"), STR_ARG(packs[i]->name));
		json_t *tests = json_load_file(path.p, 0, NULL);

		check(json_array_size(tests) > 5);
		for (size_t k = 0; k < json_array_size(tests); k++) {
			const json_t *one = json_array_get(tests, k);

			check_case(&alone, &packs[i], 1, one);
			check_case(&both, packs, 2, one);
		}
		json_decref(tests);
	}
	printf("# alone: %zu cases, %zu denied, %zu can be mended; together: "
	    "%zu, %zu, %zu\n", alone.n_cases, alone.n_denied,
	    alone.n_mendable, both.n_cases, both.n_denied, both.n_mendable);
	check(alone.n_mendable > 15);
	check(both.n_mendable > 15);
	end();
}

/* An active, trained requester on an open case of the own agency. */
static struct facts
good_facts(void)
{
	struct facts facts;

	check(pack_facts_read(&facts, &arena, NULL) == 0);
	facts.ground = (struct facts_ground){ .kind = STR("investigation"),
		.registered = true, .open = true, .same_agency = true,
		.assigned = true };
	return facts;
}

static const enum record_field street[] = { RECORD_OWNER_ADDRESS_STREET };
static const enum record_field photo[] = { RECORD_PERSON_PHOTO };

static void
expect(const struct facts *facts, const enum record_field *field,
    const char *const *want, size_t n)
{
	struct asked asked = { packs, 2, field, 1 };
	struct str *got;

	check_u64(check_facts(&asked, facts, &got), n);
	for (size_t i = 0; i < n && got != NULL; i++)
		check_str(got[i], str_of(want[i]));
}

static void
sentences_say_what_is_missing(void)
{
	static const char *const closed[] = {
		"Permitted if the investigation is open and you are assigned "
		"to it." };
	static const char *const unknown[] = {
		"Permitted if your agency has registered the investigation "
		"with the holder, it is your own agency's, it is open and you "
		"are assigned to it." };
	static const char *const none[] = {
		"Permitted if the request names an investigation, your agency "
		"has registered it with the holder, it is your own agency's, "
		"it is open and you are assigned to it.",
		"Permitted if the request names the warrant for a wanted "
		"person, your agency has registered it with the holder, it is "
		"your own agency's, it is in force and it names this person or "
		"vehicle." };
	static const char *const recalled[] = {
		"Permitted if the warrant is in force." };
	static const char *const lapsed[] = {
		"Permitted if your training is in date and your rules of "
		"behaviour are signed and in date." };
	static const char *const purpose[] = {
		"Permitted if the use is an agency's own functions (purpose "
		"dppa-1) and a reason is given in words.",
		"Permitted if the use is a proceeding (purpose dppa-4) and a "
		"reason is given in words." };
	static const char *const immigration[] = {
		"Permitted if an instrument of a court is registered and in "
		"force, the instrument is a warrant signed by a judge and the "
		"instrument names this person or vehicle.",
		"Permitted if an instrument of a court is registered and in "
		"force, the instrument is an order signed by a judge and the "
		"instrument names this person or vehicle." };
	static const char *const picture[] = {
		"Permitted if the investigation is open and a supervisor of "
		"your agency approves the request.",
		"Permitted if the investigation is open, an instrument of a "
		"court is registered and in force and the instrument names "
		"this person or vehicle." };
	struct facts facts;

	begin();
	facts = good_facts();
	facts.ground.open = false;
	facts.ground.assigned = false;
	expect(&facts, street, closed, 1);
	facts.ground.registered = facts.ground.same_agency = false;
	expect(&facts, street, unknown, 1);
	facts.ground = (struct facts_ground){ .kind = STR("none") };
	expect(&facts, street, none, 2);
	facts.ground = (struct facts_ground){ .kind = STR("wanted"),
		.registered = true, .same_agency = true,
		.names_subjects = true, .names_subject = true };
	expect(&facts, street, recalled, 1);
	facts = good_facts();
	facts.requester.training_current = false;
	facts.requester.rules_current = false;
	expect(&facts, street, lapsed, 1);
	facts = good_facts();
	facts.purpose = STR("dppa-12");
	facts.reason_given = false;
	expect(&facts, street, purpose, 2);
	facts = good_facts();
	facts.end_use = STR("immigration-civil");
	expect(&facts, street, immigration, 2);
	facts = good_facts();
	facts.ground.open = false;
	expect(&facts, photo, picture, 2);
	end();
}

static void
nothing_is_said_where_nothing_would_do(void)
{
	struct facts facts;

	begin();
	facts = good_facts();
	facts.is_self = true;
	expect(&facts, street, NULL, 0);
	facts = good_facts();
	facts.budget.agency_day = 6000;
	facts.ground.open = false;
	expect(&facts, street, NULL, 0);
	end();
}

/* ------------------------------------------------------------------ */
/* Facts at random.						      */

static bool
toss(struct random_state *random)
{
	return random_below(random, 3) > 0;
}

static void
draw_facts(struct facts *facts, struct random_state *random)
{
	static const char *const kinds[] = { "investigation", "investigation",
		"wanted", "none" };
	static const char *const instruments[] = { "none", "subpoena",
		"art3-warrant" };

	check(pack_facts_read(facts, &arena, NULL) == 0);
	facts->ground = (struct facts_ground){
		.kind = str_of(kinds[random_below(random, 4)]),
		.registered = toss(random), .open = toss(random),
		.same_agency = toss(random), .assigned = toss(random),
		.names_subjects = toss(random), .names_subject = toss(random),
	};
	facts->instrument = (struct facts_instrument){
		.kind = str_of(instruments[random_below(random, 3)]),
		.valid = toss(random), .names_subject = toss(random) };
	facts->requester.active = toss(random);
	facts->requester.training_current = toss(random);
	facts->requester.rules_current = toss(random);
	facts->requester.agreement_current = toss(random);
	facts->reason_given = toss(random);
	facts->is_self = random_below(random, 10) == 0;
	if (random_below(random, 4) == 0)
		facts->purpose = STR("dppa-12");
	if (random_below(random, 4) == 0)
		facts->end_use = STR("immigration-civil");
	if (random_below(random, 4) == 0)
		facts->budget.requester_day = toss(random) ? 60 : 300;
}

/* Everything that anybody could mend. */
static bool
can_be_mended(const struct asked *asked, const struct facts *facts)
{
	struct facts best = *facts;

	best.requester.active = best.requester.training_current =
	    best.requester.rules_current = best.requester.agreement_current =
	    best.reason_given = true;
	best.ground.registered = best.ground.open = best.ground.same_agency =
	    best.ground.assigned = best.ground.names_subject = true;
	if (str_is_equal(best.ground.kind, STR("none")))
		best.ground.kind = STR("investigation");
	best.instrument = (struct facts_instrument){ STR("art3-warrant"), true,
		true };
	best.purpose = STR("dppa-1");
	take_role(&best, "supervisor");
	return verdict_of(asked, &best) != VERDICT_DENY;
}

static void
p5_a_way_is_found_where_there_is_one_and_leads_there(void)
{
	static const enum record_field fields[] = { RECORD_OWNER_FAMILY,
		RECORD_PERSON_PHOTO, RECORD_VEHICLE_MAKE };
	struct random_state random;
	size_t n_mended = 0;
	size_t n_hopeless = 0;

	begin();
	(void)random_seeded(&random, 7);
	for (unsigned i = 0; i < 1500; i++) {
		struct asked asked = { packs, 2,
			&fields[random_below(&random, 3)], 1 };
		struct str *sentences;
		struct facts facts;
		size_t n;

		arena_reset(&arena);
		draw_facts(&facts, &random);
		if (verdict_of(&asked, &facts) != VERDICT_DENY)
			continue;
		n = check_facts(&asked, &facts, &sentences);
		check((n > 0) == can_be_mended(&asked, &facts));
		n_mended += n > 0;
		n_hopeless += n == 0;
	}
	printf("# %zu mended, %zu hopeless\n", n_mended, n_hopeless);
	check(n_mended > 500 && n_hopeless > 50);
	end();
}

/* ------------------------------------------------------------------ */
/* Packs that are not the holder's.				      */

#define PERMIT "permit(principal, action, resource)"
#define FORBID "@needs(\"%s\") forbid(principal, action, resource) when { "    \
	"!context.approvals.contains(\"%s\") && context.ground.open };"

static size_t
find(struct pack *pack, const char *text, const struct facts *facts,
    struct str **sentences)
{
	struct asked asked = { &pack, 1, street, 1 };
	struct diag_list diags;

	*pack = (struct pack){ .name = STR("odd") };
	diag_init(&diags, &arena, STR("pack"), str_of(text));
	if (!check(cedar_policies_parse(&pack->policies, vocabulary.names,
		str_of(text), NULL, 0, 0, &diags) == 0))
		diag_print(&diags, stdout);
	return check_facts(&asked, facts, sentences);
}

static void
two_approvals_are_said_together(void)
{
	struct facts facts;
	struct pack pack;
	struct str *got;
	struct str text;

	begin();
	facts = good_facts();
	facts.ground.assigned = false;
	text = arena_format(&arena, PERMIT " when { context.ground.assigned };"
	    FORBID FORBID, "supervisor", "supervisor", "commander",
	    "commander");
	if (check_u64(find(&pack, text.p, &facts, &got), 1))
		check_str(got[0], STR("Permitted if you are assigned to the "
		    "investigation, a supervisor of your agency approves the "
		    "request and a commander of your agency approves the "
		    "request."));
	cedar_policies_free(pack.policies);
	end();
}

/* A change that makes a rule fail is no way: errors deny (P3). */
static void
p3_what_would_make_a_rule_fail_is_not_advised(void)
{
	struct facts facts;
	struct pack pack;
	struct str *got;

	begin();
	facts = good_facts();
	facts.ground.open = facts.ground.assigned = false;
	check_u64(find(&pack, PERMIT " when { context.ground.open };"
	    "forbid(principal, action, resource) when { (if "
	    "context.ground.open then context.budget.requester_day + "
	    "9223372036854775807 > 1 else true) && context.ground.assigned };",
	    &facts, &got), 0);
	cedar_policies_free(pack.policies);
	end();
}

static void
h12_at_most_so_many_sentences_are_said(void)
{
	struct facts facts;
	struct pack pack;
	struct str *got;

	begin();
	facts = good_facts();
	facts.ground = (struct facts_ground){ .kind = STR("investigation") };
	facts.requester.active = facts.reason_given = false;
	check_u64(find(&pack, PERMIT " when { context.ground.open || "
	    "context.ground.assigned || context.ground.registered || "
	    "context.reason_given || principal.active || "
	    "context.ground.same_agency || context.ground.names_subject || "
	    "context.instrument.valid || context.instrument.names_subject || "
	    "context.instrument.kind == \"art3-order\" || "
	    "context.instrument.kind == \"art3-warrant\" || "
	    "context.purpose == \"dppa-4\" };", &facts, &got), LIMIT_LAWFUL);
	check(LIMIT_LAWFUL < LIMIT_LAWFUL_TRIALS);
	check(LIMIT_LAWFUL_SENTENCE > 900);
	cedar_policies_free(pack.policies);
	end();
}

/* A rule whose analysis needs more than it is given: nothing is said. */
static void
h12_a_search_that_needs_too_much_says_nothing(void)
{
	static const char *const facts_of[] = { "ground.open",
		"ground.assigned", "ground.registered", "reason_given",
		"instrument.valid", "instrument.names_subject",
		"ground.same_agency", "ground.names_subject" };
	struct facts facts;
	struct pack pack;
	struct str *got;
	struct buf text;

	begin();
	facts = good_facts();
	facts.ground = (struct facts_ground){ .kind = STR("investigation") };
	facts.reason_given = false;
	for (unsigned n = 20; n <= 20000; n *= 1000) {
		arena_reset(&arena);
		buf_init(&text, (size_t)LIMIT_LAWFUL_BYTES * 4);
		buf_add_text(&text, PERMIT " when { true");
		for (unsigned i = 0; i < n; i++)
			buf_add_format(&text, " && (context.%s || context.%s)",
			    facts_of[i % 8], facts_of[i * 3 % 7]);
		buf_add_text(&text, " };");
		check((find(&pack, buf_str(&text).p, &facts, &got) > 0) ==
		    (n == 20));
		buf_fini(&text);
		cedar_policies_free(pack.policies);
	}
	end();
}

static const struct tap_test tests[] = {
	TEST(sentences_say_what_is_missing),
	TEST(nothing_is_said_where_nothing_would_do),
	TEST(p5_the_sentences_and_the_packs_own_tests_agree),
	TEST(p5_a_way_is_found_where_there_is_one_and_leads_there),
	TEST(two_approvals_are_said_together),
	TEST(p3_what_would_make_a_rule_fail_is_not_advised),
	TEST(h12_at_most_so_many_sentences_are_said),
	TEST(h12_a_search_that_needs_too_much_says_nothing),
};

TAP_MAIN(tests)
