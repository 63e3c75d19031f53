/* Consignments and leads under the simulator: the gate's promises hold there. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "consign/folder.h"
#include "consign/receive.h"
#include "gate/consignment.h"
#include "gate/scopes.h"
#include "house.h"
#include "tap.h"
#include "util/file.h"
#include "util/instant.h"

static struct house house;
static char id[CONSIGN_ID + 1];

static const char map[] =
    "kind = \"driver\";\n"
    "columns = (\n"
    "  { column = \"No\"; field = \"licence.number\"; },\n"
    "  { column = \"Family\"; field = \"person.family\"; },\n"
    "  { column = \"Given\"; field = \"person.given\"; },\n"
    "  { column = \"Born\"; field = \"person.birth_date\"; },\n"
    "  { column = \"Street\"; field = \"person.address.street\"; },\n"
    "  { column = \"Sealed\"; field = \"flag.sealed\"; },\n"
    "  { field = \"licence.state\"; value = \"MN\"; },\n"
    "  { field = \"licence.status\"; value = \"LICENSED\"; }\n"
    ");\n";

static const char rows[] =
    "No,Family,Given,Born,Street,Sealed\n"
    "512839476,Consignedname,Astrid,1984-03-09,14 HIDDEN LANE,N\n"
    "833100245,Twinname,Tom,1971-11-30,2 LAKE AVE,N\n"
    "833100246,Twinname,Tom,1971-11-30,3 LAKE AVE,N\n"
    "700000003,Sealedname,Sam,1990-01-01,3 C ST,Y\n";

#define LICENCE(number)                                                        \
	"{\"licence\":{\"state\":\"MN\",\"number\":\"" number "\"}}"

/* A request that asks the consignment; %s is its id. */
#define FROM_CONSIGNMENT(subject)                                              \
	"{\"subject\":" subject ",\"ground\":{\"investigation\":\"24-001\"},"  \
	"\"purpose\":\"dppa-1\",\"end_use\":\"criminal\",\"fields\":"          \
	"[\"person.family\",\"licence.status\"],\"source\":\"%s\","            \
	"\"reason\":\"driver seen at the scene\"}"

/* The body with the id where %s stands. */
static const char *
with_id(const char *body)
{
	static char text[2048];
	const char *at = strstr(body, "%s");

	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - body), body, id,
	    at + 2);
	return text;
}

static struct house_answer
ask(const char *who, const char *body)
{
	return house_ask(&house, who, "createRequest", NULL, NULL, body);
}

/* Seal the rows in the holder's directory, as the command line does. */
static void
receive(const char *text, const char *custodian)
{
	static unsigned n;
	struct keyfile_custodian custodians[2] = { 0 };
	struct receive_report report = { 0 };
	struct receive_options options = { .dir = house.dir,
		.fd = memfd_create("rows", MFD_CLOEXEC),
		.name = "rows",
		.form = CONSIGN_CSV,
		.map = str_of(map),
		.sender = STR("Minnesota DVS"),
		.deadline = instant_day(house.now_us) + 10,
		.now_us = house.now_us,
		.threshold = custodian != NULL ? 2 : 0,
		.custodians = custodians,
		.n_custodians = custodian != NULL ? 2 : 0,
		.public = { house.seal_public, house.seal_public,
		    house.seal_public },
		.max_bytes = 1 << 30,
		.random = &house.gate.random };
	struct diag_list diags;

	snprintf(report.id, sizeof(report.id), "01KAN00000000000000000%04u",
	    ++n);
	snprintf(custodians[0].name, sizeof(custodians[0].name), "kim");
	snprintf(custodians[1].name, sizeof(custodians[1].name), "%s",
	    custodian != NULL ? custodian : "");
	custodians[0].public = house.seal_public;
	custodians[1].public = house.seal_public;
	diag_init(&diags, &house.arena, STR("rows"), (struct str){ 0 });
	check(file_write_all(options.fd, str_of(text)) == 0);
	lseek(options.fd, 0, SEEK_SET);
	check(receive_run(&report, &diags, &house.arena, &options) == 0);
	diag_print(&diags, stdout);
	memcpy(id, report.id, sizeof(id));
	close(options.fd);
}

static struct house_answer
enrol(const char *who)
{
	return house_ask(&house, who, "registerConsignment", NULL, NULL,
	    with_id("{\"id\":\"%s\"}"));
}

static struct house_answer
give_order(const char *who, const char *what)
{
	char body[128];

	snprintf(body, sizeof(body),
	    "{\"order\":\"%s\",\"reason\":\"not asked for\"}", what);
	return house_ask(&house, who, "orderConsignment", id, NULL, body);
}

static struct house_answer
look(void)
{
	return house_ask(&house, "dora", "getConsignment", id, NULL, NULL);
}

static void
begin(void)
{
	house_open(&house);
	receive(rows, "ken");
	check_u64(enrol("dora").status, 201);
}

static void
p2_a_consignment_is_asked_one_record_at_a_time(void)
{
	struct house_answer answer;

	begin();
	answer = ask("amy", with_id(FROM_CONSIGNMENT(LICENCE("512839476"))));
	check_u64(answer.status, 200);
	check(house_has(answer, "CONSIGNEDNAME"));
	check(house_has(answer, "LICENSED"));
	check(!house_has(answer, "HIDDEN LANE"));
	check(!house_has(answer, "TWINNAME"));
	check(house_has(answer, "FOR OFFICIAL USE ONLY"));
	check_u64(house.n_tokens, 1);
	/* The holder's own records do not have it, and the other way round. */
	check_u64(ask("amy", HOUSE_REQUEST(LICENCE("512839476"),
			       "[\"person.family\"]")).status, 404);
	check_u64(ask("amy", with_id(FROM_CONSIGNMENT(
		"{\"licence\":{\"state\":\"NY\",\"number\":\"123456789\"}}")))
		      .status, 404);
	house_close(&house);
}

static void
p3_nothing_of_a_consignment_is_fetched_before_it_is_permitted(void)
{
	struct house_answer answer;

	begin();
	answer = ask("bob", with_id(FROM_CONSIGNMENT(LICENCE("512839476"))));
	check_u64(answer.status, 403);
	check(house_has(answer, "not-assigned"));
	check_u64(house.n_tokens, 0);
	house_close(&house);
}

/* An answer without what differs in any two. */
static struct str
shape_of(struct house_answer answer)
{
	struct str text = house_member(&house, answer, "code");

	return arena_format(&house.arena, "%llu %.*s %.*s",
	    (unsigned long long)answer.status, STR_ARG(text),
	    STR_ARG(house_member(&house, answer, "title")));
}

static void
p5_none_many_and_sealed_are_one_answer_of_a_consignment(void)
{
	struct str none;

	begin();
	none = shape_of(ask("amy",
	    with_id(FROM_CONSIGNMENT(LICENCE("999999999")))));
	check_str(none, STR("404 no-disclosable-record No record that could "
			    "be disclosed"));
	check_str(shape_of(ask("amy", with_id(FROM_CONSIGNMENT(
		"{\"person\":{\"family\":\"Twinname\",\"given\":\"Tom\","
		"\"birth_date\":\"1971-11-30\"}}")))), none);
	check_str(shape_of(ask("amy",
		      with_id(FROM_CONSIGNMENT(LICENCE("700000003"))))), none);
	house_close(&house);
}

static void
p7_every_step_of_a_consignment_is_an_entry(void)
{
	uint64_t before;

	begin();
	before = house_size(&house);
	ask("amy", with_id(FROM_CONSIGNMENT(LICENCE("512839476"))));
	check_u64(give_order("dora", "destroy").status, 202);
	check_u64(give_order("amy", "destroy").status, 403);
	check_u64(give_order("kim", "destroy").status, 200);
	check_u64(house_size(&house), before + 4);
	check(house_has((struct house_answer){ .body = house_leaf(&house,
			    before + 3) }, "\"type\":\"consignment\""));
	house_close(&house);
}

static void
p6_an_entry_of_a_consignment_has_no_value_in_the_clear(void)
{
	uint64_t size;

	begin();
	ask("amy", with_id(FROM_CONSIGNMENT(LICENCE("512839476"))));
	size = house_size(&house);
	for (uint64_t i = 0; i < size; i++) {
		struct house_answer leaf = { .body = house_leaf(&house, i) };

		check(!house_has(leaf, "Minnesota"));
		check(!house_has(leaf, id));
		check(!house_has(leaf, "CONSIGNEDNAME"));
	}
	house_close(&house);
}

static void
p9_ending_one_takes_two_persons_of_exclusive_roles(void)
{
	bool has_erased;

	begin();
	/* A key holder does not begin; nobody confirms what they ordered. */
	check_u64(give_order("kim", "destroy").status, 403);
	check_u64(give_order("dora", "destroy").status, 202);
	check(house_has(give_order("dora", "destroy"), "own-request"));
	/* Another records officer is no key holder. */
	check(house_has(give_order("dan", "destroy"), "role-missing"));
	check(house_has(give_order("kim", "open"), "conflict"));
	check(consignment_sweep(&house.gate, &has_erased) == 0);
	check(!has_erased);
	check(house_has(look(), "\"state\":\"held\""));
	check_u64(give_order("kim", "destroy").status, 200);
	check(house_has(look(), "\"state\":\"ending\""));
	check_u64(ask("amy", with_id(FROM_CONSIGNMENT(LICENCE("512839476"))))
		      .status, 410);
	check(consignment_sweep(&house.gate, &has_erased) == 0);
	check(has_erased);
	check(house_has(look(), "\"state\":\"destroyed\""));
	check(house_has(give_order("dora", "destroy"), "conflict"));
	house_close(&house);
}

static void
an_order_that_nobody_confirms_lapses(void)
{
	begin();
	check_u64(give_order("dora", "destroy").status, 202);
	house.now_us += (LIMIT_REFERRAL_HOURS + 1) * 3600 * INSTANT_SECOND;
	check_u64(give_order("kim", "destroy").status, 403);
	check_u64(give_order("dan", "return").status, 202);
	check_u64(give_order("kim", "return").status, 200);
	house_close(&house);
}

/* A crash between the order and the erasure: the erasure is made up for. */
static void
p7_a_crash_before_the_erasure_does_not_lose_it(void)
{
	enum folder_state state;
	struct consign_head head;
	bool has_erased;
	uint64_t before;

	begin();
	give_order("dora", "return");
	give_order("kim", "return");
	before = house_size(&house);
	house_restart(&house);
	check(consignment_sweep(&house.gate, &has_erased) == 0);
	check(has_erased);
	check_u64(house_size(&house), before + 1); /* the certificate */
	check(consignment_sweep(&house.gate, &has_erased) == 0);
	check(!has_erased);
	check(folder_look(&state, &head, house.dir, id) == 0);
	check(state == FOLDER_ERASED);
	check(house_has(look(), "\"state\":\"returned\""));
	house_close(&house);
}

/* A crash between the erasure and its certificate. */
static void
an_erasure_that_was_done_is_certified(void)
{
	bool has_erased;

	begin();
	give_order("dora", "destroy");
	give_order("kim", "destroy");
	check(folder_erase(house.dir, id, &house.gate.random) == 0);
	check(consignment_sweep(&house.gate, &has_erased) == 0);
	check(has_erased);
	check(house_has(look(), "\"state\":\"destroyed\""));
	house_close(&house);
}

static void
the_whole_is_opened_by_two_persons_and_the_half_goes_to_the_second(void)
{
	struct house_answer answer;

	begin();
	answer = give_order("dora", "open");
	check_u64(answer.status, 202);
	check(!house_has(answer, "\"half\""));
	house.is_keeper_down = true;
	check_u64(give_order("kim", "open").status, 503);
	house.is_keeper_down = false;
	answer = give_order("kim", "open");
	check_u64(answer.status, 200);
	check_u64(house_member(&house, answer, "half").len, 44);
	/* Each time anew. */
	check_u64(give_order("kim", "open").status, 403);
	check(house_has(look(), "\"state\":\"held\""));
	house_close(&house);
}

static void
the_half_is_not_given_again_under_the_same_key(void)
{
	static const char body[] = "{\"order\":\"open\",\"reason\":\"r\"}";

	begin();
	check_u64(give_order("dora", "open").status, 202);
	check(house_has(house_ask(&house, "kim", "orderConsignment", id,
	    "key-1", body), "\"half\""));
	check_u64(house_ask(&house, "kim", "orderConsignment", id, "key-1",
		      body).status, 403);
	house_close(&house);
}

static void
what_nobody_can_open_whole_gives_no_half(void)
{
	house_open(&house);
	receive(rows, NULL);
	check_u64(enrol("dora").status, 201);
	give_order("dora", "open");
	check(house_has(give_order("kim", "open"), "nobody can open"));
	house_close(&house);
}

static void
h12_what_is_not_in_the_directory_is_not_registered(void)
{
	bool has_erased;

	house_open(&house);
	snprintf(id, sizeof(id), "01KAN000000000000000009999");
	check_u64(enrol("dora").status, 404);
	check_u64(house_ask(&house, "dora", "registerConsignment", NULL, NULL,
		      "{\"id\":\"../../../etc/passwd.......\"}").status, 400);
	/* Custodians who are not key holders here hold nothing. */
	receive(rows, "amy");
	check(house_has(enrol("dora"), "no active key holder"));
	check(folder_erase(house.dir, id, &house.gate.random) == 0);
	check_u64(enrol("dora").status, 404);
	receive(rows, "ken");
	check_u64(enrol("amy").status, 403);
	check_u64(enrol("dora").status, 201);
	check_u64(enrol("dora").status, 409);
	check_u64(look().status, 200);
	check(consignment_sweep(&house.gate, &has_erased) == 0);
	check(!has_erased);
	house_close(&house);
}

static void
h12_a_source_that_is_none_is_refused(void)
{
	begin();
	snprintf(id, sizeof(id), "01KAN000000000000000009999");
	check(house_has(ask("amy", with_id(FROM_CONSIGNMENT(LICENCE("5")))),
	    "no such consignment"));
	snprintf(id, sizeof(id), "../01KAN00000000000000000");
	check_u64(ask("amy", with_id(FROM_CONSIGNMENT(LICENCE("5")))).status,
	    400);
	house_close(&house);
}

static void
past_its_deadline_a_consignment_is_not_asked(void)
{
	begin();
	house.now_us += 11 * INSTANT_DAY;
	check(house_has(ask("amy", with_id(FROM_CONSIGNMENT(
			LICENCE("512839476")))), "deadline has passed"));
	check_u64(house.n_tokens, 0);
	house_close(&house);
}

/* --- leads ---------------------------------------------------------------- */

#define LEAD(to, number, subject, fields)                                      \
	"{\"to\":\"" to "\",\"case\":\"" number "\",\"subject\":" subject      \
	",\"purpose\":\"dppa-1\",\"end_use\":\"criminal\",\"fields\":" fields  \
	",\"reason\":\"the car of the series is registered to them\"}"

static struct house_answer
send_lead(const char *who, const char *key, const char *body)
{
	return house_ask(&house, who, "createLead", NULL, key, body);
}

static void
p2_a_lead_is_one_record_to_one_officer_on_one_case(void)
{
	static const char body[] =
	    LEAD("amy", "24-001", HOUSE_PLATE, "[\"owner.family\"]");
	struct house_answer sent;
	struct house_answer read;
	struct str lead;
	char number[32];

	house_open(&house);
	sent = send_lead("dora", "key-1", body);
	check_u64(sent.status, 201);
	/* The sender hears that it was sent, not what. */
	check(!house_has(sent, "OWNERNAME"));
	lead = house_member(&house, sent, "id");
	snprintf(number, sizeof(number), "%.*s", STR_ARG(lead));
	read = house_ask(&house, "amy", "getRequest", number, NULL, NULL);
	check_u64(read.status, 200);
	check(house_has(read, "OWNERNAME"));
	check(house_has(read, "FOR OFFICIAL USE ONLY"));
	check_u64(house_ask(&house, "dora", "getRequest", number, NULL, NULL)
		      .status, 403);
	check_u64(house_ask(&house, "bob", "getRequest", number, NULL, NULL)
		      .status, 404);
	/* Said again under its key it is not sent again, and not shown. */
	sent = send_lead("dora", "key-1", body);
	check_u64(sent.status, 201);
	check(!house_has(sent, "OWNERNAME"));
	check_str(house_member(&house, sent, "id"), lead);
	house_close(&house);
}

static void
a_lead_has_one_answer_under_its_key(void)
{
	struct house_answer first;
	struct house_answer again;

	house_open(&house);
	first = send_lead("dora", "key-1", LEAD("bob", "24-001", HOUSE_PLATE,
	    "[\"owner.family\"]"));
	check(house_has(first, "not-assigned"));
	again = send_lead("dora", "key-1", LEAD("bob", "24-001", HOUSE_PLATE,
	    "[\"owner.family\"]"));
	check_str(again.body, first.body);
	/* Not for somebody else, and not of another sender. */
	check_u64(send_lead("dora", "key-1", LEAD("amy", "24-001",
	    HOUSE_PLATE, "[\"owner.family\"]")).status, 422);
	check_u64(send_lead("dot", "key-1", LEAD("amy", "24-001",
	    HOUSE_PLATE, "[\"owner.family\"]")).status, 201);
	/* Nor is it in the way of what its recipient asks under that key. */
	check_u64(house_ask(&house, "amy", "createRequest", NULL, "key-1",
	    HOUSE_REQUEST(HOUSE_PLATE, "[\"owner.family\"]")).status, 200);
	first = send_lead("dora", "key-2", LEAD("nobody", "24-001",
	    HOUSE_PLATE, "[\"owner.family\"]"));
	again = send_lead("dora", "key-2", LEAD("nobody", "24-001",
	    HOUSE_PLATE, "[\"owner.family\"]"));
	check_u64(first.status, 400);
	check_str(again.body, first.body);
	house_close(&house);
}

static void
p4_a_lead_passes_the_same_packs(void)
{
	house_open(&house);
	/* Not on the case; a closed case; an unknown one; another agency's. */
	check(house_has(send_lead("dora", NULL, LEAD("bob", "24-001",
	    HOUSE_PLATE, "[\"owner.family\"]")), "not-assigned"));
	check(house_has(send_lead("dora", NULL, LEAD("amy", "23-999",
	    HOUSE_PLATE, "[\"owner.family\"]")), "investigation-closed"));
	check(house_has(send_lead("dora", NULL, LEAD("amy", "99-999",
	    HOUSE_PLATE, "[\"owner.family\"]")), "ground-unknown"));
	check_u64(send_lead("dora", NULL, LEAD("zed", "24-001", HOUSE_PLATE,
	    "[\"owner.family\"]")).status, 403);
	check_u64(house.fixture.n_fetches, 0);
	/* What would wait for an approval is refused. */
	check(house_has(send_lead("dora", NULL, LEAD("amy", "24-001",
	    "{\"licence\":{\"state\":\"NY\",\"number\":\"123456789\"}}",
	    "[\"person.photo\"]")), "does not wait"));
	check_u64(house.fixture.n_fetches, 0);
	house_close(&house);
}

static void
p8_a_lead_counts_in_the_budgets_of_its_recipient(void)
{
	uint64_t n = 0;

	house_open(&house);
	check_u64(send_lead("dora", NULL, LEAD("amy", "24-001", HOUSE_PLATE,
	    "[\"owner.family\"]")).status, 201);
	check(budgets_count(house.store, &n, SCOPE_REQUESTER, STR("amy"), 0,
		  100) == 0);
	check_u64(n, 1);
	check(budgets_count(house.store, &n, SCOPE_REQUESTER, STR("dora"), 0,
		  100) == 0);
	check_u64(n, 0);
	house_close(&house);
}

static void
h12_a_lead_with_a_list_or_without_a_case_is_refused(void)
{
	house_open(&house);
	check(house_has(send_lead("dora", NULL, LEAD("amy", "24-001",
	    "[" HOUSE_PLATE "," HOUSE_PLATE "]", "[\"owner.family\"]")),
	    "one-person"));
	check(house_has(send_lead("dora", NULL,
	    "{\"to\":\"amy\",\"subject\":" HOUSE_PLATE ",\"purpose\":"
	    "\"dppa-1\",\"end_use\":\"criminal\",\"fields\":"
	    "[\"owner.family\"],\"reason\":\"r\"}"), "missing-member"));
	check(house_has(send_lead("dora", NULL, LEAD("nobody", "24-001",
	    HOUSE_PLATE, "[\"owner.family\"]")), "no requester"));
	check_u64(send_lead("sue", NULL, LEAD("amy", "24-001", HOUSE_PLATE,
	    "[\"owner.family\"]")).status, 403);
	house_close(&house);
}

static const struct tap_test tests[] = {
	TEST(p2_a_consignment_is_asked_one_record_at_a_time),
	TEST(p3_nothing_of_a_consignment_is_fetched_before_it_is_permitted),
	TEST(p5_none_many_and_sealed_are_one_answer_of_a_consignment),
	TEST(p7_every_step_of_a_consignment_is_an_entry),
	TEST(p6_an_entry_of_a_consignment_has_no_value_in_the_clear),
	TEST(p9_ending_one_takes_two_persons_of_exclusive_roles),
	TEST(an_order_that_nobody_confirms_lapses),
	TEST(p7_a_crash_before_the_erasure_does_not_lose_it),
	TEST(an_erasure_that_was_done_is_certified),
	TEST(the_whole_is_opened_by_two_persons_and_the_half_goes_to_the_second),
	TEST(the_half_is_not_given_again_under_the_same_key),
	TEST(what_nobody_can_open_whole_gives_no_half),
	TEST(h12_what_is_not_in_the_directory_is_not_registered),
	TEST(h12_a_source_that_is_none_is_refused),
	TEST(past_its_deadline_a_consignment_is_not_asked),
	TEST(p2_a_lead_is_one_record_to_one_officer_on_one_case),
	TEST(a_lead_has_one_answer_under_its_key),
	TEST(p4_a_lead_passes_the_same_packs),
	TEST(p8_a_lead_counts_in_the_budgets_of_its_recipient),
	TEST(h12_a_lead_with_a_list_or_without_a_case_is_refused),
};

TAP_MAIN(tests)
