/* The notary: durable before it answers, and nothing twice. */
#include "witness/notary.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/sha256.h"
#include "tap.h"
#include "tlog/merkle.h"

#define ORIGIN "log.example/a"

static int64_t now_us = INT64_C(1800000000) * 1000000;

static int64_t
read_clock(void *context)
{
	(void)context;
	return now_us;
}

struct desk {
	char dir[64];
	struct tlog_note_signer log;
	struct tlog_note_signer witness;
	struct loglist_row row;
	struct loglist list;
	struct clock clock;
	struct notary *notary;
	struct arena arena;
	struct buf body;
};

static int
open_notary(struct desk *desk)
{
	struct diag_list diags;

	diag_init(&diags, &desk->arena, STR("state"), STR(""));
	return notary_open(&desk->notary, &diags, desk->dir, &desk->list,
	    &desk->witness, &desk->clock);
}

static void
begin(struct desk *desk, uint64_t per_day)
{
	struct ed25519_seed seed = { .b = { 1 } };

	*desk = (struct desk){ .clock = { read_clock, NULL } };
	memcpy(desk->dir, "/tmp/stile-notary-XXXXXX", 25);
	check(mkdtemp(desk->dir) != NULL);
	check(tlog_note_signer_init(&desk->log, STR(ORIGIN), TLOG_NOTE_ED25519,
		  &seed) == 0);
	seed.b[0] = 2;
	check(tlog_note_signer_init(&desk->witness, STR("w.example"),
		  TLOG_NOTE_COSIGNATURE, &seed) == 0);
	desk->row = (struct loglist_row){ .origin = STR(ORIGIN),
		.keys = { desk->log.key }, .n_keys = 1, .per_day = per_day };
	desk->list = (struct loglist){ &desk->row, 1 };
	arena_init(&desk->arena, 1u << 20);
	buf_init(&desk->body, LIMIT_TLOG_WITNESS_BODY);
	check(open_notary(desk) == 0);
}

static void
end(struct desk *desk)
{
	notary_closep(&desk->notary);
	arena_fini(&desk->arena);
	buf_fini(&desk->body);
	chmod(desk->dir, 0700);
	for (int i = 0; i < 2; i++) {
		char path[160];
		struct digest digest;

		sha256_of(&digest, ORIGIN, sizeof(ORIGIN) - 1);
		snprintf(path, sizeof(path), "%s/", desk->dir);
		for (size_t b = 0; b < sizeof(digest.b); b++)
			snprintf(path + strlen(path), 3, "%02x", digest.b[b]);
		if (i == 1)
			snprintf(path + strlen(path), 5, ".new");
		unlink(path);
	}
	rmdir(desk->dir);
}

/* Checkpoints of a log whose entries are one letter each. */
static void
ask(struct desk *desk, struct notary_answer *answer, uint64_t old,
    uint64_t size, char letter)
{
	struct tlog_checkpoint checkpoint = { .origin = STR(ORIGIN),
		.size = size };
	struct tlog_witness_request request = { .old_size = old };
	struct tlog_merkle tree;
	struct digest leaf;
	struct buf note;

	tlog_merkle_init(&tree);
	tlog_merkle_leaf(&leaf, (struct str){ &letter, 1 });
	for (uint64_t i = 0; i < size; i++) {
		/* From a power of two on: one hash proves it. */
		if (old > 0 && i == old)
			request.proof.hashes[request.proof.n_hashes++] = leaf;
		tlog_merkle_append(&tree, &leaf);
	}
	tlog_merkle_root(&tree, &checkpoint.root);
	buf_init(&note, 4096);
	tlog_checkpoint_sign(&checkpoint, &note, &desk->log);
	request.checkpoint = buf_str(&note);
	buf_reset(&desk->body);
	tlog_witness_format(&request, &desk->body);
	notary_add(desk->notary, answer, buf_str(&desk->body));
	buf_fini(&note);
}

static unsigned
status_of(struct desk *desk, uint64_t old, uint64_t size, char letter)
{
	struct notary_answer answer;

	ask(desk, &answer, old, size, letter);
	return answer.status;
}

static void
what_was_cosigned_is_known_after_a_restart(void)
{
	struct notary_answer answer;
	struct desk desk;

	begin(&desk, 0);
	check_u64(status_of(&desk, 0, 4, 'a'), 200);
	check_u64(status_of(&desk, 4, 5, 'a'), 200);
	notary_closep(&desk.notary);
	check(open_notary(&desk) == 0);
	ask(&desk, &answer, 0, 8, 'a');
	check_u64(answer.status, 409);
	check_str(answer.body, STR("5\n"));
	check_str(answer.origin, STR(ORIGIN));
	end(&desk);
}

static void
h12_a_fork_is_refused_and_changes_nothing(void)
{
	struct desk desk;
	uint64_t size;
	struct str before;

	begin(&desk, 0);
	check_u64(status_of(&desk, 0, 4, 'a'), 200);
	before = arena_str(&desk.arena, notary_get(desk.notary, 0, &size));
	check_u64(status_of(&desk, 4, 4, 'b'), 422);
	check_u64(status_of(&desk, 4, 5, 'b'), 422);
	check_u64(status_of(&desk, 2, 3, 'a'), 409);
	check_str(notary_get(desk.notary, 0, &size), before);
	check_u64(size, 4);
	check_u64(status_of(&desk, 4, 5, 'a'), 200);
	end(&desk);
}

static void
h12_what_cannot_be_recorded_is_not_cosigned(void)
{
	struct notary_answer answer;
	struct desk desk;

	if (geteuid() == 0) {
		printf("# root may write everywhere: see the scenario\n");
		return;
	}
	begin(&desk, 0);
	check_u64(status_of(&desk, 0, 4, 'a'), 200);
	check(chmod(desk.dir, 0500) == 0);
	ask(&desk, &answer, 4, 5, 'a');
	check_u64(answer.status, 500);
	check(answer.fault < 0);
	check(chmod(desk.dir, 0700) == 0);
	check_u64(status_of(&desk, 0, 5, 'a'), 409);
	check_u64(status_of(&desk, 4, 5, 'a'), 200);
	end(&desk);
}

static void
h12_a_clock_that_knows_no_time_cosigns_nothing(void)
{
	struct desk desk;
	int64_t kept = now_us;

	begin(&desk, 0);
	now_us = 999999;
	check_u64(status_of(&desk, 0, 4, 'a'), 500);
	now_us = kept;
	check_u64(status_of(&desk, 0, 4, 'a'), 200);
	end(&desk);
}

static void
a_rate_fills_again_with_time(void)
{
	struct notary_answer answer;
	struct desk desk;

	begin(&desk, 86400);
	for (int i = 0; i < LIMIT_WITNESS_BURST; i++)
		check_u64(status_of(&desk, i == 0 ? 0 : 4, 4, 'a'), 200);
	ask(&desk, &answer, 4, 4, 'a');
	check_u64(answer.status, NOTARY_TOO_MANY);
	check_u64(answer.retry_s, 2);
	/* What is not signed by the log costs it nothing. */
	check_u64(status_of(&desk, 5, 4, 'a'), NOTARY_TOO_MANY);
	now_us += 3 * INT64_C(1000000);
	for (int i = 0; i < 3; i++)
		check_u64(status_of(&desk, 4, 4, 'a'), 200);
	check_u64(status_of(&desk, 4, 4, 'a'), NOTARY_TOO_MANY);
	end(&desk);
}

static void
the_note_is_found_by_the_hash_of_its_origin(void)
{
	struct desk desk;
	struct digest digest;
	char hex[65] = "";

	begin(&desk, 0);
	sha256_of(&digest, ORIGIN, sizeof(ORIGIN) - 1);
	for (size_t i = 0; i < sizeof(digest.b); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest.b[i]);
	check(notary_find(desk.notary, str_of(hex)).p == NULL);
	check_u64(status_of(&desk, 0, 4, 'a'), 200);
	check(str_has_prefix(notary_find(desk.notary, str_of(hex)),
	    STR(ORIGIN "\n4\n")));
	check(notary_find(desk.notary, STR("../state")).p == NULL);
	check(notary_find(desk.notary, STR("")).p == NULL);
	end(&desk);
}

static const struct tap_test tests[] = {
	TEST(what_was_cosigned_is_known_after_a_restart),
	TEST(h12_a_fork_is_refused_and_changes_nothing),
	TEST(h12_what_cannot_be_recorded_is_not_cosigned),
	TEST(h12_a_clock_that_knows_no_time_cosigns_nothing),
	TEST(a_rate_fills_again_with_time),
	TEST(the_note_is_found_by_the_hash_of_its_origin),
};

TAP_MAIN(tests)
