/* Replays: the same Idempotency-Key, the same bytes, one entry. */
#include "house.h"
#include "tap.h"

static struct house house;

static const char body[] = HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]");
static const char photo[] = HOUSE_REQUEST(
    "{\"licence\":{\"state\":\"NY\",\"number\":\"123456789\"}}",
    "[\"person.photo\"]");

static struct house_answer
ask(const char *who, const char *key, const char *what)
{
	return house_ask(&house, who, "createRequest", NULL, key, what);
}

/* Other requests, so that the log grows past what is replayed. */
static void
ask_others(size_t n)
{
	static const char *who[LIMIT_BATCH];
	static const char *bodies[LIMIT_BATCH];
	static struct house_answer answers[LIMIT_BATCH];

	for (size_t i = 0; i < n; i++) {
		who[i] = "amy";
		bodies[i] = body;
	}
	house_ask_all(&house, answers, who, bodies, n);
	check_u64(answers[n - 1].status, 200);
}

/* The same answer and nothing new in the log. */
static void
check_again(const char *who, const char *key, const char *what,
    struct house_answer first)
{
	uint64_t size = house_size(&house);
	struct house_answer again = ask(who, key, what);

	check_u64(again.status, first.status);
	check_str(again.type, first.type);
	check_str(again.body, first.body);
	check_u64(house_size(&house), size);
}

static void
a_key_gets_the_same_bytes_and_counts_once(void)
{
	struct house_answer first;

	house_open(&house);
	first = ask("amy", "k1", body);
	check_u64(first.status, 200);
	check_again("amy", "k1", body, first);
	ask_others(3);
	check_again("amy", "k1", body, first);
	check_u64(house.fixture.n_fetches, 4);
	check_u64(ask("bob", "k1", body).status, 403);
	house_close(&house);
}

static void
a_key_gets_the_same_bytes_after_a_restart(void)
{
	struct house_answer early;
	struct house_answer late;

	house_open(&house);
	early = ask("amy", "early", body);
	late = ask("amy", "late", body);
	/* Nobody but the keeper has the checkpoint over the last one now. */
	house_restart(&house);
	check_again("amy", "late", body, late);
	check_again("amy", "early", body, early);
	ask_others(1);
	house_restart(&house);
	check_again("amy", "late", body, late);
	check_again("amy", "early", body, early);
	house_close(&house);
}

static void
a_key_gets_the_same_bytes_when_the_tree_has_grown_far(void)
{
	struct house_answer answers[6];
	char key[16];

	house_open(&house);
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		snprintf(key, sizeof(key), "grown-%zu", i);
		answers[i] = ask("amy", key, body);
		/* Ends of tiles at 256 and 512, and places on both sides. */
		ask_others(i == 0 ? 10 : 97 + i);
	}
	house_restart(&house);
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		snprintf(key, sizeof(key), "grown-%zu", i);
		check_again("amy", key, body, answers[i]);
	}
	house_close(&house);
}

static void
refusals_are_replayed_and_what_failed_here_is_not(void)
{
	struct house_answer denied;

	house_open(&house);
	denied = ask("bob", "d", body);
	check_u64(denied.status, 403);
	house_restart(&house);
	check_again("bob", "d", body, denied);
	house.fixture.is_down = true;
	check_u64(ask("amy", "source", body).status, 503);
	house.fixture.is_down = false;
	check_u64(ask("amy", "source", body).status, 200);
	/* Down for the index, up again for the signature. */
	house.is_index_down = true;
	check_u64(ask("amy", "keeper", body).status, 503);
	house.is_index_down = false;
	check_u64(ask("amy", "keeper", body).status, 200);
	house_close(&house);
}

static void
a_key_gets_the_first_answer_whatever_was_decided_since(void)
{
	struct house_answer first;
	struct house_answer now;
	char id[64];

	house_open(&house);
	first = ask("amy", "r", photo);
	check_u64(first.status, 202);
	snprintf(id, sizeof(id), "%.*s",
	    STR_ARG(house_member(&house, first, "id")));
	check_u64(house_ask(&house, "sue", "createApproval", id, NULL,
		      "{\"role\":\"supervisor\",\"granted\":true,"
		      "\"reason\":\"shown to the witness\"}")
		      .status,
	    201);
	check_again("amy", "r", photo, first);
	now = house_ask(&house, "amy", "getRequest", id, NULL, NULL);
	check_u64(now.status, 200);
	check(house_has(now, "PHOTOBYTES"));
	house_close(&house);
}

static void
a_key_with_another_request_is_refused(void)
{
	house_open(&house);
	check_u64(ask("amy", "k", body).status, 200);
	check_u64(ask("amy", "k",
		      HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.given\"]"))
		      .status,
	    422);
	house_close(&house);
}

static void
a_key_is_free_again_once_it_has_expired(void)
{
	struct house_answer first;
	struct house_answer second;
	int64_t hours = LIMIT_IDEMPOTENCY_HOURS;

	house_open(&house);
	first = ask("amy", "k", body);
	house.now_us += INT64_C(3600) * 1000000 * hours - 1;
	check_again("amy", "k", body, first);
	house.now_us += 1;
	second = ask("amy", "k", body);
	check_u64(second.status, 200);
	check_u64(house.fixture.n_fetches, 2);
	/* From here on the newer answer is meant. */
	check_again("amy", "k", body, second);
	house_close(&house);
}

static void
an_erased_answer_is_not_given_again(void)
{
	struct house_answer answer;

	house_open(&house);
	answer = ask("amy", "k", body);
	check_u64(answer.status, 200);
	check(store_begin(house.store) == 0);
	check(entries_erase_sealed(house.store, house_size(&house) - 1) == 0);
	check(store_commit(house.store) == 0);
	answer = ask("amy", "k", body);
	check_u64(answer.status, 410);
	check(!house_has(answer, "OWNERNAME"));
	house_close(&house);
}

static const struct tap_test tests[] = {
	TEST(a_key_gets_the_same_bytes_and_counts_once),
	TEST(a_key_gets_the_same_bytes_after_a_restart),
	TEST(a_key_gets_the_same_bytes_when_the_tree_has_grown_far),
	TEST(refusals_are_replayed_and_what_failed_here_is_not),
	TEST(a_key_gets_the_first_answer_whatever_was_decided_since),
	TEST(a_key_with_another_request_is_refused),
	TEST(a_key_is_free_again_once_it_has_expired),
	TEST(an_erased_answer_is_not_given_again),
};

TAP_MAIN(tests)
