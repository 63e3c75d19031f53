/* Cosigning from the clerk's side: what the courier brings is checked. */
#include "clerk/cosign.h"

#include "frames.h"
#include "holder_log.h"
#include "tlog/witness.h"
#include "util/clock.h"

#define SECOND_US INT64_C(1000000)

struct desk {
	struct holder_log holder;
	struct tlog_note_signer witnesses[2];
	struct eventlog log;
	struct config config;
	struct cosign cosign;
	struct buf note; /* what is to be published */
};

static void
write_policy(struct desk *desk)
{
	CLEANUP(buf_fini) struct buf text = { 0 };
	char path[96];

	buf_init(&text, 4096);
	for (int i = 0; i < 2; i++) {
		struct ed25519_seed seed = { .b = { 50, (uint8_t)i } };
		char name[16];

		snprintf(name, sizeof(name), "w%d.example", i);
		check(tlog_note_signer_init(&desk->witnesses[i], str_of(name),
			  TLOG_NOTE_COSIGNATURE, &seed) == 0);
		buf_add_format(&text, "witness w%d ", i);
		tlog_note_key_format(&desk->witnesses[i].key, &text);
		buf_add_char(&text, '\n');
	}
	buf_add_text(&text, "group both all w0 w1\nquorum both\n");
	snprintf(path, sizeof(path), "%s/policy", desk->holder.dir);
	check(file_replace(AT_FDCWD, path, buf_str(&text), 0600) == 0);
}

static void
begin(struct desk *desk)
{
	*desk = (struct desk){ .config.witness = { .policy = STR("policy"),
				   .timeout_s = 1, .interval_s = 1 } };
	holder_log_begin(&desk->holder);
	holder_log_grow(&desk->holder, 5);
	desk->log = eventlog_stderr("clerk");
	desk->log.fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	write_policy(desk);
	desk->cosign.log = &desk->log;
	desk->cosign.key = &desk->holder.signer.key;
	check(cosign_open(&desk->cosign, desk->holder.dir, &desk->config) ==
	    0);
	buf_init(&desk->note, LIMIT_TLOG_NOTE_BYTES);
	check(cosign_begin(&desk->cosign, buf_str(&desk->holder.note)) == 0);
}

static void
end(struct desk *desk)
{
	cosign_close(&desk->cosign);
	buf_fini(&desk->note);
	close(desk->log.fd);
	holder_log_end(&desk->holder);
}

/* Add a cosignature of the log's checkpoint to lines. */
static void
add(struct desk *desk, struct buf *lines, int who, int64_t off_s)
{
	struct clock clock = clock_system();
	struct tlog_note note;

	check(tlog_note_parse(&note, buf_str(&desk->holder.note)) == 0);
	tlog_note_add_signature(lines, note.text, &desk->witnesses[who],
	    (uint64_t)(clock_now_us(&clock) / SECOND_US + off_s));
}

static void
bring(struct desk *desk, struct str bytes)
{
	check(file_place(desk->cosign.outbox_fd, OUTBOX_COSIGNED, bytes,
		  0600) == 0);
}

static bool
has_witnessed(struct desk *desk)
{
	return faccessat(desk->cosign.outbox_fd, OUTBOX_WITNESSED, F_OK, 0) ==
	    0;
}

static size_t
n_lines(const struct desk *desk)
{
	struct tlog_note note;

	check(tlog_note_parse(&note, buf_str(&desk->note)) == 0);
	return note.n_signatures;
}

static void
what_comes_back_is_published_and_kept_when_the_quorum_is_met(void)
{
	CLEANUP(buf_fini) struct buf all = { 0 };
	struct desk desk;

	begin(&desk);
	buf_init(&all, LIMIT_TLOG_NOTE_BYTES);
	check(cosign_end(&desk.cosign, &desk.note) == COSIGN_E_WAIT);
	buf_add_str(&all, buf_str(&desk.holder.note));
	add(&desk, &all, 0, 0);
	bring(&desk, buf_str(&all));
	check(cosign_end(&desk.cosign, &desk.note) == 0);
	check_u64(n_lines(&desk), 2);
	check(!has_witnessed(&desk));
	check(!desk.cosign.was_met);

	check(cosign_begin(&desk.cosign, buf_str(&desk.holder.note)) == 0);
	/* What was left of the round before is not of this one. */
	buf_reset(&desk.note);
	check(cosign_end(&desk.cosign, &desk.note) == COSIGN_E_WAIT);
	add(&desk, &all, 1, 0);
	bring(&desk, buf_str(&all));
	check(cosign_end(&desk.cosign, &desk.note) == 0);
	check_u64(n_lines(&desk), 3);
	check(has_witnessed(&desk));
	check(desk.cosign.was_met);
	end(&desk);
}

static void
h12_a_courier_that_lies_adds_nothing(void)
{
	CLEANUP(buf_fini) struct buf all = { 0 };
	struct desk desk;

	buf_init(&all, LIMIT_TLOG_NOTE_BYTES);
	/* A stranger's line, another day's, and one of a changed text. */
	for (int i = 0; i < 4; i++) {
		begin(&desk);
		buf_reset(&all);
		buf_add_str(&all, buf_str(&desk.holder.note));
		if (i == 0)
			buf_add_text(&all,
			    "\xe2\x80\x94 stranger AAAAAAA=\n");
		add(&desk, &all, 0, i == 1 ? -86400 : 0);
		add(&desk, &all, 1, i == 2 ? 86400 : 0);
		if (i == 3)
			all.bytes[all.len - 20] =
			    all.bytes[all.len - 20] == 'A' ? 'B' : 'A';
		bring(&desk, buf_str(&all));
		check(cosign_end(&desk.cosign, &desk.note) == 0);
		check_u64(n_lines(&desk), i == 0 ? 3 : 2);
		check(has_witnessed(&desk) == (i == 0));
		end(&desk);
	}
}

static void
h12_what_is_another_checkpoint_is_not_waited_for_longer(void)
{
	static const char *const bad[] = { "", "nonsense",
		ORIGIN "\n6\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n"
		       "\xe2\x80\x94 w0.example AAAAAAA=\n" };
	struct desk desk;

	begin(&desk);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		bring(&desk, str_of(bad[i]));
		check(cosign_end(&desk.cosign, &desk.note) == COSIGN_E_WAIT);
	}
	/* Its time, one second here, and the margin are over. */
	desk.cosign.began_us -= 4 * SECOND_US;
	check(cosign_end(&desk.cosign, &desk.note) == 0);
	check_str(buf_str(&desk.note), buf_str(&desk.holder.note));
	end(&desk);
}

static void
a_checkpoint_goes_out_again_until_it_is_witnessed_and_then_seldom(void)
{
	struct desk desk;
	int64_t began;

	begin(&desk);
	check(cosign_due_us(&desk.cosign, SECOND_US) == INT64_MAX);
	desk.cosign.began_us -= 4 * SECOND_US;
	began = desk.cosign.began_us;
	check(cosign_end(&desk.cosign, &desk.note) == 0);
	check(cosign_due_us(&desk.cosign, SECOND_US) == began + SECOND_US);
	desk.cosign.was_met = true;
	check(cosign_due_us(&desk.cosign, SECOND_US) == INT64_MAX);
	desk.cosign.refresh_us = 7 * SECOND_US;
	check(cosign_due_us(&desk.cosign, SECOND_US) == began + 7 * SECOND_US);
	end(&desk);
}

static const struct tap_test tests[] = {
	TEST(what_comes_back_is_published_and_kept_when_the_quorum_is_met),
	TEST(h12_a_courier_that_lies_adds_nothing),
	TEST(h12_what_is_another_checkpoint_is_not_waited_for_longer),
	TEST(a_checkpoint_goes_out_again_until_it_is_witnessed_and_then_seldom),
};

TAP_MAIN(tests)
