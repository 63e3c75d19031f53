/* The path under a simulator: promises P1 to P9 as the gate keeps them. */
#include "house.h"
#include "tap.h"
#include "tlog/merkle.h"
#include "tlog/receipt.h"

static struct house house;

static struct house_answer
ask(const char *who, const char *body)
{
	return house_ask(&house, who, "createRequest", NULL, NULL, body);
}

/* Whether the receipt in the answer verifies with the log's key alone. */
static bool
receipt_holds(struct house_answer answer)
{
	struct str text = house_member(&house, answer, "receipt");
	struct tlog_checkpoint checkpoint;
	struct tlog_receipt receipt;
	struct digest leaf;
	size_t end;

	if (tlog_receipt_parse(&receipt, &house.arena, text) != 0)
		return false;
	end = str_find(receipt.extra, '~', 0);
	tlog_merkle_leaf(&leaf, str_part(receipt.extra, 0, end));
	return tlog_receipt_verify(&receipt, &checkpoint, &leaf,
		   &house.signer.key) == 0;
}

static void
a_grounded_request_is_answered_with_the_least_marked_and_receipted(void)
{
	struct house_answer answer;

	house_open(&house);
	answer = ask("amy",
	    HOUSE_REQUEST(HOUSE_PLATE,
		"[\"owner.family\",\"owner.address.zip\"]"));
	check_u64(answer.status, 200);
	check(house_has(answer, "OWNERNAME"));
	check(house_has(answer, "12207"));
	check(!house_has(answer, "SECRET LANE"));
	check(!house_has(answer, "GIVENNAME"));
	check(house_has(answer, "FOR OFFICIAL USE ONLY"));
	check(house_has(answer, "\"mark\":\"DPPA//FOUO\"") ||
	    house_has(answer, "\"mark\":\"FOUO//DPPA\""));
	check(house_has(answer, "extract:90d"));
	check(receipt_holds(answer));
	house_close(&house);
}

static void
p1_nothing_is_disclosed_when_the_checkpoint_cannot_be_signed(void)
{
	struct house_answer answer;
	uint64_t size;

	house_open(&house);
	house.is_signing_down = true;
	answer = ask("amy", HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]"));
	check_u64(answer.status, 503);
	check(house_has(answer, "log-unavailable"));
	check(!house_has(answer, "OWNERNAME"));
	house.is_signing_down = false;
	size = house_size(&house);
	answer = ask("amy", HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]"));
	check_u64(answer.status, 200);
	check_u64(house_size(&house), size + 1);
	check(receipt_holds(answer));
	house_close(&house);
}

static void
p1_a_keeper_that_is_down_before_the_decision_means_no_answer(void)
{
	struct house_answer answer;

	house_open(&house);
	house.is_keeper_down = true;
	answer = ask("amy", HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]"));
	check_u64(answer.status, 503);
	check_u64(house.fixture.n_fetches, 0);
	house_close(&house);
}

static void
p1_a_rolled_back_log_gets_no_signature_and_no_answer(void)
{
	struct house_answer answer;

	house_open(&house);
	answer = ask("amy", HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]"));
	check_u64(answer.status, 200);
	/* The keeper remembers a longer log than the store now has. */
	house.signed_size += 5;
	house.gate.knows_keeper = false;
	answer = ask("amy", HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]"));
	check_u64(answer.status, 503);
	check(house.gate.is_refused);
	answer = house_ask(&house, "amy", "readyz", NULL, NULL, NULL);
	check_u64(answer.status, 503);
	check(house_has(answer, "rolled back"));
	house_close(&house);
}

static void
p2_hostile_1_two_persons_in_one_request_are_refused_and_logged(void)
{
	static const char *const bodies[] = {
		HOUSE_REQUEST("[" HOUSE_PLATE "," HOUSE_PLATE "]",
		    "[\"owner.family\"]"),
		HOUSE_REQUEST("{\"vin\":\"1M8GDM9AXKP042788\",\"licence\":{"
			      "\"state\":\"NY\",\"number\":\"123456789\"}}",
		    "[\"owner.family\"]"),
		HOUSE_REQUEST("{\"plate\":{\"state\":\"NY\",\"number\":["
			      "\"ABC1234\",\"XYZ\"],\"year\":2026,"
			      "\"type\":\"PC\"}}",
		    "[\"owner.family\"]"),
	};

	house_open(&house);
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		uint64_t size = house_size(&house);
		struct house_answer answer = ask("amy", bodies[i]);

		check_u64(answer.status, 400);
		check_str(house_member(&house, answer, "code"),
		    STR("one-person"));
		check_u64(house_size(&house), size + 1);
		check(receipt_holds(answer));
	}
	check_u64(house.fixture.n_fetches, 0);
	house_close(&house);
}

static void
hostile_3_wildcards_and_partial_keys_are_refused(void)
{
	static const char *const subjects[] = {
		HOUSE_REQUEST("{\"plate\":{\"state\":\"NY\",\"number\":"
			      "\"7K*\",\"year\":2026,\"type\":\"PC\"}}",
		    "[\"owner.family\"]"),
		HOUSE_REQUEST("{\"plate\":{\"number\":\"ABC1234\"}}",
		    "[\"owner.family\"]"),
		HOUSE_REQUEST("{\"person\":{\"family\":\"SMITH\",\"given\":"
			      "\"JOHN\"}}",
		    "[\"person.family\"]"),
		HOUSE_REQUEST("{\"person\":{\"family\":\"S\",\"given\":"
			      "\"J\",\"birth_date\":\"1980-01-01\"}}",
		    "[\"person.family\"]"),
		HOUSE_REQUEST("{\"licence\":{\"state\":\"NY\",\"number\":"
			      "\"%\"}}",
		    "[\"person.family\"]"),
	};

	house_open(&house);
	for (size_t i = 0; i < ARRAY_LEN(subjects); i++) {
		struct house_answer answer = ask("amy", subjects[i]);

		check_u64(answer.status, 400);
		check(house_has(answer, "/subject"));
	}
	check_u64(house.fixture.n_fetches, 0);
	house_close(&house);
}

static void
p3_nothing_is_fetched_for_a_refused_request(void)
{
	struct house_answer answer;

	house_open(&house);
	answer = ask("bob", HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]"));
	check_u64(answer.status, 403);
	check(house_has(answer, "not-assigned"));
	check(house_has(answer, "\"remedy\""));
	check_u64(house.fixture.n_fetches, 0);
	answer = ask("old", HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]"));
	check(house_has(answer, "training-lapsed"));
	answer = ask("out", HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]"));
	check(house_has(answer, "requester-inactive"));
	check_u64(house.fixture.n_fetches, 0);
	house_close(&house);
}

/* The parts of a body that may differ: ids, time, index, receipt. */
static struct str
core_of(struct house_answer answer)
{
	static const char *const own[] = { "\"id\":\"", "\"index\":",
		"\"time\":\"" };
	struct str out = arena_str(&house.arena, answer.body);
	char *p = arena_dup(&house.arena, out.p, out.len);

	/* The receipt names the entry: an id in many words. */
	if (strstr(p, "\"receipt\":") != NULL)
		*strstr(p, "\"receipt\":") = '\0';
	for (size_t i = 0; i < ARRAY_LEN(own); i++) {
		char *at = strstr(p, own[i]);

		if (at == NULL)
			continue;
		for (at += strlen(own[i]); *at != '"' && *at != ','; at++)
			*at = 'x';
	}
	return str_of(p);
}

/* Whatever is in the records, and whether it is there at all. */
static void
p5_a_refusal_says_what_would_make_it_lawful_and_nothing_of_the_record(void)
{
	static const char body[] =
	    "{\"subject\":{\"plate\":{\"state\":\"NY\",\"number\":\"%s\","
	    "\"year\":2026,\"type\":\"PC\"}},\"ground\":{\"investigation\":"
	    "\"%s\"},\"purpose\":\"dppa-1\",\"end_use\":\"criminal\","
	    "\"fields\":[\"owner.address.street\"],\"reason\":"
	    "\"a reason in words\"}";
	static const char *const plates[] = { "ABC1234", "NONE111", "TWO2222",
		"SEAL111", "PROT111" };
	struct str first = STR("");
	struct str core;
	struct house_answer answer;
	char text[600];

	house_open(&house);
	for (size_t i = 0; i < ARRAY_LEN(plates); i++) {
		snprintf(text, sizeof(text), body, plates[i], "24-001");
		answer = ask("bob", text);
		check_u64(answer.status, 403);
		check(house_has(answer, "\"lawful_if\":[\"Permitted if you are "
		    "assigned to the investigation.\"]"));
		/* Entries are counted with more and more digits. */
		core = str_of(strstr(core_of(answer).p, "\"decision\""));
		if (i == 0)
			first = core;
		check_str(core, first);
		/* What depends on the record has no advice. */
		snprintf(text, sizeof(text), body, plates[i], "24-001");
		answer = ask("amy", text);
		check(answer.status == 200 || answer.status == 404);
		check(!house_has(answer, "lawful_if"));
	}
	snprintf(text, sizeof(text), body, "ABC1234", "99-000");
	answer = ask("old", text);
	check(house_has(answer, "\"lawful_if\":[\"Permitted if your agency has "
	    "registered the investigation with the holder, it is your own "
	    "agency's, it is open, you are assigned to it and your training "
	    "is in date.\"]"));
	/* Nothing that anybody can change would do. */
	answer = ask("amy",
	    HOUSE_REQUEST("{\"person\":{\"family\":\"Officer\",\"given\":"
			  "\"Amy\",\"birth_date\":\"1980-01-01\"}}",
		"[\"person.family\"]"));
	check_u64(answer.status, 403);
	check(!house_has(answer, "lawful_if"));
	house_close(&house);
}

static void
hostile_8_a_case_that_is_closed_or_unknown_or_foreign_is_refused(void)
{
	static const char body[] =
	    "{\"subject\":" HOUSE_PLATE ",\"ground\":{\"investigation\":"
	    "\"%s\"},\"purpose\":\"dppa-1\",\"end_use\":\"criminal\","
	    "\"fields\":[\"owner.family\"],\"reason\":\"a reason in words\"}";
	char text[600];
	struct house_answer answer;

	house_open(&house);
	snprintf(text, sizeof(text), body, "23-999");
	answer = ask("amy", text);
	check(answer.status == 403 &&
	    house_has(answer, "investigation-closed"));
	snprintf(text, sizeof(text), body, "99-000");
	answer = ask("amy", text);
	check(answer.status == 403 && house_has(answer, "ground-unknown"));
	snprintf(text, sizeof(text), body, "24-001");
	answer = ask("zed", text);
	check(answer.status == 403 && house_has(answer, "ground-unknown"));
	house_close(&house);
}

static void
p4_what_is_disclosed_was_requested_and_permitted(void)
{
	struct house_answer answer;

	house_open(&house);
	answer = ask("amy",
	    HOUSE_REQUEST("{\"licence\":{\"state\":\"NY\",\"number\":"
			  "\"123456789\"}}",
		"[\"licence.status\",\"person.ssn\"]"));
	check_u64(answer.status, 200);
	check(house_has(answer, "\"LIC\""));
	check(!house_has(answer, "DRIVERNAME"));
	check(house_has(answer, "never-disclosed"));
	answer = ask("amy",
	    HOUSE_REQUEST(
		"{\"plate\":{\"state\":\"NY\",\"number\":\"PROT111\","
		"\"year\":2026,\"type\":\"PC\"}}",
		"[\"owner.family\",\"owner.address.street\"]"));
	check_u64(answer.status, 200);
	check(house_has(answer, "PROTECTEDNAME"));
	check(!house_has(answer, "SECRET LANE"));
	house_close(&house);
}

static void
p4_an_instrument_narrows_to_what_it_names(void)
{
	struct house_answer answer;

	house_open(&house);
	answer = house_ask(&house, "sue", "createInstrument", NULL, NULL,
	    "{\"number\":\"SUB-1\",\"kind\":\"court-subpoena\",\"court\":"
	    "\"Albany County\",\"docket\":\"D-1\",\"issued\":\"2026-11-01\","
	    "\"expires\":\"2026-12-31\",\"scope\":[\"licence.status\"],"
	    "\"subjects\":[{\"licence\":{\"state\":\"NY\",\"number\":"
	    "\"123456789\"}}]}");
	check_u64(answer.status, 201);
	answer = ask("amy",
	    "{\"subject\":{\"licence\":{\"state\":\"NY\",\"number\":"
	    "\"123456789\"}},\"ground\":{\"investigation\":\"24-001\"},"
	    "\"instrument\":\"SUB-1\",\"purpose\":\"dppa-1\",\"end_use\":"
	    "\"criminal\",\"fields\":[\"licence.status\",\"person.photo\","
	    "\"person.family\"],\"reason\":\"as the subpoena says\"}");
	check_u64(answer.status, 200);
	check(house_has(answer, "\"LIC\""));
	check(!house_has(answer, "PHOTOBYTES"));
	check(!house_has(answer, "DRIVERNAME"));
	check(house_has(answer, "not-in-scope"));
	house_close(&house);
}

static void
p5_none_many_sealed_and_withheld_are_one_answer(void)
{
	static const char body[] =
	    "{\"subject\":{\"plate\":{\"state\":\"NY\",\"number\":\"%s\","
	    "\"year\":2026,\"type\":\"PC\"}},\"ground\":{\"investigation\":"
	    "\"24-001\"},\"purpose\":\"dppa-1\",\"end_use\":\"criminal\","
	    "\"fields\":[\"owner.address.street\"],\"reason\":"
	    "\"a reason in words\"}";
	static const char *const plates[] = { "NONE111", "TWO2222", "SEAL111",
		"PROT111" };
	struct str first = STR("");
	size_t first_leaf = 0;

	house_open(&house);
	for (size_t i = 0; i < ARRAY_LEN(plates); i++) {
		struct house_answer answer;
		char text[600];
		struct str leaf;

		snprintf(text, sizeof(text), body, plates[i]);
		answer = ask("amy", text);
		leaf = house_leaf(&house, house_size(&house) - 1);
		check_u64(answer.status, 404);
		check_str(house_member(&house, answer, "code"),
		    STR("no-disclosable-record"));
		if (i == 0) {
			first = core_of(answer);
			first_leaf = leaf.len;
		}
		check_str(core_of(answer), first);
		check_u64(leaf.len, first_leaf);
		check(receipt_holds(answer));
	}
	house_close(&house);
}

static void
p6_no_value_of_a_person_is_in_the_log_in_the_clear(void)
{
	static const char *const values[] = { "OWNERNAME", "SECRET", "12207",
		"ABC1234", "24-001", "amy", "NY0303000", "scene", "192.0.2.7",
		"owner.family" };
	struct str leaf;

	house_open(&house);
	check_u64(ask("amy",
		      HOUSE_REQUEST(HOUSE_PLATE,
			  "[\"owner.family\",\"owner.address.zip\"]"))
		      .status,
	    200);
	leaf = house_leaf(&house, house_size(&house) - 1);
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		check(memmem(leaf.p, leaf.len, values[i], strlen(values[i])) ==
		    NULL);
	check(memmem(leaf.p, leaf.len, "\"subject\":[{\"...\":\"", 19) !=
	    NULL);
	house_close(&house);
}

static void
p6_entries_of_one_kind_have_one_shape_whatever_they_hold(void)
{
	size_t permitted;
	size_t refused;

	house_open(&house);
	check_u64(ask("amy", HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]"))
		      .status,
	    200);
	permitted = house_leaf(&house, house_size(&house) - 1).len;
	check_u64(ask("amy", HOUSE_REQUEST("{}", "[]")).status, 400);
	refused = house_leaf(&house, house_size(&house) - 1).len;
	/* The open decision word alone differs: permit, deny. */
	check_u64(permitted - strlen("permit"), refused - strlen("deny"));
	house_close(&house);
}

static void
p7_every_event_of_a_known_asker_is_one_entry(void)
{
	struct house_answer answer;
	uint64_t size;

	house_open(&house);
	size = house_size(&house);
	ask("amy", HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]"));
	ask("bob", HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]"));
	ask("amy", HOUSE_REQUEST("{}", "[\"nonsense\"]"));
	house_ask(&house, "sue", "createInvestigation", NULL, NULL,
	    "{\"number\":\"24-777\",\"offence\":\"2401\"}");
	house_ask(&house, "amy", "createInvestigation", NULL, NULL,
	    "{\"number\":\"24-778\",\"offence\":\"2401\"}");
	house_ask(&house, "amy", "getReceipt", "0", NULL, NULL);
	check_u64(house_size(&house), size + 6);
	answer = ask("nobody", HOUSE_REQUEST(HOUSE_PLATE, "[]"));
	check_u64(answer.status, 403);
	check_str(house_member(&house, answer, "code"), STR("unknown-client"));
	check_u64(house_size(&house), size + 6);
	house_close(&house);
}

static void
p8_budgets_survive_a_restart(void)
{
	char body[600];
	struct house_answer answer = { 0 };

	house_open(&house);
	for (int i = 0; i < 51; i++) {
		snprintf(body, sizeof(body),
		    "{\"subject\":{\"plate\":{\"state\":\"NY\",\"number\":"
		    "\"SEQ%04d\",\"year\":2026,\"type\":\"PC\"}},\"ground\":{"
		    "\"investigation\":\"24-001\"},\"purpose\":\"dppa-1\","
		    "\"end_use\":\"criminal\",\"fields\":[\"owner.family\"],"
		    "\"reason\":\"a reason in words\"}",
		    i);
		if (i == 30)
			house_restart(&house);
		house.now_us += 1000;
		answer = ask("amy", body);
		check_u64(answer.status, i < 50 ? 404 : 202);
	}
	check(house_has(answer, "too-many-persons"));
	check(house_has(answer, "\"needs\":[\"supervisor\"]"));
	/* The same subject again costs nothing. */
	answer = ask("amy",
	    HOUSE_REQUEST("{\"plate\":{\"state\":\"NY\",\"number\":"
			  "\"SEQ0000\",\"year\":2026,\"type\":\"PC\"}}",
		"[\"owner.family\"]"));
	check_u64(answer.status, 404);
	house_close(&house);
}

static const char photo[] =
    HOUSE_REQUEST("{\"licence\":{\"state\":\"NY\",\"number\":\"123456789\"}}",
	"[\"person.photo\"]");

static void
a_referred_request_is_decided_again_by_another_person(void)
{
	struct house_answer answer;
	char id[64];

	house_open(&house);
	answer = ask("amy", photo);
	check_u64(answer.status, 202);
	check(house_has(answer, "highly-restricted"));
	check(!house_has(answer, "PHOTOBYTES"));
	snprintf(id, sizeof(id), "%.*s",
	    STR_ARG(house_member(&house, answer, "id")));
	answer = house_ask(&house, "sue", "createApproval", id, NULL,
	    "{\"role\":\"supervisor\",\"granted\":true,\"reason\":"
	    "\"needed to identify the suspect\"}");
	check_u64(answer.status, 201);
	check_str(house_member(&house, answer, "decision"), STR("permit"));
	check(!house_has(answer, "PHOTOBYTES"));
	answer = house_ask(&house, "amy", "getRequest", id, NULL, NULL);
	check_u64(answer.status, 200);
	check(house_has(answer, "PHOTOBYTES"));
	check(receipt_holds(answer));
	/* Others do not learn that it exists. */
	answer = house_ask(&house, "bob", "getRequest", id, NULL, NULL);
	check_u64(answer.status, 404);
	house_close(&house);
}

static void
p9_hostile_17_nobody_approves_their_own_request(void)
{
	struct house_answer answer;
	char id[64];

	house_open(&house);
	answer = house_ask(&house, "sue", "createAssignment", "24-001", NULL,
	    "{\"requester\":\"sue\"}");
	check_u64(answer.status, 201);
	answer = ask("sue", photo);
	check_u64(answer.status, 202);
	snprintf(id, sizeof(id), "%.*s",
	    STR_ARG(house_member(&house, answer, "id")));
	answer = house_ask(&house, "sue", "createApproval", id, NULL,
	    "{\"role\":\"supervisor\",\"granted\":true,\"reason\":\"mine\"}");
	check_u64(answer.status, 403);
	check_str(house_member(&house, answer, "code"), STR("own-request"));
	answer = house_ask(&house, "amy", "createApproval", id, NULL,
	    "{\"role\":\"supervisor\",\"granted\":true,\"reason\":\"no\"}");
	check_u64(answer.status, 403);
	answer = house_ask(&house, "zed", "createApproval", id, NULL,
	    "{\"role\":\"supervisor\",\"granted\":true,\"reason\":\"no\"}");
	check_u64(answer.status, 404);
	house_close(&house);
}

static void
hostile_18_an_approval_counts_once_and_not_after_it_expired(void)
{
	static const char yes[] = "{\"role\":\"supervisor\",\"granted\":true,"
				  "\"reason\":\"a reason\"}";
	struct house_answer answer;
	char id[64];

	house_open(&house);
	answer = ask("amy", photo);
	snprintf(id, sizeof(id), "%.*s",
	    STR_ARG(house_member(&house, answer, "id")));
	check_u64(house_ask(&house, "sue", "createApproval", id, NULL, yes)
		      .status,
	    201);
	check_u64(house_ask(&house, "sue", "createApproval", id, NULL, yes)
		      .status,
	    409);
	answer = ask("amy", photo);
	snprintf(id, sizeof(id), "%.*s",
	    STR_ARG(house_member(&house, answer, "id")));
	house.now_us += INT64_C(1000000) * 3600 * (LIMIT_REFERRAL_HOURS + 1);
	check_u64(house_ask(&house, "sue", "createApproval", id, NULL, yes)
		      .status,
	    410);
	house_close(&house);
}

static void
hostile_19_an_approved_request_is_judged_by_the_case_as_it_is_then(void)
{
	struct house_answer answer;
	char id[64];

	house_open(&house);
	answer = ask("amy", photo);
	snprintf(id, sizeof(id), "%.*s",
	    STR_ARG(house_member(&house, answer, "id")));
	answer = house_ask(&house, "sue", "closeInvestigation", "24-001", NULL,
	    "{}");
	check_u64(answer.status, 200);
	answer = house_ask(&house, "sue", "createApproval", id, NULL,
	    "{\"role\":\"supervisor\",\"granted\":true,\"reason\":\"late\"}");
	check_u64(answer.status, 201);
	check_str(house_member(&house, answer, "decision"), STR("deny"));
	answer = house_ask(&house, "amy", "getRequest", id, NULL, NULL);
	check(!house_has(answer, "PHOTOBYTES"));
	check(house_has(answer, "investigation-closed"));
	house_close(&house);
}

static void
a_batch_is_one_commit_and_one_signature(void)
{
	const char *who[100];
	const char *bodies[100];
	struct house_answer answers[100];
	size_t n_signed;
	uint64_t size;

	house_open(&house);
	for (size_t i = 0; i < 100; i++) {
		who[i] = i % 2 == 0 ? "amy" : "bob";
		bodies[i] = HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]");
	}
	n_signed = house.n_signed;
	size = house_size(&house);
	house_ask_all(&house, answers, who, bodies, 100);
	check_u64(house.n_signed, n_signed + 1);
	check_u64(house_size(&house), size + 100);
	for (size_t i = 0; i < 100; i++) {
		check_u64(answers[i].status, i % 2 == 0 ? 200 : 403);
		check(receipt_holds(answers[i]));
	}
	house_close(&house);
}

static void
hostile_38_a_clock_that_ran_back_stops_answers_until_it_is_right(void)
{
	struct house_answer answer;

	house_open(&house);
	ask("amy", HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]"));
	house.now_us -= INT64_C(3600) * 1000000;
	answer = ask("amy", HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]"));
	check_u64(answer.status, 503);
	check_str(house_member(&house, answer, "code"), STR("clock"));
	house.now_us += INT64_C(7200) * 1000000;
	answer = ask("amy", HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]"));
	check_u64(answer.status, 200);
	house_close(&house);
}

static void
hostile_9_a_person_the_case_does_not_name_waits_for_a_supervisor(void)
{
	static const char body[] =
	    "{\"subject\":{\"plate\":{\"state\":\"NY\",\"number\":\"%s\","
	    "\"year\":2026,\"type\":\"PC\"}},\"ground\":{\"investigation\":"
	    "\"24-555\"},\"purpose\":\"dppa-1\",\"end_use\":\"criminal\","
	    "\"fields\":[\"owner.family\"],\"reason\":\"a reason in words\"}";
	struct house_answer answer;
	char text[600];

	house_open(&house);
	check_u64(house_ask(&house, "sue", "createInvestigation", NULL, NULL,
		      "{\"number\":\"24-555\",\"offence\":\"1\",\"subjects\":"
		      "[" HOUSE_PLATE "]}")
		      .status,
	    201);
	check_u64(house_ask(&house, "sue", "createAssignment", "24-555", NULL,
		      "{\"requester\":\"amy\"}")
		      .status,
	    201);
	snprintf(text, sizeof(text), body, "ABC1234");
	check_u64(ask("amy", text).status, 200);
	snprintf(text, sizeof(text), body, "PROT111");
	answer = ask("amy", text);
	check_u64(answer.status, 202);
	check(house_has(answer, "subject-not-in-case"));
	check(!house_has(answer, "PROTECTEDNAME"));
	house_close(&house);
}

static void
an_approver_who_says_no_ends_the_request(void)
{
	struct house_answer answer;
	char id[64];

	house_open(&house);
	answer = ask("amy", photo);
	snprintf(id, sizeof(id), "%.*s",
	    STR_ARG(house_member(&house, answer, "id")));
	answer = house_ask(&house, "sue", "createApproval", id, NULL,
	    "{\"role\":\"supervisor\",\"granted\":false,\"reason\":\"no\"}");
	check_u64(answer.status, 201);
	check_str(house_member(&house, answer, "decision"), STR("deny"));
	answer = house_ask(&house, "amy", "getRequest", id, NULL, NULL);
	check_u64(answer.status, 403);
	check(house_has(answer, "approval was refused"));
	house_close(&house);
}

static void
p9_who_a_request_is_for_does_not_approve_it_either(void)
{
	struct house_answer answer;
	char id[64];

	house_open(&house);
	check_u64(house_ask(&house, "sue", "createAssignment", "24-001", NULL,
		      "{\"requester\":\"sue\"}")
		      .status,
	    201);
	answer = ask("amy",
	    "{\"subject\":{\"licence\":{\"state\":\"NY\",\"number\":"
	    "\"123456789\"}},\"ground\":{\"investigation\":\"24-001\"},"
	    "\"purpose\":\"dppa-1\",\"end_use\":\"criminal\",\"fields\":["
	    "\"person.photo\"],\"reason\":\"for the sergeant\",\"requestor\":"
	    "\"sue\"}");
	check_u64(answer.status, 202);
	snprintf(id, sizeof(id), "%.*s",
	    STR_ARG(house_member(&house, answer, "id")));
	answer = house_ask(&house, "sue", "createApproval", id, NULL,
	    "{\"role\":\"supervisor\",\"granted\":true,\"reason\":\"mine\"}");
	check_u64(answer.status, 403);
	check_str(house_member(&house, answer, "code"), STR("own-request"));
	house_close(&house);
}

static void
an_instrument_nobody_registered_is_said_to_be_none(void)
{
	struct house_answer answer;

	house_open(&house);
	answer = ask("amy",
	    "{\"subject\":" HOUSE_PLATE ",\"ground\":{\"investigation\":"
	    "\"24-001\"},\"instrument\":\"FAKE\",\"purpose\":\"dppa-1\","
	    "\"end_use\":\"criminal\",\"fields\":[\"owner.family\"],"
	    "\"reason\":\"a reason in words\"}");
	check_u64(answer.status, 400);
	check_str(house_member(&house, answer, "member"), STR("/instrument"));
	check_u64(house.fixture.n_fetches, 0);
	house_close(&house);
}

static void
one_looks_up_oneself_in_vain(void)
{
	struct house_answer answer;

	house_open(&house);
	answer = ask("amy",
	    HOUSE_REQUEST("{\"person\":{\"family\":\"Officer\",\"given\":"
			  "\"Amy\",\"birth_date\":\"1980-01-01\"}}",
		"[\"person.family\"]"));
	check_u64(answer.status, 403);
	check(house_has(answer, "\"rule\":\"self\""));
	house_close(&house);
}

static void
hostile_10_a_warrant_opens_exactly_its_person(void)
{
	static const char body[] =
	    "{\"subject\":{\"licence\":{\"state\":\"NY\",\"number\":\"%s\"}},"
	    "\"ground\":{\"wanted\":\"W-1\"},\"purpose\":\"dppa-1\","
	    "\"end_use\":\"wanted-person\",\"fields\":[\"licence.status\"],"
	    "\"reason\":\"arrest warrant\"}";
	struct house_answer answer;
	char text[600];

	house_open(&house);
	answer = house_ask(&house, "sue", "createWanted", NULL, NULL,
	    "{\"number\":\"W-1\",\"kind\":\"arrest\",\"court\":\"Albany\","
	    "\"offence\":\"0900\",\"issued\":\"2026-11-01\",\"subjects\":[{"
	    "\"licence\":{\"state\":\"NY\",\"number\":\"123456789\"}}]}");
	check_u64(answer.status, 201);
	snprintf(text, sizeof(text), body, "123456789");
	check_u64(ask("bob", text).status, 200);
	snprintf(text, sizeof(text), body, "987654321");
	answer = ask("bob", text);
	check(answer.status == 403 &&
	    house_has(answer, "not-the-wanted-person"));
	check_u64(house_ask(&house, "sue", "recallWanted", "W-1", NULL, NULL)
		      .status,
	    200);
	snprintf(text, sizeof(text), body, "123456789");
	answer = ask("bob", text);
	check(answer.status == 403 && house_has(answer, "warrant-not-active"));
	house_close(&house);
}

static void
p12_bad_input_is_named_and_changes_nothing_else(void)
{
	static const struct {
		const char *body;
		const char *code;
		const char *member;
	} cases[] = {
		{ "{\"x\":1}", "unknown-member", "/x" },
		{ HOUSE_REQUEST(HOUSE_PLATE, "[1]"), "wrong-type", "/fields/0" },
		{ HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.email\"]"),
		    "unknown-field", "/fields" },
		{ HOUSE_REQUEST(HOUSE_PLATE, "[\"person.photo\"]"),
		    "unknown-field", "/fields" },
		{ HOUSE_REQUEST(HOUSE_PLATE, "[\"\\u202eowner\"]"), "bad-text",
		    "/fields/0" },
		{ "{\"subject\":" HOUSE_PLATE ",\"purpose\":\"dppa-1\","
		  "\"end_use\":\"fun\",\"fields\":[\"owner.family\"]}",
		    "bad-value", "/end_use" },
		{ "{\"subject\":" HOUSE_PLATE ",\"end_use\":\"criminal\","
		  "\"fields\":[\"owner.family\"]}",
		    "missing-member", "/purpose" },
		{ "{\"subject\":" HOUSE_PLATE ",\"purpose\":\"dppa-1\","
		  "\"end_use\":\"criminal\",\"fields\":[\"owner.family\"],"
		  "\"ground\":{\"investigation\":\"a\",\"wanted\":\"b\"}}",
		    "bad-value", "/ground" },
	};

	house_open(&house);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct house_answer answer = ask("amy", cases[i].body);

		check_u64(answer.status, 400);
		check_str(house_member(&house, answer, "code"),
		    str_of(cases[i].code));
		check_str(house_member(&house, answer, "member"),
		    str_of(cases[i].member));
	}
	check_u64(house.fixture.n_fetches, 0);
	house_close(&house);
}

static void
the_steps_stand_in_the_order_that_is_the_product(void)
{
	static const char *const order[] = { "identify", "read", "ground",
		"weigh", "decide", "fetch", "minimise", "mark", "enter",
		"commit", "sign", "answer" };

	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		check_str(str_of(path_steps[i].name), str_of(order[i]));
	check(path_steps[ARRAY_LEN(order)].name == NULL);
}

static const struct tap_test tests[] = {
	TEST(the_steps_stand_in_the_order_that_is_the_product),
	TEST(a_grounded_request_is_answered_with_the_least_marked_and_receipted),
	TEST(p1_nothing_is_disclosed_when_the_checkpoint_cannot_be_signed),
	TEST(p1_a_keeper_that_is_down_before_the_decision_means_no_answer),
	TEST(p1_a_rolled_back_log_gets_no_signature_and_no_answer),
	TEST(p2_hostile_1_two_persons_in_one_request_are_refused_and_logged),
	TEST(hostile_3_wildcards_and_partial_keys_are_refused),
	TEST(p3_nothing_is_fetched_for_a_refused_request),
	TEST(hostile_8_a_case_that_is_closed_or_unknown_or_foreign_is_refused),
	TEST(p4_what_is_disclosed_was_requested_and_permitted),
	TEST(p4_an_instrument_narrows_to_what_it_names),
	TEST(p5_none_many_sealed_and_withheld_are_one_answer),
	TEST(p5_a_refusal_says_what_would_make_it_lawful_and_nothing_of_the_record),
	TEST(p6_no_value_of_a_person_is_in_the_log_in_the_clear),
	TEST(p6_entries_of_one_kind_have_one_shape_whatever_they_hold),
	TEST(p7_every_event_of_a_known_asker_is_one_entry),
	TEST(p8_budgets_survive_a_restart),
	TEST(a_referred_request_is_decided_again_by_another_person),
	TEST(p9_hostile_17_nobody_approves_their_own_request),
	TEST(hostile_18_an_approval_counts_once_and_not_after_it_expired),
	TEST(hostile_19_an_approved_request_is_judged_by_the_case_as_it_is_then),
	TEST(a_batch_is_one_commit_and_one_signature),
	TEST(hostile_38_a_clock_that_ran_back_stops_answers_until_it_is_right),
	TEST(one_looks_up_oneself_in_vain),
	TEST(hostile_9_a_person_the_case_does_not_name_waits_for_a_supervisor),
	TEST(an_approver_who_says_no_ends_the_request),
	TEST(p9_who_a_request_is_for_does_not_approve_it_either),
	TEST(an_instrument_nobody_registered_is_said_to_be_none),
	TEST(hostile_10_a_warrant_opens_exactly_its_person),
	TEST(p12_bad_input_is_named_and_changes_nothing_else),
};

TAP_MAIN(tests)
