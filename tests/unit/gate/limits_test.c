/* Each limit of the gate that somebody can push against, reached. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frames.h"
#include "gate/force.h"
#include "gate/pack.h"
#include "gate/turn.h"
#include "house.h"
#include "store/budgets.h"
#include "tap.h"
#include "util/file.h"
#include "util/instant.h"

static struct house house;

/* n times the text, in the house's arena. */
static const char *
repeat(const char *text, size_t n)
{
	struct buf buf;
	struct str out;

	buf_init(&buf, 16 << 20);
	for (size_t i = 0; i < n; i++)
		buf_add_text(&buf, text);
	out = arena_str(&house.arena, buf_str(&buf));
	buf_fini(&buf);
	return out.p;
}

static struct house_answer
ask(const char *body)
{
	return house_ask(&house, "amy", "createRequest", NULL, NULL, body);
}

static const char *
request_with(const char *member, const char *value)
{
	return arena_format(&house.arena,
	    "{\"subject\":" HOUSE_PLATE ",\"ground\":{\"investigation\":"
	    "\"24-001\"},\"purpose\":\"dppa-1\",\"end_use\":\"criminal\","
	    "\"fields\":[\"owner.family\"],\"%s\":\"%s\"}",
	    member, value)
	    .p;
}

static void
texts_of_a_request_end_at_their_limits(void)
{
	static const struct {
		const char *member;
		size_t limit;
	} rows[] = { { "reason", LIMIT_ASK_REASON },
		{ "instrument", LIMIT_ASK_NUMBER },
		{ "requestor", LIMIT_ASK_NUMBER } };
	struct house_answer answer;

	house_open(&house);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		answer = ask(request_with(rows[i].member,
		    repeat("r", rows[i].limit)));
		check(!house_has(answer, "too-long"));
		answer = ask(request_with(rows[i].member,
		    repeat("r", rows[i].limit + 1)));
		check_u64(answer.status, 400);
		check_str(house_member(&house, answer, "code"),
		    STR("too-long"));
	}
	answer = house_ask(&house, "amy", "createRequest", NULL,
	    repeat("k", LIMIT_ASK_TEXT), request_with("reason", "words"));
	check_u64(answer.status, 200);
	answer = house_ask(&house, "amy", "createRequest", NULL,
	    repeat("k", LIMIT_ASK_TEXT + 1), request_with("reason", "words"));
	check_str(house_member(&house, answer, "code"), STR("too-long"));
	house_close(&house);
}

static void
a_request_names_so_many_fields_and_no_more(void)
{
	const char *field = ",\"owner.family\"";
	struct house_answer answer;

	house_open(&house);
	answer = ask(arena_format(&house.arena,
	    HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.given\"%s]"),
	    repeat(field, LIMIT_ASK_FIELDS - 1))
			 .p);
	check_u64(answer.status, 200);
	answer = ask(arena_format(&house.arena,
	    HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.given\"%s]"),
	    repeat(field, LIMIT_ASK_FIELDS))
			 .p);
	check_str(house_member(&house, answer, "code"), STR("too-long"));
	house_close(&house);
}

static void
a_ground_names_so_many_subjects_and_no_more(void)
{
	static const char body[] = "{\"number\":\"%s\",\"offence\":\"1\","
				   "\"subjects\":[{\"vin\":"
				   "\"1M8GDM9AXKP042788\"}%s]}";
	static const char more[] = ",{\"vin\":\"1M8GDM9AXKP042788\"}";
	struct house_answer answer;

	house_open(&house);
	answer = house_ask(&house, "sue", "createInvestigation", NULL, NULL,
	    arena_format(&house.arena, body, "N-1",
		repeat(more, LIMIT_ASK_SUBJECTS - 1))
		.p);
	check_u64(answer.status, 201);
	answer = house_ask(&house, "sue", "createInvestigation", NULL, NULL,
	    arena_format(&house.arena, body, "N-2",
		repeat(more, LIMIT_ASK_SUBJECTS))
		.p);
	check_u64(answer.status, 400);
	house_close(&house);
}

static void
an_entry_takes_values_up_to_its_limit(void)
{
	struct entry entry = { .type = ENTRY_GATE };
	struct arena arena;

	house_open(&house);
	arena_init(&arena, 1 << 20);
	entry_put(&entry, &arena, LABEL_DETAIL,
	    str_of(repeat("x", LIMIT_ENTRY_VALUE - 2)));
	check(!entry.has_failed);
	entry_put(&entry, &arena, LABEL_DETAIL,
	    str_of(repeat("x", LIMIT_ENTRY_VALUE - 1)));
	check(entry.has_failed);
	arena_fini(&arena);
	house_close(&house);
}

static void
an_entry_too_large_for_the_log_or_a_receipt_is_a_fault(void)
{
	struct entry entry = { .type = ENTRY_REQUEST };
	struct entry_text text;
	struct arena arena;

	house_open(&house);
	arena_init(&arena, 4 << 20);
	for (int i = 0; i < LABEL_N; i++)
		entry_put(&entry, &arena, (enum entry_label)i,
		    str_of(repeat("x", LIMIT_ENTRY_DISCLOSURES / 20)));
	check(entry_write(&text, &arena, &entry, &house.gate.random) < 0);
	entry.has_failed = false;
	for (int i = 0; i < LABEL_N; i++)
		entry_put(&entry, &arena, (enum entry_label)i, STR("x"));
	check(entry_write(&text, &arena, &entry, &house.gate.random) == 0);
	check(text.leaf.len < LIMIT_ENTRY_BYTES);
	arena_fini(&arena);
	house_close(&house);
}

/* Write a file of the house pack and load: must be refused with the word. */
static void
check_pack(const char *file, struct str bytes, const char *word)
{
	static const struct str names[] = { STR_INIT("federal"),
		STR_INIT("house") };
	char text[2048] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");
	struct diag_list diags;

	diag_init(&diags, &house.arena, STR(""), (struct str){ 0 });
	check(file_replace(AT_FDCWD,
		  arena_format(&house.arena, "%s/packs/house/%s", house.dir,
		      file)
		      .p,
		  bytes, 0644) == 0);
	check_u64(force_load(&house.gate, names, 2, house.now_us, &diags),
	    FORCE_E_REFUSED);
	diag_print(&diags, out);
	fclose(out);
	if (!check(strstr(text, word) != NULL))
		printf("# it said: %s\n", text);
}

static void
a_file_of_a_pack_ends_at_its_limit(void)
{
	char *big;

	house_open(&house);
	big = malloc(LIMIT_PACK_BYTES + 1);
	memset(big, ' ', LIMIT_PACK_BYTES + 1);
	check_pack("policies.cedar",
	    (struct str){ big, LIMIT_PACK_BYTES + 1 }, "bytes");
	free(big);
	house_close(&house);
}

static void
a_pack_has_so_many_rules_and_tests_and_no_more(void)
{
	CLEANUP(pack_freep) struct pack *pack = NULL;
	struct diag_list diags;
	struct str path;
	struct str rules;
	struct str tests;

	house_open(&house);
	path = arena_format(&house.arena, "%s/packs/house", house.dir);
	rules = str_of(repeat("@id(\"a\") @cite(\"c\") @asof(\"2026-01-01\") "
			      "@verified(\"true\") permit(principal, action, "
			      "resource);\n",
	    LIMIT_PACK_POLICIES + 1));
	check(file_replace(AT_FDCWD,
		  arena_format(&house.arena, "%.*s/policies.cedar",
		      STR_ARG(path))
		      .p,
		  rules, 0644) == 0);
	diag_init(&diags, &house.arena, STR(""), (struct str){ 0 });
	check_u64(pack_load(&pack, &house.gate.vocabulary, path.p, STR(""),
		      house.now_us, &diags),
	    PACK_E_BAD);
	check(diags.n_errors > 0);
	tests = arena_format(&house.arena, "[%s1]",
	    repeat("1,", LIMIT_PACK_TESTS));
	diag_init(&diags, &house.arena, STR(""), (struct str){ 0 });
	check_u64(pack_test(house.gate.packs[1], tests, NULL, &diags),
	    PACK_E_BAD);
	house_close(&house);
}

static void
no_more_packs_are_in_force_than_the_limit(void)
{
	struct str names[LIMIT_PACKS + 1];
	struct diag_list diags;

	house_open(&house);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		names[i] = STR("federal");
	diag_init(&diags, &house.arena, STR(""), (struct str){ 0 });
	check_u64(force_load(&house.gate, names, ARRAY_LEN(names),
		      house.now_us, &diags),
	    FORCE_E_REFUSED);
	check_u64(house.gate.n_packs, 2);
	house_close(&house);
}

static void
one_batch_takes_the_limit_and_the_rest_waits(void)
{
	static const char *who[LIMIT_BATCH];
	static const char *bodies[LIMIT_BATCH];
	static struct house_answer answers[LIMIT_BATCH];
	size_t n_ok = 0;

	house_open(&house);
	for (size_t i = 0; i < LIMIT_BATCH; i++) {
		who[i] = "amy";
		bodies[i] = HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]");
	}
	house_ask_all(&house, answers, who, bodies, LIMIT_BATCH);
	for (size_t i = 0; i < LIMIT_BATCH; i++)
		n_ok += answers[i].status == 200;
	check_u64(n_ok, LIMIT_BATCH);
	house_close(&house);
}

static void
a_receipt_and_a_key_last_as_long_as_they_should(void)
{
	static const char body[] = HOUSE_REQUEST(HOUSE_PLATE,
	    "[\"owner.family\"]");
	struct house_answer answer;
	char day[11];
	uint64_t epoch;

	house_open(&house);
	answer = house_ask(&house, "amy", "createRequest", NULL, "k", body);
	instant_format_date(day,
	    instant_day(house.now_us) + LIMIT_EXTRACT_DAYS);
	check(house_has(answer, day));
	epoch = house.gate.epochs[ENTRY_REQUEST].id;
	house.now_us += INT64_C(3600) * 1000000 * (LIMIT_EPOCH_HOURS - 1);
	answer = house_ask(&house, "amy", "createRequest", NULL, NULL, body);
	check_u64(house.gate.epochs[ENTRY_REQUEST].id, epoch);
	house.now_us += INT64_C(3600) * 1000000 * 2;
	answer = house_ask(&house, "amy", "createRequest", NULL, NULL, body);
	check_u64(house.gate.epochs[ENTRY_REQUEST].id, epoch + 1);
	/* The key of the old epoch is asked for: the answer still opens. */
	house.now_us -= INT64_C(3600) * 1000000;
	house.gate.last_us = 0;
	answer = house_ask(&house, "amy", "getRequest",
	    "00000000000000000000000000", NULL, NULL);
	check_u64(answer.status, 404);
	house.now_us += INT64_C(3600) * 1000000 *
	    (LIMIT_IDEMPOTENCY_HOURS + 1);
	answer = house_ask(&house, "amy", "createRequest", NULL, "k", body);
	check_u64(answer.status, 200);
	check_u64(house.fixture.n_fetches, 4);
	house_close(&house);
}

static void
a_turn_takes_so_many_fronts_and_drops_a_broken_one(void)
{
	static struct turn turn;
	int pairs[LIMIT_FRONTS + 1][2];
	size_t n_asks;

	house_open(&house);
	check_u64(turn_init(&turn, &house.gate, LIMIT_BATCH), 0);
	for (int i = 0; i <= LIMIT_FRONTS; i++) {
		check(socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]) == 0);
		check(turn_add_front(&turn, pairs[i][0]) ==
		    (i < LIMIT_FRONTS ? i : -1));
	}
	check(write(pairs[3][1], "no frame at all", 15) == 15);
	turn_fill(&turn, 3);
	check_u64(turn_walk(&turn, &n_asks), 0);
	check_u64(n_asks, 0);
	check(!turn.is_open[3]);
	close(pairs[7][1]);
	turn_fill(&turn, 7);
	check(!turn.is_open[7]);
	turn_fini(&turn);
	house_close(&house);
}

/* The house pack with more rules at its end, and one test that asks little. */
static void
load_more_rules(const char *rules)
{
	static const struct str names[] = { STR_INIT("federal"),
		STR_INIT("house") };
	struct ed25519_seed seed = { { 7 } };
	struct tlog_note_signer signer;
	struct diag_list diags;
	struct str path = arena_format(&house.arena, "%s/packs/house",
	    house.dir);
	struct str file = arena_format(&house.arena, "%.*s/policies.cedar",
	    STR_ARG(path));
	struct str text;
	struct buf key;

	check(file_read(&text, &house.arena, AT_FDCWD, file.p, 1 << 22) == 0);
	text = arena_format(&house.arena, "%.*s\n%s", STR_ARG(text), rules);
	check(file_replace(AT_FDCWD, file.p, text, 0644) == 0);
	file = arena_format(&house.arena, "%.*s/tests.json", STR_ARG(path));
	check(file_replace(AT_FDCWD, file.p,
		  STR("[{\"name\":\"one\",\"fields\":[\"owner.family\"],"
		      "\"facts\":{},\"expect\":{\"decision\":\"deny\"}}]"),
		  0644) == 0);
	file = arena_format(&house.arena, "%.*s/pack.conf", STR_ARG(path));
	check(file_read(&text, &house.arena, AT_FDCWD, file.p, 1 << 22) == 0);
	*(char *)(uintptr_t)(strstr(text.p, "= 1;") + 2) = '2';
	check(file_replace(AT_FDCWD, file.p, text, 0644) == 0);
	buf_init(&key, 4096);
	check(tlog_note_signer_init(&signer, STR("counsel"),
		  TLOG_NOTE_ED25519, &seed) == 0);
	tlog_note_signer_format(&signer, &key);
	diag_init(&diags, &house.arena, STR(""), (struct str){ 0 });
	check_u64(pack_sign(path.p, buf_str(&key), &diags), 0);
	check_u64(force_load(&house.gate, names, 2, house.now_us, &diags), 0);
	diag_print(&diags, stdout);
	buf_fini(&key);
}

#define RULE_HEAD                                                              \
	"@id(\"r%d\") @cite(\"c\") @asof(\"2026-01-01\") "                     \
	"@verified(\"true\") @says(\"no\") @remedy(\"none\") "

/* Load n more rules of the form, a literal with the number twice in it. */
#define LOAD_RULES(n, form)                                                    \
	do {                                                                   \
		struct buf rules;                                              \
	\
		buf_init(&rules, 1 << 20);                                     \
		for (int i = 0; i < (n); i++)                                  \
			buf_add_format(&rules, RULE_HEAD form "\n", i, i);     \
		load_more_rules(arena_str(&house.arena, buf_str(&rules)).p);   \
		buf_fini(&rules);                                              \
	} while (0)

static void
more_rules_refuse_than_are_told_of(void)
{
	struct house_answer answer;
	const char *at;
	size_t n = 0;

	house_open(&house);
	LOAD_RULES(LIMIT_RULINGS + 6,
	    "@mark(\"m%d\") forbid(principal, action, resource);");
	answer = ask(HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]"));
	check_u64(answer.status, 403);
	for (at = answer.body.p; (at = strstr(at, "\"rule\":")) != NULL; at++)
		n++;
	check_u64(n, LIMIT_RULINGS);
	house_close(&house);
}

static void
a_request_that_would_need_too_many_approvals_is_refused(void)
{
	struct house_answer answer;

	house_open(&house);
	LOAD_RULES(LIMIT_NEEDS + 1,
	    "@needs(\"role%d\") forbid(principal, action, resource) "
	    "unless { context.approvals.contains(\"x\") };");
	answer = ask(HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]"));
	check_u64(answer.status, 403);
	house_close(&house);
}

static void
no_more_duties_are_laid_on_than_the_limit(void)
{
	struct house_answer answer;
	const char *at;
	size_t n = 0;

	house_open(&house);
	LOAD_RULES(LIMIT_DUTIES + 8,
	    "@duty(\"d%d\") permit(principal, action, resource);");
	answer = ask(HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]"));
	check_u64(answer.status, 200);
	for (at = strstr(answer.body.p, "\"duties\""); at != NULL && *at != ']';
	     at++)
		n += *at == ',';
	check_u64(n + 1, LIMIT_DUTIES);
	house_close(&house);
}

static void
counting_stops_at_its_limit(void)
{
	struct house_answer answer;
	uint8_t subject[32] = { 0 };
	uint64_t count = 0;

	house_open(&house);
	check(store_begin(house.store) == 0);
	for (int i = 0; i < LIMIT_WEIGH_COUNT + 5; i++) {
		memcpy(subject, &i, sizeof(i));
		check(budgets_see(house.store, 1, STR("amy"),
			  (struct str){ (char *)subject, 32 },
			  house.now_us) == 0);
	}
	check(store_commit(house.store) == 0);
	check(budgets_count(house.store, &count, 1, STR("amy"), 0,
		  LIMIT_WEIGH_COUNT) == 0);
	check_u64(count, LIMIT_WEIGH_COUNT);
	answer = ask(HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]"));
	check_u64(answer.status, 403);
	check(house_has(answer, "far-too-many-persons"));
	house_close(&house);
}

static void
what_the_limits_allow_fits_together(void)
{
	/* An answer fits a frame, a batch's asks and indexes fit its arena. */
	check(LIMIT_ANSWER_BYTES + 4096 < LIMIT_FRAME_BYTES);
	check(LIMIT_BATCH * (sizeof(struct ask) +
		  LIMIT_ASK_SUBJECTS *
		      (sizeof(struct str) + sizeof(struct digest))) <
	    LIMIT_BATCH_BYTES);
}

/* Values the holder alone keeps: sealed together, up to a bound. */
static void
an_entry_keeps_as_much_as_may_be_sealed(void)
{
	static const enum entry_label filled[] = { LABEL_AGENCY,
		LABEL_OPERATOR, LABEL_CHANGE, LABEL_REQUESTOR, LABEL_DETAIL,
		LABEL_CERTIFICATE };
	size_t fits = LIMIT_ENTRY_KEPT / ARRAY_LEN(filled) / 4 * 3 - 64;
	struct entry entry = { .type = ENTRY_PEOPLE,
		.holder = STR("NYDMV"),
		.decision = STR("done") };
	struct entry_text text;
	struct arena arena;

	house_open(&house);
	arena_init(&arena, 4 << 20);
	for (size_t more = 0; more < 2; more++) {
		for (size_t i = 0; i < ARRAY_LEN(filled); i++)
			entry_put(&entry, &arena, filled[i],
			    str_of(repeat("v", fits + 128 * more)));
		check((entry_write(&text, &arena, &entry,
			   &house.gate.random) == 0) == (more == 0));
	}
	arena_fini(&arena);
	house_close(&house);
}

static const struct tap_test tests[] = {
	TEST(what_the_limits_allow_fits_together),
	TEST(more_rules_refuse_than_are_told_of),
	TEST(a_request_that_would_need_too_many_approvals_is_refused),
	TEST(no_more_duties_are_laid_on_than_the_limit),
	TEST(counting_stops_at_its_limit),
	TEST(texts_of_a_request_end_at_their_limits),
	TEST(a_request_names_so_many_fields_and_no_more),
	TEST(a_ground_names_so_many_subjects_and_no_more),
	TEST(an_entry_takes_values_up_to_its_limit),
	TEST(an_entry_too_large_for_the_log_or_a_receipt_is_a_fault),
	TEST(a_file_of_a_pack_ends_at_its_limit),
	TEST(a_pack_has_so_many_rules_and_tests_and_no_more),
	TEST(no_more_packs_are_in_force_than_the_limit),
	TEST(one_batch_takes_the_limit_and_the_rest_waits),
	TEST(a_receipt_and_a_key_last_as_long_as_they_should),
	TEST(a_turn_takes_so_many_fronts_and_drops_a_broken_one),
	TEST(an_entry_keeps_as_much_as_may_be_sealed),
};

TAP_MAIN(tests)
