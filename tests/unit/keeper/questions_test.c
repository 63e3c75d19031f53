/* What the keeper answers, and above all what it refuses to sign. */
#include "keeper/questions.h"

#include <fcntl.h>

#include "growing_log.h"
#include "tlog/checkpoint.h"

struct desk {
	struct holder holder;
	struct keyring *keys;
	struct lastsigned last;
	struct eventlog log;
	struct questions questions;
	struct growing_log grown;
	struct buf ask;
	struct buf out;
	struct frame answer;
};

static void
sit_down(struct desk *desk)
{
	struct arena arena;
	struct diag_list diags;
	char path[96];

	arena_init(&arena, 65536);
	diag_init(&diags, &arena, STR(""), STR(""));
	check(keyring_load(&desk->keys, &diags, desk->holder.dir,
		  STR(ORIGIN)) == 0);
	arena_fini(&arena);
	holder_path(path, &desk->holder, "keys/keeper.state");
	check(lastsigned_open(&desk->last, path) == 0);
	desk->log = eventlog_stderr("keeper");
	desk->log.fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	desk->questions = (struct questions){ desk->keys, &desk->last,
		&desk->log };
}

static void
get_up(struct desk *desk)
{
	close(desk->log.fd);
	keyring_free(desk->keys);
	lastsigned_close(&desk->last);
}

static void
open_desk(struct desk *desk)
{
	memset(desk, 0, sizeof(*desk));
	holder_settle(&desk->holder);
	growing_log_init(&desk->grown, 0, GROWN);
	buf_init(&desk->ask, 4 << 20);
	buf_init(&desk->out, 4 << 20);
	sit_down(desk);
}

static void
close_desk(struct desk *desk)
{
	get_up(desk);
	buf_fini(&desk->ask);
	buf_fini(&desk->out);
	holder_leave(&desk->holder);
}

/* As after a crash: a keeper that knows only what is on the disk. */
static void
crash(struct desk *desk)
{
	get_up(desk);
	sit_down(desk);
}

/* Put the question in desk->ask. Returns: what questions_answer() did. */
static int
put_question(struct desk *desk)
{
	struct frame ask;
	size_t len;
	int r;

	buf_reset(&desk->out);
	desk->answer = (struct frame){ 0 };
	check(frame_parse(&ask, &len, buf_str(&desk->ask)) == 0);
	r = questions_answer(&desk->questions, &desk->out, &ask);
	buf_reset(&desk->ask);
	if (r == 0) {
		check(frame_parse(&desk->answer, &len, buf_str(&desk->out)) ==
		    0);
		check_u64(len, desk->out.len);
	}
	return r;
}

static void
check_signed(struct desk *desk, uint64_t size)
{
	struct str note = frame_find(&desk->answer, KEEPER_NOTE);
	struct tlog_checkpoint checkpoint;
	struct digest root;

	check_u64(desk->answer.kind, KEEPER_KIND_SIGN);
	check(note.p != NULL);
	if (note.p == NULL)
		return;
	check(tlog_checkpoint_open(&checkpoint, note, &desk->keys->log.key) ==
	    0);
	tlog_merkle_root_of(&root, desk->grown.leaves, size);
	check_u64(checkpoint.size, size);
	check(memcmp(&checkpoint.root, &root, sizeof(root)) == 0);
	check_u64(desk->last.size, size);
}

static void
sign(struct desk *desk, uint64_t old_size, uint64_t size)
{
	growing_log_ask(&desk->grown, &desk->ask, 7, old_size, size);
	check_u64(put_question(desk), 0);
	check_u64(desk->answer.id, 7);
	check_signed(desk, size);
}

/* The question is refused, says why, and nothing is signed. */
static void
check_refused(struct desk *desk, const char *reason)
{
	struct lastsigned before = desk->last;

	check_u64(put_question(desk), 0);
	check_u64(desk->answer.kind, KEEPER_KIND_REFUSED);
	check_str(frame_find(&desk->answer, KEEPER_REASON), str_of(reason));
	check(frame_find(&desk->answer, KEEPER_NOTE).p == NULL);
	check(memcmp(&before, &desk->last, sizeof(before)) == 0);
}

static void
p7_keeper_signs_what_extends_its_last(void)
{
	struct desk desk;

	open_desk(&desk);
	sign(&desk, 0, 0);
	sign(&desk, 0, 1);
	sign(&desk, 1, 2);
	sign(&desk, 2, 256);
	sign(&desk, 256, 257);
	sign(&desk, 257, 600);
	close_desk(&desk);
}

static void
p7_keeper_refuses_a_fork(void)
{
	struct desk desk;

	open_desk(&desk);
	sign(&desk, 0, 100);
	growing_log_init(&desk.grown, 1, 60);
	growing_log_ask(&desk.grown, &desk.ask, 1, 100, 120);
	check_refused(&desk, "the log of 120 entries is not shown to extend "
			     "the 100 that are signed");
	growing_log_ask(&desk.grown, &desk.ask, 1, 100, 100);
	check_refused(&desk, "the log was forked: its 100 entries are not "
			     "those that are signed");
	/* It still signs the log that it knows. */
	growing_log_init(&desk.grown, 0, GROWN);
	sign(&desk, 100, 120);
	close_desk(&desk);
}

static void
p7_keeper_refuses_a_rolled_back_log(void)
{
	struct desk desk;

	open_desk(&desk);
	sign(&desk, 0, 100);
	growing_log_ask(&desk.grown, &desk.ask, 1, 0, 99);
	check_refused(&desk, "the log was rolled back: it has 99 entries, 100 "
			     "are signed");
	crash(&desk);
	growing_log_ask(&desk.grown, &desk.ask, 1, 0, 0);
	check_refused(&desk, "the log was rolled back: it has 0 entries, 100 "
			     "are signed");
	close_desk(&desk);
}

static void
p7_keeper_refuses_what_is_not_proven(void)
{
	static const char reason[] = "the log of 100 entries is not shown to "
				     "extend the 50 that are signed";
	struct desk desk;

	open_desk(&desk);
	sign(&desk, 0, 50);
	/* The proof of another step, none at all, and of a wrong hash. */
	growing_log_ask(&desk.grown, &desk.ask, 1, 49, 100);
	check_refused(&desk, reason);
	growing_log_ask(&desk.grown, &desk.ask, 1, 0, 100);
	check_refused(&desk, reason);
	growing_log_ask(&desk.grown, &desk.ask, 1, 50, 100);
	desk.ask.bytes[desk.ask.len - 1] ^= 1;
	check_refused(&desk, reason);
	/* A size past all trees. */
	growing_log_ask(&desk.grown, &desk.ask, 1, 50, 100);
	memset(desk.ask.bytes + FRAME_HEAD + FRAME_FIELD_HEAD, 0xff, 8);
	check_u64(put_question(&desk), 0);
	check_u64(desk.answer.kind, KEEPER_KIND_REFUSED);
	sign(&desk, 50, 100);
	close_desk(&desk);
}

/* Found by fuzz/keeper_frames: a size that no checkpoint can say. */
static void
p7_a_size_past_all_logs_is_not_signed(void)
{
	struct desk desk;

	open_desk(&desk);
	growing_log_ask(&desk.grown, &desk.ask, 1, 0, 0);
	desk.ask.bytes[FRAME_HEAD + FRAME_FIELD_HEAD] = (char)0x80;
	check_refused(&desk, "9223372036854775808 entries are more than a log "
			     "can have");
	check(questions_is_own(&desk.questions));
	close_desk(&desk);
}

static void
the_same_checkpoint_asked_again_is_the_same_note(void)
{
	struct desk desk;
	char note[LIMIT_KEEPER_NOTE];
	struct str first;

	open_desk(&desk);
	sign(&desk, 0, 10);
	first = frame_find(&desk.answer, KEEPER_NOTE);
	memcpy(note, first.p, first.len);
	/* The gate may not know that its question had been heard. */
	growing_log_ask(&desk.grown, &desk.ask, 1, 5, 10);
	check_u64(put_question(&desk), 0);
	check_str(frame_find(&desk.answer, KEEPER_NOTE),
	    ((struct str){ note, first.len }));
	close_desk(&desk);
}

/* kill -9 after the state was made durable, before the answer was sent. */
static void
p7_a_crash_before_the_answer_cannot_make_a_fork(void)
{
	struct desk desk;
	struct str note;
	struct tlog_checkpoint checkpoint;
	size_t place;

	open_desk(&desk);
	sign(&desk, 0, 20);
	growing_log_ask(&desk.grown, &desk.ask, 1, 20, 30);
	check_u64(put_question(&desk), 0);
	crash(&desk);
	/* The gate learns what was signed … */
	place = frame_begin(&desk.ask, KEEPER_KIND_HELLO, 1);
	check(frame_end(&desk.ask, place) == 0);
	check_u64(put_question(&desk), 0);
	note = frame_find(&desk.answer, KEEPER_NOTE);
	check(tlog_checkpoint_open(&checkpoint, note, &desk.keys->log.key) ==
	    0);
	check_u64(checkpoint.size, 30);
	/* … gets it again, and nothing else in its place. */
	growing_log_ask(&desk.grown, &desk.ask, 1, 20, 30);
	check_u64(put_question(&desk), 0);
	check_signed(&desk, 30);
	growing_log_init(&desk.grown, 1, 25);
	growing_log_ask(&desk.grown, &desk.ask, 1, 20, 30);
	check_refused(&desk, "the log was forked: its 30 entries are not those "
			     "that are signed");
	growing_log_ask(&desk.grown, &desk.ask, 1, 20, 31);
	check_refused(&desk, "the log of 31 entries is not shown to extend the "
			     "30 that are signed");
	close_desk(&desk);
}

static void
p7_no_signature_leaves_when_the_state_cannot_be_written(void)
{
	struct desk desk;
	int fd;

	open_desk(&desk);
	sign(&desk, 0, 20);
	fd = desk.last.fd;
	desk.last.fd = open("/dev/full", O_RDWR | O_CLOEXEC);
	growing_log_ask(&desk.grown, &desk.ask, 1, 20, 30);
	check(put_question(&desk) < 0);
	check_u64(desk.out.len, 0);
	check_u64(desk.last.size, 20);
	close(desk.last.fd);
	desk.last.fd = fd;
	close_desk(&desk);
}

static void
hello_says_the_keys_and_what_was_signed(void)
{
	struct desk desk;
	struct tlog_note_key key;
	size_t place;

	open_desk(&desk);
	place = frame_begin(&desk.ask, KEEPER_KIND_HELLO, 3);
	check(frame_end(&desk.ask, place) == 0);
	check_u64(put_question(&desk), 0);
	check_u64(desk.answer.kind, KEEPER_KIND_HELLO);
	check(tlog_note_key_parse(&key,
		  frame_find(&desk.answer, KEEPER_VKEY)) == 0);
	check_str(frame_find(&desk.answer, KEEPER_SEAL_PUBLIC),
	    ((struct str){ (const char *)&desk.keys->seal_public, 32 }));
	check(frame_find(&desk.answer, KEEPER_NOTE).p == NULL);
	close_desk(&desk);
}

static void
indexes_come_in_order_and_are_keyed(void)
{
	static const char *const subjects[] = { "licence|NY|123456789",
		"vin|1HGCM82633A004352", "person|DOE|JANE|1980-01-02" };
	struct desk desk;
	struct str rest;
	struct str value;
	uint16_t tag;
	size_t place;
	size_t n = 0;

	open_desk(&desk);
	place = frame_begin(&desk.ask, KEEPER_KIND_INDEX, 3);
	for (size_t i = 0; i < ARRAY_LEN(subjects); i++)
		frame_put(&desk.ask, KEEPER_SUBJECT, str_of(subjects[i]));
	check(frame_end(&desk.ask, place) == 0);
	check_u64(put_question(&desk), 0);
	check_u64(desk.answer.kind, KEEPER_KIND_INDEX);
	rest = desk.answer.fields;
	while (frame_next(&tag, &value, &rest)) {
		struct digest index;

		hmac_of(&desk.keys->subjects, &index, subjects[n],
		    strlen(subjects[n]));
		check_u64(tag, KEEPER_INDEX);
		check_str(value,
	    ((struct str){ (const char *)&index, 32 }));
		n++;
	}
	check_u64(n, ARRAY_LEN(subjects));
	close_desk(&desk);
}

static void
a_key_wrapped_to_the_keeper_is_opened_and_no_other(void)
{
	struct desk desk;
	struct seal_key key = { { 1, 2, 3 } };
	struct seal_wrapped wrapped;
	size_t place;

	open_desk(&desk);
	check(seal_wrap(&wrapped, &desk.keys->seal_public, &key) == 0);
	for (int broken = 0; broken < 2; broken++) {
		wrapped.b[40] ^= (uint8_t)broken;
		place = frame_begin(&desk.ask, KEEPER_KIND_UNWRAP, 3);
		frame_put(&desk.ask, KEEPER_WRAPPED,
		    (struct str){ (const char *)&wrapped, sizeof(wrapped) });
		check(frame_end(&desk.ask, place) == 0);
		check_u64(put_question(&desk), 0);
		if (broken)
			check_str(frame_find(&desk.answer, KEEPER_REASON),
			    STR("the key is not wrapped to this keeper"));
		else
			check_str(frame_find(&desk.answer, KEEPER_KEY),
	    ((struct str){ (const char *)&key, sizeof(key) }));
	}
	close_desk(&desk);
}

static void
ask_of_consignment(struct desk *desk, enum keeper_kind kind,
    const struct seal_wrapped *wrapped, const char *subject)
{
	size_t place = frame_begin(&desk->ask, (uint8_t)kind, 3);

	frame_put(&desk->ask, KEEPER_WRAPPED,
	    (struct str){ (const char *)wrapped, sizeof(*wrapped) });
	if (subject != NULL)
		frame_put(&desk->ask, KEEPER_SUBJECT, str_of(subject));
	check(frame_end(&desk->ask, place) == 0);
	check_u64(put_question(desk), 0);
}

static void
a_token_is_made_of_an_index_key_that_stays(void)
{
	struct desk desk;
	struct seal_key key = { { 4, 5, 6 } };
	struct seal_wrapped wrapped;
	struct digest token;
	struct hmac hmac;

	open_desk(&desk);
	check(seal_wrap(&wrapped, &desk.keys->consign_public[KEYRING_INDEX],
		  &key) == 0);
	ask_of_consignment(&desk, KEEPER_KIND_TOKEN, &wrapped,
	    "vin|1M8GDM9AXKP042788");
	hmac_init(&hmac, key.b, sizeof(key.b));
	hmac_of(&hmac, &token, "vin|1M8GDM9AXKP042788", 21);
	check_u64(desk.answer.kind, KEEPER_KIND_TOKEN);
	check_str(frame_find(&desk.answer, KEEPER_INDEX),
	    ((struct str){ (const char *)&token, sizeof(token) }));
	/* By no other question does it come out. */
	ask_of_consignment(&desk, KEEPER_KIND_UNWRAP, &wrapped, NULL);
	check_u64(desk.answer.kind, KEEPER_KIND_REFUSED);
	ask_of_consignment(&desk, KEEPER_KIND_HALF, &wrapped, NULL);
	check_u64(desk.answer.kind, KEEPER_KIND_REFUSED);
	close_desk(&desk);
}

static void
a_half_is_given_and_a_work_key_is_not(void)
{
	struct desk desk;
	struct seal_key key = { { 7, 8, 9 } };
	struct seal_wrapped wrapped;

	open_desk(&desk);
	check(seal_wrap(&wrapped, &desk.keys->consign_public[KEYRING_HALF],
		  &key) == 0);
	ask_of_consignment(&desk, KEEPER_KIND_HALF, &wrapped, NULL);
	check_str(frame_find(&desk.answer, KEEPER_KEY),
	    ((struct str){ (const char *)&key, sizeof(key) }));
	check(seal_wrap(&wrapped, &desk.keys->consign_public[KEYRING_WORK],
		  &key) == 0);
	ask_of_consignment(&desk, KEEPER_KIND_HALF, &wrapped, NULL);
	check_u64(desk.answer.kind, KEEPER_KIND_REFUSED);
	ask_of_consignment(&desk, KEEPER_KIND_TOKEN, &wrapped, "vin|X");
	check_u64(desk.answer.kind, KEEPER_KIND_REFUSED);
	close_desk(&desk);
}

/* Ask with these fields: tags, each with so many bytes; a tag 0 ends it. */
struct shape {
	uint8_t kind;
	struct {
		uint16_t tag;
		size_t len;
	} fields[5];
};

static void
what_is_no_question_is_bad(void)
{
	static const struct shape shapes[] = {
		{ 0, { { 0, 0 } } },
		{ 77, { { 0, 0 } } },
		{ KEEPER_KIND_REFUSED, { { KEEPER_REASON, 3 } } },
		{ KEEPER_KIND_HELLO, { { KEEPER_SIZE, 8 } } },
		{ KEEPER_KIND_INDEX, { { 0, 0 } } },
		{ KEEPER_KIND_INDEX, { { KEEPER_SUBJECT, 0 }, { 0, 0 } } },
		{ KEEPER_KIND_INDEX,
		    { { KEEPER_SUBJECT, LIMIT_KEEPER_SUBJECT + 1 } } },
		{ KEEPER_KIND_INDEX, { { KEEPER_SUBJECT, 3 }, { 500, 1 } } },
		{ KEEPER_KIND_SIGN, { { KEEPER_SIZE, 8 } } },
		{ KEEPER_KIND_SIGN, { { KEEPER_SIZE, 7 }, { KEEPER_ROOT, 32 } } },
		{ KEEPER_KIND_SIGN, { { KEEPER_SIZE, 8 }, { KEEPER_ROOT, 31 } } },
		{ KEEPER_KIND_SIGN, { { KEEPER_SIZE, 8 }, { KEEPER_SIZE, 8 },
				      { KEEPER_ROOT, 32 } } },
		{ KEEPER_KIND_SIGN, { { KEEPER_SIZE, 8 }, { KEEPER_ROOT, 32 },
				      { KEEPER_PROOF, 33 } } },
		{ KEEPER_KIND_SIGN, { { KEEPER_SIZE, 8 }, { KEEPER_ROOT, 32 },
				      { KEEPER_PROOF, 65 * 32 } } },
		{ KEEPER_KIND_UNWRAP, { { KEEPER_WRAPPED, 79 } } },
		{ KEEPER_KIND_UNWRAP, { { 0, 0 } } },
		{ KEEPER_KIND_TOKEN, { { KEEPER_WRAPPED, 80 } } },
		{ KEEPER_KIND_TOKEN,
		    { { KEEPER_WRAPPED, 79 }, { KEEPER_SUBJECT, 3 } } },
		{ KEEPER_KIND_TOKEN,
		    { { KEEPER_WRAPPED, 80 }, { KEEPER_SUBJECT, 3 },
			{ KEEPER_SUBJECT, 3 } } },
		{ KEEPER_KIND_HALF, { { KEEPER_WRAPPED, 81 } } },
	};
	static const char zeros[4096];
	struct desk desk;

	open_desk(&desk);
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		size_t place = frame_begin(&desk.ask, shapes[i].kind, i);

		for (size_t k = 0; shapes[i].fields[k].tag != 0; k++)
			frame_put(&desk.ask, shapes[i].fields[k].tag,
			    (struct str){ zeros, shapes[i].fields[k].len });
		check(frame_end(&desk.ask, place) == 0);
		check_u64(put_question(&desk), QUESTIONS_E_BAD);
		check_u64(desk.out.len, 0);
	}
	check_u64(desk.last.sequence, 0);
	close_desk(&desk);
}

static void
a_subject_may_be_as_long_as_its_limit(void)
{
	static const char zeros[LIMIT_KEEPER_SUBJECT];
	struct desk desk;
	size_t place;

	open_desk(&desk);
	place = frame_begin(&desk.ask, KEEPER_KIND_INDEX, 1);
	frame_put(&desk.ask, KEEPER_SUBJECT,
	    (struct str){ zeros, sizeof(zeros) });
	check(frame_end(&desk.ask, place) == 0);
	check_u64(put_question(&desk), 0);
	close_desk(&desk);
}

static void
a_state_of_other_keys_is_not_its_own(void)
{
	struct desk desk;
	struct desk other;

	open_desk(&desk);
	open_desk(&other);
	check(questions_is_own(&desk.questions));
	sign(&desk, 0, 5);
	check(questions_is_own(&desk.questions));
	desk.questions.keys = other.keys;
	check(!questions_is_own(&desk.questions));
	close_desk(&desk);
	close_desk(&other);
}

static const struct tap_test tests[] = {
	TEST(p7_keeper_signs_what_extends_its_last),
	TEST(p7_keeper_refuses_a_fork),
	TEST(p7_keeper_refuses_a_rolled_back_log),
	TEST(p7_keeper_refuses_what_is_not_proven),
	TEST(p7_a_crash_before_the_answer_cannot_make_a_fork),
	TEST(p7_no_signature_leaves_when_the_state_cannot_be_written),
	TEST(p7_a_size_past_all_logs_is_not_signed),
	TEST(the_same_checkpoint_asked_again_is_the_same_note),
	TEST(hello_says_the_keys_and_what_was_signed),
	TEST(indexes_come_in_order_and_are_keyed),
	TEST(a_key_wrapped_to_the_keeper_is_opened_and_no_other),
	TEST(a_token_is_made_of_an_index_key_that_stays),
	TEST(a_half_is_given_and_a_work_key_is_not),
	TEST(what_is_no_question_is_bad),
	TEST(a_subject_may_be_as_long_as_its_limit),
	TEST(a_state_of_other_keys_is_not_its_own),
};

TAP_MAIN(tests)
