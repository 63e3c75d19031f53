/* Publishing: the directory is always a whole log under its checkpoint. */
#include "clerk/publish.h"

#include "holder_log.h"
#include "limits.h"

struct desk {
	struct holder_log holder;
	struct store *store;
	struct eventlog log;
	struct publish publish;
};

static void
open_publish(struct desk *desk)
{
	desk->publish = (struct publish){ .store = desk->store,
		.key = &desk->holder.signer.key, .log = &desk->log,
		.path = desk->holder.log_path };
	check_u64(publish_open(&desk->publish), 0);
}

static void
open_desk(struct desk *desk)
{
	struct arena arena;
	struct diag_list diags;

	holder_log_begin(&desk->holder);
	arena_init(&arena, 1u << 20);
	diag_init(&diags, &arena, STR("store"), STR(""));
	check(store_open(&desk->store, str_of(desk->holder.store_path),
		  STORE_READ, &diags) == 0);
	arena_fini(&arena);
	desk->log = eventlog_stderr("clerk");
	desk->log.fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	open_publish(desk);
}

static void
close_desk(struct desk *desk)
{
	publish_close(&desk->publish);
	store_close(desk->store);
	close(desk->log.fd);
	holder_log_end(&desk->holder);
}

/* As a new process would begin. */
static void
restart(struct desk *desk)
{
	publish_close(&desk->publish);
	open_publish(desk);
}

static int
publish(struct desk *desk)
{
	return publish_checkpoint(&desk->publish, buf_str(&desk->holder.note));
}

static void
check_published(struct desk *desk, uint64_t n)
{
	holder_log_grow(&desk->holder, n);
	check_u64(publish(desk), 0);
	check_u64(holder_log_published(&desk->holder), desk->holder.size);
	check(holder_log_is_sound(&desk->holder));
}

static void
an_empty_log_is_published(void)
{
	struct desk desk;

	open_desk(&desk);
	check_published(&desk, 0);
	check_u64(holder_log_published(&desk.holder), 0);
	close_desk(&desk);
}

static void
every_size_around_a_tile_is_published(void)
{
	static const uint64_t steps[] = { 1, 1, 253, 1, 1, 255, 1, 256, 300 };
	struct desk desk;

	open_desk(&desk);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		check_published(&desk, steps[i]);
	close_desk(&desk);
}

static void
a_log_of_many_tiles_is_published_at_once(void)
{
	struct desk desk;

	open_desk(&desk);
	check_published(&desk, 70000);
	check_u64(holder_log_size_of(&desk.holder, "tile/0/272"), 8192);
	check_u64(holder_log_size_of(&desk.holder, "tile/0/273.p/112"),
	    112 * 32);
	check_u64(holder_log_size_of(&desk.holder, "tile/1/000"), 8192);
	check_u64(holder_log_size_of(&desk.holder, "tile/1/001.p/17"), 17 * 32);
	check_u64(holder_log_size_of(&desk.holder, "tile/2/000.p/1"), 32);
	check(holder_log_has(&desk.holder, "tile/entries/273.p/112"));
	check(!holder_log_has(&desk.holder, "tile/3/000.p/0"));
	close_desk(&desk);
}

static void
an_empty_tile_is_never_there(void)
{
	struct desk desk;

	open_desk(&desk);
	check_published(&desk, 256);
	check(!holder_log_has(&desk.holder, "tile/0/001.p"));
	check(!holder_log_has(&desk.holder, "tile/entries/001.p"));
	check_u64(holder_log_size_of(&desk.holder, "tile/1/000.p/1"), 32);
	close_desk(&desk);
}

/* log.md 1.3: partial ones of each published checkpoint, until the full one. */
static void
partial_tiles_stay_until_the_full_one_is_there(void)
{
	struct desk desk;

	open_desk(&desk);
	desk.publish.keep_partials_us = 50000;
	check_published(&desk, 10);
	check_published(&desk, 10);
	tilefiles_sweep(&desk.publish.files, INT64_MAX - 1);
	check(holder_log_has(&desk.holder, "tile/0/000.p/10"));
	check(holder_log_has(&desk.holder, "tile/entries/000.p/10"));
	check(holder_log_has(&desk.holder, "tile/0/000.p/20"));
	check_published(&desk, 300);
	/* Still there, for those who began to read. */
	check(tilefiles_sweep(&desk.publish.files, 0) < INT64_MAX);
	check(holder_log_has(&desk.holder, "tile/0/000.p/10"));
	check_u64(tilefiles_sweep(&desk.publish.files, INT64_MAX - 1),
	    INT64_MAX);
	check(!holder_log_has(&desk.holder, "tile/0/000.p"));
	check(!holder_log_has(&desk.holder, "tile/entries/000.p"));
	check(holder_log_is_sound(&desk.holder));
	close_desk(&desk);
}

static void
old_partial_tiles_are_found_again_after_a_restart(void)
{
	struct desk desk;

	open_desk(&desk);
	check_published(&desk, 10);
	desk.publish.keep_partials_us = INT64_C(3600000000);
	check_published(&desk, 300);
	check(holder_log_has(&desk.holder, "tile/0/000.p/10"));
	restart(&desk);
	check_u64(tilefiles_sweep(&desk.publish.files, INT64_MAX - 1),
	    INT64_MAX);
	check(!holder_log_has(&desk.holder, "tile/0/000.p"));
	close_desk(&desk);
}

static void
a_restart_goes_on_where_it_was(void)
{
	struct desk desk;

	open_desk(&desk);
	check_published(&desk, 100);
	restart(&desk);
	check_u64(desk.publish.size, 100);
	check_u64(publish(&desk), PUBLISH_E_OLD);
	check_published(&desk, 1);
	restart(&desk);
	check_published(&desk, 155);
	restart(&desk);
	check_published(&desk, 256);
	restart(&desk);
	check_published(&desk, 1000);
	close_desk(&desk);
}

static void
an_older_checkpoint_changes_nothing(void)
{
	struct desk desk;
	char old[1024];
	size_t len;

	open_desk(&desk);
	check_published(&desk, 5);
	len = desk.holder.note.len;
	memcpy(old, desk.holder.note.bytes, len);
	check_published(&desk, 5);
	check_u64(publish_checkpoint(&desk.publish, (struct str){ old, len }),
	    PUBLISH_E_OLD);
	check_u64(holder_log_published(&desk.holder), 10);
	close_desk(&desk);
}

static void
a_checkpoint_of_another_key_is_not_published(void)
{
	const struct ed25519_seed seed = { { 8 } };
	struct tlog_note_key key;
	struct desk desk;

	open_desk(&desk);
	check_published(&desk, 5);
	key = desk.holder.signer.key;
	desk.publish.key = &key;
	check(tlog_note_signer_init(&desk.holder.signer, STR(ORIGIN),
		  TLOG_NOTE_ED25519, &seed) == 0);
	holder_log_grow(&desk.holder, 5);
	check_u64(publish(&desk), PUBLISH_E_NOTE);
	check_u64(publish_checkpoint(&desk.publish, STR("no note")),
	    PUBLISH_E_NOTE);
	close_desk(&desk);
}

static void
a_store_that_is_shorter_is_not_published(void)
{
	struct desk desk;
	struct digest leaf = { { 1 } };

	open_desk(&desk);
	check_published(&desk, 5);
	tlog_merkle_append(&desk.holder.tree, &leaf);
	desk.holder.size++;
	holder_log_sign(&desk.holder);
	check_u64(publish(&desk), PUBLISH_E_SHORT);
	check_u64(holder_log_published(&desk.holder), 5);
	check(holder_log_is_sound(&desk.holder));
	close_desk(&desk);
}

static void
a_store_that_differs_from_what_was_signed_is_not_published(void)
{
	struct desk desk;

	open_desk(&desk);
	check_published(&desk, 5);
	holder_log_grow(&desk.holder, 1);
	desk.holder.tree.hashes[0].b[0] ^= 1;
	holder_log_sign(&desk.holder);
	check_u64(publish(&desk), PUBLISH_E_ROOT);
	check_u64(holder_log_published(&desk.holder), 5);
	check(holder_log_is_sound(&desk.holder));
	close_desk(&desk);
}

static void
whatever_is_missing_is_written_again(void)
{
	static const char *const names[] = { "tile/0/000", "tile/0/001",
		"tile/entries/001", "tile/1/000.p/2", "tile/0/002.p/88",
		"tile/entries/002.p/88", "tile/entries", "tile" };
	struct desk desk;

	open_desk(&desk);
	check_published(&desk, 600);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char path[128];

		snprintf(path, sizeof(path), "%s/%s", desk.holder.log_path,
		    names[i]);
		holder_log_remove(path);
		restart(&desk);
		check(holder_log_has(&desk.holder, names[i]));
		check(holder_log_is_sound(&desk.holder));
	}
	check_published(&desk, 10);
	close_desk(&desk);
}

static void
a_log_directory_that_is_gone_is_written_again(void)
{
	struct desk desk;

	open_desk(&desk);
	check_published(&desk, 600);
	holder_log_remove(desk.holder.log_path);
	restart(&desk);
	/* The gate says the newest checkpoint again. */
	check_u64(publish(&desk), 0);
	check_u64(holder_log_published(&desk.holder), 600);
	check(holder_log_is_sound(&desk.holder));
	close_desk(&desk);
}

static void
a_file_that_was_cut_is_written_again(void)
{
	struct desk desk;
	char path[128];

	open_desk(&desk);
	check_published(&desk, 600);
	snprintf(path, sizeof(path), "%s/tile/0/000", desk.holder.log_path);
	check(truncate(path, 100) == 0);
	restart(&desk);
	check(holder_log_is_sound(&desk.holder));
	snprintf(path, sizeof(path), "%s/tile/0/002.p/88",
	    desk.holder.log_path);
	check(truncate(path, 0) == 0);
	restart(&desk);
	check(holder_log_is_sound(&desk.holder));
	close_desk(&desk);
}

/* Every file after the first n can not be written; later it can. */
static void
a_full_disk_leaves_the_published_log_whole(void)
{
	struct desk desk;
	char path[128];

	open_desk(&desk);
	check_published(&desk, 600);
	holder_log_grow(&desk.holder, 100);
	/* A directory where the temporary file would be. */
	snprintf(path, sizeof(path), "%s/tile/0/002.new",
	    desk.holder.log_path);
	check(mkdir(path, 0700) == 0);
	holder_log_grow(&desk.holder, 100);
	check(publish(&desk) < 0);
	check_u64(holder_log_published(&desk.holder), 600);
	check(holder_log_is_sound(&desk.holder));
	check(rmdir(path) == 0);
	check_u64(publish(&desk), 0);
	check_u64(holder_log_published(&desk.holder), 800);
	check(holder_log_is_sound(&desk.holder));
	close_desk(&desk);
}

/* The checkpoint with a line of somebody else's. */
static void
add_line(struct buf *note)
{
	buf_add_text(note, "\xe2\x80\x94 w.example AAAAAAA=\n");
}

static void
what_is_prepared_is_there_before_its_checkpoint_is(void)
{
	struct desk desk;

	open_desk(&desk);
	check_published(&desk, 10);
	holder_log_grow(&desk.holder, 290);
	check_u64(publish_prepare(&desk.publish, buf_str(&desk.holder.note)),
	    0);
	check_u64(holder_log_published(&desk.holder), 10);
	check(holder_log_is_sound(&desk.holder));
	check(holder_log_has(&desk.holder, "tile/entries/001.p/44"));
	/* What is not longer than what was prepared is old. */
	add_line(&desk.holder.note);
	check_u64(publish_cosigned(&desk.publish, buf_str(&desk.holder.note)),
	    0);
	check_u64(holder_log_published(&desk.holder), 300);
	check(holder_log_is_sound(&desk.holder));
	close_desk(&desk);
}

static void
a_checkpoint_is_published_again_when_it_was_cosigned(void)
{
	struct desk desk;

	open_desk(&desk);
	check_published(&desk, 10);
	check_u64(publish(&desk), PUBLISH_E_OLD);
	add_line(&desk.holder.note);
	check_u64(publish_checkpoint(&desk.publish,
	    buf_str(&desk.holder.note)), PUBLISH_E_OLD);
	check_u64(publish_cosigned(&desk.publish, buf_str(&desk.holder.note)),
	    0);
	check_u64(holder_log_size_of(&desk.holder, "checkpoint"),
	    desk.holder.note.len);
	check(holder_log_is_sound(&desk.holder));
	close_desk(&desk);
}

static void
h12_nothing_older_is_published_over_what_is_there(void)
{
	struct desk desk;
	struct buf old;

	open_desk(&desk);
	check_published(&desk, 10);
	buf_init(&old, 4096);
	buf_add_str(&old, buf_str(&desk.holder.note));
	check_published(&desk, 10);
	check_u64(publish_cosigned(&desk.publish, buf_str(&old)),
	    PUBLISH_E_OLD);
	check_u64(publish_prepare(&desk.publish, buf_str(&old)),
	    PUBLISH_E_OLD);
	holder_log_grow(&desk.holder, 10);
	check_u64(publish_prepare(&desk.publish, buf_str(&desk.holder.note)),
	    0);
	check_u64(holder_log_published(&desk.holder), 20);
	buf_fini(&old);
	close_desk(&desk);
}

static const struct tap_test tests[] = {
	TEST(what_is_prepared_is_there_before_its_checkpoint_is),
	TEST(a_checkpoint_is_published_again_when_it_was_cosigned),
	TEST(h12_nothing_older_is_published_over_what_is_there),
	TEST(an_empty_log_is_published),
	TEST(every_size_around_a_tile_is_published),
	TEST(an_empty_tile_is_never_there),
	TEST(a_log_of_many_tiles_is_published_at_once),
	TEST(partial_tiles_stay_until_the_full_one_is_there),
	TEST(old_partial_tiles_are_found_again_after_a_restart),
	TEST(a_restart_goes_on_where_it_was),
	TEST(an_older_checkpoint_changes_nothing),
	TEST(a_checkpoint_of_another_key_is_not_published),
	TEST(a_store_that_is_shorter_is_not_published),
	TEST(a_store_that_differs_from_what_was_signed_is_not_published),
	TEST(whatever_is_missing_is_written_again),
	TEST(a_log_directory_that_is_gone_is_written_again),
	TEST(a_file_that_was_cut_is_written_again),
	TEST(a_full_disk_leaves_the_published_log_whole),
};

TAP_MAIN(tests)
