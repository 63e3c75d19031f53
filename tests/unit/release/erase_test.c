/*
 * Erasing what is past its period: gone from the files, and every proof, every
 * receipt and every earlier release stands.
 */
#include "gate/erase.h"

#include <fcntl.h>
#include <unistd.h>

#include "gate/ledger.h"
#include "press.h"
#include "store/holds.h"
#include "tap.h"
#include "tlog/receipt.h"
#include "tlog/merkle.h"
#include "util/file.h"
#include "util/instant.h"

#define DAYS(n) ((n) * INSTANT_DAY)

static struct press press;

/* --- what is in the files ------------------------------------------------------ */

static bool
is_in_files(struct str needle)
{
	static const char *const names[] = { "stile.db", "stile.db-wal",
		"stile.db-shm" };
	struct arena arena;
	bool is_there = false;

	arena_init(&arena, 256 << 20);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char path[128];
		struct str bytes;

		snprintf(path, sizeof(path), "%s/%s", press.house.dir,
		    names[i]);
		if (file_read(&bytes, &arena, AT_FDCWD, path, 128 << 20) != 0)
			continue;
		is_there |= memmem(bytes.p, bytes.len, needle.p, needle.len) !=
		    NULL;
	}
	arena_fini(&arena);
	return is_there;
}

/* Pieces of what is sealed beside an entry, and of its epoch's key. */
struct traces {
	struct str sealed;
	struct str wrapped;
	struct str answer;
	struct str subject;
	struct str body;
	uint64_t epoch;
};

static struct traces
traces_of(uint64_t index, const char *id)
{
	struct arena *arena = &press.house.arena;
	struct store_sealed sealed = { 0 };
	struct store_epoch epoch = { 0 };
	struct store_request request = { 0 };
	struct str answer = { 0 };

	check(entries_find_sealed(press.house.store, arena, &sealed, index) ==
	    0);
	check(entries_find_epoch(press.house.store, arena, &epoch,
		  sealed.epoch) == 0);
	check(requests_find(press.house.store, arena, &request, str_of(id)) ==
	    0);
	check(entries_find_answer(press.house.store, arena, &answer, index) ==
	    0);
	return (struct traces){ .sealed = str_part(sealed.bytes, 100, 148),
		.wrapped = str_part(epoch.wrapped, 0, 48),
		.answer = str_part(answer, 50, 98),
		.subject = request.subject,
		.body = request.body,
		.epoch = sealed.epoch };
}

static uint64_t last_index;
static char last_id[32];

static void
request_keyed(const char *who, const char *subject, const char *key)
{
	struct house_answer answer = house_ask(&press.house, who,
	    "createRequest", NULL, key,
	    arena_format(&press.house.arena,
		HOUSE_REQUEST("%s", "[\"owner.family\"]"), subject)
		.p);

	last_index = house_size(&press.house) - 1;
	snprintf(last_id, sizeof(last_id), "%.*s",
	    STR_ARG(house_member(&press.house, answer, "id")));
}

static void
request(const char *who, const char *subject)
{
	request_keyed(who, subject, NULL);
}

static void
begin(void)
{
	press_open_with(&press, NULL, 0);
	press.house.gate.keep_us[ENTRY_REQUEST] = DAYS(100);
	press.house.gate.keep_us[ENTRY_READ] = DAYS(400);
}

static struct house_answer
erase(void)
{
	struct house_answer answer = house_ask(&press.house, "dot",
	    "createErasure", NULL, NULL, "{\"role\":\"data_owner\"}");

	check_u64(answer.status, 201);
	check(erase_settle(&press.house.gate) == 0);
	return answer;
}

static void
p6_values_and_keys_past_their_period_are_gone_from_the_files(void)
{
	struct traces old;
	struct traces young;
	struct house_answer answer;

	begin();
	request("amy", HOUSE_PLATE);
	old = traces_of(last_index, last_id);
	press.house.now_us += DAYS(101);
	request("amy", HOUSE_PLATE);
	young = traces_of(last_index, last_id);
	check(store_checkpoint(press.house.store,
		  STORE_CHECKPOINT_TRUNCATE) == 0);
	check(is_in_files(old.sealed) && is_in_files(old.wrapped) &&
	    is_in_files(old.answer));
	answer = erase();
	check(house_has(answer, "\"erased\":1"));
	check(house_has(answer, "\"more\":false"));
	check(!is_in_files(old.sealed));
	check(!is_in_files(old.wrapped));
	check(!is_in_files(old.answer));
	check(is_in_files(young.sealed));
	check(is_in_files(young.wrapped));
	check(is_in_files(young.answer));
	press_close(&press);
}

static void
what_a_request_was_about_goes_with_it(void)
{
	char id[32];
	struct traces old;
	struct house_answer answer;
	struct store_request row;

	begin();
	request_keyed("amy", HOUSE_PLATE, "8f14e45f");
	memcpy(id, last_id, sizeof(id));
	old = traces_of(last_index, id);
	check_u64(house_ask(&press.house, "amy", "getRequest", id, NULL, NULL)
		      .status,
	    200);
	press.house.now_us += DAYS(101);
	erase();
	answer = house_ask(&press.house, "amy", "getRequest", id, NULL, NULL);
	check_u64(answer.status, 410);
	check(!house_has(answer, "OWNERNAME"));
	check(requests_find(press.house.store, &press.house.arena, &row,
		  str_of(id)) == 0);
	check_u64(row.subject.len, 0);
	check_u64(old.subject.len, 32);
	/* Nor can it be guessed from the digest of what was asked. */
	check_u64(row.key.len, 0);
	check_u64(row.body.len, 0);
	check_u64(old.body.len, 32);
	press_close(&press);
}

/* Receipts, the tree and a release from before: nothing of it moves. */
static void
p6_proofs_receipts_and_earlier_releases_stand(void)
{
	struct house *house = &press.house;
	struct tlog_checkpoint checkpoint;
	struct tlog_receipt receipt;
	struct house_answer answer;
	struct digest leaf;
	struct str release;
	struct str text;
	struct str before;
	int fd;

	begin();
	request("amy", HOUSE_PLATE);
	before = house_leaf(house, last_index);
	press.order.to = house_size(house);
	press.order.now_us = house->now_us;
	fd = press_release(&press);
	release = press_bytes(&press, fd);
	close(fd);
	check(press_inspect(&press, release) == INSPECT_NONE);
	house->now_us += DAYS(500);
	erase();
	check_str(house_leaf(house, last_index), before);
	check(press_inspect(&press, release) == INSPECT_NONE);
	answer = house_ask(house, "amy", "getReceipt",
	    arena_format(&house->arena, "%llu",
		(unsigned long long)last_index)
		.p,
	    NULL, NULL);
	check_u64(answer.status, 200);
	text = answer.body;
	check(tlog_receipt_parse(&receipt, &house->arena, text) == 0);
	tlog_merkle_leaf(&leaf, before);
	check(tlog_receipt_verify(&receipt, &checkpoint, &leaf,
		  &house->signer.key) == 0);
	/* A release made afterwards holds the entry, and nothing of it. */
	press.order.to = house_size(house);
	press.order.now_us = house->now_us;
	fd = press_release(&press);
	check(press_inspect(&press, press_bytes(&press, fd)) == INSPECT_NONE);
	close(fd);
	press_close(&press);
}

static struct house_answer
hold(const char *id, uint64_t from, uint64_t to)
{
	return house_ask(&press.house, "cal", "createHold", NULL, NULL,
	    arena_format(&press.house.arena,
		"{\"id\":\"%s\",\"from\":%llu,\"to\":%llu,\"reason\":"
		"\"subpoena in the matter of X\",\"role\":\"counsel\"}",
		id, (unsigned long long)from, (unsigned long long)to)
		.p);
}

static void
p6_a_legal_hold_keeps_values_and_lets_the_key_of_their_time_go(void)
{
	struct house *house = &press.house;
	uint64_t held;
	struct traces kept;
	struct traces gone;
	struct store_sealed sealed;
	struct store_epoch epoch;
	struct entry_text text = { 0 };
	struct str answer_text = { 0 };
	struct house_answer answer;

	begin();
	request("amy", HOUSE_PLATE);
	held = last_index;
	kept = traces_of(held, last_id);
	request("amy", HOUSE_PLATE);
	gone = traces_of(last_index, last_id);
	check_u64(hold("2026-CV-117", held, held + 1).status, 201);
	house->now_us += DAYS(101);
	answer = erase();
	check(house_has(answer, "\"erased\":1"));
	check(house_has(answer, "\"held\":1"));
	check(!is_in_files(gone.sealed));
	/* Sealed anew: the old key and the old bytes are gone as well. */
	check(!is_in_files(kept.sealed) && !is_in_files(kept.wrapped));
	check(entries_find_sealed(house->store, &house->arena, &sealed, held) ==
	    0);
	check(sealed.epoch != kept.epoch);
	check(entries_find_epoch(house->store, &house->arena, &epoch,
		  sealed.epoch) == 0);
	check_str(epoch.class, STR("hold"));
	check(ledger_open(&house->gate, &text, &house->arena, held) == 0);
	check(text.kept.len > 500);
	check(ledger_open_answer(&house->gate, &answer_text, &house->arena,
		  held) == 0);
	check(memmem(answer_text.p, answer_text.len, "OWNERNAME", 9) != NULL);
	/* Again: nothing is moved twice. */
	house->now_us += DAYS(3);
	answer = erase();
	check(house_has(answer, "\"held\":0"));
	/* Lifted, it goes with the next run. */
	check_u64(house_ask(house, "cal", "liftHold", "2026-CV-117", NULL,
		      "{\"role\":\"counsel\"}")
		      .status,
	    200);
	answer = erase();
	check(house_has(answer, "\"erased\":1"));
	check(ledger_open(&house->gate, &text, &house->arena, held) ==
	    LEDGER_E_ABSENT);
	press_close(&press);
}

static void
p7_erasures_and_holds_are_entries_that_say_what_went(void)
{
	struct house *house = &press.house;
	struct entry_text text = { 0 };
	struct str leaf;
	uint64_t index;

	begin();
	request("amy", HOUSE_PLATE);
	house->now_us += DAYS(101);
	index = house_size(house);
	erase();
	leaf = house_leaf(house, index);
	check(memmem(leaf.p, leaf.len, "\"type\":\"erasure\"", 16) != NULL);
	check(ledger_open(&house->gate, &text, &house->arena, index) == 0);
	check(text.for_asker.len > 200);
	index = house_size(house);
	check_u64(hold("H", 0, 5).status, 201);
	leaf = house_leaf(house, index);
	check(memmem(leaf.p, leaf.len, "\"type\":\"erasure\"", 16) != NULL);
	check(memmem(leaf.p, leaf.len, "subpoena", 8) == NULL);
	press_close(&press);
}

static void
p9_erasing_and_holding_are_for_those_whose_office_it_is(void)
{
	static const struct {
		const char *who;
		const char *operation;
		const char *parameter;
		const char *body;
		uint64_t status;
	} cases[] = {
		{ "amy", "createErasure", NULL, "{\"role\":\"data_owner\"}",
		    403 },
		{ "cal", "createErasure", NULL, "{\"role\":\"data_owner\"}",
		    403 },
		{ "cal", "createErasure", NULL, "{\"role\":\"counsel\"}", 403 },
		{ "pam", "createHold", NULL,
		    "{\"id\":\"H\",\"from\":0,\"to\":1,\"reason\":\"r\","
		    "\"role\":\"privacy_officer\"}",
		    403 },
		{ "cal", "createHold", NULL,
		    "{\"id\":\"H\",\"from\":0,\"to\":1,\"reason\":\"r\","
		    "\"role\":\"counsel\"}",
		    201 },
		{ "cal", "createHold", NULL,
		    "{\"id\":\"H\",\"from\":0,\"to\":1,\"reason\":\"r\","
		    "\"role\":\"counsel\"}",
		    409 },
		{ "cal", "createHold", NULL,
		    "{\"id\":\"H2\",\"from\":5,\"to\":5,\"reason\":\"r\","
		    "\"role\":\"counsel\"}",
		    400 },
		{ "cal", "createHold", NULL,
		    "{\"id\":\"H2\",\"from\":-1,\"to\":5,\"reason\":\"r\","
		    "\"role\":\"counsel\"}",
		    400 },
		{ "cal", "createHold", NULL,
		    "{\"id\":\" \",\"from\":0,\"to\":5,\"reason\":\"r\","
		    "\"role\":\"counsel\"}",
		    400 },
		{ "dot", "liftHold", "H", "{\"role\":\"data_owner\"}", 403 },
		{ "dot", "liftHold", "H", "{\"role\":\"counsel\"}", 200 },
		{ "dot", "liftHold", "H", "{\"role\":\"counsel\"}", 404 },
		{ "dot", "liftHold", "none", "{\"role\":\"counsel\"}", 404 },
	};

	begin();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct house_answer answer = house_ask(&press.house,
		    cases[i].who, cases[i].operation, cases[i].parameter, NULL,
		    cases[i].body);

		if (!check_u64(answer.status, cases[i].status))
			printf("# case %zu: %.*s\n", i,
			    STR_ARG(answer.body));
	}
	press_close(&press);
}

static void
each_kind_has_its_own_period_and_none_is_for_ever(void)
{
	struct house *house = &press.house;
	struct entry_text text = { 0 };
	uint64_t look;
	uint64_t ground;

	begin();
	look = house_size(house);
	house_ask(house, "amy", "getReceipt", "0", NULL, NULL);
	ground = house_size(house);
	house_ask(house, "sue", "createInvestigation", NULL, NULL,
	    "{\"number\":\"24-900\",\"offence\":\"fraud\"}");
	request("amy", HOUSE_PLATE);
	house->now_us += DAYS(101);
	erase();
	check(ledger_open(&house->gate, &text, &house->arena, last_index) ==
	    LEDGER_E_ABSENT);
	check(ledger_open(&house->gate, &text, &house->arena, look) == 0);
	house->now_us += DAYS(300);
	erase();
	check(ledger_open(&house->gate, &text, &house->arena, look) ==
	    LEDGER_E_ABSENT);
	house->now_us += DAYS(20000);
	erase();
	check(ledger_open(&house->gate, &text, &house->arena, ground) == 0);
	press_close(&press);
}

static void
the_key_in_use_is_never_erased(void)
{
	struct house *house = &press.house;
	struct traces now;

	begin();
	house->gate.keep_us[ENTRY_REQUEST] = 1;
	request("amy", HOUSE_PLATE);
	now = traces_of(last_index, last_id);
	house->now_us += 10 * INSTANT_SECOND;
	erase();
	check(is_in_files(now.wrapped));
	request("amy", HOUSE_PLATE);
	check_u64(house_ask(house, "amy", "getRequest", last_id, NULL, NULL)
		      .status,
	    200);
	house->now_us += DAYS(2);
	erase();
	check(!is_in_files(now.wrapped));
	request("amy", HOUSE_PLATE);
	check_u64(house_ask(house, "amy", "getRequest", last_id, NULL, NULL)
		      .status,
	    200);
	press_close(&press);
}

static void
a_long_erasure_goes_in_steps(void)
{
	struct house *house = &press.house;
	struct house_answer answer;
	size_t n_steps = 0;

	begin();
	house->gate.keep_us[ENTRY_READ] = DAYS(1);
	for (size_t i = 0; i < LIMIT_ERASE + 20; i++)
		house_ask(house, "amy", "getReceipt", "0", NULL, NULL);
	house->now_us += DAYS(2);
	do {
		answer = erase();
		n_steps++;
	} while (house_has(answer, "\"more\":true") && n_steps < 9);
	check_u64(n_steps, 2);
	check(house_has(answer, "\"erased\":20"));
	press_close(&press);
}

/* A year that nobody erased in, of every kind of entry. */
static void
many_keys_go_in_steps(void)
{
	struct house *house = &press.house;
	struct store_epoch epoch = { .class = STR("read"),
		.wrapped = STR("spent") };

	begin();
	check(entries_last_epoch(house->store, &epoch.id) == 0);
	check(store_begin(house->store) == 0);
	for (size_t i = 0; i < LIMIT_SWEEP + 1; i++) {
		epoch.id++;
		check(entries_put_epoch(house->store, &epoch) == 0);
	}
	check(store_commit(house->store) == 0);
	check(house_has(erase(), "\"keys\":1000,\"more\":true"));
	check(house_has(erase(), "\"keys\":1,\"more\":false"));
	check(house_has(erase(), "\"keys\":0,\"more\":false"));
	press_close(&press);
}

static void
a_keeper_that_is_down_leaves_what_is_held_in_its_place(void)
{
	struct house *house = &press.house;
	struct entry_text text = { 0 };
	struct house_answer answer;
	uint64_t held;

	begin();
	request("amy", HOUSE_PLATE);
	held = last_index;
	check_u64(hold("H", held, held + 1).status, 201);
	house->now_us += DAYS(101);
	house_restart(house);
	house->gate.keep_us[ENTRY_REQUEST] = DAYS(100);
	/* Its epoch's key is with the keeper, who only signs today. */
	house->is_unwrap_down = true;
	answer = erase();
	check(house_has(answer, "\"held\":0"));
	check(house_has(answer, "\"waiting\":1"));
	house->is_unwrap_down = false;
	check(ledger_open(&house->gate, &text, &house->arena, held) == 0);
	answer = erase();
	check(house_has(answer, "\"held\":1"));
	press_close(&press);
}

static void
a_reader_in_the_way_is_waited_for_without_waiting(void)
{
	struct house *house = &press.house;
	struct store *reader;
	struct traces old;
	struct diag_list diags;
	struct store_entry entry;
	char path[128];

	begin();
	request("amy", HOUSE_PLATE);
	old = traces_of(last_index, last_id);
	snprintf(path, sizeof(path), "%s/stile.db", house->dir);
	diag_init(&diags, &house->arena, STR("reader"), (struct str){ 0 });
	check(store_open(&reader, str_of(path), STORE_READ, &diags) == 0);
	check(store_begin(reader) == 0);
	check(entries_find(reader, &house->arena, &entry, 0) == 0);
	house->now_us += DAYS(101);
	check_u64(house_ask(house, "dot", "createErasure", NULL, NULL,
		      "{\"role\":\"data_owner\"}")
		      .status,
	    201);
	check(erase_settle(&house->gate) == ERASE_E_WAIT);
	check(house->gate.is_unsettled);
	store_rollback(reader);
	store_close(reader);
	check(erase_settle(&house->gate) == 0);
	check(!is_in_files(old.sealed));
	press_close(&press);
}

static const struct tap_test tests[] = {
	TEST(p6_values_and_keys_past_their_period_are_gone_from_the_files),
	TEST(what_a_request_was_about_goes_with_it),
	TEST(p6_proofs_receipts_and_earlier_releases_stand),
	TEST(p6_a_legal_hold_keeps_values_and_lets_the_key_of_their_time_go),
	TEST(p7_erasures_and_holds_are_entries_that_say_what_went),
	TEST(p9_erasing_and_holding_are_for_those_whose_office_it_is),
	TEST(each_kind_has_its_own_period_and_none_is_for_ever),
	TEST(the_key_in_use_is_never_erased),
	TEST(a_long_erasure_goes_in_steps),
	TEST(many_keys_go_in_steps),
	TEST(a_keeper_that_is_down_leaves_what_is_held_in_its_place),
	TEST(a_reader_in_the_way_is_waited_for_without_waiting),
};

TAP_MAIN(tests)
