/* One witness from the log's side: every answer it can give has a name. */
#include "courier/errand.h"

#include "limits.h"
#include "tap.h"
#include "tlog/merkle.h"

#define NOW UINT64_C(1800000000)

struct desk {
	struct arena arena;
	struct tlog_note_signer log;
	struct tlog_note_signer signer;
	struct tlog_policy_witness witness;
	struct webcall_agent *agent;
	struct errand errand;
	struct errand_round round;
	struct buf note;
};

static void
begin(struct desk *desk)
{
	struct ed25519_seed seed = { .b = { 1 } };

	*desk = (struct desk){ .round = { .now = NOW, .timeout_ms = 1000 } };
	arena_init(&desk->arena, 1u << 20);
	check(webcall_agent_new(&desk->agent, &(struct webcall_options){
	    .caller = "test" }) == 0);
	check(tlog_note_signer_init(&desk->log, STR("log.example"),
		  TLOG_NOTE_ED25519, &seed) == 0);
	seed.b[0] = 2;
	check(tlog_note_signer_init(&desk->signer, STR("w.example"),
		  TLOG_NOTE_COSIGNATURE, &seed) == 0);
	desk->witness = (struct tlog_policy_witness){ .name = STR("w"),
		.key = desk->signer.key, .url = STR("https://w.example/x/") };
	check(errand_init(&desk->errand, &desk->arena, &desk->witness) == 0);
	desk->round.checkpoint = (struct tlog_checkpoint){
		.origin = STR("log.example"), .size = 7 };
	buf_init(&desk->note, 4096);
	tlog_checkpoint_sign(&desk->round.checkpoint, &desk->note, &desk->log);
	desk->round.note = buf_str(&desk->note);
	desk->errand.n_asked = 1;
}

static void
end(struct desk *desk)
{
	errand_fini(&desk->errand);
	webcall_agent_freep(&desk->agent);
	buf_fini(&desk->note);
	arena_fini(&desk->arena);
}

/* As if this had been answered. Returns: whether it is asked again. */
static bool
answered(struct desk *desk, long status, const char *body)
{
	struct webcall *call = &desk->errand.call;

	call->end = WEBCALL_DONE;
	call->status = status;
	buf_fini(&call->body);
	buf_init(&call->body, LIMIT_TLOG_WITNESS_ANSWER);
	buf_add_text(&call->body, body);
	return errand_hear(&desk->errand, &desk->round);
}

static void
a_url_is_made_of_the_submission_prefix(void)
{
	struct desk desk;

	begin(&desk);
	check_str(str_of(desk.errand.url),
	    STR("https://w.example/x/add-checkpoint"));
	end(&desk);
}

static void
a_cosignature_is_kept_with_its_time_and_size(void)
{
	struct desk desk;
	struct buf line;
	struct tlog_note note;

	begin(&desk);
	desk.errand.n_failures = 5;
	buf_init(&line, 1024);
	check(tlog_note_parse(&note, desk.round.note) == 0);
	tlog_note_add_signature(&line, note.text, &desk.signer, NOW - 1);
	check(!answered(&desk, 200, line.bytes));
	check(desk.errand.state == ERRAND_COSIGNED);
	check_str(buf_str(&desk.errand.line), buf_str(&line));
	check_u64(desk.errand.last_time, NOW - 1);
	check_u64(desk.errand.last_size, 7);
	check_u64(desk.errand.known_size, 7);
	check_u64(desk.errand.n_failures, 0);
	buf_fini(&line);
	end(&desk);
}

static void
h12_each_answer_has_its_name(void)
{
	static const struct {
		long status;
		const char *body;
		enum errand_state state;
	} rows[] = {
		{ 200, "", ERRAND_LIES },
		{ 200, "yes\n", ERRAND_LIES },
		{ 200, "\xe2\x80\x94 w.example AAAAAAA=\n", ERRAND_LIES },
		{ 409, "", ERRAND_FORK },
		{ 409, "seven\n", ERRAND_FORK },
		{ 409, "0\n", ERRAND_LIES }, /* what we asked with */
		{ 422, "no\n", ERRAND_FORK },
		{ 404, "unknown log\n", ERRAND_REFUSED },
		{ 403, "", ERRAND_REFUSED },
		{ 400, "", ERRAND_REFUSED },
		{ 429, "slower\n", ERRAND_REFUSED },
		{ 500, "", ERRAND_REFUSED },
		{ 302, "", ERRAND_REFUSED },
		{ 0, "", ERRAND_REFUSED },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct desk desk;

		begin(&desk);
		check(!answered(&desk, rows[i].status, rows[i].body));
		if (!check(desk.errand.state == rows[i].state))
			printf("# %ld %s: %s\n", rows[i].status, rows[i].body,
			    errand_state_name(desk.errand.state));
		check_u64(desk.errand.line.len, 0);
		check_u64(desk.errand.n_failures, 1);
		check(desk.errand.why[0] != '\0');
		end(&desk);
	}
}

static void
a_size_that_was_not_known_is_asked_with_once_more(void)
{
	struct desk desk;

	begin(&desk);
	check(answered(&desk, 409, "3\n"));
	check_u64(desk.errand.known_size, 3);
	desk.errand.n_asked = 2;
	check(!answered(&desk, 409, "4\n"));
	check(desk.errand.state == ERRAND_LIES);
	end(&desk);
}

static void
h12_a_larger_size_than_ours_is_a_rollback_or_a_lie(void)
{
	struct desk desk;

	begin(&desk);
	check(answered(&desk, 409, "8\n"));
	check(errand_begin(&desk.errand, desk.agent, &desk.round) ==
	    ERRAND_E_NOT_NOW);
	check(desk.errand.state == ERRAND_AHEAD);
	check(strstr(desk.errand.why, "size 8") != NULL);
	check(strstr(desk.errand.why, "rolled back") != NULL);
	end(&desk);
}

static void
a_witness_that_asks_for_patience_is_left_alone(void)
{
	struct desk desk;

	begin(&desk);
	desk.errand.call.retry_s = UINT64_MAX;
	check(!answered(&desk, 429, ""));
	desk.errand.n_asked = 0;
	check(errand_begin(&desk.errand, desk.agent, &desk.round) ==
	    ERRAND_E_NOT_NOW);
	check(desk.errand.state == ERRAND_REFUSED);
	end(&desk);
}

static void
the_longest_report_fits(void)
{
	struct buf text;
	struct json json;
	char name[4000];

	memset(name, '"', sizeof(name));
	buf_init(&text, LIMIT_COURIER_REPORT);
	json_init(&json, &text);
	json_open_array(&json);
	for (int i = 0; i < LIMIT_TLOG_POLICY_ITEMS; i++) {
		struct desk desk;

		begin(&desk);
		desk.witness.name = (struct str){ name, sizeof(name) };
		memset(desk.witness.key.name.text, '"', LIMIT_TLOG_NAME);
		desk.witness.key.name.len = LIMIT_TLOG_NAME;
		memset(desk.errand.why, '\\', sizeof(desk.errand.why) - 1);
		errand_json(&desk.errand, &json);
		end(&desk);
	}
	json_close_array(&json);
	check(buf_finish(&text) == 0);
	buf_fini(&text);
}

static void
h12_foreign_bytes_reach_no_terminal_and_no_json(void)
{
	struct desk desk;
	struct buf text;
	struct json json;

	begin(&desk);
	desk.witness.name = STR("\xff\x1b[31mn\xc3\xa9");
	check(!answered(&desk, 404, "\x1b[2J\xff\x01 hm\n"));
	buf_init(&text, 4096);
	json_init(&json, &text);
	errand_json(&desk.errand, &json);
	buf_add_char(&text, '\0');
	check(strchr(text.bytes, '\x1b') == NULL);
	check(strstr(text.bytes, "\"name\":\"??[31mn\xc3\xa9\"") != NULL);
	check(strstr(text.bytes, "?[2J?? hm") != NULL);
	buf_fini(&text);
	end(&desk);
}

static void
names_are_looked_up_anew_after_a_while_without_them(void)
{
	int64_t limit = LIMIT_COURIER_LOOKUP_S * INT64_C(1000000);

	check(!errand_is_lost(1, limit));
	check(errand_is_lost(1, limit + 1));
	check(!errand_is_lost(0, limit + 1));
}

static const struct tap_test tests[] = {
	TEST(a_url_is_made_of_the_submission_prefix),
	TEST(a_cosignature_is_kept_with_its_time_and_size),
	TEST(h12_each_answer_has_its_name),
	TEST(a_size_that_was_not_known_is_asked_with_once_more),
	TEST(h12_a_larger_size_than_ours_is_a_rollback_or_a_lie),
	TEST(a_witness_that_asks_for_patience_is_left_alone),
	TEST(the_longest_report_fits),
	TEST(h12_foreign_bytes_reach_no_terminal_and_no_json),
	TEST(names_are_looked_up_anew_after_a_while_without_them),
};

TAP_MAIN(tests)
