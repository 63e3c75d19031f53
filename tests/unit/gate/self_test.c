/*
 * The person's own view under the simulator: what an answer may depend on, and
 * the bounds of it. The scenario of that name has the real processes.
 */
#include <jansson.h>

#include "crypto/sha256.h"
#include "house.h"
#include "store/complaints.h"
#include "store/lookups.h"
#include "store/seals.h"
#include "tap.h"
#include "util/instant.h"

#define ME "123456789"
#define LICENCE "{\"licence\":{\"state\":\"NY\",\"number\":\"" ME "\"}}"
#define FIELDS "[\"licence.status\"]"
#define UNDER(number, subject)                                                 \
	"{\"subject\":" subject ",\"ground\":{\"investigation\":\"" number     \
	"\"},\"purpose\":\"dppa-1\",\"end_use\":\"criminal\",\"fields\":"       \
	FIELDS ",\"reason\":\"seen at the place of the burglary\"}"

static struct house house;

static struct house_answer
ask(const char *body)
{
	return house_ask(&house, "amy", "createRequest", NULL, NULL, body);
}

static struct house_answer
look(const char *number, const char *before)
{
	struct house_answer answer;

	house.token = house_token(&house, number);
	answer = house_ask(&house, "portal",
	    before == NULL ? "getSelfDisclosures" : "getSelfDisclosuresBefore",
	    before, NULL, NULL);
	house.token = NULL;
	return answer;
}

static struct house_answer
complain(uint64_t about, const char *text)
{
	struct house_answer answer;
	char *body = NULL;

	check(asprintf(&body,
		  "{\"about\":%llu,\"reason\":\"other\",\"text\":\"%s\"}",
		  (unsigned long long)about, text) > 0);
	house.token = house_token(&house, ME);
	answer = house_ask(&house, "portal", "createComplaint", NULL, NULL,
	    body);
	house.token = NULL;
	free(body);
	return answer;
}

/* How many look-ups an answer tells of. */
static size_t
n_told(struct house_answer answer)
{
	json_t *json = json_loadb(answer.body.p, answer.body.len, 0, NULL);
	size_t n = json_array_size(json_object_get(json, "disclosures"));

	json_decref(json);
	return n;
}

/* What of the answer is not chance: everything but the bytes of receipts. */
static char *
plain(struct house_answer answer)
{
	json_t *json = json_loadb(answer.body.p, answer.body.len, 0, NULL);
	json_t *item;
	char *text;
	size_t i;

	json_array_foreach(json_object_get(json, "disclosures"), i, item) {
		size_t len = json_string_length(
		    json_object_get(item, "receipt"));

		json_object_set_new(item, "receipt",
		    json_integer((json_int_t)len));
	}
	json_object_set_new(json, "receipt",
	    json_integer((json_int_t)json_string_length(
		json_object_get(json, "receipt"))));
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	return text;
}

struct trace {
	char *plain;
	size_t len;
	size_t n_indexed;
	size_t n_unwrapped;
};

/* A day whose middle is of the caller's choosing, and the look after it. */
static struct trace
day(const char *middle, size_t n)
{
	struct trace trace;
	struct house_answer answer;

	house_open(&house);
	ask(UNDER("24-001", LICENCE));
	for (size_t i = 0; i < n; i++)
		check_u64(ask(middle).status, 200);
	ask(UNDER("24-001", LICENCE));
	/* On another day, so that older keys are opened by the keeper. */
	house.now_us += 3 * INSTANT_DAY;
	house.n_indexed = 0;
	house.n_unwrapped = 0;
	answer = look(ME, NULL);
	check_u64(answer.status, 200);
	check_u64(n_told(answer), 2);
	trace = (struct trace){ plain(answer), answer.body.len,
		house.n_indexed, house.n_unwrapped };
	house_close(&house);
	return trace;
}

static void
p5_an_answer_is_the_same_whether_the_rest_is_sealed_or_of_others(void)
{
	static const char other[] = HOUSE_REQUEST(HOUSE_PLATE,
	    "[\"owner.family\"]");

	for (size_t n = 0; n < 12; n += 5) {
		struct trace sealed = day(UNDER("24-777", LICENCE), n);
		struct trace others = day(other, n);

		check_str(str_of(sealed.plain), str_of(others.plain));
		check_u64(sealed.len, others.len);
		check_u64(sealed.len % LIMIT_SELF_BUCKET, 0);
		/* The work that leaves the process, too. */
		check_u64(sealed.n_indexed, others.n_indexed);
		check_u64(sealed.n_unwrapped, others.n_unwrapped);
		free(sealed.plain);
		free(others.plain);
	}
}

static void
p5_a_seal_lifts_with_its_ground_or_the_order_whichever_is_later(void)
{
	house_open(&house);
	house_ask(&house, "sue", "createInvestigation", NULL, NULL,
	    "{\"number\":\"D\",\"offence\":\"x\","
	    "\"sealed_until\":\"2026-11-25\"}");
	house_ask(&house, "sue", "createAssignment", "D", NULL,
	    "{\"requester\":\"amy\"}");
	ask(UNDER("D", LICENCE));
	ask(UNDER("24-777", LICENCE));
	check_u64(n_told(look(ME, NULL)), 0);
	house_ask(&house, "sue", "closeInvestigation", "D", NULL, NULL);
	check_u64(n_told(look(ME, NULL)), 0);
	instant_parse(&house.now_us, STR("2026-11-25T23:59:59Z"));
	check_u64(n_told(look(ME, NULL)), 0);
	instant_parse(&house.now_us, STR("2026-11-26T00:00:00Z"));
	check_u64(n_told(look(ME, NULL)), 1);
	house.gate.seal_us = INSTANT_DAY;
	house_ask(&house, "sue", "closeInvestigation", "24-777", NULL, NULL);
	house.now_us += INSTANT_DAY - 1;
	check_u64(n_told(look(ME, NULL)), 1);
	house.now_us += 1;
	check_u64(n_told(look(ME, NULL)), 2);
	house_close(&house);
}

static void
p5_what_is_asked_under_a_seal_and_refused_is_not_told_either(void)
{
	struct house_answer answer;

	house_open(&house);
	/* bob is not on the case. */
	answer = house_ask(&house, "bob", "createRequest", NULL, NULL,
	    UNDER("24-777", LICENCE));
	check_u64(answer.status, 403);
	check_u64(n_told(look(ME, NULL)), 0);
	answer = house_ask(&house, "bob", "createRequest", NULL, NULL,
	    UNDER("24-001", LICENCE));
	check_u64(answer.status, 403);
	check_u64(n_told(look(ME, NULL)), 1);
	house_close(&house);
}

/* One more case under seal, with a look-up about me that waits for it. */
static void
add_sealed(const struct digest *me, uint64_t i, int64_t lift_us)
{
	char number[32];
	struct store_seal row = { .ori = STR("NY0303000"),
		.kind = STR("investigation"),
		.lift_us = lift_us };
	struct store_flow flow = { row.ori, row.kind, { 0 }, STR("") };

	snprintf(number, sizeof(number), "M%llu", (unsigned long long)i);
	row.number = str_of(number);
	flow.number = row.number;
	check_u64(seals_put(house.store, &row), 0);
	check_u64(lookups_put(house.store, &flow,
		      (struct str){ (const char *)me->b, sizeof(me->b) }, 1000 + i,
		      house.now_us),
	    0);
}

static bool
is_told(const struct digest *me, uint64_t index)
{
	bool has = false;

	check_u64(lookups_has(house.store, &has,
		      (struct str){ (const char *)me->b, sizeof(me->b) },
		      index),
	    0);
	return has;
}

static void
seals_that_are_due_lift_some_at_a_time(void)
{
	struct digest me;
	size_t n = 0;

	house_open(&house);
	sha256_of(&me, "licence|NY|" ME, strlen("licence|NY|" ME));
	check_u64(store_begin(house.store), 0);
	for (uint64_t i = 0; i < LIMIT_SELF_LIFTS + 1; i++)
		add_sealed(&me, i, house.now_us + 1);
	check_u64(store_commit(house.store), 0);
	house.now_us += 2;
	/* Whoever looks: it is the time that lifts them. */
	look("987654321", NULL);
	for (uint64_t i = 0; i < LIMIT_SELF_LIFTS + 1; i++)
		n += is_told(&me, 1000 + i);
	check_u64(n, LIMIT_SELF_LIFTS);
	look("987654321", NULL);
	for (uint64_t i = 0; i < LIMIT_SELF_LIFTS + 1; i++)
		check(is_told(&me, 1000 + i));
	house_close(&house);
}

static void
a_page_is_full_before_there_is_a_next_one(void)
{
	struct house_answer answer;

	house_open(&house);
	for (size_t i = 0; i < LIMIT_SELF_PAGE; i++)
		ask(UNDER("24-001", LICENCE));
	answer = look(ME, NULL);
	check_u64(n_told(answer), LIMIT_SELF_PAGE);
	check(house_has(answer, "\"next\":null"));
	ask(UNDER("24-001", LICENCE));
	answer = look(ME, NULL);
	check_u64(n_told(answer), LIMIT_SELF_PAGE);
	check(!house_has(answer, "\"next\":null"));
	check_u64(n_told(look(ME, "0")), 0);
	check_u64(look(ME, "-1").status, 400);
	check_u64(look(ME, "18446744073709551616").status, 400);
	house_close(&house);
}

static void
p6_what_was_erased_is_told_of_without_its_values(void)
{
	struct house_answer answer;
	uint64_t index;

	house_open(&house);
	index = house_size(&house);
	ask(UNDER("24-001", LICENCE));
	check_u64(store_begin(house.store), 0);
	check_u64(entries_erase_sealed(house.store, index), 0);
	check_u64(store_commit(house.store), 0);
	answer = look(ME, NULL);
	check_u64(n_told(answer), 1);
	check(house_has(answer, "\"erased\":true"));
	check(house_has(answer, "\"agency\":null"));
	house_close(&house);
}

static void
p6_an_erasure_forgets_whom_it_was_about(void)
{
	struct house_answer answer;

	house_open(&house);
	house.gate.keep_us[ENTRY_REQUEST] = INSTANT_DAY;
	ask(UNDER("24-001", LICENCE));
	ask(UNDER("24-777", LICENCE));
	house.now_us += 2 * INSTANT_DAY;
	check_u64(n_told(look(ME, NULL)), 1);
	answer = house_ask(&house, "dot", "createErasure", NULL, NULL,
	    "{\"role\":\"data_owner\"}");
	check_u64(answer.status, 201);
	check_u64(n_told(look(ME, NULL)), 0);
	house_ask(&house, "sue", "closeInvestigation", "24-777", NULL, NULL);
	check_u64(n_told(look(ME, NULL)), 0);
	house_close(&house);
}

static void
p1_a_keeper_that_is_down_means_no_answer(void)
{
	struct house_answer answer;

	house_open(&house);
	ask(UNDER("24-001", LICENCE));
	house.is_index_down = true;
	answer = look(ME, NULL);
	check_u64(answer.status, 503);
	check_u64(n_told(answer), 0);
	house.is_index_down = false;
	house.is_signing_down = true;
	check_u64(look(ME, NULL).status, 503);
	house.is_signing_down = false;
	check_u64(n_told(look(ME, NULL)), 1);
	house_close(&house);
}

static void
a_token_of_a_batch_that_was_taken_back_is_not_used_up(void)
{
	const char *token;

	house_open(&house);
	token = house_token(&house, ME);
	house.token = token;
	house.is_keeper_down = true;
	check_u64(house_ask(&house, "portal", "getSelfDisclosures", NULL, NULL,
		      NULL).status, 503);
	house.is_keeper_down = false;
	check_u64(house_ask(&house, "portal", "getSelfDisclosures", NULL, NULL,
		      NULL).status, 200);
	check_u64(house_ask(&house, "portal", "getSelfDisclosures", NULL, NULL,
		      NULL).status, 403);
	house.token = NULL;
	house_close(&house);
}

static void
h1_a_complaint_holds_so_much_and_no_more(void)
{
	char text[LIMIT_COMPLAINT_TEXT + 2];
	uint64_t index;

	house_open(&house);
	index = house_size(&house);
	ask(UNDER("24-001", LICENCE));
	memset(text, 'x', sizeof(text));
	text[LIMIT_COMPLAINT_TEXT + 1] = '\0';
	check_u64(complain(index, text).status, 400);
	text[LIMIT_COMPLAINT_TEXT] = '\0';
	check_u64(complain(index, text).status, 201);
	check_u64(complain(index, text).status, 409);
	house_close(&house);
}

static void
the_queue_shows_the_oldest(void)
{
	struct house_answer answer;
	json_t *json;

	house_open(&house);
	check_u64((uint64_t)store_begin(house.store), 0);
	for (uint64_t i = 0; i < LIMIT_COMPLAINTS + 1; i++) {
		struct digest who = { { (uint8_t)i, (uint8_t)(i >> 8) } };
		char id[32];
		struct store_complaint row = { .index = i,
			.subject = { (char *)who.b, 32 },
			.reason = STR("other"),
			.state = COMPLAINTS_RECEIVED,
			.created_us = (int64_t)i };

		snprintf(id, sizeof(id), "C%06llu", (unsigned long long)i);
		row.id = str_of(id);
		check_u64((uint64_t)complaints_put(house.store, &row), 0);
	}
	check_u64((uint64_t)store_commit(house.store), 0);
	answer = house_ask(&house, "pam", "listComplaints", NULL, NULL,
	    NULL);
	json = json_loadb(answer.body.p, answer.body.len, 0, NULL);
	check_u64(json_array_size(json_object_get(json, "waiting")),
	    LIMIT_COMPLAINTS);
	json_decref(json);
	check(house_has(answer, "C000000") && !house_has(answer, "C000100"));
	check_u64(house_ask(&house, "amy", "listComplaints", NULL, NULL, NULL)
		      .status,
	    403);
	house_close(&house);
}

static const struct tap_test tests[] = {
	TEST(p5_an_answer_is_the_same_whether_the_rest_is_sealed_or_of_others),
	TEST(p5_a_seal_lifts_with_its_ground_or_the_order_whichever_is_later),
	TEST(p5_what_is_asked_under_a_seal_and_refused_is_not_told_either),
	TEST(seals_that_are_due_lift_some_at_a_time),
	TEST(a_page_is_full_before_there_is_a_next_one),
	TEST(p6_what_was_erased_is_told_of_without_its_values),
	TEST(p6_an_erasure_forgets_whom_it_was_about),
	TEST(p1_a_keeper_that_is_down_means_no_answer),
	TEST(a_token_of_a_batch_that_was_taken_back_is_not_used_up),
	TEST(h1_a_complaint_holds_so_much_and_no_more),
	TEST(the_queue_shows_the_oldest),
};

TAP_MAIN(tests)
